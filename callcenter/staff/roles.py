"""Who may do what, to whose records, and sees which of their fields: one table a question.

Whatever a table does not name is not allowed. An account has one role, so that what two roles must do takes two
people.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum

import msgspec

from callcenter.locale import english


class Role(StrEnum):
    """What an account is in the department."""

    AGENT = "agent"
    GROUP_LEADER = "group_leader"
    SUPERVISOR = "supervisor"
    TRAINING_SPECIALIST = "training_specialist"
    QA = "qa"
    MANAGER = "manager"
    HR = "hr"
    ADMIN = "admin"

    @property
    def called(self) -> str:
        """Say whom a refusal speaks of."""
        return _CALLED[self]


_CALLED = {
    Role.AGENT: english("an agent"),
    Role.GROUP_LEADER: english("a group leader"),
    Role.SUPERVISOR: english("a supervisor"),
    Role.TRAINING_SPECIALIST: english("a training specialist"),
    Role.QA: english("a quality inspector"),
    Role.MANAGER: english("a manager"),
    Role.HR: english("somebody of HR"),
    Role.ADMIN: english("an administrator"),
}


class Right(StrEnum):
    """A thing that a role may do."""

    SEE = "see"
    PROPOSE = "propose"
    NOTIFY = "notify"
    EXPLAIN = "explain"
    APPEAL = "appeal"
    DECIDE = "decide"
    DECIDE_APPEAL = "decide_appeal"
    WITHDRAW = "withdraw"
    CHECK = "check"
    SEE_SHADOW = "see_shadow"
    REVIEW_SHADOW = "review_shadow"
    SEE_AGREEMENT = "see_agreement"
    PROPOSE_CHANGE = "propose_change"
    APPROVE_CHANGE = "approve_change"
    SEE_ACCOUNTS = "see_accounts"
    CHANGE_ACCOUNTS = "change_accounts"
    CONFIRM_ROLE = "confirm_role"
    READ_AUDIT = "read_audit"
    SEE_SCORES = "see_scores"
    ASSESS = "assess"
    ASSESS_SPECIALIST = "assess_specialist"
    GIVE_BONUS = "give_bonus"
    ADJUST = "adjust"
    RECORD_CALL = "record_call"
    SEE_CUSTOMERS = "see_customers"
    SEARCH_CUSTOMERS = "search_customers"
    EDIT_CUSTOMERS = "edit_customers"
    MERGE_CUSTOMERS = "merge_customers"
    CLASSIFY_CUSTOMERS = "classify_customers"
    DELETE_CUSTOMERS = "delete_customers"
    EXPORT_CUSTOMERS = "export_customers"
    IMPORT_CUSTOMERS = "import_customers"
    SEE_SURVEYS = "see_surveys"
    SEE_LOST_CALLS = "see_lost_calls"
    CLAIM_LOST_CALLS = "claim_lost_calls"
    CLOSE_LOST_CALLS = "close_lost_calls"


class Reach(IntEnum):
    """Whose records a role may do it to; each takes in the one before."""

    NONE = 0
    OWN = 1
    TEAM = 2
    ALL = 3


class Field(StrEnum):
    """A part of a record that not everybody may read."""

    CALLER = "caller"
    EVIDENCE = "evidence"
    MONEY = "money"
    NAMES = "names"


class Sight(StrEnum):
    """How much of a field is shown.

    A masked caller keeps three digits at the front and four at the end; masked evidence is positions and figures
    without what was said on the wire; masked names are roles.
    """

    HIDDEN = "hidden"
    MASKED = "masked"
    FULL = "full"


class Principal(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks: an account, its role, the agent that it is on the floor, if any, and its team."""

    account: str
    role: Role
    agent: str | None = None
    team: str | None = None


RIGHTS: dict[Role, dict[Right, Reach]] = {
    Role.AGENT: {
        Right.SEE_SURVEYS: Reach.OWN,
        Right.SEE: Reach.OWN,
        Right.EXPLAIN: Reach.OWN,
        Right.APPEAL: Reach.OWN,
        Right.SEE_SCORES: Reach.OWN,
        Right.RECORD_CALL: Reach.OWN,
        Right.SEE_CUSTOMERS: Reach.ALL,
        Right.EDIT_CUSTOMERS: Reach.ALL,
        Right.SEE_LOST_CALLS: Reach.ALL,
        Right.CLAIM_LOST_CALLS: Reach.ALL,
    },
    Role.GROUP_LEADER: {
        Right.SEE_SURVEYS: Reach.TEAM,
        Right.SEE: Reach.TEAM,
        Right.PROPOSE: Reach.TEAM,
        Right.NOTIFY: Reach.TEAM,
        Right.EXPLAIN: Reach.OWN,
        Right.APPEAL: Reach.OWN,
        Right.WITHDRAW: Reach.TEAM,
        Right.SEE_SCORES: Reach.TEAM,
        Right.RECORD_CALL: Reach.TEAM,
        Right.SEE_CUSTOMERS: Reach.ALL,
        Right.SEARCH_CUSTOMERS: Reach.ALL,
        Right.EDIT_CUSTOMERS: Reach.ALL,
        Right.SEE_LOST_CALLS: Reach.ALL,
        Right.CLAIM_LOST_CALLS: Reach.ALL,
        Right.CLOSE_LOST_CALLS: Reach.ALL,
    },
    Role.SUPERVISOR: {
        Right.SEE_SURVEYS: Reach.ALL,
        Right.SEE: Reach.ALL,
        Right.PROPOSE: Reach.ALL,
        Right.NOTIFY: Reach.ALL,
        Right.EXPLAIN: Reach.OWN,
        Right.APPEAL: Reach.OWN,
        Right.DECIDE: Reach.ALL,
        Right.WITHDRAW: Reach.ALL,
        Right.CHECK: Reach.ALL,
        Right.PROPOSE_CHANGE: Reach.ALL,
        Right.SEE_SCORES: Reach.ALL,
        Right.ASSESS_SPECIALIST: Reach.ALL,
        Right.RECORD_CALL: Reach.ALL,
        Right.SEE_CUSTOMERS: Reach.ALL,
        Right.SEARCH_CUSTOMERS: Reach.ALL,
        Right.EDIT_CUSTOMERS: Reach.ALL,
        Right.MERGE_CUSTOMERS: Reach.ALL,
        Right.CLASSIFY_CUSTOMERS: Reach.ALL,
        Right.DELETE_CUSTOMERS: Reach.ALL,
        Right.EXPORT_CUSTOMERS: Reach.ALL,
        Right.IMPORT_CUSTOMERS: Reach.ALL,
        Right.SEE_LOST_CALLS: Reach.ALL,
        Right.CLAIM_LOST_CALLS: Reach.ALL,
        Right.CLOSE_LOST_CALLS: Reach.ALL,
    },
    Role.TRAINING_SPECIALIST: {
        Right.SEE_SURVEYS: Reach.ALL,
        Right.SEE: Reach.ALL,
        Right.PROPOSE: Reach.ALL,
        Right.WITHDRAW: Reach.ALL,
        Right.SEE_SCORES: Reach.ALL,
        Right.ASSESS: Reach.ALL,
        Right.ADJUST: Reach.ALL,
        Right.SEE_LOST_CALLS: Reach.ALL,
    },
    Role.QA: {
        Right.SEE: Reach.ALL,
        Right.PROPOSE: Reach.ALL,
        Right.WITHDRAW: Reach.ALL,
        Right.CHECK: Reach.ALL,
        Right.SEE_CUSTOMERS: Reach.ALL,
        Right.SEE_SURVEYS: Reach.ALL,
        Right.SEE_LOST_CALLS: Reach.ALL,
    },
    Role.MANAGER: {
        Right.SEE_SURVEYS: Reach.ALL,
        Right.SEE: Reach.ALL,
        Right.PROPOSE: Reach.ALL,
        Right.NOTIFY: Reach.ALL,
        Right.DECIDE: Reach.ALL,
        Right.DECIDE_APPEAL: Reach.ALL,
        Right.WITHDRAW: Reach.ALL,
        Right.CHECK: Reach.ALL,
        Right.PROPOSE_CHANGE: Reach.ALL,
        Right.APPROVE_CHANGE: Reach.ALL,
        Right.SEE_ACCOUNTS: Reach.ALL,
        Right.CONFIRM_ROLE: Reach.ALL,
        Right.SEE_AGREEMENT: Reach.ALL,
        Right.SEE_SCORES: Reach.ALL,
        Right.GIVE_BONUS: Reach.ALL,
        Right.SEE_CUSTOMERS: Reach.ALL,
        Right.SEARCH_CUSTOMERS: Reach.ALL,
        Right.EDIT_CUSTOMERS: Reach.ALL,
        Right.MERGE_CUSTOMERS: Reach.ALL,
        Right.CLASSIFY_CUSTOMERS: Reach.ALL,
        Right.DELETE_CUSTOMERS: Reach.ALL,
        Right.EXPORT_CUSTOMERS: Reach.ALL,
        Right.IMPORT_CUSTOMERS: Reach.ALL,
        Right.SEE_LOST_CALLS: Reach.ALL,
        Right.CLAIM_LOST_CALLS: Reach.ALL,
        Right.CLOSE_LOST_CALLS: Reach.ALL,
    },
    Role.HR: {
        Right.SEE_SURVEYS: Reach.ALL,
        Right.SEE: Reach.ALL,
        Right.DECIDE_APPEAL: Reach.ALL,
        Right.CHECK: Reach.ALL,
        Right.APPROVE_CHANGE: Reach.ALL,
        Right.SEE_ACCOUNTS: Reach.ALL,
        Right.CONFIRM_ROLE: Reach.ALL,
        Right.READ_AUDIT: Reach.ALL,
        Right.SEE_AGREEMENT: Reach.ALL,
        Right.SEE_SCORES: Reach.ALL,
    },
    Role.ADMIN: {
        Right.SEE: Reach.ALL,
        Right.SEE_SHADOW: Reach.ALL,
        Right.REVIEW_SHADOW: Reach.ALL,
        Right.SEE_AGREEMENT: Reach.ALL,
        Right.SEE_ACCOUNTS: Reach.ALL,
        Right.CONFIRM_ROLE: Reach.ALL,
        Right.CHANGE_ACCOUNTS: Reach.ALL,
        Right.READ_AUDIT: Reach.ALL,
    },
}
"""Who may do what, to whose records."""

_COLUMNS = (Field.CALLER, Field.EVIDENCE, Field.MONEY, Field.NAMES)
_HIDDEN, _MASKED, _FULL = Sight.HIDDEN, Sight.MASKED, Sight.FULL

FIELDS: dict[Role, dict[Field, Sight]] = {
    role: dict(zip(_COLUMNS, sights, strict=True))
    for role, sights in {
        Role.AGENT: (_MASKED, _MASKED, _FULL, _MASKED),
        Role.GROUP_LEADER: (_MASKED, _MASKED, _HIDDEN, _FULL),
        Role.SUPERVISOR: (_FULL, _FULL, _FULL, _FULL),
        Role.TRAINING_SPECIALIST: (_MASKED, _FULL, _HIDDEN, _FULL),
        Role.QA: (_FULL, _FULL, _HIDDEN, _FULL),
        Role.MANAGER: (_FULL, _FULL, _FULL, _FULL),
        Role.HR: (_MASKED, _MASKED, _FULL, _FULL),
        Role.ADMIN: (_HIDDEN, _FULL, _HIDDEN, _MASKED),
    }.items()
}
"""How much of a record's delicate fields a role reads."""


def approves_money(role: Role) -> bool:
    """Tell whether a role is the second of two who change rules and amounts."""
    return reach(role, Right.APPROVE_CHANGE) is not Reach.NONE


def reach(role: Role, right: Right) -> Reach:
    """Tell whose records a role may do something to."""
    return RIGHTS[role].get(right, Reach.NONE)


def may(person: Principal, right: Right, agent: str | None = None, team: str | None = None) -> bool:
    """Tell whether a person may do something to a record of an agent of a team (of nobody's, to things without one)."""
    how_far = reach(person.role, right)
    own = agent is not None and person.agent == agent
    of_the_team = team is not None and person.team == team
    return how_far >= Reach.ALL or (how_far >= Reach.TEAM and of_the_team) or (how_far >= Reach.OWN and own)


def may_see(person: Principal, agent: str, team: str | None, *, shadow: bool) -> bool:
    """Tell whether a person may know that a record exists; what a rule in shadow raised is for administrators."""
    if shadow and not may(person, Right.SEE_SHADOW, agent, team):
        return False
    return may(person, Right.SEE, agent, team)


def sight(role: Role, field: Field) -> Sight:
    """Tell how much of a field a role reads."""
    return FIELDS[role][field]
