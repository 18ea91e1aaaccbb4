"""A roster as a workbook or CSV files: what comes in, what is refused and where, what goes out."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from callcenter.errors import BadInput
from callcenter.files.roster_sheet import export_roster, import_roster
from tests.integration.files.roster_files import AGENTS, ROSTER, folder, told, workbook

FIRST_DAYS = (date(2026, 11, 23), date(2026, 11, 24))


@pytest.mark.parametrize("name", ["roster.xlsx", "roster", "roster.json"])
def test_roster_comes_back_as_it_went_out(tmp_path: Path, name: str) -> None:
    export_roster(ROSTER, tmp_path / name)
    assert import_roster(tmp_path / name).sound() == ROSTER


def test_what_nobody_said_about_extensions_differs_from_none(tmp_path: Path) -> None:
    forms = ({"agents": ROSTER["agents"]}, {"agents": ROSTER["agents"], "legit_extensions": []})
    for n, form in enumerate(forms):
        export_roster(form, tmp_path / f"{n}.xlsx")
    read = [import_roster(tmp_path / f"{n}.xlsx").sound() for n in range(2)]
    assert ["legit_extensions" in form for form in read] == [False, True]


def test_chinese_names_and_the_local_code_page_are_read(tmp_path: Path) -> None:
    for name, text in {
        "坐席": "姓名,话机,班组,队列\n张三,PJSIP/1001,热线,投诉、订单\n",
        "排班": "姓名,开始时间,结束时间,备注\n张三,2026/1/3 9:00,2026/1/3 18:00,早班\n",
    }.items():
        (tmp_path / f"{name}.csv").write_bytes(text.encode("gb18030"))
    form = import_roster(tmp_path).sound()
    assert form["agents"] == [{"agent": "张三", "interface": "PJSIP/1001", "team": "热线", "queues": ["投诉", "订单"]}]
    assert form["shifts"] == [{"agent": "张三", "from": "2026-01-03T09:00", "to": "2026-01-03T18:00", "note": "早班"}]


def test_dates_and_numbers_of_a_workbook_are_read_as_they_look(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "r.xlsx",
        agents=[["agent", "interface"], [1001, "PJSIP/1001"]],
        shifts=[["agent", "from", "to"], [1001, datetime(2026, 11, 23, 18, 30), datetime(2026, 11, 24)]],  # noqa: DTZ001  # as Excel has them
    )
    form = import_roster(path).sound()
    assert form["shifts"] == [{"agent": "1001", "from": "2026-11-23T18:30:00", "to": "2026-11-24T00:00:00"}]


def test_days_and_numbers_that_a_program_wrote_are_read_as_they_are_meant(tmp_path: Path) -> None:
    book = openpyxl.Workbook(iso_dates=True)
    book.remove(book.worksheets[0])
    for name, rows in {
        "agents": [["agent", "interface", "from"], [1e16, "PJSIP/1001", date(2026, 11, 23)]],
        "patterns": [["agent", "days", "from", "to", "first", "last"], [1e16, "workday", "9:00", "18:00", *FIRST_DAYS]],
        "calendar": [["date", "kind"], [FIRST_DAYS[0], "holiday"]],
    }.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(tmp_path / "r.xlsx")
    form = import_roster(tmp_path / "r.xlsx").sound()
    assert [shift["from"] for shift in form["shifts"]] == ["2026-11-24T09:00"]
    assert form["agents"] == [{"agent": "10000000000000000", "interface": "PJSIP/1001", "from": "2026-11-23"}]


def test_row_of_spaces_is_nobodys(tmp_path: Path) -> None:
    path = folder(tmp_path / "r", agents="agent,,interface\n ,  ,\nAlice,scribbled,PJSIP/1001\n")
    assert import_roster(path).sound()["agents"] == [{"agent": "Alice", "interface": "PJSIP/1001"}]


def test_formula_and_odd_cells_are_told(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "r.xlsx",
        agents=[["agent", "interface"], ['=HYPERLINK("http://x")', "PJSIP/1"], [True, "PJSIP/2"], [1.5, "PJSIP/3"]],
    )
    faults = [fault for fault in told(path) if "may not be empty" not in fault]
    assert [fault.split(": ", 1)[0] for fault in faults] == [
        f"r.xlsx, sheet agents, row {row}, column agent" for row in (2, 3, 4)
    ]


def test_sheet_that_is_none_of_a_rosters_or_comes_twice_is_told(tmp_path: Path) -> None:
    agents = [["agent", "interface"], ["Alice", "PJSIP/1001"]]
    files = folder(tmp_path / "r", agents=AGENTS, 坐席=AGENTS, wages="agent\n")
    sheets = workbook(tmp_path / "r.xlsx", agents=agents, 坐席=agents, wages=[["agent"]])
    for path, told_of in ((files, ["is no shee", "agents hol"]), (sheets, ["agents hol", "is no shee"])):
        assert [fault.partition(": ")[2][:10] for fault in told(path)] == told_of


def test_exported_cells_never_begin_as_formulas(tmp_path: Path) -> None:
    form = {"agents": [{"agent": "=cmd|'/C calc'!A0", "interface": "@x", "team": "+1"}]}
    for name in ("r.xlsx", "r"):
        export_roster(form, tmp_path / name)
        assert import_roster(tmp_path / name).sound()["agents"] == form["agents"]
    assert (tmp_path / "r" / "agents.csv").read_bytes().splitlines()[1] == b"'=cmd|'/C calc'!A0,'@x,'+1,,,"
    cells = next(openpyxl.load_workbook(tmp_path / "r.xlsx")["agents"].iter_rows(min_row=2, values_only=True))
    assert cells[:3] == ("'=cmd|'/C calc'!A0", "'@x", "'+1")


def test_export_overwrites_nothing_and_refuses_what_is_not_sound(tmp_path: Path) -> None:
    target = tmp_path / "r.json"
    target.write_text("mine")
    with pytest.raises(BadInput, match="exists already"):
        export_roster(ROSTER, target)
    with pytest.raises(BadInput, match="not among the agents"):
        export_roster({"shifts": ROSTER["shifts"]}, tmp_path / "other.json")
    with pytest.raises(BadInput, match="no form of a roster"):
        export_roster(ROSTER, tmp_path / "r.pdf")
    split = {"agents": [{"agent": "A", "interface": "P/1", "queues": ["a;b"]}]}
    with pytest.raises(BadInput, match="separator"):
        export_roster(split, tmp_path / "r.xlsx")
    assert [path.name for path in tmp_path.iterdir()] == ["r.json"]
    assert target.read_text() == "mine"
