"""Reading beside the writer: every entry is checked against its seal before it is given out."""

from __future__ import annotations

import sqlite3
import struct
from typing import TYPE_CHECKING, Any, Self

import msgspec

from callcenter.domain.frame import Micros
from callcenter.errors import BadInput, JournalDamaged
from callcenter.journal import states
from callcenter.journal.entries import Head, Stored, seal
from callcenter.journal.file import anchor_and_head, has_kept, open_for_reading, told_plainly, transaction
from callcenter.locale import english

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PAGE = 1000
_COLUMNS = "SELECT position, kind, source, recorded_at, payload, hash FROM entry"
_NEXT_PAGE = f"{_COLUMNS} WHERE position > ? ORDER BY position LIMIT ?"
_ONE = f"{_COLUMNS} WHERE position = ?"
_KEPT = "SELECT position, kind, source, recorded_at, payload, hash, previous FROM kept"
_MISSING = english("it is missing")


class Damage(msgspec.Struct, frozen=True):
    """The first entry that is not as it was written."""

    position: int
    reason: str


class JournalInfo(msgspec.Struct, frozen=True):
    """What a journal holds, without checking it."""

    first: int
    last: int
    first_at: Micros | None
    last_at: Micros | None
    states: list[int]
    size_bytes: int
    kept: int = 0

    @property
    def entries(self) -> int:
        """Count the entries."""
        return self.last - self.first + 1


class JournalReader:
    """A journal opened for reading; of one thread at a time, closed by its `with` block."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with told_plainly(path):
            self._connection = open_for_reading(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def bounds(self) -> tuple[Head, Head]:
        """Tell the place before the first entry and the last place, with their seals."""
        with told_plainly(self.path):
            return anchor_and_head(self._connection)

    def inspect(self, start: int = 0) -> Iterator[tuple[list[Stored], Damage | None]]:
        """Give the sound entries from a position on, a page at a time, and with the last page what ended it.

        A position before the first kept entry means the first kept entry. Where entries are cut while
        this reads, it goes on from the new beginning.
        """
        passed = self._place_before(start)
        while True:
            passed, page, behind = self._page(passed)
            sound, fault = _follow(passed, page)
            yield sound, fault or behind
            if fault or behind or len(page) < _PAGE:
                return
            passed = Head(sound[-1].position, sound[-1].hash)

    def pages(self, start: int = 0) -> Iterator[list[Stored]]:
        """Give the entries from a position on, a page at a time; ends at the last durable one.

        Raises:
            JournalDamaged: At the first entry that is not as it was written; what came before it is sound.
        """
        for sound, fault in self.inspect(start):
            if sound:
                yield sound
            if fault:
                raise self._damaged(fault)

    def read(self, start: int = 0) -> Iterator[Stored]:
        """Give the entries from a position on, one at a time; see `pages`."""
        for page in self.pages(start):
            yield from page

    def read_one(self, position: int) -> Stored:
        """Give one entry, checked against its own seal and the one before it; one that was kept from what was cut, too.

        Raises:
            BadInput: There is no such entry, or no longer.
            JournalDamaged: It is not as it was written.
        """
        anchor, head = self.bounds()
        if position <= anchor.position and (kept := self._kept(position)) is not None:
            return kept
        if not anchor.position < position <= head.position:
            raise BadInput(f"the journal {self.path} holds no entry {position}.")
        previous = self._place_before(position)
        with told_plainly(self.path):
            row = self._connection.execute(_ONE, (position,)).fetchone()
        entry = Stored(*row) if row else None
        if entry is None or previous.position != position - 1 or not _fits(previous.hash, entry):
            raise self._damaged(Damage(position, "it or the entry before it is not what was recorded"))
        return entry

    def keeps(self, position: int) -> bool:
        """Tell whether an entry can be read one by one: it was not cut, or was kept from what was."""
        anchor, head = self.bounds()
        return anchor.position < position <= head.position or self._kept_row(position) is not None

    def kept_positions(self) -> set[int]:
        """Return the positions of entries that were kept from what was cut."""
        with told_plainly(self.path):
            if not has_kept(self._connection):
                return set()
            return {position for (position,) in self._connection.execute("SELECT position FROM kept")}

    def damaged_kept(self) -> list[int]:
        """List the entries kept from what was cut that are not as they were written."""
        with told_plainly(self.path):
            rows = self._connection.execute(f"{_KEPT} ORDER BY position") if has_kept(self._connection) else ()
            return [row[0] for row in rows if not _sealed(row)]

    def young_from(self, moment: Micros) -> int:
        """Return the first position that was recorded at a moment or later; the one after the last where none was."""
        _, head = self.bounds()
        query = "SELECT position FROM entry WHERE recorded_at >= ? ORDER BY position LIMIT 1"
        with told_plainly(self.path):
            row = self._connection.execute(query, (moment,)).fetchone()
        return row[0] if row else head.position + 1

    def saved_states(self) -> Iterator[states.SavedState]:
        """Give the saved states that are whole, newest first."""
        with told_plainly(self.path):
            yield from states.whole(self._connection)

    def seal_of(self, position: int) -> bytes | None:
        """Tell the seal of an entry, or of the last one that was cut; None of what is not there."""
        anchor, head = self.bounds()
        if position == anchor.position:
            return anchor.hash or None
        return self.read_one(position).hash if anchor.position < position <= head.position else None

    def latest_state(self) -> states.SavedState | None:
        """Find the newest saved state that is whole."""
        with told_plainly(self.path):
            return states.latest(self._connection)

    def state_positions(self) -> list[tuple[int, bool]]:
        """List the saved states, newest first, each with whether it is whole."""
        with told_plainly(self.path):
            return states.positions(self._connection)

    def info(self) -> JournalInfo:
        """Describe the journal without checking it."""
        anchor, head = self.bounds()
        with told_plainly(self.path):
            return JournalInfo(
                first=anchor.position + 1,
                last=head.position,
                first_at=self._clock(anchor.position + 1),
                last_at=self._clock(head.position),
                states=[position for position, _ in states.positions(self._connection)],
                size_bytes=self.path.stat().st_size,
                kept=len(self.kept_positions()),
            )

    def _kept(self, position: int) -> Stored | None:
        row = self._kept_row(position)
        if row is None:
            return None
        if not _sealed(row):
            raise self._damaged(Damage(position, "what was kept of it is not what was recorded"))
        return Stored(*row[:-1])

    def _kept_row(self, position: int) -> tuple[Any, ...] | None:
        with told_plainly(self.path):
            if not has_kept(self._connection):
                return None
            row: tuple[Any, ...] | None = self._connection.execute(
                f"{_KEPT} WHERE position = ?", (position,)
            ).fetchone()
        return row

    def _damaged(self, fault: Damage) -> JournalDamaged:
        return JournalDamaged(f"the journal {self.path} is damaged at entry {fault.position}: {fault.reason}.")

    def _clock(self, position: int) -> Micros | None:
        query = "SELECT recorded_at FROM entry WHERE position = ?"
        row = self._connection.execute(query, (position,)).fetchone()
        return row[0] if row else None

    def _place_before(self, start: int) -> Head:
        """Find the seal to check from; an entry that is gone is met again as missing by the first page."""
        anchor, head = self.bounds()
        if start > head.position:
            return head
        with told_plainly(self.path):
            row = self._connection.execute(
                "SELECT position, hash FROM entry WHERE position < ? ORDER BY position DESC LIMIT 1", (start,)
            ).fetchone()
        return Head(*row) if row else anchor

    def _page(self, passed: Head) -> tuple[Head, list[Stored], Damage | None]:
        """Read the next page as of one moment, and what is wrong behind it, if anything."""
        with told_plainly(self.path), transaction(self._connection, "DEFERRED"):
            anchor, head = anchor_and_head(self._connection)
            if anchor.position > passed.position:
                passed = anchor
            page, fault = self._rows(passed.position)
        last = Head(page[-1].position, page[-1].hash) if page else passed
        if fault is None and len(page) < _PAGE and last != head:
            fault = _wrong_end(last, head)
        return passed, page, fault

    def _rows(self, after: int) -> tuple[list[Stored], Damage | None]:
        page: list[Stored] = []
        try:
            for row in self._connection.execute(_NEXT_PAGE, (after, _PAGE)):
                page.append(Stored(*row))  # noqa: PERF401 - the rows before a broken one are kept
        except sqlite3.DatabaseError as error:
            if not getattr(error, "sqlite_errorname", "").startswith("SQLITE_CORRUPT"):
                raise
            broken = (page[-1].position if page else after) + 1
            return page, Damage(broken, f"the file cannot be read there ({error})")
        return page, None


def _follow(passed: Head, page: list[Stored]) -> tuple[list[Stored], Damage | None]:
    """Check a page against the chain, up to the first entry that does not fit."""
    position, digest = passed.position, passed.hash
    for index, entry in enumerate(page):
        position += 1
        if entry.position != position:
            return page[:index], Damage(position, _MISSING)
        if not _fits(digest, entry):
            return page[:index], Damage(position, "its bytes are not those that were recorded")
        digest = entry.hash
    return page, None


def _fits(previous: bytes, entry: Stored) -> bool:
    try:
        return seal(previous, entry.position, entry) == entry.hash
    except (struct.error, TypeError, AttributeError):
        return False  # a damaged row can hold values of any type and size


def _sealed(kept: tuple[Any, ...]) -> bool:
    """Check an entry that stands alone, by the seal before its own that was kept with it."""
    *entry, previous = kept
    return isinstance(previous, bytes) and _fits(previous, Stored(*entry))


def _wrong_end(last: Head, head: Head) -> Damage:
    if last.position < head.position:
        return Damage(last.position + 1, _MISSING)
    return Damage(last.position, "it is not the last entry that was recorded")
