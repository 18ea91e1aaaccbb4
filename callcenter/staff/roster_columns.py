"""Sheets of a roster and their columns, by the names that people write: English or Chinese."""

from __future__ import annotations

from typing import Literal

Sheet = Literal["agents", "shifts", "leave", "breaks", "patterns", "calendar", "extensions", "site"]

SHEETS: dict[Sheet, tuple[str, ...]] = {
    "agents": ("坐席", "人员", "坐席表"),
    "shifts": ("班次", "排班", "排班表"),
    "leave": ("请假", "休假"),
    "breaks": ("休息", "小休", "工间休息"),
    "patterns": ("班次模板", "模板"),
    "calendar": ("日历", "调休表"),
    "extensions": ("准许号码", "工作号码"),
    "site": ("站点", "时区"),
}
"""Each sheet (or file) and its other names; `extensions` and `site` hold what the JSON form has beside the lists,
`patterns` and `calendar` become shifts."""

_COLUMNS: dict[str, tuple[str, ...]] = {
    "agent": ("坐席", "姓名", "工号", "人员"),
    "interface": ("话机", "分机", "接口"),
    "team": ("班组", "小组", "组"),
    "queues": ("队列", "业务线"),
    "from": ("开始", "开始时间", "起", "start"),
    "to": ("结束", "结束时间", "止", "end"),
    "note": ("备注", "说明"),
    "days": ("日子", "适用日"),
    "first": ("起始日期", "首日"),
    "last": ("截止日期", "末日"),
    "date": ("日期",),
    "kind": ("类型", "性质"),
    "extension": ("号码", "number"),
    "timezone": ("时区", "time zone"),
}

_TIMES = ("agent", "from", "to", "note")
LAYOUT: dict[Sheet, tuple[str, ...]] = {
    "agents": ("agent", "interface", "team", "queues", "from", "to"),
    "shifts": _TIMES,
    "leave": _TIMES,
    "breaks": _TIMES,
    "patterns": ("agent", "days", "from", "to", "first", "last"),
    "calendar": ("date", "kind"),
    "extensions": ("extension",),
    "site": ("timezone",),
}
"""The columns of each sheet, in the order in which they are written."""

REQUIRED: dict[Sheet, frozenset[str]] = {
    "agents": frozenset({"agent", "interface"}),
    "shifts": frozenset({"agent", "from", "to"}),
    "leave": frozenset({"agent", "from", "to"}),
    "breaks": frozenset({"agent", "from", "to"}),
    "patterns": frozenset({"agent", "days", "from", "to", "first", "last"}),
    "calendar": frozenset({"date", "kind"}),
    "extensions": frozenset({"extension"}),
    "site": frozenset({"timezone"}),
}
"""Columns that must be there, and filled in every row."""


def sheet_named(name: str) -> Sheet | None:
    """Find the sheet that somebody's name for it means, None where it means none."""
    told = name.strip().casefold()
    return next((sheet for sheet, others in SHEETS.items() if told == sheet or told in others), None)


def column_named(sheet: Sheet, heading: str) -> str | None:
    """Find the column that somebody's heading means in a sheet, None where it means none."""
    told = heading.strip().casefold()
    return next((name for name in LAYOUT[sheet] if told == name or told in _COLUMNS[name]), None)


def heading(column: str, *, chinese: bool) -> str:
    """Name a column as somebody would write it."""
    return _COLUMNS[column][0] if chinese else column
