"""Who listens to a phone is told on a thread of its own, so that it may wait for the phone."""

from __future__ import annotations

import contextlib
import queue
import threading
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from collections.abc import Callable

    from callcenter.softphone.diary import DiaryEntry

log = structlog.get_logger(__name__)

WAITING = 1000
"""Entries that may wait for a slow listener; further ones are only in the diary."""


class Bell:
    """Entries in order, to one listener."""

    def __init__(self, listener: Callable[[DiaryEntry], None], name: str) -> None:
        self._listener = listener
        self._entries: queue.Queue[DiaryEntry | None] = queue.Queue(WAITING)
        self._thread = threading.Thread(target=self._tell, name=f"bell of {name}", daemon=True)
        self._silent = threading.Event()
        self._thread.start()

    def ring(self, entry: DiaryEntry) -> None:
        """Tell of an entry; never waits."""
        with contextlib.suppress(queue.Full):
            self._entries.put_nowait(entry)

    def silence(self) -> None:
        """Let the thread end after what it has been given; never waits."""
        self._silent.set()
        with contextlib.suppress(queue.Full):  # then it is not waiting, and will see the flag
            self._entries.put_nowait(None)

    def join(self) -> None:
        """Wait for the thread, unless it is the one that asks."""
        if self._thread is not threading.current_thread():
            self._thread.join()

    def _tell(self) -> None:
        while not (self._silent.is_set() and self._entries.empty()):
            entry = self._entries.get()
            if entry is None:
                continue
            try:
                self._listener(entry)
            except Exception:  # the listener's fault is not the phone's
                log.warning("phone_listener_failed", did=entry.did.value, exc_info=True)
