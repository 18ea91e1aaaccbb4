"""An agent at a browser: what they do on their page, and what it shows and hears."""

from __future__ import annotations

import asyncio
import contextlib
import json
from pathlib import Path
from typing import Any

from playwright.async_api import BrowserContext, CDPSession, Error, Locator, Page, expect
from playwright.async_api import TimeoutError as TookTooLong

from tests.integration.office import PASSWORD

PATIENCE_MS = 30_000

expect.set_options(timeout=PATIENCE_MS)

_TEXTS = json.loads((Path(__file__).parents[3] / "callcenter/web/ui/src/locale/texts.json").read_text())
_EAR = (Path(__file__).parent / "ear.js").read_text()

_NO_SOUND = """
const play = HTMLMediaElement.prototype.play;
window.soundLocked = true;
HTMLMediaElement.prototype.play = function () {
  return window.soundLocked ? Promise.reject(new DOMException("no", "NotAllowedError")) : play.call(this);
};
"""

_ANSWERS = """() => {
  const pressed = () => {
    const button = document.querySelector("[data-act=answer]");
    if (button === null || button.disabled) return false;
    button.click();
    return true;
  };
  if (pressed()) return;
  const watch = new MutationObserver(() => pressed() && watch.disconnect());
  watch.observe(document, { subtree: true, childList: true, attributes: true });
}"""


class Seat:
    """An agent's browser with the page in it.

    Attributes:
        number: Of the phone in the page.
        said: What the page's console told.
        sent: What its pages sent over WebSockets.
    """

    def __init__(self, account: str, number: str, language: str, context: BrowserContext, origin: str) -> None:
        self.account = account
        self.number = number
        self.context = context
        self.said: list[str] = []
        self.sent: list[str] = []
        self._origin = origin
        self._language = 0 if language == "en" else 1
        self._page: Page | None = None
        self._devtools: CDPSession | None = None

    @property
    def page(self) -> Page:
        """The page; raises AssertionError before it is opened."""
        assert self._page is not None
        return self._page

    async def prepare(self) -> None:
        """Let every page of it hear what reaches it, and be heard if something goes wrong."""
        self.context.set_default_timeout(PATIENCE_MS)
        await self.context.add_init_script(_EAR)
        self.context.on("page", self._watch)

    def _watch(self, page: Page) -> None:
        page.on("console", lambda told: self.said.append(f"{told.type}: {told.text}"))
        page.on("websocket", lambda socket: socket.on("framesent", lambda told: self.sent.append(str(told))))
        page.on("pageerror", lambda error: self.said.append(f"error: {error}"))

    async def open(self, path: str = "/desk") -> Page:
        """Open the page in a new tab."""
        self._page = await self.context.new_page()
        await self.page.goto(path)
        return self.page

    async def sign_in(self, path: str = "/desk") -> None:
        """Open a page and sign in with a password."""
        await self.open(path)
        await self.page.locator("input[name=name]").fill(self.account)
        await self.page.locator("input[name=password]").fill(PASSWORD)
        await self.page.locator("form.sign-in button[type=submit]").click()
        await self.is_followed()

    async def begin_work(self, *, ready: bool = True) -> None:
        """Sign in, let sound out, sign in at the queues, and be ready."""
        await self.sign_in()
        await self.set_up()
        sign_in = self.page.get_by_role("button", name=self.word("state.do.sign_in"), exact=True)
        await expect(sign_in.or_(self.page.locator("[data-act=ready]")).first).to_be_visible()
        if await sign_in.count():
            await sign_in.click()
            await self.state_is("paused")
        if ready:
            await self.be_ready()

    async def be_ready(self) -> None:
        """Say so, unless it comes by itself: a wrap-up ends."""
        available = self.page.locator(".state[data-state=available]")
        ends = asyncio.get_running_loop().time() + PATIENCE_MS / 1000
        while not await available.count() and asyncio.get_running_loop().time() < ends:
            with contextlib.suppress(TookTooLong):  # it has come
                await self.page.locator("[data-act=ready]").click(timeout=1000)
        await expect(available).to_be_visible()

    # what an agent does

    async def set_up(self) -> None:
        """Let sound out and the microphone in by a click, unless the browser lets the page have both without one.

        Where another browser has the phone still, it is taken over.
        """
        able = self.page.locator("[data-link=registered][data-sound=open][data-microphone=open]")
        asked = self.page.locator("[data-link]").locator("[data-act=take-over], [data-act=prepare]").first
        ends = asyncio.get_running_loop().time() + PATIENCE_MS / 1000
        while not await able.count() and asyncio.get_running_loop().time() < ends:
            with contextlib.suppress(TookTooLong):  # nothing is asked, or not any more
                await asked.click(timeout=1000)
        await expect(able).to_be_visible()

    async def act(self, name: str) -> None:
        """Press the button of something that the phone can do."""
        await self.page.locator(f"[data-act={name}]").first.click()

    def word(self, key: str) -> str:
        """Return a text of the catalogue in the page's language, before anything is put into it."""
        return str(_TEXTS[key][self._language])

    async def press(self, key: str, within: str = "body") -> None:
        """Press the button that says a text of the catalogue."""
        await self.page.locator(within).get_by_role("button", name=self.word(key), exact=True).first.click()

    async def answer(self) -> None:
        """Wait until it rings, and take the call at once: a finger lies on the button, however busy the machine is."""
        await self.page.evaluate(_ANSWERS)
        await expect(self.page.locator("[data-phase=ringing], [data-phase=talking]").first).to_be_visible()
        await self.talks()

    async def consult(self, number: str) -> None:
        """Hold the caller, and dial whom to ask."""
        await self._pass_on("consult", number)

    async def transfer(self, number: str) -> None:
        """Send the caller to a number."""
        await self._pass_on("blind", number)

    async def _pass_on(self, how: str, number: str) -> None:
        await self.act("transfer")
        await self.page.locator("input[name=transfer-to]").fill(number)
        await self.act(how)

    async def press_keys(self, keys: str) -> None:
        """Press keys of the keypad."""
        await self.act("keypad")
        for key in keys:
            await self.page.locator(f"[data-digit='{key}']").click()

    async def test_the_ring(self) -> None:
        """Let the phone ring for a moment, and see that it did."""
        await self.act("ring-test")
        await expect(self.page.get_by_text(self.word("phone.test.rang"))).to_be_visible()

    async def call_back(self, number: str) -> None:
        """Claim a lost call, and dial whoever it was."""
        row = self.page.locator("[data-lost]").filter(has_text=number[-4:])
        await row.get_by_role("button", name=self.word("lost.claim"), exact=True).click()
        await row.locator("[data-act=call-back]").click()

    async def write_note(self, text: str) -> None:
        """Write the call's note, and finish with it."""
        await self.note.fill(text)
        await self.press("note.finish")
        await expect(self.note).to_have_count(0)

    # what befalls the browser

    async def lock_sound(self) -> None:
        """Load the page anew where the browser lets no sound out: without a screen Chromium does so by no setting."""
        await self.context.add_init_script(_NO_SOUND)
        await self.page.reload()
        await expect(self.page.locator("[data-link=registered]")).to_be_visible()

    async def unlock_sound(self) -> None:
        """Let the browser let sound out again."""
        await self.page.evaluate("window.soundLocked = false")

    async def freeze(self) -> None:
        """Tell the page that it is frozen, and let nothing of it run: without a screen no browser freezes a tab."""
        await self.page.evaluate("document.dispatchEvent(new Event('freeze'))")
        await self._told("Debugger.enable")
        await self._told("Debugger.pause")

    async def thaw(self) -> None:
        """Let the tab go on."""
        await self._told("Debugger.resume")
        await self._told("Debugger.disable")
        await self.page.evaluate("document.dispatchEvent(new Event('resume'))")

    async def forbid_microphone(self) -> None:
        """Take the microphone away from the page, as by the sign beside its address."""
        await self.context.clear_permissions()

    async def allow_microphone(self) -> None:
        """Let the page have the microphone."""
        await self.context.grant_permissions(["microphone"], origin=self._origin)

    async def _told(self, what: str, **how: Any) -> None:
        if self._devtools is None:
            self._devtools = await self.context.new_cdp_session(self.page)
        await self._devtools.send(what, how)

    # what the page shows

    @property
    def note(self) -> Locator:
        """The call's note."""
        return self.page.locator("textarea[name=note]")

    async def is_followed(self) -> None:
        """Wait until the page shows what the switch says now."""
        await expect(self.page.locator(".age")).to_have_attribute("data-trust", "followed")

    async def link_is(self, link: str) -> None:
        """Wait until the phone is shown so."""
        await expect(self.page.locator("[data-link]").first).to_have_attribute("data-link", link)

    async def says_to_the_switch(self, method: str, words: str) -> None:
        """Wait until the page has sent a request with these words in it."""
        async with asyncio.timeout(PATIENCE_MS / 1000):
            while not any(told.startswith(method) and words in told for told in self.sent):  # noqa: ASYNC110 - a page's
                await asyncio.sleep(0.1)

    async def stays_silent(self) -> None:
        """See that this page has no call of its own that it could answer."""
        await expect(self.page.locator("[data-act=answer], [data-act=hang-up]")).to_have_count(0)

    async def is_registered(self) -> None:
        """Wait until the phone can ring."""
        card = self.page.locator("[data-link]").first
        await expect(card).to_have_attribute("data-link", "registered")
        await expect(card).to_have_attribute("data-sound", "open")
        await expect(card).to_have_attribute("data-microphone", "open")

    async def state_is(self, state: str) -> None:
        """Wait until the agent's state is shown so, as the switch says."""
        await expect(self.page.locator(".state[data-state]")).to_have_attribute("data-state", state)

    async def rings(self) -> None:
        """Wait until a call rings."""
        await expect(self.page.locator("[data-phase=ringing]").first).to_be_visible()

    async def talks(self) -> None:
        """Wait until a call is shown as one in which people talk."""
        await expect(self.page.locator("[data-phase=talking]").first).to_be_visible()

    async def has_no_call(self) -> None:
        """Wait until no call is shown."""
        await expect(self.page.locator("[data-phase=none]").first).to_be_visible()

    async def holds(self, *, held: bool) -> None:
        """Wait until the page shows that the caller is on hold, or is not."""
        await expect(self.page.locator("[data-held]").first).to_have_attribute("data-held", str(held).lower())

    async def trouble_is(self, key: str) -> None:
        """Wait until the page says what keeps its phone from ringing; "": nothing does."""
        await expect(self.page.locator("[data-trouble]").first).to_have_attribute("data-trouble", key)

    async def hears(self, hertz: int, seconds: float = 20.0) -> None:
        """Wait until the page's call brings a tone, and the page plays it.

        Raises:
            AssertionError: Something else, or nothing.
        """
        ends = asyncio.get_running_loop().time() + seconds
        told: Any = None
        while asyncio.get_running_loop().time() < ends:
            told = await self.page.evaluate("window.ear.heard()")
            if any(abs(one["hertz"] - hertz) < 30 and one["loudness"] > -50 and one["played"] for one in told):
                return
            await asyncio.sleep(0.1)
        raise AssertionError(f"{hertz} Hz was not heard by the page: {told}")

    async def hears_beside(self, hertz: int) -> None:
        """Wait until the page's call brings a tone beside whatever else sounds."""
        await self.finds("(hertz) => window.ear.beside(hertz) > -50", hertz)

    async def finds(self, script: str, given: Any = None) -> Any:
        """Wait until something in the page is so, and return it: the page's policy lets no waiting script in.

        Raises:
            TimeoutError: It never is.
        """
        async with asyncio.timeout(PATIENCE_MS / 1000):
            while not (found := await self.page.evaluate(script, given)):  # noqa: ASYNC110 - a page's
                await asyncio.sleep(0.1)
        return found

    async def tell(self) -> None:
        """Print what the page shows and what its console said: a test has failed."""
        for page in self.context.pages:
            with contextlib.suppress(Error, asyncio.TimeoutError):  # its browser is gone, or sleeps
                async with asyncio.timeout(3):
                    text = await page.evaluate("document.body?.innerText ?? ''")
                lines = " | ".join(line for line in text.splitlines() if line.strip())
                print(f"--- {self.account}'s page {page.url} shows: {lines}")
        print(f"--- the console of {self.account}'s page said:", *self.said[-30:], sep="\n", flush=True)

    async def stand_up(self) -> None:
        """Close the browser's pages."""
        with contextlib.suppress(Error):  # its browser is gone
            await self.context.close()
