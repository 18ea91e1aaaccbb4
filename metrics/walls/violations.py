"""Violations and complaints: how many there are and how they stand; who they are about stands in the record alone."""

from __future__ import annotations

from metrics.walls.figures import NOT_SEEN
from metrics.walls.panels import Colour, Dashboard, Panel, Query, Words
from metrics.walls.promql import gauge, share, total
from metrics.walls.values import RULES, SEVERITIES, STAGES, VERDICTS

_NONE = Words("暂无", "none yet")


def _zero(short: str, zh: str, en: str) -> tuple[Query, Query]:
    """Ask for a number that should be 0."""
    return (
        Query(f"{gauge(short)} == 0", Words("无", "none"), Colour.WITHIN),
        Query(f"{gauge(short)} > 0", Words(zh, en), Colour.OVER),
    )


VIOLATIONS = Dashboard(
    "violations",
    Words("违规与投诉", "Violations and complaints"),
    (
        Panel(
            Words("自动提出的违规记录", "Records raised by rules"),
            Words("已启用规则提出的记录数，按规则", "records that rules which are on raised, by rule"),
            _NONE,
            (Query(f"{total('violations_total', by='rule')} > 0", "{{rule}}"),),
            "bargauge",
            width=12,
            height=9,
            values=RULES,
            link="records",
        ),
        Panel(
            Words("各等级", "By severity"),
            Words("已启用规则提出的记录数，按等级", "records that rules which are on raised, by severity"),
            _NONE,
            (Query(f"{total('violations_total', by='severity')} > 0", "{{severity}}"),),
            "bargauge",
            width=4,
            height=9,
            values=SEVERITIES,
            link="records",
        ),
        Panel(
            Words("各判定", "By verdict"),
            Words("已启用规则提出的记录数，按判定", "records that rules which are on raised, by verdict"),
            _NONE,
            (Query(f"{total('violations_total', by='verdict')} > 0", "{{verdict}}"),),
            "bargauge",
            width=4,
            height=9,
            values=VERDICTS,
            link="records",
        ),
        Panel(
            Words("无法复现而撤回", "Did not reproduce"),
            Words(
                "证据无法复现而撤回的记录数，按规则；应为 0",
                "records withdrawn because they did not reproduce, by rule; should be 0",
            ),
            NOT_SEEN,
            (
                Query(f"{total('violations_withdrawn_total')} == 0", Words("无", "none"), Colour.WITHIN),
                Query(f"{total('violations_withdrawn_total', by='rule')} > 0", "{{rule}}", Colour.OVER),
            ),
            "stat",
            width=4,
            height=9,
            link="records",
        ),
        Panel(
            Words("超时未办结", "Overdue"),
            Words(
                "已过时限（规章 P-COMP，48 小时）仍未办结的投诉",
                "complaints past their time (rulebook, P-COMP: 48 h) and not closed",
            ),
            NOT_SEEN,
            _zero("complaints_overdue", "超时", "overdue"),
            "stat",
            width=6,
        ),
        Panel(
            Words("即将到期", "Due soon"),
            Words("须在该时长内办结的投诉", "complaints that are to be closed within so long"),
            NOT_SEEN,
            (Query(gauge("complaints_due_soon", by="within"), "{{within}}"),),
            "stat",
            width=6,
        ),
        Panel(
            Words("48 小时办结率", "Closed within 48 h"),
            Words(
                "按期办结的投诉 / 办结的投诉；已按时告知的延期视为按期",
                "closed in time / closed; extensions told in time count as kept",
            ),
            Words("暂无办结", "none closed yet"),
            (
                Query(
                    share(
                        total("complaints_closed_total", 'kept="true"'),
                        total("complaints_closed_total"),
                    )
                ),
            ),
            "stat",
            "percentunit",
            width=6,
        ),
        Panel(
            Words("未答复的派发通知", "Notices unanswered"),
            Words(
                "派发给部门而未答复的通知；超时以设置为准",
                "notices to departments that are not answered; overdue by the settings",
            ),
            NOT_SEEN,
            (Query(gauge("notices_open"), Words("未答复", "open")), *_zero("notices_overdue", "超时", "overdue")),
            "stat",
            width=6,
        ),
        Panel(
            Words("各环节的投诉", "Complaints by stage"),
            Words("未归档的投诉数，按所处环节", "complaints that are not archived, by where they stand"),
            NOT_SEEN,
            (Query(gauge("complaints_open", by="stage"), "{{stage}}"),),
            "bargauge",
            width=16,
            height=9,
            values=STAGES,
        ),
        Panel(
            Words("时限提醒", "Warnings told"),
            Words("已发出的时限提醒，按已用时间的百分比", "warnings told, by the percent of the time that had passed"),
            _NONE,
            (Query(total("complaint_warnings_total", by="percent"), "{{percent}} %"),),
            "bargauge",
            width=8,
            height=9,
        ),
    ),
    since="now-30d/d",
)
