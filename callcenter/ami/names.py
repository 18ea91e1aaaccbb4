"""The one list of manager events that are needed, with the headers each cannot do without.

Frames of other names have their opening and sequence checked and are counted, nothing more.
A frame that lacks a header listed here is quarantined: a caller may have put a line break into a number.
"""

from __future__ import annotations

_MEMBER = ("Queue", "MemberName", "Interface", "Paused")
_DEST = ("DestChannel", "DestUniqueid")

NEEDED: dict[str, tuple[str, ...]] = {
    # channels
    "Newchannel": ("Channel", "ChannelState", "Exten", "Uniqueid", "Linkedid"),
    "Newstate": ("Channel", "ChannelState", "Uniqueid", "Linkedid"),
    "Rename": ("Channel", "Newname", "Uniqueid"),
    "Hangup": ("Channel", "Uniqueid", "Linkedid", "Cause"),
    "HangupRequest": ("Channel", "Uniqueid"),
    "SoftHangupRequest": ("Channel", "Uniqueid"),
    # queues
    "QueueCallerJoin": ("Channel", "Uniqueid", "Linkedid", "Queue", "Position"),
    "QueueCallerLeave": ("Channel", "Uniqueid", "Queue"),
    "QueueCallerAbandon": ("Channel", "Uniqueid", "Queue"),
    "AgentCalled": ("Channel", "Uniqueid", *_DEST, "Queue", "Interface", "MemberName"),
    "AgentConnect": ("Channel", "Uniqueid", *_DEST, "Queue", "Interface", "MemberName"),
    "AgentComplete": ("Queue", "Interface", "MemberName", "Reason"),
    "AgentRingNoAnswer": ("Channel", "Uniqueid", "Queue", "Interface", "MemberName"),
    # dialling and bridging
    "DialBegin": _DEST,
    "DialState": (*_DEST, "DialStatus"),
    "Hold": ("Channel", "Uniqueid"),
    "Unhold": ("Channel", "Uniqueid"),
    "BlindTransfer": ("Result", "TransfererUniqueid"),
    "AttendedTransfer": ("Result", "OrigTransfererUniqueid", "SecondTransfererUniqueid"),
    # who is connected to whom
    "BridgeEnter": ("BridgeUniqueid", "Channel", "Uniqueid"),
    "BridgeLeave": ("BridgeUniqueid", "Channel", "Uniqueid"),
    "BridgeMerge": ("ToBridgeUniqueid", "FromBridgeUniqueid"),
    "Pickup": ("Channel", "Uniqueid", "TargetChannel", "TargetUniqueid"),
    "ParkedCall": ("ParkeeChannel", "ParkeeUniqueid"),
    "ParkedCallTimeOut": ("ParkeeChannel", "ParkeeUniqueid"),
    "UnParkedCall": ("ParkeeChannel", "ParkeeUniqueid"),
    "ParkedCallGiveUp": ("ParkeeChannel", "ParkeeUniqueid"),
    "ChanSpyStart": ("SpyerUniqueid", "SpyeeUniqueid"),
    "ChanSpyStop": ("SpyerUniqueid",),
    "LocalBridge": ("LocalOneChannel", "LocalOneUniqueid", "LocalTwoChannel", "LocalTwoUniqueid"),
    "LocalOptimizationBegin": ("LocalOneUniqueid", "LocalTwoUniqueid"),
    # members and devices
    "QueueMemberStatus": (*_MEMBER, "Status"),
    "QueueMemberAdded": (*_MEMBER, "Status"),
    "QueueMemberRemoved": ("Queue", "MemberName", "Interface"),
    "QueueMemberPause": _MEMBER,
    "DeviceStateChange": ("Device", "State"),
    "PeerStatus": ("Peer", "PeerStatus"),
    "ContactStatus": ("ContactStatus", "EndpointName"),
    # the dialplan and the switch itself
    "VarSet": ("Variable", "Value", "Uniqueid"),
    "UserEvent": ("UserEvent",),
    "Shutdown": (),
    "FullyBooted": (),
}

ANSWERS: frozenset[str] = frozenset(
    {
        "QueueParams",
        "QueueMember",
        "QueueEntry",
        "QueueStatusComplete",
        "CoreShowChannel",
        "CoreShowChannelsComplete",
        "DeviceStateChange",
        "DeviceStateListComplete",
        "ContactList",
        "ContactListComplete",
        "EndpointList",
        "EndpointListComplete",
    }
)
"""Events that may answer an action: they carry its ActionID and no evidence-grade opening."""

VARIABLES: frozenset[str] = frozenset({"QUEUESTATUS"})
"""The only channel variables whose `VarSet` is needed; the others are skipped before parsing."""


OWN_USER_EVENTS = "Callcenter"
"""How the names of the UserEvents begin that we or our dialplan send; others' are read and mean nothing."""


def is_repeatable(header: str) -> bool:
    """Tell a header that an honest frame may carry several times, for any of the parties that it names."""
    return header == "Variable" or header.endswith("ChanVariable")


OF_A_CHANNEL = frozenset(
    {
        "Newchannel",
        "Newstate",
        "Hangup",
        "HangupRequest",
        "SoftHangupRequest",
        "Hold",
        "Unhold",
        "VarSet",
        "BridgeEnter",
        "BridgeLeave",
        "QueueCallerJoin",
        "QueueCallerLeave",
        "QueueCallerAbandon",
    }
)
"""Events of one channel, whose name stands before anything that a caller wrote."""
BRINGS_A_CALLER = frozenset({"QueueCallerJoin", "AgentCalled"})
"""Events that tell of a caller who is, or was, in a queue."""
SEEDING = frozenset({"QueueMember", "DeviceStateChange"})
"""Answers that may seed what is not yet known; none of them ends or judges anything."""
