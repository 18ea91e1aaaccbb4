"""The words of complaints for people: states, moves, roles, why a move is refused, what a record is for."""

from __future__ import annotations

from callcenter.cases.complaints.vocabulary import (
    CaseChannel,
    CaseRole,
    CaseRule,
    CaseState,
    CaseVerdict,
    Move,
    MoveWhy,
    Nature,
)
from callcenter.locale import Words

CASE_STATES = Words(
    "state of a case",
    {
        CaseState.RECEIVED: "received",
        CaseState.RECORDED: "accepted",
        CaseState.ANALYSED: "analysed",
        CaseState.ASSIGNED: "assigned",
        CaseState.PROPOSED: "solution proposed",
        CaseState.APPROVED: "approved",
        CaseState.AGREED: "agreed",
        CaseState.CARRIED_OUT: "carried out",
        CaseState.FEEDBACK: "feedback",
        CaseState.SUMMARISED: "summed up",
        CaseState.NOT_UPHELD: "not upheld",
        CaseState.WITHDRAWN: "withdrawn",
        CaseState.ARCHIVED: "archived",
        CaseState.UNDER_REVIEW: "under review",
    },
)
WHYS = Words(
    "why a move of a case is refused",
    {
        MoveWhy.UNKNOWN_CASE: "there is no such case",
        MoveWhy.WRONG_STATE: "not possible in this state",
        MoveWhy.NOT_ALLOWED: "not allowed to this account",
        MoveWhy.OWN_MATTER: "their own matter",
        MoveWhy.INCOMPLETE: "something is missing",
        MoveWhy.NOT_POSSIBLE: "a value cannot be",
        MoveWhy.TOO_LATE: "too late",
    },
)
CASE_ROLES = Words(
    "role in a case",
    {
        CaseRole.AGENT: "agent",
        CaseRole.GROUP_LEADER: "group leader",
        CaseRole.SUPERVISOR: "supervisor",
        CaseRole.MANAGER: "manager",
        CaseRole.GENERAL_MANAGER: "general manager",
        CaseRole.ACCOUNTING: "accounting",
        CaseRole.DEPARTMENT: "department",
    },
)
CASE_RULES = Words(
    "what a case proposes",
    {
        CaseRule.SLOW: "answered too late",
        CaseRule.CONFLICT: "quarrel with a customer",
        CaseRule.LADDER: "upheld complaint",
    },
)
CASE_VERDICTS = Words(
    "verdict of a case",
    {
        CaseVerdict.PROPOSED: "proposed",
        CaseVerdict.UNDETERMINED: "undetermined",
        CaseVerdict.EXCUSED: "excused",
        CaseVerdict.WITHDRAWN: "withdrawn",
    },
)
CASE_MOVES = Words(
    "move of a case",
    {
        Move.OPEN: "opened",
        Move.RECORD: "accepted",
        Move.ANALYSE: "analysed",
        Move.ASSIGN: "assigned",
        Move.RETURN_NOTICE: "notice returned",
        Move.PROPOSE: "solution proposed",
        Move.APPROVE: "approved",
        Move.REJECT: "rejected",
        Move.AGREE: "agreed by the customer",
        Move.DECLINE: "refused by the customer",
        Move.CARRY_OUT: "carried out",
        Move.ATTEMPT: "called in vain",
        Move.CHECK: "checked by accounting",
        Move.FEEDBACK: "feedback",
        Move.SUMMARISE: "summed up",
        Move.TELL_NOT_UPHELD: "told that it is not upheld",
        Move.WITHDRAW: "withdrawn by the customer",
        Move.ARCHIVE: "archived",
        Move.EXTEND: "extended",
        Move.REPORT: "reported",
        Move.MEASURE: "corrective measure",
        Move.CHASE: "chased by the customer",
        Move.OBJECT: "objection",
        Move.REVIEW: "reviewed",
        Move.REOPEN: "reopened",
        Move.HAND_OVER: "handed over",
    },
)
CASE_CHANNELS = Words(
    "channel of a case",
    {
        CaseChannel.PHONE: "phone",
        CaseChannel.ON_SITE: "on site",
        CaseChannel.MAIL: "mail",
        CaseChannel.EMAIL: "e-mail",
        CaseChannel.CHAT: "chat",
        CaseChannel.SOCIAL: "social media",
    },
)
NATURES = Words(
    "nature of a case",
    {
        Nature.QUARREL: "quarrel",
        Nature.ATTITUDE: "attitude",
        Nature.SLOW: "slow",
        Nature.PRODUCT: "product",
        Nature.DELIVERY: "delivery",
        Nature.OTHER: "other",
    },
)
LINE_FIELDS = Words(
    "field of a case",
    {
        "channel": "channel",
        "content": "content",
        "wanted": "wanted",
        "customer": "customer",
        "call": "call",
        "about": "about",
        "follows": "follows",
        "owner": "owner",
        "cause": "cause",
        "nature": "nature",
        "upheld": "upheld",
        "responsible": "responsible",
        "department": "department",
        "notice": "notice",
        "reason": "reason",
        "solution": "solution",
        "remedies": "remedies",
        "contact": "contact",
        "satisfaction": "satisfaction",
        "unreachable": "unreachable",
        "what": "what was done",
        "urgent": "urgent",
        "ok": "in order",
        "lesson": "lesson",
        "improvement": "improvement",
        "loss": "loss",
        "until": "until",
        "approved_by": "approved by",
        "told_at": "told at",
        "text": "text",
        "to": "to",
        "tracked": "tracked",
        "whose": "whose objection",
        "outcome": "outcome",
    },
)
"""What a line has beside who, what and when; a key that is not here is shown as it stands."""
