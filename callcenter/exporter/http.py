"""The exporter's pages over HTTP: /metrics, /healthz, /readyz, and /live.json for the board."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import msgspec
import uvicorn
from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST

from callcenter.errors import BadSetting
from callcenter.exporter.exporter import Exporter
from callcenter.exporter.settings import ExporterSettings

_BACKLOG = 64
_LAST_REQUESTS_SECONDS = 2


def pages(exporter: Exporter) -> FastAPI:
    """Make the application; it reads and changes nothing."""
    app = FastAPI(title="callcenter exporter", openapi_url=None)

    @app.get("/metrics")
    async def metrics() -> Response:
        return Response(exporter.metrics(), media_type=CONTENT_TYPE_LATEST)

    @app.get("/healthz")
    async def healthz() -> JSONResponse:
        return JSONResponse(exporter.healthz())

    @app.get("/readyz")
    async def readyz() -> PlainTextResponse:
        wrong = exporter.unready()
        return PlainTextResponse("\n".join(wrong or ["ready"]) + "\n", 503 if wrong else 200)

    @app.get("/live.json")
    async def live() -> Response:
        body = msgspec.json.encode(exporter.live())
        return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})

    return app


class _Quiet(uvicorn.Server):
    """A server that leaves signals to whoever started it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class ExporterServer:
    """Holds the port from the moment it is made, and serves while `run` runs."""

    def __init__(self, settings: ExporterSettings, exporter: Exporter) -> None:
        """Take the port.

        Raises:
            BadSetting: It is taken, or the address is not this machine's.
        """
        try:
            family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
            self._socket = socket.create_server((settings.host, settings.port), family=family, backlog=_BACKLOG)
        except OSError as error:
            where = f"{settings.host}:{settings.port}"
            raise BadSetting(f"the exporter cannot listen on {where}: {error.strerror or error}") from error
        self.port: int = self._socket.getsockname()[1]
        self._server = _Quiet(
            uvicorn.Config(
                pages(exporter), lifespan="off", log_config=None, access_log=False, server_header=False,
                timeout_graceful_shutdown=_LAST_REQUESTS_SECONDS,
            )
        )  # fmt: skip

    async def run(self) -> None:
        """Serve until cancelled; requests that are under way are answered first."""
        serving = asyncio.create_task(self._server.serve(sockets=[self._socket]), name="exporter-http")
        try:
            await asyncio.shield(serving)
        finally:
            self._server.should_exit = True
            await serving
            self._socket.close()

    def close(self) -> None:
        """Give the port back where `run` was never called."""
        self._socket.close()
