"""Which frames of a needed name mean nothing here all the same, told before their headers are read."""

from __future__ import annotations

import re

from callcenter.ami.names import OWN_USER_EVENTS, VARIABLES

_VARIABLES = frozenset(name.encode() for name in VARIABLES)
_NEEDED_VARIABLE = re.compile(b"|".join(sorted(_VARIABLES)))
_VARIABLE = re.compile(rb"\nVariable: ?([^\r\n]*)")
_USER_EVENT = re.compile(rb"\nUserEvent: ?([^\r\n]*)")


def means_nothing(name: str, block: bytes) -> bool:
    """Tell a frame of a needed name that says in every line of its own that it means nothing here."""
    if name == "UserEvent":
        named = _USER_EVENT.findall(block)
        return bool(named) and not any(own.startswith(OWN_USER_EVENTS.encode()) for own in named)
    return name == "VarSet" and is_other_variable(block)


def is_other_variable(block: bytes, after: int = 0) -> bool:
    """Tell a VarSet of a variable that nobody needs, before its headers are read; none stands before `after`."""
    if _NEEDED_VARIABLE.search(block, after) is None:
        return block.rfind(b"\nVariable:") >= 0
    named = _VARIABLE.findall(block)
    return bool(named) and _VARIABLES.isdisjoint(named)
