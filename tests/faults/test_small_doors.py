"""Small doors, each shut: a lock file taken away, passwords that everybody tries, marks that turn text around."""

from __future__ import annotations

import asyncio
import csv
import io
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.doctor.own import inspect_sqlite
from callcenter.errors import BadInput, StoreError
from callcenter.journal import Journal, JournalSettings
from callcenter.ownfiles import held
from callcenter.spreadsheet import csv_file, workbook
from callcenter.store.sign_in.accounts import Accounts
from callcenter.untrusted import inert, live
from tests.integration.loaded_switch import LoadedSwitch, stories
from tests.integration.office import PASSWORD, QUICK
from tests.integration.service import at_home

TURNED = "invoice \u202efdp.exe"
MARKS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c\u200b\u2060\ufeff\u00ad\u0007\u001b"


async def test_a_second_journal_is_refused_though_the_lock_file_is_gone(tmp_path: Path) -> None:
    settings = JournalSettings(path=tmp_path / "journal.sqlite", min_free_bytes=0)
    async with await Journal.open(settings):
        (tmp_path / "journal.sqlite-lock").unlink()
        with pytest.raises(StoreError, match="already being written"):
            await Journal.open(settings)
    await (await Journal.open(settings)).close()


async def test_a_second_service_is_refused_though_the_lock_file_is_gone(tmp_path: Path) -> None:
    async with LoadedSwitch(stories(), 8.0) as switch, at_home(tmp_path, switch.port) as service:
        await service.start()
        (tmp_path / "journal.sqlite-lock").unlink()
        service.settings.write_text(service.settings.read_text().replace("journal.sqlite", "another.sqlite"))
        code, words = await service.run("serve")  # its own journal, and the same database
        assert (code, "already being written" in words) == (4, True)
        assert "Traceback" not in words
        assert await service.stop() == 0


def test_a_file_is_held_by_one_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()
    refused = pytest.raises(StoreError, match=r"the file .* is already being written")
    with held(path, "the file"), refused, held(path, "the file"):
        raise AssertionError
    with held(path, "the file"):
        pass


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "Passw0rd1234!",
        "passwordpassword",
        "123456789012",
        "qwertyuiop123",
        "administrator1",
        "iloveyou12345",
        "1qaz2wsx3edc",
        "aaaaaaaaaaaa",
        "abcabcabcabc",
        "letmein12345",
        "callcenter2026",
        "woaini1314520",
        "20261129202611",
        "kefu12345678",
        "P@ssw0rdP@ssw0rd",
    ],
)
async def test_a_password_that_everybody_tries_is_refused(password: str) -> None:
    with pytest.raises(BadInput, match="among the first that are tried"):
        await Accounts(QUICK).hashed("sun", password)


@pytest.mark.parametrize("password", [PASSWORD, "quite another phrase", "vK7#qLm2!xTz", "客服中心的一句长长的话语"])
async def test_a_password_that_nobody_tries_first_is_taken(password: str) -> None:
    assert (await Accounts(QUICK).hashed("sun", password)).startswith("$argon2id$")


async def test_checking_a_long_password_takes_no_time() -> None:
    async with asyncio.timeout(5):
        for password in ("ab" * 64, "qwerty12" * 16, "p4$$w0rD" * 16):
            with pytest.raises(BadInput):
                await Accounts(QUICK).hashed("sun", password)


def test_marks_that_turn_text_around_are_shown_and_do_nothing() -> None:
    rows = [["note"], [TURNED], [MARKS]]
    in_csv = [*csv.reader(io.StringIO(csv_file(rows).decode("utf-8-sig")))]
    sheet = openpyxl.load_workbook(io.BytesIO(workbook([("notes", rows)]))).active
    assert sheet is not None
    in_book = [[str(cell.value) for cell in row] for row in sheet.iter_rows()]
    assert in_csv == in_book
    assert in_csv[1] == ["invoice \\u{202e}fdp.exe"]
    assert not any(mark in cell for row in in_csv for cell in row for mark in MARKS)


@given(st.text(alphabet=st.one_of(st.sampled_from(MARKS + "\\u{5c}=+@' \n\t表"), st.characters(codec="utf-8"))))
def test_what_was_made_inert_is_read_back_as_it_was(text: str) -> None:
    shown = inert(text)
    assert live(shown) == text
    assert not any(mark in shown for mark in MARKS)


@pytest.mark.parametrize(
    ("version", "verdict"),
    [("3.40.1", "warn"), ("3.51.2", "warn"), ("3.51.3", "ok"), ("3.50.7", "ok"), ("3.44.6", "ok"), ("4.0.0", "ok")],
)
def test_a_sqlite_with_the_wal_reset_bug_is_named(version: str, verdict: str) -> None:
    check = inspect_sqlite(version)
    assert (check.name, check.verdict, version in check.found) == ("sqlite", verdict, True)
