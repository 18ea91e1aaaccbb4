"""A hotline for tests that play on it by hand: a switch, a service that answers what a test says, phones, callers."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

from callcenter.lab.diary import LabDiary
from callcenter.lab.logins import LoginRecorder
from callcenter.lab.settings import ANY_PORT, LabSettings
from callcenter.lab.sipphone import SipCall, SipPhone
from callcenter.lab.stage import PHONES_HOST
from callcenter.lab.switch import Lab
from callcenter.lab.troupe import operator_of
from callcenter.sip.sdp import AudioCodec
from tests.scenarios.tapes import Shown, replayed

MENU_SECONDS = 0.4
DEAD_SECONDS, RING_SECONDS = 2, 4
"""A phone that dies in a call is noticed so soon, and is rung once more until the switch has noticed it, too."""


class Answers:
    """Stands in for the service: says what a test wants said, to a question that begins so."""

    def __init__(self) -> None:
        self.says: dict[str, bytes] = {}
        self.late = 0.0
        self.asked: list[str] = []
        self._server: asyncio.Server | None = None

    async def open(self, port: int) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port)

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            await asyncio.sleep(self.late)  # who was kept waiting is answered
            self._server = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            self.asked.append(head)
            await asyncio.sleep(self.late)
            what = head.split("?")[0].rpartition("/")[2]
            body = self.says.get(what, b"")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body)
            await writer.drain()
        writer.close()


class Hotline:
    """The switch of `dialplans/agents.toml`, its phones and callers."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.answers = Answers()
        self._diary = LabDiary()
        self._phones: list[SipPhone] = []
        self._recorder: LoginRecorder | None = None
        self._callers = 0

    async def phone(self, number: str) -> SipPhone:
        """Register an agent's phone, and wait until a queue would ring it."""
        state = self.lab.state
        server = (self.lab.settings.bind, state.sip_port)
        phone = SipPhone(number, server, self._diary, name=number, secret=state.phone_secrets[number])
        await phone.open(PHONES_HOST)
        self._phones.append(phone)
        await phone.register()
        await self._until_free(number)
        return phone

    async def _until_free(self, number: str) -> None:
        operator = operator_of(self.lab)
        await operator.open()
        try:
            for _ in range(100):
                if await self._device(operator, number) == "NOT_INUSE":
                    break
                await asyncio.sleep(0.05)
            await asyncio.sleep(0.2)  # queues hear of it a moment later
        finally:
            await operator.close()

    @staticmethod
    async def _device(operator: Any, number: str) -> str | None:
        said: dict[str, str] = await operator.act("Getvar", Variable=f"DEVICE_STATE(PJSIP/{number})")
        return said.get("Value")

    async def call(
        self, key: str = "1", number: str | None = None, codecs: Mapping[int, AudioCodec] | None = None
    ) -> SipCall:
        """Let a caller dial the hotline and choose a line; who names codecs speaks no others."""
        self._callers += 1
        state = self.lab.state
        caller = SipPhone(
            number or f"1381000{self._callers:04d}", (self.lab.settings.bind, state.sip_port), self._diary
        )
        await caller.open(state.trunk_host)
        caller.media.codecs = {**(caller.media.codecs if codecs is None else codecs)}
        self._phones.append(caller)
        call = caller.dial("400")
        await asyncio.wait_for(call.answered.wait(), 10)
        await asyncio.sleep(MENU_SECONDS)
        call.press(key)
        return call

    async def record(self) -> None:
        """Record what the service would read from now on."""
        self._recorder = LoginRecorder(self.lab.state.ami_port, "events", self.lab.state.manager_secrets["events"])
        await self._recorder.start()

    async def told(self, folder: Path) -> Shown:
        """Replay what was recorded."""
        assert self._recorder is not None
        await asyncio.sleep(1.3)
        await self._recorder.stop()
        return _replay(folder, bytes(self._recorder.heard))

    async def vanish(self, phone: SipPhone, ring: SipCall) -> None:
        """Let a phone die in a call: it says nothing more, neither voice nor SIP."""
        phone.vanish()
        ring.mark_over("here", "died")
        await asyncio.sleep(0.1)

    def clear(self) -> None:
        """Close every phone."""
        for phone in self._phones:
            phone.close()
        self._phones.clear()


def _replay(folder: Path, heard: bytes) -> Shown:
    folder.mkdir()
    (folder / "login.ami").write_bytes(heard)
    return replayed([folder / "login.ami"])


@contextlib.asynccontextmanager
async def hotline(work_dir: Path, **settings: Any) -> AsyncIterator[Hotline]:
    """Start a switch whose dialplan asks; nobody answers until a test opens `answers`."""
    lab = Lab(LabSettings(work_dir=work_dir, for_tests=True, lookup_port=ANY_PORT, wrap_up_seconds=0, **settings))
    await asyncio.to_thread(lab.start)
    found = Hotline(lab)
    try:
        yield found
    finally:
        await found.answers.close()
        found.clear()
        await asyncio.to_thread(lab.discard)


async def talk(line: Hotline, phone: SipPhone, key: str) -> tuple[SipCall, SipCall]:
    """Let a caller be answered; both speak."""
    call = await line.call(key)
    ring = await phone.next_call(10)
    ring.answer()
    for side in (call, ring):
        side.speak()
    await asyncio.sleep(1)
    return call, ring
