"""Rosters as files, for the tests of their import and export."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import openpyxl

from callcenter.files.roster_sheet import import_roster

ROSTER: dict[str, Any] = {
    "timezone": "Asia/Shanghai",
    "agents": [
        {"agent": "Alice", "interface": "PJSIP/1001", "team": "hotline", "queues": ["support", "orders"]},
        {"agent": "张三", "interface": "PJSIP/1002", "from": "2026-11-01T00:00:00+08:00"},
    ],
    "shifts": [{"agent": "张三", "from": "2026-11-23T18:30", "to": "2026-11-24T00:30", "note": "晚班"}],
    "leave": [{"agent": "Alice", "from": "2026-11-23T00:00", "to": "2026-11-24T00:00"}],
    "breaks": [],
    "legit_extensions": ["_10XX", "_0X."],
}
AGENTS = "agent,interface\nAlice,PJSIP/1001\n"


def folder(path: Path, **files: str) -> Path:
    path.mkdir()
    for name, text in files.items():
        (path / f"{name}.csv").write_text(text, "utf-8")
    return path


def workbook(path: Path, **sheets: Iterable[Iterable[Any]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    return path


def told(path: Path) -> list[str]:
    return [str(fault) for fault in import_roster(path).faults]
