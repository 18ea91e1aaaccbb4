"""What a draft rulebook would change, agent by agent: begun, watched, stopped."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Self

from fastapi import APIRouter, Depends, Request, Response, status
from pydantic import Field, model_validator

from callcenter import locale
from callcenter.domain.frame import Micros
from callcenter.errors import BadInput
from callcenter.locale import Language
from callcenter.reports.trial.text import Sort, ordered
from callcenter.reports.trial.verdicts import Difference, ModeDifference, Tally, TrialSpan
from callcenter.rules.regulations.edition import Rulebook
from callcenter.rules.regulations.rulebook import rulebook_of, whole
from callcenter.staff.dates import day_start
from callcenter.staff.rights import Right
from callcenter.staff.roles import Principal, may
from callcenter.store.audit import Audited
from callcenter.store.decisions.changes import ChangeKind, get
from callcenter.store.idempotency import KeptAnswer
from callcenter.store.unit_of_work import UnitOfWork
from callcenter.web.api.fields import Day, Name, RequestBody, ResponseBody, moment_out
from callcenter.web.api.once import TheOnce, etag
from callcenter.web.api.review.offered import titles_of
from callcenter.web.api.review.trying import TrialAsked, TrialRun, Trials, TrialState
from callcenter.web.auth import allowed
from callcenter.web.problems import RequestRefused, language_of
from callcenter.web.service import Service, TheService

router = APIRouter(prefix="/rules/trials", tags=["rules"])

_MOST_DAYS = 366
_MOST_ROWS = 2_000
Trying = Annotated[Principal, Depends(allowed(Right.PROPOSE_CHANGE, Right.APPROVE_CHANGE))]


class NewTrial(RequestBody):
    """Which days are judged anew, and by which draft: a proposed change, or a rulebook as it is written."""

    first: Day = Field(alias="from")
    last: Day = Field(alias="to", description="Itself included.")
    change: Name | None = Field(default=None, description="Id of a proposed rulebook.")
    content: dict[str, Any] | None = Field(default=None, description="A rulebook; its newest edition counts.")

    @model_validator(mode="after")
    def _one_draft(self) -> Self:
        if (self.change is None) == (self.content is None):
            raise ValueError("either `change` or `content` must be given")
        if not 0 <= (self.last - self.first).days < _MOST_DAYS:
            raise ValueError(f"`to` must not be before `from`, nor more than {_MOST_DAYS} days after it")
        return self


class TrialTally(ResponseBody):
    """How many records there are of each verdict, and the points of the proposed ones."""

    proposed: int
    undetermined: int
    excused: int
    points: int


class TrialRow(ResponseBody):
    """One agent's records of one rule, by either rulebook; or all together, without agent and rule."""

    agent: str | None
    rule: str | None
    title: str | None
    in_force: TrialTally
    draft: TrialTally
    gained: int
    lost: int
    changed: int
    points: int = Field(description="How many more points the draft would propose; below 0: fewer.")


class TrialPart(ResponseBody):
    """What differs among the records of one mode, the most different first; without those about whoever reads."""

    total: TrialRow
    rows: list[TrialRow]
    same: int = Field(description="Agents' rules without a difference, which are left out.")
    left_out: int = Field(description="Rows that are too many to be shown.")


class TrialShown(ResponseBody):
    """A trial: how far it is, and what it found."""

    id: str
    by: str = Field(description="Who began it.")
    may_stop: bool
    state: TrialState
    progress: float = Field(description="From 0 to 1.")
    first: date = Field(serialization_alias="from")
    last: date = Field(serialization_alias="to")
    draft: str = Field(description="Version of the draft.")
    in_force: list[str] = Field(description="Versions that held.")
    archived_from: datetime | None = Field(description="Nothing before counts; null: not known yet.")
    archived_to: datetime | None
    without_roster: bool = Field(description="No roster is set: every record is undetermined.")
    fault: str | None
    on: TrialPart | None
    shadow: TrialPart | None = Field(description="For administrators alone.")


@router.post("", status_code=status.HTTP_202_ACCEPTED, response_model=TrialShown)
async def start_trial(body: NewTrial, person: Trying, service: TheService, once: TheOnce) -> Response:
    """Judge past days by a draft rulebook and by the one in force; one is tried at a time, and nothing is recorded."""
    trials, language = _trials(service), language_of(once.request.headers.get("accept-language"))

    async def work(unit: UnitOfWork) -> KeptAnswer:
        asked = _asked(body, await _draft(unit, body, service), person, service)
        detail = {"from": body.first.isoformat(), "to": body.last.isoformat()}
        await unit.note(_noted("try", asked, person, once.asked.at, detail))
        shown = _shown(trials.start(once.new_id, asked), person, language)
        return KeptAnswer(status=status.HTTP_202_ACCEPTED, etag=etag(1), body=shown.model_dump_json(by_alias=True))

    return await once.answer(work)


@router.get("/{number}")
async def read_trial(number: str, person: Trying, service: TheService, request: Request) -> TrialShown:
    """Read how far a trial is, and what it found; kept until others have been tried."""
    run = _trials(service).run(number)
    return _shown(run, person, language_of(request.headers.get("accept-language")))


@router.post("/{number}/stop")
async def stop_trial(number: str, person: Trying, service: TheService, request: Request) -> TrialShown:
    """Let a trial end where it is, if one began it oneself or approves changes; what it would have found is lost."""
    run = _trials(service).run(number)
    if not _may_stop(run, person):
        raise RequestRefused("forbidden", f"{run.asked.by} tries this draft: they stop it, or who approves changes")
    if run.state is TrialState.RUNNING and not run.stopping:
        async with service.decisions.writing() as unit:
            await unit.note(_noted("stop", run.asked, person, service.clock(), {"by": run.asked.by}))
        run.stopping = True
    return _shown(run, person, language_of(request.headers.get("accept-language")))


def _may_stop(run: TrialRun, person: Principal) -> bool:
    return run.asked.by == person.account or may(person, Right.APPROVE_CHANGE)


def _noted(action: str, asked: TrialAsked, person: Principal, at: Micros, detail: dict[str, Any]) -> Audited:
    version = asked.draft.editions[-1].version
    return Audited(at=at, actor=person.account, action=action, kind="rulebook", subject=version, detail=detail)


def _trials(service: Service) -> Trials:
    if service.ports.trials is None:
        raise RequestRefused("unavailable", "this service has no archive to try a draft on")
    return service.ports.trials


async def _draft(unit: UnitOfWork, body: NewTrial, service: Service) -> Rulebook:
    content = body.content
    if body.change is not None:
        change = await get(unit.connection, body.change)
        if change.kind is not ChangeKind.RULEBOOK:
            raise BadInput("only a change of the rulebook can be tried")
        content = change.content
    return rulebook_of(whole(content or {}), service.rulebook.timezone)


def _asked(body: NewTrial, draft: Rulebook, person: Principal, service: Service) -> TrialAsked:
    zone = service.rulebook.zone
    span = TrialSpan(day_start(body.first, zone), day_start(body.last, zone, days=1))
    return TrialAsked(draft, service.in_force(), body.first, body.last, span, person.account)


def _shown(run: TrialRun, person: Principal, language: Language) -> TrialShown:
    asked, outcome, rulebook = run.asked, run.outcome, run.asked.in_force.rulebook
    held = ((edition.version, *rulebook.holds(edition)) for edition in rulebook.editions)
    span = asked.span
    sees_shadow = may(person, Right.SEE_SHADOW)
    return TrialShown(
        id=run.id,
        by=asked.by,
        may_stop=_may_stop(run, person),
        state=run.state,
        progress=run.progress,
        first=asked.first,
        last=asked.last,
        draft=asked.draft.editions[-1].version,
        in_force=[name for name, start, end in held if start < span.end and (end is None or end > span.start)],
        archived_from=None if run.archived is None else moment_out(run.archived.start, rulebook.zone),
        archived_to=None if run.archived is None else moment_out(run.archived.end, rulebook.zone),
        without_roster=asked.in_force.roster is None,
        fault=None if run.fault is None else locale.sentence(run.fault, language),
        on=None if outcome is None else _part(_for(person, outcome.on), run, language),
        shadow=None if outcome is None or not sees_shadow else _part(_for(person, outcome.shadow), run, language),
    )


def _for(person: Principal, part: ModeDifference) -> ModeDifference:
    """Leave out what is about whoever reads: records may be among it of which they have not been told."""
    return part if person.agent is None else part.without(person.agent)


def _part(part: ModeDifference, run: TrialRun, language: Language) -> TrialPart:
    differing = ordered((row for row in part.rows if row.size), Sort.DIFFERENCE)
    titles = _titles(run, language)
    return TrialPart(
        total=_row(part.total, titles),
        rows=[_row(row, titles) for row in differing[:_MOST_ROWS]],
        same=len(part.rows) - len(differing),
        left_out=max(0, len(differing) - _MOST_ROWS),
    )


def _titles(run: TrialRun, language: Language) -> dict[str, str]:
    editions = (*run.asked.in_force.rulebook.editions, run.asked.draft.editions[-1])
    return titles_of(editions, language)


def _row(row: Difference, titles: dict[str, str]) -> TrialRow:
    return TrialRow(
        agent=row.agent or None,
        rule=row.rule or None,
        title=titles.get(row.rule),
        in_force=_tally(row.in_force),
        draft=_tally(row.draft),
        gained=row.gained,
        lost=row.lost,
        changed=row.changed,
        points=row.points,
    )


def _tally(tally: Tally) -> TrialTally:
    return TrialTally(
        proposed=tally.proposed,
        undetermined=tally.undetermined,
        excused=tally.excused,
        points=tally.proposed_points,
    )
