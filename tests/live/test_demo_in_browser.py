"""`callcenter demo` on a real Asterisk, in Chinese, watched in a browser: an agent's phone is taken over."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright, expect
from playwright.async_api import TimeoutError as PlaywrightTimeout

from callcenter.cli.lab.demo import SAID as MOVED
from callcenter.config import load_settings
from callcenter.lab.demo.people import PEOPLE, QUEUES
from callcenter.lab.demo.phone import DemoPhone
from callcenter.lab.demo.script import CALLS
from callcenter.lab.diary import LabDiary
from callcenter.lab.settings import LAB_DOMAIN
from callcenter.lab.sipphone import SipCall, SipPhone
from callcenter.lab.stage import PHONES_HOST
from callcenter.lab.switch import STATE_FILE, LabState
from callcenter.web.pages.built import is_built
from tests.browser.front import CHROMIUM, PATIENCE_MS
from tests.integration.test_demo import demo


def has_network() -> bool:
    """Tell whether this machine has an address beside loopback's: browsers answer no call without."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        return probe.connect_ex(("192.0.2.1", 9)) == 0


pytestmark = [
    pytest.mark.live,
    pytest.mark.timeout(180),
    pytest.mark.skipif(not has_network(), reason="a browser answers no call where there is loopback alone"),
]

FIRST_CALLER = CALLS[0].number
"""Calls Alice in the story's first second."""
ALICE = PEOPLE.say("alice", "zh-CN")
FAKES = ("--no-sandbox", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")
KEY_ACCOUNTS = "606"
"""A queue that nobody calls in the story; Alice is its first member."""
LOOPBACK = re.compile(r"[0-9A-F]{6}7F|0{24}01000000|0{16}FFFF0000[0-9A-F]{6}7F")
"""Addresses as the kernel writes them: 127/8, ::1, and 127/8 told as one of IPv6."""


class Told:
    """What a demo says, line by line."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        self._stream = process.stdout
        self.lines: list[str] = []

    async def until(self, words: str, seconds: float = 60.0) -> str:
        """Return the first line that has some words, those that were read before included."""
        async with asyncio.timeout(seconds):
            while not (found := [line for line in self.lines if words in line]):
                self.lines.append((await self._stream.readline()).decode())
                assert self.lines[-1], f"it ended before it said {words!r}: {self.lines}"
        return found[0]


async def test_agent_is_watched_and_taken_over_in_a_browser_and_ctrl_c_leaves_nothing_running(tmp_path: Path) -> None:
    assert is_built(), "the page is not built: run make ui"
    async with demo("--work-dir", str(tmp_path), columns=300) as process:
        told = Told(process)
        said = await told.until("http://")
        (url,), (password,) = re.findall(r"http://[\d.:]+/", said), re.findall(r"[0-9a-f]{16}", said)
        state = LabState.model_validate(json.loads((tmp_path / STATE_FILE).read_text()))
        assert load_settings(tmp_path / "callcenter.toml").privacy.master_keys() is not None  # for a second factor
        async with demo("--work-dir", str(tmp_path)) as second, browser_page(url) as page, colleague(state) as henry:
            await sign_in(page, "alice", password)
            await expect(page.get_by_text(FIRST_CALLER[-4:]).first).to_be_visible()
            await expect(page.locator("[data-link=elsewhere]")).to_be_visible()
            await expect(page.get_by_text(ALICE).first).to_be_visible()
            assert set(QUEUES.table("zh-CN").items()) == {*await queues_named(page)}
            await page.locator("[data-act=take-over]").first.click()
            await told.until(MOVED.say("taken", "zh-CN", agent=ALICE))
            await switch_on(page)

            call = await rings(page, henry)
            await page.locator("[data-phase=ringing] [data-act=answer]").click()
            await expect(page.locator("[data-phase=talking]")).to_be_visible()
            assert elsewhere(state.pid) == []
            await page.locator("[data-act=hang-up]").click()
            await expect(page.locator("[data-phase=none]").first).to_be_visible()
            async with asyncio.timeout(20):
                await call.over.wait()
            await page.close()
            await told.until(MOVED.say("left", "zh-CN", agent=ALICE))
            _, refused = await second.communicate()
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGINT)
        await process.communicate()

    assert (second.returncode, b"callcenter lab down" in refused) == (5, True)
    assert process.returncode == 130
    assert not state.alive()
    assert not (tmp_path / STATE_FILE).exists()
    with socket.create_server((LAB_DOMAIN, int(url.split(":")[2].strip("/")))) as free:
        assert free.getsockname()[0] == LAB_DOMAIN


async def queues_named(page: Page) -> list[tuple[str, str]]:
    """Return what queues are called in Chinese, once the service has seen what was agreed."""
    async with asyncio.timeout(20):
        while True:
            answer = await page.request.get("/api/v1/queues", headers={"Accept-Language": "zh-CN"})
            if named := [(one["queue"], one["name"]) for one in (await answer.json())["items"]]:
                return named
            await asyncio.sleep(0.5)


async def rings(page: Page, colleague: SipPhone) -> SipCall:
    """Call until the page rings: whoever has just talked is called last, and not at once."""
    for _ in range(8):
        call = colleague.dial(KEY_ACCOUNTS)
        with contextlib.suppress(PlaywrightTimeout):
            await page.locator("[data-phase=ringing] [data-act=answer]").wait_for(timeout=5_000)
            return call
        call.hang_up()
        await asyncio.sleep(3)
    raise AssertionError("the page has not rung")


@asynccontextmanager
async def browser_page(url: str) -> AsyncIterator[Page]:
    """Open a browser's page; what it shows is printed if something goes wrong."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FAKES)
        page = await browser.new_page(base_url=url, locale="en-GB")
        said: list[str] = []
        page.on("console", lambda told: said.append(told.text))
        page.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        try:
            yield page
        except BaseException:
            print(await page.evaluate("document.body.innerText"), *said[-20:], sep="\n")
            raise
        finally:
            await browser.close()


async def sign_in(page: Page, name: str, password: str) -> None:
    await page.goto("/desk")
    await page.locator("input[name=name]").fill(name)
    await page.locator("input[name=password]").fill(password)
    await page.locator("form.sign-in button[type=submit]").click()
    await expect(page.locator(".age")).to_have_attribute("data-trust", "followed")


async def switch_on(page: Page) -> None:
    """Let sound out and the microphone in, where that takes another click."""
    able = page.locator("[data-link=registered][data-sound=open][data-microphone=open]")
    ask = page.locator("[data-link] [data-act=prepare]")
    await expect(able.or_(ask).first).to_be_visible()
    if not await able.count():
        await ask.click()
    await expect(able).to_be_visible()


@asynccontextmanager
async def colleague(state: LabState) -> AsyncIterator[DemoPhone]:
    """Let an agent dial who does not register: the demo's own phone keeps the number."""
    phone = DemoPhone("1008", (LAB_DOMAIN, state.sip_port), LabDiary(), secret=state.phone_secrets["1008"])
    await phone.open(PHONES_HOST)
    try:
        yield phone
    finally:
        phone.close()


def elsewhere(pid: int) -> list[str]:
    """Name the addresses at which a process listens and that others than this machine reach."""
    inodes = {link.readlink().name for link in Path(f"/proc/{pid}/fd").iterdir() if link.is_symlink()}
    return [at for at, inode in sockets() if f"socket:[{inode}]" in inodes and not LOOPBACK.match(at)]


def sockets() -> Iterator[tuple[str, str]]:
    """Yield address and inode of each UDP socket, and each TCP one that listens."""
    for table in ("udp", "udp6", "tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            words = line.split()
            if table.startswith("udp") or words[3] == "0A":
                yield words[1], words[9]
