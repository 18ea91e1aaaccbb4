"""The queue wall: read from across the room, by everybody who passes."""

from __future__ import annotations

from callcenter.cases.linking import LOST
from callcenter.exporter.settings import ExporterSettings
from metrics.walls.figures import NO_CALLS, NOT_SEEN, abandoned, answered, in_rings, in_time, offered, served
from metrics.walls.panels import Colour, Column, Dashboard, Panel, Query, Words
from metrics.walls.promql import above, age, gauge, mean, share, total, within
from metrics.walls.values import STATES

_NOBODY_WAITS = Words("无人等待", "nobody waits")
_WITHIN, _OVER = Words("时限内", "within the limit"), Words("超出时限", "over the limit")
_BY = "queue"
_WAIT = age("oldest_wait_start_timestamp_seconds")
_WAITS = age("oldest_wait_start_timestamp_seconds", by=_BY)
_LIMITS = gauge("service_threshold_seconds", by=_BY, how="min")
_SOMEBODY_WAITS_TOO_LONG = f"({above(_WAITS, _LIMITS, _BY)})"
_LOST = age("oldest_lost_call_start_timestamp_seconds")
_LOST_LIMIT = gauge("lost_call_limit_seconds", how="min")
_STALE = f"{ExporterSettings().stale_seconds:g}"
_LOST_WAYS = f'outcome=~"{"|".join(sorted(LOST))}"'


def by_limit(value: str, limit: str, on: str = "", legend: str = "") -> tuple[Query, Query]:
    """Ask for a figure twice, within its limit and above it: each has its colour, and the word for it."""
    return (
        Query(within(value, limit, on), Words(*(f"{legend} {word}".strip() for word in _WITHIN)), Colour.WITHIN),
        Query(above(value, limit, on), Words(*(f"{legend} {word}".strip() for word in _OVER)), Colour.OVER),
    )


QUEUE_WALL = Dashboard(
    "queue-wall",
    Words("队列大屏", "Queue wall"),
    (
        Panel(
            Words("正在等待", "Waiting now"),
            Words("各队列正在等待人数之和", "callers waiting, all queues together"),
            NOT_SEEN,
            (Query(gauge("waiting_callers")),),
            "stat",
            width=6,
            height=6,
        ),
        Panel(
            Words("最长等待", "Longest wait"),
            Words(
                "现在 - 最早进入队列且仍在等待者的进入时刻；有人超过其队列在现行规章中的等待时限，即为超出",
                "now - when the one who waits longest joined; over the limit when somebody waits beyond the service "
                "threshold of their queue in the rulebook in force",
            ),
            _NOBODY_WAITS,
            (
                Query(f"{_WAIT} unless on () {_SOMEBODY_WAITS_TOO_LONG}", _WITHIN, Colour.WITHIN),
                Query(f"{_WAIT} and on () {_SOMEBODY_WAITS_TOO_LONG}", _OVER, Colour.OVER),
            ),
            "stat",
            "dthms",
            width=6,
            height=6,
        ),
        Panel(
            Words("服务水平 sl-offered", "Service level sl-offered"),
            Words(
                "sl-offered = 等待时限内接听量 / (接听量 + 放弃量)",
                "sl-offered = A within T / (A + B)",
            ),
            NO_CALLS,
            (
                Query(
                    share(in_time(), served()),
                    Words("时限内接听 / (接听 + 放弃)", "answered in time / (answered + abandoned)"),
                ),
            ),
            "stat",
            "percentunit",
            width=6,
            height=6,
        ),
        Panel(
            Words("承诺声数内接听率 rings-call", "Within the promised rings, rings-call"),
            Words(
                "rings-call = 从首部话机首次振铃算起在规章声数内接听的排队 / 接听量",
                "rings-call = answered visits whose time from the first phone's first ring to the answer is within the "
                "rulebook's rings / A",
            ),
            NO_CALLS,
            (Query(share(in_rings(), answered()), Words("声数内接听 / 接听", "within the rings / answered")),),
            "stat",
            "percentunit",
            width=6,
            height=6,
        ),
        Panel(
            Words("今日接听", "Answered today"),
            Words("接听量 A：结果为接听的排队", "A: visits that were answered"),
            NO_CALLS,
            (Query(answered()),),
            "stat",
            width=3,
            height=5,
        ),
        Panel(
            Words("今日漏接", "Lost today"),
            Words(
                "放弃、排队超时、无人值守、按键离开、被撤出、拒入及交换机中断的排队之和：都应回拨",
                "visits abandoned, timed out, with nobody there, left by key, withdrawn, refused or cut off "
                "by the switch: all are owed a call-back",
            ),
            NO_CALLS,
            (Query(total("visits_total", _LOST_WAYS)),),
            "stat",
            width=3,
            height=5,
        ),
        Panel(
            Words("接通率", "Answered rate"),
            Words("接通率 = 接听量 / 进线量", "answered rate = A / offered"),
            NO_CALLS,
            (Query(share(answered(), offered()), Words("接听 / 进线", "answered / offered")),),
            "stat",
            "percentunit",
            width=4,
            height=5,
        ),
        Panel(
            Words("放弃率", "Abandon rate"),
            Words("放弃率 = 放弃量 / 进线量", "abandon rate = B / offered"),
            NO_CALLS,
            (Query(share(abandoned(), offered()), Words("放弃 / 进线", "abandoned / offered")),),
            "stat",
            "percentunit",
            width=4,
            height=5,
        ),
        Panel(
            Words("待回拨的未接来电", "Lost calls to call back"),
            Words("尚未回拨的未接来电者人数", "lost callers who are to be called back"),
            NOT_SEEN,
            (Query(gauge("lost_calls_open")),),
            "stat",
            width=3,
            height=5,
            link="lost-calls",
        ),
        Panel(
            Words("最久未回拨", "Longest without a call-back"),
            Words(
                "现在 - 最早的待回拨来电的未接时刻；时限为设置 exporter.lost_call_minutes",
                "now - when the oldest call to call back was lost; the limit is the setting exporter.lost_call_minutes",
            ),
            Words("无待回拨", "none is open"),
            by_limit(_LOST, _LOST_LIMIT),
            "stat",
            "dthms",
            width=4,
            height=5,
            link="lost-calls",
        ),
        Panel(
            Words("数据时间", "Data age"),
            Words(
                f"现在 - 最近一次收到交换机数据的时刻；超过 {_STALE} 秒即为陈旧（exporter.stale_seconds）",
                f"now - when a switch was last heard, the worst of them; old above {_STALE} s (exporter.stale_seconds)",
            ),
            NOT_SEEN,
            (
                Query(f"{age('ami_last_seen_timestamp_seconds')} <= {_STALE}", Words("实时", "live"), Colour.WITHIN),
                Query(f"{age('ami_last_seen_timestamp_seconds')} > {_STALE}", Words("数据陈旧", "old"), Colour.OVER),
            ),
            "stat",
            "s",
            width=3,
            height=5,
        ),
        Panel(
            Words("各队列正在等待", "Waiting by queue"),
            Words("该队列正在等待的人数", "callers waiting in the queue"),
            NOT_SEEN,
            (Query(gauge("waiting_callers", by=_BY), "{{queue}}"),),
            "stat",
            width=9,
        ),
        Panel(
            Words("各队列最长等待", "Longest wait by queue"),
            Words(
                "现在 - 该队列最早进入且仍在等待者的进入时刻；时限为现行规章中该队列的等待时限",
                "now - when the one who waits longest in the queue joined; the limit is the queue's service "
                "threshold of the rulebook in force",
            ),
            _NOBODY_WAITS,
            by_limit(_WAITS, _LIMITS, _BY, "{{queue}}"),
            "stat",
            "dthms",
            width=9,
        ),
        Panel(
            Words("各状态坐席", "Agents by state"),
            Words(
                "各队列该状态坐席人数之和；一名坐席服务几个队列就计入几次",
                "agents in each state; one who serves several of the queues counts in each",
            ),
            NOT_SEEN,
            (Query(f"{gauge('agents', by='state')} > 0", "{{state}}"),),
            "bargauge",
            width=6,
            values=STATES,
        ),
        Panel(
            Words("各队列", "Queues"),
            Words(
                "sl-offered = 等待时限内接听量 / (接听量 + 放弃量)；接通率 = 接听量 / 进线量；"
                "放弃率 = 放弃量 / 进线量；平均应答 = 接听者等待之和 / 接听量",
                "sl-offered = A within T / (A + B); answered rate = A / offered; abandon rate = B / offered; ASA = the "
                "waits of the answered / A",
            ),
            NOT_SEEN,
            kind="table",
            width=24,
            height=8,
            columns=(
                Column(Words("等待", "Waiting"), gauge("waiting_callers", by=_BY)),
                Column(
                    Words("最长等待", "Longest"),
                    age("oldest_wait_start_timestamp_seconds", by=_BY),
                    "dthms",
                ),
                Column(Words("空闲坐席", "Available"), gauge("agents", 'state="available"', by=_BY)),
                Column(Words("进线量", "Offered"), offered(_BY)),
                Column(Words("sl-offered", "sl-offered"), share(in_time(_BY), served(_BY)), "percentunit"),
                Column(Words("rings-call", "rings-call"), share(in_rings(_BY), answered(_BY)), "percentunit"),
                Column(Words("接通率", "Answered rate"), share(answered(_BY), offered(_BY)), "percentunit"),
                Column(Words("放弃率", "Abandon rate"), share(abandoned(_BY), offered(_BY)), "percentunit"),
                Column(Words("平均应答", "ASA"), mean("wait_seconds", 'outcome="answered"', by=_BY), "s"),
            ),
        ),
    ),
    wall=True,
    refresh="5s",
)
