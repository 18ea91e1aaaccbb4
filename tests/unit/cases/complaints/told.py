"""Complaints as stories: who does what how many hours after the beginning, and what came of it, in the same hours.

A moment is written as the clock since `BEGINNING` shows it: 48 or "48:00:00" is two days after, "-0:30:00" half an hour
before; or as a time of its own with its zone. What comes back is told in the same way, whatever form the output has.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from callcenter.cases.complaints.replay import replay_lines

CLOCK = re.compile(r"-?\d+(:\d\d){0,2}(\.\d+)?")
Line = dict[str, Any]
Moment = int | str

BEGINNING = datetime(2026, 3, 2, 2, tzinfo=UTC)
"""A Monday, ten in the morning in Shanghai."""

PEOPLE: list[Line] = [
    {"account": "ann", "role": "agent", "agent": "1001", "team": "A"},
    {"account": "ben", "role": "agent", "agent": "1002", "team": "A"},
    {"account": "cho", "role": "agent", "agent": "2001", "team": "B"},
    {"account": "lea", "role": "group_leader", "team": "A"},
    {"account": "leb", "role": "group_leader", "team": "B"},
    {"account": "sue", "role": "supervisor"},
    {"account": "max", "role": "manager"},
    {"account": "gem", "role": "general_manager"},
    {"account": "acc", "role": "accounting"},
    {"account": "log", "role": "department", "department": "logistics"},
    {"account": "pro", "role": "department", "department": "products"},
]
EVERYBODY = [*(one["account"] for one in PEOPLE), "nobody"]
"""Every account that there is, and one that there is not."""


def people(**changed: Line) -> list[Line]:
    """The same people, some of them with something else."""
    return [one | changed.get(one["account"], {}) for one in PEOPLE]


def settings(**changed: Any) -> Line:
    return {"settings": {"people": PEOPLE} | changed}


def instant(moment: Moment) -> datetime:
    if isinstance(moment, str) and "T" in moment:
        return datetime.fromisoformat(moment)
    sign = -1 if str(moment).startswith("-") else 1
    hours, minutes, seconds = (*str(moment).lstrip("-").split(":"), "0", "0")[:3]
    return BEGINNING + sign * timedelta(hours=int(hours), minutes=int(minutes), seconds=float(seconds))


def clock(moment: Moment) -> str:
    """What the clock since the beginning shows at a moment."""
    return _shown((instant(moment) - BEGINNING).total_seconds())


def _shown(seconds: float) -> str:
    sign, left = ("-" if seconds < 0 else ""), abs(seconds)
    rest = round(left % 60, 6)
    shown = f"{int(rest):02}" if rest == int(rest) else f"{rest:09.6f}"
    return f"{sign}{int(left // 3600)}:{int(left // 60 % 60):02}:{shown}"


def spoken(line: Line) -> Line:
    """A line as the story file has it: its moments are times."""
    found = dict(line)
    for key in ("at", "until", "told_at"):
        if CLOCK.fullmatch(str(found.get(key))):
            found[key] = instant(found[key]).isoformat()
    return found


def raw(*lines: str) -> Line:
    """The output for lines of text, as it is."""
    found = msgspec.to_builtins(replay_lines(lines))
    assert isinstance(found, dict)
    json.dumps(found).encode()
    return found


def told(*lines: Line) -> Line:
    """The output for lines, its moments shown by the clock since the beginning, its lists in a fixed order."""
    story = lines if lines and "settings" in lines[0] else (settings(), *lines)
    found = raw(*(json.dumps(spoken(line)) for line in story))
    found["cases"] = [_case(one) for one in found["cases"]]
    found["violations"] = sorted(map(_violation, found["violations"]), key=_place)
    return found


def _when(value: Any) -> str | None:
    if value is None:
        return None
    at = datetime.fromtimestamp(value, UTC) if isinstance(value, int | float) else datetime.fromisoformat(value)
    return _shown((at - BEGINNING).total_seconds())


def _case(one: Line) -> Line:
    report = one["report"] or {}
    responsible = one["responsible"]
    return one | {
        "opened_at": _when(one["opened_at"]),
        "due": _when(one["due"]),
        "stopped_at": _when(one["stopped_at"]),
        "warnings": [(each["percent"], _when(each["at"])) for each in one["warnings"]],
        "report": (_when(report.get("due")), _when(report.get("at")), report.get("kept")),
        "turns": tuple(_shown(one["turns"][whose]) for whose in ("ours", "department", "customer")),
        "responsible": responsible and {key: value for key, value in responsible.items() if value is not None},
    }


def _violation(one: Line) -> tuple[Any, ...]:
    return tuple(_when(one[key]) if key == "at" else one[key] for key in VIOLATION)


VIOLATION = ("rule", "agent", "at", "verdict", "case", "step", "amount")


def _place(one: tuple[Any, ...]) -> tuple[str, ...]:
    return (one[4], one[0], instant(one[2]).isoformat(), str(one[3]), str(one[1]))


# -- what came of it ------------------------------------------------------------------------------------------------


def whys(found: Line) -> list[tuple[int, str]]:
    """The lines that were refused, counted from the first after the settings, and why."""
    assert all(one["ok"] is (one["why"] is None) for one in found["results"])
    return [(one["n"] - 1, one["why"]) for one in found["results"] if one["why"] is not None]


def answers(found: Line) -> list[str]:
    """For each line the state that it led to, or why it was refused."""
    return [one["why"] or one["state"] for one in found["results"]]


def case(state: str, **changed: Any) -> Line:
    """A case of Ann's that was recorded when it was opened, at the beginning, and to which nothing else came."""
    return {
        "case": "c",
        "number": "2026-03-0001",
        "state": state,
        "owner": "ann",
        "opened_at": "0:00:00",
        "due": "48:00:00",
        "stopped_at": None,
        "kept": None,
        "warnings": [],
        "report": (None, None, None),
        "turns": ("0:00:00", "0:00:00", "0:00:00"),
        "chases": 0,
        "reopened": 0,
        "attempts": 0,
        "follows": None,
        "upheld": None,
        "responsible": None,
        "level": 0,
    } | changed


def turns(ours: Moment, department: Moment = 0, customer: Moment = 0) -> tuple[str, str, str]:
    return clock(ours), clock(department), clock(customer)


def counted(kept: int = 0, broken: int = 0, still_open: int = 0) -> Line:
    return {"kept": kept, "broken": broken, "open": still_open}


# -- lines ----------------------------------------------------------------------------------------------------------

GONE: Any = object()
"""The value of a key that a line leaves out."""


def line(do: str, at: Moment, by: str = "ann", case: str = "c", **more: Any) -> Line:
    found = {"at": at, "by": by, "do": do, "case": case} | more
    return {key: value for key, value in found.items() if value is not GONE}


NEEDED: dict[str, Line] = {
    "open": {"channel": "phone", "customer": "Q1", "call": None, "content": "the parcel came open", "wanted": "money"},
    "record": {"content": "the parcel came open", "wanted": "money"},
    "analyse": {"cause": "tape", "nature": "delivery", "upheld": True, "responsible": {"department": "logistics"}},
    "assign": {"department": "logistics", "notice": "please look into it"},
    "return_notice": {"reason": "not ours"},
    "propose": {"solution": "a refund", "remedies": [{"kind": "compensation", "amount": "100"}]},
    "approve": {},
    "reject": {"reason": "too little"},
    "agree": {"contact": "by phone"},
    "decline": {"contact": "by phone", "reason": "too little"},
    "carry_out": {"what": "the refund was paid"},
    "attempt": {"contact": "by phone, no answer"},
    "check": {"ok": True},
    "feedback": {"contact": "by phone", "satisfaction": 3},
    "summarise": {"lesson": "better tape", "improvement": "buy it"},
    "tell_not_upheld": {"contact": "by phone"},
    "withdraw": {"contact": "by phone", "reason": "it was found"},
    "archive": {},
    "extend": {
        "until": 60,
        "reason": "the parcel is at sea",
        "approved_by": "sue",
        "contact": "by phone",
        "told_at": 0,
    },
    "report": {"text": "what we found", "to": "gem"},
    "measure": {"text": "a new tape", "tracked": True},
    "chase": {"channel": "phone"},
    "object": {"whose": "customer", "reason": "it is not so"},
    "review": {"outcome": "kept", "reason": "it is so"},
    "reopen": {"reason": "it came open again"},
    "hand_over": {"to": "cho", "reason": "holidays"},
}
"""What each line needs beside who, when and which, whole and right."""


def done(do: str, at: Moment, by: str = "ann", **changed: Any) -> Line:
    """A line with all that it needs, some of it changed."""
    return line(do, at, by, **(NEEDED[do] | changed))


def opened(at: Moment = 0, by: str = "ann", **changed: Any) -> Line:
    return done("open", at, by, **changed)


def received(at: Moment = 0, by: str = "ann", **changed: Any) -> Line:
    return done("open", at, by, **({"content": GONE, "wanted": GONE} | changed))


def against(agent: str, nature: str = "attitude", **more: Any) -> Line:
    """What an analysis says that holds an agent responsible."""
    return {"nature": nature, "responsible": {"agent": agent}} | more


def now(at: Moment) -> Line:
    return {"at": at, "do": "now"}


def road(*steps: str, case: str = "c", owner: str = "ann", by: dict[str, str] | None = None) -> list[Line]:
    """A case that is opened at the beginning and comes one step further each hour."""
    who = {"open": owner, "approve": "sue", "archive": "max"} | (by or {})
    return [done(do, hour, who.get(do, owner), case=case) for hour, do in enumerate(("open", *steps))]


def by_time(*stories: Iterable[Line]) -> list[Line]:
    """Several stories as one, in the order of time."""
    return sorted((each for story in stories for each in story), key=lambda each: instant(each["at"]))


TO_ASSIGNED = ("analyse", "assign")
TO_CARRIED_OUT = (*TO_ASSIGNED, "propose", "approve", "agree", "carry_out")
TO_ARCHIVED = (*TO_CARRIED_OUT, "feedback", "summarise", "archive")
"""The hours: analyse 1, assign 2, propose 3, approve 4, agree 5, carry_out 6, feedback 7, summarise 8, archive 9."""
