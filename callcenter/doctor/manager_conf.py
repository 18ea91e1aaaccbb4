"""The manager.conf sections that an existing PBX needs, for each way of writing event filters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callcenter.ami.names import NEEDED, VARIABLES
from callcenter.doctor.inspect import NEEDED_CLASSES

if TYPE_CHECKING:
    from collections.abc import Collection

_HEAD = """\
; Two manager logins for callcenter. Where to put this:
;   plain Asterisk      /etc/asterisk/manager.conf, at its end
;   FreePBX, Issabel    /etc/asterisk/manager_custom.conf
; Then: asterisk -rx 'manager reload'

; Added to the section that is there already; without these two lines nothing is evidence.
[general](+)
timestampevents = yes
debug = on

; Reads, can change nothing. A minute's patience instead of the default tenth of a second.
[{events}]
secret = CHANGE-ME-1
deny = 0.0.0.0/0.0.0.0
permit = {permit}
read = {classes}
write =
writetimeout = 60000
{filters}
; Snapshots, pauses, heartbeats: it can neither call nor command nor configure.
; `reporting` can read every configuration file, secrets included, where func_config.so is loaded:
; modules.conf: noload = func_config.so
[{control}]
secret = CHANGE-ME-2
deny = 0.0.0.0/0.0.0.0
permit = {permit}
read =
write = agent,reporting,user
writetimeout = 10000
"""


def manager_conf(events: str, control: str, permit: str, *, advanced: bool) -> str:
    """Return the two sections, ready to paste.

    Args:
        events: Name of the events login.
        control: Name of the control login.
        permit: Address and mask of the machine that callcenter runs on.
        advanced: Filters as Asterisk 22.1 and newer write them; otherwise as every Asterisk does.
    """
    filters = _filters(advanced=advanced)
    return _HEAD.format(
        events=events, control=control, permit=permit, classes=",".join(NEEDED_CLASSES), filters=filters
    )


def filter_lines(names: Collection[str], *, advanced: bool) -> list[str]:
    """Return the lines of manager.conf that let these events through."""
    plain = [name for name in names if name != "VarSet"]
    variables = sorted(VARIABLES) if "VarSet" in names else []
    if advanced:
        chosen = "eventfilter(action(include),name(VarSet),header(Variable),method(exact))"
        return [f"eventfilter(action(include),name({n})) =" for n in plain] + [f"{chosen} = {v}" for v in variables]
    return [f"eventfilter = Event: {n}[^A-Za-z]" for n in plain] + [
        f"eventfilter = Variable: {v}[^A-Za-z]" for v in variables
    ]


def _filters(*, advanced: bool) -> str:
    heading = (
        "; Asterisk 22.1 and newer: cheap filters by name."
        if advanced
        else "; Any Asterisk: each event is searched with these expressions."
    )
    return "\n".join([heading, *filter_lines(NEEDED, advanced=advanced), ""])
