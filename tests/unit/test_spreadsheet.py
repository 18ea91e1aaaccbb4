"""Tables for a spreadsheet: text inert, figures figures."""

from __future__ import annotations

import io
from decimal import Decimal

import openpyxl
import pytest

from callcenter.errors import BadInput
from callcenter.spreadsheet import Rows, csv_file, with_columns, workbook

ROWS: Rows = [["a", "b", "c"], ["=1+1", Decimal("-2.5"), None], ["班组", 3, ""]]


def test_csv_runs_nothing_and_is_told_to_be_utf_8() -> None:
    assert csv_file(ROWS) == "\ufeffa,b,c\r\n'=1+1,-2.5,\r\n班组,3,\r\n".encode()


def test_workbook_keeps_figures_and_runs_nothing() -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook([("one", ROWS), ("二", ROWS[:1])])))
    assert [[cell.value for cell in row] for row in book["one"].iter_rows()] == [
        ["a", "b", "c"],
        ["'=1+1", -2.5, ""],
        ["班组", 3, ""],
    ]
    assert [cell.data_type for cell in book["one"][2]][:2] == ["s", "n"]
    assert book.sheetnames == ["one", "二"]


def test_columns_are_those_asked_for_in_their_order() -> None:
    assert with_columns(ROWS, ("x", "y", "z"), ["z", "x"]) == [["c", "a"], [None, "=1+1"], ["", "班组"]]
    assert with_columns(ROWS, ("x", "y", "z"), []) == ROWS


@pytest.mark.parametrize("wanted", [["x", "x"], ["x", "secret"]])
def test_columns_that_are_not_there_or_asked_for_twice_are_refused(wanted: list[str]) -> None:
    with pytest.raises(BadInput, match="some of x, y, z"):
        with_columns(ROWS, ("x", "y", "z"), wanted)
