"""The department's own virus scanner is asked about a file: a command, its exit code, and how long it may take."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from enum import Enum
from pathlib import Path

import structlog

from callcenter.usecases.enquiries.attachment_settings import AttachmentsSettings

log = structlog.get_logger()

_CLEAN, _FOUND = 0, 1
_PLACES = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Scanned(Enum):
    """What a scanner said; UNKNOWN: it said nothing that can be relied on."""

    CLEAN = "clean"
    FOUND = "found"
    UNKNOWN = "unknown"


async def scan(settings: AttachmentsSettings, path: Path) -> Scanned:
    """Ask the scanner about a file; without one every file is clean. Nothing of our own environment is told to it."""
    if not settings.scanner:
        return Scanned.CLEAN
    try:
        process = await asyncio.create_subprocess_exec(
            *settings.scanner,
            str(path),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            env={"PATH": _PLACES, "LANG": "C.UTF-8"},
            start_new_session=True,
        )
    except OSError as error:
        log.warning("scanner_not_started", command=settings.scanner[0], error=error.strerror)
        return Scanned.UNKNOWN
    try:
        async with asyncio.timeout(settings.scanner_seconds):
            code = await process.wait()
    except TimeoutError:
        log.warning("scanner_too_slow", command=settings.scanner[0], seconds=settings.scanner_seconds)
        return Scanned.UNKNOWN
    finally:
        if process.returncode is None:  # too slow, or whoever waited has gone
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    if code not in {_CLEAN, _FOUND}:
        log.warning("scanner_failed", command=settings.scanner[0], code=code)
        return Scanned.UNKNOWN
    return Scanned.CLEAN if code == _CLEAN else Scanned.FOUND
