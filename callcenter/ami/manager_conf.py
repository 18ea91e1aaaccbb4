"""The manager.conf sections that an existing PBX needs, for each way of writing event filters."""

from __future__ import annotations

from callcenter.ami.inspect import NEEDED_CLASSES
from callcenter.ami.names import NEEDED, VARIABLES

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
    filters = _advanced_filters() if advanced else _plain_filters()
    return _HEAD.format(
        events=events, control=control, permit=permit, classes=",".join(NEEDED_CLASSES), filters=filters
    )


def _advanced_filters() -> str:
    lines = [f"eventfilter(action(include),name({name})) =" for name in NEEDED if name != "VarSet"]
    lines += [
        f"eventfilter(action(include),name(VarSet),header(Variable),method(exact)) = {variable}"
        for variable in sorted(VARIABLES)
    ]
    return "\n".join(["; Asterisk 22.1 and newer: cheap filters by name.", *lines, ""])


def _plain_filters() -> str:
    lines = [f"eventfilter = Event: {name}[^A-Za-z]" for name in NEEDED if name != "VarSet"]
    lines += [f"eventfilter = Variable: {variable}[^A-Za-z]" for variable in sorted(VARIABLES)]
    return "\n".join(["; Any Asterisk: each event is searched with these expressions.", *lines, ""])
