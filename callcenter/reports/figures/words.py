"""The words of stored calls and of a span's figures, each rate with its formula."""

from __future__ import annotations

from callcenter.locale import Language, Words

COLUMNS = Words(
    "figures",
    {
        "queue": "queue",
        "offered": "offered",
        "answered": "answered",
        "abandoned": "abandoned",
        "short": "of these short (within 5 s)",
        "others": "other exits",
        "lasting": "still there",
        "refused": "refused at the door",
        "answered_rate": "answered rate",
        "lost_rate": "abandon rate",
        "abandon_rate": "abandon rate",
        "calls": "calls answered, by their first line",
        "wait_call": "mean wait-call (s)",
        "wait_call_within": "wait-call within the threshold",
        "speed": "ASA (s)",
        "longest": "longest wait (s)",
        "most": "95 % waited (s)",
        "threshold": "threshold (s)",
        "time": "time",
        "call": "call",
        "caller": "caller",
        "did": "dialled",
        "outcome": "outcome",
        "wait": "wait (s)",
        "agent": "agent",
        "rings": "offers (s of ringing)",
        "talk": "talk (s)",
        "hold": "hold (s)",
        "ended_by": "ended by",
        "transferred": "transferred",
        "in_gap": "in a gap",
        "filled": "filled from the switch's own log",
        "loss": "sound lost",
        "jitter": "jitter (ms)",
        "round_trip": "round trip (ms)",
    },
)
BRIEF = Words(
    "figures, where there is little room",
    {
        "abandoned": "aband.",
        "answered_rate": "answ.\nrate",
        "lost_rate": "aband.\nrate",
        "speed": "ASA\n(s)",
        "longest": "longest\n(s)",
    },
)
"""Headings where there is little room."""
FORMULAS = Words(
    "figures",
    {
        "answered_rate": "answered/offered",
        "lost_rate": "abandoned/offered",
        "abandon_rate": "abandoned/(answered + abandoned)",
        "wait_call_within": "calls answered in time/calls answered",
    },
)
SENTENCES = Words(
    "remark on figures",
    {
        "all": "all",
        "nowhere": "(queue unknown)",
        "yes": "yes",
        "lasts": "still there",
        "none": "no call fits",
        "no_day": "no call is recorded for {span}",
        "today": "today",
        "yesterday": "yesterday",
        "span": "{span} ({zone}), by the time that a caller joined",
        "formulas": (
            "answered rate = answered/offered; abandon rate = abandoned/offered; sl-offered = answered in "
            "time/(answered + abandoned)"
        ),
        "gap": "not seen from {start} to {end} ({what})",
        "lost": "phone lost, {what}: {start} to {end}",
        "now": "now",
        "unknown": "unknown",
        "figures": "figures",
        "calls": "calls",
        "older": "the newest {shown} only; for earlier ones give --last, --from or --csv",
    },
)


def column(name: str, language: Language) -> str:
    """Name a column."""
    return COLUMNS.say(name, language)


def brief(name: str, language: Language) -> str:
    """Name a column in few letters."""
    return (BRIEF if name in BRIEF else COLUMNS).say(name, language)


def formula(name: str, language: Language) -> str:
    """Name a column with its formula, where it has one."""
    told = column(name, language)
    return f"{told} {FORMULAS.say(name, language)}" if name in FORMULAS else told


def remark(name: str, language: Language, **gaps: object) -> str:
    """Say one of the sentences."""
    return SENTENCES.say(name, language, **gaps)
