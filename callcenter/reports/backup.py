"""Backups: journal and database copied while the service runs, proved to be whole, and put back when it does not.

A backup is a folder: `journal.sqlite`, `callcenter.sqlite`, the folder `attachments`, the settings' own files, and
`manifest.json` with what was copied and its hashes. The database is copied first, so that the journal holds all that
the database has followed. Until everything has been verified the folder has another name; what is not named as a
backup is none, and goes again: at the end of a backup that failed, or when the next one begins after one that was
killed.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from callcenter import __version__
from callcenter.domain.frame import SECOND, Micros
from callcenter.errors import BadInput, JournalDamaged, StoreError
from callcenter.journal import verify as verify_journal
from callcenter.ownfiles import open_private, private_folder
from callcenter.store import DecisionStore, StoreSettings, newest_revision
from callcenter.store.audit import verify as verify_audit
from callcenter.store.decisions.withdrawals import followed
from callcenter.store.enquiries.file_folder import FileFolder

JOURNAL, DATABASE, MANIFEST = "journal.sqlite", "callcenter.sqlite", "manifest.json"
ATTACHMENTS = "attachments"
_PREFIX, _PARTIAL = "callcenter-", ".partial"


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup holds.

    Attributes:
        made_at: When, by our clock.
        node: The switch that was followed.
        schema: Of the database.
        database_position: Up to which journal entry the database has followed.
        journal_first: The first entry that the journal has.
        journal_last: The last one.
        audit_entries: How many entries the audit log has.
        files: Hash (SHA-256) of each file by its name.
    """

    made_at: Micros
    version: str
    node: str
    schema: str
    database_position: int
    journal_first: int
    journal_last: int
    audit_entries: int
    files: dict[str, str]


class BackupContents(msgspec.Struct, frozen=True, kw_only=True):
    """What is backed up and put back: two databases, the folder of attachments, and files that are copied beside."""

    journal: Path
    store: StoreSettings
    node: str
    attachments: Path | None = None
    beside: tuple[Path, ...] = ()

    @property
    def database(self) -> Path:
        """The database's file.

        Raises:
            BadInput: It is a server's.
        """
        if self.store.path is None:
            raise BadInput(
                f"{self.store.url} is a server's database: back it up by pg_dump, and the journal by its file"
            )
        return self.store.path


async def back_up(kept: BackupContents, folder: Path, now: Micros) -> tuple[Path, Manifest]:
    """Make a backup in a folder of backups, verify it, and return where it is; the service may run meanwhile.

    Raises:
        BadInput: The folder cannot be written, another backup is being made in it, or a file is missing.
        StoreError: A copy is not whole: what was copied is damaged, or the two do not belong together.
    """
    made = folder / f"{_PREFIX}{datetime.fromtimestamp(now / SECOND, UTC):%Y%m%dT%H%M%SZ}"
    for path in (kept.database, kept.journal):
        if not path.exists():
            raise BadInput(f"{path} is not there yet: there is nothing to back up before the first `callcenter serve`")
    with _told_plainly(folder):
        private_folder(folder)
    with _alone(folder):
        _remove_partial(folder)
        if made.exists():
            raise BadInput(f"{made} exists already")
        try:
            return made, await _make(kept, made, now)
        finally:
            _remove_partial(folder)


def prune(folder: Path, keep: int) -> list[Path]:
    """Delete all but the newest backups of a folder; return those that went."""
    whole = sorted(path for path in folder.glob(f"{_PREFIX}*Z") if (path / MANIFEST).is_file())
    for path in whole[:-keep]:
        shutil.rmtree(path)
    return whole[:-keep]


def verified(backup: Path) -> Manifest:
    """Check that a backup is what was written, and every entry of its journal.

    Raises:
        BadInput: It is no backup.
        StoreError: It is not what was written.
    """
    try:
        manifest = msgspec.json.decode((backup / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError) as error:
        raise BadInput(f"{backup} is no backup: {MANIFEST} cannot be read ({error})") from error
    for name, sealed in manifest.files.items():
        with _told_plainly(backup):
            found = _hash(backup / name)
        if found != sealed:
            raise StoreError(f"the backup {backup} is damaged: {name} is not what was written")
    report = verify_journal(backup / JOURNAL)
    if report.damage is not None or report.last != manifest.journal_last:
        raise JournalDamaged(f"the backup {backup} is damaged: its journal is not what was written")
    return manifest


def put_back(backup: Path, manifest: Manifest, kept: BackupContents, now: Micros) -> list[Path]:
    """Put journal and database of a verified backup in their places; what is there is set aside, and returned.

    Attachments are put beside those that are there: each has its hash for a name.

    Wants the journal claimed by the caller, so that no service runs.

    Raises:
        BadInput: A file cannot be written.
        StoreError: The backup is of another version's schema.
    """
    if manifest.schema != newest_revision():
        raise StoreError(
            f"the backup has schema {manifest.schema}, this version writes {newest_revision()}: restore it by version "
            f"{manifest.version}, then upgrade"
        )
    aside = f".before-{datetime.fromtimestamp(now / SECOND, UTC):%Y%m%dT%H%M%SZ}"
    set_aside = []
    for name, place in ((DATABASE, kept.database), (JOURNAL, kept.journal)):
        with _told_plainly(place):
            private_folder(place.parent)
            fresh = place.with_name(place.name + ".restored")
            fresh.unlink(missing_ok=True)
            with (backup / name).open("rb") as source, open_private(fresh, "xb") as copy:
                shutil.copyfileobj(source, copy)
            _sync(fresh)
            set_aside += [path.rename(path.with_name(path.name + aside)) for path in _with_logs(place)]
            fresh.rename(place)
            _sync(place.parent)
    if kept.attachments is not None:
        with _told_plainly(kept.attachments):
            _copy_attachments(backup / ATTACHMENTS, kept.attachments)
    return set_aside


async def _make(kept: BackupContents, made: Path, now: Micros) -> Manifest:
    """Copy into a folder that is no backup yet, prove the copies, and give it its name."""
    partial = made.with_name(made.name + _PARTIAL)
    with _told_plainly(partial):
        private_folder(partial)
        _copy_database(kept.database, partial / DATABASE)
        _copy_database(kept.journal, partial / JOURNAL)
        _copy_attachments(kept.attachments, partial / ATTACHMENTS)
        for path in kept.beside:
            shutil.copyfile(path, partial / path.name, follow_symlinks=True)
    manifest = await _proved(partial, kept.node, now)
    with _told_plainly(partial):
        (partial / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest)) + b"\n")
        for path in partial.rglob("*"):
            path.chmod(0o700 if path.is_dir() else 0o600)
            _sync(path)
        _sync(partial)
        partial.rename(made)
        _sync(made.parent)
    return manifest


def _remove_partial(folder: Path) -> None:
    for path in folder.glob(f"{_PREFIX}*{_PARTIAL}"):
        shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Be the only one who makes a backup in a folder."""
    with _told_plainly(folder):
        lock = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BadInput(f"another backup is being made in {folder}: wait until it ends") from error
        yield
    finally:
        os.close(lock)


async def _proved(folder: Path, node: str, now: Micros) -> Manifest:
    """Check the copies, and describe them."""
    report = verify_journal(folder / JOURNAL)
    if report.damage is not None:
        raise JournalDamaged(
            f"the journal is damaged at entry {report.damage.position}: {report.damage.reason}; nothing was backed up"
        )
    decisions = await DecisionStore.open(StoreSettings(url=f"sqlite:///{folder / DATABASE}"))
    try:
        async with decisions.reading() as connection:
            position, entries = await followed(connection, node), await verify_audit(connection)
    finally:
        await decisions.close()
    if position > report.last:
        raise StoreError(
            f"the database has followed a journal up to entry {position}, this one ends at {report.last}: "
            "they do not belong together"
        )
    _settle(folder / DATABASE)
    return Manifest(
        made_at=now,
        version=__version__,
        node=node,
        schema=newest_revision(),
        database_position=position,
        journal_first=report.first,
        journal_last=report.last,
        audit_entries=entries,
        files=_hashes(folder),
    )


def _copy_database(path: Path, target: Path) -> None:
    """Copy a database as of one moment, whoever writes it meanwhile, and check every page of the copy."""
    target.touch(mode=0o600)
    with _connected(f"file:{path}?mode=ro") as source, _connected(f"file:{target}") as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
        found = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if found != "ok":
        raise StoreError(f"{path} is damaged: {found}")


def _copy_attachments(folder: Path | None, target: Path) -> None:
    """Copy the files that are there; one that is swept meanwhile is needed by no row of the database's copy."""
    if folder is None:
        return
    for name in FileFolder(folder).names():
        private_folder(target)
        fresh = target / f"{name}.fresh"
        with contextlib.suppress(FileNotFoundError), (folder / name).open("rb") as source:
            with open_private(fresh, "wb") as copy:
                shutil.copyfileobj(source, copy)
            _sync(fresh)
            fresh.rename(target / name)


def _settle(path: Path) -> None:
    """Leave one file of a database, without its log."""
    with _connected(f"file:{path}") as copy:
        copy.execute("PRAGMA journal_mode = DELETE")


@contextlib.contextmanager
def _connected(uri: str) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(uri.replace("#", "%23"), uri=True, timeout=30, isolation_level=None)
    try:
        yield connection
    finally:
        connection.close()


@contextlib.contextmanager
def _told_plainly(place: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(f"{place}: a database cannot be copied: {error}") from error
    except OSError as error:
        raise BadInput(f"{error.filename or place}: {error.strerror or error}") from error


def _with_logs(place: Path) -> Iterable[Path]:
    return [path for end in ("", "-wal", "-shm") if (path := place.with_name(place.name + end)).exists()]


def _hashes(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): _hash(path) for path in sorted(folder.rglob("*")) if path.is_file()}


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
