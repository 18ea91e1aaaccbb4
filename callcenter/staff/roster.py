"""A roster as JSON: every row read and checked, all that is wrong told at once, nothing half-applied."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from callcenter.domain.frame import Micros
from callcenter.errors import BadInput
from callcenter.locale import english
from callcenter.staff.dates import datetime_of, read_moment, zone_named
from callcenter.staff.duty import Roster, Seat, Stretch, less, overlapping

_TOLD = 20
"""So many faults are told at once; the rest are counted."""

_LISTS = ("agents", "shifts", "leave", "breaks")
_KEYS = frozenset({"timezone", "legit_extensions", *_LISTS})
T = TypeVar("T", bound=msgspec.Struct)


class _AgentRow(msgspec.Struct, forbid_unknown_fields=True, rename={"start": "from", "end": "to"}):
    agent: str
    interface: str
    team: str | None = None
    queues: tuple[str, ...] = ()
    start: str | None = None
    end: str | None = None


class _TimeRow(msgspec.Struct, forbid_unknown_fields=True, rename={"start": "from", "end": "to"}):
    agent: str
    start: str
    end: str
    note: str | None = None


def roster_of(raw: object, timezone: str | None = None) -> Roster:
    """Make a roster of decoded JSON; raises BadInput with everything that is wrong.

    Times without an offset belong to the zone that it names; where it names none, to `timezone`.
    """
    if not isinstance(raw, dict):
        raise BadInput("an object with agents and shifts is expected")
    if unknown := sorted(set(map(str, raw)) - _KEYS):
        raise BadInput(f"unknown key {unknown[0]!r}; known are {', '.join(sorted(_KEYS))}")
    named = raw.get("timezone", timezone or "Asia/Shanghai")
    reading = _Reading(zone_named(named))
    roster = reading.roster(raw, named)
    if reading.faults:
        more = len(reading.faults) - _TOLD
        raise BadInput("; ".join(reading.faults[:_TOLD]) + (f"; and {more} more" if more > 0 else ""))
    return roster


class _Reading:
    """One reading of a roster, collecting faults."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._known: set[str] = set()
        self.faults: list[str] = []

    def roster(self, raw: dict[str, Any], timezone: str) -> Roster:
        seats = self._rows(raw, "agents", _AgentRow, self._seat)
        self._known = {seat.agent for seat in seats}
        shifts, leave, breaks = (_by_agent(self._rows(raw, name, _TimeRow, self._stretch)) for name in _LISTS[1:])
        self._shared(seats)
        for agent, times in shifts.items():
            for one, two in overlapping(times):
                self.faults.append(english(f"{agent}'s shifts overlap: {self._told(one)} and {self._told(two)}"))
        duty = {a: less(times, [*leave.get(a, ()), *breaks.get(a, ())]) for a, times in shifts.items()}
        planned = {agent: tuple(sorted(times)) for agent, times in shifts.items()}
        return Roster(timezone, tuple(seats), planned, duty, self._extensions(raw.get("legit_extensions")))

    def _rows(self, raw: dict[str, Any], name: str, kind: type[T], read: Callable[[T], Any]) -> list[Any]:
        rows = raw.get(name, [])
        if not isinstance(rows, list):
            self.faults.append(english(f"{name} must be a list"))
            return []
        found = []
        for n, row in enumerate(rows):
            try:
                found.append(read(msgspec.convert(row, kind)))
            except (msgspec.ValidationError, ValueError) as error:
                self.faults.append(f"{name}[{n}]: {error}")
        return found

    def _seat(self, row: _AgentRow) -> Seat:
        if not row.agent or not row.interface:
            raise ValueError("agent and interface may not be empty")
        start = None if row.start is None else read_moment(row.start, self._zone)
        end = None if row.end is None else read_moment(row.end, self._zone)
        if start is not None and end is not None and end <= start:
            raise ValueError(f"{row.agent} leaves {row.interface} before coming to it")
        return Seat(agent=row.agent, interface=row.interface, team=row.team, queues=row.queues, start=start, end=end)

    def _stretch(self, row: _TimeRow) -> tuple[str, Stretch]:
        if row.agent not in self._known:
            raise ValueError(f"{row.agent!r} is not among the agents")
        start, end = read_moment(row.start, self._zone), read_moment(row.end, self._zone)
        if end <= start:
            raise ValueError(f"{row.agent}: {row.end} is not after {row.start}")
        return row.agent, (start, end)

    def _shared(self, seats: list[Seat]) -> None:
        taken: dict[str, list[Seat]] = {}
        for seat in seats:
            for other in taken.get(seat.interface, ()):
                if other.agent != seat.agent and _meet(other, seat):
                    self.faults.append(
                        english(f"{seat.interface} is {other.agent}'s and {seat.agent}'s at the same time")
                    )
            taken.setdefault(seat.interface, []).append(seat)

    def _extensions(self, raw: object) -> tuple[str, ...] | None:
        if raw is None:
            return None
        if not isinstance(raw, list) or not all(isinstance(one, str) and one for one in raw):
            self.faults.append(english("legit_extensions must be a list of numbers and patterns"))
            return None
        return tuple(raw)

    def _told(self, stretch: Stretch) -> str:
        start, end = (datetime_of(moment, self._zone).isoformat() for moment in stretch)
        return f"{start} to {end}"


def _by_agent(rows: list[tuple[str, Stretch]]) -> dict[str, list[Stretch]]:
    found: dict[str, list[Stretch]] = {}
    for agent, stretch in rows:
        found.setdefault(agent, []).append(stretch)
    return found


def _meet(one: Seat, two: Seat) -> bool:
    return _before(one.start, two.end) and _before(two.start, one.end)


def _before(start: Micros | None, end: Micros | None) -> bool:
    return start is None or end is None or start < end
