"""An application on a socket of its own, bound at once; connections are accepted here, so that floods stay outside.

asyncio's own server accepts whatever comes, and where no descriptor is left it logs every try.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import time
from collections.abc import Iterator
from functools import partial
from typing import Any

import uvicorn

from callcenter.listening.door import TOLD_EVERY_SECONDS, Bounds, Door, Visitor
from callcenter.listening.framing import Framed

_BACKLOG = 512
_AGAIN_SECONDS = 0.1
"""Wait after a connection could not be accepted: no descriptor was left."""
_UNREAD_BYTES = 128 * 1024
"""Kept by the system of what a connection has not read; by itself it would take some MB of answers to nobody."""

_BEFORE_CUT_SECONDS = 1
"""So long before it would be cut off, a connection that asks nothing more is closed without a word in the log."""

__all__ = ["Bounds", "HttpServer", "bind"]


def bind(host: str, port: int) -> socket.socket:
    """Listen on an address.

    Raises:
        OSError: The port is taken, or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.create_server((host, port), family=family, backlog=_BACKLOG)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _UNREAD_BYTES)
    # an answer's head and body are two writes: the second would wait for the reader's word about the first, 40 ms
    bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    bound.settimeout(0)
    return bound


class HttpServer:
    """Serves while `run` runs.

    Args:
        name: Of the listener, in the log.
        app: What answers (ASGI).
        bound: The socket; closed at the end.
        bounds: How many may connect, and how long they may take.
        graceful_seconds: For the requests that are under way at the end.

    Attributes:
        port: The port that is listened on.
    """

    def __init__(self, name: str, app: Any, bound: socket.socket, bounds: Bounds, graceful_seconds: int) -> None:
        self._name = name
        self._socket = bound
        self.port = int(bound.getsockname()[1])
        self._door = Door(name, bounds)
        self._server = _Server(
            uvicorn.Config(
                Framed(app),
                http="h11",
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=bool(bounds.proxies),
                forwarded_allow_ips=list(bounds.proxies),
                timeout_keep_alive=_idle_seconds(bounds),
                timeout_graceful_shutdown=graceful_seconds,
            )
        )
        _quiet_library()

    async def run(self) -> None:
        """Serve until cancelled; requests that are under way are answered first."""
        serving = asyncio.create_task(self._server.serve(), name=f"{self._name}-http")
        beside = [
            asyncio.create_task(self._accept(), name=f"{self._name}-accept"),
            asyncio.create_task(self._door.watch(), name=f"{self._name}-door"),
        ]
        try:
            done, _ = await asyncio.wait([serving, *beside], return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            self._socket.close()
            self._server.should_exit = True
            await serving

    def close(self) -> None:
        """Give the port back where `run` was never called."""
        self._socket.close()

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        await self._server.ready.wait()
        while True:
            try:
                connection, address = await loop.sock_accept(self._socket)
            except OSError as error:
                self._door.note(f"not accepted: {error.strerror}")
                await asyncio.sleep(_AGAIN_SECONDS)
                continue
            if not self._door.admits(address[0]):
                connection.close()
                continue
            with contextlib.suppress(OSError):  # it has gone again
                await loop.connect_accepted_socket(partial(self._visitor, address[0]), connection)

    def _visitor(self, address: str) -> Visitor:
        server = self._server
        return Visitor(
            self._door, address, config=server.config, server_state=server.server_state, app_state={}, _loop=None
        )


def _idle_seconds(bounds: Bounds) -> int:
    """Say how long a connection may stay without the next request.

    A client keeps what it has used for about five seconds: where that is closed at the same moment, a request is lost
    on the way, and whoever sent it cannot know whether it was done.
    """
    return max(1, int(bounds.asking_seconds) - _BEFORE_CUT_SECONDS)


class _Server(uvicorn.Server):
    """Leaves signals to the service, and accepting to us."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:  # noqa: ARG002 - as uvicorn has it
        self.servers = []
        self.started = True
        self.ready.set()


class _OnceAMinute(logging.Filter):
    """Lets a sentence pass once a minute: whoever sends what is no HTTP does not fill the log."""

    def __init__(self) -> None:
        super().__init__()
        self._told: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info is not None:
            return True
        now = time.monotonic()
        if now - self._told.get(str(record.msg), -TOLD_EVERY_SECONDS) < TOLD_EVERY_SECONDS:
            return False
        self._told[str(record.msg)] = now
        return True


def _quiet_library() -> None:
    logger = logging.getLogger("uvicorn.error")
    if not any(isinstance(one, _OnceAMinute) for one in logger.filters):
        logger.addFilter(_OnceAMinute())
