"""A phone in a page, as far as registering goes: SIP over a WebSocket (RFC 7118), one message a frame (RFC 6455)."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
from typing import Self

from callcenter.sip.digest import credentials
from callcenter.sip.message import Field, SipMessage, new_token, parse

_TEXT, _MASKED = 0x81, 0x80
_SHORT, _TWO_BYTES = 126, 126


class PagePhone:
    """One WebSocket to Asterisk."""

    def __init__(self, user: str, secret: str) -> None:
        self.user = user
        self._secret = secret
        self._cseq = 0
        self._call = new_token()
        self._answers: asyncio.Queue[SipMessage] = asyncio.Queue()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """As a tab that is closed: nothing is said."""
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)
        self._writer.close()
        await self._writer.wait_closed()

    async def open(self, port: int) -> None:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", port)
        asked = (
            f"GET /ws HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: sip\r\n\r\n"
        )
        self._writer.write(asked.encode())
        answer = await self._reader.readuntil(b"\r\n\r\n")
        assert b" 101 " in answer.partition(b"\r\n")[0], answer
        self._reading = asyncio.create_task(self._read())

    async def register(self, seconds: int = 60) -> SipMessage:
        """Register, answering the challenge once; returns the last answer."""
        request = self._request(seconds)
        refused = await self._ask(request)
        allowed = credentials(refused, request, self.user, self._secret)
        return refused if allowed is None else await self._ask(self._request(seconds, allowed))

    def _request(self, seconds: int, *more: Field) -> SipMessage:
        self._cseq += 1
        own = f"<sip:{self.user}@127.0.0.1>"
        fields: tuple[Field, ...] = (
            ("via", f"SIP/2.0/WS page.invalid;branch=z9hG4bK{new_token()}"),
            ("max-forwards", "70"),
            ("from", f"{own};tag={new_token()}"),
            ("to", own),
            ("call-id", self._call),
            ("cseq", f"{self._cseq} REGISTER"),
            ("contact", f"<sip:{self.user}@page.invalid;transport=ws>"),
            ("expires", str(seconds)),
            *more,
        )
        return SipMessage("REGISTER sip:127.0.0.1 SIP/2.0", fields)

    async def _ask(self, request: SipMessage) -> SipMessage:
        self._send(request.encode())
        while (message := await self._answers.get()).cseq != request.cseq:
            pass
        return message

    async def _read(self) -> None:
        """Keep answers; a request is a question whether the phone is there."""
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                message = parse(await self._receive())
                if message.code:
                    self._answers.put_nowait(message)
                else:
                    echoed = message.all("via", "from", "to", "call-id", "cseq")
                    self._send(SipMessage("SIP/2.0 200 OK", echoed).encode())

    def _send(self, data: bytes) -> None:
        mask = os.urandom(4)
        masked = bytes(byte ^ mask[n % 4] for n, byte in enumerate(data))
        assert _SHORT <= len(data) < 1 << 16
        self._writer.write(bytes([_TEXT, _MASKED | _TWO_BYTES]) + len(data).to_bytes(2, "big") + mask + masked)

    async def _receive(self) -> bytes:
        size = (await self._reader.readexactly(2))[1]
        if size == _SHORT:
            size = int.from_bytes(await self._reader.readexactly(2), "big")
        return await self._reader.readexactly(size)
