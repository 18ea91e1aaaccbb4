"""What the floor remembers: plain structs that refer to each other by key, so that all can be saved and hashed."""

from __future__ import annotations

import hashlib

import msgspec

from callcenter.domain.facts import Talk, Visit
from callcenter.domain.frame import Micros
from callcenter.domain.phases import OfferPhase, VisitPhase
from callcenter.domain.visits.survey import OpenSurvey, Survey
from callcenter.domain.vocabulary import AgentState, ChannelRole, EndedBy, How, OfferOutcome, Party, VisitOutcome


class Channel(msgspec.Struct):
    """One channel, from its start to its hang-up.

    Attributes:
        visit: The visit whose caller it carries, or was the caller of when they joined.
        calls: Calls besides its own that may be over when it ends.
        served: The visit that it rings or talks for, by the offer `offer`.
        stale: It was there before a gap and has not been heard of since.
        dialled_by: The channel that dialled it.
        calls_back: The number that the dialplan called for its one-time code; of an own line.
        beyond: Of a half: what its other half had dialled before anybody knew for whom it rings.
        unveiled: Of a half: who is behind it has been seen, so that alone it stands for nobody.
        bridge: The bridge that it is in.
        party: Who is on it, where that is nobody who works here.
        came: How its party came to be where they are, by the last transfer, park or pickup.
        hung_up: Its party ended it; `cut_short`: not by hanging up, but as a page that was left does.
        torn_down: The switch ended it.
        sent_away: Its party transferred the other one away.
        talks: Talks that it is in, by id.
        spies_on: The channel that its party listens to.
        attends: Somebody who called in is on the other side; of an own line.
        work_since: Since when that is so, or its party has been listening to a colleague's call; of an own line.
        work: From when to when that was so before.
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
    calls: list[str] = []
    served: int | None = None
    offer: int | None = None
    person: str | None = None
    role: ChannelRole | None = None
    in_talk: bool = False
    in_gap: bool = False
    blocked: bool = False
    stale: bool = False
    frames: list[int] = []
    dialled_by: str | None = None
    calls_back: str | None = None
    beyond: list[str] = []
    unveiled: bool = False
    bridge: str | None = None
    party: Party = Party.NOBODY
    came: How | None = None
    hung_up: bool = False
    cut_short: bool = False
    torn_down: bool = False
    sent_away: bool = False
    talks: list[int] = []
    spies_on: str | None = None
    attends: bool = False
    work_since: Micros | None = None
    work: list[tuple[Micros, Micros]] = []


class Signs(msgspec.Struct):
    """What was seen of why an offer ended.

    Attributes:
        tech: The SIP status with which the phone ended it.
        refused_ringing: It rang when it did.
        hangup_at: When the party on the phone hung up.
        elsewhere: The switch said, or a pickup showed, that somebody else has the call.
        contact_lost: The phone's registration was lost meanwhile.
        down: The switch was going down.
    """

    tech: int | None = None
    refused_ringing: bool = False
    hangup_at: Micros | None = None
    elsewhere: bool = False
    contact_lost: bool = False
    down: bool = False


class OpenOffer(msgspec.Struct):
    """An offer whose outcome is not told yet.

    Attributes:
        member: What the queue dials, as written there.
        sides: The channels of the agent's side, the dialled one first; `live` are those that exist.
        up_at: When one of them was picked up first; `dest_up_at`: the dialled one.
        taken_by: The channel of whoever picked the call up from another phone; `taken_at` is that phone.
    """

    agent: str
    interface: str
    member: str
    queue: str
    offered_at: Micros | None
    available: bool
    refuted: str | None
    phase: OfferPhase = OfferPhase.OFFERED
    sides: list[str] = []
    live: list[str] = []
    rang_at: Micros | None = None
    up_at: Micros | None = None
    dest_up_at: Micros | None = None
    ended_at: Micros | None = None
    connected_at: Micros | None = None
    taken_by: str | None = None
    taken_at: str = ""
    signs: Signs = msgspec.field(default_factory=Signs)
    in_gap: bool = False
    outcome: OfferOutcome | None = None
    frames: list[int] = []

    @property
    def over(self) -> bool:
        """Whether the agent is no longer tried."""
        return self.phase in {OfferPhase.OVER, OfferPhase.TOLD}

    @property
    def picked_up(self) -> bool:
        """Whether it was picked up and lasts."""
        return self.phase is OfferPhase.PICKED_UP


class Exit(msgspec.Struct):
    """What was seen of why a visit left its queue without an answer.

    Attributes:
        hung_up: Its caller hung up before it left.
        hangup_at: When the caller hung up first.
        teardown_at: When the switch, going down, took the caller's channel.
        redirecting: The caller was being sent elsewhere.
        result: QUEUESTATUS.
        keyed: The dialplan said that the caller left by key.
        gone: The caller's channel has ended.
        down: The switch went down.
        slipped: It left while nothing was seen.
        refused_at: When the caller was refused at the door.
    """

    hung_up: bool = False
    hangup_at: Micros | None = None
    teardown_at: Micros | None = None
    redirecting: bool = False
    result: str | None = None
    keyed: bool = False
    gone: bool = False
    down: bool = False
    slipped: bool = False
    refused: bool = False
    refused_at: Micros | None = None


class Part(msgspec.Struct):
    """The part in a visit of the agent who answered it.

    Attributes:
        uid: The channel that was connected to the caller; `person` is who is on it.
        offer: Which offer it came by; None: the call was picked up from another phone.
        completed: The queue has said that its part is over, `completed_at` then.
        talked_on: They were seen to talk on then.
        rank: How strong the word is that told who ended it.
    """

    uid: str
    person: str
    agent: str
    interface: str
    offer: int | None
    answered_at: Micros | None
    up_at: Micros | None = None
    ended_at: Micros | None = None
    ended_by: EndedBy | None = None
    rank: int = 0
    hold: Micros = 0
    held_at: Micros | None = None
    transferred: str | None = None
    completed: bool = False
    completed_at: Micros | None = None
    talked_on: bool = False


class OpenVisit(msgspec.Struct):
    """A visit whose account is not told yet.

    Attributes:
        carrier: The channel on which its caller is now.
        heard: The agent who answered it and its caller were seen to hear each other.
    """

    id: int
    call: str
    uid: str
    carrier: str
    queue: str | None
    n: int
    caller: str | None
    did: str | None
    joined_at: Micros | None
    position: int | None = None
    waiting_since: Micros | None = None
    phase: VisitPhase = VisitPhase.WAITING
    left: bool = False
    left_at: Micros | None = None
    exit: Exit = msgspec.field(default_factory=Exit)
    part: Part | None = None
    heard: bool = False
    in_gap: bool = False
    outcome: VisitOutcome | None = None
    offers: list[OpenOffer] = []
    frames: list[int] = []

    @property
    def refused(self) -> bool:
        """Whether the caller was turned away at the door."""
        return self.exit.refused

    @property
    def ended(self) -> bool:
        """Whether the answering agent's part is over."""
        return self.phase is VisitPhase.ENDED

    @property
    def waiting(self) -> bool:
        """Whether its caller waits."""
        return self.phase is VisitPhase.WAITING


class OpenTalk(msgspec.Struct):
    """A talk that is not told to its end.

    Attributes:
        id: Its key.
        person: Who talks, as the floor names them; `agent` as the records do.
        line: The agent's channel; `customer` the customer's.
        uniqueid: The customer's channel as records name it.
        apart: They do not hear each other; both may be there, on hold or in a consultation.
        apart_at: They were seen apart then; whether it is over, and who ended it, a moment tells.
        held: The agent holds the customer.
    """

    id: int
    person: str
    agent: str
    interface: str
    line: str
    customer: str
    call: str
    uniqueid: str
    queue: str | None
    how: How
    start: Micros | None
    apart: bool = False
    apart_at: Micros | None = None
    held: bool = False
    in_gap: bool = False
    frames: list[int] = []


class OpenCall(msgspec.Struct):
    """A call with at least one visit or talk: the ids of those still open, the accounts of those told; its surveys.

    `over` says of visits that were told, by the caller's channel and the queue, when that was.
    """

    id: str
    linked: str
    order: int
    open: list[int] = []
    told: list[Visit] = []
    counts: dict[str, int] = {}
    over: dict[str, Micros] = {}
    talking: int = 0
    talks: list[Talk] = []
    surveys: list[OpenSurvey] = []
    surveyed: list[Survey] = []


class Membership(msgspec.Struct):
    """What a queue says of one of its members."""

    name: str = ""
    paused: bool = False
    reason: str = ""


class Doing(msgspec.Struct, frozen=True):
    """A state of an agent, and since when people see it last."""

    state: AgentState
    reason: str | None
    since: Micros | None


class Agent(msgspec.Struct):
    """An agent: all interfaces, the queues that are served, the channels that the agent is on.

    `doubted` are phones that may be in a call that was not seen: none of them has been idle since. `shown_since` is
    when the state began to people: what goes on after a time unseen began before that, `interrupted` keeps it.
    """

    name: str
    interface: str
    interfaces: list[str] = []
    queues: dict[str, dict[str, Membership]] = {}
    reachable: bool | None = None
    known: bool = False
    signed_out: bool = False
    channels: dict[str, ChannelRole] = {}
    parts: list[int] = []
    doubted: list[str] = []
    wrap_until: Micros | None = None
    wrap_queue: str = ""
    pause_reason: str = ""
    state: AgentState = AgentState.UNKNOWN
    reason: str | None = None
    serving: tuple[str, ...] = ()
    since: Micros | None = None
    shown_since: Micros | None = None
    interrupted: Doing | None = None


class Timer(msgspec.Struct, order=True, frozen=True, array_like=True):
    """Something that becomes true by time alone."""

    at: Micros
    n: int
    kind: str
    key: str


class State(msgspec.Struct):
    """All that a floor remembers; `now` is the latest time that it was told, `boot` counts the switch's restarts.

    `clock` is what the switch's clock showed last, `beating` whether heartbeats come through this login.
    `who` says whose an interface is, `seated` which of them a roster's seat said, `numbers` which Local member dials a
    number, `hints` and `behind` which device a hint and a Local member stand for. `bridged` says that the switch tells
    who is connected to whom, `blind` that it was seen not to. `over` says when calls were told, `again` names the call
    of a linkedid that comes up after that or after a restart, `restored_at` is when events came again after a gap.
    `asked` has each phone's contact that registered last and when, until it has answered the switch or is gone; `away`
    the phones of which a word that they are not there waits: until when, its position, and that of a sign-off or None.
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
    again: dict[str, str] = {}
    over: dict[str, Micros] = {}
    calls: dict[str, OpenCall] = {}
    visits: dict[int, OpenVisit] = {}
    people: dict[str, Agent] = {}
    bridges: dict[str, list[str]] = {}
    bridged: bool = False
    blind: bool = False
    restored_at: Micros | None = None
    refused_at: Micros | None = None
    talks: dict[int, OpenTalk] = {}
    who: dict[str, str] = {}
    seated: dict[str, str] = {}
    numbers: dict[str, str] = {}
    hints: dict[str, str] = {}
    behind: dict[str, str] = {}
    devices: dict[str, bool] = {}
    contacts: dict[str, dict[str, bool]] = {}
    asked: dict[str, tuple[str, Micros]] = {}
    away: dict[str, tuple[Micros, int, int | None]] = {}
    closed: dict[str, tuple[Micros, int]] = {}
    timers: list[Timer] = []

    def digest(self) -> str:
        """Hash everything remembered; equal for equal histories."""
        return hashlib.sha256(msgspec.msgpack.encode(self)).hexdigest()
