"""What a person sees now, as one document: queues, agents, the last calls, and how far all of it can be trusted.

Times are epoch seconds by the switch's clock, so that a wait is the difference of two times of one clock. Counts
are of the day in which a visit joined, in the site's time zone; those of before this run come from the record.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import msgspec

from callcenter.domain import facts as fx
from callcenter.domain.frame import SECOND, Micros
from callcenter.domain.visits.offers import is_missed
from callcenter.domain.vocabulary import AgentState, OfferOutcome, VisitOutcome, is_direct
from callcenter.exporter.counting import Counted
from callcenter.exporter.health import Health, UnseenJoin
from callcenter.exporter.names import inert, masked
from callcenter.exporter.present import AgentPresence, Present
from callcenter.rules.regulations.edition import FiguresAt, RulebookFigures
from callcenter.rules.regulations.formulas import AnswerWaits, LevelCounts, service_levels

SERVICE_LEVEL = "sl-offered"
"""A within T / (A + B); the name stands wherever the number does."""
RECENT = 100
"""Finished visits that are remembered for the board."""
_LATEST = 250_000_000_000 * SECOND
_OUTSIDE = frozenset({VisitOutcome.ANSWERED, VisitOutcome.ABANDONED, VisitOutcome.REFUSED})


class QueueNow(msgspec.Struct, frozen=True, kw_only=True):
    """One queue: who waits, how many agents serve it and are `ready` for a call, and what today came to.

    Attributes:
        answer_waits: Answered visits whose wait was seen, and `answer_wait_seconds`, all of these waits together.
    """

    queue: str
    waiting: int
    oldest_joined_at: float | None
    ready: int
    signed_in: int
    answered: int
    abandoned: int
    other_exits: int
    refused: int
    within: int
    threshold_seconds: float
    service_level: float | None
    answer_waits: int
    answer_wait_seconds: float


class AgentNow(msgspec.Struct, frozen=True, kw_only=True):
    """One agent; `since` is when the state began.

    Attributes:
        missed: Rings of today that the agent was there for, and that nobody answered.
        unreachable: The phone does not answer the switch.
        phone_losses: How often that began today, since the service runs.
        page_failures: How often today the agent's page could not ring, or a call in it was cut short; a lead who sees
            three looks after the page, not after the agent.
    """

    agent: str
    state: str
    reason: str | None
    since: float | None
    queues: tuple[str, ...]
    missed: int
    unreachable: bool
    phone_losses: int
    page_failures: int


class OfferSeen(msgspec.Struct, frozen=True, kw_only=True):
    """One ring of a finished visit; `late` where it was answered after the promised rings."""

    agent: str
    outcome: str
    ring_seconds: float | None
    rings: int | None
    late: bool


class VisitSeen(msgspec.Struct, frozen=True, kw_only=True):
    """A finished visit; the caller's number is masked."""

    queue: str | None
    caller: str | None
    at: float | None
    outcome: str
    wait_seconds: float | None
    talk_seconds: float | None
    hold_seconds: float | None
    agent: str | None
    ended_by: str | None
    transferred: str | None
    offers: tuple[OfferSeen, ...]


class LinkNow(msgspec.Struct, frozen=True, kw_only=True):
    """How well the service sees the switch and keeps what it sees; None is unknown."""

    node: str
    up: bool
    ready: bool
    evidence_grade: bool | None
    data_age_seconds: float | None
    lag_seconds: float | None
    gap_open: bool
    gap_seconds: float
    journal_pending: int
    store_lag_seconds: float
    refused_moments: int = 0
    unseen_joins: int | None = None


class JoinNow(msgspec.Struct, frozen=True, kw_only=True):
    """A join that queue_log tells of and nobody saw; `at` is a whole second."""

    at: float
    uniqueid: str
    queue: str | None


class LiveDocument(msgspec.Struct, frozen=True, kw_only=True):
    """All of it; `now` is the switch's clock when the document was made, `timezone` the one that the site is in.

    The queue of one agent's phone alone is none of `queues`.
    """

    site: str
    timezone: str
    version: str
    now: float
    counted_since: float
    service_level_name: str
    link: LinkNow
    queues: tuple[QueueNow, ...]
    agents: tuple[AgentNow, ...]
    recent: tuple[VisitSeen, ...]
    unseen_joins: tuple[JoinNow, ...] = ()


class LiveView:
    """Keeps today's counts and the last visits, and makes the document when somebody looks.

    Args:
        present: What is now; the same that the gauges read.
        health: Gives the service's own figures.
        clock: Our clock.
        figures: The rulebook's figures that held at a moment.
        timezone: Where the site's days begin.
        site: The site's name.
        version: The service's version.

    Attributes:
        followed_since: Since when there is a record of the switch; None: since this run.
    """

    def __init__(
        self,
        present: Present,
        health: Callable[[], Health],
        clock: Callable[[], Micros],
        *,
        figures: FiguresAt,
        timezone: str,
        site: str,
        version: str,
    ) -> None:
        self._present = present
        self._health = health
        self._clock = clock
        self._figures = figures
        self._zone = ZoneInfo(timezone)
        self._site, self._version = inert(site), version
        self.followed_since: Micros | None = None
        self._day: date | None = None
        self._today: dict[str, Counter[VisitOutcome]] = {}
        self._within: Counter[str] = Counter()
        self._waits: dict[str, AnswerWaits] = {}
        self._page_failures: Counter[str] = Counter()
        self._phone_losses: Counter[str] = Counter()
        self._missed: Counter[str] = Counter()
        self._recent: deque[VisitSeen] = deque(maxlen=RECENT)

    def counted(self, visit: Counted) -> None:
        """Count a visit into its day."""
        if visit.queue is None or visit.at is None:
            return
        self._turn_to(self._day_of(self._clock()))
        if self._day_of(visit.at) != self._day:
            return  # it joined before midnight and ended after: yesterday's
        self._today.setdefault(visit.queue, Counter())[visit.outcome] += 1
        self._within[visit.queue] += visit.in_time
        if visit.outcome is VisitOutcome.ANSWERED and visit.wait is not None:
            self._waits[visit.queue] = self._waits.get(visit.queue, AnswerWaits()).and_one(visit.wait)

    def page_failed(self, agent: str) -> None:
        """Count that an agent's page could not ring, or lost a call."""
        self._turn_to(self._day_of(self._clock()))
        self._page_failures[agent] += 1

    def phone_lost(self, agent: str) -> None:
        """Count that an agent's phone does not answer any more."""
        self._turn_to(self._day_of(self._clock()))
        self._phone_losses[agent] += 1

    def offered(self, offer: fx.Offer) -> None:
        """Count a ring that its agent missed into its day."""
        if is_missed(offer) and offer.offered_at is not None:
            self._turn_to(self._day_of(self._clock()))
            self._missed[offer.agent] += self._day_of(offer.offered_at) == self._day

    def ended(self, visit: fx.Visit) -> None:
        """Remember a finished visit."""
        self._recent.append(_seen(visit, self._figures))

    def document(self) -> LiveDocument:
        """Make the document as of now."""
        health, clock = self._health(), self._clock()
        skew = round((health.clock_skew_seconds or 0.0) * SECOND)
        now = clock + skew
        self._turn_to(self._day_of(clock))
        queues = sorted(one for one in self._present.waiting.keys() | self._today.keys() if not is_direct(one))
        seats = sorted(self._present.seats.values(), key=lambda seat: seat.agent)
        return LiveDocument(
            site=self._site,
            timezone=self._zone.key,
            version=self._version,
            now=now / SECOND,
            counted_since=self._counted_since(now, health.started_at + skew),
            service_level_name=SERVICE_LEVEL,
            link=_link(health, clock),
            queues=tuple(self._queue(queue, now) for queue in queues),
            agents=tuple(map(self._agent, seats)),
            recent=tuple(self._recent),
            unseen_joins=tuple(map(_join, health.unseen_last)),
        )

    def queue(self, name: str) -> QueueNow:
        """Return one queue as of now."""
        clock = self._clock()
        self._turn_to(self._day_of(clock))
        return self._queue(name, clock)

    def agent(self, name: str) -> AgentNow | None:
        """Return one agent as of now; None: there is none of that name any more."""
        seat = self._present.seats.get(name)
        return None if seat is None else self._agent(seat)

    def _queue(self, queue: str, now: Micros) -> QueueNow:
        counts = self._today.get(queue, Counter())
        answered, abandoned = counts[VisitOutcome.ANSWERED], counts[VisitOutcome.ABANDONED]
        levels = service_levels(LevelCounts(answered, abandoned, self._within[queue]))
        level, waits = levels[SERVICE_LEVEL], self._waits.get(queue, AnswerWaits())
        return QueueNow(
            queue=inert(queue),
            waiting=len(self._present.waiting.get(queue, ())),
            oldest_joined_at=_seconds(self._present.oldest(queue)),
            ready=self._present.staff[queue, AgentState.AVAILABLE],
            signed_in=sum(self._present.staff[queue, state] for state in AgentState),
            answered=answered,
            abandoned=abandoned,
            other_exits=sum(n for outcome, n in counts.items() if outcome not in _OUTSIDE),
            refused=counts[VisitOutcome.REFUSED],
            within=self._within[queue],
            threshold_seconds=self._figures(now).threshold(queue) / SECOND,
            service_level=None if level is None else float(level),
            answer_waits=waits.visits,
            answer_wait_seconds=waits.waited / SECOND,
        )

    def _agent(self, seat: AgentPresence) -> AgentNow:
        return AgentNow(
            agent=inert(seat.agent),
            state=seat.shown.state,
            reason=None if seat.shown.reason is None else inert(seat.shown.reason),
            since=_seconds(seat.shown.since),
            queues=tuple(inert(queue) for queue in seat.queues),
            missed=self._missed[seat.agent],
            unreachable=seat.lost,
            phone_losses=self._phone_losses[seat.agent],
            page_failures=self._page_failures[seat.agent],
        )

    def _turn_to(self, day: date) -> None:
        if day != self._day:
            self._day = day
            self._today.clear()
            self._page_failures.clear()
            self._phone_losses.clear()
            self._missed.clear()
            self._within.clear()
            self._waits.clear()

    def _day_of(self, at: Micros) -> date:
        return self._local(at).date()

    def _local(self, at: Micros) -> datetime:
        # a switch may say any time at all; what no calendar holds becomes its last day
        return datetime.fromtimestamp(min(max(at, 0), _LATEST) / SECOND, self._zone)

    def _counted_since(self, now: Micros, started_at: Micros) -> float:
        midnight = self._local(now).replace(hour=0, minute=0, second=0, microsecond=0)
        since = started_at if self.followed_since is None else min(self.followed_since, started_at)
        return max(midnight.astimezone(UTC).timestamp(), since / SECOND)


def _link(health: Health, clock: Micros) -> LinkNow:
    age = None if health.last_seen_at is None else max(0, clock - health.last_seen_at) / SECOND
    return LinkNow(
        node=inert(health.node),
        up=health.ami_up,
        ready=health.ready,
        evidence_grade=health.evidence_grade,
        data_age_seconds=age,
        lag_seconds=health.lag_seconds,
        gap_open=health.gap_open_at is not None,
        gap_seconds=health.gap_seconds,
        journal_pending=health.journal_pending,
        store_lag_seconds=health.store_lag_seconds,
        refused_moments=health.refused_moments,
        unseen_joins=health.unseen_joins,
    )


def _join(join: UnseenJoin) -> JoinNow:
    queue = None if join.queue is None else inert(join.queue)
    return JoinNow(at=join.at / SECOND, uniqueid=inert(join.uniqueid), queue=queue)


def _seen(visit: fx.Visit, figures: FiguresAt) -> VisitSeen:
    return VisitSeen(
        queue=None if visit.queue is None else inert(visit.queue),
        caller=masked(visit.caller),
        at=_seconds(visit.joined_at if visit.joined_at is not None else visit.refused_at),
        outcome=visit.outcome,
        wait_seconds=_seconds(visit.wait),
        talk_seconds=_seconds(visit.talk),
        hold_seconds=_seconds(visit.hold),
        agent=None if visit.agent is None else inert(visit.agent),
        ended_by=visit.ended_by,
        transferred=visit.transferred,
        offers=tuple(_rung(offer, figures(offer.ended_at)) for offer in visit.offers),
    )


def _rung(offer: fx.Offer, figures: RulebookFigures) -> OfferSeen:
    ringing, answered = offer.ringing, offer.outcome is OfferOutcome.ANSWERED
    return OfferSeen(
        agent=inert(offer.agent),
        outcome=offer.outcome,
        ring_seconds=_seconds(ringing),
        rings=None if ringing is None else figures.rings_begun(ringing),
        late=answered and ringing is not None and not figures.answered_within_rings(ringing),
    )


def _seconds(value: Micros | None) -> float | None:
    return None if value is None else value / SECOND
