"""What became true for the call centre; everything the house shows or judges is made of these.

Records (`Visit`, `Offer`, `Call`, `StateSpan`, `OwnCall`) are the finished accounts; facts carry them, or tell the
live views of a change at once. Unknown is None, never 0. `frames` are the positions a record was derived from.
"""

from __future__ import annotations

import msgspec

from callcenter.domain.agents.pages import PageWitnessed
from callcenter.domain.frame import Micros
from callcenter.domain.visits.holds import CallHeld, CallListened
from callcenter.domain.visits.lost import LostCall
from callcenter.domain.visits.survey import Survey
from callcenter.domain.vocabulary import AgentState, EndedBy, How, OfferOutcome, VisitOutcome


class _Record(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    pass


class Offer(_Record, frozen=True, kw_only=True, gc=False):
    """One attempt of a queue to reach one agent for one visit.

    Attributes:
        offered_at: When dialling began; None where it was not seen.
        rang_at: When the phone itself said that it rings; None where it never did or was not seen.
        ended_at: When the phone was picked up or stopped being tried.
        connected_at: When caller and agent were connected, for the one that was.
        available: Whether the agent was held available when the offer came; False says what refuted it in `refuted`.
        in_gap: The offer was open while nothing was seen for a time.
    """

    agent: str
    interface: str
    offered_at: Micros | None
    rang_at: Micros | None
    ended_at: Micros | None
    connected_at: Micros | None
    outcome: OfferOutcome
    available: bool
    refuted: str | None
    in_gap: bool
    frames: tuple[int, ...]

    @property
    def ringing(self) -> Micros | None:
        """How long the phone rang, in microseconds."""
        rang, ended = self.rang_at, self.ended_at
        return None if rang is None or ended is None else max(0, ended - rang)


class Visit(_Record, frozen=True, kw_only=True):
    """One stay of one caller in one queue, with every offer made for it.

    Attributes:
        call: Id of the call it belongs to.
        n: 1, 2 ... for the same channel in the same queue.
        caller: The number that the network gave, as it is: hostile.
        did: The number that was dialled.
        joined_at: None where the join was not seen, or the caller was refused at the door.
        ended_at: End of the answering agent's part.
        ended_by: None where the visit was not answered and nobody in particular ended it.
        refused_at: When the caller was turned away at the door.
        in_gap: The visit was open while nothing was seen for a time.
        filled: Fields that were not seen and are taken from queue_log, at whole seconds.
        past_queue: The queue did not see the end of the agent's part: behind a Local channel they talked on after it
            believed it over, or had parted long before.
    """

    call: str
    uniqueid: str
    queue: str | None
    n: int
    caller: str | None
    did: str | None
    joined_at: Micros | None
    left_at: Micros | None
    position: int | None
    outcome: VisitOutcome
    agent: str | None
    answered_at: Micros | None
    ended_at: Micros | None
    hold: Micros | None
    transferred: str | None
    ended_by: EndedBy | None
    refused_at: Micros | None
    offers: tuple[Offer, ...]
    in_gap: bool
    frames: tuple[int, ...]
    filled: tuple[str, ...] = ()
    past_queue: bool = False

    @property
    def wait(self) -> Micros | None:
        """Microseconds from joining to leaving the queue."""
        if self.joined_at is None or self.left_at is None:
            return None
        return max(0, self.left_at - self.joined_at)

    @property
    def talk(self) -> Micros | None:
        """Microseconds from the answer to the end of the agent's part, holds and consultations included."""
        if self.answered_at is None or self.ended_at is None:
            return None
        return max(0, self.ended_at - self.answered_at)


class Talk(_Record, frozen=True, kw_only=True, gc=False):
    """An agent and a customer heard each other, from `start` to `end` (None: they still do).

    Attributes:
        call: Id of the customer's call.
        uniqueid: The customer's channel; of a visit, the channel that joined.
        queue: The queue that connected them, None where none did.
        interface: The phone at which the agent talked.
        ended_by: None while it lasts.
    """

    call: str
    uniqueid: str
    agent: str
    interface: str
    how: How
    queue: str | None
    start: Micros | None
    end: Micros | None
    ended_by: EndedBy | None
    in_gap: bool
    frames: tuple[int, ...]

    @property
    def length(self) -> Micros | None:
        """Microseconds of talk."""
        return None if self.start is None or self.end is None else max(0, self.end - self.start)


class Call(_Record, frozen=True, kw_only=True):
    """All visits of one call (one linkedid), all its talks and surveys, in the order they began.

    `order` sorts calls by their first event.
    """

    call: str
    order: int
    visits: tuple[Visit, ...]
    talks: tuple[Talk, ...] = ()
    surveys: tuple[Survey, ...] = ()


class StateSpan(_Record, frozen=True, kw_only=True, gc=False):
    """An agent was in one state from `start` to `end` (None: still is)."""

    agent: str
    interface: str
    state: AgentState
    reason: str | None
    queues: tuple[str, ...]
    start: Micros | None
    end: Micros | None


class OwnCall(_Record, frozen=True, kw_only=True, gc=False):
    """An agent's own channel that was no offer: taken off the hook or dialled by the agent.

    Attributes:
        dialled: The extension, "" or "s" where none was dialled.
        in_talk: The line was taken while a queue call was in progress (a consultation).
        ended_at: None while it lasts.
        work: From when to when (None: still) a caller was on the other side, or a colleague's call was listened to.
        unseen: The switch does not tell who is connected to whom, so that nobody on the other side proves nothing.
        calls_back: The number that the dialplan called for a one-time code; None: no such code was dialled.
    """

    agent: str
    interface: str
    uniqueid: str
    dialled: str
    started_at: Micros | None
    up_at: Micros | None
    ended_at: Micros | None
    in_talk: bool
    in_gap: bool
    frames: tuple[int, ...]
    work: tuple[tuple[Micros, Micros | None], ...] = ()
    unseen: bool = False
    calls_back: str | None = None


class _Fact(msgspec.Struct, frozen=True, kw_only=True, gc=False, tag=True):
    at: Micros | None


class VisitJoined(_Fact, frozen=True, kw_only=True, gc=False):
    """A caller waits in a queue, with the number that is known by then."""

    uniqueid: str
    queue: str
    n: int
    caller: str | None = None


class VisitLeft(_Fact, frozen=True, kw_only=True, gc=False):
    """A caller no longer waits; how it ended is told by `VisitEnded`."""

    uniqueid: str
    queue: str
    n: int


class _OfOffer(_Fact, frozen=True, kw_only=True, gc=False):
    agent: str
    interface: str
    queue: str
    uniqueid: str


class CallOffered(_OfOffer, frozen=True, kw_only=True, gc=False):
    """An agent is being tried."""


class PhoneRang(_OfOffer, frozen=True, kw_only=True, gc=False):
    """An agent's phone rings for a queue's caller."""


class CallAnswered(_Fact, frozen=True, kw_only=True, gc=False):
    """Caller and agent are connected; `caller` is the number that the network gave, as it is: hostile."""

    agent: str
    queue: str
    uniqueid: str
    caller: str | None = None


class TalkBegan(_Fact, frozen=True, kw_only=True, gc=False):
    """An agent and a customer hear each other."""

    talk: Talk


class TalkEnded(_Fact, frozen=True, kw_only=True, gc=False):
    """They no longer do; told once, as late as a word about who ended it may come."""

    talk: Talk


class SurveyEnded(_Fact, frozen=True, kw_only=True, gc=False):
    """A survey is over; exactly once for each that was begun."""

    survey: Survey


class OfferEnded(_Fact, frozen=True, kw_only=True, gc=False):
    """An offer's outcome is decided; exactly once for each offer."""

    queue: str
    uniqueid: str
    visit: int
    offer: Offer


class VisitEnded(_Fact, frozen=True, kw_only=True, gc=False):
    """A visit's whole account is decided; exactly once for each visit."""

    visit: Visit


class VisitFilled(_Fact, frozen=True, kw_only=True, gc=False):
    """What a gap hid of a visit, told by queue_log: `visit.filled` names the fields; no `frames`: none of it was seen.

    It comes after `VisitEnded`, or alone. Nothing is judged by it and no live count follows it; the record keeps it.
    """

    visit: Visit


class CallEnded(_Fact, frozen=True, kw_only=True, gc=False):
    """Every channel and every visit of a call has ended."""

    call: Call


class AgentStateChanged(_Fact, frozen=True, kw_only=True, gc=False):
    """An agent's state changed: what ended (None at first sight), what began; `frames`: by which event, if by one."""

    agent: str
    interface: str
    ended: StateSpan | None
    state: AgentState
    reason: str | None
    queues: tuple[str, ...]
    frames: tuple[int, ...] = ()


class MembershipChanged(_Fact, frozen=True, kw_only=True, gc=False):
    """An agent serves a queue from now on, or no longer."""

    agent: str
    interface: str
    queue: str
    member: bool


class OwnCallBegan(_Fact, frozen=True, kw_only=True, gc=False):
    """An agent took the own line."""

    own: OwnCall


class CallBackDialled(_Fact, frozen=True, kw_only=True, gc=False):
    """The dialplan called a number for the one-time code that an agent had dialled."""

    own: OwnCall


class OwnCallEnded(_Fact, frozen=True, kw_only=True, gc=False):
    """An agent's own line is free again."""

    own: OwnCall


class LineBlocked(_Fact, frozen=True, kw_only=True, gc=False):
    """An agent's own line has been engaged, with no permitted number dialled, for longer than allowed."""

    own: OwnCall


class LostCallChanged(_Fact, frozen=True, kw_only=True, gc=False):
    """A call was lost, or something became of one that was."""

    lost: LostCall


class _OfPhone(_Fact, frozen=True, kw_only=True, gc=False):
    agent: str
    interface: str
    frames: tuple[int, ...]


class PhoneLost(_OfPhone, frozen=True, kw_only=True, gc=False):
    """An agent's phone is no longer registered or no longer answers."""


class PhoneUnregistered(_OfPhone, frozen=True, kw_only=True, gc=False):
    """An agent's phone was signed off at the switch: its registration is gone, not merely its answers."""


class PhoneFound(_OfPhone, frozen=True, kw_only=True, gc=False):
    """An agent's phone is reachable: again, or seen so for the first time, or the first time since a gap."""


class GapSeen(_Fact, frozen=True, kw_only=True, gc=False):
    """Nothing was seen from `start` to `at` (`cause` is `restart` or `link`), or times there say nothing (`clock`).

    Of `quarantined` both are the moment of a frame that cannot be believed, None before any time was known.
    """

    start: Micros | None
    cause: str


class OutOfOrder(_Fact, frozen=True, kw_only=True, gc=False):
    """An event that fits nothing known, or comes after its visit was told; counted, never raised."""

    event: str
    pos: int


Fact = (
    VisitJoined
    | VisitLeft
    | CallOffered
    | PhoneRang
    | CallAnswered
    | TalkBegan
    | TalkEnded
    | CallHeld
    | CallListened
    | SurveyEnded
    | OfferEnded
    | VisitEnded
    | VisitFilled
    | CallEnded
    | AgentStateChanged
    | MembershipChanged
    | OwnCallBegan
    | CallBackDialled
    | OwnCallEnded
    | LostCallChanged
    | LineBlocked
    | PhoneLost
    | PhoneUnregistered
    | PhoneFound
    | PageWitnessed
    | GapSeen
    | OutOfOrder
)
