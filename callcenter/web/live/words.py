"""What became true, as the live stream says it: times by the switch's clock in epoch seconds, names made inert."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Protocol

import msgspec

from callcenter.domain import facts as fx
from callcenter.domain.floor import Floor
from callcenter.domain.frame import SECOND, Micros
from callcenter.domain.visits.holds import CallHeld, CallListened
from callcenter.domain.vocabulary import FollowUpState, How
from callcenter.exporter.live import AgentNow, LiveDocument, QueueNow
from callcenter.exporter.names import inert
from callcenter.exporter.present import Changed, open_visit_of
from callcenter.rules.records.masks import masked_caller, worded
from callcenter.rules.records.violation import Violation
from callcenter.rules.regulations.edition import Mode
from callcenter.staff.rights import Right
from callcenter.staff.roles import Field, Principal, Sight, may, may_see, sight
from callcenter.store.complaints.news import CaseNews
from callcenter.store.decisions.violations import FiledRecord
from callcenter.store.record.rows import lost_call_id
from callcenter.usecases.complaints.read_cases import concerns
from callcenter.usecases.customers.log_pops import PopShown
from callcenter.web.desk.listening import ListenIn

HELD = "held"
Said = dict[str, Any]


class Topic(StrEnum):
    """What the stream tells of."""

    FLOOR = "floor"
    """Queues, and agents within one's reach."""
    CALLS = "calls"
    """What happens with calls of agents within one's reach."""
    POPS = "pops"
    """Who calls, when one's own phone rings."""
    VIOLATIONS = "violations"
    """Records within one's reach, as they are made."""
    LOST_CALLS = "lost_calls"
    """Callers who are to be called back, who does, and what became of them."""
    ACTS = "acts"
    """What leads did to one's own desk or wrote, and who listens to one's own call."""
    CASES = "cases"
    """Cases that one reads: opened, moved, warned of, breached."""


OVER: dict[type[fx.Fact], tuple[tuple[Topic, str], ...]] = {
    fx.OfferEnded: ((Topic.CALLS, "rang"), (Topic.POPS, "rang")),
    fx.TalkEnded: ((Topic.CALLS, "talks"), (Topic.CALLS, "held")),
}
"""What lasts no longer with a fact."""


class LiveBoard(Protocol):
    """Knows what queues and agents do now; the exporter does."""

    changed: Changed
    """What the latest facts changed."""

    def live(self) -> LiveDocument:
        """Return all of it."""

    def rings(self) -> tuple[int, Micros]:
        """Return within how many rings a phone is to be answered, and how long one takes."""

    def queue(self, name: str) -> QueueNow:
        """Return one queue."""

    def agent(self, name: str) -> AgentNow | None:
        """Return one agent, None where there is none of that name any more."""


class LiveEvent:
    """One thing that is told: about whom, and in which words.

    Args:
        number: Grows with each.
        topic: Of what.
        said: The words, without the caller's number.
        agent: Whom it is about; None: nobody in particular.
        team: The team that the agent is in.
        caller: The number as it came; it is shown as the reader's role may see it.

    Attributes:
        news: What happened with a case, which says whom it concerns.
        open_until: Until then whoever it is for reads the number in full: it is their own call.
        told: Of a record: whether its agent may know of it.
        logged: Accounts whose look at the cards in it the log has; nobody else is shown them.
    """

    __slots__ = (
        "_caller",
        "_said",
        "_shown",
        "agent",
        "logged",
        "news",
        "number",
        "open_until",
        "team",
        "told",
        "topic",
    )

    def __init__(
        self,
        number: int,
        topic: Topic,
        said: Said,
        *,
        agent: str | None = None,
        team: str | None = None,
        caller: str | None = None,
        told: bool = True,
    ) -> None:
        self.number, self.topic, self.agent, self.team, self.told = number, topic, agent, team, told
        self._said, self._caller = said, caller
        self.news: CaseNews | None = None
        self.open_until: Micros = 0
        self.logged: set[str] = set()
        self._shown: dict[tuple[Sight, bool], bytes] = {}

    def began_by(self, moment: Micros | None) -> bool:
        """Tell whether what this is about had begun by a moment; what is not known had."""
        at = self._said["at"]
        return at is None or moment is None or bool(at <= moment / SECOND)

    def concerns(self, person: Principal) -> bool:
        """Tell whether a person may be told."""
        match self.topic:
            case Topic.POPS | Topic.ACTS:
                return self.agent is not None and person.agent == self.agent
            case Topic.VIOLATIONS:
                return may_see(person, self.agent or "", self.team, shadow=self._said["shadow"], told=self.told)
            case Topic.LOST_CALLS:
                return may(person, Right.SEE_LOST_CALLS)
            case Topic.CASES:
                return self.news is not None and concerns(self.news, person)
            case _:
                everybodys = self.topic is Topic.FLOOR and self.agent is None
                return everybodys or may(person, Right.SEE, self.agent, self.team)

    def to_be_logged(self, person: Principal, now: Micros) -> PopShown | None:
        """Return what the log of looks must have before a person is shown the cards in it; None: nothing any more."""
        ids = tuple(one["id"] for one in self._said.get("cards", ()))
        if not ids or person.account in self.logged or not may_see_customers(person):
            return None
        return PopShown(now, person.account, self._said["visit"]["uniqueid"], ids)

    def said_to(self, person: Principal, now: Micros) -> Said:
        """Return the words for a person, now."""
        return self._seen_so(*self._sight(person, now))

    def frame(self, person: Principal, now: Micros) -> bytes:
        """Return it as a server-sent event for a person; made once for all who see as much."""
        seen = self._sight(person, now)
        if seen not in self._shown:
            self._shown[seen] = framed(self.topic, self._seen_so(*seen), self.number)
        return self._shown[seen]

    def _sight(self, person: Principal, now: Micros) -> tuple[Sight, bool]:
        seen = Sight.FULL if now < self.open_until else sight(person.role, Field.CALLER)
        return seen, may_see_customers(person) and (person.account in self.logged or not self._said.get("cards"))

    def _seen_so(self, seen: Sight, cards: bool) -> Said:
        if "caller" not in self._said:
            return self._said
        said = self._said | {"caller": _caller(self._caller, seen)}
        return _shown(said, cards, seen) if "cards" in said else said


def framed(event: str, said: Said, number: int | None = None) -> bytes:
    """Write a server-sent event: one line of JSON in which nothing acts, neither as HTML nor as a line's end."""
    head = b"" if number is None else b"id: %d\n" % number
    body = msgspec.json.encode(said).replace(b"<", b"\\u003c").replace(b">", b"\\u003e").replace(b"&", b"\\u0026")
    return head + b"event: " + event.encode() + b"\ndata: " + body + b"\n\n"


def on_floor(now: AgentNow, team: str | None, listens: Said | None) -> Said:
    """Say what an agent does, of which team they are, and to whom they listen, and how."""
    said: Said = msgspec.to_builtins(now)
    return said | {"team": None if team is None else inert(team), "listens": listens}


def floor_told(document: LiveDocument, rings: tuple[int, Micros], agents: list[Said]) -> Said:
    """Say what the whole floor does, of its agents those who are given."""
    most, cadence = rings
    return {
        "now": document.now,
        "timezone": document.timezone,
        "rings": {"most": most, "seconds": cadence / SECOND},
        "service_level": document.service_level_name,
        "queues": msgspec.to_builtins(document.queues),
        "agents": agents,
    }


class Happening(msgspec.Struct, frozen=True):
    """Something that happens with a call; `caller` as it came, `ended_at` when what ended did."""

    said: Said
    agent: str | None
    caller: str | None = None
    ended_at: Micros | None = None


def happening(fact: fx.Fact, floor: Floor) -> Happening | None:
    """Say what happens with a call, None where a fact is about something else."""
    match fact:
        case fx.VisitJoined() | fx.CallOffered() | fx.PhoneRang() | fx.CallAnswered():
            what = _WHAT[type(fact)]
            agent = None if isinstance(fact, fx.VisitJoined) else fact.agent
            visit = open_visit_of(floor, fact.uniqueid)
            said = _of_visit(what, fact.uniqueid, fact.queue, agent, fact.at)
            return Happening(said, agent, None if visit is None else visit.caller)
        case fx.OfferEnded():
            offer = fact.offer
            said = _of_visit("offer_ended", fact.uniqueid, fact.queue, offer.agent, fact.at)
            said |= {"outcome": offer.outcome, "ring_seconds": seconds(offer.ringing)}
            return Happening(said, offer.agent, ended_at=offer.ended_at)
        case fx.TalkBegan():
            return talking(fact.talk.agent, fact.talk.uniqueid, fact.talk.queue, fact.talk.how, fact.talk.start)
        case CallHeld():
            return holding(fact.agent, fact.uniqueid, fact.queue, fact.at, held=fact.held)
        case fx.TalkEnded():
            talk = fact.talk
            said = _of_visit("talk_ended", talk.uniqueid, talk.queue, talk.agent, fact.at)
            said |= {"how": talk.how, "talk_seconds": seconds(talk.length)}
            return Happening(said, talk.agent, ended_at=talk.end)
        case fx.VisitEnded():
            told = fact.visit
            said = _of_visit("visit_ended", told.uniqueid, told.queue, told.agent, fact.at)
            figures = {"wait_seconds": seconds(told.wait), "talk_seconds": seconds(told.talk)}
            return Happening(said | {"caller": None, "outcome": told.outcome} | figures, told.agent, told.caller)
        case _:
            return None


_WHAT: dict[type, str] = {
    fx.VisitJoined: "joined",
    fx.CallOffered: "offered",
    fx.PhoneRang: "rang",
    fx.CallAnswered: "answered",
}


def talking(agent: str, uniqueid: str, queue: str | None, how: How, since: Micros | None) -> Happening:
    """Say that an agent and a customer hear each other."""
    return Happening(_of_visit("talk_began", uniqueid, queue, agent, since) | {"how": how}, agent)


def holding(agent: str, uniqueid: str, queue: str | None, at: Micros | None, *, held: bool) -> Happening:
    """Say that an agent holds a customer, or has taken them back."""
    return Happening(_of_visit(HELD if held else "taken_back", uniqueid, queue, agent, at), agent)


def lost_call(fact: fx.LostCallChanged, node: str) -> Said:
    """Say that a call was lost, tried again in vain, or closed; without the caller's number."""
    lost = fact.lost
    news = "tried" if lost.tries else "lost"
    return {
        "what": news if lost.state is FollowUpState.OPEN else lost.state,
        "id": lost_call_id(node, lost),
        "at": seconds(fact.at),
        "queue": None if lost.queue is None else inert(lost.queue),
        "caller": None,
        "lost_at": seconds(lost.lost_at),
        "tries": lost.tries,
        "by": lost.by,
    }


def case_told(news: CaseNews) -> Said:
    """Say what happened with a case; none of what people wrote."""
    return {
        "what": news.what,
        "at": seconds(news.at),
        "id": news.case,
        "number": news.number,
        "state": news.state,
        "owner": news.owner,
        "by": news.by,
        "move": news.move,
        "percent": news.percent,
    }


def recorded(violation: Violation) -> Said:
    """Say that a record was made."""
    return {
        "id": violation.id,
        "rule": violation.rule,
        "agent": inert(violation.agent),
        "at": seconds(violation.at),
        "verdict": violation.verdict,
        "severity": violation.severity,
        "shadow": violation.mode is Mode.SHADOW,
    }


def stepped(record: FiledRecord) -> Said:
    """Say that somebody took a step with a record."""
    said, standing = record.dossier, record.standing
    return {
        "id": said.id,
        "rule": said.rule,
        "agent": inert(said.agent),
        "at": seconds(said.at),
        "verdict": standing.verdict,
        "severity": standing.severity if standing.decided_at is None else standing.decided_severity,
        "shadow": standing.mode is Mode.SHADOW,
        "state": standing.state,
    }


def _of_visit(what: str, uniqueid: str, queue: str | None, agent: str | None, at: Micros | None) -> Said:
    return {
        "what": what,
        "at": seconds(at),
        "uniqueid": inert(uniqueid),
        "queue": None if queue is None else inert(queue),
        "agent": None if agent is None else inert(agent),
        **({"caller": None} if what in _WHAT.values() else {}),
    }


def listened(fact: CallListened, who: ListenIn | None) -> Said:
    """Say that somebody listens to an agent's call; how, where it is by a code of ours."""
    by = fact.by if who is None else who.name
    return {
        "what": "listens",
        "line": inert(fact.line),
        "at": seconds(fact.at),
        "by": None if by is None else inert(by),
        "mode": None if who is None else who.mode,
    }


def listening(floor: Floor) -> list[CallListened]:
    """Say who listens to whom now."""
    channels = floor.state.channels
    return [
        CallListened(at=None, line=one.uid, by=one.person, agent=channels[one.spies_on].person, listens=True)
        for one in channels.values()
        if one.spies_on is not None and one.spies_on in channels
    ]


def may_see_customers(person: Principal) -> bool:
    """Tell whether a person may read customers' cards."""
    return may(person, Right.SEE_CUSTOMERS)


def _shown(said: Said, cards: bool, seen: Sight) -> Said:
    """Leave of what is known of a customer what a person may read."""
    if not cards:
        return said | {"cards": [], "contacts": [], "cases": []}
    named = [one | {"name": worded(one["name"], seen)} for one in said["cards"]]
    contacts = [one | {"words": worded(one["words"] or "", seen) or None} for one in said["contacts"]]
    cases = [one | {"what": worded(one["what"] or "", seen) or None} for one in said["cases"]]
    return said | {"cards": named, "contacts": contacts, "cases": cases}


def _caller(number: str | None, seen: Sight) -> str | None:
    if number is None or seen is Sight.HIDDEN:
        return None
    shown = inert(number)
    return shown if seen is Sight.FULL else masked_caller(shown)


def seconds(value: Micros | None) -> float | None:
    """Give a moment or a length as the stream says it."""
    return None if value is None else value / SECOND
