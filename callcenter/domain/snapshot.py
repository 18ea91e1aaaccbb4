"""What the switch answered when it was asked how things stand: the floor is put right by it after a gap.

A snapshot has no moment of its own, it has two: it was taken after one heartbeat and before the next. What
the event stream said before the first is older than the snapshot, what it said after the second is newer,
and for what it said between the two the event is right, so the snapshot is applied by key.

None means that the switch could not be asked (a module or a right is missing); empty means that it said
there is nothing.
"""

from __future__ import annotations

import msgspec

from callcenter.domain.frame import Micros


class QueueState(msgspec.Struct, frozen=True, gc=False):
    """One queue: its name as written in queues.conf, its ring strategy, and how many callers wait in it."""

    name: str
    strategy: str
    calls: int


class MemberState(msgspec.Struct, frozen=True, gc=False):
    """One member of one queue.

    Attributes:
        interface: What the queue dials, such as `PJSIP/1001` or `Local/1001@agents/n`.
        state_interface: The device whose state the queue watches; the interface itself unless told otherwise.
        status: Asterisk's device state number (1 idle, 2 in use, 5 unavailable, 6 ringing), None if not one.
    """

    queue: str
    name: str
    interface: str
    state_interface: str
    status: int | None
    paused: bool
    reason: str


class WaitingState(msgspec.Struct, frozen=True, gc=False):
    """One caller who waits in a queue, with whole seconds waited by Asterisk's count."""

    queue: str
    position: int | None
    channel: str
    uniqueid: str
    caller: str
    wait_seconds: int | None


class ChannelState(msgspec.Struct, frozen=True, gc=False):
    """One live channel.

    Attributes:
        state: Asterisk's channel state number (4 ring, 5 ringing, 6 up ...), None if not a number.
        bridge: Unique id of the bridge it is in; empty when in none.
        seconds: Age of the channel in whole seconds.
    """

    name: str
    uniqueid: str
    linkedid: str
    state: int | None
    exten: str
    caller: str
    connected: str
    bridge: str
    application: str
    seconds: int | None


class DeviceState(msgspec.Struct, frozen=True, gc=False):
    """One device and its state, such as NOT_INUSE or UNAVAILABLE."""

    device: str
    state: str


class HintState(msgspec.Struct, frozen=True, gc=False):
    """Which device a hint stands for: `hint:1001@ext-local` and `PJSIP/1001`."""

    hint: str
    device: str


class ContactState(msgspec.Struct, frozen=True, gc=False):
    """Where one endpoint is registered: Reachable, Unreachable, NonQualified, Unknown."""

    endpoint: str
    uri: str
    status: str


class Snapshot(msgspec.Struct, frozen=True):
    """How the switch stood between two heartbeats.

    Attributes:
        after: Switch time of the heartbeat before the first question.
        before: Switch time of the heartbeat after the last answer; both are None without Timestamp.
        version: Asterisk's own, such as `22.10.1`.
        system_name: `systemname` of asterisk.conf; empty when not set.
        started: When Asterisk started, in the switch's own local words; another value: it restarted.
        devices: None where the module that lists them is not loaded.
        contacts: Of the queue members' endpoints; None where the functions that tell them are not loaded.
        hints: Of members whose state is a hint's; None where none is, or the switch could not be asked.
    """

    after: Micros | None
    before: Micros | None
    version: str
    system_name: str
    started: str
    queues: tuple[QueueState, ...]
    members: tuple[MemberState, ...]
    waiting: tuple[WaitingState, ...]
    channels: tuple[ChannelState, ...]
    devices: tuple[DeviceState, ...] | None
    contacts: tuple[ContactState, ...] | None
    hints: tuple[HintState, ...] | None = None
