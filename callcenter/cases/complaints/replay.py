"""A complaint's story told again: lines in, the whole outcome out.

The format is a promise to others: keys may be added, not renamed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from callcenter.cases.complaints.book import CaseBook, LineResult
from callcenter.cases.complaints.case import Case, CaseRecord
from callcenter.cases.complaints.effects import hours
from callcenter.cases.complaints.ladder import fine_of
from callcenter.cases.complaints.lines import CaseLine, moment_of
from callcenter.cases.complaints.settings import CaseDesk, CaseSettings
from callcenter.cases.complaints.vocabulary import CaseRule, CaseState, CaseVerdict, MoveWhy
from callcenter.domain.frame import SECOND, Micros
from callcenter.errors import BadInput
from callcenter.staff.dates import datetime_of, zone_named


class StoryError(BadInput):
    """A story cannot be read from some line on; the sentence names it."""


class ToldResult(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of one line; `in_place_of` is who is away, where a deputy made the move."""

    n: int
    ok: bool
    case: str | None
    state: CaseState | None
    number: str | None
    why: MoveWhy | None
    in_place_of: str | None = None


class ToldWarning(msgspec.Struct, frozen=True):
    """A warning that was told."""

    percent: float
    at: str


class ToldReport(msgspec.Struct, frozen=True):
    """The report of the investigation; all None for a case that was never analysed."""

    due: str | None
    at: str | None
    kept: bool | None


class ToldCase(msgspec.Struct, frozen=True, kw_only=True):
    """A case at the end; turns are seconds."""

    case: str
    number: str | None
    state: CaseState
    owner: str
    opened_at: str
    due: str
    stopped_at: str | None
    kept: bool | None
    warnings: list[ToldWarning]
    report: ToldReport
    turns: dict[str, float]
    chases: int
    reopened: int
    attempts: int
    follows: str | None
    upheld: bool | None
    responsible: dict[str, str] | None
    level: int


class ToldRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A record against an agent; `amount` in yuan."""

    rule: CaseRule
    agent: str
    at: str
    verdict: CaseVerdict
    case: str
    step: int | None
    amount: str | None


class PromiseTally(msgspec.Struct):
    """How many cases kept a promise, broke it, or have still time."""

    kept: int = 0
    broken: int = 0
    open: int = 0

    def count(self, kept: bool | None) -> None:
        """Count one case."""
        if kept is None:
            self.open += 1
        elif kept:
            self.kept += 1
        else:
            self.broken += 1


class ToldStory(msgspec.Struct, frozen=True):
    """The whole outcome."""

    results: list[ToldResult]
    cases: list[ToldCase]
    violations: list[ToldRecord]
    promises: dict[str, PromiseTally]


def replay_lines(lines: Iterable[str]) -> ToldStory:
    """Return the outcome of a story, one JSON object a line.

    Raises:
        StoryError: A line is none, has no time, or comes out of order; nothing is told then.
    """
    story = _Story()
    for n, line in enumerate(lines, 1):
        try:
            story.take(n, line)
        except BadInput as error:
            raise StoryError(f"line {n}: {error}") from error
    return story.told()


class _Story:
    def __init__(self) -> None:
        self._desk: CaseDesk | None = None
        self._book: CaseBook | None = None
        self._results: list[ToldResult] = []
        self._now: Micros | None = None

    def take(self, n: int, text: str) -> None:
        told = _object(text)
        if "settings" in told and "do" not in told:
            if n > 1:
                raise BadInput("settings stand in the first line alone: move them there")
            self._book = CaseBook(desk_of(told["settings"]))
            return
        at = moment_of(told.get("at"))
        if at is None:
            raise BadInput('there is no time with its zone in "at": write it like 2026-03-02T09:00:00+08:00')
        if self._now is not None and at < self._now:
            raise BadInput("it is earlier than the line before: put the lines in the order of time")
        self._now = at
        book = self._begun()
        book.pass_time(at)
        if told.get("do") != "now":
            self._results.append(_result(n, book.take(CaseLine(at, told))))

    def told(self) -> ToldStory:
        book = self._begun()
        if self._now is not None:
            book.pass_time(self._now, inclusive=True)
            book.settle(self._now)
        promises = {"P-COMP": PromiseTally(), "P-REPORT": PromiseTally()}
        cases = []
        for case in book.cases.values():
            cases.append(_case(case, book.desk, self._now or 0))
            promises["P-COMP"].count(case.kept)
            if case.analysed_at is not None:
                promises["P-REPORT"].count(cases[-1].report.kept)
        return ToldStory(self._results, cases, list(_records(book)), promises)

    def _begun(self) -> CaseBook:
        if self._book is None:
            self._book = CaseBook(desk_of({}))
        return self._book


def _object(text: str) -> dict[str, Any]:
    try:
        told = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise BadInput("it is no JSON: write one object a line") from None
    if not isinstance(told, dict):
        raise BadInput("it is no JSON object: write one a line, in braces")
    return told


def desk_of(told: object) -> CaseDesk:
    """Return settings that were read, made ready.

    Raises:
        BadInput: A figure or a person among them cannot be.
    """
    try:
        settings = msgspec.convert(told, CaseSettings)
    except msgspec.ValidationError as error:
        raise BadInput(f"the settings cannot be used: {error}") from None
    return CaseDesk(settings, zone_named(settings.timezone))


def _result(n: int, result: LineResult) -> ToldResult:
    acting = result.acting
    deputy = acting is not None and acting.place is not acting.person
    place = acting.place.account if acting is not None and deputy else None
    return ToldResult(n, result.why is None, result.case, result.state, result.number, result.why, place)


def _case(case: Case, desk: CaseDesk, now: Micros) -> ToldCase:
    zone, found = desk.zone, case.analysis
    names = {} if found is None else {"agent": found.agent, "department": found.department}
    return ToldCase(
        case=case.name,
        number=case.number,
        state=case.state,
        owner=case.owner,
        opened_at=_time(case.opened_at, zone),
        due=_time(case.clock.due, zone),
        stopped_at=_time_or_none(case.clock.stopped_at, zone),
        kept=case.kept,
        warnings=[ToldWarning(_figure(one.percent), _time(one.at, zone)) for one in case.warnings],
        report=_report(case, desk, now),
        turns={turn: _figure(case.turns.get(turn, 0) / SECOND) for turn in ("ours", "department", "customer")},
        chases=case.chases,
        reopened=case.reopened,
        attempts=case.attempts,
        follows=case.follows,
        upheld=case.upheld,
        responsible={what: name for what, name in names.items() if name is not None} or None,
        level=case.level,
    )


def _report(case: Case, desk: CaseDesk, now: Micros) -> ToldReport:
    if case.analysed_at is None:
        return ToldReport(None, None, None)
    due, at = case.analysed_at + hours(desk.settings.report_hours), case.reported_at
    kept = (None if now < due else False) if at is None else at <= due
    return ToldReport(_time(due, desk.zone), _time_or_none(at, desk.zone), kept)


def _records(book: CaseBook) -> Iterator[ToldRecord]:
    for case, record in book.raised:
        yield _record(case, record, book.desk)


def _record(case: str, record: CaseRecord, desk: CaseDesk) -> ToldRecord:
    return ToldRecord(
        rule=record.rule,
        agent=record.agent,
        at=_time(record.at, desk.zone),
        verdict=record.verdict,
        case=case,
        step=record.step,
        amount=fine_of(record.step, desk.settings.ladder),
    )


def _time(at: Micros, zone: ZoneInfo) -> str:
    return datetime_of(at, zone).isoformat()


def _time_or_none(at: Micros | None, zone: ZoneInfo) -> str | None:
    return None if at is None else _time(at, zone)


def _figure(figure: float) -> float:
    """Return a whole figure without its fraction."""
    return int(figure) if float(figure).is_integer() else figure
