"""From what a queue calls a member to the phone behind it, and to whose phone that is at a moment."""

from __future__ import annotations

from callcenter.domain.agents.directory import Directory
from callcenter.domain.frame import Micros
from callcenter.domain.state import State

_PASSED_ON = ("Local/", "hint:", "Custom:")


def plain(member: str, interface: str) -> str | None:
    """Return a member's name where the queue has one: without one Asterisk repeats the interface."""
    return member if member and member != interface else None


def is_device(interface: str) -> bool:
    """Tell whether an interface is a phone itself, not a name that stands for one."""
    return not interface.startswith(_PASSED_ON)


def same_number(member: str, device: str) -> bool:
    """Tell whether a Local member (`Local/1001@from-queue/n`) dials the number that a phone (`PJSIP/1001`) has."""
    return member.startswith("Local/") and number_of(member) == device.rpartition("/")[2]


def number_of(member: str) -> str:
    """Return the extension that a Local member dials."""
    return member.removeprefix("Local/").partition("@")[0]


class Seats:
    """The directory, and what the switch has said about hints; `since` is the last change of hands that took place."""

    def __init__(self, state: State, directory: Directory) -> None:
        self._state = state
        self._directory = directory
        self.since: Micros | None = None

    def __bool__(self) -> bool:
        """Tell whether the roster or the settings speak of anybody."""
        return bool(self._directory)

    def at(self, interface: str, at: Micros | None) -> str | None:
        """Name whose an interface is at a moment; None where only the queue can say."""
        moment = at if at is not None else self._state.now
        if moment is not None and self.since is not None:
            moment = max(moment, self.since)
        return self._directory.at(interface, moment)

    def knows(self, interface: str) -> bool:
        """Tell whether the roster or the settings speak of an interface at all."""
        return self._directory.knows(interface)

    def next_border(self, after: Micros) -> Micros | None:
        """Return when a seat changes hands next."""
        return self._directory.next_border(after)

    def last_border(self, at: Micros) -> Micros | None:
        """Return when a seat changed hands last, at a moment or before."""
        return self._directory.last_border(at)

    def phone(self, interface: str, device: str) -> str:
        """Name the phone behind a member whose state is told by `device`; what tells it where no phone is known."""
        told = self._state.hints.get(device, interface) if device.startswith("hint:") else device
        if is_device(told):
            return told
        known = self._state.behind.get(interface, told)
        if is_device(known):
            return known
        return self._directory.phone_of(interface) or known
