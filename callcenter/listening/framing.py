"""A request that two readers may cut differently is refused: one's body would be the other's next request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

_SENTENCE = b"A request has a Content-Length or a Transfer-Encoding, not both.\n"


class Framed:
    """Passes on what is framed in one way only (ASGI)."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it and close."""
        names = {name for name, _ in scope.get("headers", ())}
        if scope["type"] != "http" or not {b"content-length", b"transfer-encoding"} <= names:
            await self._app(scope, receive, send)
            return
        headers = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", str(len(_SENTENCE)).encode()),
            (b"connection", b"close"),
        ]
        await send({"type": "http.response.start", "status": 400, "headers": headers})
        await send({"type": "http.response.body", "body": _SENTENCE})
