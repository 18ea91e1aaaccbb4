"""What cannot be, or is hardly meant, in a roster: named, so that it is shown and not hidden (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from callcenter.staff.roster_days import Row, begin, end
from callcenter.staff.roster_form import TIMES, Form


class ConflictKind(StrEnum):
    """What is wrong; the first four keep a roster from being used."""

    OVERLAP = "overlap"
    UNKNOWN_AGENT = "unknown_agent"
    NO_TIME = "no_time"
    BACKWARDS = "backwards"
    NO_SEAT = "no_seat"
    NO_QUEUE = "no_queue"
    IN_A_ROW = "in_a_row"
    IDLE_LEAVE = "idle_leave"


HARD = frozenset({ConflictKind.OVERLAP, ConflictKind.UNKNOWN_AGENT, ConflictKind.NO_TIME, ConflictKind.BACKWARDS})
"""With one of these the roster cannot be used."""


class RosterConflict(msgspec.Struct, frozen=True, kw_only=True):
    """One conflict: whose, of which list, of which time as it is written, and with which other time."""

    kind: ConflictKind
    agent: str
    sheet: str
    start: str
    end: str
    other: str | None = None


def conflicts(form: Form, zone: ZoneInfo, rows: dict[str, list[Row]] | None = None) -> list[RosterConflict]:
    """List what is in conflict in a roster's form.

    Args:
        form: The roster.
        zone: Where times without an offset belong.
        rows: The rows that are asked about, by list; None: all of the form's.
    """
    asked = {name: form.get(name, []) for name in TIMES} if rows is None else rows
    seats = _seats(form)
    found = [one for name in TIMES for row in asked.get(name, ()) for one in _of_row(row, name, seats, zone)]
    shifts = asked.get("shifts", [])
    for agent in dict.fromkeys(str(row.get("agent")) for row in shifts):
        found += _between([row for row in shifts if row.get("agent") == agent], zone)
    return found + _idle(asked.get("leave", []), form.get("shifts", []), zone)


def _seats(form: Form) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for seat in form.get("agents", ()):
        found.setdefault(str(seat.get("agent")), []).append(seat)
    return found


def _of_row(row: Row, sheet: str, seats: dict[str, list[dict[str, Any]]], zone: ZoneInfo) -> Iterator[RosterConflict]:
    agent, began, ended = str(row.get("agent")), begin(row, zone), end(row, zone)
    if agent not in seats:
        yield _conflict(ConflictKind.UNKNOWN_AGENT, row, sheet)
    if began is None or ended is None:
        yield _conflict(ConflictKind.NO_TIME, row, sheet)
        return
    if ended <= began:
        yield _conflict(ConflictKind.BACKWARDS, row, sheet)
    if sheet != "shifts" or agent not in seats:
        return
    held = [seat for seat in seats[agent] if (begin(seat, zone) or began) <= began < (end(seat, zone) or began + 1)]
    if not held:
        yield _conflict(ConflictKind.NO_SEAT, row, sheet)
    elif not any(seat.get("queues") for seat in held):
        yield _conflict(ConflictKind.NO_QUEUE, row, sheet)


def _between(shifts: list[Row], zone: ZoneInfo) -> Iterator[RosterConflict]:
    """Find an agent's shifts that overlap, or that follow one another without a rest."""
    timed = [
        (at, over, row)
        for row in shifts
        if (at := begin(row, zone)) is not None
        if (over := end(row, zone)) is not None
    ]
    timed.sort(key=lambda one: one[:2])
    for (_, ended, one), (began, _, two) in pairwise(timed):
        if began <= ended:
            kind = ConflictKind.OVERLAP if began < ended else ConflictKind.IN_A_ROW
            yield _conflict(kind, two, "shifts", f"{one['from']} – {one['to']}")


def _idle(leave: Iterable[Row], shifts: Iterable[Row], zone: ZoneInfo) -> list[RosterConflict]:
    """Find leave of whoever has no shift then."""
    held = [(row.get("agent"), begin(row, zone) or 0, end(row, zone) or 0) for row in shifts]
    return [
        _conflict(ConflictKind.IDLE_LEAVE, row, "leave")
        for row in leave
        if (began := begin(row, zone)) is not None
        and (ended := end(row, zone)) is not None
        and not any(agent == row.get("agent") and at < ended and began < over for agent, at, over in held)
    ]


def _conflict(kind: ConflictKind, row: Row, sheet: str, other: str | None = None) -> RosterConflict:
    start, over = str(row.get("from") or ""), str(row.get("to") or "")
    return RosterConflict(kind=kind, agent=str(row.get("agent")), sheet=sheet, start=start, end=over, other=other)
