"""A small call centre in a network of its own: a switch, the service beside it, people at browsers, and who calls."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import httpx
from playwright.async_api import Browser, Error, Playwright, async_playwright

from callcenter.lab.diary import LabDiary
from callcenter.lab.logins import Operator
from callcenter.lab.settings import LabSettings, QueueSpec
from callcenter.lab.sipphone import SipCall, SipPhone
from callcenter.lab.stage import PHONES_HOST
from callcenter.lab.switch import Lab, free_port
from callcenter.lab.troupe import operator_of
from callcenter.sip.sdp import AudioCodec
from callcenter.staff.rights import Role
from callcenter.store import DecisionStore
from callcenter.web.pages.built import is_built
from tests.integration.office import hire
from tests.integration.service import Service, at_home
from tests.live.acts.law import write_rulebook
from tests.live.page.line import Wire
from tests.live.page.plugs import Plugs
from tests.live.page.record import Record
from tests.live.page.seat import Seat
from tests.live.page.sound import AGENT_HERTZ, ALAW, CALLER_HERTZ, MUSIC_HERTZ, Ear, write_music, write_tone
from tests.support import forked
from tests.support.network import own_network

CHROMIUM = "/usr/bin/chromium"
RING_SECONDS = 12
Codecs = Mapping[int, AudioCodec]


class Post(NamedTuple):
    """Somebody's place: the number of the phone, the queue that it serves, and whether the phone is in the page.

    Who has no phone has neither number nor queue.
    """

    name: str
    number: str = ""
    queue: str = ""
    page: bool = True
    role: Role = Role.AGENT

    @property
    def account(self) -> str:
        """By which name they sign in."""
        return self.name.lower() * 2


FIGURES = {
    "uncertainty_seconds": 0.5,
    "gap_nearness_seconds": 2,
    "rings": 2,
    "cadence_seconds": 4,
    "refused_over_seconds": 4.5,
    "refused_apart_seconds": 4.5,
    "engaged_seconds": 20,
    "off_seconds": 4,
    "together_seconds": 2,
    "hangup_within_seconds": 5,
}
"""Short ones: what is in nobody's favour is proposed within seconds."""

SETTLES_SECONDS = 8.0
"""How long after an act something may still come that speaks for the agent, and the record be filed."""

_SHIFT = timedelta(hours=4)


class Caller:
    """Somebody who calls, says one tone, and hears."""

    def __init__(self, phone: SipPhone, call: SipCall) -> None:
        self.phone = phone
        self.number = phone.user
        self.call = call
        self.ear = Ear(call, CALLER_HERTZ)

    async def hears(self, hertz: int, seconds: float = 20.0) -> None:
        """Wait until it hears a tone from now on.

        Raises:
            AssertionError: Something else, or nothing.
        """
        await self.ear.until(hertz, seconds)

    def hang_up(self) -> None:
        """Hang up."""
        self.call.hang_up()


class Centre:
    """Everything of it; browsers are started by whoever needs one.

    Attributes:
        outside: Held by whoever has somebody outside called: all of those are one phone, which hears one call.
    """

    def __init__(  # what it is made of
        self,
        posts: Sequence[Post],
        lab: Lab,
        service: Service,
        wire: Wire,
        operator: Operator,
        playwright: Playwright,
    ) -> None:
        self.posts = {post.name: post for post in posts}
        self.lab = lab
        self.service = service
        self.wire = wire
        self.operator = operator
        self.record = Record(service)
        self.outside = asyncio.Lock()
        self._playwright = playwright
        self._shared: Browser
        self._diary = LabDiary()
        self._phones: list[SipPhone] = []
        self._ears: list[Ear] = []
        self._callers = self._browsers = 0
        self._outside = SipPhone("outside", self._server, self._diary)
        self._called: dict[str, SipCall] = {}

    async def _chromium(self, *more: str) -> Browser:
        """Start a browser whose microphone hears the agent's tone."""
        tone = write_tone(self.service.home / "microphone.wav", AGENT_HERTZ)
        return await self._playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--no-sandbox",
                "--use-fake-device-for-media-stream",
                f"--use-file-for-fake-audio-capture={tone}",
                *more,
            ],
        )

    @asynccontextmanager
    async def browser_with(self, plugged: Plugs) -> AsyncIterator[Browser]:
        """Start a browser whose microphone and speakers can be plugged in and out."""
        browser = await self._playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox"],
            ignore_default_args=["--mute-audio"],
            env={**plugged.environment},
        )
        try:
            yield browser
        finally:
            await browser.close()

    @asynccontextmanager
    async def browser(self) -> AsyncIterator[tuple[Browser, Callable[[], list[int]]]]:
        """Start one more browser; gives it, and what lists its processes."""
        self._browsers += 1
        mark = f"--callcenter-browser={os.getpid()}-{self._browsers}"
        browser = await self._chromium(mark)
        try:
            yield browser, lambda: _processes_of(mark)
        finally:
            with contextlib.suppress(Error):  # it has been killed
                await browser.close()

    @asynccontextmanager
    async def seat(self, agent: str, language: str = "en-GB", browser: Browser | None = None) -> AsyncIterator[Seat]:
        """Let an agent sit down at a browser: the one that all share, or one of their own."""
        context = await (browser or self._shared).new_context(
            locale=language, base_url=self.service.api(), viewport={"width": 1280, "height": 900}
        )
        post = self.posts[agent]
        seat = Seat(post.account, post.number, language[:2], context, self.service.api())
        await seat.prepare()
        await seat.allow_microphone()
        try:
            yield seat
        except BaseException:
            await seat.tell()
            raise
        finally:
            await seat.stand_up()

    async def open(self) -> None:
        """Start the browser that all share who need none of their own; let whoever is called outside be there."""
        await self._outside.open(self.lab.state.trunk_host, self.lab.state.trunk_port)
        self._outside.media.codecs = {**ALAW}
        self._shared = await self._chromium()

    async def call(self, queue: str, speaks: Codecs = ALAW) -> Caller:
        """Let somebody call a queue, and say one tone from the first on."""
        self._callers += 1
        phone = SipPhone(f"1381300{self._callers:04d}", self._server, self._diary)
        await phone.open(self.lab.state.trunk_host)
        phone.media.codecs = {**speaks}
        self._phones.append(phone)
        caller = Caller(phone, phone.dial(f"safe_q_{queue}"))
        self._ears.append(caller.ear)
        await asyncio.wait_for(caller.call.answered.wait(), 15)
        return caller

    async def desk_phone(self, agent: str, speaks: Codecs = ALAW) -> SipPhone:
        """Register a phone that stands on a desk."""
        number = self.posts[agent].number
        phone = SipPhone(number, self._server, self._diary, name=number, secret=self.lab.state.phone_secrets[number])
        await phone.open(PHONES_HOST)
        phone.media.codecs = {**speaks}
        self._phones.append(phone)
        await phone.register()
        return phone

    async def called(self, number: str) -> SipCall:
        """Wait until somebody outside is called.

        Raises:
            TimeoutError: Nobody is, or somebody else.
        """
        async with asyncio.timeout(20):
            while True:
                while not self._outside.incoming.empty():
                    call = self._outside.incoming.get_nowait()
                    assert call.invite is not None
                    self._called[call.invite.heading.split("@")[0].rpartition(":")[2]] = call
                if number in self._called:
                    return self._called.pop(number)
                await asyncio.sleep(0.1)

    @property
    def _server(self) -> tuple[str, int]:
        return self.lab.settings.bind, self.lab.state.sip_port

    def listen(self, call: SipCall, tone: int) -> Ear:
        """Let a desk phone say a tone in a call, and hear."""
        ear = Ear(call, tone)
        self._ears.append(ear)
        return ear

    async def device(self, number: str) -> str | None:
        """Return the state of a phone, as the switch says."""
        said: dict[str, str] = await self.operator.act("Getvar", Variable=f"DEVICE_STATE(PJSIP/{number})")
        return said.get("Value")

    async def phone_losses(self, agent: str) -> int:
        """Say how often today an agent's phone was lost, as the service counts it."""
        said = (await self.service.until("/live.json", httpx.Response.raise_for_status)).json()
        return next(int(one["phone_losses"]) for one in said["agents"] if one["agent"] == agent)

    async def describe_anew(self, number: str) -> None:
        """Let the switch send a re-INVITE to a phone that has one call, as it does to keep a session."""
        channels = [one["Channel"] for one in await self.operator.list("CoreShowChannels")]
        (channel,) = (one for one in channels if one.startswith(f"PJSIP/{number}-"))
        said = await self.operator.act(
            "Setvar", Channel=channel, Variable="PJSIP_SEND_SESSION_REFRESH()", Value="invite"
        )
        assert said.get("Response") == "Success", said

    async def restart_switch(self) -> None:
        """End the switch as a power cut would, and start it again."""
        state = self.lab.state
        await asyncio.to_thread(self.lab.kill)
        await asyncio.to_thread(self.lab.boot, state)
        await self.operator.close()
        await self.operator.open()

    def clear(self) -> None:
        """Let everybody who called, and every desk phone, be gone."""
        for ear in self._ears:
            ear.close()
        for phone in (self._outside, *self._phones):
            for call in phone.calls.values():
                if not call.incoming or call.answered.is_set():
                    call.hang_up()
            phone.close()
        self._ears.clear()
        self._phones.clear()


def _processes_of(mark: str) -> list[int]:
    """List the processes of a browser, the first of them first."""
    children: dict[int, list[int]] = {}
    first = 0
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):  # it has ended, or is no process
            pid = int(entry.name)
            words = (entry / "cmdline").read_bytes().split(b"\0")
            children.setdefault(int((entry / "stat").read_text().rpartition(")")[2].split()[1]), []).append(pid)
            if mark.encode() in words and not any(word.startswith(b"--type=") for word in words):
                first = pid
    found = [first]
    for pid in found:
        found += children.get(pid, ())
    return found


@asynccontextmanager
async def centre(folder: Path, posts: Sequence[Post]) -> AsyncIterator[Centre]:
    """Build a centre, and pull it down."""
    assert is_built(), "the page is not built: run make ui"
    forked.be_ready()
    with own_network() as network:
        async with AsyncExitStack() as stack:
            phones = [post for post in posts if post.number]
            lab = Lab(_lab_settings(folder, phones))
            await asyncio.to_thread(lab.start)
            stack.push_async_callback(asyncio.to_thread, lab.discard)
            operator = operator_of(lab)
            await operator.open()
            stack.push_async_callback(operator.close)
            _play_music(lab)
            wire = Wire(lab.state.http_port)
            await wire.lay()
            stack.push_async_callback(wire.cut)
            service = await stack.enter_async_context(_service(folder / "home", phones, lab, wire))
            service.inside = network
            await _furnish(service, posts, lab)
            await service.start()
            playwright = await stack.enter_async_context(async_playwright())
            found = Centre(posts, lab, service, wire, operator, playwright)
            await found.open()
            stack.callback(found.clear)
            yield found
            assert await service.stop() == 0


def _lab_settings(folder: Path, posts: Sequence[Post]) -> LabSettings:
    agents = folder / "agents.toml"
    lines = (
        f'[[agent]]\nnumber = "{post.number}"\nname = "{post.name}"\nqueues = ["{post.queue}"]\n'
        f"page = {str(post.page).lower()}\n"
        for post in posts
    )
    agents.write_text("\n".join(lines))
    queues = sorted({post.queue for post in posts})
    return LabSettings(
        work_dir=folder / "lab",
        agents_file=agents,
        extra_queues=tuple(QueueSpec(name=name, ring_seconds=RING_SECONDS) for name in queues),
        for_tests=True,
        lookup_port=free_port("127.0.0.1", socket.SOCK_STREAM),
        direct_seconds=RING_SECONDS,
    )


def _play_music(lab: Lab) -> None:
    """Let whoever is on hold or waits hear one tone."""
    instance = lab.state.instance
    write_music(instance / "music", MUSIC_HERTZ)
    inside = "/" + str((instance / "music").relative_to(lab.settings.root_dir))
    (instance / "etc" / "musiconhold.conf").write_text(f"[default]\nmode = playlist\nentry = {inside}\n")
    lab.command("moh reload")


@asynccontextmanager
async def _service(home: Path, posts: Sequence[Post], lab: Lab, wire: Wire) -> AsyncIterator[Service]:
    rulebook, roster = home / "rulebook.yaml", home / "roster.json"
    write_rulebook(rulebook, FIGURES)
    roster.write_text(json.dumps(_roster(posts)))
    (home / "dialplan.secret").write_text(lab.state.lookup_token + "\n")
    more = f"""
[rules]
rulebook = "{rulebook}"
roster = "{roster}"
[web]
enabled = true
port = {lab.state.lookup_port}
sign_ins_per_minute = 1000
[web.dialplan]
secret_file = "{home}/dialplan.secret"
[desk]
phones = "{lab.state.instance}/etc/pjsip_pages.conf"
websocket = "ws://127.0.0.1:{wire.port}/ws"
"""
    async with at_home(home, lab.state.ami_port, secrets=lab.state.manager_secrets, more=more) as service:
        yield service


async def _furnish(service: Service, posts: Sequence[Post], lab: Lab) -> None:
    """Give everybody an account, and the pages' phones secrets that nobody else has seen."""
    code, errors = await service.run("phones", "rotate")
    assert code == 0, errors
    lab.command("module reload res_pjsip.so")
    decisions = await DecisionStore.open(service.store)
    try:
        for post in posts:
            await hire(decisions, post.account, post.role, post.name if post.number else None)
    finally:
        await decisions.close()


def _roster(posts: Sequence[Post]) -> dict[str, object]:
    now = datetime.now(UTC)
    shift = {"from": (now - _SHIFT).isoformat(), "to": (now + _SHIFT).isoformat()}
    return {
        "agents": [{"agent": post.name, "interface": f"PJSIP/{post.number}", "queues": [post.queue]} for post in posts],
        "shifts": [{"agent": post.name, **shift} for post in posts],
        "legit_extensions": ["_1XXX", "_6XX", "_*4X."],
    }
