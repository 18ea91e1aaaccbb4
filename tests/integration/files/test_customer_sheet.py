"""Lists of customers as files: every encoding that is read, every way to be broken, each told in one sentence."""

from __future__ import annotations

import io
import time
import zipfile
from pathlib import Path

import openpyxl
import pytest

from callcenter.errors import UnreadableFile
from callcenter.files import customer_sheet
from callcenter.files.customer_sheet import SheetLine, customer_sheet_of, read_customer_sheet
from callcenter.spreadsheet import Rows, csv_file, workbook

ROWS: Rows = [["姓名", "手机"], ["王小明", "13800138001"], ["=1+1", "\u202e13800138002"], ["'a", "+8613800138003"]]
PATIENCE_SECONDS = 20.0
TEXT = "姓名,手机\r\n王小明,13800138001\r\n"


def lines(held: bytes, name: str = "a.csv") -> list[SheetLine]:
    return customer_sheet_of(held, name).lines


def book(*rows: list[object]) -> bytes:
    made, out = openpyxl.Workbook(), io.BytesIO()
    assert made.active is not None
    for row in rows:
        made.active.append(row)
    made.save(out)
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("between", [",", ";", "\t"])
def test_text_is_read_as_it_was_saved(encoding: str, between: str) -> None:
    sheet = customer_sheet_of(TEXT.replace(",", between).encode(encoding), "a.csv")
    assert (sheet.headings, sheet.lines) == (("姓名", "手机"), [SheetLine(2, ("王小明", "13800138001"))])


@pytest.mark.parametrize(("held", "name"), [(csv_file(ROWS), "a.csv"), (workbook([("x", ROWS)]), "a.xlsx")])
def test_what_was_written_inert_is_read_as_it_was(held: bytes, name: str) -> None:
    assert [line.cells for line in lines(held, name)] == [tuple(row) for row in ROWS[1:]]


def test_rows_are_counted_as_people_count_them() -> None:
    assert [line.row for line in lines(b'name,numbers\n\n"a\nb",1\n,\nc,2\n')] == [3, 6]


def test_workbook_s_figures_are_text_and_its_formulas_are_told() -> None:
    found = lines(
        book(["name", "numbers"], ["a", 13800138001], [None, None], ["b", "=1+1"], [True, "1"], ["c", 1, 2]), "a.xlsx"
    )
    assert found[0] == SheetLine(2, ("a", "13800138001"))
    assert [(one.row, one.fault) for one in found[1:]] == [
        (4, "column 2: a formula or an error stands here: put its value"),
        (5, "column 1: True is no text"),
        (6, "there are 3 cells under 2 headings: the row is cut off or misplaced"),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name,numbers\na", "there are 1 cells under 2 headings: the row is cut off or misplaced"),
        ("name,numbers\na,1,2", "there are 3 cells under 2 headings: the row is cut off or misplaced"),
        (f"name,numbers\n{'a' * 1_000_000},1", "column 1: the text is longer than 4000 characters"),
        ("name,numbers\n" + "," * 61, "there are more than 60 columns"),
    ],
)
def test_broken_row_is_told_and_hides_no_other(text: str, said: str) -> None:
    filled = text.replace("," * 61, "a" + "," * 61)
    found = lines(f"{filled}\nc,3\n".encode())
    assert [one.fault for one in found] == [said, None]


@pytest.mark.parametrize(
    ("held", "name", "said"),
    [
        (b"", "a.csv", "is empty"),
        (b"\n,\n", "a.csv", "is empty"),
        (TEXT.encode()[:-15] + "王".encode()[:2], "a.csv", "ends within a character"),
        (b'name\n"a\n', "a.csv", "line 2, is not CSV"),
        (b"name\n\xff\xfe", "a.csv", "neither UTF-8 nor GB 18030"),
        (("name\n" + "a" * 3_000_000).encode(), "a.csv", "line 2, is not CSV"),
        (("a" * 5_000 + "\nb").encode(), "a.csv", "row 1: column 1"),
        (workbook([("x", ROWS)])[:-300], "a.xlsx", "or was cut off"),
        (b"no archive", "a.XLSX", "no workbook"),
    ],
)
def test_file_that_cannot_be_read_is_refused_whole(held: bytes, name: str, said: str) -> None:
    with pytest.raises(UnreadableFile, match=said):
        lines(held, name)


@pytest.mark.parametrize(
    ("bound", "name", "said"),
    [("MOST_ROWS", "a.csv", "more than 1 rows"), ("_LARGEST", "a.csv", "larger"), ("_MOST_PARTS", "a.xlsx", "unpacks")],
)
def test_file_beyond_a_bound_is_refused(monkeypatch: pytest.MonkeyPatch, bound: str, name: str, said: str) -> None:
    monkeypatch.setattr(customer_sheet, bound, 1)
    with pytest.raises(UnreadableFile, match=said):
        lines(csv_file(ROWS) if name == "a.csv" else workbook([("x", ROWS)]), name)


@pytest.mark.parametrize(
    "rows",
    [b'<row r="999999999999"/>', b"".join(b'<row r="%d"><c r="XFD%d"/></row>' % (n, n) for n in range(4, 2_004))],
)
def test_small_workbook_that_says_it_is_huge_is_read_in_no_time(rows: bytes) -> None:
    """Every row and cell before one that is there would be made up: for ever."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book(["name"], ["a"]))) as there, zipfile.ZipFile(out, "w") as made:
        for part in there.namelist():
            made.writestr(part, there.read(part).replace(b"</sheetData>", rows + b"</sheetData>"))
    began = time.process_time()
    assert lines(out.getvalue(), "a.xlsx") == [SheetLine(2, ("a",))]
    assert time.process_time() - began < PATIENCE_SECONDS


def test_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="cannot be read: No such file"):
        read_customer_sheet(tmp_path / "none.csv")
    (tmp_path / "a.csv").write_text(TEXT, "utf-8")
    assert read_customer_sheet(tmp_path / "a.csv").file == "a.csv"
