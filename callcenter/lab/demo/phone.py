"""An agent's phone in the demo: it registers as a page does, and stands back while a page has its number.

The endpoint is one of a page: what it is told of a call's voice is what a browser would say (ICE, DTLS), though none is
sent. The switch lets a number have one registration, the last: a page that takes the phone pushes this one out. Whoever
asks the switch who is registered is told, so the page need not know that there is somebody else.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from callcenter.errors import LabError
from callcenter.lab.sipphone import SipPhone
from callcenter.sip.dialog import SipDialog
from callcenter.sip.message import SipMessage
from callcenter.sip.sdp import SipMedia

_LOOK_SECONDS = 2.0
_LOOKS_FREE = 5
"""A page that is loaded anew may wait for a click before it registers again: it is not pushed out meanwhile."""
_LEFT_SECONDS = 120
"""A registration that the switch would end so soon is made anew: it grants a page's number ten minutes."""

Moved = Callable[[str, bool], None]
"""Takes whose phone it is, and whether a page has it now."""


@dataclass
class PageMedia(SipMedia):
    """Audio as a browser describes it; keys and fingerprint are made up, since nothing is ever sent by them."""

    _ufrag: str = field(default_factory=lambda: secrets.token_hex(4))
    _password: str = field(default_factory=lambda: secrets.token_hex(12))
    _fingerprint: str = field(default_factory=lambda: secrets.token_bytes(32).hex(":").upper())

    def describe(self, direction: str = "sendrecv") -> str:
        """Return the next description."""
        plain = super().describe(direction).replace(" RTP/AVP ", " UDP/TLS/RTP/SAVPF ")
        lines = [
            f"a=ice-ufrag:{self._ufrag}",
            f"a=ice-pwd:{self._password}",
            f"a=fingerprint:sha-256 {self._fingerprint}",
            "a=setup:active",
            "a=rtcp-mux",
            f"a=candidate:1 1 UDP 1 {self.address} {self.port} typ host",
            "",
        ]
        return plain + "\r\n".join(lines)


class DemoPhone(SipPhone):
    """A phone that gives way to a page.

    Attributes:
        stands_back: A page has its number now.
    """

    stands_back = False

    async def open(self, host: str, port: int = 0) -> None:
        """Binds to an address."""
        await super().open(host, port)
        self.media = PageMedia(self.media.address, self.media.port)

    async def keep(self, moved: Moved) -> None:
        """Looks for good who has the number, keeps it, and takes it up again once a page has left it."""
        free = 0
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            if self.deaf:
                continue
            with contextlib.suppress(LabError):  # it went deaf meanwhile, or the switch ends
                told = await self._registered()
                contacts, own = told.values("contact"), f"@{self.agent.host}:{self.agent.port}"
                free = 0 if contacts else free + 1
                taken = not any(own in one for one in contacts)
                if free >= _LOOKS_FREE or (not taken and (told.granted_seconds or _LEFT_SECONDS) < _LEFT_SECONDS):
                    await self.register()
                if contacts and taken != self.stands_back:
                    self.stands_back = taken
                    moved(self.name, taken)

    async def _registered(self) -> SipMessage:
        """Ask the switch who is registered for the number and for how long, by a request that registers nobody."""
        own = f"<sip:{self.user}@{self.server_address}>"
        account = SipDialog.begun(self.agent, own, f"sip:{self.server_address}", own)
        asked = account.request("REGISTER")
        fields = tuple(one for one in asked.fields if one[0] != "contact")
        return await self.ask(account, replace(asked, fields=fields))
