"""The `callcenter` command in this process: what it prints and its exit code, without the second of a start."""

from __future__ import annotations

import contextlib
import io
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess
from unittest import mock

import pytest

from callcenter.cli import main


@contextlib.contextmanager
def signals_as_they_are() -> Iterator[None]:
    """Leave signals as they were: `serve` holds them back, and processes of later tests would never see one."""
    held = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, held)


def run_command(*words: str | Path) -> CompletedProcess[bytes]:
    """Run it to its end, as `python -m callcenter` would."""
    argv = ["callcenter", *map(str, words)]
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    with (
        signals_as_they_are(),
        mock.patch.object(sys, "argv", argv),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        pytest.raises(SystemExit) as ended,
    ):
        main()
    return CompletedProcess(argv, int(ended.value.code or 0), written(out), written(err))


def written(stream: io.TextIOWrapper) -> bytes:
    """Return what was written, and let the stream go."""
    buffer = stream.detach()
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue()
