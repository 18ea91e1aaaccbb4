"""The words of a complaint: its states, the moves between them, who moves it, and why a move is refused."""

from __future__ import annotations

from enum import StrEnum


class CaseState(StrEnum):
    """Where a complaint stands."""

    RECEIVED = "received"
    RECORDED = "recorded"
    ANALYSED = "analysed"
    ASSIGNED = "assigned"
    PROPOSED = "proposed"
    APPROVED = "approved"
    AGREED = "agreed"
    CARRIED_OUT = "carried_out"
    FEEDBACK = "feedback"
    SUMMARISED = "summarised"
    NOT_UPHELD = "not_upheld"
    WITHDRAWN = "withdrawn"
    ARCHIVED = "archived"
    UNDER_REVIEW = "under_review"


class Move(StrEnum):
    """What somebody does with a complaint."""

    OPEN = "open"
    RECORD = "record"
    ANALYSE = "analyse"
    ASSIGN = "assign"
    RETURN_NOTICE = "return_notice"
    PROPOSE = "propose"
    APPROVE = "approve"
    REJECT = "reject"
    AGREE = "agree"
    DECLINE = "decline"
    CARRY_OUT = "carry_out"
    ATTEMPT = "attempt"
    CHECK = "check"
    FEEDBACK = "feedback"
    SUMMARISE = "summarise"
    TELL_NOT_UPHELD = "tell_not_upheld"
    WITHDRAW = "withdraw"
    ARCHIVE = "archive"
    EXTEND = "extend"
    REPORT = "report"
    MEASURE = "measure"
    CHASE = "chase"
    OBJECT = "object"
    REVIEW = "review"
    REOPEN = "reopen"
    HAND_OVER = "hand_over"


class CaseRole(StrEnum):
    """What an account is to a complaint."""

    AGENT = "agent"
    GROUP_LEADER = "group_leader"
    SUPERVISOR = "supervisor"
    MANAGER = "manager"
    GENERAL_MANAGER = "general_manager"
    ACCOUNTING = "accounting"
    DEPARTMENT = "department"


SERVICE_ROLES = (CaseRole.AGENT, CaseRole.GROUP_LEADER, CaseRole.SUPERVISOR, CaseRole.MANAGER)
"""Those who own cases, each above the one before."""


class MoveWhy(StrEnum):
    """Why a move is refused; the first that fits is told."""

    UNKNOWN_CASE = "unknown_case"
    WRONG_STATE = "wrong_state"
    NOT_ALLOWED = "not_allowed"
    OWN_MATTER = "own_matter"
    INCOMPLETE = "incomplete"
    NOT_POSSIBLE = "not_possible"
    TOO_LATE = "too_late"


class CaseChannel(StrEnum):
    """How the customer came to us."""

    PHONE = "phone"
    ON_SITE = "on_site"
    MAIL = "mail"
    EMAIL = "email"
    CHAT = "chat"
    SOCIAL = "social"


class Nature(StrEnum):
    """What a complaint is about."""

    QUARREL = "quarrel"
    ATTITUDE = "attitude"
    SLOW = "slow"
    PRODUCT = "product"
    DELIVERY = "delivery"
    OTHER = "other"


class Objector(StrEnum):
    """Who does not accept a decision."""

    CUSTOMER = "customer"
    DEPARTMENT = "department"
    AGENT = "agent"


class ReviewOutcome(StrEnum):
    """What a review leaves of the decision."""

    KEPT = "kept"
    CHANGED = "changed"


class CaseRule(StrEnum):
    """What a complaint can be held against an agent for."""

    SLOW = "V-APPEAL-SLOW"
    CONFLICT = "V-CONFLICT"
    LADDER = "LADDER"


class CaseVerdict(StrEnum):
    """What becomes of such a record: people decide on a proposed one, nobody is held to any other."""

    PROPOSED = "proposed"
    UNDETERMINED = "undetermined"
    EXCUSED = "excused"
    WITHDRAWN = "withdrawn"


_S = CaseState
OPEN_STATES = frozenset(CaseState) - {_S.ARCHIVED}
OUR_TURN = frozenset({_S.RECEIVED, _S.RECORDED, _S.ANALYSED, _S.PROPOSED, _S.AGREED, _S.CARRIED_OUT, _S.UNDER_REVIEW})
OWNERS_TURN = frozenset({_S.RECEIVED, _S.RECORDED, _S.ANALYSED, _S.AGREED, _S.CARRIED_OUT})
"""States in which nobody but the owner keeps the customer waiting."""
STOPPING = frozenset({_S.FEEDBACK, _S.NOT_UPHELD, _S.WITHDRAWN})
"""States that stop the clock."""
