"""The journal's SQLite file: its tables, who may write it, and what its errors mean to a person."""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
from typing import TYPE_CHECKING

from callcenter.errors import DiskFull, JournalDamaged, StoreError
from callcenter.journal.entries import Head
from callcenter.ownfiles import private_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

APPLICATION_ID = 0x43434A4C
VERSION = 1
_BUSY_SECONDS = 30.0
_PAGE_BYTES = 16_384

_TABLES = """
CREATE TABLE entry (
    position INTEGER PRIMARY KEY, kind INTEGER NOT NULL, source TEXT NOT NULL,
    recorded_at INTEGER NOT NULL, payload BLOB NOT NULL, hash BLOB NOT NULL
) STRICT;
CREATE TABLE chain (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    anchor_position INTEGER NOT NULL, anchor_hash BLOB NOT NULL,
    head_position INTEGER NOT NULL, head_hash BLOB NOT NULL
) STRICT;
INSERT INTO chain VALUES (1, 0, x'', 0, x'');
CREATE TABLE state (
    position INTEGER PRIMARY KEY, blob BLOB NOT NULL, hash BLOB NOT NULL
) STRICT;
CREATE VIEW arrival AS SELECT 0 AS first, 0 AS count, '' AS outline, x'' AS payloads, x'' AS hashes;
CREATE TRIGGER arrive INSTEAD OF INSERT ON arrival BEGIN
    INSERT INTO entry SELECT
        new.first + key,
        json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'),
        coalesce(substr(new.payloads, 1 + json_extract(value, '$[3]'), json_extract(value, '$[4]')), x''),
        substr(new.hashes, 1 + 32 * key, 32)
    FROM json_each(new.outline);
    UPDATE chain SET head_position = new.first + new.count - 1, head_hash = substr(new.hashes, -32);
END;
"""
# A whole commit is one INSERT into `arrival`. With a statement a row, sqlite3 gives up the interpreter lock
# at every row and gets it back from a busy event loop only a switch interval (5 ms) later: 200 rows a second.
# The substr of no bytes at all is NULL, hence the coalesce.

_KEPT = """
CREATE TABLE IF NOT EXISTS kept (
    position INTEGER PRIMARY KEY, kind INTEGER NOT NULL, source TEXT NOT NULL, recorded_at INTEGER NOT NULL,
    payload BLOB NOT NULL, hash BLOB NOT NULL, previous BLOB NOT NULL
) STRICT;
"""
# Entries of the part that was cut on which open matters still stand, each with the seal before its own.

WRITE_BATCH = "INSERT INTO arrival VALUES (?, ?, ?, ?, ?)"


@contextlib.contextmanager
def told_plainly(path: Path) -> Iterator[None]:
    """Turn SQLite's and the system's errors into one sentence of ours."""
    try:
        yield
    except sqlite3.Error as error:
        raise explain(error, path) from error
    except OSError as error:
        raise StoreError(f"the journal {path} cannot be used: {error.strerror or error}.") from error


def explain(error: sqlite3.Error, path: Path) -> StoreError:
    """Say what an SQLite error means for the journal."""
    code: str = getattr(error, "sqlite_errorname", "")
    if code == "SQLITE_FULL":
        return DiskFull(f"the disk of the journal {path} is full; free some space and start again.")
    if code.startswith("SQLITE_CORRUPT"):
        return JournalDamaged(f"the journal {path} is damaged ({error}); run: callcenter journal verify {path}")
    if code == "SQLITE_NOTADB":
        return JournalDamaged(f"{path} is not a journal, or its beginning is damaged.")
    if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return StoreError(f"the journal {path} is locked by another program; end that program first.")
    if code.startswith(("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_PERM")):
        return StoreError(f"the journal {path} cannot be opened; check that it exists and its permissions.")
    return StoreError(f"the journal {path} cannot be used: {error}.")


def claim(path: Path) -> int:
    """Become the only writer of a journal; the lock is the returned descriptor and dies with the process.

    A file of its own: closing a second descriptor of the database would drop SQLite's own locks.

    Raises:
        StoreError: Another process writes it.
    """
    private_folder(path.parent)
    lock = os.open(f"{path}-lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        owner = os.pread(lock, 20, 0).decode("ascii", "replace").strip()
        os.close(lock)
        raise StoreError(f"the journal {path} is already being written by process {owner}.") from error
    os.ftruncate(lock, 0)
    os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
    return lock


def open_for_writing(path: Path) -> sqlite3.Connection:
    """Open the journal, an empty file as a new one; the caller has claimed it, and made the file if there was none.

    Raises:
        StoreError: Not a journal, of another version, damaged at its end, or not writable.
    """
    uri = f"{path.absolute().as_uri()}?mode=rw"
    connection = sqlite3.connect(uri, _BUSY_SECONDS, uri=True, isolation_level=None, check_same_thread=False)
    try:
        blank = _is_blank(connection)
        if blank:
            connection.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
        else:
            _check_version(connection, path)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA journal_size_limit = {64 << 20}")
        if blank:
            marks = f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION};"
            connection.executescript(f"BEGIN IMMEDIATE; {_TABLES} {marks} COMMIT;")
        connection.executescript(_KEPT)  # files of earlier versions have none
        _check_head(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def open_for_reading(path: Path) -> sqlite3.Connection:
    """Open the journal beside its writer, or a copy of one.

    Raises:
        StoreError: Missing, not a journal, or of another version.
    """
    uri = f"{path.resolve().as_uri()}?mode=ro"
    if not os.access(path.parent, os.W_OK) and not path.with_name(f"{path.name}-wal").exists():
        uri += "&immutable=1"  # a copy in a read-only place: no writer, no room for shared memory
    connection = sqlite3.connect(uri, _BUSY_SECONDS, uri=True, isolation_level=None, check_same_thread=False)
    connection.text_factory = _lenient_text
    try:
        _check_version(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def anchor_and_head(connection: sqlite3.Connection) -> tuple[Head, Head]:
    """Read where the kept chain begins (the place before its first entry) and where it ends.

    Raises:
        JournalDamaged: The row that says so is gone or cannot be.
    """
    row = connection.execute("SELECT anchor_position, anchor_hash, head_position, head_hash FROM chain").fetchone()
    if row is None or [type(value) for value in row] != [int, bytes, int, bytes]:
        raise JournalDamaged("the journal's record of where it begins and ends is damaged.")
    return Head(row[0], row[1]), Head(row[2], row[3])


def has_kept(connection: sqlite3.Connection) -> bool:
    """Tell whether a file has the table of what was kept from the part that was cut; older files have none."""
    query = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'kept'"
    return bool(connection.execute(query).fetchone()[0])


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection, mode: str = "IMMEDIATE") -> Iterator[None]:
    """Do all of the block or none of it; `DEFERRED` to read one moment's contents."""
    connection.execute(f"BEGIN {mode}")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def free_bytes(path: Path) -> int:
    """Measure what an ordinary user may still write on the journal's disk."""
    disk = os.statvfs(path.parent)
    return disk.f_bavail * disk.f_frsize


def _lenient_text(raw: bytes) -> str:
    """Read damaged text as well, so that the chain can say which entry it is."""
    return raw.decode("utf-8", "surrogateescape")


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    value: int = connection.execute(f"PRAGMA {name}").fetchone()[0]
    return value


def _is_blank(connection: sqlite3.Connection) -> bool:
    """Tell a file that was just made, or whose making was cut off, from one that holds something."""
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    return (tables, _pragma(connection, "application_id")) == (0, 0)


def _check_version(connection: sqlite3.Connection, path: Path) -> None:
    application, version = _pragma(connection, "application_id"), _pragma(connection, "user_version")
    if application != APPLICATION_ID:
        raise StoreError(f"{path} is not a journal, it is empty or belongs to another program.")
    if version != VERSION:
        raise StoreError(f"the journal {path} has version {version}, this program writes version {VERSION}.")


def _check_head(connection: sqlite3.Connection, path: Path) -> None:
    anchor, head = anchor_and_head(connection)
    row = connection.execute("SELECT position, hash FROM entry ORDER BY position DESC LIMIT 1").fetchone()
    if (Head(*row) if row else anchor) != head:
        raise JournalDamaged(f"the journal {path} has lost its end; run: callcenter journal verify {path}")
