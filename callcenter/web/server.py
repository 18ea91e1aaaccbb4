"""The application on a socket of its own: bound at once, so that a taken port stops the start in one sentence."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import uvicorn
from fastapi import FastAPI

from callcenter.errors import BadSetting
from callcenter.store.audit import read_key
from callcenter.web.heads import sign_heads
from callcenter.web.service import Service
from callcenter.web.settings import WebSettings

_GRACEFUL_SECONDS = 3
_CONNECTIONS = 512


class WebServer:
    """Serves until cancelled."""

    def __init__(self, settings: WebSettings, app: FastAPI) -> None:
        self._socket = _bind(settings)
        self._server = _Server(
            uvicorn.Config(
                app, log_config=None, access_log=False, server_header=False, lifespan="off",
                proxy_headers=bool(settings.proxies), forwarded_allow_ips=list(settings.proxies),
                limit_concurrency=_CONNECTIONS, timeout_graceful_shutdown=_GRACEFUL_SECONDS,
            )
        )  # fmt: skip

    @property
    def port(self) -> int:
        """The port that is listened on."""
        return int(self._socket.getsockname()[1])

    async def run(self) -> None:
        """Serve; when cancelled, let the requests under way end first."""
        serving = asyncio.create_task(self._server.serve([self._socket]), name="web")
        try:
            await asyncio.shield(serving)
        except asyncio.CancelledError:
            self._server.should_exit = True
            await serving
            raise


async def serve_web(server: WebServer, service: Service) -> None:
    """Serve, and sign the audit log's head now and then where there is a key, until cancelled.

    Raises:
        BadSetting: The key cannot be read.
    """
    settings = service.settings
    key = None if settings.audit_key_file is None else read_key(settings.audit_key_file)
    async with asyncio.TaskGroup() as group:
        group.create_task(server.run(), name="web-server")
        if key is not None:
            group.create_task(sign_heads(service.office, key, settings.audit_heads, service.clock), name="web-heads")


class _Server(uvicorn.Server):
    """Leaves signals to the service."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _bind(settings: WebSettings) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        return socket.create_server((settings.host, settings.port), family=family)
    except OSError as error:
        raise BadSetting(
            f"web.host and web.port: {settings.host}:{settings.port} cannot be listened on: {error.strerror or error}"
        ) from error
