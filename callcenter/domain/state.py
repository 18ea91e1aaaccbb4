"""What the floor remembers: plain structs that refer to each other by key, so that all can be saved and hashed."""

from __future__ import annotations

import hashlib
from enum import StrEnum

import msgspec

from callcenter.domain.facts import AgentState, EndedBy, OfferOutcome, Visit, VisitOutcome
from callcenter.domain.frame import SECOND, Micros


class Role(StrEnum):
    """Why a channel of an agent exists."""

    OWN = "own"
    CALLED = "called"


class Channel(msgspec.Struct):
    """One channel, from its start to its hang-up.

    `visit` is the visit whose caller it is, `served` and `offer` the visit and offer that it rings or talks for;
    `stale` means that it was there before a gap and has not been heard of since.
    """

    uid: str
    name: str
    linked: str
    order: int
    started_at: Micros | None
    dialled: str = ""
    calling: bool = False
    number: str | None = None
    rang_at: Micros | None = None
    up_at: Micros | None = None
    visit: int | None = None
    call: str | None = None
    served: int | None = None
    offer: int | None = None
    person: str | None = None
    role: Role | None = None
    in_talk: bool = False
    in_gap: bool = False
    blocked: bool = False
    stale: bool = False
    frames: list[int] = []


class OpenOffer(msgspec.Struct):
    """An offer whose outcome is not told yet; `sides` are the channels of the agent's side, the dialled one first."""

    agent: str
    interface: str
    queue: str
    offered_at: Micros | None
    available: bool
    refuted: str | None
    sides: list[str] = []
    live: list[str] = []
    rang_at: Micros | None = None
    up_at: Micros | None = None
    dest_up_at: Micros | None = None
    ended_at: Micros | None = None
    over: bool = False
    connected_at: Micros | None = None
    tech: int | None = None
    hangup_at: Micros | None = None
    refused_ringing: bool = False
    elsewhere: bool = False
    contact_lost: bool = False
    down: bool = False
    in_gap: bool = False
    outcome: OfferOutcome | None = None
    frames: list[int] = []


class OpenVisit(msgspec.Struct):
    """A visit whose account is not told yet; it `slipped` where it left the queue while nothing was seen."""

    id: int
    call: str
    uid: str
    queue: str | None
    n: int
    caller: str | None
    did: str | None
    joined_at: Micros | None
    position: int | None = None
    waiting_since: Micros | None = None
    left: bool = False
    left_at: Micros | None = None
    slipped: bool = False
    hung_up: bool = False
    hangup_at: Micros | None = None
    teardown_at: Micros | None = None
    redirecting: bool = False
    result: str | None = None
    keyed: bool = False
    gone: bool = False
    down: bool = False
    refused: bool = False
    refused_at: Micros | None = None
    answered: int | None = None
    answered_at: Micros | None = None
    ended: bool = False
    ended_at: Micros | None = None
    ended_by: EndedBy | None = None
    end_rank: int = 0
    hold: Micros = 0
    held_at: Micros | None = None
    transferred: str | None = None
    completed: bool = False
    in_gap: bool = False
    outcome: VisitOutcome | None = None
    offers: list[OpenOffer] = []
    frames: list[int] = []


class OpenCall(msgspec.Struct):
    """A call with at least one visit: the ids of those still open, the accounts of those told."""

    id: str
    linked: str
    order: int
    open: list[int] = []
    told: list[Visit] = []
    counts: dict[str, int] = {}


class Membership(msgspec.Struct):
    """What a queue says of one of its members."""

    paused: bool = False
    reason: str = ""


class Person(msgspec.Struct):
    """An agent: every interface of hers, the queues she serves, the channels she is on."""

    name: str
    interface: str
    interfaces: list[str] = []
    queues: dict[str, dict[str, Membership]] = {}
    reachable: bool | None = None
    known: bool = False
    signed_out: bool = False
    channels: dict[str, Role] = {}
    parts: list[int] = []
    wrap_until: Micros | None = None
    wrap_queue: str = ""
    pause_reason: str = ""
    state: AgentState = AgentState.UNKNOWN
    reason: str | None = None
    serving: tuple[str, ...] = ()
    since: Micros | None = None


class Timer(msgspec.Struct, order=True, frozen=True, array_like=True):
    """Something that becomes true by time alone."""

    at: Micros
    n: int
    kind: str
    key: str


class State(msgspec.Struct):
    """All that a floor remembers; `now` is the latest time that it was told, `boot` counts the switch's restarts.

    `clock` is what the switch's clock showed last, `beating` whether heartbeats come through this login.
    `who` says whose an interface is, `behind` which device a Local member stands for.
    """

    now: Micros | None = None
    serial: int = 0
    boot: int = 0
    stopping: bool = False
    lost_at: Micros | None = None
    clock: Micros | None = None
    beating: bool = False
    channels: dict[str, Channel] = {}
    names: dict[str, str] = {}
    linked: dict[str, int] = {}
    calls: dict[str, OpenCall] = {}
    visits: dict[int, OpenVisit] = {}
    people: dict[str, Person] = {}
    who: dict[str, str] = {}
    behind: dict[str, str] = {}
    devices: dict[str, bool] = {}
    contacts: dict[str, dict[str, bool]] = {}
    states: dict[str, str] = {}
    closed: dict[str, tuple[Micros, int]] = {}
    timers: list[Timer] = []

    def digest(self) -> str:
        """Hash everything remembered; equal for equal histories."""
        return hashlib.sha256(msgspec.msgpack.encode(self)).hexdigest()


class FloorSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What the floor must be told from outside.

    Attributes:
        names: Interface → agent's name, from the roster; it wins over the queue's member name.
        wrap_up: Queue → microseconds of wrap-up after each answered visit (Asterisk does not tell them).
        permitted: Extensions and Asterisk patterns (`_10XX`) an agent may dial for work; None: nobody has said.
        blocked_after: An own channel with no permitted number dialled blocks the line after this long.
        silence: While heartbeats come, the stream is silent for no longer than this; None: nobody has said.
    """

    names: dict[str, str] = {}
    wrap_up: dict[str, Micros] = {}
    permitted: tuple[str, ...] | None = None
    blocked_after: Micros = 60 * SECOND
    silence: Micros | None = None
