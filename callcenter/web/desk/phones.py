"""The phone in a page: whose it is, and which session has it now; one phone an account.

Another session must say that it takes the phone over. Which session has it is not kept over a restart: what the switch
reaches then is somebody's, and a page that has it goes on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from typing import NamedTuple
from urllib.parse import urlsplit

import structlog

from callcenter.errors import BadSetting
from callcenter.files.phones import read_phones
from callcenter.store.conflicts import Conflict
from callcenter.web.desk.settings import DeskSettings

_PHONE = "PJSIP/"

log = structlog.get_logger()

_MOST_OF_SECRET = 1000
"""Letters of a TURN server's password."""

Lasting = Callable[[set[str]], Awaitable[set[str]]]
"""Tells which of some sessions last."""


class PagePhone(NamedTuple):
    """A phone in a page, without its secret; `taken`: another session has it; `holder`: who was given it last."""

    name: str
    websocket: str
    domain: str
    ice_servers: tuple[str, ...]
    taken: bool
    holder: str | None = None


class IceServer(NamedTuple):
    """A server by which media finds its way; TURN asks who comes."""

    url: str
    username: str | None = None
    credential: str | None = None


class PagePhones:
    """The phones of the settings' file, and who has them."""

    def __init__(self, settings: DeskSettings) -> None:
        self._settings = settings
        self._holders: dict[str, str] = {}

    async def of(self, interface: str | None, session: str, lasting: Lasting) -> PagePhone | None:
        """Return the phone behind an interface, None where it is none in a page."""
        name, websocket = (interface or "").removeprefix(_PHONE), self._settings.websocket
        if websocket is None or not (interface or "").startswith(_PHONE) or name not in await self._secrets():
            return None
        domain = self._settings.domain or urlsplit(websocket).hostname or "localhost"
        holder = self._holders.get(name)
        taken = holder not in (None, session) and holder in await lasting({holder})
        return PagePhone(name, websocket, domain, self._settings.ice_servers, taken, holder)

    async def in_page(self, interfaces: Collection[str]) -> bool:
        """Tell whether one of some interfaces is a phone in a page; where the file cannot be read, it may be."""
        try:
            known = {} if self._settings.phones is None else await asyncio.to_thread(read_phones, self._settings.phones)
        except BadSetting:
            return True
        return any(_PHONE + name in interfaces for name in known)

    async def hand_out(self, phone: PagePhone, session: str) -> str | None:
        """Give a session the phone's secret; it has the phone from now on. None: another was given it since `of`.

        Raises:
            Conflict: The phone has gone from the file meanwhile.
        """
        secret = (await self._secrets()).get(phone.name)
        if secret is None:
            raise Conflict("this phone has just been taken away: ask your administrator")
        if self._holders.get(phone.name) != phone.holder:
            return None
        self._holders[phone.name] = session
        return secret

    def is_anybodys(self, phone: PagePhone) -> bool:
        """Tell whether no session has been given a phone since this process began."""
        return phone.name not in self._holders

    async def ice_servers(self) -> list[IceServer]:
        """Return the servers by which media finds its way; a TURN server whose password cannot be read is left out."""
        servers = self._settings.ice_servers
        secret = await asyncio.to_thread(self._turn_secret) if any(map(_is_turn, servers)) else None
        username = self._settings.turn_username
        plain = [IceServer(server) for server in servers if not _is_turn(server)]
        return plain + [IceServer(server, username, secret) for server in servers if _is_turn(server) and secret]

    def _turn_secret(self) -> str | None:
        path = self._settings.turn_secret_file
        try:
            return None if path is None else path.read_text("utf-8")[:_MOST_OF_SECRET].partition("\n")[0].strip()
        except (OSError, UnicodeDecodeError) as error:
            log.warning("turn_secret_unread", reason=str(error))
            return None

    async def _secrets(self) -> dict[str, str]:
        """Read the file; what cannot be read has no phone, and keeps nobody from changing state."""
        try:
            return {} if self._settings.phones is None else await asyncio.to_thread(read_phones, self._settings.phones)
        except BadSetting as error:
            log.warning("phones_unread", reason=str(error))
            return {}


def _is_turn(server: str) -> bool:
    return server.startswith("turn")
