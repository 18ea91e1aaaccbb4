"""Where a caller goes: into a key account's own queue, and first to the agent who has the matter (pure).

The dialplan asks once a call, before the line. What it is told names only what the switch has shown to exist: queues
that agents serve, and phones that have a direct queue of their own. Whatever is unknown, the call goes to the line
that it chose.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

import msgspec

from callcenter.domain.frame import Micros
from callcenter.domain.vocabulary import DIRECT, is_direct

NO_PRIORITY = 0
KEY_ACCOUNT_PRIORITY = 10
"""Of a caller whom a key account's queue or group takes: before others who wait there."""

_QUEUE = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")
_PHONE = re.compile(r"PJSIP/([0-9]{1,10})")


class Preference(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of whoever calls, beyond the line that they chose.

    Attributes:
        queue: The queue of their own that a key account has.
        group: The team that serves a key account.
        agent: Who has their open matter: its first responder.
    """

    queue: str | None = None
    group: str | None = None
    agent: str | None = None


NO_PREFERENCE = Preference()


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """An agent who may be tried first, as of now.

    Attributes:
        free: Signed in, not paused, not in a call.
        on_duty: By the roster; without one, everybody is.
        since: Since when that is so; None: not known.
    """

    agent: str
    interface: str
    team: str | None
    free: bool
    on_duty: bool
    since: Micros | None


class Route(msgspec.Struct, frozen=True):
    """Where a caller goes.

    Attributes:
        queue: The line.
        priority: There, before those with a lower one.
        phone: The number of the preferred agent's phone, which is tried first; None: nobody is preferred.
    """

    queue: str
    priority: int = NO_PRIORITY
    phone: str | None = None

    def line(self) -> str:
        """Write it as the dialplan reads it: `queue/priority/phone`, `-` for no phone."""
        return f"{self.queue}/{self.priority}/{self.phone or '-'}"


def route(
    line: str, preference: Preference, agents: Iterable[Candidate], queues: Collection[str], *, direct: bool = True
) -> Route | None:
    """Return where a caller of a line goes; None where there is no such line.

    Args:
        line: The queue that the caller chose.
        preference: What is known of the caller.
        agents: Everybody whom the switch knows.
        queues: Every queue that the switch knows, those of one phone among them.
        direct: Whether a preferred agent may be tried first.
    """
    own = preference.queue if _is_line(preference.queue, queues) else None
    if not _is_line(line, queues):
        return None
    key_account = own is not None or preference.group is not None
    priority = KEY_ACCOUNT_PRIORITY if key_account else NO_PRIORITY
    return Route(own or line, priority, _phone(preference, agents, queues) if direct else None)


def _is_line(queue: str | None, queues: Collection[str]) -> bool:
    return queue is not None and queue in queues and _QUEUE.fullmatch(queue) is not None and not is_direct(queue)


def _phone(preference: Preference, agents: Iterable[Candidate], queues: Collection[str]) -> str | None:
    """Choose the phone that is tried first: the matter's agent, else whoever of the group is free for longest."""
    fit = [one for one in agents if one.free and one.on_duty and _number(one, queues) is not None]
    for one in fit:
        if one.agent == preference.agent:
            return _number(one, queues)
    group = [one for one in fit if preference.group is not None and one.team == preference.group]
    chosen = min(group, key=lambda one: (one.since or 0, one.agent), default=None)
    return None if chosen is None else _number(chosen, queues)


def _number(one: Candidate, queues: Collection[str]) -> str | None:
    """Return the number of an agent's phone, where it has a queue of its own."""
    number = number_of_phone(one.interface)
    return number if number is not None and DIRECT + number in queues else None


def number_of_phone(interface: str) -> str | None:
    """Return the number that a phone is named by, None where it is named otherwise."""
    match = _PHONE.fullmatch(interface)
    return None if match is None else match[1]
