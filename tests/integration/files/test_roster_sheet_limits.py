"""Hostile rosters: broken, far too large, or meant for the terminal that shows their faults."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest

from callcenter.errors import BadInput, UnreadableFile
from callcenter.files import roster_tables
from callcenter.files.roster_sheet import export_roster, import_roster
from tests.integration.files.roster_files import AGENTS, ROSTER, folder, told, workbook


def test_files_that_are_not_what_they_are_called_are_refused(tmp_path: Path) -> None:
    for name, held in {
        "a.xlsx": b"PK\x03\x04 no",
        "b.csv": b"\xff\xff\xff",
        "c.json": b"{",
        "d.csv": b'a,"b\n',
    }.items():
        (tmp_path / name).write_bytes(held)
    for name in ("a.xlsx", "b.csv", "c.json", "d.csv", "missing.xlsx", "missing.json"):
        with pytest.raises(UnreadableFile):
            import_roster(tmp_path / name)


def test_workbook_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/workbook.xml", b" " * 70_000_000)
    (tmp_path / "r.xlsx").write_bytes(held.getvalue())
    with pytest.raises(UnreadableFile, match="unpacks to more than"):
        import_roster(tmp_path / "r.xlsx")


def test_file_that_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roster_tables, "_LARGEST", 10)
    with pytest.raises(UnreadableFile, match="larger than"):
        import_roster(folder(tmp_path / "r", agents=AGENTS))


def test_too_many_rows_columns_and_letters_are_told(tmp_path: Path) -> None:
    rows = "agent,from,to\n" + "".join(f"Alice,{2000 + n}-01-01,{2000 + n}-01-02\n" for n in range(20_001))
    wide = AGENTS + "Bob,PJSIP/2" + ",x" * 50 + "\n" + f"{'C' * 2000},PJSIP/3\n"
    faults = told(folder(tmp_path / "r", agents=wide, leave=rows))
    assert any("more than 20000 rows" in fault for fault in faults)
    assert any("row 3: there are more than 40 columns" in fault for fault in faults)
    assert any("row 4, column agent: the text is longer" in fault for fault in faults)
    assert len(faults) == 1_000


def test_rows_that_are_painted_but_empty_do_not_count(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "agents"
    for column, texts in enumerate((("agent", "Alice"), ("interface", "PJSIP/1001")), start=1):
        for row, text in zip((1, 30_000), texts, strict=True):
            sheet.cell(row, column, text)
    book.save(tmp_path / "r.xlsx")
    assert import_roster(tmp_path / "r.xlsx").sound()["agents"] == [{"agent": "Alice", "interface": "PJSIP/1001"}]


def test_sheet_that_is_none_of_a_rosters_or_comes_twice_is_not_read(tmp_path: Path) -> None:
    agents = [["agent", "interface"], ["Alice", "PJSIP/1001"]]
    path = workbook(tmp_path / "r.xlsx", agents=agents, 坐席=agents, wages=agents)
    assert [(table.name, len(table.rows)) for table in roster_tables.read_tables(path)] == [
        ("agents", 1),
        ("坐席", 0),
        ("wages", 0),
    ]


def test_folder_that_cannot_be_written_whole_is_not_begun(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(BadInput, match="cannot be written"):
        export_roster(ROSTER, tmp_path / "file" / "r")


def test_file_that_cannot_be_written_takes_those_before_it_along(tmp_path: Path) -> None:
    (tmp_path / "shifts.csv").symlink_to(tmp_path / "nowhere")
    with pytest.raises(BadInput, match="cannot be written"):
        export_roster(ROSTER, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["shifts.csv"]
