"""Writes the Grafana dashboards, each in Chinese and English, from one description, by `make generate`."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

FOLDER = Path(__file__).parent / "dashboards"
LANGUAGES = ("zh-CN", "en")

_SOURCE = {"type": "prometheus", "uid": "${datasource}"}
_COLUMNS = 24
_BAD, _GOOD = "red", "green"


class Words(NamedTuple):
    """The same in both languages."""

    zh: str
    en: str

    def spoken(self, lang: str) -> str:
        """Say it in one of them."""
        return self.zh if lang == "zh-CN" else self.en


class Query(NamedTuple):
    """One PromQL expression and how its series are called."""

    expr: str
    legend: str = ""


@dataclass(frozen=True)
class Panel:
    """One picture; `red_above` colours what is too much, `red_below` what is too little."""

    title: Words
    queries: tuple[Query, ...]
    kind: str = "timeseries"
    unit: str = "short"
    width: int = 8
    height: int = 7
    red_above: float | None = None
    red_below: float | None = None
    mappings: dict[str, Words] = field(default_factory=dict)


@dataclass(frozen=True)
class Dashboard:
    """One page; `choices` are variables whose values come from a label."""

    name: str
    title: Words
    choices: tuple[tuple[str, str, Words], ...]
    panels: tuple[Panel, ...]


_QUEUE = ("queue", "label_values(callcenter_waiting_callers, queue)", Words("队列", "Queue"))
_AGENT = ("agent", "label_values(callcenter_agent_state, agent)", Words("坐席", "Agent"))
_NODE = ("node", "label_values(callcenter_ami_up, node)", Words("交换机", "Switch"))
_YES_NO = {"0": Words("否", "no"), "1": Words("是", "yes")}

_Q = 'queue=~"$queue"'
_A = 'agent=~"$agent"'
_N = 'node=~"$node"'


def _mean(metric: str) -> Query:
    """Say the mean of a histogram, by queue."""
    total, count = (f"sum by (queue) (rate(callcenter_{metric}_{part}{{{_Q}}}[$window]))" for part in ("sum", "count"))
    return Query(f"{total} / {count}", "{{queue}}")


def _share(part: str, whole: str, by: str = "queue") -> Query:
    return Query(
        f"sum by ({by}) (increase({part}[$window])) / sum by ({by}) (increase({whole}[$window]))", f"{{{{{by}}}}}"
    )


_ANSWERED = f'callcenter_visits_total{{{_Q},outcome="answered"}}'
_SERVED = f'callcenter_visits_total{{{_Q},outcome=~"answered|abandoned"}}'
_IN_TIME = f"callcenter_within_threshold_total{{{_Q}}}"
_LATE_95 = f'sum by (le, queue) (rate(callcenter_wait_seconds_bucket{{{_Q},outcome="answered"}}[$window]))'
_RING_95 = f"sum by (le, queue) (rate(callcenter_ring_seconds_bucket{{{_Q}}}[$window]))"
_BUSY = f'callcenter_agent_state_seconds_total{{{_A},state=~"talking|wrap_up|ringing"}}'
_THERE = f'callcenter_agent_state_seconds_total{{{_A},state!~"offline|paused|unknown"}}'
_OF_THE_AGENT = 'outcome=~"answered|timed_out|declined"'

QUEUES = Dashboard(
    "queues",
    Words("队列大屏", "Queue wall"),
    (_QUEUE,),
    (
        Panel(
            Words("正在等待", "Waiting now"),
            (Query(f"callcenter_waiting_callers{{{_Q}}}", "{{queue}}"),),
            "stat", red_above=5,
        ),
        Panel(
            Words("最长等待", "Longest wait"),
            (Query(f"time() - callcenter_oldest_wait_start_timestamp_seconds{{{_Q}}}", "{{queue}}"),),
            "stat", "s", red_above=60,
        ),
        Panel(
            Words("待回拨的未接来电", "Lost calls to call back"),
            (Query(f"callcenter_lost_calls_open{{{_Q}}}", "{{queue}}"),),
            "stat", red_above=10,
        ),
        Panel(
            Words("最久未回拨", "Longest without a call-back"),
            (
                Query(f"time() - callcenter_oldest_lost_call_start_timestamp_seconds{{{_Q}}}", "{{queue}}"),
                Query("max(callcenter_lost_call_limit_seconds)", "limit"),
            ),
            unit="s",
        ),
        Panel(
            Words("服务水平 sl-offered", "Service level sl-offered"),
            (_share(_IN_TIME, _SERVED),),
            "stat", "percentunit", red_below=0.8,
        ),
        Panel(
            Words("等待时限(规章)", "Service threshold (rulebook)"),
            (Query(f"callcenter_service_threshold_seconds{{{_Q}}}", "{{queue}}"),),
            "stat", "s",
        ),
        Panel(
            Words("各结果的来电(每 5 分钟)", "Visits by outcome (per 5 min)"),
            (Query(f"sum by (outcome) (increase(callcenter_visits_total{{{_Q}}}[5m]))", "{{outcome}}"),),
        ),
        Panel(Words("平均应答速度", "Speed of answer (mean)"), (
            Query(
                f'sum by (queue) (rate(callcenter_wait_seconds_sum{{{_Q},outcome="answered"}}[$window]))'
                f' / sum by (queue) (rate(callcenter_wait_seconds_count{{{_Q},outcome="answered"}}[$window]))',
                "{{queue}}",
            ),
        ), unit="s"),
        Panel(
            Words("接听等待 95 分位", "Wait of the answered (95th percentile)"),
            (Query(f"histogram_quantile(0.95, {_LATE_95})", "{{queue}}"),),
            unit="s",
        ),
        Panel(
            Words("承诺声数内接听率 rings-call", "Within the promised rings, rings-call"),
            (_share(f'callcenter_within_rings_total{{{_Q},kind="rings-call"}}', _ANSWERED),),
            unit="percentunit", red_below=0.8,
        ),
        Panel(
            Words("承诺声数内接听率 rings-offer", "Within the promised rings, rings-offer"),
            (_share(
                f'callcenter_within_rings_total{{{_Q},kind="rings-offer"}}',
                f'callcenter_offers_total{{{_Q},outcome="answered"}}',
            ),),
            unit="percentunit", red_below=0.8,
        ),
        Panel(
            Words("振铃时长 95 分位", "Ring time (95th percentile)"),
            (Query(f"histogram_quantile(0.95, {_RING_95})", "{{queue}}"),),
            unit="s",
        ),
        Panel(
            Words("各结果的派线(每 5 分钟)", "Offers by outcome (per 5 min)"),
            (Query(f"sum by (outcome) (increase(callcenter_offers_total{{{_Q}}}[5m]))", "{{outcome}}"),),
        ),
        Panel(
            Words("满意率(1、2 占评价)", "Satisfied (1 and 2 of the answers)"),
            (Query(
                'sum by (question) (increase(callcenter_survey_answers_total{answer=~"1|2"}[$window]))'
                " / sum by (question) (increase(callcenter_survey_answers_total[$window]))",
                "{{question}}",
            ),),
            unit="percentunit", red_below=0.8,
        ),
        Panel(
            Words("满意度评价(先挂机的来电者不被询问)", "Surveys (who hangs up first is never asked)"),
            (Query(f"sum by (result) (increase(callcenter_surveys_total{{{_Q}}}[$window]))", "{{result}}"),),
        ),
        Panel(Words("平均通话", "Talk (mean)"), (_mean("talk_seconds"),), unit="s"),
        Panel(Words("平均保持", "Hold (mean of held visits)"), (_mean("hold_seconds"),), unit="s"),
        Panel(Words("平均话后处理", "Wrap-up (mean)"), (_mean("wrap_up_seconds"),), unit="s"),
        Panel(
            Words("各状态坐席", "Agents by state"),
            (Query(f"sum by (state) (callcenter_agents{{{_Q}}})", "{{state}}"),),
            width=16,
        ),
    ),
)  # fmt: skip

AGENTS = Dashboard(
    "agents",
    Words("坐席", "Agents"),
    (_AGENT,),
    (
        Panel(
            Words("状态时间线", "States over time"),
            (Query(f"callcenter_agent_state{{{_A}}} == 1", "{{agent}} · {{state}}"),),
            "state-timeline", width=24, height=12,
        ),
        Panel(
            Words("工时利用率", "Occupancy"),
            (_share(_BUSY, _THERE, "agent"),),
            "bargauge", "percentunit", width=12,
        ),
        Panel(
            Words("各状态累计时长", "Time in each state"),
            (Query(f"sum by (state) (increase(callcenter_agent_state_seconds_total{{{_A}}}[$window]))", "{{state}}"),),
            "bargauge", "s", width=12,
        ),
        Panel(
            Words("各结果的派线", "Offers by outcome"),
            (Query(
                f"sum by (agent, outcome) (increase(callcenter_agent_offers_total{{{_A}}}[$window]))",
                "{{agent}} · {{outcome}}",
            ),),
            "bargauge", width=12,
        ),
        Panel(
            Words("未接与拒接占比", "Missed or declined"),
            (_share(
                f'callcenter_agent_offers_total{{{_A},outcome=~"timed_out|declined"}}',
                f"callcenter_agent_offers_total{{{_A},{_OF_THE_AGENT}}}",
                "agent",
            ),),
            "bargauge", "percentunit", width=12, red_above=0.1,
        ),
        Panel(
            Words("占线", "Line kept engaged"),
            (Query(f"callcenter_line_blocked{{{_A}}} == 1", "{{agent}}"),),
            "stat", width=12, mappings=_YES_NO, red_above=1,
        ),
        Panel(
            Words("失联话机", "Phones lost"),
            (Query("callcenter_phones_lost", "{{node}}"),),
            "stat", width=12, red_above=1,
        ),
        Panel(
            Words("自动提出的违规记录", "Records raised by rules"),
            (Query(
                "sum by (rule, verdict) (increase(callcenter_violations_total[$window]))",
                "{{rule}} · {{verdict}}",
            ),),
            "bargauge", width=24,
        ),
        Panel(
            Words("证据无法复现而撤回的记录", "Records withdrawn because they did not reproduce"),
            (Query("callcenter_violations_withdrawn_total", "{{rule}}"),),
            "bargauge", width=24, red_above=1,
        ),
    ),
)  # fmt: skip

SERVICE = Dashboard(
    "service",
    Words("服务自身", "The service itself"),
    (_NODE,),
    (
        Panel(
            Words("交换机已连接", "Switch connected"),
            (Query(f"callcenter_ami_up{{{_N}}}", "{{node}}"),),
            "stat", width=6, mappings=_YES_NO, red_below=1,
        ),
        Panel(
            Words("取证级", "Evidence-grade"),
            (Query(f"callcenter_evidence_grade{{{_N}}}", "{{node}}"),),
            "stat", width=6, mappings=_YES_NO, red_below=1,
        ),
        Panel(
            Words("数据年龄", "Age of the data"),
            (Query(f"time() - callcenter_ami_last_seen_timestamp_seconds{{{_N}}}", "{{node}}"),),
            "stat", "s", width=6, red_above=15,
        ),
        Panel(
            Words("版本与站点", "Version and site"),
            (Query("callcenter_build_info", "{{version}}"), Query("callcenter_info", "{{site}}")),
            "stat", width=6,
        ),
        Panel(
            Words("事件流延迟", "Lag of the event stream"),
            (Query(f"callcenter_ami_lag_seconds{{{_N}}}", "{{node}}"),),
            unit="s", red_above=1,
        ),
        Panel(
            Words("时钟偏差", "Clock skew"),
            (Query(f"callcenter_ami_clock_skew_seconds{{{_N}}}", "{{node}}"),),
            unit="s",
        ),
        Panel(
            Words("漏看时长", "Time not seen"),
            (Query(f"increase(callcenter_ami_gap_seconds_total{{{_N}}}[$window])", "{{node}}"),),
            unit="s", red_above=1,
        ),
        Panel(
            Words("各结果的帧(每秒)", "Frames by result (per second)"),
            (Query(f"sum by (result) (rate(callcenter_ami_frames_total{{{_N}}}[5m]))", "{{result}}"),),
        ),
        Panel(
            Words("所需的帧不可信的时刻(应为 0)", "Moments that could not be believed (should be 0)"),
            (Query(f"increase(callcenter_ami_refused_moments_total{{{_N}}}[$window])", "{{node}}"),),
            red_above=1,
        ),
        Panel(
            Words("与已知不符的事件", "Events that fitted nothing"),
            (Query(f"increase(callcenter_out_of_order_total{{{_N}}}[$window])", "{{node}}"),),
        ),
        Panel(
            Words("队列账目差额(应为 0)", "Ledger difference (0, or something was lost)"),
            (Query("callcenter_ledger_difference", "{{queue}}"),),
            red_above=1,
        ),
        Panel(
            Words("queue_log 不一致", "queue_log says otherwise"),
            (Query(f"increase(callcenter_queue_log_differences_total{{{_N}}}[$window])", "{{node}}"),),
        ),
        Panel(
            Words("queue_log 有而未见的入队(应为 0)", "Joins in queue_log that nobody saw (should be 0)"),
            (Query(f"increase(callcenter_queue_log_unseen_joins_total{{{_N}}}[$window])", "{{node}}"),),
            red_above=1,
        ),
        Panel(
            Words("queue_log 补全", "Completed from queue_log"),
            (Query(f"increase(callcenter_queue_log_filled_total{{{_N}}}[$window])", "{{node}}"),),
        ),
        Panel(
            Words("queue_log 落后", "queue_log behind"),
            (Query(f"time() - callcenter_queue_log_read_timestamp_seconds{{{_N}}}", "{{node}}"),),
            unit="s", red_above=60,
        ),
        Panel(
            Words("规则改动被拒(应为 0)", "Changed rules refused (should be 0)"),
            (Query("callcenter_rules_refused"),),
            red_above=1,
        ),
        Panel(
            Words("日历为暂定(应为 0)", "Calendar provisional (should be 0)"),
            (Query("callcenter_calendar_provisional"),),
            red_above=1,
        ),
        Panel(Words("等待写入日志", "Waiting for the journal"), (Query("callcenter_journal_pending"),)),
        Panel(Words("数据库落后", "Record behind"), (Query("callcenter_store_lag_seconds"),), unit="s", red_above=60),
        Panel(
            Words("磁盘剩余", "Disk free"),
            (Query("callcenter_disk_free_bytes", "{{path}}"),),
            unit="bytes", red_below=1e9,
        ),
    ),
)  # fmt: skip

DASHBOARDS = (QUEUES, AGENTS, SERVICE)


def render(dashboard: Dashboard, lang: str) -> str:
    """Return a dashboard as Grafana loads it; the same description gives the same text."""
    page = {
        "uid": f"callcenter-{dashboard.name}-{lang.lower()}",
        "title": f"{Words('呼叫中心', 'Call centre').spoken(lang)} · {dashboard.title.spoken(lang)}",
        "tags": ["callcenter", lang],
        "schemaVersion": 39,
        "editable": False,
        "refresh": "5s",
        "time": {"from": "now-6h", "to": "now"},
        "timezone": "browser",
        "templating": {"list": _variables(dashboard, lang)},
        "panels": _placed(dashboard, lang),
    }
    return json.dumps(page, ensure_ascii=False, indent=1) + "\n"


def _variables(dashboard: Dashboard, lang: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"name": "datasource", "type": "datasource", "query": "prometheus", "label": "Prometheus"},
        _custom("window", Words("统计窗口", "Window"), ("1h", "15m", "6h", "1d"), lang),
    ]
    for name, query, label in dashboard.choices:
        found.append({
            "name": name, "type": "query", "label": label.spoken(lang), "datasource": _SOURCE, "query": query,
            "refresh": 2, "includeAll": True, "multi": True, "allValue": ".*",
            "current": {"text": "All", "value": "$__all"},
        })  # fmt: skip
    return found


def _custom(name: str, label: Words, values: tuple[str, ...], lang: str) -> dict[str, Any]:
    return {
        "name": name,
        "type": "custom",
        "label": label.spoken(lang),
        "query": ",".join(values),
        "current": {"text": values[0], "value": values[0]},
        "options": [{"text": value, "value": value, "selected": value == values[0]} for value in values],
    }


def _placed(dashboard: Dashboard, lang: str) -> list[dict[str, Any]]:
    """Lay the panels out in rows, from left to right."""
    panels, x, y, tallest = [], 0, 0, 0
    for number, panel in enumerate(dashboard.panels, 1):
        if x + panel.width > _COLUMNS:
            x, y, tallest = 0, y + tallest, 0
        place = {"x": x, "y": y, "w": panel.width, "h": panel.height}
        panels.append({"id": number, "gridPos": place, **_panel(panel, lang)})
        x, tallest = x + panel.width, max(tallest, panel.height)
    return panels


def _panel(panel: Panel, lang: str) -> dict[str, Any]:
    defaults: dict[str, Any] = {"unit": panel.unit, "color": {"mode": "thresholds"}, "thresholds": _steps(panel)}
    if panel.kind == "timeseries":
        defaults["color"] = {"mode": "palette-classic"}
    if panel.mappings:
        options = {value: {"text": words.spoken(lang)} for value, words in panel.mappings.items()}
        defaults["mappings"] = [{"type": "value", "options": options}]
    return {
        "type": panel.kind,
        "title": panel.title.spoken(lang),
        "datasource": _SOURCE,
        "targets": [
            {"refId": ref, "datasource": _SOURCE, "expr": query.expr, "legendFormat": query.legend or "__auto"}
            for ref, query in zip("ABCDEF", panel.queries, strict=False)
        ],
        "fieldConfig": {"defaults": defaults, "overrides": []},
    }  # fmt: skip


def _steps(panel: Panel) -> dict[str, Any]:
    steps: list[dict[str, Any]] = [{"color": _GOOD, "value": None}]
    if panel.red_above is not None:
        steps.append({"color": _BAD, "value": panel.red_above})
    if panel.red_below is not None:
        steps = [{"color": _BAD, "value": None}, {"color": _GOOD, "value": panel.red_below}]
    return {"mode": "absolute", "steps": steps}
