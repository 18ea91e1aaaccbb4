"""A department with a supervisor, a manager, two agents, another department and complaints, for the tests of these."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from callcenter.cases.complaints.vocabulary import CaseChannel, Move
from callcenter.domain.frame import SECOND, Micros
from callcenter.files.rulebook import load_rulebook
from callcenter.staff.rights import Role
from callcenter.store import DecisionStore
from callcenter.store.complaints.cases import CaseAbout
from callcenter.store.complaints.people import Department, department_account, set_department
from callcenter.usecases.complaints.move_case import Moved, move_case, open_case, pass_case_time
from callcenter.usecases.complaints.office import CaseOffice
from callcenter.usecases.complaints.settings import ComplaintsSettings
from callcenter.usecases.complaints.warn import WarningTold
from tests.integration.office import hire, opened
from tests.unit.rules.detection.people import MONDAY

HOUR: Micros = 3_600 * SECOND
OFFICE = CaseOffice(ComplaintsSettings(), load_rulebook(), None)
WAREHOUSE = department_account("warehouse")
UPHELD = {"cause": "wrong size sent", "nature": "attitude", "upheld": True, "responsible": {"agent": "Bob"}}


class Desk:
    """Complaints moved one after the other; `at` is in hours after Monday."""

    def __init__(self, decisions: DecisionStore, office: CaseOffice = OFFICE) -> None:
        self.decisions = decisions
        self.office = office

    async def open(self, number: str, by: str = "alice", at: float = 0, **told: Any) -> Moved:
        """Open a case that is recorded, unless something else is said."""
        said = {"by": by, "content": "it does not fit", "wanted": "the right one", **told}
        async with self.decisions.writing() as unit:
            about = CaseAbout(channel=CaseChannel.PHONE, customer=told.get("customer"), call=told.get("call"))
            return await open_case(unit, self.office, number, about, said, MONDAY + int(at * HOUR))

    async def move(self, number: str, move: Move, by: str, at: float, told: Mapping[str, Any] | None = None) -> Moved:
        async with self.decisions.writing() as unit:
            said = {"by": by, **(told or {})}
            return await move_case(unit, self.office, number, move, said, MONDAY + int(at * HOUR))

    async def pass_time(self, at: float) -> list[WarningTold]:
        async with self.decisions.writing() as unit:
            return await pass_case_time(unit, self.office, MONDAY + int(at * HOUR))

    async def walk(self, number: str, at: float = 1) -> None:
        """Take a recorded case to its archive, by six accounts."""
        await self.move(number, Move.ANALYSE, "sue", at, UPHELD)
        await self.move(number, Move.ASSIGN, "alice", at, {"department": "warehouse", "notice": "send the right one"})
        remedies = [{"kind": "voucher", "amount": "200"}]
        await self.move(number, Move.PROPOSE, WAREHOUSE, at + 1, {"solution": "sent anew", "remedies": remedies})
        await self.move(number, Move.APPROVE, "grace", at + 2)
        await self.move(number, Move.AGREE, "alice", at + 3, {"contact": "called"})
        await self.move(number, Move.CARRY_OUT, WAREHOUSE, at + 4, {"what": "sent"})
        await self.move(number, Move.FEEDBACK, "alice", at + 5, {"contact": "called", "satisfaction": 1})
        await self.move(number, Move.SUMMARISE, "alice", at + 6, {"lesson": "look twice", "improvement": "labels"})
        await self.move(number, Move.ARCHIVE, "mia", at + 7)


@asynccontextmanager
async def complaints(folder: Path) -> AsyncIterator[Desk]:
    async with opened(folder) as decisions:
        await hire(decisions, "alice", Role.AGENT, "Alice", "hotline")
        await hire(decisions, "bob", Role.AGENT, "Bob", "hotline")
        await hire(decisions, "grace", Role.GROUP_LEADER, None, "hotline")
        await hire(decisions, "sue", Role.SUPERVISOR)
        await hire(decisions, "mia", Role.MANAGER)
        async with decisions.writing() as unit:
            await set_department(unit, Department(name="warehouse", full_name="仓库"), "mia", MONDAY)
        yield Desk(decisions)
