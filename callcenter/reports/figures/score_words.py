"""Every word of a score, in Chinese and English."""

from __future__ import annotations

from decimal import Decimal

from callcenter.locale import Language
from callcenter.rules.regulations.edition import Title
from callcenter.rules.scores.score_lines import LineKind, Notice

LINES = {
    LineKind.BASE: Title("基础分", "base"),
    LineKind.DAY: Title("日常考核", "daily assessment"),
    LineKind.ROUNDING: Title("取整", "rounding"),
    LineKind.VIOLATION: Title("违规扣分", "violation"),
    LineKind.BONUS: Title("奖励", "bonus"),
    LineKind.ADJUSTMENT: Title("考核调整", "adjustment"),
    LineKind.LIMIT: Title("上下限", "limit"),
}
NOTICES = {
    Notice.WARNING: Title("低于预警线", "below the warning line"),
    Notice.CONTRACT: Title("低于合同线,建议人工研究", "below the contract line: for people to look at"),
}
COLUMNS = {
    "agent": Title("坐席", "agent"),
    "team": Title("班组", "team"),
    "month": Title("月份", "month"),
    "points": Title("得分", "points"),
    "base": Title("基础分", "base"),
    "assessment": Title("日常考核", "daily assessment"),
    "violations": Title("违规扣分", "violations"),
    "bonuses": Title("奖励", "bonuses"),
    "adjustments": Title("考核调整", "adjustments"),
    "limit": Title("上下限", "limit"),
    "provisional": Title("暂定(尚无日常考核)", "provisional (no daily assessment yet)"),
    "trial": Title("试用期(不影响工资)", "trial (moves no pay)"),
    "notices": Title("提示", "notices"),
    "yuan": Title("建议增减(元)", "recommended, yuan"),
    "line": Title("项目", "line"),
    "record": Title("依据记录", "record"),
    "at": Title("时间", "time"),
    "note": Title("说明", "note"),
}
BRIEF = {
    "assessment": Title("日常考核", "daily"),
    "violations": Title("违规扣分", "violat."),
    "adjustments": Title("调整", "adjust."),
    "yuan": Title("建议(元)", "yuan"),
}
"""Headings where there is little room."""
SHEETS = {"scores": Title("月度得分", "scores"), "lines": Title("明细", "lines")}
_YES = Title("是", "yes")


def said(title: Title, language: Language) -> str:
    """Say a word in a language."""
    return title.said(language)


def yes(*, so: bool, language: Language) -> str:
    """Say that something is so, and nothing where it is not."""
    return said(_YES, language) if so else ""


def plain(points: Decimal) -> Decimal:
    """Write a figure without needless zeros, nor a sign before nothing."""
    return Decimal(format((points + 0).normalize(), "f"))


def noticed(notices: tuple[Notice, ...], language: Language) -> str:
    """Say what a score is under."""
    return "; ".join(said(NOTICES[one], language) for one in notices)
