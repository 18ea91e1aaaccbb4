"""Operations: whether what the service shows and records can be relied on."""

from __future__ import annotations

from callcenter.exporter.settings import ExporterSettings
from metrics.walls.figures import NOT_SEEN
from metrics.walls.panels import Colour, Dashboard, Panel, Query, Words
from metrics.walls.promql import age, gauge, series, total
from metrics.walls.values import NO_YES, YES_NO

_NO_QUEUE_LOG = Words("未读取 queue_log", "queue_log is not read")
_NO_SINK = Words("没有去处", "nothing takes what leaves")
_NO_MQTT = Words("未使用 MQTT", "nothing is published by MQTT")
_NODE = "node"
_LAG = f"{ExporterSettings().max_store_lag_seconds:g}"
_STALE = f"{ExporterSettings().stale_seconds:g}"


def _should(title: Words, formula: Words, whole: str, each: str, legend: str, empty: Words = NOT_SEEN) -> Panel:
    """Show a number that should be 0: the whole where it is, each that is not where one is not."""
    return Panel(
        title,
        Words(f"{formula.zh}；应为 0", f"{formula.en}; should be 0"),
        empty,
        (
            Query(f"{whole} == 0", Words("无", "none"), Colour.WITHIN),
            Query(f"{each} != 0", legend, Colour.OVER),
        ),
        "stat",
        width=4,
        height=5,
    )


def _yes(title: Words, formula: Words, short: str) -> Panel:
    return Panel(
        title,
        formula,
        NOT_SEEN,
        (Query(gauge(short, by=_NODE, how="min"), "{{node}}"),),
        "stat",
        width=4,
        height=5,
        values=YES_NO,
    )


def _counted(title: Words, formula: Words, short: str, empty: Words = NOT_SEEN) -> Panel:
    return _should(title, formula, total(short), total(short, by=_NODE), "{{node}}", empty)


_SIGHT = (
    _yes(
        Words("交换机已连接", "Switch connected"),
        Words("事件连接正常且已同步", "the events login is open and in sync"),
        "ami_up",
    ),
    _yes(
        Words("取证级", "Evidence-grade"),
        Words("帧具备取证条件", "frames are good enough for evidence"),
        "evidence_grade",
    ),
    Panel(
        Words("数据时间", "Data age"),
        Words(
            f"现在 - 最近一次收到交换机数据的时刻；超过 {_STALE} 秒即为陈旧",
            f"now - when the switch was last heard; old above {_STALE} s",
        ),
        NOT_SEEN,
        (
            Query(f"{age('ami_last_seen_timestamp_seconds', by=_NODE)} <= {_STALE}", "{{node}}", Colour.WITHIN),
            Query(
                f"{age('ami_last_seen_timestamp_seconds', by=_NODE)} > {_STALE}",
                Words("{{node}} 数据陈旧", "{{node}} old"),
                Colour.OVER,
            ),
        ),
        "stat",
        "s",
        width=4,
        height=5,
    ),
    _counted(
        Words("缺口（秒）", "Gaps (s)"),
        Words("未能看到交换机的时长", "time during which the switch was not seen, in seconds"),
        "ami_gap_seconds_total",
    ),
    _counted(
        Words("不可信的时刻", "Moments not believed"),
        Words("所需的帧不可信而被拒的时刻", "moments of which a needed frame could not be believed"),
        "ami_refused_moments_total",
    ),
    _counted(
        Words("与已知不符的事件", "Events that fitted nothing"),
        Words("与已知情况不符的事件", "events that fitted nothing known"),
        "out_of_order_total",
    ),
    Panel(
        Words("事件流延迟", "Lag of the event stream"),
        Words("心跳经事件流往返的时长", "round trip of a heartbeat through the event stream"),
        NOT_SEEN,
        (Query(gauge("ami_lag_seconds", by=_NODE, how="max"), "{{node}}"),),
        unit="s",
    ),
    Panel(
        Words("时钟偏差", "Clock skew"),
        Words("交换机时钟 - 本机时钟", "the switch's clock - ours"),
        NOT_SEEN,
        (Query(gauge("ami_clock_skew_seconds", by=_NODE, how="max"), "{{node}}"),),
        unit="s",
    ),
    Panel(
        Words("各结果的帧", "Frames by result"),
        Words("每秒处理的 AMI 帧数，按结果", "frames of the events login a second, by result"),
        NOT_SEEN,
        (Query(f"sum by (result) (rate({series('ami_frames_total')}[$__rate_interval]))", "{{result}}"),),
        unit="cps",
    ),
)

_RECORD = (
    _should(
        Words("队列账目差额", "Ledger difference"),
        Words("进入队列 - 各种离开 - 仍在队列", "joins - every way out - those that last"),
        f"sum(abs({series('ledger_difference')}))",
        gauge("ledger_difference", by="queue"),
        "{{queue}}",
    ),
    _counted(
        Words("queue_log 不一致", "queue_log says otherwise"),
        Words("queue_log 与所见不一致的排队", "visits about which queue_log says something else"),
        "queue_log_differences_total",
        _NO_QUEUE_LOG,
    ),
    _counted(
        Words("未见的入队", "Joins that nobody saw"),
        Words("queue_log 记有而未被看到的入队", "joins that queue_log tells of and nobody saw"),
        "queue_log_unseen_joins_total",
        _NO_QUEUE_LOG,
    ),
    Panel(
        Words("queue_log 补全", "Completed from queue_log"),
        Words("缺口内未见、由 queue_log 补全的排队", "visits that gaps hid and queue_log completed"),
        _NO_QUEUE_LOG,
        (Query(total("queue_log_filled_total", by=_NODE), "{{node}}"),),
        "stat",
        width=4,
        height=5,
    ),
    Panel(
        Words("queue_log 落后", "queue_log behind"),
        Words("现在 - queue_log 已读到的时刻", "now - the time up to which queue_log was read"),
        _NO_QUEUE_LOG,
        (Query(age("queue_log_read_timestamp_seconds", by=_NODE), "{{node}}"),),
        "stat",
        "s",
        width=4,
        height=5,
    ),
    Panel(
        Words("数据库落后", "Record behind"),
        Words(
            f"最早未入库条目的等待时长；超过 {_LAG} 秒即未就绪",
            f"age of the oldest entry that the record has still to take in; not ready above {_LAG} s",
        ),
        NOT_SEEN,
        (
            Query(f"{gauge('store_lag_seconds', how='max')} <= {_LAG}", Words("正常", "well"), Colour.WITHIN),
            Query(f"{gauge('store_lag_seconds', how='max')} > {_LAG}", Words("落后", "behind"), Colour.OVER),
        ),
        "stat",
        "s",
        width=4,
        height=5,
    ),
    Panel(
        Words("等待写入日志", "Waiting for the journal"),
        Words("等待写入流水日志的条目", "entries that wait for the journal's disk"),
        NOT_SEEN,
        (Query(gauge("journal_pending"), Words("条目", "entries")),),
    ),
    Panel(
        Words("磁盘剩余", "Disk free"),
        Words("数据所在磁盘的剩余空间", "free space where our data is"),
        NOT_SEEN,
        (Query(gauge("disk_free_bytes", by="path", how="min"), "{{path}}"),),
        unit="bytes",
    ),
)

_HOUSE = (
    Panel(
        Words("规则改动被拒", "Changed rules refused"),
        Words(
            "排班表或规章有改动但无法使用，原有的继续有效",
            "a changed roster or rulebook cannot be used; the one before stays in force",
        ),
        NOT_SEEN,
        (Query(gauge("rules_refused", how="max"), Words("被拒", "refused")),),
        "stat",
        width=4,
        height=7,
        values=NO_YES,
    ),
    Panel(
        Words("日历为暂定", "Calendar provisional"),
        Words(
            "期限或排班已到官方日历尚未公布的日子",
            "a deadline or the roster reaches into days that the official calendar does not know yet",
        ),
        NOT_SEEN,
        (Query(gauge("calendar_provisional", how="max"), Words("暂定", "provisional")),),
        "stat",
        width=4,
        height=7,
        values=NO_YES,
    ),
    Panel(
        Words("现行规章", "Rulebook in force"),
        Words("现行规章版本开始之时（毫秒）", "when the edition in force began, in milliseconds"),
        NOT_SEEN,
        (Query(f"{gauge('rulebook_since_timestamp_seconds', how='max')} * 1000", Words("自此生效", "in force since")),),
        "stat",
        "dateTimeAsIso",
        width=5,
        height=5,
    ),
    Panel(
        Words("已运行", "Running for"),
        Words("现在 - 服务启动之时", "now - when the service began"),
        NOT_SEEN,
        (Query(age("start_timestamp_seconds", by="instance"), "{{instance}}"),),
        "stat",
        "s",
        width=4,
        height=5,
    ),
    Panel(
        Words("证书有效期", "Certificates"),
        Words("证书到期时刻 - 现在", "when a certificate runs out - now"),
        Words("没有证书", "no certificate"),
        (Query(f"{gauge('certificate_expiry_timestamp_seconds', by='name', how='min')} - time()", "{{name}}"),),
        "stat",
        "s",
        width=6,
        height=5,
    ),
    Panel(
        Words("证书读不到", "Certificate unreadable"),
        Words("exporter.certificates 中的文件读不到", "a file of exporter.certificates cannot be read"),
        Words("没有证书", "no certificate"),
        (Query(gauge("certificate_unreadable", by="name", how="max"), "{{name}}"),),
        "stat",
        width=4,
        height=5,
        values=NO_YES,
    ),
    Panel(
        Words("版本与站点", "Version and site"),
        Words("运行的版本，所在的站点", "the version that runs, the site where"),
        NOT_SEEN,
        (
            Query(gauge("build_info", by="version", how="count"), "{{version}}"),
            Query(gauge("info", by="site", how="count"), "{{site}}"),
        ),
        "stat",
        names=True,
        width=5,
        height=5,
    ),
)

_LEAVING = (
    Panel(
        Words("待送出", "Waiting to leave"),
        Words("等待送往该去处的条目", "entries that wait to leave the service to a sink"),
        _NO_SINK,
        (Query(gauge("outbox_waiting", by="sink"), "{{sink}}"),),
    ),
    Panel(
        Words("最早的待送出已等待", "Oldest that waits to leave"),
        Words("现在 - 最早的待送出条目放入之时", "now - when the oldest entry that waits was put"),
        Words("没有待送出的条目", "nothing waits"),
        (Query(age("outbox_oldest_start_timestamp_seconds", by="sink"), "{{sink}}"),),
        unit="s",
    ),
    Panel(
        Words("送出", "Leaving"),
        Words(
            "每秒送出、失败（稍后再送）或被拒的条目", "entries sent, failed (tried again later) or refused, a second"
        ),
        _NO_SINK,
        (
            Query(
                f"sum by (sink, result) (rate({series('outbox_sent_total')}[$__rate_interval]))",
                "{{sink}} · {{result}}",
            ),
        ),
        unit="cps",
    ),
    _should(
        Words("停住的", "Parked"),
        Words(
            "某坐席、来电或投诉的下一条目被该去处拒收，其后的都在等待",
            "agents, calls or complaints of which a sink cannot take the next entry",
        ),
        gauge("outbox_parked"),
        gauge("outbox_parked", by="sink"),
        "{{sink}}",
        _NO_SINK,
    ),
    _should(
        Words("停用的去处", "Disabled sinks"),
        Words("屡次失败后停用，须有人重新启用", "sinks to which nothing is sent until a person enables them"),
        gauge("sink_disabled"),
        gauge("sink_disabled", by="sink"),
        "{{sink}}",
        _NO_SINK,
    ),
    Panel(
        Words("MQTT 已连接", "MQTT connected"),
        Words("可以向 MQTT 服务器发送", "the MQTT broker can be sent to"),
        _NO_MQTT,
        (Query(gauge("mqtt_up", by="instance", how="min"), "{{instance}}"),),
        "stat",
        width=4,
        height=5,
        values=YES_NO,
    ),
    _should(
        Words("MQTT 拒收", "Refused by MQTT"),
        Words(
            "MQTT 服务器因权限不足拒收的消息", "messages that the MQTT broker refused: the service may write too little"
        ),
        total("mqtt_refused_total"),
        total("mqtt_refused_total", by="instance"),
        "{{instance}}",
        _NO_MQTT,
    ),
)

OPERATIONS = Dashboard(
    "operations", Words("运行状况", "Operations"), (*_SIGHT, *_RECORD, *_HOUSE, *_LEAVING), since="now-6h"
)
