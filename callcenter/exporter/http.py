"""The exporter's pages over HTTP: /metrics, /healthz, /readyz, and /live.json for the board."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import msgspec
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, CollectorRegistry, ProcessCollector, generate_latest

from callcenter.errors import BadSetting
from callcenter.exporter.exporter import Exporter
from callcenter.exporter.settings import ExporterSettings
from callcenter.listening import Bounds, HttpServer, bind, share_of_open_files

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_SHARE, _CONNECTIONS = 0.2, 128
_OWN_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
_LAST_REQUESTS_SECONDS = 2


class ExporterAnswer(NamedTuple):
    """One answer."""

    body: bytes
    kind: str = "text/plain; charset=utf-8"
    status: int = 200


class Pages:
    """The application (ASGI): four pages that read and change nothing.

    Where it listens on this machine alone, it answers only to this machine's own names: a page in somebody's browser
    that has its name resolved to 127.0.0.1 would else read who is working and since when.
    """

    def __init__(self, exporter: Exporter, host: str) -> None:
        self._exporter = exporter
        self._process = CollectorRegistry()
        ProcessCollector(registry=self._process)
        self._names = _OWN_NAMES | {None, host.lower()} if _is_loopback(host) else None
        self._pages: dict[str, Callable[[], Awaitable[ExporterAnswer]]] = {
            "/metrics": self._metrics,
            "/healthz": self._healthz,
            "/readyz": self._readyz,
            "/live.json": self._live,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - nothing is received
        """Answer one request."""
        make = self._pages.get(scope["path"])
        if self._names is not None and _host_of(scope) not in self._names:
            page = ExporterAnswer(b"This service is for this machine alone.\n", status=403)
        elif make is None:
            page = ExporterAnswer(f"There are {', '.join(self._pages)}.\n".encode(), status=404)
        elif scope["method"] not in {"GET", "HEAD"}:
            page = ExporterAnswer(b"Only GET.\n", status=405)
        else:
            page = await make()
        headers = [
            (b"content-type", page.kind.encode()),
            (b"content-length", str(len(page.body)).encode()),
            (b"cache-control", b"no-store"),
        ]
        await send({"type": "http.response.start", "status": page.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else page.body})

    async def _metrics(self) -> ExporterAnswer:
        taken = self._exporter.metrics()
        text = await asyncio.to_thread(lambda: taken.text() + generate_latest(self._process))
        return ExporterAnswer(text, CONTENT_TYPE_PLAIN_0_0_4)

    async def _healthz(self) -> ExporterAnswer:
        return ExporterAnswer(msgspec.json.encode(self._exporter.healthz()), "application/json")

    async def _readyz(self) -> ExporterAnswer:
        wrong = self._exporter.unready()
        return ExporterAnswer(("\n".join(wrong or ["ready"]) + "\n").encode(), status=503 if wrong else 200)

    async def _live(self) -> ExporterAnswer:
        return ExporterAnswer(msgspec.json.encode(self._exporter.live()), "application/json")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _host_of(scope: Scope) -> str | None:
    """Return the name that was asked for; None where none was, which no browser does."""
    value: bytes | None = next((value for name, value in scope["headers"] if name == b"host"), None)
    if value is None:
        return None
    try:
        return urlsplit(f"//{value.decode('latin-1')}").hostname or ""
    except ValueError:
        return ""


def exporter_server(settings: ExporterSettings, exporter: Exporter) -> HttpServer:
    """Take the port that the pages are served on.

    Raises:
        BadSetting: It is taken, or the address is not this machine's.
    """
    try:
        bound = bind(settings.host, settings.port)
    except OSError as error:
        where = f"{settings.host}:{settings.port}"
        raise BadSetting(f"the exporter cannot listen on {where}: {error.strerror or error}") from error
    bounds = Bounds.of(share_of_open_files(_SHARE, _CONNECTIONS))
    return HttpServer("exporter", Pages(exporter, settings.host), bound, bounds, _LAST_REQUESTS_SECONDS)
