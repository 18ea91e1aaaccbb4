"""What a test leaves behind: tasks, threads, processes, open files and sockets, variables; each is told by name."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

_CANCEL_ALL = asyncio.runners._cancel_all_tasks  # type: ignore[attr-defined]

GRACE_SECONDS = 2.0
"""How long what ends by itself may take: a thread that was told to, a socket whose other end is gone."""

_SELF = Path("/proc/self")

_shared: set[str] = set()


def cut_off_tasks() -> list[str]:
    """Note from now on the tasks that the end of the main thread's event loop cuts off; returns where they are noted.

    A loop in a thread of its own is the business of whoever ends that thread.
    """
    noted: list[str] = []

    def note_and_cancel_all(loop: asyncio.AbstractEventLoop) -> None:
        in_main = threading.current_thread() is threading.main_thread()
        if in_main and (tasks := asyncio.all_tasks(loop)):
            _, left = loop.run_until_complete(asyncio.wait(tasks, timeout=GRACE_SECONDS))
            noted.extend(f"task {task.get_coro()!r}" for task in left)
        _CANCEL_ALL(loop)

    asyncio.runners._cancel_all_tasks = note_and_cancel_all  # type: ignore[attr-defined]
    return noted


def held() -> set[str]:
    """List the threads, child processes, open files, environment variables and held-back signals of this process."""
    threads = {f"thread {thread.name} ({thread.ident})" for thread in threading.enumerate()}
    signals = {f"signal {number} held back" for number in signal.pthread_sigmask(signal.SIG_BLOCK, ())}
    return threads | signals | _children() | _files() | _variables()


@contextlib.contextmanager
def shared() -> Iterator[None]:
    """Let what is held from within here on be the whole run's: no test leaves it behind."""
    before = held()
    yield
    _shared.update(held() - before)


@contextlib.contextmanager
def nothing_left_behind() -> Iterator[None]:
    """Raise AssertionError, naming each, for what is held at the end and was not at the beginning."""
    before = held()
    yield
    left = left_since(before)
    assert not left, "left behind: " + "; ".join(left)


def left_since(before: set[str]) -> list[str]:
    """List what was not held before and is not let go of within the time of grace."""
    ends = time.monotonic() + GRACE_SECONDS
    while (left := held() - before - _shared) and time.monotonic() < ends:
        time.sleep(0.01)
    return sorted(left)


def _children() -> set[str]:
    found = {f"process {process.pid}" for process in multiprocessing.active_children()}
    for thread in (_SELF / "task").iterdir():
        with contextlib.suppress(OSError):  # a thread that has ended meanwhile
            found |= {f"process {pid}" for pid in (thread / "children").read_text().split()}
    return found


def _variables() -> set[str]:
    own = "PYTEST_CURRENT_TEST"  # pytest's, of another value for each test
    return {f"variable {name}={value}" for name, value in os.environ.items() if name != own}


def _files() -> set[str]:
    found = set()
    with os.scandir(_SELF / "fd") as files:
        for file in files:
            with contextlib.suppress(OSError):  # the one that reads the folder
                found.add(f"open {file.name}: {os.readlink(file)}")  # noqa: PTH115 - asked twice for each test: no paths
    return found
