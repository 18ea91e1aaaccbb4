"""A roster as a JSON file: what cannot be read, or is something else, is refused in a sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from callcenter.errors import BadInput, UnreadableFile
from callcenter.files.roster import load_roster

ALICE = {"agent": "Alice", "interface": "PJSIP/1001", "team": "hotline"}
BOB = {"agent": "Bob", "interface": "PJSIP/1002"}


def made(**more: Any) -> dict[str, Any]:
    return {"timezone": "Asia/Shanghai", "agents": [ALICE, BOB], **more}


def test_file_that_names_another_zone_than_the_sites_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "roster.json"
    path.write_text(json.dumps(made(timezone="Europe/Berlin")))
    assert load_roster(path).timezone == load_roster(path, "Europe/Berlin").timezone == "Europe/Berlin"
    with pytest.raises(BadInput, match=r"roster.json names the time zone Europe/Berlin, the site's is Asia/Shanghai"):
        load_roster(path, "Asia/Shanghai")


def test_roster_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "roster.json"
    path.write_text(json.dumps(made(shifts=[])), "utf-8")
    assert {i: t[0].agent for i, t in load_roster(path).tenures().items()} == {
        "PJSIP/1001": "Alice",
        "PJSIP/1002": "Bob",
    }


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe", b"[" * 100_000, b""])
def test_file_that_is_not_json_is_unreadable(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "roster.json"
    path.write_bytes(content)
    with pytest.raises(UnreadableFile, match="is not JSON"):
        load_roster(path)


@pytest.mark.parametrize(
    ("name", "content"),
    [("r.xlsx", b"PK\x03\x04..."), ("R.XLSX", b""), ("shifts.csv", b"agent,from"), ("r", b"PK\x03\x04")],
)
def test_spreadsheet_says_how_it_becomes_a_roster(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UnreadableFile, match=r"is a spreadsheet; .*`callcenter roster convert \S+ roster\.json`"):
        load_roster(path)


def test_folder_of_csv_files_says_how_it_becomes_a_roster(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"is a folder; .*callcenter roster convert"):
        load_roster(tmp_path)


def test_file_with_wrong_rows_names_itself(tmp_path: Path) -> None:
    path = tmp_path / "roster.json"
    path.write_text("[]")
    with pytest.raises(BadInput, match=r"roster\.json cannot be used"):
        load_roster(path)


def test_file_that_is_not_there_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="cannot be read"):
        load_roster(tmp_path / "none.json")
