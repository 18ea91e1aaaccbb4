"""Facts become figures, at once; the figures about the service itself are read when somebody asks."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from prometheus_client.core import Metric

from callcenter.domain import facts as fx
from callcenter.domain.facts import Fact
from callcenter.domain.frame import SECOND, Micros
from callcenter.domain.visits.survey import Survey, may_be_asked
from callcenter.domain.visits.surveys import ANSWERS
from callcenter.domain.vocabulary import AgentState, OfferOutcome, Question, SurveyResult, VisitOutcome
from callcenter.exporter.counting import Counted
from callcenter.exporter.health import Health
from callcenter.exporter.names import OTHER, Names, inert
from callcenter.exporter.others import Others
from callcenter.exporter.present import AgentPresence, Changed, Present
from callcenter.exporter.settings import ExporterSettings
from callcenter.exporter.values import Values
from callcenter.rules.records.violation import Violation
from callcenter.rules.regulations.edition import FiguresAt, Mode

_ELIGIBLE = "eligible"
_SURVEY_STAGES = ("asked", "agreed", "answered", "partial", "hung_up")


class Gauges:
    """Every metric of the table.

    Args:
        settings: Whether agents have series, and how many names have.
        present: What is now; the same that the live view reads.
        health: Gives the service's own figures when Prometheus asks.
        figures: The rulebook's figures that held at a moment.
        site: The site's name.
        version: The service's version.
        disks: Directories whose free space is watched.
    """

    def __init__(
        self,
        settings: ExporterSettings,
        present: Present,
        health: Callable[[], Health],
        figures: FiguresAt,
        *,
        site: str,
        version: str,
        disks: Iterable[Path] = (),
    ) -> None:
        self._present = present
        self._health = health
        self._figures = figures
        self._disks = tuple(disks)
        self._queues = Names(settings.max_queues)
        self._agents = Names(settings.max_agents) if settings.per_agent else Names(0)
        self._values = Values()
        self._values.set("build_info", (version,), 1)
        self._values.set("info", (inert(site),), 1)
        for question in Question:
            for answer in ANSWERS:
                self._values.add("survey_answers_total", (question.name.lower(), str(answer)), 0)
        self._lost = 0
        self._begun: set[str] = set()
        self._others = Others()
        self._owing: set[str] = set()
        self._values.set("lost_call_limit_seconds", (), settings.lost_call_minutes * 60)

    # at each fact

    def changed(self, changed: Changed) -> None:
        """Take over what is different now."""
        for before, after in changed.seats:
            self._move(before, after)
        for queue in changed.queues:
            self._recount(queue)

    def counted(self, visit: Counted) -> None:
        """Count a visit."""
        queue = self._queues.label(visit.queue)
        values = self._values
        values.add("visits_total", (queue, visit.outcome))
        if visit.wait is not None:
            values.observe("wait_seconds", (queue, visit.outcome), visit.wait / SECOND)
        if visit.outcome is VisitOutcome.ANSWERED:
            values.add("within_threshold_total", (queue,), visit.in_time)
        if visit.in_rings is not None:
            values.add("within_rings_total", (queue, "rings-call"), visit.in_rings)

    def happened(self, facts: Sequence[Fact]) -> None:
        """Count what is over: offers, talks, holds, spans of an agent's state."""
        for fact in facts:
            match fact:
                case fx.OfferEnded():
                    self._offer(fact)
                case fx.VisitEnded():
                    self._account(fact.visit)
                case fx.TalkEnded(talk=talk) if may_be_asked(talk):
                    self._values.add("surveys_total", (self._queues.label(talk.queue), _ELIGIBLE))
                case fx.SurveyEnded():
                    self._survey(fact.survey)
                case fx.AgentStateChanged(ended=span) if span is not None:
                    self._span(span)
                case _:
                    pass

    def judged(self, violations: Sequence[Violation]) -> None:
        """Count records; those of rules that run in the shadow are for administrators alone."""
        for violation in violations:
            if violation.mode is Mode.ON:
                severity = violation.severity.value if violation.severity is not None else "none"
                self._values.add("violations_total", (violation.rule, severity, violation.verdict.value))

    def withdrawn(self, counts: Mapping[str, int]) -> None:
        """Show how many records the database says did not reproduce."""
        for rule, count in counts.items():
            self._values.set("violations_withdrawn_total", (rule,), count)

    def lost_calls(self, found: Mapping[str, tuple[int, Micros | None]]) -> None:
        """Show how many callers are to be called back by queue, and since when."""
        labels: dict[str, tuple[int, Micros | None]] = {}
        for queue, (count, oldest) in found.items():
            before, since = labels.get(label := self._queues.label(queue), (0, None))
            known = [at for at in (since, oldest) if at is not None]
            labels[label] = before + count, min(known, default=None)
        for label in self._owing - labels.keys():
            labels[label] = 0, None
        for label, (count, oldest) in labels.items():
            self._owing.add(label)
            self._values.set("lost_calls_open", (label,), count)
            self._values.set_or_drop("oldest_lost_call_start_timestamp_seconds", (label,), _seconds(oldest))

    def provisional(self, reached: bool) -> None:
        """Show whether deadlines or the roster reach into days that the calendar does not know."""
        self._values.set("calendar_provisional", (), reached)

    def _offer(self, fact: fx.OfferEnded) -> None:
        queue, offer, values = self._queues.label(fact.queue), fact.offer, self._values
        values.add("offers_total", (queue, offer.outcome))
        if self._agents.admits(offer.agent):
            values.add("agent_offers_total", (self._agents.label(offer.agent), offer.outcome))
        if offer.ringing is None:
            return
        values.observe("ring_seconds", (queue,), offer.ringing / SECOND)
        if offer.outcome is OfferOutcome.ANSWERED:
            in_rings = self._figures(offer.ended_at).answered_within_rings(offer.ringing)
            values.add("within_rings_total", (queue, "rings-offer"), in_rings)

    def _survey(self, survey: Survey) -> None:
        queue = self._queues.label(survey.queue)
        result = survey.result
        reached = (
            True,
            survey.agreed,
            result is SurveyResult.ANSWERED,
            result is SurveyResult.PARTIAL,
            survey.hung_up is True,
        )
        for stage, there in zip(_SURVEY_STAGES, reached, strict=True):
            self._values.add("surveys_total", (queue, stage), there)
        for question, answer in survey.answers.items():
            self._values.add("survey_answers_total", (question.name.lower(), str(answer)))

    def _account(self, visit: fx.Visit) -> None:
        if visit.outcome is not VisitOutcome.ANSWERED:
            return
        queue = self._queues.label(visit.queue)
        if visit.talk is not None:
            self._values.observe("talk_seconds", (queue,), visit.talk / SECOND)
        if visit.hold:
            self._values.observe("hold_seconds", (queue,), visit.hold / SECOND)

    def _span(self, span: fx.StateSpan) -> None:
        if span.state is AgentState.WRAP_UP and span.queues and span.start is not None and span.end is not None:
            queue = self._queues.label(span.queues[0])
            self._values.observe("wrap_up_seconds", (queue,), max(0, span.end - span.start) / SECOND)
        lasted = self._within_run(span.start, span.end)
        if lasted is not None and self._agents.admits(span.agent):
            self._values.add("agent_state_seconds_total", (self._agents.label(span.agent), span.state), lasted)

    def _recount(self, queue: str) -> None:
        label = self._queues.label(queue)
        self._begin_queue(label)
        count, oldest = len(self._present.waiting[queue]), self._present.oldest(queue)
        if label == OTHER:
            count, oldest = self._others.now(queue, count, oldest)
        self._values.set("waiting_callers", (label,), count)
        if oldest is not None:
            self._values.set("oldest_wait_start_timestamp_seconds", (label,), oldest / SECOND)
        else:
            self._values.drop("oldest_wait_start_timestamp_seconds", (label,))

    def _begin_queue(self, queue: str) -> None:
        """Show what can be counted at zero first: Prometheus does not see a rise from nothing to one."""
        if queue in self._begun:
            return
        self._begun.add(queue)
        for outcome in VisitOutcome:
            self._values.add("visits_total", (queue, outcome), 0)
        for ended in (VisitOutcome.ANSWERED, VisitOutcome.ABANDONED):
            self._values.begin("wait_seconds", (queue, ended))
        for short in ("ring_seconds", "talk_seconds", "wrap_up_seconds", "hold_seconds"):
            self._values.begin(short, (queue,))
        for offered in OfferOutcome:
            self._values.add("offers_total", (queue, offered), 0)
        self._values.add("within_threshold_total", (queue,), 0)
        if queue not in self._owing:
            self._owing.add(queue)
            self._values.set("lost_calls_open", (queue,), 0)
        for stage in (_ELIGIBLE, *_SURVEY_STAGES):
            self._values.add("surveys_total", (queue, stage), 0)
        for kind in ("rings-call", "rings-offer"):
            self._values.add("within_rings_total", (queue, kind), 0)

    def _begin_agent(self, agent: str) -> None:
        for outcome in OfferOutcome:
            self._values.add("agent_offers_total", (agent, outcome), 0)
        for state in AgentState:
            self._values.add("agent_state_seconds_total", (agent, state), 0)

    def _move(self, before: AgentPresence | None, after: AgentPresence | None) -> None:
        for seat, step in ((before, -1), (after, 1)):
            if seat is not None:
                self._lost += step * seat.lost
                for queue in seat.queues:
                    self._values.add("agents", (self._queues.label(queue), seat.state), step)
        if after is None:
            if before is not None and self._agents.admits(before.agent):
                self._values.drop_agent(self._agents.label(before.agent))
                self._agents.forget(before.agent)
        elif self._agents.admits(after.agent):
            agent = self._agents.label(after.agent)
            if before is None:
                self._begin_agent(agent)
            if before is None or before.state is not after.state:
                for state in AgentState:
                    self._values.set("agent_state", (agent, state), after.state is state)
            self._values.set("line_blocked", (agent,), after.blocked)

    # when Prometheus asks

    def collect(self) -> Iterator[Metric]:
        """Yield every metric; what lasts is shown up to the latest time that the switch told."""
        self._service(self._health())
        self._in_force()
        for disk in self._disks:
            self._values.set("disk_free_bytes", (str(disk),), _free(disk))
        yield from self._values.families({"agent_state_seconds_total": self._lasting()})

    def _in_force(self) -> None:
        """Show the thresholds in force, of queues that have series of their own."""
        figures = self._figures(self._present.now)
        for queue in self._present.waiting:
            label = self._queues.label(queue)
            if label != OTHER:
                self._values.set("service_threshold_seconds", (label,), figures.threshold(queue) / SECOND)

    def _lasting(self) -> dict[tuple[str, ...], float]:
        found: dict[tuple[str, ...], float] = {}
        for seat in self._present.seats.values():
            lasted = self._within_run(seat.since, self._present.now)
            if lasted is not None and self._agents.admits(seat.agent):
                found[self._agents.label(seat.agent), seat.state] = lasted
        return found

    def _within_run(self, start: Micros | None, end: Micros | None) -> float | None:
        """Seconds of a span that lie in this run; a counter that begins with the time before counts it twice."""
        begun = self._present.begun
        if start is None or end is None or begun is None:
            return None
        return max(0, end - max(start, begun)) / SECOND

    def _service(self, health: Health) -> None:
        values, node = self._values, (health.node,)
        values.set("phones_lost", node, self._lost)
        values.set("ami_up", node, health.ami_up)
        values.set("ami_gap_seconds_total", node, health.gap_seconds)
        values.set("out_of_order_total", node, health.out_of_order)
        values.set("ami_refused_moments_total", node, health.refused_moments)
        values.set("rules_refused", (), health.rules_refused)
        values.set("journal_pending", (), health.journal_pending)
        values.set("store_lag_seconds", (), health.store_lag_seconds)
        seen = _seconds(health.last_seen_at)
        for short, value in (
            ("ami_lag_seconds", health.lag_seconds),
            ("ami_clock_skew_seconds", health.clock_skew_seconds),
            ("ami_last_seen_timestamp_seconds", seen),
            ("queue_log_read_timestamp_seconds", _seconds(health.queue_log_read_at)),
            ("queue_log_differences_total", health.queue_log_differences),
            ("queue_log_filled_total", health.queue_log_filled),
            ("queue_log_unseen_joins_total", health.unseen_joins),
            ("evidence_grade", health.evidence_grade),
        ):
            values.set_or_drop(short, node, value)
        for result, count in health.frames.items():
            values.set("ami_frames_total", (health.node, result), count)
        for queue, difference in health.ledger.items():
            values.set("ledger_difference", (self._queues.label(queue),), difference)


def _seconds(at: Micros | None) -> float | None:
    return None if at is None else at / SECOND


def _free(path: Path) -> float:
    try:
        return shutil.disk_usage(path).free
    except OSError:
        return float("nan")
