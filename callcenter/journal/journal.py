"""The event loop's face of the journal: hand over at once, hear later how far the disk is."""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import os
import time
from functools import partial
from typing import TYPE_CHECKING, Self, TypeVar

from callcenter.domain.frame import SECOND
from callcenter.errors import StoreError
from callcenter.journal import states
from callcenter.journal.entries import MAX_KIND
from callcenter.journal.file import anchor_and_head, claim, open_for_writing, told_plainly
from callcenter.journal.pruning import prune_some
from callcenter.journal.reader import JournalReader
from callcenter.journal.writer import MAX_BATCH_BYTES, Chunk, Listener, Writer, check_disk
from callcenter.ownfiles import OwnFile, hold, keep_private, make_private

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence

    from callcenter.journal.entries import Entry, Head, Stored
    from callcenter.journal.settings import JournalSettings

T = TypeVar("T")


class Journal:
    """An open journal; of one event loop and, by a lock, of one process.

    Backpressure: `append` waits while `queue_entries` or `queue_bytes` wait for the disk, so that reading
    from the switch stops instead of memory growing. One call may pass the bound by its own entries.
    """

    def __init__(
        self, settings: JournalSettings, file: OwnFile, connection: sqlite3.Connection, head: Head, locks: Sequence[int]
    ) -> None:
        self.settings = settings
        self.file = file
        self._loop = asyncio.get_running_loop()
        self._locks = locks
        self._appended = self._durable = self._last_state = head.position
        self._saved_at = time.monotonic()
        self._waiting_bytes = 0
        self._room = asyncio.Event()
        self._room.set()
        self._ended = asyncio.Event()
        self._refusal: StoreError | None = None
        self._awaited: list[tuple[int, int, asyncio.Future[None]]] = []
        self._callbacks: list[Callable[[int], None]] = []
        self._known: set[tuple[str, int]] = set()
        told = (partial(self._hear, method) for method in (self._advance, self._refuse, self._end))
        self._writer = Writer(connection, self.file, settings, head, Listener(*told))
        self._writer.start()

    @classmethod
    async def open(cls, settings: JournalSettings, *, make: bool = True) -> Self:
        """Open the journal for writing.

        Args:
            settings: Where it is.
            make: Make it now if there is none.

        Raises:
            StoreError: Missing, held by another process, not a journal, of another version, damaged, or not writable.
            DiskFull: Less disk is free than the settings ask for.
            FileTaken: It was removed or replaced meanwhile.
        """
        file, locks, connection, head, state = await asyncio.to_thread(_prepare, settings, make)
        journal = cls(settings, file, connection, head, locks)
        journal._last_state = state
        return journal

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def appended_position(self) -> int:
        """The last position given out."""
        return self._appended

    @property
    def durable_position(self) -> int:
        """The last position that is on the disk, with everything before it."""
        return self._durable

    @property
    def pending(self) -> int:
        """Entries that wait for the disk."""
        return self._appended - self._durable

    @property
    def state_due(self) -> bool:
        """Tell whether so many entries or so much time have come since the last saved state that one is due."""
        come, apart = self._appended - self._last_state, self.settings.apart
        if apart is not None and come and (time.monotonic() - self._saved_at) * SECOND >= apart:
            return True
        return come >= self.settings.snapshot_every

    def on_durable(self, callback: Callable[[int], None]) -> None:
        """Call back on the event loop, after each commit, with the durable position."""
        self._callbacks.append(callback)

    async def append(self, entries: Sequence[Entry]) -> range:
        """Take entries in their order and give their positions; returns before they are durable.

        Raises:
            StoreError: Nothing more is accepted: the disk is full, a write failed, or the journal is closed.
            ValueError: An entry that no journal can hold; none of the call's entries was taken.
        """
        self._check(entries)
        while not self._room.is_set():
            await self._room.wait()
        if self._refusal:
            raise self._refusal
        first = self._appended + 1
        for chunk in _chunks(entries, self.settings.batch):
            self._appended += len(chunk.entries)
            self._waiting_bytes += chunk.size
            self._writer.put(chunk)
        if self._is_full():
            self._room.clear()
        return range(first, self._appended + 1)

    async def committed(self, position: int) -> None:
        """Wait until a position is durable.

        Raises:
            StoreError: It never will be.
            ValueError: It was never given out.
        """
        if position <= self._durable:
            return
        if position > self._appended:
            raise ValueError(f"position {position} was never given out")
        if self._ended.is_set():
            raise self._refusal or _closed(self.settings)
        future: asyncio.Future[None] = self._loop.create_future()
        heapq.heappush(self._awaited, (position, id(future), future))
        await future

    async def read(self, start: int = 0) -> AsyncIterator[Stored]:
        """Give the durable entries from a position on, each checked.

        Raises:
            JournalDamaged: At the first entry that is not as it was written.
            FileTaken: The file is no longer there.
        """
        # Each page is one thread's own work: a cancelled reader leaves nothing open in another thread.
        while page := await self._look(partial(_page, start)):
            for entry in page:
                yield entry
            start = page[-1].position + 1

    async def read_one(self, position: int) -> Stored:
        """Give one durable entry with its hash, checked, for evidence.

        Raises:
            BadInput: There is no such entry, or no longer.
            JournalDamaged: It is not as it was written.
            FileTaken: The file is no longer there.
        """
        return await self._look(lambda reader: reader.read_one(position))

    async def seal_of(self, position: int) -> str | None:
        """Tell the seal of a durable entry, in hex, or of the last one that was cut; None of what is not there.

        Raises:
            JournalDamaged: It is not as it was written.
            FileTaken: The file is no longer there.
        """
        found = await self._look(lambda reader: reader.seal_of(position))
        return None if found is None else found.hex()

    async def save_state(self, position: int, blob: bytes) -> None:
        """Store the caller's state as of a position, after everything up to there is durable.

        Raises:
            StoreError: It could not be stored.
            ValueError: The position was never given out.
        """
        if position > self._appended:
            raise ValueError(f"position {position} was never given out")
        state, apart = states.SavedState(position, blob), self.settings.apart
        self._last_state, self._saved_at = position, time.monotonic()
        await asyncio.wrap_future(self._writer.submit(lambda connection: states.save(connection, state, apart)))

    async def latest_state(self) -> states.SavedState | None:
        """Find the newest saved state that is whole; None where everything must be replayed."""
        return await self._look(lambda reader: reader.latest_state())

    async def prune(self, before: int, keep: Iterable[int] = ()) -> None:
        """Cut the entries before a position, a few thousand at a time; the rest stays verifiable.

        Args:
            before: The first position that stays.
            keep: Positions of entries before it that can still be read one by one, and verified by their own seals.

        Raises:
            StoreError: They are not covered by a saved state.
        """
        rising = sorted(set(keep))
        while await asyncio.wrap_future(self._writer.submit(lambda file: prune_some(file, before, rising))):
            pass

    async def close(self) -> None:
        """Write what was taken, then end the thread and let the file go; safe to repeat.

        Raises:
            StoreError: Something that was taken could not be written.
        """
        if self._refusal is None:
            self._refuse(_closed(self.settings))
        self._writer.close()
        await self._ended.wait()
        await asyncio.to_thread(self._writer.join)
        if self._locks:
            for lock in self._locks:
                os.close(lock)
            self._locks = ()
            if self.pending and self._refusal:
                raise self._refusal

    async def _look(self, find: Callable[[JournalReader], T]) -> T:
        """Read in a thread, from the file that is written here and never from another under its name."""

        def look() -> T:
            try:
                with JournalReader(self.settings.path) as reader:
                    return find(reader)
            finally:
                self.file.require()

        return await asyncio.to_thread(look)

    def _check(self, entries: Sequence[Entry]) -> None:
        """Refuse here what the writer could only stop at; sources and kinds are few, so it costs little."""
        for source, kind in {(entry.source, entry.kind) for entry in entries} - self._known:
            source.encode()  # UnicodeEncodeError, a ValueError, for half a character
            if not 0 <= kind <= MAX_KIND:
                raise ValueError(f"kind {kind} is not between 0 and {MAX_KIND}")
            self._known.add((source, kind))

    def _is_full(self) -> bool:
        return self.pending >= self.settings.queue_entries or self._waiting_bytes >= self.settings.queue_bytes

    def _refuse(self, error: StoreError) -> None:
        self._refusal = error
        self._room.set()

    def _hear(self, method: Callable[..., None], *args: object) -> None:
        """Carry the writer's word from its thread to the event loop."""
        with contextlib.suppress(RuntimeError):  # the loop ended without close(): nobody is left to tell
            self._loop.call_soon_threadsafe(method, *args)

    def _advance(self, position: int, size: int) -> None:
        self._durable = position
        self._waiting_bytes -= size
        if self._refusal or not self._is_full():
            self._room.set()
        for future in self._due(position):
            future.set_result(None)
        for callback in self._callbacks:
            callback(position)

    def _due(self, position: int) -> Iterator[asyncio.Future[None]]:
        while self._awaited and self._awaited[0][0] <= position:
            future = heapq.heappop(self._awaited)[2]
            if not future.done():
                yield future

    def _end(self, error: StoreError | None) -> None:
        if error:
            self._refuse(error)
        self._ended.set()
        for future in self._due(self._appended):
            future.set_exception(self._refusal or _closed(self.settings))


def _prepare(settings: JournalSettings, make: bool) -> tuple[OwnFile, tuple[int, int], sqlite3.Connection, Head, int]:
    """Open what a journal stands on: its file, its locks, the end of its chain, its last state's position."""
    if not make and not settings.path.exists():
        raise StoreError(f"the journal {settings.path} is missing, and the database follows it; put it back: a backup.")
    with told_plainly(settings.path), contextlib.ExitStack() as undo:
        lock = claim(settings.path)
        undo.callback(os.close, lock)
        check_disk(settings)
        (make_private if make else keep_private)(settings.path)
        guard = hold(settings.path, "the journal")
        undo.callback(os.close, guard)
        connection = open_for_writing(settings.path)
        undo.callback(connection.close)
        anchor, head = anchor_and_head(connection)
        state = states.latest(connection)
        file = OwnFile(settings.path, guard)
        file.require()
        undo.pop_all()
    return file, (guard, lock), connection, head, state.position if state else anchor.position


def _page(start: int, reader: JournalReader) -> list[Stored]:
    return next(reader.pages(start), [])


def _chunks(entries: Sequence[Entry], batch: int) -> Iterator[Chunk]:
    """Cut what was handed over into pieces of one batch at most."""
    piece: list[Entry] = []
    size = 0
    for entry in entries:
        length = len(entry.payload)
        if piece and (len(piece) == batch or size + length > MAX_BATCH_BYTES):
            yield Chunk(piece, size)
            piece, size = [], 0
        piece.append(entry)
        size += length
    if piece:
        yield Chunk(piece, size)


def _closed(settings: JournalSettings) -> StoreError:
    return StoreError(f"the journal {settings.path} is closed.")
