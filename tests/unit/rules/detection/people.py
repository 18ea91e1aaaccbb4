"""People of a department, and a record about one of them, for the tests of what they may do."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from callcenter.domain.frame import Micros
from callcenter.rules.records.standing import SERVICE, Standing
from callcenter.rules.records.steps import Action, ProcessStep, Terms
from callcenter.rules.records.violation import Verdict
from callcenter.rules.regulations.edition import Mode, Severity
from callcenter.staff.dates import day_start
from callcenter.staff.rights import Role
from callcenter.staff.roles import Principal
from callcenter.staff.workdays import Workdays

SHANGHAI = ZoneInfo("Asia/Shanghai")
TERMS = Terms(days=Workdays(SHANGHAI), explain=3, appeal=5, decide=5)
HOUR: Micros = 3_600_000_000
MONDAY: Micros = day_start(date(2026, 3, 2), SHANGHAI) + 9 * HOUR
"""A Monday in March, 09:00; no festival is near."""
DAY = 24 * HOUR

ALICE = Principal(account="alice", role=Role.AGENT, agent="Alice", team="hotline")
BOB = Principal(account="bob", role=Role.AGENT, agent="Bob", team="hotline")
LEADER = Principal(account="li", role=Role.GROUP_LEADER, agent="Li", team="hotline")
SUPERVISOR = Principal(account="sun", role=Role.SUPERVISOR)
OTHER_SUPERVISOR = Principal(account="shen", role=Role.SUPERVISOR)
MANAGER = Principal(account="ma", role=Role.MANAGER)
HR = Principal(account="hua", role=Role.HR)
QA = Principal(account="qian", role=Role.QA)


def record(**other: Any) -> Standing:
    """Make a record about Alice that the service proposed: minor, 2 to 5 points."""
    given: dict[str, Any] = {
        "agent": "Alice",
        "verdict": Verdict.PROPOSED,
        "mode": Mode.ON,
        "severity": Severity.MINOR,
        "points": 2,
        "most": 5,
        "proposed_by": SERVICE,
    }
    return Standing(**given | other)


def step(action: Action, who: Principal, at: Micros = MONDAY, note: str = "because", **other: Any) -> ProcessStep:
    """Let somebody do something."""
    return ProcessStep(action=action, by=who.account, role=who.role, agent=who.agent, at=at, note=note, **other)
