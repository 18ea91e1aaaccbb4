"""The application on a socket of its own: bound at once, so that a taken port stops the start in one sentence."""

from __future__ import annotations

import asyncio
import socket

from fastapi import FastAPI

from callcenter.errors import BadSetting
from callcenter.listening import Bounds, HttpServer, bind, share_of_open_files
from callcenter.store.audit import read_key
from callcenter.web.heads import sign_heads
from callcenter.web.service import Service
from callcenter.web.settings import WebSettings

_GRACEFUL_SECONDS = 3
_SHARE, _CONNECTIONS = 0.7, 512


class WebServer:
    """Serves until cancelled."""

    def __init__(self, settings: WebSettings, app: FastAPI) -> None:
        most = share_of_open_files(_SHARE, _CONNECTIONS)
        bounds = Bounds(connections=most, per_address=max(1, most // 4), proxies=settings.proxies)
        self._server = HttpServer("web", app, _bind(settings), bounds, _GRACEFUL_SECONDS)

    @property
    def port(self) -> int:
        """The port that is listened on."""
        return self._server.port

    async def run(self) -> None:
        """Serve; when cancelled, let the requests under way end first."""
        await self._server.run()

    def close(self) -> None:
        """Give the port back where `run` was never called."""
        self._server.close()


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
            group.create_task(sign_heads(service.decisions, key, settings, service.clock), name="web-heads")


def _bind(settings: WebSettings) -> socket.socket:
    try:
        return bind(settings.host, settings.port)
    except OSError as error:
        raise BadSetting(
            f"web.host and web.port: {settings.host}:{settings.port} cannot be listened on: {error.strerror or error}"
        ) from error
