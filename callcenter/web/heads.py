"""The audit log's head, signed at the start and every hour: whoever rewrites the log cannot rewrite these.

Whoever can cut the log can delete the file of heads. So heads also go where this machine cannot take them back.
"""

from __future__ import annotations

import asyncio
import logging
import urllib.request
from collections.abc import Callable
from logging.handlers import SysLogHandler

import msgspec
import structlog

from callcenter.errors import StoreError
from callcenter.store import DecisionStore
from callcenter.store.audit import SignedHead, append_head, sign
from callcenter.web.service import Clock
from callcenter.web.settings import WebSettings

EVERY_SECONDS = 3600.0
_PATIENCE_SECONDS = 10.0

log = structlog.get_logger()


async def sign_heads(
    decisions: DecisionStore, key: bytes, settings: WebSettings, clock: Clock, every: float = EVERY_SECONDS
) -> None:
    """Sign until cancelled; a head that cannot be written or sent is told of, and tried again the next time."""
    while True:
        try:
            async with decisions.reading() as connection:
                head = await sign(connection, key, clock())
        except StoreError as error:
            log.warning("audit_head_not_signed", error=str(error))
        else:
            for place, send in _places(settings).items():
                await _send(place, send, head)
        await asyncio.sleep(every)


def _places(settings: WebSettings) -> dict[str, Callable[[SignedHead], None]]:
    """Say where heads go, by the name of the setting."""
    places: dict[str, Callable[[SignedHead], None]] = {
        "audit_heads": lambda head: append_head(settings.audit_heads, head)
    }
    if (url := settings.audit_heads_url) is not None:
        places["audit_heads_url"] = lambda head: _post(url, head)
    if (syslog := settings.audit_heads_syslog) is not None:
        places["audit_heads_syslog"] = lambda head: _log(syslog, head)
    return places


async def _send(place: str, send: Callable[[SignedHead], None], head: SignedHead) -> None:
    try:
        await asyncio.to_thread(send, head)
    except (StoreError, OSError, ValueError) as error:
        log.warning("audit_head_not_sent", place=place, error=str(error))


def _post(url: str, head: SignedHead) -> None:
    asked = urllib.request.Request(  # noqa: S310 - the settings allow http and https alone
        url, msgspec.json.encode(head), {"Content-Type": "application/json"}, method="POST"
    )
    with urllib.request.urlopen(asked, timeout=_PATIENCE_SECONDS):  # noqa: S310 - likewise
        pass


def _log(address: str, head: SignedHead) -> None:
    host, _, port = address.rpartition(":")
    handler = _Outspoken((host, int(port)) if host else address, facility=SysLogHandler.LOG_AUTHPRIV)
    try:
        text = f"callcenter audit head {msgspec.json.encode(head).decode()}"
        handler.emit(logging.LogRecord("callcenter.audit", logging.NOTSET, "", 0, text, None, None))
    finally:
        handler.close()


class _Outspoken(SysLogHandler):
    """Lets whoever sends hear that it failed."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002,N802 - logging's name
        raise  # noqa: PLE0704 - called where the error is being handled
