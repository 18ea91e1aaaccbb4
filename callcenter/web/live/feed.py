"""The live stream: a snapshot of what one may see, then each change of it as a server-sent event.

Every event has a number that grows, also from one run of the service to the next. The latest are kept, so that whoever
was cut off goes on where they were; who was away for longer, or reads too slowly, gets a new snapshot. A reader has a
place for so many events and no more, and is heard of no longer once the session is over.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence

import msgspec
import structlog

from callcenter.clock import wall_clock
from callcenter.domain import facts as fx
from callcenter.domain.floor import Floor
from callcenter.domain.frame import SECOND, Micros
from callcenter.domain.visits.holds import CallHeld, CallListened
from callcenter.errors import StoreError
from callcenter.exporter.health import Health
from callcenter.exporter.names import inert
from callcenter.exporter.present import moved
from callcenter.numbers import Numbering
from callcenter.rules.records.violation import Verdict, Violation
from callcenter.staff.rights import Right
from callcenter.staff.roles import Principal, may
from callcenter.store.complaints.news import CaseNews
from callcenter.store.decisions.lost_calls import OpenLostCalls
from callcenter.store.decisions.violations import FiledRecord
from callcenter.web.desk.listening import Listeners
from callcenter.web.live.hearing import WhoHears
from callcenter.web.live.reader import AS_USUAL, MOST_UNREAD, Lasting, LiveReader, LiveTerms
from callcenter.web.live.words import (
    HELD,
    OVER,
    Happening,
    LiveBoard,
    LiveEvent,
    Said,
    Topic,
    case_told,
    floor_told,
    framed,
    happening,
    holding,
    listened,
    listening,
    lost_call,
    may_see_customers,
    on_floor,
    recorded,
    seconds,
    stepped,
    talking,
)
from callcenter.web.pops import CallerBook, NobodyKnown, Pops, Ring, ring_of
from callcenter.web.problems import RequestRefused

MOST_KEPT = 4_000
"""Events that can be taken up again."""
MOST_OF_ACCOUNT = 4
MOST_READERS = 200
EVERY_SECONDS = 3.0
"""How often each reader is told how old the data is, and sessions are looked at."""
_FLOOR_SECONDS = 0.2  # changes of the floor are told together
_RETRY = b"retry: 3000\n\n"

log = structlog.get_logger()


class LiveFeed:
    """A live view of the tracker's (a `Sink`, told after its board), and those who read it.

    Args:
        board: What queues and agents do.
        health: How well the switch is followed.
        team_of: In which team an agent is at a moment.
        numbering: How numbers are read now.
        book: Finds out who calls, and keeps who was shown it.
        terms: What the site says of it.
        clock: Our clock; the first event's number is its time, so that numbers grow over restarts.
    """

    def __init__(
        self,
        board: LiveBoard,
        health: Callable[[], Health],
        team_of: Callable[[str, Micros], str | None],
        numbering: Callable[[], Numbering],
        book: CallerBook | None = None,
        *,
        terms: LiveTerms = AS_USUAL,
        clock: Callable[[], Micros] = wall_clock,
    ) -> None:
        self.listeners = Listeners(told=terms.tell_listening)
        self._open_for = terms.open_for
        self.board = board
        self._health = health
        self._team_of = team_of
        self._numbering = numbering
        self.pops = Pops(book or NobodyKnown(), self._popped, self._watching, clock)
        self._clock = clock
        self._number = clock()
        self._kept: deque[LiveEvent] = deque(maxlen=MOST_KEPT)
        self._readers: set[LiveReader] = set()
        self._lasting: dict[tuple[Topic, str, str, str], LiveEvent] = {}
        self._heard = WhoHears()
        self._moved: tuple[set[str], set[str]] = (set(), set())
        self._flush: asyncio.TimerHandle | None = None
        self._look = asyncio.Event()
        self._begun = False
        self.lost: Said | None = None

    # told by the tracker

    def happened(self, facts: Sequence[fx.Fact], floor: Floor) -> None:
        """Take in what one event made true."""
        if not self._begun:
            self._begun = True
            self._begin(floor)
        queues, agents = moved(self.board.changed, facts)
        self._moved = queues, agents = self._moved[0] | queues, self._moved[1] | agents
        for fact in facts:
            if (told := happening(fact, floor)) is not None:
                self._calls(type(fact), told)
            match fact:
                case fx.PhoneRang():
                    self.pops.ring(ring_of(fact, floor, self._numbering()))
                case fx.LostCallChanged():
                    said = lost_call(fact, self._health().node)
                    self._publish(Topic.LOST_CALLS, said, caller=fact.lost.caller)
                case CallListened():
                    self._listened(fact)
                case fx.GapSeen():
                    self._hear_no_more(lambda line: line not in floor.state.channels)
                case _:
                    pass
        if any(self._moved) and self._flush is None:
            self._flush = asyncio.get_running_loop().call_later(_FLOOR_SECONDS, self._floor)

    def _begin(self, floor: Floor) -> None:
        """Take in what lasted when this view began."""
        for talk in floor.state.talks.values():
            if not talk.apart or talk.held:
                self._calls(fx.TalkBegan, talking(talk.agent, talk.uniqueid, talk.queue, talk.how, talk.start))
            if talk.held:
                self._calls(CallHeld, holding(talk.agent, talk.uniqueid, talk.queue, None, held=True))
        for fact in listening(floor):
            self._listened(fact)

    def judged(self, violations: Sequence[Violation]) -> None:
        """Take in records that have just been decided on."""
        for one in violations:
            self._publish(Topic.VIOLATIONS, recorded(one), one.agent, told=one.verdict is not Verdict.PROPOSED)

    # told by the API and by whoever looks at the database

    def lost_call(self, said: Said) -> None:
        """Take in that somebody claimed, gave back or closed lost calls."""
        self._publish(Topic.LOST_CALLS, {"at": self._clock() / SECOND} | said)

    def record_moved(self, record: FiledRecord) -> None:
        """Take in that somebody took a step with a record."""
        self._publish(Topic.VIOLATIONS, stepped(record), record.dossier.agent, told=record.standing.told)

    def case(self, news: CaseNews) -> None:
        """Take in what happened with a case."""
        self._publish(Topic.CASES, case_told(news), news=news)

    def act(self, agent: str, said: Said) -> None:
        """Take in that a lead did something to an agent's desk, or wrote to them."""
        self._publish(Topic.ACTS, said, agent)

    def phone_taken(self, agent: str) -> None:
        """Tell the pages of an agent that a session has taken the phone over: each looks whether it was its own."""
        for reader in self._readers:
            if reader.person.agent == agent:
                reader.desk = True
                reader.news.set()

    def lost_calls(self, found: Mapping[str, OpenLostCalls]) -> None:
        """Take in how many callers are to be called back by queue; told where that has changed."""
        now = {queue: {"open": one.callers, "since": seconds(one.oldest)} for queue, one in found.items()}
        news, self.lost = now != (self.lost or {}), now
        if news:
            self._publish(Topic.LOST_CALLS, {"what": "waiting", "queues": now})

    # asked by the API

    def open(self, person: Principal, session: str, topics: Iterable[Topic], after: int | None) -> LiveReader:
        """Let somebody read, from after an event's number where what came since is kept; to be left by `leave`.

        Raises:
            RequestRefused: The account, or all together, have as many streams as may be.
        """
        of_account = Counter(reader.person.account for reader in self._readers)[person.account]
        if of_account >= MOST_OF_ACCOUNT or len(self._readers) >= MOST_READERS:
            raise RequestRefused(
                "too-many",
                f"an account has at most {MOST_OF_ACCOUNT} live streams: close another page",
                Retry_After="5",
            )
        reader = LiveReader(person, session, frozenset(topics))
        oldest = self._kept[0].number if self._kept else self._number + 1
        if after is not None and oldest - 1 <= after <= self._number:
            missed = [event for event in self._kept if event.number > after and reader.sees(event)]
            reader.stale = len(missed) > MOST_UNREAD
            reader.pending.extend(() if reader.stale else missed)
        self._readers.add(reader)
        return reader

    def leave(self, reader: LiveReader) -> None:
        """A reader is gone; again is no harm."""
        self._readers.discard(reader)

    def look(self) -> None:
        """Look at once whose session is over: somebody signed out, or an account was changed."""
        self._look.set()

    async def frames(self, reader: LiveReader) -> AsyncIterator[bytes]:
        """Yield what a reader is sent until the stream ends."""
        yield _RETRY
        while reader.over is None:
            reader.news.clear()
            if reader.stale:
                while await self._log(reader, self._lasting_for(reader, Topic.POPS)):
                    pass  # again, for what came meanwhile
                reader.stale = False
                reader.pending.clear()
                yield framed("snapshot", self._snapshot(reader), self._number)
            while (event := reader.next()) is not None:
                await self._log(reader, [event])
                yield event.frame(reader.person, self._clock())
            if reader.desk:
                reader.desk = False
                yield framed("desk", {"what": "phone_taken"})
            if reader.beat:
                reader.beat = False
                yield framed("age", self.age())
            if not (reader.pending or reader.stale or reader.beat or reader.desk):
                await reader.news.wait()
        yield framed("end", {"why": reader.over})

    async def run(self, lasting: Lasting) -> None:
        """Tell readers how old the data is, end those whose session is over, and pop calls; until cancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self.pops.run(), name="live-pops")
                group.create_task(self._watch(lasting), name="live-sessions")
                while True:
                    await asyncio.sleep(EVERY_SECONDS)
                    for reader in self._readers:
                        reader.beat = True
                        reader.news.set()
        finally:
            if self._flush is not None:
                self._flush.cancel()
            for reader in self._readers:
                reader.end("service_stops")

    async def _watch(self, lasting: Lasting) -> None:
        while True:
            try:
                async with asyncio.timeout(EVERY_SECONDS):
                    await self._look.wait()
            except TimeoutError:
                pass
            self._look.clear()
            asked = {reader.session for reader in self._readers if reader.session}  # a wall has none
            try:
                last = await lasting(asked) if asked else set()
            except StoreError as error:
                log.warning("live_sessions_not_read", error=str(error))
                continue
            for reader in self._readers:
                if reader.session in asked - last:
                    reader.end("signed_out")

    def _watching(self, agent: str) -> set[str]:
        """Name the accounts whose pages show an agent's pops with cards."""
        return {
            reader.person.account
            for reader in self._readers
            if Topic.POPS in reader.topics and reader.person.agent == agent and may_see_customers(reader.person)
        }

    async def _log(self, reader: LiveReader, events: Iterable[LiveEvent]) -> bool:
        """Log the cards that a reader is about to be shown, where the log has not; tells whether it has more now."""
        person, now = reader.person, self._clock()
        found = [(event, pop) for event in events if (pop := event.to_be_logged(person, now)) is not None]
        if not found or not await self.pops.log([pop for _, pop in found]):
            return False
        for event, _ in found:
            event.logged.add(person.account)
        return True

    def _popped(self, ring: Ring, said: Said, logged: Collection[str]) -> None:
        event = self._publish(Topic.POPS, said, ring.agent, caller=ring.caller)
        event.logged.update(logged)
        self._lasting[Topic.POPS, "rang", ring.agent, ring.uniqueid] = event

    def _calls(self, kind: type[fx.Fact], told: Happening) -> None:
        """Tell what happens with a call, and keep what lasts for snapshots."""
        event = self._publish(Topic.CALLS, told.said, told.agent, caller=told.caller)
        key = (told.agent or "", told.said["uniqueid"])
        if kind is fx.PhoneRang:
            self._lasting[Topic.CALLS, "rang", *key] = event
        elif kind is fx.TalkBegan:
            self._lasting[Topic.CALLS, "talks", *key] = event
        elif kind is CallHeld and told.said["what"] == HELD:
            self._lasting[Topic.CALLS, "held", *key] = event
        elif kind is CallHeld:
            self._lasting.pop((Topic.CALLS, "held", *key), None)
        for topic, what in OVER.get(kind, ()):
            lasts = self._lasting.get((topic, what, *key))
            if lasts is not None and lasts.began_by(told.ended_at):
                del self._lasting[topic, what, *key]
                if topic is Topic.CALLS and what == "rang":
                    self.pops.over(*key)

    def _listened(self, fact: CallListened) -> None:
        """Show who listens, and tell the agent, as long as they do, where the site says so."""
        self._hear_no_more(lambda line: line == fact.line)
        if fact.listens and fact.agent is not None:
            who, line = self.listeners.on(fact.line), fact.line
            for by, said in self._heard.begin(fact, who).items():
                self._moved[1].add(by)
                self._lasting[Topic.ACTS, "hears", by, line] = self._publish(Topic.ACTS, said, by)
            if self.listeners.told:
                said = listened(fact, who)
                self._lasting[Topic.ACTS, "listens", fact.agent, line] = self._publish(Topic.ACTS, said, fact.agent)

    def _hear_no_more(self, gone: Callable[[str], bool]) -> None:
        """Tell agents that nobody listens by some channels any more."""
        self._moved[1].update(self._heard.end(gone))
        for key in [key for key in self._lasting if key[0] is Topic.ACTS and gone(key[3])]:
            del self._lasting[key]
            self._publish(Topic.ACTS, {"what": "listened", "line": inert(key[3])}, key[2])

    def _floor(self) -> None:
        self._flush = None
        (queues, agents), self._moved = self._moved, (set(), set())
        for queue in sorted(queues):
            self._publish(Topic.FLOOR, {"queue": msgspec.to_builtins(self.board.queue(queue))})
        for agent in sorted(agents):
            now = self.board.agent(agent)
            team = self._team_of(agent, self._clock())
            said = (
                {"agent_gone": inert(agent)} if now is None else {"agent": on_floor(now, team, self._heard.of(agent))}
            )
            self._publish(Topic.FLOOR, said, agent)

    def _publish(
        self,
        topic: Topic,
        said: Said,
        agent: str | None = None,
        *,
        caller: str | None = None,
        told: bool = True,
        news: CaseNews | None = None,
    ) -> LiveEvent:
        self._number += 1
        team = None if agent is None else self._team_of(agent, self._clock())
        event = LiveEvent(self._number, topic, said, agent=agent, team=team, caller=caller, told=told)
        event.news = news
        if topic is Topic.POPS:
            event.open_until = self._clock() + self._open_for
        self._kept.append(event)
        for reader in self._readers:
            if reader.sees(event):
                reader.take(event)
        return event

    def _snapshot(self, reader: LiveReader) -> Said:
        said: Said = {"topics": sorted(reader.topics), "age": self.age()}
        if Topic.FLOOR in reader.topics:
            document, at, heard = self.board.live(), self._clock(), self._heard
            seats = [(one, self._team_of(one.agent, at)) for one in document.agents]
            seen = [(one, team) for one, team in seats if may(reader.person, Right.SEE, one.agent, team)]
            agents = [on_floor(one, team, heard.of(one.agent)) for one, team in seen]
            said["floor"] = floor_told(document, self.board.rings(), agents)
        if Topic.LOST_CALLS in reader.topics and may(reader.person, Right.SEE_LOST_CALLS):
            said["lost_calls"] = self.lost or {}
        for topic in reader.topics & {Topic.ACTS, Topic.CALLS, Topic.POPS}:
            said[topic] = [e.said_to(reader.person, self._clock()) for e in self._lasting_for(reader, topic)]
        return said

    def _lasting_for(self, reader: LiveReader, topic: Topic) -> list[LiveEvent]:
        return [event for event in self._lasting.values() if event.topic is topic and reader.sees(event)]

    def age(self) -> Said:
        """Return how well the switch is followed, and how old the data is."""
        health = self._health()
        seen, followed = health.last_seen_at, health.ami_up and health.gap_open_at is None
        age = None if seen is None else max(0, self._clock() - seen) / SECOND
        return {"state": "followed" if followed else "not_followed", "data_age_seconds": age}
