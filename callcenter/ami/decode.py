"""One table from frame to domain event; what AMI calls a thing stays on this page."""

from __future__ import annotations

from collections.abc import Callable

from callcenter.ami.names import BRINGS_A_CALLER, SEEDING
from callcenter.ami.needs import NO_PHONES
from callcenter.domain import company as co
from callcenter.domain import events as ev
from callcenter.domain.frame import Frame

_RING_IN, _OFF_HOOK = "4", "2"
_DIGITS = 15
_PLACE_DIGITS = 6
"""Of a place in a queue; the record has 32 bits for it."""
_UNKNOWN = frozenset({"", "<unknown>", "unknown", "anonymous", "Anonymous"})
_LOST_STATUS = frozenset({"Unreachable", "Lagged", "Removed"})


HEARTBEAT = "CallcenterHeartbeat"
"""Name of the UserEvent that the control login sends and the events login must see."""
REFUSED = "CallcenterRefused"
"""UserEvent of our dialplan: a caller was turned away at a queue's door (headers Queue, Reason, Uniqueid)."""
SURVEY = "CallcenterSurvey"
"""UserEvent of our dialplan: how far a survey is (headers Step, Queue, Questions, Question, Answer, Uniqueid)."""
_SURVEY_STEPS = frozenset({"asked", "agreed", "answered", "done"})
_MOST_QUESTIONS = 9


def decode(frame: Frame) -> ev.Event | None:
    """Turn a frame into the event that it means, or None when it means nothing here."""
    make = _TABLE.get(frame.name)
    if make is None or (frame.answer and frame.name not in SEEDING):
        return None
    return make(frame)


def caller_of(frame: Frame) -> str | None:
    """Tell the number of the customer whom a frame brings to a queue or an agent; None for any other frame."""
    return _number(frame.headers.get("CallerIDNum")) if frame.name in BRINGS_A_CALLER else None


def _number(text: str | None) -> str | None:
    return None if text is None or text in _UNKNOWN else text


def _int(text: str | None, digits: int = _DIGITS) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) <= digits else None


def _newchannel(f: Frame) -> ev.Event:
    h = f.headers
    calling = h["ChannelState"] in {_RING_IN, _OFF_HOOK}
    return ev.ChannelStarted(
        f.at,
        f.pos,
        h["Uniqueid"],
        h["Channel"],
        h["Linkedid"],
        h["Exten"],
        calling,
        _number(h.get("CallerIDNum")),
    )


def _newstate(f: Frame) -> ev.Event | None:
    h = f.headers
    match h["ChannelState"]:
        case "5":
            return ev.ChannelRang(f.at, f.pos, h["Uniqueid"], h["Channel"])
        case "6":
            return ev.ChannelUp(f.at, f.pos, h["Uniqueid"], h["Channel"], h["Linkedid"])
        case _:
            return None


def _rename(f: Frame) -> ev.Event:
    return ev.ChannelRenamed(f.at, f.pos, f.headers["Uniqueid"], f.headers["Newname"])


def _hangup(f: Frame) -> ev.Event:
    h = f.headers
    return ev.ChannelEnded(f.at, f.pos, h["Uniqueid"], h["Channel"], _int(h["Cause"]), _int(h.get("TechCause")))


def _hangup_request(f: Frame) -> ev.Event:
    h = f.headers
    return ev.HangupAsked(f.at, f.pos, h["Uniqueid"], h["Channel"], _int(h.get("Cause")), _int(h.get("TechCause")))


def _soft_hangup(f: Frame) -> ev.Event:
    h = f.headers
    return ev.TeardownAsked(f.at, f.pos, h["Uniqueid"], h["Channel"], _int(h.get("Cause")))


def _join(f: Frame) -> ev.Event:
    h = f.headers
    return ev.CallerJoined(
        f.at,
        f.pos,
        h["Uniqueid"],
        h["Channel"],
        h["Linkedid"],
        h["Queue"],
        _int(h["Position"], _PLACE_DIGITS),
        _number(h.get("CallerIDNum")),
        _number(h.get("Exten")),
    )


def _leave(f: Frame) -> ev.Event:
    h = f.headers
    return ev.CallerLeft(f.at, f.pos, h["Uniqueid"], h["Channel"], h.get("Linkedid") or h["Uniqueid"], h["Queue"])


def _drop(f: Frame) -> ev.Event:
    h = f.headers
    return ev.CallerDropped(f.at, f.pos, h["Uniqueid"], h["Channel"], h.get("Linkedid") or h["Uniqueid"], h["Queue"])


def _called(f: Frame) -> ev.Event:
    h = f.headers
    return ev.MemberCalled(
        f.at,
        f.pos,
        h["Uniqueid"],
        h["Channel"],
        h.get("Linkedid") or h["Uniqueid"],
        h["Queue"],
        h["Interface"],
        h["MemberName"],
        h["DestUniqueid"],
        h["DestChannel"],
    )


def _connected(f: Frame) -> ev.Event:
    h = f.headers
    return ev.MemberConnected(
        f.at,
        f.pos,
        h["Uniqueid"],
        h["Channel"],
        h.get("Linkedid") or h["Uniqueid"],
        h["Queue"],
        h["Interface"],
        h["MemberName"],
        h["DestUniqueid"],
        h["DestChannel"],
    )


def _completed(f: Frame) -> ev.Event:
    h = f.headers
    return ev.MemberCompleted(
        f.at,
        f.pos,
        h.get("Uniqueid") or None,
        h.get("Linkedid") or None,
        h["Queue"],
        h["Interface"],
        h["MemberName"],
        h.get("DestUniqueid") or None,
    )


def _ring_no_answer(f: Frame) -> ev.Event:
    h = f.headers
    return ev.MemberRingEnded(f.at, f.pos, h["Uniqueid"], h["Queue"], h["Interface"], h.get("DestUniqueid") or None)


def _dial_begin(f: Frame) -> ev.Event:
    h = f.headers
    return ev.DialBegan(
        f.at,
        f.pos,
        h.get("Uniqueid") or None,
        h.get("Channel") or None,
        h.get("Linkedid") or None,
        h["DestUniqueid"],
        h["DestChannel"],
        h.get("DialString", ""),
    )


def _dial_state(f: Frame) -> ev.Event | None:
    h = f.headers
    if h["DialStatus"] != "RINGING":
        return None
    return ev.ChannelRang(f.at, f.pos, h["DestUniqueid"], h["DestChannel"])


def _member(f: Frame) -> ev.Event:
    h = f.headers
    interface = h.get("Interface") or h.get("Location") or ""
    return ev.MemberSeen(
        f.at,
        f.pos,
        h["Queue"],
        interface,
        h.get("MemberName") or h.get("Name") or interface,
        h.get("StateInterface") or interface,
        _int(h.get("Status")),
        h.get("Paused") == "1",
        h.get("PausedReason", ""),
        answer=f.answer,
    )


def _member_answer(f: Frame) -> ev.Event | None:
    return _member(f) if f.headers.get("Queue") and f.headers.get("Location") else None


def _member_removed(f: Frame) -> ev.Event:
    return ev.MemberGone(f.at, f.pos, f.headers["Queue"], f.headers["Interface"])


def _device(f: Frame) -> ev.Event | None:
    device, state = f.headers.get("Device", ""), f.headers.get("State", "")
    if not device or device.startswith(NO_PHONES):
        return None
    return ev.DeviceSeen(f.at, f.pos, device, state, answer=f.answer)


def _peer(f: Frame) -> ev.Event | None:
    match f.headers["PeerStatus"]:
        case "Reachable" | "Registered":
            return ev.PhoneSeen(f.at, f.pos, f.headers["Peer"], reachable=True)
        case "Unreachable" | "Unregistered" | "Lagged":
            return ev.PhoneSeen(f.at, f.pos, f.headers["Peer"], reachable=False)
        case _:
            return None


def _contact(f: Frame) -> ev.Event | None:
    h = f.headers
    status = h["ContactStatus"]
    reachable = True if status == "Reachable" else False if status in _LOST_STATUS else None
    device = f"PJSIP/{h['EndpointName'] or h.get('AOR', '')}"
    return ev.ContactSeen(f.at, f.pos, device, h.get("URI", ""), reachable, status == "Removed")


def _hold(f: Frame) -> ev.Event:
    return ev.HoldSet(f.at, f.pos, f.headers["Uniqueid"], on=f.name == "Hold")


def _blind(f: Frame) -> ev.Event | None:
    h = f.headers
    if h["Result"] != "Success":
        return None
    moved = h.get("TransfereeUniqueid") or None
    return ev.BlindTransferred(f.at, f.pos, h["TransfererUniqueid"], moved, h.get("Extension", ""))


def _attended(f: Frame) -> ev.Event | None:
    h = f.headers
    if h["Result"] != "Success":
        return None
    moved, place = h.get("TransfereeUniqueid") or None, h.get("DestType", "").lower()
    return ev.AttendedTransferred(f.at, f.pos, h["OrigTransfererUniqueid"], h["SecondTransfererUniqueid"], moved, place)


def _bridge_enter(f: Frame) -> ev.Event:
    h = f.headers
    bridge = "" if h.get("BridgeTechnology") == "holding_bridge" else h["BridgeUniqueid"]
    return co.BridgeEntered(
        f.at,
        f.pos,
        h["Uniqueid"],
        h["Channel"],
        h.get("Linkedid") or h["Uniqueid"],
        bridge,
        h.get("SwapUniqueid") or None,
    )


def _bridge_leave(f: Frame) -> ev.Event:
    return co.BridgeLeft(f.at, f.pos, f.headers["Uniqueid"], f.headers["BridgeUniqueid"])


def _bridge_merge(f: Frame) -> ev.Event:
    return co.BridgesMerged(f.at, f.pos, f.headers["ToBridgeUniqueid"], f.headers["FromBridgeUniqueid"])


def _pickup(f: Frame) -> ev.Event:
    h = f.headers
    return co.PickedUp(f.at, f.pos, h["Uniqueid"], h["Channel"], h["TargetUniqueid"])


def _parked(f: Frame) -> ev.Event:
    return co.Parked(f.at, f.pos, f.headers["ParkeeUniqueid"], f.headers["ParkeeChannel"])


def _park_ended(f: Frame) -> ev.Event:
    h = f.headers
    return co.ParkEnded(f.at, f.pos, h["ParkeeUniqueid"], h["ParkeeChannel"])


def _local_bridge(f: Frame) -> ev.Event:
    h = f.headers
    return co.LocalPaired(
        f.at, f.pos, h["LocalOneUniqueid"], h["LocalOneChannel"], h["LocalTwoUniqueid"], h["LocalTwoChannel"]
    )


def _local_optimization(f: Frame) -> ev.Event:
    return co.LocalOptimizing(f.at, f.pos, f.headers["LocalOneUniqueid"], f.headers["LocalTwoUniqueid"])


def _spy(f: Frame) -> ev.Event:
    if f.name == "ChanSpyStop":
        return co.SpyEnded(f.at, f.pos, f.headers["SpyerUniqueid"])
    return co.SpyBegan(f.at, f.pos, f.headers["SpyerUniqueid"], f.headers["SpyeeUniqueid"])


def _varset(f: Frame) -> ev.Event | None:
    h = f.headers
    if h["Variable"] != "QUEUESTATUS" or not h["Uniqueid"]:
        return None
    linked = h.get("Linkedid") or h["Uniqueid"]
    caller, dialled = _number(h.get("CallerIDNum")), _number(h.get("Exten"))
    return ev.QueueResult(f.at, f.pos, h["Uniqueid"], h.get("Channel", ""), linked, caller, dialled, h["Value"])


def _user(f: Frame) -> ev.Event | None:
    h = f.headers
    match h["UserEvent"]:
        case "CallcenterHeartbeat":
            return ev.Tick(f.at, f.pos)
        case "CallcenterRefused" if h.get("Uniqueid") and h.get("Queue"):
            return ev.DoorRefused(f.at, f.pos, h["Uniqueid"], h["Queue"], h.get("Reason", ""))
        case "CallcenterKeyExit" if h.get("Uniqueid") and h.get("Queue"):
            return ev.KeyPressed(f.at, f.pos, h["Uniqueid"], h["Queue"])
        case "CallcenterSurvey" if h.get("Uniqueid") and h.get("Step") in _SURVEY_STEPS:
            return _survey(f)
        case _:
            return None


def _survey(f: Frame) -> ev.Event:
    h = f.headers
    asks = h.get("Questions", "")[:_MOST_QUESTIONS]
    question, answer = _int(h.get("Question")), _int(h.get("Answer"))
    return ev.SurveyHeard(f.at, f.pos, h["Uniqueid"], h["Step"], h.get("Queue") or None, asks, question, answer)


def _shutdown(f: Frame) -> ev.Event:
    return ev.SwitchStopping(f.at, f.pos)


_TABLE: dict[str, Callable[[Frame], ev.Event | None]] = {
    "Newchannel": _newchannel,
    "Newstate": _newstate,
    "Rename": _rename,
    "Hangup": _hangup,
    "HangupRequest": _hangup_request,
    "SoftHangupRequest": _soft_hangup,
    "QueueCallerJoin": _join,
    "QueueCallerLeave": _leave,
    "QueueCallerAbandon": _drop,
    "AgentCalled": _called,
    "AgentConnect": _connected,
    "AgentComplete": _completed,
    "AgentRingNoAnswer": _ring_no_answer,
    "DialBegin": _dial_begin,
    "DialState": _dial_state,
    "Hold": _hold,
    "Unhold": _hold,
    "BlindTransfer": _blind,
    "AttendedTransfer": _attended,
    "BridgeEnter": _bridge_enter,
    "BridgeLeave": _bridge_leave,
    "BridgeMerge": _bridge_merge,
    "Pickup": _pickup,
    "ParkedCall": _parked,
    "ParkedCallTimeOut": _park_ended,
    "ParkedCallGiveUp": _park_ended,
    "UnParkedCall": _park_ended,
    "LocalBridge": _local_bridge,
    "LocalOptimizationBegin": _local_optimization,
    "ChanSpyStart": _spy,
    "ChanSpyStop": _spy,
    "QueueMemberStatus": _member,
    "QueueMemberAdded": _member,
    "QueueMemberPause": _member,
    "QueueMemberRemoved": _member_removed,
    "QueueMember": _member_answer,
    "DeviceStateChange": _device,
    "PeerStatus": _peer,
    "ContactStatus": _contact,
    "VarSet": _varset,
    "UserEvent": _user,
    "Shutdown": _shutdown,
}
