"""Complaints as they come in and go out; numbers in what people wrote as far as a role reads them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, NamedTuple
from zoneinfo import ZoneInfo

from fastapi import Path, status
from pydantic import Field, StringConstraints

from callcenter.cases.complaints.case import Case, turn_of
from callcenter.cases.complaints.vocabulary import CaseChannel, CaseRule, CaseState, CaseVerdict, Move, Nature
from callcenter.domain.frame import SECOND, Micros
from callcenter.rules.records.masks import without_numbers
from callcenter.staff.rights import Right
from callcenter.staff.roles import Field as Part
from callcenter.staff.roles import Principal, Sight, may, sight
from callcenter.store.complaints.cases import OPEN, CaseFilter, CaseOrder, CaseReader, CaseStep, FiledCase
from callcenter.store.complaints.forgetting import without_numbers_in
from callcenter.store.complaints.records import FiledCaseRecord
from callcenter.store.idempotency import KeptAnswer
from callcenter.usecases.complaints.move_case import Moved
from callcenter.usecases.complaints.offered_moves import OfferedMove
from callcenter.web.api.complaints.offers import MoveOffered, move_offered
from callcenter.web.api.customers.named import CustomerNamed
from callcenter.web.api.fields import Name, RequestBody, ResponseBody, Time, moment_in, moment_out
from callcenter.web.api.once import etag

CaseId = Annotated[str, Path(max_length=32, pattern="^[0-9a-z-]+$", description="The case's id, or its number.")]
CustomerGiven = Annotated[str, StringConstraints(pattern="^[0-9a-f]{32}$")]


class CasesAsked(RequestBody):
    """Which cases; what is not said is not asked for."""

    state: list[CaseState] = Field(default=[], max_length=20, description="One of these.")
    open: bool = Field(default=False, description="Only those that are not archived.")
    owner: Name | None = None
    customer: CustomerGiven | None = None
    call: Name | None = Field(default=None, description="The call that began it.")
    department: Name | None = None
    nature: Nature | None = None
    upheld: bool | None = None
    case_class: str | None = Field(default=None, max_length=32)
    since: Time | None = Field(default=None, alias="from", description="Opened from then on.")
    until: Time | None = Field(default=None, alias="to", description="Opened before.")
    overdue: bool = Field(default=False, description="Only those that run and are past their time.")
    kept: bool | None = None
    order: CaseOrder = CaseOrder.NEWEST

    def filter(self, reader: CaseReader, now: int, customers: tuple[str, ...] | None = None) -> CaseFilter:
        """Return what the database is asked; `customers` are the customer and its aliases."""
        states = tuple(self.state) or (OPEN if self.open else None)
        if self.state and self.open:
            states = tuple(one for one in self.state if one in OPEN)
        return CaseFilter(
            reader=reader,
            states=states,
            owner=self.owner,
            customers=customers,
            call=self.call,
            department=self.department,
            nature=self.nature,
            upheld=self.upheld,
            case_class=self.case_class,
            since=moment_in(self.since),
            until=moment_in(self.until),
            overdue_at=now if self.overdue else None,
            kept=self.kept,
        )


class CasePageAsked(CasesAsked):
    """The same, a page at a time."""

    limit: int = Field(default=50, ge=1, le=200, description="Entries of a page.")
    cursor: str | None = Field(default=None, max_length=200, description="`next` of the page before.")


class CasesSought(CasePageAsked):
    """The same, of one number: its customers' cases, and those that a call from it began."""

    number: str = Field(max_length=80, description="In any spelling.")


class CaseShown(ResponseBody):
    """Where a case stands; `kept` is null while its time runs."""

    id: str
    number: str | None
    state: CaseState
    owner: str
    opened_at: datetime | None
    due: datetime | None
    stopped_at: datetime | None
    kept: bool | None
    level: int = Field(description="How far chases have raised it: 0 the owner to 3 the manager.")
    channel: CaseChannel
    customer: str | None = Field(description="The customer's id; null for whoever reads no customers.")
    call: str | None
    queue: str | None
    about: str | None = Field(description="The agent whom the customer complains about.")
    department: str | None
    nature: Nature | None
    upheld: bool | None
    follows: str | None
    case_class: str | None
    remedies: int
    urgent: bool
    version: int


class CasePage(ResponseBody):
    """Cases, in the order that was asked for."""

    items: list[CaseShown]
    next: str | None


class CaseLineShown(ResponseBody):
    """One line: who did what when; `place` is who is away, where a deputy did it."""

    n: int
    at: datetime | None
    by: str
    place: str | None
    do: Move
    state: CaseState
    fields: dict[str, Any]


class CaseRecordShown(ResponseBody):
    """What the case holds against an agent; people decide on `violation`."""

    rule: CaseRule
    agent: str
    at: datetime | None
    verdict: CaseVerdict
    step: int | None
    violation: str | None


class CaseWarningShown(ResponseBody):
    """A warning that was told."""

    percent: float
    at: datetime | None


class CaseWhole(CaseShown):
    """A case with its lines; `may` names the moves that are for whoever reads it, as it stands."""

    customer_card: CustomerNamed | None
    recording: str | None
    unknown: list[str] = Field(description="What the record does not have of the call.")
    lines: list[CaseLineShown]
    records: list[CaseRecordShown]
    warnings: list[CaseWarningShown]
    turns: dict[str, float] = Field(description="Seconds by whose turn it was: ours, department, customer.")
    turn: str | None = Field(description="Whose turn it is; null: no clock runs.")
    turn_since: datetime | None = Field(description="From when on `turns` lacks it.")
    chases: int
    attempts: int
    reopened: int
    analysed_at: datetime | None
    reported_at: datetime | None
    responsible_agent: str | None
    responsible_department: str | None
    report_due: datetime | None = Field(description="By when the investigation is reported; null: not analysed yet.")
    may: list[Move]
    moves: list[MoveOffered] = Field(description="All that it can make as it stands, for whom each is, its form.")


class CaseMoved(ResponseBody):
    """Where a case stands after what was done; the case itself is read."""

    id: str
    number: str | None
    state: CaseState
    owner: str
    due: datetime | None
    version: int
    unknown: list[str] = Field(default=[], description="What the record does not have of the call.")


class CaseMoves(NamedTuple):
    """What whoever reads a case may do, all that can be done, and how long its report has from the analysis on."""

    may: list[Move]
    offered: list[OfferedMove]
    report_within: Micros


def case_shown(filed: FiledCase, person: Principal, zone: ZoneInfo) -> CaseShown:
    """Show where a case stands."""
    return CaseShown(**_standing(filed, person, zone))


def case_whole(
    filed: FiledCase,
    steps: list[CaseStep],
    records: list[FiledCaseRecord],
    person: Principal,
    zone: ZoneInfo,
    customer: CustomerNamed | None,
    moves: CaseMoves,
) -> CaseWhole:
    """Show a case with all that led there."""
    case = filed.case
    seen = sight(person.role, Part.CALLER)
    told = None if case.analysis is None else case.analysis
    return CaseWhole(
        **_standing(filed, person, zone),
        customer_card=customer,
        recording=filed.about.recording,
        unknown=unknown_of(filed),
        lines=[line_shown(one, seen, zone) for one in steps],
        records=[_record(one, zone) for one in records],
        warnings=[CaseWarningShown(percent=one.percent, at=moment_out(one.at, zone)) for one in case.warnings],
        turns={turn: case.turns.get(turn, 0) / SECOND for turn in ("ours", "department", "customer")},
        turn=turn_of(case.state) if case.clock.runs else None,
        turn_since=moment_out(case.since, zone) if case.clock.runs else None,
        chases=case.chases,
        attempts=case.attempts,
        reopened=case.reopened,
        analysed_at=moment_out(case.analysed_at, zone),
        reported_at=moment_out(case.reported_at, zone),
        responsible_agent=None if told is None else told.agent,
        responsible_department=None if told is None else told.department,
        report_due=None if case.analysed_at is None else moment_out(case.analysed_at + moves.report_within, zone),
        may=moves.may,
        moves=[move_offered(one, person) for one in moves.offered],
    )


def line_shown(step: CaseStep, seen: Sight, zone: ZoneInfo) -> CaseLineShown:
    """Show a line."""
    fields = step.fields if seen is Sight.FULL else without_numbers_in(step.fields)
    return CaseLineShown(
        n=step.n,
        at=moment_out(step.at, zone),
        by=step.by,
        place=step.place,
        do=step.move,
        state=step.state,
        fields=fields,
    )


def unknown_of(filed: FiledCase) -> list[str]:
    """Name what the record does not have of the call that began a case."""
    if filed.about.call is None:
        return []
    return [name for name in ("customer", "queue", "recording") if getattr(filed.about, name) is None]


def moved_shown(moved: Moved, zone: ZoneInfo) -> CaseMoved:
    """Say where a case stands after a move: an answer is kept for days, and is to hold nothing personal."""
    filed = moved.filed
    return CaseMoved(
        id=filed.id,
        number=filed.case.number,
        state=filed.case.state,
        owner=filed.case.owner,
        due=moment_out(filed.case.clock.due, zone),
        version=filed.version,
        unknown=unknown_of(filed) if moved.step.move is Move.OPEN else [],
    )


def moved_answer(moved: Moved, zone: ZoneInfo, code: int = status.HTTP_200_OK) -> KeptAnswer:
    """Answer with where a case stands after a move."""
    told = moved_shown(moved, zone)
    return KeptAnswer(status=code, etag=etag(told.version), body=told.model_dump_json())


def text_without_numbers(text: str | None) -> str | None:
    """Show a text to whoever reads nobody's number."""
    told: str | None = without_numbers(text)
    return told


def _standing(filed: FiledCase, person: Principal, zone: ZoneInfo) -> dict[str, Any]:
    case, about = filed.case, filed.about
    return {
        "id": filed.id,
        "number": case.number,
        "state": case.state,
        "owner": case.owner,
        "opened_at": moment_out(case.opened_at, zone),
        "due": moment_out(case.clock.due, zone),
        "stopped_at": moment_out(case.clock.stopped_at, zone),
        "kept": case.kept,
        "level": case.level,
        "channel": about.channel,
        "customer": about.customer if may(person, Right.SEE_CUSTOMERS) else None,
        "call": about.call,
        "queue": about.queue,
        "about": case.about,
        "department": case.department,
        "nature": None if case.analysis is None else case.analysis.nature,
        "upheld": case.upheld,
        "follows": case.follows,
        "case_class": about.case_class,
        "remedies": _remedies(case),
        "urgent": case.urgent,
        "version": filed.version,
    }


def _remedies(case: Case) -> int:
    return 0 if case.proposal is None else case.proposal.remedies


def _record(record: FiledCaseRecord, zone: ZoneInfo) -> CaseRecordShown:
    return CaseRecordShown(
        rule=record.rule,
        agent=record.agent,
        at=moment_out(record.at, zone),
        verdict=record.verdict,
        step=record.step,
        violation=record.violation,
    )
