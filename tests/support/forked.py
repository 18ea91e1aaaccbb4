"""The `callcenter` command as a process of its own, without the seconds that loading it takes.

A server of multiprocessing's loads everything once and is forked for each command, which is a process like any other:
it has its own arguments, environment and output, is killed, and ends with an exit code.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from pathlib import Path

from callcenter.cli import main
from tests.support import network
from tests.support.leftovers import shared

_LOADED = ["callcenter.app", "callcenter.cli.tongue", "callcenter.cli.service.serve", "pytest", __name__]
_FORKING = multiprocessing.get_context("forkserver")
_FORKING.set_forkserver_preload(_LOADED)


def be_ready() -> None:
    """Start the server that commands are forked from, unless it runs; it is the whole run's."""
    with shared():
        forkserver.ensure_running()


class ForkedCommand:
    """A command that runs in a process of its own.

    Attributes:
        pid: Its process id.

    Args:
        arguments: What stands behind `callcenter`.
        environment: The whole of it.
        out: The file that what it prints is added to.
        errors: The same for what it prints to stderr.
        said: What it reads from stdin.
        inside: The network that it runs in; None: this machine's.
    """

    def __init__(
        self,
        arguments: Sequence[str | Path],
        environment: Mapping[str, str],
        out: Path,
        errors: Path,
        said: bytes = b"",
        inside: Path | None = None,
    ) -> None:
        self._code: int | None = None
        for path in (out, errors):
            path.touch()
        be_ready()
        words = ["callcenter", *map(str, arguments)]
        reads, writes = _FORKING.Pipe(duplex=False)
        with reads, writes:
            self._process = _FORKING.Process(target=_run, args=(words, dict(environment), reads, out, errors, inside))
            self._process.start()
            assert self._process.pid is not None
            self.pid = self._process.pid
            os.write(writes.fileno(), said)

    @property
    def returncode(self) -> int | None:
        """Its exit code, minus a signal's number where that ended it; None while it runs."""
        if self._code is None:
            self._code = self._process.exitcode
            if self._code is not None:
                self._process.close()
        return self._code

    def send_signal(self, number: int) -> None:
        """Send a signal, if it still runs."""
        if self.returncode is None:
            os.kill(self.pid, number)

    async def wait(self) -> int:
        """Wait for its end; returns its exit code."""
        if self.returncode is None:
            over, loop, ended = asyncio.Event(), asyncio.get_running_loop(), self._process.sentinel
            loop.add_reader(ended, over.set)
            try:
                await over.wait()
            finally:
                loop.remove_reader(ended)
        assert self.returncode is not None
        return self.returncode


def _run(
    words: list[str], environment: dict[str, str], reads: Connection, out: Path, errors: Path, inside: Path | None
) -> None:
    if inside is not None:
        network.enter(inside)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with reads:
        os.dup2(reads.fileno(), 0)
    sys.stdin = os.fdopen(0, closefd=False)
    for number, path in ((1, out), (2, errors)):
        with path.open("ab") as file:
            os.dup2(file.fileno(), number)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = words
    main()
