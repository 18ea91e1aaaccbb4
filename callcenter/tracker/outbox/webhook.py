"""Entries are posted to a webhook, signed: the receiver can tell that it was us, when, and that nothing was changed.

    POST url
    Content-Type: application/json
    X-Callcenter-Signature: t=1764450000,v1=<hex of HMAC-SHA256(key, "1764450000." + body)>

Any 2xx means that the receiver has it. What says that this very entry cannot be taken (400, 409, 413, 415, 422) refuses
it; everything else, a redirect too, means later. Of an answer nothing is believed but its first line.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
from collections.abc import Callable
from types import TracebackType
from typing import Self

import httpx

from callcenter import __version__
from callcenter.domain.frame import SECOND, Micros
from callcenter.errors import BadSetting
from callcenter.locale import english
from callcenter.store.outbox import OutboxEntry
from callcenter.tracker.outbox.settings import WebhookSettings, trusted
from callcenter.tracker.outbox.sink import EntryRefused, SinkAway, document

SIGNATURE = "X-Callcenter-Signature"
_BROKE = 500
_REFUSES = frozenset({400, 409, 413, 415, 422})
_MOST_READ = 16_384
_READ_SECONDS = 1.0
"""So much of an answer is read, and for so long, to keep the connection for the next entry."""


def signed(key: str, body: bytes, at: int) -> str:
    """Return the signature of a body that is sent at a time, in seconds since 1970."""
    mac = hmac.new(key.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={mac}"


class WebhookSink:
    """One webhook; to be entered, which opens connections when they are needed.

    Args:
        settings: Where it is.
        site: Our site's name.
        clock: Our clock.

    Raises:
        BadSetting: Its url names no host, or its key or certificate authority cannot be read.
    """

    def __init__(self, settings: WebhookSettings, site: str, clock: Callable[[], Micros]) -> None:
        self.name = f"webhook:{settings.name}"
        self.kinds = settings.wanted
        self.at_once = settings.at_once
        self.disable_after: int | None = settings.disable_after
        self._settings = settings
        self._url = _read(settings)
        self._key = settings.reveal()
        self._trusted = trusted(settings.tls_ca)
        self._site = site
        self._clock = clock
        self._client: httpx.AsyncClient | None = None

    async def __aenter__(self) -> Self:
        self._client = httpx.AsyncClient(
            timeout=self._settings.timeout,
            limits=httpx.Limits(max_connections=self.at_once, max_keepalive_connections=self.at_once),
            trust_env=False,
            verify=self._trusted,
            headers={"User-Agent": f"callcenter/{__version__}", "Content-Type": "application/json"},
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._client is not None
        await self._client.aclose()

    async def send(self, entry: OutboxEntry) -> None:
        """Post an entry.

        Raises:
            SinkAway: The receiver cannot be reached, hangs, answers nonsense, or says later.
            EntryRefused: It says never.
        """
        body = document(entry, self._site)
        try:
            async with asyncio.timeout(self._settings.timeout):
                status = await self._posted(body)
        except TimeoutError:
            raise SinkAway(english("it does not answer in time")) from None
        except (httpx.HTTPError, httpx.StreamError, OSError) as error:
            raise SinkAway(english(f"it cannot be reached: {type(error).__name__}")) from error
        if status in _REFUSES:
            raise EntryRefused(english(f"the receiver answers {status}"))
        if not httpx.codes.is_success(status):
            raise SinkAway(english(f"the receiver answers {status}"), about_entry=status == _BROKE)

    async def _posted(self, body: bytes) -> int:
        assert self._client is not None, "it was entered"
        headers = {SIGNATURE: signed(self._key, body, self._clock() // SECOND)}
        async with self._client.stream("POST", self._url, content=body, headers=headers) as response:
            with contextlib.suppress(TimeoutError, httpx.HTTPError):
                async with asyncio.timeout(_READ_SECONDS):
                    read = 0
                    async for chunk in response.aiter_raw():
                        read += len(chunk)
                        if read > _MOST_READ:
                            break
            return response.status_code


def _read(settings: WebhookSettings) -> httpx.URL:
    """Read an address as it will be posted to: what the client cannot read would be parked, entry for entry."""
    try:
        url = httpx.URL(settings.url)
        _ = url.host
    except (httpx.InvalidURL, ValueError) as error:
        raise BadSetting(f"the url of the webhook {settings.name} names no host that can be: correct it") from error
    return url
