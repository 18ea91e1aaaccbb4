"""A department with complaints that went the whole way, for the tests of what follows them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from callcenter.cases.complaints.vocabulary import CaseChannel
from callcenter.domain.frame import Micros
from callcenter.staff.months import month_name, month_of, month_span
from callcenter.staff.rights import Role
from callcenter.store.complaints.cases import CaseAbout
from callcenter.store.complaints.people import Department as Elsewhere
from callcenter.store.complaints.people import set_department
from callcenter.usecases.complaints.move_case import open_case
from tests.integration.api import Department, department
from tests.integration.complaints import HOUR, OFFICE, Desk
from tests.integration.office import hire
from tests.unit.rules.detection.people import MONDAY

ZONE = ZoneInfo("Asia/Shanghai")
MONTH = month_name(month_of(MONDAY, ZONE))
MONTH_END: Micros = month_span(month_of(MONDAY, ZONE), ZONE)[1]


async def opened_for(work: Department, number: str, owner: str, at: float, **about: Any) -> None:
    """Let somebody take a complaint, hours after Monday."""
    said = {"by": owner, "content": "it does not fit", "wanted": "the right one"}
    async with work.decisions.writing() as unit:
        told = CaseAbout(channel=CaseChannel.PHONE, **about)
        await open_case(unit, OFFICE, number, told, said, MONDAY + int(at * HOUR))


@asynccontextmanager
async def aftercare(folder: Path, now: Micros, *numbers: str, **about: Any) -> AsyncIterator[Department]:
    """Open a department at a moment, whose cases of these ids are archived on Monday."""
    async with department(folder) as found:
        found.now = now
        for name in ("alice", "bobby", "sun", "li-leads"):
            await found.signed_in(name)
        await hire(found.decisions, "grace", Role.GROUP_LEADER, None, "hotline")
        await hire(found.decisions, "sue", Role.SUPERVISOR)
        await hire(found.decisions, "mia", Role.MANAGER)
        async with found.decisions.writing() as unit:
            await set_department(unit, Elsewhere(name="warehouse", full_name="仓库"), "mia", MONDAY)
        for n, number in enumerate(numbers):
            await opened_for(found, number, "alice", 10 * n, **about)
            await Desk(found.decisions).walk(number, 10 * n + 1)
        yield found
