"""When certificates run out: read anew from their files, and from the switch that showed one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

import structlog
from cryptography import x509

EVERY_SECONDS = 60.0
_LARGEST = 1 << 20

log = structlog.get_logger()


async def watch_certificates(
    files: Collection[Path],
    shown: Callable[[], Mapping[str, float]],
    tell: Callable[[Mapping[str, float | None]], None],
    every: float = EVERY_SECONDS,
) -> None:
    """Tell a live view, until cancelled, when each certificate runs out, in seconds since 1970; None: it is not read.

    Args:
        files: PEM files; of a chain, the one that runs out first counts.
        shown: Gives those that others showed us, by name.
        tell: The live view.
        every: Seconds from one look to the next.
    """
    complained: set[Path] = set()
    while True:
        found: dict[str, float | None] = {**shown()}
        for path in files:
            try:
                found[str(path)] = await asyncio.to_thread(expiry_of, path)
                complained.discard(path)
            except (OSError, ValueError) as error:
                found[str(path)] = None
                if path not in complained:
                    log.warning("certificate_unreadable", path=str(path), error=str(error))
                complained.add(path)
        tell(found)
        await asyncio.sleep(every)


def expiry_of(path: Path) -> float:
    """Return when the first certificate of a PEM file runs out, in seconds since 1970.

    Raises:
        OSError: It cannot be read.
        ValueError: There is no certificate in it.
    """
    with path.open("rb") as file:
        chain = x509.load_pem_x509_certificates(file.read(_LARGEST))
    return min(one.not_valid_after_utc for one in chain).timestamp()
