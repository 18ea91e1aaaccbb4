"""Complaints for people: a list of them, and one with every line that led to where it stands."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from zoneinfo import ZoneInfo

import msgspec

from callcenter.cases.complaints.case import turn_of
from callcenter.cases.complaints.settings import CaseDesk
from callcenter.cases.complaints.vocabulary import SERVICE_ROLES
from callcenter.domain.frame import SECOND, Micros
from callcenter.locale import Language, Words
from callcenter.reports.case_story import kept_told
from callcenter.reports.lost_calls import written
from callcenter.spreadsheet import Cell, Rows
from callcenter.store.complaints.cases import CaseStep, FiledCase
from callcenter.store.complaints.records import FiledCaseRecord
from callcenter.untrusted import replaced
from callcenter.usecases.complaints.case_words import (
    CASE_CHANNELS,
    CASE_MOVES,
    CASE_ROLES,
    CASE_RULES,
    CASE_STATES,
    CASE_VERDICTS,
    LINE_FIELDS,
    NATURES,
)

_HOUR: Micros = 3_600 * SECOND
_COLUMNS = (
    *("number", "state", "due", "left", "in_time", "owner", "level"),
    *("channel", "customer", "nature", "department", "opened", "id"),
)

CASE_WORDS = Words(
    "list of cases",
    {
        "cases": "complaints",
        "number": "number",
        "state": "state",
        "due": "due",
        "left": "hours left",
        "in_time": "in time",
        "owner": "owner",
        "level": "raised to",
        "channel": "channel",
        "customer": "customer",
        "nature": "nature",
        "department": "department",
        "opened": "opened",
        "id": "id",
        "call": "call",
        "about": "about",
        "follows": "follows",
        "turn": "whose turn",
        "ours": "ours: {owner}",
        "theirs": "the department's: {department}",
        "customers": "the customer's",
        "nobody": "nobody's: the clock has stopped",
        "until": "until",
        "overdue": "{due}, overdue",
        "warned": "warned",
        "report": "report due",
        "reported": "{due}, reported {at}",
        "chases": "chases",
        "attempts": "called in vain",
        "reopened": "reopened",
        "version": "version",
        "in_place_of": "{by} in place of {place}",
        "yes": "yes",
        "no": "no",
        "records": "records",
        "step": "step {step}",
        "none": "no complaint is like that.",
        "more": "{shown} are shown; there are more.",
    },
)
"""What is said of complaints."""


class CaseFile(msgspec.Struct, frozen=True, kw_only=True):
    """A case with all that belongs to it."""

    filed: FiledCase
    steps: Sequence[CaseStep]
    records: Sequence[FiledCaseRecord]
    desk: CaseDesk
    now: Micros


def cases_listed(found: Iterable[FiledCase], now: Micros, zone: ZoneInfo, language: Language) -> Rows:
    """Make a table of cases, a row each; `left` is hours to due while the clock runs, negative once it is overdue."""
    words = CASE_WORDS.table(language)
    return [[words[name] for name in _COLUMNS], *(_row(one, now, zone, language) for one in found)]


def _row(one: FiledCase, now: Micros, zone: ZoneInfo, language: Language) -> list[Cell]:
    case, clock, analysis = one.case, one.case.clock, one.case.analysis
    return [
        case.number,
        CASE_STATES.say(case.state, language),
        written(clock.due, zone),
        (clock.due - now) // _HOUR if clock.runs else None,
        kept_told(kept_by(one, now), language),
        case.owner,
        level_told(case.level, language),
        CASE_CHANNELS.say(one.about.channel, language),
        one.about.customer,
        None if analysis is None else NATURES.say(analysis.nature, language),
        case.department,
        written(case.opened_at, zone),
        one.id,
    ]


def kept_by(one: FiledCase, now: Micros) -> bool | None:
    """Tell whether a case was kept in time; the breach may have come since the service looked last."""
    clock = one.case.clock
    return False if clock.runs and clock.due < now else one.case.kept


def level_told(level: int, language: Language) -> str | None:
    """Say up to whom chases have raised a case, None where nobody chased it so often."""
    return CASE_ROLES.say(SERVICE_ROLES[min(level, len(SERVICE_ROLES) - 1)], language) if level else None


def case_told(file: CaseFile, language: Language) -> Iterator[str]:
    """Yield the lines of one case: where it stands and whose turn it is, every line with its texts, its records."""
    case, words = file.filed.case, CASE_WORDS.table(language)
    yield f"{case.number or file.filed.id}  {CASE_STATES.say(case.state, language)}"
    for name, said in _head(file, language):
        if said not in {None, ""}:
            yield f"  {words[name]}: {replaced(str(said))}"
    for step in file.steps:
        yield ""
        yield from _step(step, file.desk.zone, language)
    if file.records:
        yield ""
        yield words["records"]
    for record in file.records:
        yield f"  {_record(record, file.desk.zone, language)}"


def _head(file: CaseFile, language: Language) -> Iterator[tuple[str, object]]:
    filed, case, zone = file.filed, file.filed.case, file.desk.zone
    due = written(case.clock.due, zone)
    late = case.clock.runs and case.clock.due < file.now
    yield "id", filed.id
    yield "version", filed.version
    yield "turn", _turn(filed, language)
    yield "until" if case.clock.runs else "due", CASE_WORDS.say("overdue", language, due=due) if late else due
    yield "in_time", kept_told(kept_by(filed, file.now), language)
    yield "owner", case.owner
    yield "level", level_told(case.level, language)
    yield "opened", written(case.opened_at, zone)
    yield "channel", CASE_CHANNELS.say(filed.about.channel, language)
    for name in ("customer", "call"):
        yield name, getattr(filed.about, name)
    yield "about", case.about
    yield "follows", case.follows
    yield "warned", ", ".join(f"{one.percent:g} % {written(one.at, zone)}" for one in case.warnings)
    yield "report", _report(file, language)
    for name in ("chases", "attempts", "reopened"):
        yield name, getattr(case, name) or None


def _turn(filed: FiledCase, language: Language) -> str:
    case = filed.case
    turn = turn_of(case.state) if case.clock.runs else "nobody"
    word = {"department": "theirs", "customer": "customers"}.get(turn, turn)
    return CASE_WORDS.say(word, language, owner=case.owner, department=case.department)


def _report(file: CaseFile, language: Language) -> str | None:
    case, zone = file.filed.case, file.desk.zone
    if case.analysed_at is None:
        return None
    due = written(case.analysed_at + round(file.desk.settings.report_hours * _HOUR), zone)
    if case.reported_at is None:
        return due
    return CASE_WORDS.say("reported", language, due=due, at=written(case.reported_at, zone))


def _step(step: CaseStep, zone: ZoneInfo, language: Language) -> Iterator[str]:
    by = replaced(step.by)
    if step.place is not None:
        by = CASE_WORDS.say("in_place_of", language, by=by, place=replaced(step.place))
    move, state = CASE_MOVES.say(step.move, language), CASE_STATES.say(step.state, language)
    yield f"{step.n}. {written(step.at, zone)}  {by}: {move} → {state}"
    names = LINE_FIELDS.table(language)
    for name, value in step.fields.items():
        told = _value(name, value, language)
        if told:
            first, *rest = told.split("\n")
            yield f"  {names.get(name, replaced(name))}: {replaced(first)}"
            yield from (f"    {replaced(line)}" for line in rest)


def _value(name: str, value: object, language: Language) -> str:
    if value is None or isinstance(value, str):
        return _known(name, value or "", language).replace("\r\n", "\n")
    if isinstance(value, bool):
        return CASE_WORDS.say("yes" if value else "no", language)
    return json.dumps(value, ensure_ascii=False)


def _known(name: str, value: str, language: Language) -> str:
    """Say a word of the machine's own in a language; whatever else somebody wrote stands as it is."""
    channels, natures = CASE_CHANNELS.table(language), NATURES.table(language)
    known = {("channel", str(word)): told for word, told in channels.items()}
    known |= {("nature", str(word)): told for word, told in natures.items()}
    return known.get((name, value), value)


def _record(record: FiledCaseRecord, zone: ZoneInfo, language: Language) -> str:
    told = [
        record.rule,
        replaced(record.agent),
        CASE_RULES.say(record.rule, language),
        CASE_VERDICTS.say(record.verdict, language),
        written(record.at, zone),
        None if record.step is None else CASE_WORDS.say("step", language, step=record.step),
        record.violation,
    ]
    return "  ".join(str(one) for one in told if one is not None)
