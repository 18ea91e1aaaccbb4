"""Values of labels as people read them: the words of the board, and one colour for each that matters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from callcenter.domain.vocabulary import AgentState
from callcenter.locale import LANGUAGES, text
from callcenter.locale import Words as Catalogue
from callcenter.reports.board import words as board
from callcenter.reports.records import explain_words
from callcenter.rules.regulations.edition import Severity
from callcenter.rules.regulations.rulebook import rulebook_of
from callcenter.usecases.complaints import case_words
from metrics.walls.panels import Colour, Values, Words

_ALWAYS = {"version": "packaged", "from": "1970-01-01"}


def _read(table: Catalogue[Any], colours: Mapping[str, str] | None = None) -> Values:
    """Take the words of the catalogue."""
    return Values(
        {lang: {str(value): word for value, word in table.table(lang).items()} for lang in LANGUAGES},
        dict(colours or {}),
    )


def _said(words: Mapping[str, Words], colours: Mapping[str, str] | None = None) -> Values:
    """Take words that stand on these pages alone."""
    return Values(
        {lang: {value: word.spoken(lang) for value, word in words.items()} for lang in LANGUAGES}, dict(colours or {})
    )


STATES = _read(
    board.STATES,
    {
        "available": Colour.WITHIN,
        "talking": Colour.GREEN,
        "ringing": Colour.YELLOW,
        "wrap_up": Colour.SKY,
        "outbound": Colour.PURPLE,
        "system_paused": Colour.ORANGE,
        "paused": Colour.ORANGE,
        "blocked": Colour.OVER,
        "offline": Colour.PLAIN,
        "unknown": Colour.LIGHT,
    },
)
VISITS = _read(
    board.VISITS,
    {
        "answered": Colour.WITHIN,
        "abandoned": Colour.OVER,
        "timed_out": Colour.ORANGE,
        "queue_empty": Colour.YELLOW,
        "key_pressed": Colour.SKY,
        "withdrawn": Colour.PURPLE,
        "redirected": Colour.GREEN,
        "refused": Colour.LIGHT,
        "switch_down": Colour.PLAIN,
    },
)
OFFERS = _read(
    board.OFFERS,
    {
        "answered": Colour.WITHIN,
        "timed_out": Colour.OVER,
        "declined": Colour.ORANGE,
        "busy": Colour.YELLOW,
        "unreachable": Colour.PURPLE,
        "answered_elsewhere": Colour.GREEN,
        "caller_left": Colour.SKY,
        "cut_short": Colour.LIGHT,
        "switch_down": Colour.PLAIN,
    },
)
STAGES = _read(case_words.CASE_STATES)
SURVEYS = _said(
    {
        "eligible": Words("坐席先挂", "agent ended"),
        "asked": Words("已询问", "asked"),
        "agreed": Words("同意评价", "agreed"),
        "answered": Words("全部作答", "answered all"),
        "partial": Words("部分作答", "partial"),
        "hung_up": Words("中途挂机", "hung up"),
    },
    {"answered": Colour.WITHIN, "agreed": Colour.SKY, "partial": Colour.YELLOW, "hung_up": Colour.OVER},
)
_ASKED = {
    "service": Words("服务", "service"),
    "product": Words("产品", "product"),
    "platform": Words("平台使用", "platform"),
    "handling": Words("投诉处理", "handling"),
}
_SAID = {
    "1": Words("非常满意", "very satisfied"),
    "2": Words("满意", "satisfied"),
    "3": Words("不满意", "not satisfied"),
}
QUESTIONS = _said(_ASKED)
ANSWERS = _said(
    {
        f"{question} · {answer}": Words(f"{asked.zh} · {said.zh}", f"{asked.en} · {said.en}")
        for question, asked in _ASKED.items()
        for answer, said in _SAID.items()
    }
)
SEVERITIES = _said(
    {
        **{one.value: Words(text(one.value, "zh-CN", context="value of a rule"), one.value) for one in Severity},
        "none": Words("未定等级", "no severity"),
    }
)
VERDICTS = _read(explain_words.WORDS["verdict"])
RULES = _said(
    {
        code: Words(f"{code} {rule.title.zh}", f"{code} {rule.title.en}")
        for code, rule in rulebook_of({"based_on": "packaged", "editions": [_ALWAYS]}).editions[0].violations.items()
    }
)
"""By the titles of the packaged rulebook; a rule of one's own shows its code alone."""
TEAMS = _said({"(none)": Words("无班组", "no team")})
YES_NO = _said({"0": Words("否", "no"), "1": Words("是", "yes")}, {"0": Colour.OVER, "1": Colour.WITHIN})
NO_YES = _said({"0": Words("否", "no"), "1": Words("是", "yes")}, {"0": Colour.WITHIN, "1": Colour.OVER})

CODES = {state.value: code for code, state in enumerate(AgentState)}
"""A number for each state, by which a timeline has one row an agent."""

STATE_CODES = Values(
    {lang: {str(code): STATES.words[lang][state] for state, code in CODES.items()} for lang in LANGUAGES},
    {str(code): STATES.colours[state] for state, code in CODES.items()},
)
