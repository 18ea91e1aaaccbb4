"""What the live client hands to the tracker, in the order in which it happened."""

from __future__ import annotations

import msgspec

from callcenter.ami.refused import LostFrame
from callcenter.domain.frame import Frame, Micros
from callcenter.domain.snapshot import Snapshot


class LoginOpened(msgspec.Struct, frozen=True):
    """The events login is open; frames follow.

    Attributes:
        at: Our clock.
        login: 1 for the first of this run; frame positions and sequence checks start anew with each.
        banner: Version of the manager protocol, such as `11.0.0`.
    """

    node: str
    at: Micros
    login: int
    banner: str


class FramesRead(msgspec.Struct, frozen=True):
    """Frames in the order of the wire, and beside each the bytes it was read from; `at` is our clock.

    `charset` is the character set that was set for names on this switch, None where none was.
    """

    node: str
    at: Micros
    frames: tuple[Frame, ...]
    raw: tuple[bytes, ...]
    charset: str | None = None


class RefusedItem(msgspec.Struct, frozen=True):
    """A needed frame that is not believed, in its place between the frames; `at` is our clock."""

    node: str
    at: Micros
    refused: LostFrame


class HeartbeatSeen(msgspec.Struct, frozen=True):
    """A heartbeat came back; its event is the last of the frames before this item.

    Attributes:
        at: Our clock when it was seen.
        switch_at: The switch's clock when it was sent out again, None without Timestamp.
        round_trip: From our sending it to our seeing it: the lag of the event stream.
    """

    node: str
    at: Micros
    switch_at: Micros | None
    round_trip: Micros


class SnapshotTaken(msgspec.Struct, frozen=True):
    """How the switch stood, between the two heartbeats named in the snapshot; `at` is our clock."""

    node: str
    at: Micros
    snapshot: Snapshot


class LoginLost(msgspec.Struct, frozen=True):
    """The events login ended: what happens until the next LoginOpened is not seen."""

    node: str
    at: Micros
    reason: str


Item = LoginOpened | FramesRead | RefusedItem | HeartbeatSeen | SnapshotTaken | LoginLost
