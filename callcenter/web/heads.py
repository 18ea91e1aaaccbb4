"""The audit log's head, signed at the start and every hour: whoever rewrites the log cannot rewrite these."""

from __future__ import annotations

import asyncio
from pathlib import Path

import structlog

from callcenter.errors import StoreError
from callcenter.store import Office
from callcenter.store.audit import append_head, sign
from callcenter.web.service import Clock

EVERY_SECONDS = 3600.0

log = structlog.get_logger()


async def sign_heads(office: Office, key: bytes, path: Path, clock: Clock, every: float = EVERY_SECONDS) -> None:
    """Sign until cancelled; a head that cannot be written is told of, and tried again the next time."""
    while True:
        try:
            async with office.reading() as connection:
                head = await sign(connection, key, clock())
            await asyncio.to_thread(append_head, path, head)
        except StoreError as error:
            log.warning("audit_head_not_signed", error=str(error))
        await asyncio.sleep(every)
