"""Every word of the board; what became of visits and offers is said by these wherever it is said."""

from __future__ import annotations

from callcenter.locale import Words

BOARD = Words(
    "board",
    {
        "title": "Call centre",
        "switch": "switch",
        "up": "connected",
        "down": "NOT CONNECTED",
        "syncing": "getting in sync",
        "evidence": "evidence-grade",
        "no_evidence": "NOT evidence-grade: no violation is proposed",
        "evidence_unknown": "evidence grade not known yet",
        "age": "data {age} old",
        "age_unknown": "no data yet",
        "lag": "lag {lag}",
        "gap": "EVENTS ARE BEING MISSED",
        "gaps": "{time} not seen so far",
        "refused": "{count} moments could not be believed",
        "unseen": "{count} joins in queue_log that nobody saw",
        "store_lag": "record {time} behind",
        "unreachable": "the service has not answered for {time}; this is from before",
        "since": "counted since {time}",
        "queues": "Queues",
        "queue": "Queue",
        "waiting": "Waiting",
        "longest": "Longest",
        "answered_n": "Answered",
        "abandoned_n": "Abandoned",
        "others_n": "Other",
        "refused_n": "Refused",
        "level": "Service level",
        "more": "and {count} more agents: {states}",
        "no_queues": "no queue seen yet",
        "agents": "Agents",
        "no_agents": "no agent seen yet",
        "calls": "Calls",
        "time": "Time",
        "caller": "Caller",
        "outcome": "Outcome",
        "wait": "Wait",
        "rings": "Rings",
        "talk": "Talk",
        "hold": "Hold",
        "ended_by": "Ended by",
        "no_calls": "no call has ended yet",
        "ring_count": "ring {n}",
        "no_ring": "no ring",
        "unknown": "—",
    },
)
BRIEF = Words(
    "board, where there is little room",
    {
        "waiting": "Wait",
        "longest": "Longest",
        "answered_n": "Answ.",
        "abandoned_n": "Aband.",
        "others_n": "Other",
        "refused_n": "Refus.",
    },
)
AGENTS = Words(
    "agents on the board",
    {
        "agent": "Agent",
        "state": "State",
        "for": "For",
        "reason": "Reason",
        "serves": "Queues",
    },
)
STATES = Words(
    "state of an agent",
    {
        "offline": "offline",
        "talking": "talking",
        "ringing": "ringing",
        "blocked": "line blocked",
        "outbound": "outbound",
        "system_paused": "system pause",
        "paused": "paused",
        "wrap_up": "wrap-up",
        "available": "available",
        "unknown": "unknown",
    },
)
REASONS = Words(
    "reason of a pause",
    {
        "phone lost": "phone lost",
        "page_cannot_ring": "page cannot ring",
        "acw": "after-call work",
        "sign-in": "just signed in",
        "signed out": "signed out",
        "tea": "tea",
        "meal": "meal",
        "training": "training",
        "case work": "case work",
        "restroom": "restroom",
    },
)
VISITS = Words(
    "outcome of a visit",
    {
        "answered": "answered",
        "abandoned": "abandoned",
        "timed_out": "timed out",
        "queue_empty": "nobody there",
        "key_pressed": "left by key",
        "withdrawn": "withdrawn",
        "redirected": "redirected",
        "refused": "refused",
        "switch_down": "switch down",
        "unknown": "unknown",
    },
)
OFFERS = Words(
    "outcome of an offer",
    {
        "answered": "answered",
        "timed_out": "missed",
        "declined": "declined",
        "busy": "busy",
        "unreachable": "phone unreachable",
        "answered_elsewhere": "answered elsewhere",
        "caller_left": "caller left",
        "cut_short": "cut short",
        "switch_down": "switch down",
        "unknown": "unknown",
    },
)
ENDS = Words(
    "who ended a call",
    {
        "caller": "caller",
        "agent": "agent",
        "transfer": "transfer",
        "switch": "switch",
        "cut_short": "cut short",
        "unknown": "unknown",
    },
)
TRANSFERS = Words(
    "transfer",
    {
        "blind": "blind transfer",
        "attended": "attended transfer",
    },
)
VALUES = {"state": STATES, "reason": REASONS, "visit": VISITS, "offer": OFFERS, "end": ENDS, "transfer": TRANSFERS}
"""The words of values, by what has them."""
