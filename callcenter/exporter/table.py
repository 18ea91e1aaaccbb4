"""Every metric, once: code, the manual's table, dashboards and tests read this."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from callcenter import locale
from callcenter.locale import Language

PREFIX = "callcenter_"

WAIT_EDGES = (5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600)
"""Seconds; the thresholds themselves, so that a service level is read off a bucket."""
RING_EDGES = (5, 10, 15, 20, 25, 30, 60)
"""Seconds; ends of rings. An edge counts what is equal to it, so "within 3 rings" has a counter of its own."""
TALK_EDGES = (15, 30, 60, 120, 180, 300, 600, 900, 1800, 3600)
WRAP_UP_EDGES = (5, 10, 20, 30, 60, 120, 300, 600)
HOLD_EDGES = (5, 10, 20, 30, 60, 120, 300, 600)


class MetricType(StrEnum):
    """What Prometheus calls the type of a metric."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


class Metric(NamedTuple):
    """One metric: its name without the prefix, its labels, and its meaning in one line."""

    short: str
    kind: MetricType
    labels: tuple[str, ...]
    meaning: str
    edges: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        """The name that Prometheus sees."""
        return PREFIX + self.short

    def said(self, language: Language) -> str:
        """Say its meaning in a language."""
        return locale.text(self.meaning, language, context="metric")

    @property
    def per_agent(self) -> bool:
        """Whether it has a series for each agent, which can be switched off."""
        return "agent" in self.labels


_C, _G, _H = MetricType.COUNTER, MetricType.GAUGE, MetricType.HISTOGRAM

METRICS: tuple[Metric, ...] = (
    Metric("visits_total", _C, ("queue", "outcome"), "Visits by outcome; an answered one counts at its answer"),
    Metric("wait_seconds", _H, ("queue", "outcome"), "Wait from joining to leaving the queue", WAIT_EDGES),
    Metric("ring_seconds", _H, ("queue",), "How long an agent's phone rang for an offer", RING_EDGES),
    Metric("talk_seconds", _H, ("queue",), "Talk of answered visits, holds included", TALK_EDGES),
    Metric("wrap_up_seconds", _H, ("queue",), "Wrap-up after answered visits", WRAP_UP_EDGES),
    Metric("hold_seconds", _H, ("queue",), "Hold by the agent, of visits that were held", HOLD_EDGES),
    Metric("offers_total", _C, ("queue", "outcome"), "Offers of a caller to an agent by outcome"),
    Metric(
        "within_rings_total",
        _C,
        ("queue", "kind"),
        "Answered within the rulebook's rings (3 by default): rings-call by visits, rings-offer by offers",
    ),
    Metric("within_threshold_total", _C, ("queue",), "Visits answered within the rulebook's service threshold"),
    Metric("service_threshold_seconds", _G, ("queue",), "The service threshold of the rulebook in force"),
    Metric(
        "surveys_total",
        _C,
        ("queue", "result"),
        "Surveys by stage: eligible (the agent ended the talk), asked, agreed, answered, partial, hung_up",
    ),
    Metric(
        "survey_answers_total",
        _C,
        ("question", "answer"),
        "Answers of callers after a call: 1 very satisfied, 2 satisfied, 3 not; who hangs up first is never asked",
    ),
    Metric("lost_calls_open", _G, ("queue",), "Lost callers who are to be called back"),
    Metric("oldest_lost_call_start_timestamp_seconds", _G, ("queue",), "When the oldest of them was lost"),
    Metric("lost_call_limit_seconds", _G, (), "How long one may wait for a call-back, by the settings"),
    Metric("waiting_callers", _G, ("queue",), "Callers waiting now"),
    Metric(
        "oldest_wait_start_timestamp_seconds",
        _G,
        ("queue",),
        "When the longest-waiting caller joined; absent when nobody waits",
    ),
    Metric("agents", _G, ("queue", "state"), "Agents that serve a queue, by state"),
    Metric("agent_state", _G, ("agent", "state"), "1 for the state that an agent is in"),
    Metric("agent_state_seconds_total", _C, ("agent", "state"), "Time that an agent spent in each state"),
    Metric("agent_offers_total", _C, ("agent", "outcome"), "Offers to an agent by outcome"),
    Metric("line_blocked", _G, ("agent",), "1 while an agent's line is kept engaged with no permitted number dialled"),
    Metric("violations_total", _C, ("rule", "severity", "verdict"), "Records raised by rules that are on, by verdict"),
    Metric(
        "violations_withdrawn_total", _C, ("rule",), "Records withdrawn because they did not reproduce, by the database"
    ),
    Metric("phones_lost", _G, ("node",), "Agents whose phone is no longer reachable"),
    Metric("ami_up", _G, ("node",), "1 while the events login is open and in sync"),
    Metric("ami_lag_seconds", _G, ("node",), "Lag of the event stream, by heartbeat"),
    Metric("ami_clock_skew_seconds", _G, ("node",), "The switch's clock minus ours"),
    Metric("ami_last_seen_timestamp_seconds", _G, ("node",), "When the switch was last heard, by our clock"),
    Metric("ami_frames_total", _C, ("node", "result"), "Frames of the events login by result"),
    Metric("ami_gap_seconds_total", _C, ("node",), "Time during which the switch was not seen"),
    Metric("ami_refused_moments_total", _C, ("node",), "Moments of which a needed frame could not be believed"),
    Metric("evidence_grade", _G, ("node",), "1 while frames are good enough for evidence, 0 while not"),
    Metric("out_of_order_total", _C, ("node",), "Events that fitted nothing known"),
    Metric("queue_log_differences_total", _C, ("node",), "Visits about which queue_log says something else"),
    Metric("queue_log_filled_total", _C, ("node",), "Visits that gaps hid and queue_log completed"),
    Metric("queue_log_unseen_joins_total", _C, ("node",), "Joins that queue_log tells of and nobody saw"),
    Metric("queue_log_read_timestamp_seconds", _G, ("node",), "How far queue_log was read, by the switch's clock"),
    Metric(
        "rules_refused", _G, (), "1 while a changed roster or rulebook cannot be used; the one before stays in force"
    ),
    Metric(
        "calendar_provisional",
        _G,
        (),
        "1 while a deadline given now, or the roster, reaches into days that the official calendar does not know yet",
    ),
    Metric("journal_pending", _G, (), "Entries waiting for the journal's disk"),
    Metric("store_lag_seconds", _G, (), "How far the record is behind the journal"),
    Metric(
        "ledger_difference", _G, ("queue",), "Joins minus every way out and those that last; 0 or something was lost"
    ),
    Metric("disk_free_bytes", _G, ("path",), "Free space where our data is"),
    Metric("build_info", _G, ("version",), "The version; always 1"),
    Metric("info", _G, ("site",), "The site; always 1"),
)
"""In the order in which `/metrics` shows them."""

BY_SHORT: dict[str, Metric] = {metric.short: metric for metric in METRICS}
