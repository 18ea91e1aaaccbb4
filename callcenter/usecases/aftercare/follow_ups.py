"""Customers of closed cases are called back by chance: the seed is fixed while the month runs, the draw follows it.

Nobody chooses the cases: the service fixes the seed and draws by itself, and whoever has the seed draws the same.
"""

from __future__ import annotations

import secrets
from zoneinfo import ZoneInfo

from callcenter.cases.aftercare.follow_ups import CaseFollowUp, CaseFollowUpState, commitment_of, drawn
from callcenter.domain.frame import Micros
from callcenter.errors import BadInput
from callcenter.staff.months import month_name, month_of, month_span, read_month
from callcenter.staff.roles import Principal
from callcenter.store.aftercare.follow_ups import (
    closed_in,
    draw_of,
    drawn_case,
    fix_seed,
    keep_draw,
    keep_follow_up,
    undrawn,
    worked_on,
)
from callcenter.store.audit import Audited
from callcenter.store.conflicts import Conflict
from callcenter.store.unit_of_work import UnitOfWork

_SERVICE = "service"
_SEED_BYTES = 16


async def keep_drawing(unit: UnitOfWork, percent: int, zone: ZoneInfo, now: Micros) -> list[str]:
    """Fix the present month's seed where it has none, and draw each month that is over; returns what was drawn for."""
    present = month_name(month_of(now, zone))
    if await draw_of(unit.connection, present) is None:
        seed = secrets.token_hex(_SEED_BYTES)
        await fix_seed(unit, present, seed, commitment_of(seed), now)
        await _note(unit, "fix_seed", present, now, {"commitment": commitment_of(seed)})
    months = await undrawn(unit.connection, present)
    for month in months:
        await _draw(unit, month, percent, zone, now)
    return months


async def _draw(unit: UnitOfWork, month: str, percent: int, zone: ZoneInfo, now: Micros) -> None:
    draw = await draw_of(unit.connection, month)
    assert draw is not None
    found = await closed_in(unit.connection, *month_span(read_month(month), zone))
    numbers = drawn(draw.seed, found, percent)
    await keep_draw(unit, month, percent, found, numbers, now)
    await _note(unit, "draw", month, now, {"cases": len(found), "drawn": len(numbers)})


async def _note(unit: UnitOfWork, action: str, month: str, now: Micros, detail: dict[str, object]) -> None:
    await unit.note(Audited(at=now, actor=_SERVICE, action=action, kind="follow_up", subject=month, detail=detail))


async def record_follow_up(
    unit: UnitOfWork, month: str, case: str, told: CaseFollowUp, words: str | None, person: Principal, now: Micros
) -> None:
    """Record what a call back came to, once, by somebody who had no hand in the case.

    Raises:
        Missing: The case was not drawn in that month.
        Conflict: It was recorded already, or this person worked on it.
        BadInput: What the customer said is missing.
    """
    found = await drawn_case(unit.connection, month, case)
    if found.told.state is not CaseFollowUpState.OPEN:
        raise Conflict("this follow-up was recorded already: read the list again")
    if person.account in await worked_on(unit.connection, case):
        raise Conflict("whoever worked on a case does not follow it up: let somebody else call")
    if (told.state is CaseFollowUpState.MADE) is (told.satisfaction is None):
        raise BadInput("satisfaction is 1, 2 or 3 where the follow-up was made, and left out where it was in vain")
    if told.state is CaseFollowUpState.OPEN:
        raise BadInput("a follow-up is recorded as made or unreachable")
    await keep_follow_up(unit, month, case, told, words, person.account, now)
    detail = {"month": month, "state": told.state.value}
    await unit.note(
        Audited(at=now, actor=person.account, action="record", kind="follow_up", subject=case, detail=detail)
    )
