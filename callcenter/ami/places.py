"""Where in a frame a header may stand: what a caller's line break forges is never where Asterisk writes it.

Asterisk 13 to 22 names whoever is on a channel by fourteen headers that always come together, in one order. All that
callers and diallers choose and that is printed as it came (numbers, dialled extensions, names of Local channels)
stands among the fourteen, and 79 characters are too few to forge the rest of them. So a party is named by all
fourteen with nothing between, or the frame is refused. (A login without the evidence-grade opening may lack some:
whole frames can be forged there anyhow.) What the event itself says comes behind the parties; what was dialled, the
only text of others' there, is the last of it.

Elsewhere (before, between and behind the parties) an unknown header is let pass: another version or the
configuration put it there (SystemName, Tenantid, ChanVariable, whose values are escaped), and nobody reads it.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

PARTY = (
    "Channel",
    "ChannelState",
    "ChannelStateDesc",
    "CallerIDNum",
    "CallerIDName",
    "ConnectedLineNum",
    "ConnectedLineName",
    "Language",
    "AccountCode",
    "Context",
    "Exten",
    "Priority",
    "Uniqueid",
    "Linkedid",
)
"""Headers of one party, in the order of main/manager_channels.c."""

_ONE = ("",)
_DIALLING = ("", "Dest")
_PARKING = ("Parkee", "Retriever")
_QUEUE = frozenset({"Queue", "Position", "OriginalPosition", "Count", "HoldTime"})
_MEMBER = frozenset({"Queue", "Interface", "MemberName", "HoldTime", "RingTime", "TalkTime", "Reason"})
_CAUSE = frozenset({"Cause", "Cause-txt", "TechCause"})

_EVENTS: dict[str, tuple[tuple[str, ...], frozenset[str]]] = {
    "Newchannel": (_ONE, frozenset()),
    "Newstate": (_ONE, frozenset()),
    "Hangup": (_ONE, _CAUSE),
    "HangupRequest": (_ONE, _CAUSE),
    "SoftHangupRequest": (_ONE, _CAUSE),
    "QueueCallerJoin": (_ONE, _QUEUE),
    "QueueCallerLeave": (_ONE, _QUEUE),
    "QueueCallerAbandon": (_ONE, _QUEUE),
    "AgentCalled": (_DIALLING, _MEMBER),
    "AgentConnect": (_DIALLING, _MEMBER),
    "AgentComplete": (_DIALLING, _MEMBER),
    "AgentRingNoAnswer": (_DIALLING, _MEMBER),
    "DialBegin": (_DIALLING, frozenset({"DialString"})),
    "DialState": (_DIALLING, frozenset({"DialStatus", "Forward"})),
    "Hold": (_ONE, frozenset({"MusicClass"})),
    "Unhold": (_ONE, frozenset()),
    "BlindTransfer": (("Transferer", "Transferee"), frozenset({"IsExternal", "Context", "Extension"})),
    "AttendedTransfer": (
        ("OrigTransferer", "SecondTransferer", "Transferee", "TransferTarget", "LocalOne", "LocalTwo"),
        frozenset(),
    ),
    "BridgeEnter": (_ONE, frozenset({"SwapUniqueid"})),
    "BridgeLeave": (_ONE, frozenset()),
    "Pickup": (("", "Target"), frozenset()),
    "ParkedCall": (_PARKING, frozenset()),
    "ParkedCallTimeOut": (_PARKING, frozenset()),
    "ParkedCallGiveUp": (_PARKING, frozenset()),
    "UnParkedCall": (_PARKING, frozenset()),
    "ChanSpyStart": (("Spyer", "Spyee"), frozenset()),
    "ChanSpyStop": (("Spyer", "Spyee"), frozenset()),
    "LocalBridge": (("LocalOne", "LocalTwo"), frozenset({"Context", "Exten", "LocalOptimization"})),
    "LocalOptimizationBegin": (("LocalOne", "LocalTwo", "Source"), frozenset({"DestUniqueId", "Id"})),
    "LocalOptimizationEnd": (("LocalOne", "LocalTwo"), frozenset({"Success", "Id"})),
    "VarSet": (_ONE, frozenset({"Variable", "Value"})),
    "UserEvent": (_ONE, frozenset({"UserEvent"})),
    "CoreShowChannel": (_ONE, frozenset({"Application", "ApplicationData", "Duration", "BridgeId"})),
}
"""Event → prefixes of the parties that it names, and what it says behind them."""
_OWN_BODY = frozenset({"UserEvent"})
"""Events whose body belongs to whoever wrote the dialplan: any header may stand there."""


class EventForm(msgspec.Struct, frozen=True):
    """How one event is written: each party's headers by their first, all of them, and what comes behind."""

    parties: dict[str, tuple[str, ...]]
    inside: frozenset[str]
    behind: frozenset[str]


def _form(prefixes: tuple[str, ...], behind: frozenset[str]) -> EventForm:
    parties = [tuple(prefix + header for header in PARTY) for prefix in prefixes]
    return EventForm({party[0]: party for party in parties}, frozenset().union(*parties), behind)


FORMS: dict[str, EventForm] = {name: _form(*written) for name, written in _EVENTS.items()}


def out_of_place(name: str, headers: Sequence[str], *, whole: bool) -> bool:
    """Tell whether a frame has a header where Asterisk does not write it.

    Args:
        name: The event.
        headers: The name of each line's header in their order, empty for a line that is none.
        whole: Each party must be named by all its headers; else some may lack, as on a tape that was shortened.
    """
    form = FORMS.get(name)
    return form is not None and not _as_written(form, headers, whole=whole, body=name in _OWN_BODY)


def _as_written(form: EventForm, headers: Sequence[str], *, whole: bool, body: bool) -> bool:
    at, behind = 0, False
    while at < len(headers):
        header = headers[at]
        party = form.parties.get(header)
        if party is not None:
            length = _party_length(party, headers[at : at + len(party)], whole=whole)
            if behind or not length:
                return False
            at += length
            continue
        behind = behind or header in form.behind
        if behind and body:
            return True
        if header in form.inside:
            return False
        at += 1
    return True


def _party_length(party: tuple[str, ...], headers: Sequence[str], *, whole: bool) -> int:
    """Return how many lines from here on name this party, 0 where it is not named as Asterisk does it."""
    if tuple(headers) == party:
        return len(party)
    if whole:
        return 0
    rest = iter(party)
    return next((place for place, header in enumerate(headers) if header not in rest), len(headers))
