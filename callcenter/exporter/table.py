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
LOSS_EDGES = (0.001, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2)
"""Shares; from 0.03 on people hear it."""


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
    edges: tuple[float, ...] = ()

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
    Metric("short_abandons_total", _C, ("queue",), "Visits abandoned within 5 s, which sl-adjusted leaves out"),
    Metric(
        "abandoned_within_threshold_total",
        _C,
        ("queue",),
        "Visits abandoned within the service threshold, which sl-erlang counts as served",
    ),
    Metric(
        "call_wait_seconds",
        _H,
        ("queue",),
        "wait-call: from a call's first join to its first answer over all queues, by the line that it first came to",
        WAIT_EDGES,
    ),
    Metric("calls_answered_total", _C, ("queue",), "Calls that had their first answer, by the line they first came to"),
    Metric(
        "calls_within_threshold_total",
        _C,
        ("queue",),
        "Of them, those whose wait-call was within that line's threshold",
    ),
    Metric(
        "repeat_calls_total",
        _C,
        ("queue",),
        "Answered visits whose customer called again within 7 days (repeat-customer), counted when they do",
    ),
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
    Metric("complaints_open", _G, ("stage",), "Complaints that are not archived, by where they stand"),
    Metric("complaints_overdue", _G, (), "Complaints that are to be closed still, and were due before now"),
    Metric("complaints_due_soon", _G, ("within",), "Complaints that are to be closed within so long"),
    Metric("complaint_warnings_total", _C, ("percent",), "Warnings told, by the percent of the time that had passed"),
    Metric(
        "complaints_closed_total",
        _C,
        ("kept",),
        "Complaints closed in time (true) or late (false), by the database",
    ),
    Metric("notices_open", _G, (), "Notices to departments that are not answered"),
    Metric("notices_overdue", _G, (), "Of them, those that are older than the settings allow"),
    Metric("waiting_callers", _G, ("queue",), "Callers waiting now"),
    Metric(
        "oldest_wait_start_timestamp_seconds",
        _G,
        ("queue",),
        "When the longest-waiting caller joined; absent when nobody waits",
    ),
    Metric("agents", _G, ("queue", "state"), "Agents that serve a queue, by state"),
    Metric("agents_rostered", _G, ("queue",), "Agents that the roster has on duty for a queue now"),
    Metric("state_seconds_total", _C, ("state",), "Time that all agents together spent in each state"),
    Metric("team_state_seconds_total", _C, ("team", "state"), "Time that a team's agents together spent in each state"),
    Metric("agent_info", _G, ("agent", "team"), "The team that the roster has an agent in; always 1"),
    Metric("agent_state", _G, ("agent", "state"), "1 for the state that an agent is in"),
    Metric("agent_state_seconds_total", _C, ("agent", "state"), "Time that an agent spent in each state"),
    Metric("agent_offers_total", _C, ("agent", "outcome"), "Offers to an agent by outcome"),
    Metric(
        "agent_page_failures_total",
        _C,
        ("agent", "what"),
        "Words of an agent's page that speak for the agent: it could not ring (could_not_ring), a call was cut short",
    ),
    Metric(
        "page_loss_ratio",
        _H,
        (),
        "Share of the sound that did not arrive in the page of an agent, of a whole call",
        LOSS_EDGES,
    ),
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
    Metric("rulebook_since_timestamp_seconds", _G, (), "When the edition of the rulebook that is in force began"),
    Metric("mqtt_up", _G, (), "1 while the MQTT broker can be sent to; absent where nothing is published there"),
    Metric(
        "mqtt_refused_total", _C, (), "Messages that the MQTT broker refused: what the service may write is too little"
    ),
    Metric("outbox_waiting", _G, ("sink",), "What waits to leave the service to a sink"),
    Metric("outbox_oldest_start_timestamp_seconds", _G, ("sink",), "When the oldest of it was put"),
    Metric("outbox_parked", _G, ("sink",), "Agents, calls or complaints of which a sink cannot take the next entry"),
    Metric("outbox_sent_total", _C, ("sink", "result"), "Entries sent, failed (tried again later) or refused"),
    Metric("sink_disabled", _G, ("sink",), "1 while nothing is sent to a sink until a person enables it"),
    Metric("journal_pending", _G, (), "Entries waiting for the journal's disk"),
    Metric("store_lag_seconds", _G, (), "How far the record is behind the journal"),
    Metric(
        "ledger_difference", _G, ("queue",), "Joins minus every way out and those that last; 0 or something was lost"
    ),
    Metric("disk_free_bytes", _G, ("path",), "Free space where our data is"),
    Metric(
        "certificate_expiry_timestamp_seconds",
        _G,
        ("name",),
        "When a certificate runs out: the switch's own where it speaks TLS, and those that the settings name",
    ),
    Metric("certificate_unreadable", _G, ("name",), "1 while a file of exporter.certificates cannot be read"),
    Metric("start_timestamp_seconds", _G, (), "When the service began"),
    Metric("build_info", _G, ("version",), "The version; always 1"),
    Metric("info", _G, ("site",), "The site; always 1"),
)
"""In the order in which `/metrics` shows them."""

BY_SHORT: dict[str, Metric] = {metric.short: metric for metric in METRICS}
