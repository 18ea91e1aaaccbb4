"""A shift in words: tests say what became true, in seconds, and read the records."""

from __future__ import annotations

from functools import cache

import yaml

from callcenter.domain import facts as fx
from callcenter.domain.frame import SECOND, Micros
from callcenter.domain.vocabulary import AgentState, EndedBy, OfferOutcome, VisitOutcome
from callcenter.files.rulebook import load_rulebook
from callcenter.numbers import PLAIN, Numbering
from callcenter.rules.detection.inputs import Disposition
from callcenter.rules.detection.judge import Judge
from callcenter.rules.records.violation import Violation
from callcenter.rules.regulations.edition import Rulebook
from callcenter.rules.regulations.rulebook import parsed, sound
from callcenter.staff.duty import Roster, Seat

EPOCH: Micros = 1_800_000_000 * SECOND
DAY = 86_400
PHONES = {"Alice": "PJSIP/1001", "Bob": "PJSIP/1002", "Carol": "PJSIP/1003", "Dave": "PJSIP/1004", "Eve": "PJSIP/1005"}


packaged = cache(load_rulebook)


def micros(seconds: float) -> Micros:
    return EPOCH + round(seconds * SECOND)


def at(seconds: float | None) -> Micros | None:
    return None if seconds is None else micros(seconds)


def roster(
    *agents: str,
    start: float = -DAY,
    end: float = DAY,
    legit: tuple[str, ...] | None = ("_10XX", "_0X."),
    off: tuple[tuple[float, float], ...] = (),
) -> Roster:
    """Everybody (or these) on one shift, less some times off."""
    times = [start, *(edge for pair in off for edge in pair), end]
    duty = tuple((micros(s), micros(e)) for s, e in zip(times[::2], times[1::2], strict=True))
    names = agents or tuple(PHONES)
    return Roster(
        "Asia/Shanghai",
        tuple(Seat(agent=name, interface=phone) for name, phone in PHONES.items()),
        dict.fromkeys(names, ((micros(start), micros(end)),)),
        dict.fromkeys(names, duty),
        legit,
    )


def read(text: str, timezone: str | None = None) -> Rulebook:
    """Read a rulebook from its YAML, as a file of it is read."""
    return sound(parsed(yaml.safe_load(text), "the rulebook", timezone), "the rulebook")


def rulebook(*lines: str) -> Rulebook:
    """Make the packaged rulebook with some lines of YAML changed."""
    body = "\n".join(f"    {line}" for line in lines)
    return read(f"based_on: packaged\neditions:\n  - version: test\n    from: 1970-01-01\n{body}\n")


class Story:
    """Every method is something that became true; times are seconds from the story's beginning."""

    def __init__(
        self,
        *,
        on: Roster | None = None,
        book: Rulebook | None = None,
        graded: bool = True,
        numbering: Numbering | None = PLAIN,
    ) -> None:
        self.judge = Judge(book or packaged(), on, numbering, graded=graded)
        self.facts: list[fx.Fact] = []
        self.entered: list[Disposition] = []

    def tell(self, fact: fx.Fact) -> None:
        self.facts.append(fact)
        self.judge.see(fact)

    def records(self, end: float = 1000) -> list[Violation]:
        """Return what was decided; a record that could not be told to people fails here, whatever the test asks."""
        found = self.judge.finish(micros(end))
        for record in found:
            assert record.why()
            assert all(point.told("en") for point in record.timeline)
        return found

    def record(self, end: float = 1000) -> Violation:
        (record,) = self.records(end)
        return record

    # agents

    def state(
        self, seconds: float, agent: str = "Alice", state: AgentState = AgentState.AVAILABLE, reason: str | None = None
    ) -> None:
        self.tell(
            fx.AgentStateChanged(
                at=micros(seconds),
                agent=agent,
                interface=PHONES[agent],
                ended=None,
                state=state,
                reason=reason,
                queues=(),
            )
        )

    def serves(self, seconds: float, agent: str = "Alice", queue: str = "support", *, member: bool = True) -> None:
        self.tell(
            fx.MembershipChanged(
                at=micros(seconds),
                agent=agent,
                interface=PHONES[agent],
                queue=queue,
                member=member,
            )
        )

    def ready(self, *agents: str, seconds: float = 0) -> None:
        for agent in agents or tuple(PHONES):
            self.serves(seconds, agent)
            self.state(seconds, agent)

    def loses_phone(self, seconds: float, agent: str = "Alice") -> None:
        self.falls_silent(seconds, agent)
        self.tell(
            fx.PhoneUnregistered(at=micros(seconds), agent=agent, interface=PHONES[agent], frames=(int(seconds * 10),))
        )

    def falls_silent(self, seconds: float, agent: str = "Alice") -> None:
        self.tell(fx.PhoneLost(at=micros(seconds), agent=agent, interface=PHONES[agent], frames=(int(seconds * 10),)))
        self.state(seconds, agent, AgentState.OFFLINE, "phone lost")

    def finds_phone(self, seconds: float, agent: str = "Alice") -> None:
        self.tell(fx.PhoneFound(at=micros(seconds), agent=agent, interface=PHONES[agent], frames=(int(seconds * 10),)))
        self.state(seconds, agent)

    def own_call(
        self,
        start: float,
        end: float | None,
        dialled: str = "s",
        *,
        agent: str = "Alice",
        in_talk: bool = False,
        calls_back: str | None = None,
    ) -> None:
        uid = f"own-{agent}-{start}"
        began = fx.OwnCall(
            agent=agent,
            interface=PHONES[agent],
            uniqueid=uid,
            dialled=dialled,
            started_at=micros(start),
            up_at=None,
            ended_at=None,
            in_talk=in_talk,
            in_gap=False,
            frames=(1,),
        )
        self.tell(fx.OwnCallBegan(at=micros(start), own=began))
        if end is not None:
            ended = fx.OwnCall(
                agent=agent,
                interface=PHONES[agent],
                uniqueid=uid,
                dialled=dialled,
                started_at=micros(start),
                up_at=None,
                ended_at=micros(end),
                in_talk=in_talk,
                in_gap=False,
                frames=(1, 2),
                calls_back=calls_back,
            )
            self.tell(fx.OwnCallEnded(at=micros(end), own=ended))

    # offers

    def offer(
        self,
        rang: float | None,
        ringing: float,
        outcome: OfferOutcome,
        *,
        agent: str = "Alice",
        available: bool = True,
        refuted: str | None = None,
        uid: str = "c1",
        queue: str = "support",
        told_after: float = 0,
    ) -> None:
        """An offer that rang from `rang` on and ended `ringing` seconds later (None: no times are known).

        The queue's own word of it may come a little after the ring.
        """
        begun, ended = at(rang), None if rang is None else micros(rang + ringing)
        self.tell(
            fx.OfferEnded(
                at=ended,
                queue=queue,
                uniqueid=uid,
                visit=1,
                offer=fx.Offer(
                    agent=agent,
                    interface=PHONES[agent],
                    offered_at=None if rang is None else micros(rang + told_after),
                    rang_at=None if outcome is OfferOutcome.BUSY else begun,
                    ended_at=ended,
                    connected_at=ended if outcome is OfferOutcome.ANSWERED else None,
                    outcome=outcome,
                    available=available,
                    refuted=refuted,
                    in_gap=False,
                    frames=(3, 4),
                ),
            )
        )

    def answers(
        self,
        seconds: float,
        agent: str = "Alice",
        *,
        uid: str = "c1",
        queue: str = "support",
        caller: str | None = None,
    ) -> None:
        self.tell(fx.CallAnswered(at=micros(seconds), agent=agent, queue=queue, uniqueid=uid, caller=caller))

    # visits

    def joins(self, seconds: float, uid: str = "c1", queue: str = "support") -> None:
        self.tell(fx.VisitJoined(at=micros(seconds), uniqueid=uid, queue=queue, n=1))

    def visit(
        self,
        joined: float | None,
        left: float | None,
        outcome: VisitOutcome = VisitOutcome.ABANDONED,
        *,
        uid: str = "c1",
        queue: str | None = "support",
        in_gap: bool = False,
    ) -> None:
        """A whole stay without an answer, told when it is over."""
        if joined is not None and queue is not None and outcome is not VisitOutcome.REFUSED:
            self.joins(joined, uid, queue)
        self.gone(joined, left, outcome, uid=uid, queue=queue, in_gap=in_gap)

    def gone(
        self,
        joined: float | None,
        left: float | None,
        outcome: VisitOutcome = VisitOutcome.ABANDONED,
        *,
        uid: str = "c1",
        queue: str | None = "support",
        in_gap: bool = False,
        agent: str | None = None,
        talk: float | None = None,
        by: EndedBy | None = None,
    ) -> None:
        refused = outcome is VisitOutcome.REFUSED
        answered = outcome is VisitOutcome.ANSWERED
        ended = None if left is None or talk is None else micros(left + talk)
        offer = fx.Offer(
            agent=agent or "",
            interface=PHONES.get(agent or "", ""),
            offered_at=at(joined),
            rang_at=at(joined),
            ended_at=at(left),
            connected_at=at(left),
            outcome=OfferOutcome.ANSWERED,
            available=True,
            refuted=None,
            in_gap=False,
            frames=(6,),
        )
        self.tell(
            fx.VisitEnded(
                at=ended or at(left),
                visit=fx.Visit(
                    call=uid,
                    uniqueid=uid,
                    queue=queue,
                    n=1,
                    caller=None,
                    did=None,
                    joined_at=None if refused else at(joined),
                    left_at=None if refused else at(left),
                    position=1,
                    outcome=outcome,
                    agent=agent,
                    answered_at=at(left) if answered else None,
                    ended_at=ended,
                    hold=None,
                    transferred=None,
                    ended_by=by,
                    refused_at=at(joined) if refused else None,
                    offers=(offer,) if answered else (),
                    in_gap=in_gap,
                    frames=(5,),
                ),
            )
        )

    def talked(self, start: float, end: float, agent: str = "Alice", *, by: EndedBy = EndedBy.CALLER) -> None:
        """A caller is answered at once, and the talk ends."""
        self.answers(start, agent)
        self.gone(start, start, VisitOutcome.ANSWERED, agent=agent, talk=end - start, by=by)

    def recorded(
        self,
        seconds: float,
        agent: str = "Alice",
        *,
        uid: str = "c1",
        callback_to: str | None = None,
        callback_by: float | None = None,
    ) -> None:
        """Somebody records a call, and perhaps promises a callback."""
        disposition = Disposition(
            at=micros(seconds), uniqueid=uid, agent=agent, callback_to=callback_to, callback_by=at(callback_by)
        )
        self.entered.append(disposition)
        self.judge.disposed(disposition)

    def gap(self, start: float, end: float, cause: str = "link") -> None:
        self.tell(fx.GapSeen(at=micros(end), start=micros(start), cause=cause))
