"""The gate against what tests leave behind sees each kind of it."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import threading
from pathlib import Path

import pytest

from tests.support import leftovers
from tests.support.leftovers import held, left_since


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leftovers, "GRACE_SECONDS", 0.0)


def test_it_sees_a_socket_and_a_file(tmp_path: Path) -> None:
    before = held()
    with socket.socket(), (tmp_path / "kept").open("w"):
        left = left_since(before)
    assert sum("socket:" in one for one in left) == 1
    assert sum(one.endswith("/kept") for one in left) == 1
    assert not left_since(before)


def test_it_sees_a_thread() -> None:
    before, go_on = held(), threading.Event()
    thread = threading.Thread(target=go_on.wait, name="lingering")
    thread.start()
    left = left_since(before)
    go_on.set()
    thread.join()
    assert [one.partition(" (")[0] for one in left] == ["thread lingering"]


def test_it_sees_a_process_that_nobody_waited_for() -> None:
    before = held()
    with subprocess.Popen(["sleep", "60"]) as process:
        process.kill()
        left = left_since(before)
    assert left == [f"process {process.pid}"]


def test_it_sees_a_task_that_the_end_of_its_loop_cuts_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("asyncio.runners._cancel_all_tasks", None)  # what is set here goes at the test's end
    noted = leftovers.cut_off_tasks()

    async def leave_one() -> None:
        asyncio.get_running_loop().keeping = asyncio.create_task(asyncio.Event().wait())  # type: ignore[attr-defined]

    asyncio.run(leave_one())
    (one,) = noted
    assert one.startswith("task <coroutine object Event.wait")
