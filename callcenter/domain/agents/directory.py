"""Who sits where, asked at a moment: the roster's seat, else the name given to the interface, else nobody."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping

import msgspec

from callcenter.domain.frame import Micros


class Tenure(msgspec.Struct, frozen=True, array_like=True):
    """Somebody has a seat from a moment (inclusive) to another (exclusive); None: without a limit."""

    agent: str
    start: Micros | None = None
    end: Micros | None = None

    def holds(self, at: Micros | None) -> bool:
        """Tell whether the seat is theirs at a moment; an unknown one cannot speak against it."""
        if at is None:
            return True
        return (self.start is None or self.start <= at) and (self.end is None or at < self.end)


class Directory:
    """Interface and moment → the agent's name.

    Args:
        seats: Interface → who sits there when.
        names: Interface → whose it always is, where no seat speaks of it.
    """

    def __init__(self, seats: Mapping[str, tuple[Tenure, ...]], names: Mapping[str, str]) -> None:
        self._seats = seats
        self._names = names
        self._phones: dict[str, list[str]] = {}
        for interface in (*seats, *names):
            self._phones.setdefault(interface.rpartition("/")[2], []).append(interface)
        borders = {at for tenures in seats.values() for t in tenures for at in (t.start, t.end) if at is not None}
        self._borders = sorted(borders)

    def at(self, interface: str, moment: Micros | None) -> str | None:
        """Name who has this interface at a moment; None where it is nobody's, or not known here."""
        tenures = self._seats.get(interface)
        if tenures is None:
            return self._names.get(interface)
        return next((t.agent for t in tenures if t.holds(moment)), None)

    def interface_of(self, agent: str) -> str | None:
        """Name the first interface that is an agent's at any time."""
        seats = (i for i, tenures in self._seats.items() if any(t.agent == agent for t in tenures))
        return next(seats, None) or next((i for i, name in self._names.items() if name == agent), None)

    def knows(self, interface: str) -> bool:
        """Tell whether an interface is spoken of at all."""
        return interface in self._seats or interface in self._names

    def phone_of(self, member: str) -> str | None:
        """Name the one phone known here whose number a Local or hint member dials (`Local/1001@from-queue/n`)."""
        kind, _, rest = member.partition("/")
        if kind != "Local":
            return None
        phones = self._phones.get(rest.partition("@")[0], [])
        return phones[0] if len(phones) == 1 else None

    def __bool__(self) -> bool:
        """Tell whether it speaks of any interface."""
        return bool(self._seats or self._names)

    def next_border(self, after: Micros) -> Micros | None:
        """Return the first moment after another at which a seat changes hands; None: never again."""
        n = bisect_right(self._borders, after)
        return self._borders[n] if n < len(self._borders) else None

    def last_border(self, at: Micros) -> Micros | None:
        """Return the last moment, up to another, at which a seat changed hands; None: it never did."""
        n = bisect_right(self._borders, at)
        return self._borders[n - 1] if n else None
