"""What happened on the switch, in the domain's words; the only input of the floor.

An event is what a frame meant, nothing more: no outcome is decided here. `at` is the switch's time in
microseconds (None where the frame had none), `pos` says which frame it came from.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from callcenter.domain import company as co
from callcenter.domain.company import SwitchEvent
from callcenter.domain.snapshot import Snapshot
from callcenter.domain.vocabulary import PageWord


class ChannelStarted(SwitchEvent, frozen=True, gc=False):
    """A channel came to be; `dialled` is its extension, `calling` is True when its owner took the line to dial."""

    uid: str
    name: str
    linked: str
    dialled: str
    calling: bool
    number: str | None


class ChannelRang(SwitchEvent, frozen=True, gc=False):
    """The channel's device said that it rings (180), by channel state or by dial state."""

    uid: str
    name: str


class ChannelUp(SwitchEvent, frozen=True, gc=False):
    """The channel was answered."""

    uid: str
    name: str
    linked: str


class ChannelRenamed(SwitchEvent, frozen=True, gc=False):
    """A masquerade gave the channel another name."""

    uid: str
    name: str


class ChannelEnded(SwitchEvent, frozen=True, gc=False):
    """The channel is gone. `cause` is Q.850, `tech` the SIP status where the peer refused."""

    uid: str
    name: str
    cause: int | None
    tech: int | None


class HangupAsked(SwitchEvent, frozen=True, gc=False):
    """The party on this channel ended it: BYE, CANCEL or a refusal with its SIP status."""

    uid: str
    name: str
    cause: int | None
    tech: int | None


class TeardownAsked(SwitchEvent, frozen=True, gc=False):
    """Asterisk itself asked the channel to go; `flag` is the soft hang-up flag (see channels.py)."""

    uid: str
    name: str
    flag: int | None


class CallerJoined(SwitchEvent, frozen=True, gc=False):
    """A caller entered a queue."""

    uid: str
    name: str
    linked: str
    queue: str
    position: int | None
    caller: str | None
    dialled: str | None


class CallerLeft(SwitchEvent, frozen=True, gc=False):
    """A caller is no longer waiting in a queue, for whatever reason."""

    uid: str
    name: str
    linked: str
    queue: str


class CallerDropped(SwitchEvent, frozen=True, gc=False):
    """The queue lost its caller without an agent: a hang-up, a timeout, a restart alike."""

    uid: str
    name: str
    linked: str
    queue: str


class MemberCalled(SwitchEvent, frozen=True, gc=False):
    """The queue began to dial a member for a caller; says nothing about ringing."""

    uid: str
    name: str
    linked: str
    queue: str
    interface: str
    member: str
    dest: str
    dest_name: str


class MemberConnected(SwitchEvent, frozen=True, gc=False):
    """Caller and member are connected by the queue."""

    uid: str
    name: str
    linked: str
    queue: str
    interface: str
    member: str
    dest: str
    dest_name: str


class MemberCompleted(SwitchEvent, frozen=True, gc=False):
    """The queue's part of an answered call is over; the channel fields may be missing."""

    uid: str | None
    linked: str | None
    queue: str
    interface: str
    member: str
    dest: str | None


class MemberRingEnded(SwitchEvent, frozen=True, gc=False):
    """The queue stopped trying a member; the reason is not to be read from it."""

    uid: str
    queue: str
    interface: str
    dest: str | None


class DialBegan(SwitchEvent, frozen=True, gc=False):
    """A channel (None: nobody) began to dial another."""

    uid: str | None
    name: str | None
    linked: str | None
    dest: str
    dest_name: str
    dial_string: str


class MemberSeen(SwitchEvent, frozen=True, gc=False):
    """A queue told of one of its members; `status` is Asterisk's device state number."""

    queue: str
    interface: str
    member: str
    device: str
    status: int | None
    paused: bool
    reason: str
    answer: bool = False


class MemberGone(SwitchEvent, frozen=True, gc=False):
    """A member was taken out of a queue."""

    queue: str
    interface: str


class DeviceSeen(SwitchEvent, frozen=True, gc=False):
    """A device has this state: NOT_INUSE, INUSE, RINGING, UNAVAILABLE ..."""

    device: str
    state: str
    answer: bool = False


class PhoneSeen(SwitchEvent, frozen=True, gc=False):
    """An endpoint as a whole is reachable or not."""

    device: str
    reachable: bool


class ContactSeen(SwitchEvent, frozen=True, gc=False):
    """One registration of an endpoint: reachable, lost, or gone (reachable None: newly there, not yet tried)."""

    device: str
    uri: str
    reachable: bool | None
    removed: bool


class HoldSet(SwitchEvent, frozen=True, gc=False):
    """The party on this channel put the other on hold, or took it back."""

    uid: str
    on: bool


class BlindTransferred(SwitchEvent, frozen=True, gc=False):
    """The party on `by` sent the other one, on `moved`, away to an extension."""

    by: str
    moved: str | None
    target: str


class AttendedTransferred(SwitchEvent, frozen=True, gc=False):
    """A transfer after consultation was completed; `by` and `second` are the transferer's two channels.

    Attributes:
        moved: The channel that was transferred, where only one was.
        place: Where it went: `bridge`, `app`, `link` (two bridges by a Local channel), `threeway`; "" where not told.
    """

    by: str
    second: str
    moved: str | None = None
    place: str = ""


class QueueResult(SwitchEvent, frozen=True, gc=False):
    """The queue application told the dialplan why it ended (QUEUESTATUS); class `dialplan`."""

    uid: str
    name: str
    linked: str
    caller: str | None
    dialled: str | None
    result: str


class DoorRefused(SwitchEvent, frozen=True, gc=False):
    """Our dialplan says: this caller was refused at this queue's door."""

    uid: str
    queue: str
    reason: str


class KeyPressed(SwitchEvent, frozen=True, gc=False):
    """Our dialplan says: this caller left this queue by key."""

    uid: str
    queue: str


class SurveyHeard(SwitchEvent, frozen=True, gc=False):
    """Our dialplan says how far a survey is: `asked`, `agreed`, `answered`, `done`.

    Attributes:
        queue: The line that it asks about; of `asked`.
        asks: The digits of its questions; of `asked`.
        question: Which one was answered; None where it is none.
        answer: The digit that was pressed.
    """

    uid: str
    step: str
    queue: str | None = None
    asks: str = ""
    question: int | None = None
    answer: int | None = None


class PageTold(SwitchEvent, frozen=True, gc=False):
    """An agent's page said something of the phone in it (see `domain.agents.pages`); `at` is None: it tells no time."""

    agent: str
    what: PageWord
    uid: str | None
    device: str | None
    detail: str | None


class SwitchStopping(SwitchEvent, frozen=True, gc=False):
    """Asterisk announced that it stops or restarts."""


class LinkLost(SwitchEvent, frozen=True, gc=False):
    """The events login ended; what happens from here on is not seen. `at` is the last time that was seen."""


class LinkRestored(SwitchEvent, frozen=True, gc=False):
    """Events are seen again, `at` from here on; `restarted` when the switch itself was down meanwhile."""

    restarted: bool


class Resynced(SwitchEvent, frozen=True, gc=False):
    """A snapshot of the switch, taken between two heartbeats: apply by key, never end a thing that it cannot know."""

    snapshot: Snapshot


class Overfull(SwitchEvent, frozen=True, gc=False):
    """The switch told of more than any switch has, and is believed no more; `at` is the last time that was seen."""


class FrameRefused(SwitchEvent, frozen=True, gc=False):
    """Something happened, and what is not known: its frame cannot be believed; `at` is None where its time cannot.

    What it names are hints: whom it may concern, never what happened.

    Attributes:
        alone: It is of no more than a channel, which it names: what agents do on others it does not touch.
    """

    uniqueids: tuple[str, ...]
    channels: tuple[str, ...]
    queues: tuple[str, ...]
    members: tuple[str, ...]
    alone: bool


class Tick(SwitchEvent, frozen=True, gc=False):
    """Time passed."""


Event = (
    ChannelStarted
    | ChannelRang
    | ChannelUp
    | ChannelRenamed
    | ChannelEnded
    | HangupAsked
    | TeardownAsked
    | CallerJoined
    | CallerLeft
    | CallerDropped
    | MemberCalled
    | MemberConnected
    | MemberCompleted
    | MemberRingEnded
    | DialBegan
    | MemberSeen
    | MemberGone
    | DeviceSeen
    | PhoneSeen
    | ContactSeen
    | HoldSet
    | BlindTransferred
    | AttendedTransferred
    | co.BridgeEntered
    | co.BridgeLeft
    | co.BridgesMerged
    | co.PickedUp
    | co.Parked
    | co.ParkEnded
    | co.LocalPaired
    | co.LocalOptimizing
    | co.SpyBegan
    | co.SpyEnded
    | QueueResult
    | DoorRefused
    | KeyPressed
    | SurveyHeard
    | PageTold
    | SwitchStopping
    | LinkLost
    | LinkRestored
    | Resynced
    | Overfull
    | FrameRefused
    | Tick
)


Handlers = dict[type, Callable[[Any], None]]
"""Which method is told of which kind of event; no other is told of it. A `Tick` only moves time."""
