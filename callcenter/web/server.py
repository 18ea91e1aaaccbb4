"""The application on a socket of its own: bound at once, so that a taken port stops the start in one sentence."""

from __future__ import annotations

import asyncio

import structlog
from fastapi import FastAPI

from callcenter.errors import BadSetting
from callcenter.listening import Bounds, HttpServer, bind, share_of_open_files
from callcenter.store.audit import read_key
from callcenter.store.sign_in.breached import BreachedPasswords
from callcenter.web.heads import sign_heads
from callcenter.web.pages.built import is_built
from callcenter.web.service import Service
from callcenter.web.settings import WebSettings

_GRACEFUL_SECONDS = 3
_SHARE, _CONNECTIONS = 0.7, 512

log = structlog.get_logger()


def web_server(settings: WebSettings, app: FastAPI) -> HttpServer:
    """Take the port that the application is served on.

    Raises:
        BadSetting: It is taken, the address is not this machine's, or the list of breached passwords is none.
    """
    if settings.breached_passwords is not None:
        BreachedPasswords(settings.breached_passwords).check()
    try:
        bound = bind(settings.host, settings.port)
    except OSError as error:
        raise BadSetting(
            f"web.host and web.port: {settings.host}:{settings.port} cannot be listened on: {error.strerror or error}"
        ) from error
    bounds = Bounds.of(share_of_open_files(_SHARE, _CONNECTIONS), settings.proxies)
    return HttpServer("web", app, bound, bounds, _GRACEFUL_SECONDS)


async def serve_web(server: HttpServer, service: Service) -> None:
    """Serve, and sign the audit log's head now and then where there is a key, until cancelled.

    Raises:
        BadSetting: The key cannot be read.
        StoreError: The database cannot be read.
    """
    settings = service.settings
    if not is_built():
        log.warning("page_not_built", advice="run make ui and start again; the API is served without the page")
    if (code := await service.first.offer(service.decisions)) is not None:
        log.warning("first_account_offered", code=code, page=f"http://{settings.host}:{server.port}/")
    key = None if settings.audit_key_file is None else read_key(settings.audit_key_file)
    async with asyncio.TaskGroup() as group:
        group.create_task(server.run(), name="web-server")
        if (live := service.ports.live) is not None:
            group.create_task(live.run(lambda asked: service.sessions.lasting(asked, service.clock())), name="web-live")
        if key is not None:
            group.create_task(sign_heads(service.decisions, key, settings, service.clock), name="web-heads")
