"""A lead's page on a real switch, in two languages: a call seen at once, acts, listening; a late answer is judged."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx
import pytest
from playwright.async_api import expect

from callcenter.lab.sipphone import SipCall, SipPhone
from callcenter.staff.rights import Role
from tests.browser.front import AXE
from tests.browser.leads import does, score_everywhere, takes
from tests.integration.api import Browser, agree
from tests.live.page.centre import Centre, Post, centre
from tests.live.page.seat import Seat
from tests.live.page.sound import AGENT_HERTZ, ALAW, CALLER_HERTZ, COLLEAGUE_HERTZ, hears

pytestmark = [pytest.mark.live, pytest.mark.alone, pytest.mark.timeout(300)]

POSTS = (
    Post("Alice", "1001", "post"),
    Post("Bob", "1002", "parcels"),
    Post("Eve", "1003", "leads", page=False, role=Role.SUPERVISOR),
    Post("Feng", "1004", "leads", page=False, role=Role.SUPERVISOR),
    Post("Ma", role=Role.MANAGER),
    Post("Tang", role=Role.MANAGER),
    Post("Hua", role=Role.HR),
)
LATE_SECONDS = 9.0
"""After the second ring of the centre's rulebook, before the queue tries no longer."""
TRIES = 3
"""The switch asks the service for 3 s whom a code is for, and beeps without an answer: who hears that asks again."""
SEEN_WITHIN = 20.0
"""A busy machine is slow: the second that is asked for is printed, and shown where nothing else runs."""

# When the floor first shows that somebody waits in a queue, in seconds since 1970.
_SEEN = """(queue) => {
  window.seen = null;
  const look = () => {
    const told = document.querySelector(`[data-queue="${queue}"] [data-figure=waiting]`)?.innerText.trim();
    if (window.seen === null && told === "1") window.seen = Date.now() / 1000;
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true });
}"""


class Watch:
    """A lead at their page, with a phone on the desk, and the agent whom they look after."""

    def __init__(self, there: Centre, agent: str, seat: Seat, lead: Seat, phone: SipPhone) -> None:
        self.there, self.agent, self.seat, self.lead, self.phone = there, agent, seat, lead, phone
        self.told = seat.page.locator("[data-told]")

    async def acts(self) -> None:
        """Pause the agent, and make them ready again."""
        await does(self.lead.page, "pause", why="the new product")
        await self.seat.state_is("paused")
        await expect(self.told.locator("[data-notice=paused]")).to_contain_text("the new product")
        await does(self.lead.page, "ready")
        await self.seat.state_is("available")
        await expect(self.told.locator("[data-notice=ready]")).to_be_visible()

    async def watches(self, queue: str) -> float:
        """See a call as it comes, listen, whisper, be out when the caller goes; gives how late the call was seen."""
        page, person = self.lead.page, self.lead.page.locator(f"[data-person={self.agent}]")
        await page.evaluate(_SEEN, queue)
        caller = await self.there.call(queue, ALAW)
        seen = await self.lead.finds("window.seen")
        await self.seat.answer()
        await expect(person.locator(".what")).to_contain_text(queue)
        await caller.hears(AGENT_HERTZ)
        own = await self.joins("listen")
        own.hang_up()
        await expect(self.told.locator("[data-listens]")).to_have_count(0)
        await expect(self.lead.page.locator("[data-listening]")).to_have_count(0)
        own = await self.joins("whisper")
        await self.seat.hears_beside(COLLEAGUE_HERTZ)
        await hears(caller.ear, {AGENT_HERTZ: True, COLLEAGUE_HERTZ: False})
        caller.hang_up()
        await asyncio.wait_for(own.over.wait(), 10)
        await self.seat.has_no_call()
        await expect(self.told.locator("[data-listens]")).to_have_count(0)
        await self.there.record.ended(caller.number)
        return float(seen) - self.there.record.joined(caller.number)

    async def joins(self, mode: str) -> SipCall:
        """Listen by a code: the agent is told who listens, and the lead hears both."""
        own, listens = await self.dials(mode), self.told.locator("[data-listens]")
        for _ in range(TRIES):
            while not own.over.is_set() and not await listens.count():  # noqa: ASYNC110 - a page's
                await asyncio.sleep(0.1)
            if own.over.is_set():
                own = await self.dials(mode)
        ear = self.there.listen(own, COLLEAGUE_HERTZ)
        await expect(listens).to_contain_text(self.lead.account.title())
        await expect(self.lead.page.locator("[data-listening]")).to_contain_text(self.agent)
        await hears(ear, {AGENT_HERTZ: True, CALLER_HERTZ: True})
        ear.close()
        return own

    async def dials(self, mode: str) -> SipCall:
        """Ask for a code and dial it."""
        await does(self.lead.page, mode)
        code = re.search(r"\*48\d{6}", await self.lead.page.locator("[data-acts] [data-code]").inner_text())
        assert code is not None
        own = self.phone.dial(code[0])
        await asyncio.wait_for(own.answered.wait(), 10)
        return own


@asynccontextmanager
async def watching(there: Centre, agent: str, lead: str, languages: tuple[str, str]) -> AsyncIterator[Watch]:
    """Let an agent be at work, and a lead look at the floor and at them."""
    async with there.seat(agent, languages[0]) as seat, there.seat(lead, languages[1]) as other:
        await other.context.add_init_script(path=AXE)
        phone = await there.desk_phone(lead, ALAW)
        await seat.begin_work()
        await other.sign_in(f"/floor/{agent}")
        await expect(other.page.locator("[data-acts] [data-act=pause]")).to_be_visible()
        yield Watch(there, agent, seat, other, phone)


async def answers_late(there: Centre, seat: Seat, queue: str) -> None:
    """Let a call ring too long before it is answered."""
    await seat.be_ready()
    caller = await there.call(queue, ALAW)
    await seat.rings()
    await asyncio.sleep(LATE_SECONDS)
    await seat.act("answer")
    await seat.talks()
    await caller.hears(AGENT_HERTZ)
    caller.hang_up()
    await seat.has_no_call()


async def signed_in(stack: AsyncExitStack, there: Centre, name: str) -> Browser:
    """Let somebody sign in over the API."""
    http = httpx.AsyncClient(base_url=there.service.api(), trust_env=False, timeout=60)
    found = Browser(await stack.enter_async_context(http))
    assert (await found.sign_in(there.posts[name].account)).is_success
    return found


async def judged(there: Centre, boss: Browser, watch: Watch) -> None:
    """Let a late answer go its whole way, through five people's pages; the score goes with it everywhere."""
    told = (await boss.get("/violations?limit=100")).json()["items"]
    late = max((one for one in told if one["rule"] == "V-LATE-ANSWER"), key=lambda one: str(one["at"]))
    number, month = late["id"], late["at"][:7]
    async with there.seat("Ma", "zh-CN") as one, there.seat("Tang") as other:
        await one.sign_in(f"/scores/Alice?month={month}")
        scores, judge, agents = one.page, await one.context.new_page(), await watch.seat.context.new_page()
        assert await score_everywhere(boss, scores) == "100"
        page = watch.lead.page
        await page.goto("/review")
        await page.locator(f"[data-row='{number}']").get_by_role("link").click()
        await expect(page.locator("[data-rule]")).to_contain_text("V-LATE-ANSWER")
        await takes(page, "notify")
        await agents.goto(f"/records/{number}")
        await takes(agents, "explain", "耳机坏了，已报修。")
        await judge.goto(f"/review/{number}")
        await takes(judge, "confirm", "没有报修记录。")
        assert await score_everywhere(boss, scores) == "98"
        await expect(agents.locator("[data-talk] li")).to_have_count(3)
        await takes(agents, "appeal", "我当天报过修。")
        assert await score_everywhere(boss, scores) == "100"
        await other.sign_in(f"/review/{number}")
        await takes(other.page, "overturn", "the headset was reported in time")
        assert await score_everywhere(boss, scores) == "100"
        await expect(scores.get_by_role("link", name="三声后接听")).to_have_count(0)


async def test_leads_see_act_and_listen_and_a_late_answer_goes_its_whole_way(a_network: None, tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        there = await stack.enter_async_context(centre(tmp_path, POSTS))
        one = await stack.enter_async_context(watching(there, "Alice", "Eve", ("zh-CN", "en-GB")))
        other = await stack.enter_async_context(watching(there, "Bob", "Feng", ("en-GB", "zh-CN")))
        await asyncio.gather(one.acts(), other.acts())
        seen = await asyncio.gather(one.watches("post"), other.watches("parcels"))
        print(f"\non the floor's page after the switch's word: {', '.join(f'{late:.3f} s' for late in seen)}")
        assert max(seen) < SEEN_WITHIN
        manager, hr = await signed_in(stack, there, "Ma"), await signed_in(stack, there, "Hua")
        await agree(manager, hr)
        await answers_late(there, one.seat, "post")
        await there.record.proposes("V-LATE-ANSWER", "Alice")
        await judged(there, manager, one)
