"""What every request and answer passes: our own name, our own pages, a bounded body, headers that keep browsers safe.

A browser sends Origin or Sec-Fetch-Site with whatever another site makes it ask; such a request changes nothing. The
Host is checked because a foreign name that points to this address would make its pages ours.
"""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from callcenter.web.cookies import NEW_DEVICE, NEW_TOKEN, device_cookie, token_cookie
from callcenter.web.problems import problem
from callcenter.web.settings import WebSettings

MOST_BYTES = 64 * 1024
MOST_OF_A_FILE = 32 * 1024 * 1024
"""What a route takes that a file is sent to, once it knows who asks."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class Guard:
    """The outermost layer of the application."""

    def __init__(self, app: ASGIApp, settings: WebSettings, takes_files: Collection[str] = ()) -> None:
        self._app = app
        self._takes_files = frozenset(takes_files)
        self._settings = settings
        self._hosts = {*_LOOPBACK, settings.host, *settings.allowed_hosts}
        self._headers = dict(_HEADERS)
        if settings.secure:
            self._headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._dress(MutableHeaders(scope=message), scope)
            await send(message)

        refusal = self._refusal(request)
        if refusal is not None:
            await problem(request, *refusal)(scope, receive, guarded)
            return
        await self._app(scope, _bounded(receive, self._most(request)), guarded)

    def _refusal(self, request: Request) -> tuple[str, str] | None:
        host = request.headers.get("host", "")
        if _hostname(f"//{host}") not in self._hosts:
            return "wrong-host", "add the name to web.allowed_hosts if it is yours"
        length = request.headers.get("content-length", "0")
        if not length.isascii() or not length.isdigit() or int(length[:20]) > self._most(request):
            return "too-large", f"a request has at most {self._most(request)} bytes"
        if request.method not in SAFE and self._foreign(request, host):
            return "foreign-request", "another site's page asked for this"
        return None

    def _most(self, request: Request) -> int:
        return MOST_OF_A_FILE if request.url.path in self._takes_files else MOST_BYTES

    def _foreign(self, request: Request, host: str) -> bool:
        if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
            return True
        origin = request.headers.get("origin")
        return origin is not None and origin.lower() not in {f"http://{host}".lower(), f"https://{host}".lower()}

    def _dress(self, headers: MutableHeaders, scope: Scope) -> None:
        for name, value in self._headers.items():
            headers.setdefault(name, value)
        token = scope.get("state", {}).get(NEW_TOKEN)
        if token is not None:
            headers.append("Set-Cookie", token_cookie(token, self._settings))
        device = scope.get("state", {}).get(NEW_DEVICE)
        if device is not None:
            headers.append("Set-Cookie", device_cookie(device, self._settings))


def _hostname(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None


def _bounded(receive: Receive, most: int) -> Receive:
    """Stop reading a body that has no length and does not end."""
    taken = 0

    async def bounded() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > most:
            raise HTTPException(413, f"a request has at most {most} bytes")
        return message

    return bounded
