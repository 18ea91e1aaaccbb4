"""The built page: read once, sent from memory; every address that is no route of the API opens it.

Files under `/assets` have the hash of what is in them in their names, and are kept by browsers for ever; the page
itself is asked for each time, so that a new version is seen at once.
"""

from __future__ import annotations

import functools
import gzip
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from callcenter.web.problems import problem

STATIC = Path(__file__).parents[1] / "static"
"""Where `make ui` builds it."""
PAGE = "/index.html"
_ASSETS = "/assets/"
_NO_PAGE = ("/api/", "/dialplan/", _ASSETS)
"""What begins so is never the page."""
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'{phones}; media-src 'self' blob:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; "
    "require-trusted-types-for 'script'; trusted-types vue"
)
_HEADERS = {
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(self), payment=(), usb=()",
    "Vary": "Accept-Encoding",
}
_TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
_FOR_EVER = "public, max-age=31536000, immutable"


class _File(NamedTuple):
    """A file as it is sent."""

    body: bytes
    packed: bytes
    media_type: str


class BuiltPage:
    """An ASGI application for what no route answers.

    Args:
        folder: Where it was built; where there is nothing, that is said to whoever opens the page.
    """

    def __init__(self, folder: Path = STATIC) -> None:
        self._files = _read(folder)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with a file, the page, or that there is none."""
        if scope["type"] == "http":
            await self._answer(Request(scope))(scope, receive, send)

    def _answer(self, request: Request) -> Response:
        path = request.url.path
        if request.method not in {"GET", "HEAD"}:
            return problem(request, "not-found", "Not Found")
        file = self._files.get(path)
        if file is None and not path.startswith(_NO_PAGE):
            path, file = PAGE, self._files.get(PAGE)
            if file is None:
                return problem(request, "not-found", "the page is not built: run make ui, and start the service again")
        if file is None:
            return problem(request, "not-found", "Not Found")
        policy = _POLICY.format(phones=_phones(request))
        return _sent(file, for_ever=path.startswith(_ASSETS), headers=request.headers, policy=policy)


def is_built(folder: Path = STATIC) -> bool:
    """Tell whether there is a page to send."""
    return PAGE in _read(folder)


def _phones(request: Request) -> str:
    """Return what a page may connect to beside ourselves: the switch, where phones are in pages, and nothing wider."""
    desk = request.app.state.service.ports.desk
    if desk is None or desk.settings.websocket is None:
        return ""
    parts = urlsplit(desk.settings.websocket)
    return f" {parts.scheme}://{parts.netloc}"


@functools.cache
def _read(folder: Path) -> dict[str, _File]:
    found = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    return {f"/{path.relative_to(folder).as_posix()}": _file(path) for path in found}


def _file(path: Path) -> _File:
    body = path.read_bytes()
    return _File(body, gzip.compress(body, mtime=0), _TYPES.get(path.suffix, "application/octet-stream"))


def _sent(file: _File, *, for_ever: bool, headers: Headers, policy: str) -> Response:
    kept = _FOR_EVER if for_ever else "no-cache"
    told = _HEADERS | {"Cache-Control": kept, "Content-Security-Policy": policy}
    if "gzip" in headers.get("accept-encoding", ""):
        return Response(file.packed, headers=told | {"Content-Encoding": "gzip"}, media_type=file.media_type)
    return Response(file.body, headers=told, media_type=file.media_type)
