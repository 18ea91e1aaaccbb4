"""What each event of queue_log says in its data, over the versions of app_queue from 1.4 to 22.

A version writes the fields of the one before it, and perhaps one more: `EXITWITHTIMEOUT|1` became
`EXITWITHTIMEOUT|1|1|30`, ENTERQUEUE got the place in the queue and then the caller's name. So the leading fields are
read as far as they are there, and what follows them is not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

import msgspec

from callcenter.untrusted import has_controls

_LONGEST_QUEUE = 100_000
"""A place in a queue beyond this was forged."""

_NUMBER = re.compile(r"-?\d{1,10}", re.ASCII)

_Field = Literal["text", "number", "wait", "talk", "ring"]

_LEFT: tuple[_Field, ...] = ("number", "number", "wait")
_MOVED: tuple[_Field, ...] = ("text", "text", "wait", "talk", "number")
OF_A_CALL: dict[str, tuple[_Field, ...]] = {
    "CONNECT": ("wait", "text", "number"),
    "COMPLETECALLER": ("wait", "talk", "number"),
    "COMPLETEAGENT": ("wait", "talk", "number"),
    "ABANDON": _LEFT,
    "EXITWITHTIMEOUT": _LEFT,
    "EXITEMPTY": _LEFT,
    "EXITWITHKEY": ("text", *_LEFT),
    "WITHDRAW": (*_LEFT, "text"),
    "SYSCOMPAT": ("text",),
    "AGENTDUMP": ("text",),
    "RINGNOANSWER": ("ring",),
    "RINGCANCELED": ("ring",),
    "BLINDTRANSFER": _MOVED,
    "TRANSFER": _MOVED,
    "ATTENDEDTRANSFER": _MOVED,
}
_LINKED: tuple[_Field, ...] = ("text", *_MOVED)
"""An attended transfer that linked two bridges names both channels."""

OF_A_MEMBER: dict[str, tuple[_Field, ...]] = {
    "ADDMEMBER": ("text",),
    "REMOVEMEMBER": ("text",),
    "PAUSE": ("text",),
    "UNPAUSE": ("text",),
    "PAUSEALL": ("text",),
    "UNPAUSEALL": ("text",),
    "PENALTY": ("number",),
    "RINGINUSE": ("number",),
    "AGENTLOGIN": ("text",),
    "AGENTCALLBACKLOGIN": ("text",),
    "AGENTLOGOFF": ("text", "number"),
    "AGENTCALLBACKLOGOFF": ("text", "number", "text"),
    "CONFIGRELOAD": ("text",),
    "QUEUESTART": ("text",),
    "DID": ("text",),
}


class LoggedFigures(msgspec.Struct, frozen=True, gc=False):
    """What a line says beyond its event; None where its version does not.

    Attributes:
        caller: The caller's number, as it came: hostile.
        position: Place in the queue when it was entered.
        wait: Seconds from joining to leaving the queue.
        talk: Seconds from the answer to the end of the agent's part.
        ring: Milliseconds.
    """

    caller: str | None = None
    position: int | None = None
    wait: int | None = None
    talk: int | None = None
    ring: int | None = None


_NONE = LoggedFigures()


def figures_of(event: str, data: Sequence[str]) -> LoggedFigures | None:
    """Read the data of an event other than ENTERQUEUE; None where a field is not what its place wants."""
    wanted = OF_A_CALL.get(event) or OF_A_MEMBER.get(event)
    if wanted is None:
        return _NONE
    if event == "ATTENDEDTRANSFER" and data[0] == "LINK":
        wanted = _LINKED
    found: dict[str, int] = {}
    for kind, field in zip(wanted, data, strict=False):
        if kind == "text":
            if has_controls(field):
                return None
        elif field:
            if not _NUMBER.fullmatch(field):
                return None
            found[kind] = int(field)
    return LoggedFigures(wait=found.get("wait"), talk=found.get("talk"), ring=found.get("ring"))


def joining(data: Sequence[str]) -> tuple[LoggedFigures, bool]:
    """Read the data of ENTERQUEUE: URL, number, place, name.

    Returns:
        What can be believed, and whether that is all of it: a `|` or a line break in the number shifts or cuts it.
    """
    caller = data[1] if len(data) > 1 else None
    place = data[2] if len(data) > 2 else ""  # noqa: PLR2004 - the third field
    if caller is None or has_controls(caller) or (place and not _NUMBER.fullmatch(place)):
        return _NONE, False
    at = int(place) if place else 0
    return LoggedFigures(caller=caller, position=at if 0 < at <= _LONGEST_QUEUE else None), True
