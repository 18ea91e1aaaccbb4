"""The audit log: each entry's hash covers the entry and the hash before it, and signed heads leave the machine.

Whoever changes an entry breaks every later hash. Whoever rewrites all of them meets the heads: number and hash of the
newest entry at some moment, signed (HMAC-SHA256) with a key that the database does not hold, in a file to be kept
elsewhere.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, insert, not_, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.domain.frame import SECOND, Micros
from callcenter.errors import BadSetting, StoreError, UnreadableFile
from callcenter.ownfiles import keep_private, open_private
from callcenter.store.tables import AuditHeadRow, AuditRow
from callcenter.store.untold import gives_away

RECENT: Micros = 2 * 3600 * SECOND
START = "0" * 64
"""Stands before the first entry."""
_AT_ONCE = 5_000
_LEAST_KEY = 16
_encode = msgspec.json.Encoder(order="deterministic").encode


class AuditDamaged(StoreError):
    """The audit log is not what was written."""


class Audited(msgspec.Struct, frozen=True, kw_only=True):
    """Who did what to what, and when.

    Attributes:
        actor: An account, `service`, or `console:` and the system's user.
        kind: What it was done to (`violation`, `account`, `agent`, `session`, `change`, `customer`, `caller`,
            `access_review`, `master_key`, `case`, `case_link`, `case_class`, `department`, `deputy`, `enquiry`,
            `contact_system`, `attachment`, `outbox`, `wall`, or what was given: `mark`, `best`, `proposal`,
            `adjustment`), `subject` which one.
    """

    at: Micros
    actor: str
    action: str
    kind: str
    subject: str
    detail: dict[str, Any] = {}


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An entry in its place."""

    seq: int
    told: Audited
    hash: str


class SignedHead(msgspec.Struct, frozen=True, kw_only=True):
    """The newest entry at a moment, signed.

    Attributes:
        hashed_by: How entries are chained up to it, `signed_by` how it is signed; heads of before said neither.
    """

    seq: int
    hash: str
    at: Micros
    mac: str
    hashed_by: Literal["sha256"] = "sha256"
    signed_by: Literal["hmac-sha256"] = "hmac-sha256"


def seal(previous: str, seq: int, told: Audited) -> str:
    """Hash an entry onto the hash before it."""
    return hashlib.sha256(bytes.fromhex(previous) + _encode((seq, told))).hexdigest()


async def append(connection: AsyncConnection, told: Audited) -> None:
    """Add an entry, within a transaction that holds the head's row."""
    head = (await connection.execute(select(AuditHeadRow.seq, AuditHeadRow.hash))).one()
    seq, sealed = head.seq + 1, seal(head.hash, head.seq + 1, told)
    values = {name: getattr(told, name) for name in ("at", "actor", "action", "kind", "subject")}
    await connection.execute(insert(AuditRow).values(seq=seq, hash=sealed, detail=_detail(told), **values))
    await connection.execute(update(AuditHeadRow).values(seq=seq, hash=sealed))


class AuditAsked(msgspec.Struct, frozen=True, kw_only=True):
    """Which entries are asked for: what is said must be as it is said; times from (inclusive) and to (exclusive).

    Attributes:
        reader: The agent that whoever reads is: nothing of a record that they were not told of, nor of what led to it.
    """

    actor: str | None = None
    action: str | None = None
    kind: str | None = None
    subject: str | None = None
    since: Micros | None = None
    until: Micros | None = None
    newest: bool = False
    reader: str | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """Say it in SQL."""
        r = AuditRow
        same = {r.actor: self.actor, r.action: self.action, r.kind: self.kind, r.subject: self.subject}
        found = [column == value for column, value in same.items() if value is not None]
        found += [] if self.since is None else [r.at >= self.since]
        found += [] if self.until is None else [r.at < self.until]
        return found if self.reader is None else [*found, not_(gives_away(self.reader))]


async def page(
    connection: AsyncConnection,
    after: int,
    limit: int,
    damaged: dict[str, Any] | None = None,
    asked: AuditAsked = AuditAsked(),  # noqa: B008 - it is frozen
) -> list[AuditEntry]:
    """Read entries in their order, from the one after a number; the newest first where that is asked.

    Args:
        connection: To read by.
        after: That number; of the newest first, 0 is before all.
        limit: At most so many.
        damaged: Stands in for a detail that cannot be read.
        asked: Which alone.

    Raises:
        AuditDamaged: A detail cannot be read, and nothing stands in for it.
    """
    rows = select(AuditRow).where(*asked.conditions()).limit(limit)
    if not asked.newest:
        rows = rows.where(AuditRow.seq > after).order_by(AuditRow.seq)
    else:
        rows = rows.where(AuditRow.seq < after if after else true()).order_by(AuditRow.seq.desc())
    return [_entry(row, damaged) for row in await connection.execute(rows)]


async def verify(connection: AsyncConnection, heads: Sequence[SignedHead] = ()) -> int:
    """Check every entry against its hash, and the log against its head and heads that were signed; counts the entries.

    Wants a writing transaction, so that nothing is added meanwhile.

    Raises:
        AuditDamaged: The first entry that is missing, changed, or not the one that was signed.
    """
    seq, sealed = 0, START
    signed: dict[int, set[str]] = {0: {START}}
    for told in heads:
        signed.setdefault(told.seq, set()).add(told.hash)
    _agree(signed, seq, sealed)
    while entries := await page(connection, seq, _AT_ONCE):
        for entry in entries:
            seq, sealed = _checked(entry, seq + 1, sealed)
            _agree(signed, seq, sealed)
    head = (await connection.execute(select(AuditHeadRow.seq, AuditHeadRow.hash))).one()
    if (head.seq, head.hash) != (seq, sealed):
        raise AuditDamaged(f"the audit log ends at entry {seq}, but {head.seq} were written")
    if signed:
        raise AuditDamaged(f"the audit log ends at entry {seq}, but a signed head names entry {max(signed)}")
    return seq


class AuditPart(NamedTuple):
    """So far the log is what was written; `of`: the number of its newest entry when that was asked."""

    upto: int
    of: int


async def verify_part(connection: AsyncConnection, after: int, heads: Sequence[SignedHead] = ()) -> AuditPart:
    """Check some thousand entries behind one that was checked before, as `verify` does; entries may come meanwhile.

    Raises:
        AuditDamaged: The first entry that is missing, changed, or not the one that was signed.
    """
    head = (await connection.execute(select(AuditHeadRow.seq, AuditHeadRow.hash))).one()
    seq, sealed = after, START
    if after:
        sealed = await connection.scalar(select(AuditRow.hash).where(AuditRow.seq == after)) or ""
        if not sealed:
            raise AuditDamaged(f"audit entry {after} is missing")
    signed: dict[int, set[str]] = {}
    for told in heads:
        signed.setdefault(told.seq, set()).add(told.hash)
    if signed and max(signed) > head.seq:
        raise AuditDamaged(f"the audit log ends at entry {head.seq}, but a signed head names entry {max(signed)}")
    for entry in await page(connection, after, min(_AT_ONCE, head.seq - after)):
        seq, sealed = _checked(entry, seq + 1, sealed)
        _agree(signed, seq, sealed)
    if seq < head.seq and seq - after < _AT_ONCE:
        raise AuditDamaged(f"the audit log ends at entry {seq}, but {head.seq} were written")
    if seq == head.seq and sealed != head.hash:
        raise AuditDamaged(f"audit entry {seq} is not the one whose hash was kept: the log was rewritten")
    return AuditPart(seq, head.seq)


async def sign(connection: AsyncConnection, key: bytes, at: Micros) -> SignedHead:
    """Sign the present head."""
    head = (await connection.execute(select(AuditHeadRow.seq, AuditHeadRow.hash))).one()
    return SignedHead(seq=head.seq, hash=head.hash, at=at, mac=_mac(key, head.seq, head.hash, at))


def read_heads(path: Path, key: bytes) -> list[SignedHead]:
    """Read heads that were signed before, a JSON object a line.

    Raises:
        UnreadableFile: There is no such file, or a line of it is not a head.
        AuditDamaged: A head does not carry the key's signature.
    """
    try:
        heads = [msgspec.json.decode(line, type=SignedHead) for line in path.read_bytes().splitlines() if line.strip()]
    except (OSError, msgspec.DecodeError) as error:
        raise UnreadableFile(f"the signed heads {path} cannot be read: {error}") from error
    for head in heads:
        if not hmac.compare_digest(head.mac, _mac(key, head.seq, head.hash, head.at)):
            raise AuditDamaged(f"{path}: the head of entry {head.seq} is not signed with this key")
    return heads


def require_recent(heads: Sequence[SignedHead], now: Micros) -> None:
    """Pass if the newest head is from the last hours: the service signs one each hour.

    Raises:
        AuditDamaged: There is none, or only older ones: whoever cut the log may have taken the newer ones.
    """
    newest = max((head.at for head in heads), default=None)
    if newest is None:
        raise AuditDamaged("there is no signed head: nobody can say that nothing was cut off; bring the file of heads")
    if newest < now - RECENT:
        when = datetime.fromtimestamp(newest / SECOND, UTC).isoformat(" ", "minutes")
        raise AuditDamaged(
            f"the newest signed head is from {when}, older than {RECENT // (3600 * SECOND)} hours: newer ones were "
            "taken, or the service did not run; bring them, or sign by: callcenter audit sign"
        )


def append_head(path: Path, head: SignedHead) -> None:
    """Add a signed head to a file.

    Raises:
        StoreError: The file cannot be written.
    """
    try:
        keep_private(path)
        with open_private(path, "ab") as file:
            file.write(msgspec.json.encode(head) + b"\n")
    except OSError as error:
        raise StoreError(f"the signed head cannot be written to {path}: {error.strerror or error}") from error


def read_key(path: Path) -> bytes:
    """Read the key that heads are signed with.

    Raises:
        BadSetting: The file cannot be read, or is too short for a key.
    """
    try:
        key = path.read_bytes().strip()
    except OSError as error:
        raise BadSetting(f"the audit key {path} cannot be read: {error.strerror or error}") from error
    if len(key) < _LEAST_KEY:
        raise BadSetting(f"the audit key {path} is too short; write one with: openssl rand -hex 32 > {path}")
    return key


def _checked(entry: AuditEntry, seq: int, previous: str) -> tuple[int, str]:
    if entry.seq != seq:
        raise AuditDamaged(f"audit entry {seq} is missing: {entry.seq} follows {seq - 1}")
    if entry.hash != seal(previous, seq, entry.told):
        raise AuditDamaged(f"audit entry {seq} was changed: it does not hash to what was written")
    return entry.seq, entry.hash


def _agree(signed: dict[int, set[str]], seq: int, sealed: str) -> None:
    """Hold an entry against every head that was signed at it."""
    if signed.pop(seq, {sealed}) != {sealed}:
        raise AuditDamaged(f"audit entry {seq} is not the one whose hash was signed: the log was rewritten")


def _entry(row: Any, damaged: dict[str, Any] | None = None) -> AuditEntry:
    try:
        detail = msgspec.json.decode(row.detail, type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError) as error:
        if damaged is not None:
            return AuditEntry(seq=row.seq, told=_told(row, damaged), hash=row.hash)
        raise AuditDamaged(f"audit entry {row.seq} was changed: its detail is not JSON") from error
    return AuditEntry(seq=row.seq, told=_told(row, detail), hash=row.hash)


def _told(row: Any, detail: dict[str, Any]) -> Audited:
    return Audited(at=row.at, actor=row.actor, action=row.action, kind=row.kind, subject=row.subject, detail=detail)


def _detail(told: Audited) -> str:
    return _encode(told.detail).decode()


def _mac(key: bytes, seq: int, sealed: str, at: Micros) -> str:
    return hmac.new(key, _encode((seq, sealed, at)), hashlib.sha256).hexdigest()
