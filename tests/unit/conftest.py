"""A unit test touches nothing outside: no file but the package's own pages, no socket, no process, no waiting.

Python itself tells of whatever is opened, connected or started (PEP 578), in whatever way; a hook cannot be taken away
again, so that there is one for the whole run, which notes only while a unit test runs. What it notes fails the test.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
READABLE = tuple(str(Path(one).resolve()) for one in (ROOT, sys.prefix, sys.base_prefix, "/usr/share/zoneinfo"))
"""The package's pages and pictures, what Python imports, and the tables of time zones."""
WRITABLE = (str(ROOT / ".hypothesis"), "__pycache__")
REACHING = {"socket.bind", "socket.connect", "socket.getaddrinfo", "socket.sendto", "socket.sendmsg"}
STARTING = {
    "subprocess.Popen",
    "os.system",
    "os.fork",
    "os.forkpty",
    "os.exec",
    "os.posix_spawn",
    "os.spawn",
    "pty.spawn",
}
CHANGING = {"os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.link", "os.symlink", "os.truncate", "shutil.rmtree"}
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

noted: list[str] | None = None


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    if noted is None:
        return
    if event == "open" and not isinstance(arguments[0], int):
        path, flags = os.path.abspath(os.fsdecode(arguments[0])), arguments[2]  # noqa: PTH100 - asked for each file
        if any(one in path for one in WRITABLE):
            return
        if flags & _WRITES or not path.startswith(READABLE):
            noted.append(f"{event} {path}")
    elif event in REACHING | STARTING or (event in CHANGING and not any(one in str(arguments[0]) for one in WRITABLE)):
        noted.append(f"{event} {arguments!r:.200}")


sys.addaudithook(_note)


@pytest.fixture(autouse=True)
def nothing_touched(nothing_left: None) -> Iterator[None]:
    """Fail a test that touched something outside."""
    global noted  # noqa: PLW0603 - the hook is the interpreter's own, and outlives every fixture
    touched = noted = []
    yield
    noted = None
    assert not touched, "touched: " + "; ".join(touched[:5])
