"""The words of stored calls and of a span's figures, in Chinese and English, each rate with its formula."""

from __future__ import annotations

from callcenter.locale import Language
from callcenter.rules.regulations.edition import Title

COLUMNS = {
    "queue": Title("队列", "queue"),
    "offered": Title("进线量", "offered"),
    "answered": Title("接听量", "answered"),
    "abandoned": Title("放弃量", "abandoned"),
    "short": Title("其中短时放弃(5 秒内)", "of these short (within 5 s)"),
    "others": Title("其他离开", "other exits"),
    "lasting": Title("仍在进行", "still there"),
    "refused": Title("拒入", "refused at the door"),
    "answered_rate": Title("接通率", "answered rate"),
    "abandon_rate": Title("放弃率", "abandon rate"),
    "speed": Title("平均应答(秒)", "ASA (s)"),
    "longest": Title("最长等待(秒)", "longest wait (s)"),
    "most": Title("95% 等待(秒)", "95 % waited (s)"),
    "threshold": Title("应答时限(秒)", "threshold (s)"),
    "time": Title("时间", "time"),
    "call": Title("来电编号", "call"),
    "caller": Title("来电号码", "caller"),
    "did": Title("被叫号码", "dialled"),
    "outcome": Title("结果", "outcome"),
    "wait": Title("等待(秒)", "wait (s)"),
    "agent": Title("坐席", "agent"),
    "rings": Title("派线(振铃秒数)", "offers (s of ringing)"),
    "talk": Title("通话(秒)", "talk (s)"),
    "hold": Title("保持(秒)", "hold (s)"),
    "ended_by": Title("挂断方", "ended by"),
    "transferred": Title("转接", "transferred"),
    "in_gap": Title("在缺口中", "in a gap"),
    "filled": Title("由 queue_log 补全", "filled from queue_log"),
}
BRIEF = {
    "abandoned": Title("放弃量", "aband."),
    "answered_rate": Title("接通率", "answ.\nrate"),
    "abandon_rate": Title("放弃率", "aband.\nrate"),
    "speed": Title("平均应答\n(秒)", "ASA\n(s)"),
    "longest": Title("最长等待\n(秒)", "longest\n(s)"),
}
"""Headings where there is little room."""
FORMULAS = {
    "answered_rate": Title("接听量/进线量", "answered/offered"),
    "abandon_rate": Title("放弃量/进线量", "abandoned/offered"),
}
SENTENCES = {
    "all": Title("合计", "all"),
    "nowhere": Title("(未知队列)", "(queue unknown)"),
    "yes": Title("是", "yes"),
    "lasts": Title("进行中", "still there"),
    "none": Title("没有符合条件的来电", "no call fits"),
    "no_day": Title("{span} 没有来电记录", "no call is recorded for {span}"),
    "span": Title("{span}({zone}),按进入队列的时间统计", "{span} ({zone}), by the time that a caller joined"),
    "formulas": Title(
        "接通率=接听量/进线量;放弃率=放弃量/进线量;sl-offered=时限内接听/(接听+放弃)",
        "answered rate = answered/offered; abandon rate = abandoned/offered; "
        "sl-offered = answered in time/(answered + abandoned)",
    ),
    "gap": Title("未观测时段 {start} 至 {end}({what})", "not seen from {start} to {end} ({what})"),
    "lost": Title("话机失联 {what}:{start} 至 {end}", "phone lost, {what}: {start} to {end}"),
    "now": Title("现在", "now"),
    "unknown": Title("未知", "unknown"),
    "figures": Title("合计", "figures"),
    "calls": Title("来电", "calls"),
    "older": Title(
        "只列出最近 {shown} 条,更早的请用 --last、--from 或 --csv",
        "the newest {shown} only; for earlier ones give --last, --from or --csv",
    ),
}


def column(name: str, language: Language) -> str:
    """Name a column."""
    return _said(COLUMNS[name], language)


def brief(name: str, language: Language) -> str:
    """Name a column in few letters."""
    told = BRIEF.get(name)
    return column(name, language) if told is None else _said(told, language)


def formula(name: str, language: Language) -> str:
    """Name a column with its formula, where it has one."""
    told = FORMULAS.get(name)
    return column(name, language) if told is None else f"{column(name, language)} {_said(told, language)}"


def sentence(name: str, language: Language, **gaps: object) -> str:
    """Say one of the sentences."""
    return _said(SENTENCES[name], language).format(**gaps)


def _said(title: Title, language: Language) -> str:
    return title.said(language)
