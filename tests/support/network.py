"""A network of a test's own: loopback and a veth pair, and nobody else on it.

Only the thread that enters it is there, and what it starts from then on: threads, processes, sockets.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

ADDRESS = "10.77.13.1"
"""What is no loopback: a browser offers its voice on no other."""

_CLONE_NEWNET = 0x40000000
_COMMANDS = (
    "ip link set lo up",
    "ip link add page0 type veth peer name page1",
    f"ip address add {ADDRESS}/24 dev page0",
    "ip link set page0 up",
    "ip link set page1 up",
)
_LIBC = ctypes.CDLL(None, use_errno=True)


def why_not() -> str | None:
    """Say what keeps this process from having a network of its own; None: nothing."""
    if os.geteuid() != 0:
        return "a network of its own is root's to make: run the suite as root, or with sudo"
    if shutil.which("ip") is None:
        return "ip is missing: run .ci/system (iproute2)"
    tried = subprocess.run(["unshare", "--net", "true"], capture_output=True, text=True, check=False)
    return f"this machine lets nobody have a network of its own: {tried.stderr.strip()}" if tried.returncode else None


@contextlib.contextmanager
def own_network() -> Iterator[Path]:
    """Let this thread be in a network of its own; gives the file by which another process enters it.

    Raises:
        OSError: The kernel refuses.
    """
    here = Path(f"/proc/self/task/{threading.get_native_id()}/ns/net")
    with here.open("rb") as before:
        _done(_LIBC.unshare(_CLONE_NEWNET))
        try:
            for command in _COMMANDS:
                subprocess.run(command.split(), check=True)
            yield Path(f"/proc/{os.getpid()}/task/{threading.get_native_id()}/ns/net")
        finally:
            _done(_LIBC.setns(before.fileno(), _CLONE_NEWNET))


def enter(network: Path) -> None:
    """Go into a network, for good."""
    with network.open("rb") as there:
        _done(_LIBC.setns(there.fileno(), _CLONE_NEWNET))


def _done(said: int) -> None:
    if said:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
