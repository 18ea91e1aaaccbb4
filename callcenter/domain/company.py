"""Who is connected to whom, as the switch tells it: bridges, pickups, parking, Local channels, listening."""

from __future__ import annotations

import msgspec

from callcenter.domain.frame import Micros


class SwitchEvent(msgspec.Struct, frozen=True, gc=False, tag=True):
    """What every event says: the switch's time in microseconds (None where it had none), and from which frame."""

    at: Micros | None
    pos: int


class BridgeEntered(SwitchEvent, frozen=True, gc=False):
    """A channel hears the others of this bridge from now on; `swapped` is the channel whose place it took.

    `bridge` is empty where nobody in it hears anybody, such as a parking lot.
    """

    uid: str
    name: str
    linked: str
    bridge: str
    swapped: str | None


class BridgeLeft(SwitchEvent, frozen=True, gc=False):
    """A channel is in this bridge no longer."""

    uid: str
    bridge: str


class BridgesMerged(SwitchEvent, frozen=True, gc=False):
    """Everybody of one bridge is in another one from now on."""

    into: str
    gone: str


class PickedUp(SwitchEvent, frozen=True, gc=False):
    """The party on this channel took the call that rang at another phone, on `target`."""

    uid: str
    name: str
    target: str


class Parked(SwitchEvent, frozen=True, gc=False):
    """A channel waits in a parking lot."""

    uid: str
    name: str


class ParkEnded(SwitchEvent, frozen=True, gc=False):
    """A channel is parked no longer: somebody fetched it, its time was up, or its party gave up."""

    uid: str
    name: str


class LocalPaired(SwitchEvent, frozen=True, gc=False):
    """Two halves of a Local channel: what one says the other hears."""

    one: str
    one_name: str
    two: str
    two_name: str


class LocalOptimizing(SwitchEvent, frozen=True, gc=False):
    """The two halves are about to be taken out from between the parties whom they join."""

    one: str
    two: str


class SpyBegan(SwitchEvent, frozen=True, gc=False):
    """The party on `uid` listens to the one on `target`."""

    uid: str
    target: str


class SpyEnded(SwitchEvent, frozen=True, gc=False):
    """The party on this channel listens no longer."""

    uid: str
