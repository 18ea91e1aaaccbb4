"""Every word of a score."""

from __future__ import annotations

from decimal import Decimal

from callcenter.locale import Language, Words
from callcenter.rules.scores.score_lines import LineKind, MonthScoreLine, Notice

LINES = Words(
    "line of a score",
    {
        LineKind.BASE: "base",
        LineKind.DAY: "daily assessment",
        LineKind.ROUNDING: "rounding",
        LineKind.VIOLATION: "violation",
        LineKind.BONUS: "bonus",
        LineKind.ADJUSTMENT: "adjustment",
        LineKind.LIMIT: "limit",
    },
)
NOTICES = Words(
    "score",
    {
        Notice.WARNING: "below the warning line",
        Notice.CONTRACT: "below the contract line: for people to look at",
    },
)
COLUMNS = Words(
    "score",
    {
        "agent": "agent",
        "team": "team",
        "month": "month",
        "quarter": "quarter",
        "complete": "complete",
        "points": "points",
        "base": "base",
        "assessment": "daily assessment",
        "violations": "violations",
        "bonuses": "bonuses",
        "adjustments": "adjustments",
        "limit": "limit",
        "provisional": "provisional (no daily assessment yet)",
        "trial": "trial (moves no pay)",
        "notices": "notices",
        "yuan": "recommended, yuan",
        "line": "line",
        "record": "record",
        "at": "time",
        "note": "note",
    },
)
BRIEF = Words(
    "score, where there is little room",
    {
        "assessment": "daily",
        "violations": "violat.",
        "adjustments": "adjust.",
        "yuan": "yuan",
    },
)
"""Headings where there is little room."""
SHEETS = Words(
    "score",
    {
        "scores": "scores",
        "lines": "lines",
    },
)
_MARKS = Words(
    "score",
    {
        "yes": "yes",
    },
)


def line_title(line: MonthScoreLine, language: Language) -> str:
    """Say what a line is; of a violation, which."""
    return LINES.say(line.kind, language) if line.title is None else line.title.said(language)


def yes(*, so: bool, language: Language) -> str:
    """Say that something is so, and nothing where it is not."""
    return _MARKS.say("yes", language) if so else ""


def plain(points: Decimal) -> Decimal:
    """Write a figure without needless zeros, nor a sign before nothing."""
    return Decimal(format((points + 0).normalize(), "f"))


def noticed(notices: tuple[Notice, ...], language: Language) -> str:
    """Say what a score is under."""
    return "; ".join(NOTICES.say(one, language) for one in notices)
