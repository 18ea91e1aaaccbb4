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


SELECTED = frozenset({"VarSet", "DeviceStateChange", "SoftHangupRequest"})
"""Events of which most, or many, mean nothing here: looked at before their headers are read."""
NO_PHONES = ("Queue:", "Local/", "park:", "confbridge:", "CBAnn")
"""Devices of Asterisk's own making, whose states say nothing of anybody's phone."""
_NO_PHONE = re.compile(rb"\nDevice: (?:%s)" % b"|".join(re.escape(kind.encode()) for kind in NO_PHONES))
_CLEARED = (b"\nCause: 16", b"\nCause: 16\r")


def is_passed_over(name: str, block: bytes, after: int = 0) -> bool:
    """Tell a frame of those that means nothing here; what tells it stands behind `after`.

    A queue has devices of its own (`Queue:support_pause_PJSIP/1001`), which say what its members' frames say; so have
    Local channels, parking lots and conferences. A soft hang-up with the cause of every cleared call is Asterisk's own
    tidying up; the cause stands last, behind all that a caller can write.
    """
    if name == "SoftHangupRequest":
        return block.endswith(_CLEARED)
    if name == "DeviceStateChange":
        return _NO_PHONE.search(block, after) is not None
    return is_other_variable(block, after)


def is_other_variable(block: bytes, after: int = 0) -> bool:
    """Tell a VarSet of a variable that nobody needs, before its headers are read; none stands before `after`."""
    if _NEEDED_VARIABLE.search(block, after) is None:
        return block.rfind(b"\nVariable:") >= 0
    named = _VARIABLE.findall(block)
    return bool(named) and _VARIABLES.isdisjoint(named)
