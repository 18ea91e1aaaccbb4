"""Every metric, once: code, the manual's table, dashboards and tests read this."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

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
    """One metric: its name without the prefix, its labels, and its meaning in one line each."""

    short: str
    kind: MetricType
    labels: tuple[str, ...]
    zh: str
    en: str
    edges: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        """The name that Prometheus sees."""
        return PREFIX + self.short

    @property
    def per_agent(self) -> bool:
        """Whether it has a series for each agent, which can be switched off."""
        return "agent" in self.labels


_C, _G, _H = MetricType.COUNTER, MetricType.GAUGE, MetricType.HISTOGRAM

METRICS: tuple[Metric, ...] = (
    Metric(
        "visits_total", _C, ("queue", "outcome"),
        "按结果统计的排队次数；接听的在接通时计入", "Visits by outcome; an answered one counts at its answer",
    ),
    Metric(
        "wait_seconds", _H, ("queue", "outcome"),
        "从进入队列到离开队列的等待时长", "Wait from joining to leaving the queue", WAIT_EDGES,
    ),
    Metric(
        "ring_seconds", _H, ("queue",),
        "坐席话机的振铃时长", "How long an agent's phone rang for an offer", RING_EDGES,
    ),
    Metric(
        "talk_seconds", _H, ("queue",),
        "通话时长，含保持", "Talk of answered visits, holds included", TALK_EDGES,
    ),
    Metric(
        "wrap_up_seconds", _H, ("queue",),
        "话后处理时长", "Wrap-up after answered visits", WRAP_UP_EDGES,
    ),
    Metric(
        "hold_seconds", _H, ("queue",),
        "有保持的通话中，客户被保持的时长", "Hold by the agent, of visits that were held", HOLD_EDGES,
    ),
    Metric(
        "offers_total", _C, ("queue", "outcome"),
        "按结果统计的派线次数", "Offers of a caller to an agent by outcome",
    ),
    Metric(
        "within_rings_total", _C, ("queue", "kind"),
        "承诺声数（默认三声）内接听：rings-call 按来电，rings-offer 按派线",
        "Answered within the rulebook's rings (3 by default): rings-call by visits, rings-offer by offers",
    ),
    Metric(
        "within_threshold_total", _C, ("queue",),
        "在规章规定的等待时限内接听的排队次数", "Visits answered within the rulebook's service threshold",
    ),
    Metric(
        "service_threshold_seconds", _G, ("queue",),
        "现行规章规定的等待时限", "The service threshold of the rulebook in force",
    ),
    Metric("waiting_callers", _G, ("queue",), "正在排队的来电数", "Callers waiting now"),
    Metric(
        "oldest_wait_start_timestamp_seconds", _G, ("queue",),
        "等待最久者进入队列的时刻；无人等待时没有此项",
        "When the longest-waiting caller joined; absent when nobody waits",
    ),
    Metric(
        "agents", _G, ("queue", "state"),
        "各队列各状态的坐席人数", "Agents that serve a queue, by state",
    ),
    Metric("agent_state", _G, ("agent", "state"), "坐席当前状态为 1", "1 for the state that an agent is in"),
    Metric(
        "agent_state_seconds_total", _C, ("agent", "state"),
        "坐席在各状态的累计时长", "Time that an agent spent in each state",
    ),
    Metric(
        "agent_offers_total", _C, ("agent", "outcome"),
        "按结果统计的坐席被派线次数", "Offers to an agent by outcome",
    ),
    Metric(
        "line_blocked", _G, ("agent",),
        "坐席话机长时间占线为 1", "1 while an agent's line is kept engaged with no permitted number dialled",
    ),
    Metric(
        "violations_total", _C, ("rule", "severity", "verdict"),
        "自动提出的违规记录数，按规则、严重程度和判定", "Records raised by rules that are on, by verdict",
    ),
    Metric(
        "violations_withdrawn_total", _C, ("rule",),
        "证据无法复现而撤回的记录数（取自数据库）", "Records withdrawn because they did not reproduce, by the database",
    ),
    Metric("phones_lost", _G, ("node",), "失去注册的坐席话机数", "Agents whose phone is no longer reachable"),
    Metric("ami_up", _G, ("node",), "事件连接正常且已同步为 1", "1 while the events login is open and in sync"),
    Metric("ami_lag_seconds", _G, ("node",), "事件流延迟（心跳往返）", "Lag of the event stream, by heartbeat"),
    Metric(
        "ami_clock_skew_seconds", _G, ("node",),
        "交换机时钟减去本机时钟", "The switch's clock minus ours",
    ),
    Metric(
        "ami_last_seen_timestamp_seconds", _G, ("node",),
        "最近一次收到交换机数据的时刻（本机时钟）", "When the switch was last heard, by our clock",
    ),
    Metric(
        "ami_frames_total", _C, ("node", "result"),
        "按处理结果统计的 AMI 帧数", "Frames of the events login by result",
    ),
    Metric(
        "ami_gap_seconds_total", _C, ("node",),
        "未能看到交换机的累计时长", "Time during which the switch was not seen",
    ),
    Metric(
        "ami_refused_moments_total", _C, ("node",),
        "所需的帧不可信而被拒的时刻数", "Moments of which a needed frame could not be believed",
    ),
    Metric(
        "evidence_grade", _G, ("node",),
        "帧具备取证条件为 1，不具备为 0", "1 while frames are good enough for evidence, 0 while not",
    ),
    Metric(
        "out_of_order_total", _C, ("node",),
        "与已知情况不符的事件数", "Events that fitted nothing known",
    ),
    Metric(
        "queue_log_differences_total", _C, ("node",),
        "queue_log 与所见不一致的排队次数", "Visits about which queue_log says something else",
    ),
    Metric(
        "queue_log_filled_total", _C, ("node",),
        "缺口内未见、由 queue_log 补全的排队次数", "Visits that gaps hid and queue_log completed",
    ),
    Metric(
        "queue_log_unseen_joins_total", _C, ("node",),
        "queue_log 记有而未被看到的入队次数", "Joins that queue_log tells of and nobody saw",
    ),
    Metric(
        "queue_log_read_timestamp_seconds", _G, ("node",),
        "queue_log 已读到的时刻（交换机时钟）", "How far queue_log was read, by the switch's clock",
    ),
    Metric(
        "rules_refused", _G, (),
        "排班表或规章有改动但无法使用时为 1，原有的继续有效",
        "1 while a changed roster or rulebook cannot be used; the one before stays in force",
    ),
    Metric(
        "calendar_provisional", _G, (),
        "期限或排班已到官方日历尚未公布的日子为 1",
        "1 while a deadline given now, or the roster, reaches into days that the official calendar does not know yet",
    ),
    Metric("journal_pending", _G, (), "等待写入流水日志的条目数", "Entries waiting for the journal's disk"),
    Metric("store_lag_seconds", _G, (), "数据库落后的时长", "How far the record is behind the journal"),
    Metric(
        "ledger_difference", _G, ("queue",),
        "进入队列数减去各结果及仍在进行数，应为 0",
        "Joins minus every way out and those that last; 0 or something was lost",
    ),
    Metric("disk_free_bytes", _G, ("path",), "数据所在磁盘的剩余空间", "Free space where our data is"),
    Metric("build_info", _G, ("version",), "版本，值恒为 1", "The version; always 1"),
    Metric("info", _G, ("site",), "站点，值恒为 1", "The site; always 1"),
)  # fmt: skip
"""In the order in which `/metrics` shows them."""

BY_SHORT: dict[str, Metric] = {metric.short: metric for metric in METRICS}
