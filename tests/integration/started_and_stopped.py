"""Starts of the service that are stopped soon, each a process of its own that has loaded its modules already.

Run as a module: for each moment a line with the signal, when it was sent, and how the process ended.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import tempfile
import time

import callcenter.app  # noqa: F401 - loaded before the first start
from callcenter.cli import main

_PATIENCE = 20.0
_LATER = 1.14
"""So much later is each moment: many are in the start of a quick machine; the last one waits for its end on any."""
_MOST_SAID = 1 << 24


def _ended(pid: int) -> int:
    """Wait for a process to end; gives its exit code, minus a signal's number, or minus 9 once patience is over."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.005)
    os.kill(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _until_started(said: int) -> None:
    """Wait until a start has told that it is one, or until patience is over."""
    deadline = time.monotonic() + _PATIENCE
    while b"service_started" not in os.pread(said, _MOST_SAID, 0) and time.monotonic() < deadline:
        time.sleep(0.005)


def _start(settings: str, said: int) -> int:
    """Start the service as the command does; gives its process id once signals reach it as they would.

    What it says goes to a file.
    """
    ready, told = os.pipe()
    pid = os.fork()
    if pid:
        os.close(told)
        os.read(ready, 1)
        os.close(ready)
        return pid
    os.close(ready)
    signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGTERM, signal.SIGINT))  # as `main` does before it loads anything
    os.close(told)
    os.dup2(said, 2)
    sys.argv = ["callcenter", "serve", "--settings", settings]
    code = 70
    try:
        main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 71
    finally:
        with contextlib.suppress(OSError):
            sys.stderr.flush()
        os._exit(code)


def run(settings: str, moments: int, first: float) -> None:
    """Stop a start at so many moments, by SIGTERM and by Ctrl-C in turn, and at last once it has started."""
    for moment in range(moments):
        number, after = (signal.SIGTERM, signal.SIGINT)[moment % 2], first * _LATER**moment
        with tempfile.TemporaryFile() as file:
            said = file.fileno()
            pid = _start(settings, said)
            if moment + 1 < moments:
                time.sleep(after)
            else:
                _until_started(said)
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
            end = _ended(pid)
            sys.stderr.buffer.write(os.pread(said, _MOST_SAID, 0))
        print(number.name, round(after, 3), end, flush=True)
        if end == -signal.SIGKILL:
            return  # one that hangs is enough to know


if __name__ == "__main__":
    run(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
