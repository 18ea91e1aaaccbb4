from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from callcenter.errors import DiskFull, JournalDamaged, StoreError
from callcenter.journal.file import explain, told_plainly

PATH = Path("var/journal.sqlite")


def sqlite_error(code: str) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("as SQLite words it")
    error.sqlite_errorname = code
    return error


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        ("SQLITE_FULL", DiskFull, "full"),
        ("SQLITE_CORRUPT", JournalDamaged, "callcenter journal verify"),
        ("SQLITE_CORRUPT_INDEX", JournalDamaged, "callcenter journal verify"),
        ("SQLITE_NOTADB", JournalDamaged, "not a journal"),
        ("SQLITE_BUSY", StoreError, "locked"),
        ("SQLITE_CANTOPEN", StoreError, "permissions"),
        ("SQLITE_READONLY_DIRECTORY", StoreError, "permissions"),
        ("SQLITE_IOERR_WRITE", StoreError, "as SQLite words it"),
    ],
)
def test_each_sqlite_error_becomes_one_sentence(code: str, kind: type[StoreError], words: str) -> None:
    explained = explain(sqlite_error(code), PATH)

    assert type(explained) is kind
    assert words in str(explained)
    assert str(PATH) in str(explained)
    assert "\n" not in str(explained)


def test_an_error_of_the_sqlite3_module_itself_is_told_too() -> None:
    with pytest.raises(StoreError, match="closed database"), told_plainly(PATH):
        raise sqlite3.ProgrammingError("Cannot operate on a closed database")


def test_an_error_of_the_system_names_the_file() -> None:
    with pytest.raises(StoreError, match=r"var/journal\.sqlite.*Permission denied"), told_plainly(PATH):
        raise PermissionError(13, "Permission denied")
