"""Facts become figures, at once; the figures about the service itself are read when somebody asks."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from callcenter.domain import facts as fx
from callcenter.domain.facts import Fact
from callcenter.domain.frame import SECOND
from callcenter.domain.visits.survey import Survey, may_be_asked
from callcenter.domain.visits.surveys import ANSWERS
from callcenter.domain.vocabulary import (
    AgentState,
    OfferOutcome,
    PageWord,
    Question,
    SurveyResult,
    VisitOutcome,
)
from callcenter.exporter.agent_gauges import AgentGauges
from callcenter.exporter.counting import Counted, CountedCall
from callcenter.exporter.health import Health
from callcenter.exporter.names import OTHER, Names, inert
from callcenter.exporter.others import Others
from callcenter.exporter.outgoing import BrokerNow, SinkNow, show_broker, show_sinks
from callcenter.exporter.present import Changed, Present
from callcenter.exporter.settings import ExporterSettings
from callcenter.exporter.told import Staffing, ToldGauges, seconds_of
from callcenter.exporter.values import Values
from callcenter.rules.regulations.edition import FiguresAt

_ELIGIBLE = "eligible"
_COUNTED = (
    "within_threshold_total",
    "abandoned_within_threshold_total",
    "short_abandons_total",
    "calls_answered_total",
    "calls_within_threshold_total",
)
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

    Attributes:
        told: Those that others look up.
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
        self._values = Values()
        self._shown: Values | None = None
        self.told = ToldGauges(self._queues, self._values)
        self._agents = AgentGauges(settings, present, self._queues, self._values)
        self._values.set("build_info", (version,), 1)
        self._values.set("info", (inert(site),), 1)
        for question in Question:
            for answer in ANSWERS:
                self._values.add("survey_answers_total", (question.name.lower(), str(answer)), 0)
        self._begun: set[str] = set()
        self._others = Others()
        self._values.set("lost_call_limit_seconds", (), settings.lost_call_minutes * 60)
        self._values.begin("page_loss_ratio", ())

    # at each fact

    def changed(self, changed: Changed) -> None:
        """Take over what is different now."""
        self._agents.changed(changed)
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
        values.add("abandoned_within_threshold_total", (queue,), visit.left_in_time)
        values.add("short_abandons_total", (queue,), visit.short)
        if visit.call is not None:
            self._call(visit.call)
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

    def page_failed(self, agent: str, what: PageWord) -> None:
        """Count what an agent's page could not do."""
        self._agents.failed(agent, what)

    def staffing(self, found: Staffing) -> None:
        """Take in what roster and rulebook say now."""
        self.told.staffing(found)
        self._agents.teams(found.teams)

    def _call(self, call: CountedCall) -> None:
        line = self._queues.label(call.line)
        self._values.add("calls_answered_total", (line,))
        self._values.add("calls_within_threshold_total", (line,), call.in_time)
        if call.wait is not None:
            self._values.observe("call_wait_seconds", (line,), call.wait / SECOND)

    def sinks(self, found: Mapping[str, SinkNow], before: Mapping[str, SinkNow]) -> None:
        """Show how those are who take what leaves the service."""
        show_sinks(self._values, found, before)

    def broker(self, found: BrokerNow) -> None:
        """Show how the MQTT broker is."""
        show_broker(self._values, found)

    def _offer(self, fact: fx.OfferEnded) -> None:
        queue, offer, values = self._queues.label(fact.queue), fact.offer, self._values
        values.add("offers_total", (queue, offer.outcome))
        self._agents.offered(offer)
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
        self._agents.over(span)

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
        for short in ("ring_seconds", "talk_seconds", "wrap_up_seconds", "hold_seconds", "call_wait_seconds"):
            self._values.begin(short, (queue,))
        for offered in OfferOutcome:
            self._values.add("offers_total", (queue, offered), 0)
        for short in _COUNTED:
            self._values.add(short, (queue,), 0)
        self.told.begin_queue(queue)
        for stage in (_ELIGIBLE, *_SURVEY_STAGES):
            self._values.add("surveys_total", (queue, stage), 0)
        for kind in ("rings-call", "rings-offer"):
            self._values.add("within_rings_total", (queue, kind), 0)

    # when Prometheus asks

    def taken(self) -> Values:
        """Return every figure as it is now; what lasts is shown up to the latest time that the switch told."""
        self._service(self._health())
        self._in_force()
        for disk in self._disks:
            self._values.set("disk_free_bytes", (str(disk),), _free(disk))
        lasting = self._agents.lasting()
        taken = self._values.taken(lasting)
        if self._shown is not None:  # what ends is told late, and may have ended before it was shown as lasting still
            taken.rise_from(self._shown, lasting)
        self._shown = taken
        return taken

    def _in_force(self) -> None:
        """Show the thresholds in force, of queues that have series of their own."""
        figures = self._figures(self._present.now)
        for queue in self._present.waiting:
            label = self._queues.label(queue)
            if label != OTHER:
                self._values.set("service_threshold_seconds", (label,), figures.threshold(queue) / SECOND)

    def _service(self, health: Health) -> None:
        values, node = self._values, (health.node,)
        values.set("phones_lost", node, self._agents.lost)
        values.set("ami_up", node, health.ami_up)
        values.set("ami_gap_seconds_total", node, health.gap_seconds)
        values.set("out_of_order_total", node, health.out_of_order)
        values.set("ami_refused_moments_total", node, health.refused_moments)
        values.set("rules_refused", (), health.rules_refused)
        values.set("journal_pending", (), health.journal_pending)
        values.set("store_lag_seconds", (), health.store_lag_seconds)
        values.set("start_timestamp_seconds", (), health.started_at / SECOND)
        seen = seconds_of(health.last_seen_at)
        for short, value in (
            ("ami_lag_seconds", health.lag_seconds),
            ("ami_clock_skew_seconds", health.clock_skew_seconds),
            ("ami_last_seen_timestamp_seconds", seen),
            ("queue_log_read_timestamp_seconds", seconds_of(health.queue_log_read_at)),
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


def _free(path: Path) -> float:
    try:
        return shutil.disk_usage(path).free
    except OSError:
        return float("nan")
