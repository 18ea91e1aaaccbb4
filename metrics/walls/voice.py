"""The customers' voice: what they say after a call, and what they do when nobody helped."""

from __future__ import annotations

from metrics.walls.figures import NO_CALLS, NOT_SEEN, abandoned, answered, offered
from metrics.walls.panels import Dashboard, Panel, Query, Words
from metrics.walls.promql import gauge, share, total
from metrics.walls.values import ANSWERS, QUESTIONS, SURVEYS

_NO_ANSWERS = Words("暂无评价", "no answers yet")
_BY = "queue"
_SATISFIED = 'answer=~"1|2"'


def _satisfied(**over: str) -> str:
    return share(
        total("survey_answers_total", _SATISFIED, by="question", **over),
        total("survey_answers_total", by="question", **over),
    )


def _asked(stage: str) -> str:
    return total("surveys_total", f'result="{stage}"', by=_BY)


VOICE = Dashboard(
    "voice",
    Words("客户之声", "Customers' voice"),
    (
        Panel(
            Words("满意率", "Satisfied"),
            Words(
                "满意率 = 作答中 1（非常满意）与 2（满意）的占比",
                "satisfied = 1 (very satisfied) and 2 (satisfied) / answers",
            ),
            _NO_ANSWERS,
            (Query(_satisfied(), "{{question}}"),),
            "stat",
            "percentunit",
            width=12,
            values=QUESTIONS,
        ),
        Panel(
            Words("作答率", "Answer rate"),
            Words(
                "作答率 = 全部作答 / 已询问；先挂机的来电者不会被询问",
                "answer rate = answered all / asked; who hangs up first is never asked",
            ),
            _NO_ANSWERS,
            (Query(share(_asked("answered"), _asked("asked")), "{{queue}}"),),
            "stat",
            "percentunit",
            width=12,
        ),
        Panel(
            Words("各项作答", "Answers"),
            Words(
                "作答数，按问题与答案",
                "answers by question and what was said",
            ),
            _NO_ANSWERS,
            (Query(total("survey_answers_total", by="question, answer"), "{{question}} · {{answer}}"),),
            "bargauge",
            width=12,
            height=10,
            values=ANSWERS,
        ),
        Panel(
            Words("满意度评价各阶段", "Surveys by stage"),
            Words(
                "满意度评价数，按阶段；坐席先挂的通话才会询问",
                "surveys by stage; only a talk that the agent ended is asked about",
            ),
            NO_CALLS,
            (Query(total("surveys_total", by="result"), "{{result}}"),),
            "bargauge",
            width=12,
            height=10,
            values=SURVEYS,
        ),
        Panel(
            Words("满意率走势", "Satisfied over time"),
            Words("满意率 = 作答中 1 与 2 的占比（每日滑动）", "satisfied = 1 and 2 / answers (over the last day)"),
            _NO_ANSWERS,
            (Query(_satisfied(over="1d"), "{{question}}"),),
            "timeseries",
            "percentunit",
            width=24,
            values=QUESTIONS,
        ),
        Panel(
            Words("重复来电率 repeat-customer", "Repeat calls, repeat-customer"),
            Words(
                "repeat-customer = 七日内同一客户再次来电的接听排队（再次来电时计入）/ 接听量",
                "repeat-customer = answered visits followed within 7 days by another visit of the same customer "
                "(counted when they call again) / A",
            ),
            NO_CALLS,
            (Query(share(total("repeat_calls_total", by=_BY), answered(_BY)), "{{queue}}"),),
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
        Panel(
            Words("待回拨的未接来电", "Lost calls to call back"),
            Words("尚未回拨的未接来电者人数", "lost callers who are to be called back"),
            NOT_SEEN,
            (Query(gauge("lost_calls_open", by=_BY), "{{queue}}"),),
            "bargauge",
            link="lost-calls",
        ),
    ),
    since="now-30d/d",
)
