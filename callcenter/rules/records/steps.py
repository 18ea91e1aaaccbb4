"""The steps that people take with a record: one table, and what a step says before and after it was taken (pure)."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from callcenter.domain.frame import Micros
from callcenter.rules.records.standing import RecordState
from callcenter.rules.regulations.edition import Severity
from callcenter.staff.rights import Role
from callcenter.staff.workdays import Workdays


class Action(StrEnum):
    """What somebody does with a record."""

    NOTIFY = "notify"
    EXPLAIN = "explain"
    APPEAL = "appeal"
    CONFIRM = "confirm"
    REDUCE = "reduce"
    OVERTURN = "overturn"
    WITHDRAW = "withdraw"
    CHECK = "check"
    AGREE = "agree"
    DISAGREE = "disagree"


_WITHDRAW = {Action.WITHDRAW: RecordState.WITHDRAWN}
_DECIDE = {
    Action.CONFIRM: RecordState.CONFIRMED,
    Action.REDUCE: RecordState.REDUCED,
    Action.OVERTURN: RecordState.OVERTURNED,
}
DECISIONS = frozenset(_DECIDE)
_REVIEW = {Action.AGREE: RecordState.PROPOSED, Action.DISAGREE: RecordState.PROPOSED}
REVIEWS = frozenset(_REVIEW)
"""Said of what a rule in shadow raised; nothing follows from it but the rule's agreement rate."""

STEPS: dict[RecordState, dict[Action, RecordState]] = {
    RecordState.PROPOSED: {
        Action.NOTIFY: RecordState.NOTIFIED,
        Action.OVERTURN: RecordState.OVERTURNED,
        **_REVIEW,
        **_WITHDRAW,
    },
    RecordState.NOTIFIED: {
        Action.EXPLAIN: RecordState.EXPLAINED,
        Action.APPEAL: RecordState.APPEALED,
        **_DECIDE,
        **_WITHDRAW,
    },
    RecordState.EXPLAINED: {Action.APPEAL: RecordState.APPEALED, **_DECIDE, **_WITHDRAW},
    RecordState.APPEALED: {**_DECIDE, **_WITHDRAW},
    RecordState.CONFIRMED: {Action.APPEAL: RecordState.APPEALED, Action.CHECK: RecordState.CONFIRMED, **_WITHDRAW},
    RecordState.REDUCED: {Action.APPEAL: RecordState.APPEALED, Action.CHECK: RecordState.REDUCED, **_WITHDRAW},
    RecordState.OVERTURNED: {},
    RecordState.WITHDRAWN: {},
}
"""Every step that there is; whatever is not here cannot be taken."""


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """How many working days each has, and which days those are."""

    days: Workdays
    explain: int = 3
    appeal: int = 5
    decide: int = 5


class ProcessStep(msgspec.Struct, frozen=True, kw_only=True):
    """One step of one person.

    Attributes:
        agent: Whom the person is on the floor, if anybody.
        role: None for the service itself.
        points: With a decision: what it comes to; None leaves them as they are.
        item: With a check: which.
    """

    action: Action
    by: str
    at: Micros
    role: Role | None = None
    agent: str | None = None
    note: str = ""
    points: int | None = None
    severity: Severity | None = None
    item: str | None = None


class HistoryEntry(msgspec.Struct, frozen=True, kw_only=True):
    """What a step did, for the record's history and the audit log."""

    action: Action
    before: RecordState
    after: RecordState
    by: str
    role: Role | None
    at: Micros
    note: str
    points: int | None
    severity: Severity | None
    item: str | None
