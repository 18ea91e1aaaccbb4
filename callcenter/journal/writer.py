"""The one thread that writes: it takes what is waiting, seals it, commits it, and says how far it is.

    open ──space runs out──▶ draining (refuses more, writes what it took) ──▶ closed
      └────a write fails───▶ stopped  (nothing more is written; what was committed stays)

What has been reported as durable is on the disk. Nothing is written out of order and nothing is skipped: the
first failed write ends the writer, for an entry after a lost one would hide the loss.
"""

from __future__ import annotations

import sqlite3
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from callcenter.errors import DiskFull, FileTaken, StoreError
from callcenter.journal.entries import Entry, Head, seal
from callcenter.journal.file import WRITE_BATCH, explain, free_bytes, transaction

if TYPE_CHECKING:
    from callcenter.journal.settings import JournalSettings
    from callcenter.ownfiles import OwnFile

MAX_BATCH_BYTES = 16_000_000
"""Payload bytes after which a batch is closed, far below SQLite's billion for one value."""

_encode = msgspec.json.Encoder().encode


class Chunk(NamedTuple):
    """Entries handed over together."""

    entries: list[Entry]
    size: int


class Job(NamedTuple):
    """Another task on the file, done in its turn: saving a state, pruning."""

    act: Callable[[sqlite3.Connection], object]
    done: Future[object]


class Listener(NamedTuple):
    """Who is told, from the writer's thread.

    Attributes:
        durable: Everything up to a position is on the disk; so many payload bytes more than before.
        refusing: Nothing more should be handed over; what was is still being written.
        stopped: The thread has ended, with the error that ended it, if one did.
    """

    durable: Callable[[int, int], None]
    refusing: Callable[[StoreError], None]
    stopped: Callable[[StoreError | None], None]


class Writer:
    """A thread with its bounded work; its caller keeps the bound."""

    def __init__(
        self, connection: sqlite3.Connection, file: OwnFile, settings: JournalSettings, head: Head, listener: Listener
    ) -> None:
        self._connection = connection
        self._file = file
        self._settings = settings
        self._head = head
        self._listener = listener
        self._work: deque[Chunk | Job] = deque()
        self._ready = threading.Condition()
        self._closing = False
        self._stopped: StoreError | None = None
        # A daemon: a service that dies without closing must not hang, and any moment of death is safe.
        self._thread = threading.Thread(target=self._run, name="journal-writer", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def put(self, chunk: Chunk) -> None:
        """Hand over entries; never waits."""
        with self._ready:
            self._work.append(chunk)
            self._ready.notify()

    def submit(self, act: Callable[[sqlite3.Connection], object]) -> Future[object]:
        """Run a task on the connection after everything handed over so far."""
        done: Future[object] = Future()
        with self._ready:
            if self._stopped or self._closing:
                done.set_exception(self._stopped or StoreError("the journal is closed."))
            else:
                self._work.append(Job(act, done))
                self._ready.notify()
        return done

    def close(self) -> None:
        """Finish what was handed over, then end; returns at once, `join` waits."""
        with self._ready:
            self._closing = True
            self._ready.notify()

    def join(self) -> None:
        """Wait for the end of the thread."""
        self._thread.join()

    def _run(self) -> None:
        error: StoreError | None = None
        try:
            while (work := self._take()) is not None:
                self._do(work)
        except sqlite3.Error as cause:
            error = explain(cause, self._settings.path)
        except FileTaken as cause:
            error = cause
        except Exception as cause:  # noqa: BLE001 - the thread's boundary: whatever it is, the caller must hear of it
            error = StoreError(f"the journal {self._settings.path} stopped: {cause!r}.")
        finally:
            self._end(error)

    def _take(self) -> Chunk | Job | None:
        with self._ready:
            while not self._work:
                if self._closing:
                    return None
                self._ready.wait()
            first = self._work.popleft()
            return first if isinstance(first, Job) else self._merge(first)

    def _merge(self, chunk: Chunk) -> Chunk:
        """Join what else is waiting, up to one batch: commits grow with the load and are small when idle."""
        entries, size = list(chunk.entries), chunk.size
        while self._work:
            following = self._work[0]
            if (
                isinstance(following, Job)
                or len(entries) + len(following.entries) > self._settings.batch
                or size + following.size > MAX_BATCH_BYTES
            ):
                break
            self._work.popleft()
            entries += following.entries
            size += following.size
        return Chunk(entries, size)

    def _do(self, work: Chunk | Job) -> None:
        if isinstance(work, Chunk):
            self._write(work)
        else:
            self._perform(work)

    def _write(self, chunk: Chunk) -> None:
        first, digest = self._head.position + 1, self._head.hash
        outline: list[tuple[int, str, int, int, int]] = []
        hashes: list[bytes] = []
        offset = 0
        for position, entry in enumerate(chunk.entries, first):
            digest = seal(digest, position, entry)
            hashes.append(digest)
            length = len(entry.payload)
            outline.append((entry.kind, entry.source, entry.recorded_at, offset, length))
            offset += length
        payloads = b"".join([entry.payload for entry in chunk.entries])
        row = (first, len(hashes), _encode(outline).decode(), payloads, b"".join(hashes))
        self._connection.execute(WRITE_BATCH, row)
        self._file.require()
        self._head = Head(first + len(hashes) - 1, digest)
        self._listener.durable(self._head.position, chunk.size)
        self._watch_disk()

    def _watch_disk(self) -> None:
        if free_bytes(self._settings.path) < self._settings.min_free_bytes:
            self._listener.refusing(_low_on_disk(self._settings))

    def _perform(self, job: Job) -> None:
        if not job.done.set_running_or_notify_cancel():
            return
        try:
            with transaction(self._connection):
                result = job.act(self._connection)
        except sqlite3.Error as error:
            job.done.set_exception(explain(error, self._settings.path))
        except Exception as error:  # noqa: BLE001 - whoever asked for the task hears of it; the writer goes on
            job.done.set_exception(error)
        else:
            job.done.set_result(result)

    def _end(self, error: StoreError | None) -> None:
        with self._ready:
            self._stopped = error or StoreError("the journal is closed.")
            abandoned = [work for work in self._work if isinstance(work, Job)]
            self._work.clear()
        for job in abandoned:
            job.done.set_exception(self._stopped)
        self._connection.close()
        self._listener.stopped(error)


def check_disk(settings: JournalSettings) -> None:
    """Refuse to begin where the disk is nearly full.

    Raises:
        DiskFull: Less is free than the settings ask for.
    """
    if free_bytes(settings.path) < settings.min_free_bytes:
        raise _low_on_disk(settings)


def _low_on_disk(settings: JournalSettings) -> DiskFull:
    return DiskFull(
        f"less than {settings.min_free_bytes:,} bytes are free on the disk of the journal {settings.path}; "
        "free some space and start again."
    )
