"""A move of a complaint, by whoever makes it and wherever it comes from: done whole, or refused and nothing changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from callcenter.cases.complaints import effects
from callcenter.cases.complaints.case import Case
from callcenter.cases.complaints.checks import Acting, check, check_opening
from callcenter.cases.complaints.deadlines import came_last, come_to, next_instant
from callcenter.cases.complaints.lines import CaseLine, Refused
from callcenter.cases.complaints.settings import CaseDesk
from callcenter.cases.complaints.vocabulary import CaseState, Move, MoveWhy
from callcenter.domain.frame import SECOND, Micros
from callcenter.locale import english
from callcenter.staff.dates import datetime_of
from callcenter.store.audit import Audited
from callcenter.store.complaints.cases import (
    CaseAbout,
    CaseStep,
    FiledCase,
    add_step,
    due_cases,
    get_case,
    keep_case,
    latest_line,
    make_case,
    newest_seq,
    next_number,
    note_report,
    put_off,
    steps_taken,
)
from callcenter.store.conflicts import Conflict, Missing, Outdated
from callcenter.store.outbox import OutboxKind, put
from callcenter.store.unit_of_work import UnitOfWork
from callcenter.usecases.complaints.office import CaseOffice
from callcenter.usecases.complaints.raise_case_records import file_case_records
from callcenter.usecases.complaints.warn import WarningTold, warn

_SET_BACK: Micros = 60 * SECOND
"""A clock that is behind the last line by no more than this is taken to show the line's time."""
_SENTENCES = {
    MoveWhy.UNKNOWN_CASE: english("there is no such case"),
    MoveWhy.WRONG_STATE: english("this cannot be done with the case as it stands: read it again"),
    MoveWhy.NOT_ALLOWED: english("this is not for your account to do with this case"),
    MoveWhy.OWN_MATTER: english("this is your own matter or your own work: somebody else has to do it"),
    MoveWhy.INCOMPLETE: english("something that this step needs is missing"),
    MoveWhy.NOT_POSSIBLE: english("a value of this step cannot be"),
    MoveWhy.TOO_LATE: english("it is too late for this step"),
}


class MoveRefused(Conflict):
    """A move cannot be made; nothing was changed. `fields` are those that it lacks, or that cannot be as they are."""

    def __init__(self, why: MoveWhy, *fields: str) -> None:
        self.why = why
        self.fields = fields
        told = ", ".join(fields)
        if fields and why is MoveWhy.INCOMPLETE:
            super().__init__(f"something that this step needs is missing: {told}")
        elif fields and why is MoveWhy.NOT_POSSIBLE:
            super().__init__(f"a value of this step cannot be: {told}")
        else:
            super().__init__(_SENTENCES[why])


class Moved(NamedTuple):
    """A case after a move; `step` is the line."""

    filed: FiledCase
    step: CaseStep


async def open_case(
    unit: UnitOfWork, office: CaseOffice, number: str, about: CaseAbout, told: Mapping[str, Any], now: Micros
) -> Moved:
    """Open a case under an id; `told` has the line's fields, `by` among them.

    Raises:
        MoveRefused: It cannot be opened.
        Conflict: There is one of this id, or our clock was set back.
    """
    at = await _time(unit, now)
    desk = await office.desk(unit.connection, at)
    line = CaseLine(at, {**told, "do": Move.OPEN.value, "case": number, "channel": about.channel.value})
    follows = line.get("follows")
    known = await _known(unit, follows) if isinstance(follows, str) else None
    if await _known(unit, number) is not None:
        raise Conflict("there is a case of this id already")
    try:
        acting = check_opening(line, desk, lambda _name: known is not None)
    except Refused as refused:
        raise MoveRefused(refused.why, *refused.fields) from None
    if known is not None:
        line = CaseLine(at, {**line.told, "follows": known})
    case = effects.opened(line, acting, desk)
    await _number(unit, case, at, desk)
    filed = await make_case(unit, number, case, about, next_instant(case, desk))
    step = await _note(unit, filed, line, acting, Move.OPEN, None)
    return Moved(filed, step)


async def move_case(
    unit: UnitOfWork,
    office: CaseOffice,
    number: str,
    move: Move,
    told: Mapping[str, Any],
    now: Micros,
    version: int | None = None,
) -> Moved:
    """Make a move with a case, by its id or number; `version` is the one that was read, None does not ask.

    Raises:
        Missing: There is no such case.
        Outdated: Somebody else moved it since that version.
        MoveRefused: It cannot be made.
        Conflict: Our clock was set back.
    """
    filed = await get_case(unit.connection, number)
    at = await _time(unit, now, came_last(filed.case) + 1)
    if version is not None and version != filed.version:
        raise Outdated("somebody else moved this case since it was read", filed.version)
    desk = await office.desk(unit.connection, at)
    filed, _warnings = await _come_up_to(unit, office, desk, filed, at)
    case, line = filed.case, CaseLine(at, {**told, "do": move.value, "case": filed.id})
    held, act, state = len(case.records), case.act, case.state
    try:
        acting = check(case, move, line, desk)
    except Refused as refused:
        raise MoveRefused(refused.why, *refused.fields) from None
    effects.done(case, move, line, acting, desk)
    case.settle(at)
    await _number(unit, case, at, desk)
    filed = await keep_case(unit, filed, next_instant(case, desk), at)
    await file_case_records(unit, office, filed, held, act, at)
    step = await _note(unit, filed, line, acting, move, state)
    return Moved(filed, step)


async def pass_case_time(unit: UnitOfWork, office: CaseOffice, now: Micros) -> list[WarningTold]:
    """Let come what was due in any case before now: warnings, each once, and breaches; returns the warnings.

    As many as fit into one transaction: again, until nothing is due.
    """
    desk = await office.desk(unit.connection, now)
    told: list[WarningTold] = []
    for filed in await due_cases(unit.connection, now):
        after, warnings = await _come_up_to(unit, office, desk, filed, now)
        told += warnings
        if after.version == filed.version:  # warnings are set otherwise since it was kept, or it would be due for ever
            await put_off(unit, filed.id, next_instant(filed.case, desk))
    return told


async def _come_up_to(
    unit: UnitOfWork, office: CaseOffice, desk: CaseDesk, filed: FiledCase, before: Micros
) -> tuple[FiledCase, list[WarningTold]]:
    """Let come what is due in a case before a moment, and keep it; returns the warnings, too."""
    case, held, told = filed.case, len(filed.case.records), len(filed.case.warnings)
    came = False
    while (due := next_instant(case, desk)) is not None and due < before:
        come_to(case, due, desk)
        came = True
    if not came:
        return filed, []
    filed = await keep_case(unit, filed, next_instant(case, desk), before)
    warnings = await warn(unit, filed, told)
    await file_case_records(unit, office, filed, held, case.act, before)
    return filed, warnings


async def _time(unit: UnitOfWork, now: Micros, earliest: Micros = 0) -> Micros:
    """Return the time of a line: never before the line that was taken last, nor before what came by itself."""
    latest = max(await latest_line(unit.connection), earliest)
    if latest - now > _SET_BACK:
        raise Conflict("the service's clock is behind the last step that was taken: set it right, then do this again")
    return max(now, latest)


async def _known(unit: UnitOfWork, number: str) -> str | None:
    try:
        return (await get_case(unit.connection, number)).id
    except Missing:
        return None


async def _number(unit: UnitOfWork, case: Case, at: Micros, desk: CaseDesk) -> None:
    if case.number is None and case.state is CaseState.RECORDED:
        case.number = await next_number(unit, datetime_of(at, desk.zone).strftime("%Y-%m"))


async def _note(
    unit: UnitOfWork, filed: FiledCase, line: CaseLine, acting: Acting, move: Move, before: CaseState | None
) -> CaseStep:
    """Keep a line, and that it was taken in the audit log and the outbox, which hold none of its words."""
    seq = await newest_seq(unit.connection)
    place = acting.place.account if acting.place is not acting.person else None
    fields = {name: value for name, value in line.told.items() if name not in {"at", "by", "do", "case"}}
    step = CaseStep(
        case=filed.id,
        n=await steps_taken(unit.connection, filed.id) + 1,
        seq=seq + 1,
        at=line.at,
        by=acting.person.account,
        place=place,
        move=move,
        state=filed.case.state,
        fields=fields,
    )
    await add_step(unit, step)
    if move is Move.REPORT:
        await note_report(unit, filed.id, fields["to"], line.at)
    detail = {"state": step.state, "number": filed.case.number} | ({"in_place_of": place} if place else {})
    await unit.note(Audited(at=line.at, actor=step.by, action=move, kind="case", subject=filed.id, detail=detail))
    said: dict[str, Any] = {"case": filed.id, "number": filed.case.number, "move": move, "at": line.at}
    said |= {"from": before, "to": step.state, "role": acting.place.role}
    await put(unit.connection, OutboxKind.COMPLAINT, filed.id, said, line.at)
    return step
