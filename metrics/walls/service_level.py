"""Service level and rings: the same figures by each of their formulas, and over time."""

from __future__ import annotations

from metrics.walls.figures import NO_CALLS, NOT_SEEN, abandoned, answered, in_rings, in_time, offered, served
from metrics.walls.panels import Dashboard, Panel, Query, Words
from metrics.walls.promql import HALF_HOUR, gauge, mean, most, series, share, total
from metrics.walls.values import OFFERS, VISITS

_BY = "queue"
_OF_HALF_HOUR = {"over": HALF_HOUR}
_ANSWERED = 'outcome="answered"'
_TALK = total("talk_seconds", by=_BY, part="sum")
_WRAP_UP = total("wrap_up_seconds", by=_BY, part="sum")
_HALF = Words("每半小时滑动", "over the last half hour")


def _short(by: str) -> str:
    return total("short_abandons_total", by=by)


def _level(name: str, zh: str, en: str, expr: str) -> Panel:
    """Show a service level of the day by queue, with its formula's name."""
    return Panel(
        Words(f"服务水平 {name}", f"Service level {name}"),
        Words(f"{name} = {zh}", f"{name} = {en}"),
        NO_CALLS,
        (Query(expr, "{{queue}}"),),
        "stat",
        "percentunit",
        width=6,
        height=5,
    )


def _trend(title: Words, formula: Words, expr: str, unit: str, width: int = 8) -> Panel:
    """Show a figure of the last half hour over time, by queue."""
    told = Words(f"{formula.zh}（{_HALF.zh}）", f"{formula.en} ({_HALF.en})")
    return Panel(title, told, NO_CALLS, (Query(expr, "{{queue}}"),), "timeseries", unit, width=width)


_LEVELS = (
    _level(
        "sl-offered", "等待时限内接听量 / (接听量 + 放弃量)", "A within T / (A + B)", share(in_time(_BY), served(_BY))
    ),
    _level(
        "sl-adjusted",
        "等待时限内接听量 / (接听量 + 放弃量 - 短时放弃量)",
        "A within T / (A + B - B within s)",
        share(in_time(_BY), f"({served(_BY)} - {_short(_BY)})"),
    ),
    _level("sl-answered", "等待时限内接听量 / 接听量", "A within T / A", share(in_time(_BY), answered(_BY))),
    _level(
        "sl-erlang",
        "(等待时限内接听量 + 等待时限内放弃量) / (接听量 + 放弃量)",
        "(A within T + B within T) / (A + B)",
        share(f"({in_time(_BY)} + {total('abandoned_within_threshold_total', by=_BY)})", served(_BY)),
    ),
)

_WAITS = (
    _trend(
        Words("服务水平 sl-offered", "Service level sl-offered"),
        Words("sl-offered = 等待时限内接听量 / (接听量 + 放弃量)", "sl-offered = A within T / (A + B)"),
        share(in_time(_BY, **_OF_HALF_HOUR), served(_BY, **_OF_HALF_HOUR)),
        "percentunit",
    ),
    _trend(
        Words("平均应答时长", "Speed of answer (ASA)"),
        Words("平均应答时长 = 接听者等待之和 / 接听量", "ASA = the waits of answered visits / A"),
        mean("wait_seconds", _ANSWERED, by=_BY, **_OF_HALF_HOUR),
        "s",
    ),
    _trend(
        Words("接听者等待 95 分位", "Wait of the answered, 95th percentile"),
        Words("95 % 的接听者等待不超过此值", "95 % of answered visits waited no longer"),
        most("wait_seconds", _ANSWERED, by=_BY, **_OF_HALF_HOUR),
        "s",
    ),
    Panel(
        Words("整通来电等待达标率 wait-call", "Within the threshold by call, wait-call"),
        Words(
            "wait-call = 从来电首次进入队列到首次接听不超过等待时限的来电 / 接听的来电，按首个队列",
            "wait-call = calls whose time from the first join to the first answer, over all queues, is within T / "
            "calls answered; by the queue of the first join",
        ),
        NO_CALLS,
        (
            Query(
                share(
                    total("calls_within_threshold_total", by=_BY),
                    total("calls_answered_total", by=_BY),
                ),
                "{{queue}}",
            ),
        ),
        "bargauge",
        "percentunit",
    ),
    Panel(
        Words("整通来电平均等待 wait-call", "Mean wait by call, wait-call"),
        Words("从来电首次进入队列到首次接听的平均时长", "mean time from a call's first join to its first answer"),
        NO_CALLS,
        (Query(mean("call_wait_seconds", by=_BY), "{{queue}}"),),
        "bargauge",
        "s",
    ),
    Panel(
        Words("等待时限", "Service threshold"),
        Words("T：现行规章中该队列的等待时限", "T: the queue's service threshold of the rulebook in force"),
        NOT_SEEN,
        (Query(gauge("service_threshold_seconds", by=_BY, how="max"), "{{queue}}"),),
        "bargauge",
        "s",
        width=4,
    ),
    Panel(
        Words("短时放弃", "Short abandons"),
        Words(
            "5 秒内放弃的排队；计入进线量，只不计入 sl-adjusted",
            "visits abandoned within 5 s; counted in offered, left out of sl-adjusted alone",
        ),
        NO_CALLS,
        (Query(_short(_BY), "{{queue}}"),),
        "bargauge",
        width=4,
    ),
    Panel(
        Words("各结果的排队", "Visits by outcome"),
        Words("每种结果的排队数；拒入不计入进线量", "visits of each outcome; refused at the door is not offered"),
        NO_CALLS,
        (Query(total("visits_total", by="outcome"), "{{outcome}}"),),
        "bargauge",
        values=VISITS,
    ),
    Panel(
        Words("接通率", "Answered rate"),
        Words("接通率 = 接听量 / 进线量", "answered rate = A / offered"),
        NO_CALLS,
        (Query(share(answered(_BY), offered(_BY)), "{{queue}}"),),
        "bargauge",
        "percentunit",
    ),
    Panel(
        Words("放弃率", "Abandon rate"),
        Words("放弃率 = 放弃量 / 进线量", "abandon rate = B / offered"),
        NO_CALLS,
        (Query(share(abandoned(_BY), offered(_BY)), "{{queue}}"),),
        "bargauge",
        "percentunit",
    ),
)

_RINGS = (
    _trend(
        Words("承诺声数内接听率 rings-call", "Within the promised rings, rings-call"),
        Words(
            "rings-call = 从首次振铃算起在规章声数内接听的排队 / 接听量",
            "rings-call = visits answered within the rulebook's rings of the first phone's first ring / A",
        ),
        share(in_rings(_BY, **_OF_HALF_HOUR), answered(_BY, **_OF_HALF_HOUR)),
        "percentunit",
    ),
    _trend(
        Words("承诺声数内接听率 rings-offer", "Within the promised rings, rings-offer"),
        Words(
            "rings-offer = 在规章声数内接听的派线 / 接听的派线",
            "rings-offer = offers answered within the rulebook's rings / answered offers",
        ),
        share(
            total("within_rings_total", 'kind="rings-offer"', by=_BY, **_OF_HALF_HOUR),
            total("offers_total", _ANSWERED, by=_BY, **_OF_HALF_HOUR),
        ),
        "percentunit",
    ),
    _trend(
        Words("振铃时长 95 分位", "Ring time, 95th percentile"),
        Words("95 % 的派线振铃不超过此值", "95 % of offers rang no longer"),
        most("ring_seconds", by=_BY, **_OF_HALF_HOUR),
        "s",
    ),
    Panel(
        Words("各结果的派线", "Offers by outcome"),
        Words("每种结果的派线数", "offers of each outcome"),
        NO_CALLS,
        (Query(total("offers_total", by="outcome"), "{{outcome}}"),),
        "bargauge",
        values=OFFERS,
    ),
    Panel(
        Words("放弃率（只计接听与放弃）", "Abandon rate of answered and abandoned"),
        Words("放弃率 = 放弃量 / (接听量 + 放弃量)", "abandon rate = B / (A + B)"),
        NO_CALLS,
        (Query(share(abandoned(_BY), served(_BY)), "{{queue}}"),),
        "bargauge",
        "percentunit",
    ),
    Panel(
        Words("平均处理时长", "Handling time (AHT)"),
        Words("平均处理时长 = (通话 + 话后处理) / 接听量", "AHT = (talk + wrap-up) / A"),
        NO_CALLS,
        (
            Query(
                share(f"({_TALK} + ({_WRAP_UP} or {_TALK} * 0))", answered(_BY)),
                "{{queue}}",
            ),
        ),
        "bargauge",
        "s",
    ),
)

_HANDLING = (
    _trend(
        Words("平均通话", "Talk"),
        Words("接听者通话（含保持）之和 / 通话数", "talk of answered visits, holds included / their number"),
        mean("talk_seconds", by=_BY, **_OF_HALF_HOUR),
        "s",
    ),
    _trend(
        Words("平均保持", "Hold"),
        Words("保持时长之和 / 有保持的通话数", "hold by the agent / visits that were held"),
        mean("hold_seconds", by=_BY, **_OF_HALF_HOUR),
        "s",
    ),
    _trend(
        Words("平均话后处理", "Wrap-up"),
        Words("话后处理时长之和 / 次数", "wrap-up after answered visits / their number"),
        mean("wrap_up_seconds", by=_BY, **_OF_HALF_HOUR),
        "s",
    ),
    Panel(
        Words("重复来电率 repeat-customer", "Repeat calls, repeat-customer"),
        Words(
            "repeat-customer = 七日内同一客户再次来电的接听排队（再次来电时计入）/ 接听量",
            "repeat-customer = answered visits followed within 7 days by another visit of the same customer (counted "
            "when they call again) / A",
        ),
        NO_CALLS,
        (Query(share(total("repeat_calls_total", by=_BY), answered(_BY)), "{{queue}}"),),
        "bargauge",
        "percentunit",
    ),
    Panel(
        Words("应到与在岗坐席", "Agents rostered and there"),
        Words(
            "此刻排班在岗的坐席；签入的坐席（不含签出与未知）",
            "agents whom the roster asks for now; agents signed in",
        ),
        Words("没有排班", "no roster"),
        (
            Query(gauge("agents_rostered", by=_BY), Words("{{queue}} 应到", "{{queue}} rostered")),
            Query(
                gauge("agents", 'state!~"offline|unknown"', by=_BY),
                Words("{{queue}} 在岗", "{{queue}} signed in"),
            ),
        ),
        "bargauge",
        width=16,
    ),
)

_FREQUENT = Panel(
    Words("进线（每分钟）", "Visits per minute"),
    Words("每分钟结束或接通的排队，各结果", "visits answered or ended a minute, by outcome"),
    NO_CALLS,
    (Query(f"sum by (outcome) (rate({series('visits_total')}[$__rate_interval])) * 60", "{{outcome}}"),),
    unit="cpm",
    width=24,
    values=VISITS,
)

SERVICE_LEVEL = Dashboard(
    "service-level",
    Words("服务水平与振铃", "Service level and rings"),
    (*_LEVELS, *_WAITS, *_RINGS, *_HANDLING, _FREQUENT),
    wall=True,
)
