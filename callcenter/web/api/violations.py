"""Violations: lists, one in full, the quick form, and the steps that people take."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response, status
from pydantic import Field

from callcenter.reports.records.listing import LISTED, RECORD_COLUMNS, RECORDS, ListedRecord, records_listed
from callcenter.rules.records.dossier import seen_by_people
from callcenter.rules.records.sealed import veil
from callcenter.rules.records.standing import RecordState
from callcenter.rules.records.steps import Action, ProcessStep
from callcenter.rules.records.violation import Verdict
from callcenter.rules.regulations.edition import Severity
from callcenter.staff.rights import Right
from callcenter.staff.roles import Principal
from callcenter.store.decisions.violations import (
    FiledRecord,
    RecordOrder,
    RecordQuery,
    calls_of,
    get_for,
    history,
    page,
    place_of,
)
from callcenter.store.idempotency import KeptAnswer
from callcenter.store.unit_of_work import UnitOfWork
from callcenter.usecases.file_report import SeenReport, file_report
from callcenter.usecases.take_step import StepTaken, rights_for
from callcenter.usecases.take_step import take_step as take
from callcenter.web.api.fields import (
    Cursor,
    Limit,
    Moment,
    Name,
    RequestBody,
    Time,
    Words,
    moment_in,
    place_in,
    place_out,
)
from callcenter.web.api.once import SeenVersion, TheOnce, etag
from callcenter.web.api.review.offered import ReportChoices, rule_words
from callcenter.web.api.shapes import Detail, Reader, RecordPage
from callcenter.web.api.written import EXPORT, FileAsked, note_export, require_few
from callcenter.web.auth import TheSession, allowed
from callcenter.web.problems import language_of, problem
from callcenter.web.service import TheService

router = APIRouter(prefix="/violations", tags=["violations"])

_AT_ONCE = 2_000


class RecordFilter(RequestBody):
    """Which records are asked for, in which order."""

    agent: Name | None = None
    team: Name | None = None
    rule: Name | None = None
    state: RecordState | None = None
    verdict: Verdict | None = None
    since: Moment | None = Field(default=None, alias="from")
    until: Moment | None = Field(default=None, alias="to")
    due_by: Moment | None = Field(default=None, description="Only those with which something is to be done by then.")
    order: RecordOrder = RecordOrder.NEWEST

    @property
    def query(self) -> RecordQuery:
        """What the database is asked."""
        told = self.model_dump(include={"agent", "team", "rule", "state", "verdict", "order"})
        return RecordQuery(
            **told,
            since=moment_in(self.since),
            until=moment_in(self.until),
            due_until=moment_in(self.due_by),
        )


class RecordPageAsked(RecordFilter):
    """The same, a page at a time."""

    limit: Limit = 50
    cursor: Cursor = None


class RecordsToWrite(RecordFilter, FileAsked):
    """Which records are written to a file."""


class Saying(RequestBody):
    """What is done, in words and figures; which of them count depends on the step."""

    note: Words = Field(default="", description="Needed but to notify, check and agree: a decision says why.")
    points: int | None = Field(default=None, ge=0, le=1000, description="With a decision.")
    severity: Severity | None = Field(default=None, description="With a reduction.")
    item: Name | None = Field(default=None, description="With a check: which.")


class Manual(RequestBody):
    """What a person saw."""

    rule: Name
    agent: Name
    at: Time
    note: Words = Field(min_length=1, description="What happened, for the agent to read.")
    call: Name | None = Field(default=None, description="The call that it is about, by the caller's channel.")


def _reader(request: Request, service: TheService, person: Annotated[Principal, Depends(allowed(Right.SEE))]) -> Reader:
    language = language_of(request.headers.get("accept-language"))
    return Reader(person, language, service.rulebook, service.clock(), service.terms)


TheReader = Annotated[Reader, Depends(_reader)]
Seeing = Annotated[Principal, Depends(allowed(Right.SEE))]
Proposing = Annotated[Principal, Depends(allowed(Right.PROPOSE))]


@router.get("")
async def list_violations(
    asked: Annotated[RecordPageAsked, Query()], person: Seeing, reader: TheReader, service: TheService
) -> RecordPage:
    """List the records that one may see; `from` is inclusive, `to` is not."""
    after = place_in(asked.cursor)
    async with service.decisions.reading() as connection:
        found = await page(connection, person, asked.query, after, asked.limit + 1)
    shown = found[: asked.limit]
    more = place_out(place_of(shown[-1], asked.order)) if len(found) > len(shown) else None
    return RecordPage(items=[reader.summary(record) for record in shown], next=more)


@router.get("/export", response_class=Response, dependencies=[EXPORT])
async def export_violations(
    asked: Annotated[RecordsToWrite, Query()], person: Seeing, reader: TheReader, service: TheService
) -> Response:
    """Write the records that one may see to a file; what a spreadsheet would run is made inert."""
    rows: list[ListedRecord] = []
    after: tuple[int, str] | None = None
    async with service.decisions.reading() as connection:
        while some := await page(connection, person, asked.query, after, _AT_ONCE):
            rows += [ListedRecord(**reader.summary(one).model_dump(include=LISTED)) for one in some]
            require_few(len(rows))
            after = place_of(some[-1], asked.order)
    await note_export(service, person, "violation", records=len(rows))
    listed, title = records_listed(rows, reader.language), RECORDS.say("records", reader.language)
    return await asked.answer("records", title, RECORD_COLUMNS, listed, reader.language)


@router.get("/manual")
async def read_choices(
    person: Proposing, reader: TheReader, service: TheService, at: Annotated[Moment | None, Query()] = None
) -> ReportChoices:
    """Say which rules people record (those that held at a moment; now without one), and of which agents one may."""
    edition = service.rulebook.at(moment_in(at) or service.clock())
    rules = {} if edition is None else seen_by_people(edition)
    mine = service.agents_of(person, Right.PROPOSE)
    agents = service.agents if mine is None else mine
    return ReportChoices(
        rules=[rule_words(code, rule, reader.language) for code, rule in rules.items()],
        agents=None if service.agents is None or agents is None else sorted(agents - {person.agent}),
    )


@router.get("/{number}")
async def read_violation(
    number: str, person: Seeing, reader: TheReader, service: TheService, response: Response
) -> Detail:
    """Read one record in full, as far as one may; its ETag is what a step on it must name."""
    async with service.decisions.reading() as connection:
        record = await service.opened(connection, await get_for(connection, number, person))
        steps = await history(connection, number)
        calls = await calls_of(connection, record)
    response.headers["ETag"] = etag(record.version)
    return reader.detail(record, steps, calls)


@router.post("/manual", status_code=status.HTTP_201_CREATED, response_model=Detail)
async def file_violation(
    body: Manual, person: Proposing, reader: TheReader, service: TheService, once: TheOnce
) -> Response:
    """Record what one saw; it is as good as any other record, and refused where the service has raised the same act."""

    async def work(unit: UnitOfWork) -> KeptAnswer:
        at = moment_in(body.at)
        assert at is not None
        seen = SeenReport(rule=body.rule, agent=body.agent, at=at, words=body.note, key=once.asked.key, call=body.call)
        filed = await file_report(unit, seen, person, service.rulebook, service.roster, service.clock())
        return await _answer(unit, filed, reader, status.HTTP_201_CREATED)

    return await once.answer(work)


def _acting(action: Action, session: TheSession) -> Principal:
    """Let pass whoever has the right to such a step over anything at all."""
    return allowed(*rights_for(action))(session)


def _step(
    action: Action, body: Saying, person: Annotated[Principal, Depends(_acting)], service: TheService
) -> ProcessStep:
    """Read which step it is, and whose."""
    return ProcessStep(
        action=action,
        by=person.account,
        role=person.role,
        agent=person.agent,
        at=service.clock(),
        note=body.note,
        points=body.points,
        severity=body.severity,
        item=body.item,
    )


@router.post("/{number}/{action}", response_model=Detail)
async def take_step(
    number: str,
    step: Annotated[ProcessStep, Depends(_step)],
    reader: TheReader,
    service: TheService,
    once: TheOnce,
    seen: SeenVersion,
    person: Seeing,
) -> Response:
    """Take a step with a record; If-Match names the version that was read."""
    moved: list[FiledRecord] = []

    async def work(unit: UnitOfWork) -> KeptAnswer:
        record = await get_for(unit.connection, number, person)
        taken = await take(unit, person, record, seen, step, service.step_context)
        moved.append(taken.record)
        return _broken(once.request, taken) if taken.faults else await _answer(unit, taken.record, reader)

    answer = await once.answer(work)
    for record in moved:
        service.record_moved(record)
    return answer


async def _answer(unit: UnitOfWork, record: FiledRecord, reader: Reader, code: int = status.HTTP_200_OK) -> KeptAnswer:
    """Answer with a record, what is sealed of it left out: an answer is kept for days."""
    veiled = msgspec.structs.replace(record, dossier=veil(record.dossier))
    steps, calls = await history(unit.connection, record.dossier.id), await calls_of(unit.connection, record)
    shown = reader.detail(veiled, steps, calls)
    return KeptAnswer(status=code, etag=etag(record.version), body=shown.model_dump_json())


def _broken(request: Request, taken: StepTaken) -> KeptAnswer:
    language = language_of(request.headers.get("accept-language"))
    told = problem(request, "evidence-broken", "; ".join(fault.told(language) for fault in taken.faults))
    return KeptAnswer(status=told.status_code, etag=etag(taken.record.version), body=bytes(told.body).decode())
