"""Eight hours at one desk in some minutes: calls, pages that are hidden and frozen, registrations; nothing grows."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.async_api import CDPSession, Page, async_playwright, expect

from tests.browser.front import CHROMIUM
from tests.browser.page_line import PageLine
from tests.browser.sitting import PATIENCE, WITH_SOUND, at_desk
from tests.integration.fed import Fed, answers, ends, fed, joins, rings

pytestmark = [pytest.mark.soak, pytest.mark.timeout(3_600)]

AGENTS, CALLS, HIDDEN_EVERY, LOOKED_EVERY = 20, 400, 10, 40
"""An agent has a hundred calls in a long shift."""
EXPIRES = 8
"""Seconds; a phone registers anew some seconds before that."""
WRITTEN_EVERY = 8
LOOKS = 3
"""One look may see a message that is about to go, or a list that is open; the least of so many does not."""
RINGING, ANSWERED, ENOUGH = 180, 200, 1.10
"""The end holds no more than so many times what the middle held."""


class Held(NamedTuple):
    """What a page and the service hold, once garbage is gone."""

    heap: float
    nodes: int
    listeners: int
    documents: int
    service: float

    def __str__(self) -> str:
        return (
            f"page {self.heap:.1f} MB, {self.nodes} nodes, {self.listeners} listeners, {self.documents} documents; "
            f"service {self.service:.0f} MB"
        )


async def held(there: Fed, cdp: CDPSession) -> Held:
    for _ in range(3):
        await cdp.send("HeapProfiler.collectGarbage")
    heap = await cdp.send("Runtime.getHeapUsage")
    found = await cdp.send("Memory.getDOMCounters")
    counted = (found["nodes"], found["jsEventListeners"], found["documents"])
    return Held(heap["usedSize"] / 1e6, *counted, there.used()[1])


async def test_eight_hours_leave_a_page_and_the_service_as_they_were(tmp_path: Path) -> None:
    line = PageLine(expires=EXPIRES)
    async with fed(tmp_path, AGENTS) as there, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=WITH_SOUND)
        page = await at_desk(there, browser, there.agents[0], line)
        cdp = await page.context.new_cdp_session(page)
        others, looked = asyncio.create_task(beside(there)), []
        for n in range(CALLS):
            await one_call(there, page, line, n)
            if n % HIDDEN_EVERY == 0:
                await hidden(page, cdp, frozen=n % (2 * HIDDEN_EVERY) == 0)
                await around(page)
            if n % LOOKED_EVERY == LOOKED_EVERY - 1:
                looked.append(await held(there, cdp))
                print(f"\n{n + 1} calls, {line.registered} registrations: {looked[-1]}", flush=True)
        others.cancel()
        await browser.close()
    half = len(looked) // 2
    middle, end = least(looked[half - LOOKS : half]), least(looked[-LOOKS:])
    assert line.registered > CALLS // LOOKED_EVERY
    grown = [name for name in Held._fields if getattr(end, name) > ENOUGH * getattr(middle, name)]
    assert grown == [], f"{grown} grew from {middle} to {end}"


def least(looked: list[Held]) -> Held:
    """Give the least of each that some looks saw: a message on the page goes, what leaks stays."""
    return Held(*(min(each) for each in zip(*looked, strict=True)))


async def one_call(there: Fed, page: Page, line: PageLine, n: int) -> None:
    """Ring, be answered by a click, hang up; a note is written now and then."""
    uid, number, agent = f"shift-{n}", f"138{n % 50:08}", there.agents[0]
    there.switch.tell(joins(uid, number) + rings(uid, number, agent))
    call = await line.call(f"{uid}-a")
    await line.until_heard(call, RINGING)
    await page.locator("[data-act=answer]").first.click()
    await line.until_heard(call, ANSWERED)
    there.switch.tell(answers(uid, number, agent))
    await expect(page.locator("[data-phase=talking]")).to_be_visible(timeout=PATIENCE)
    if n % WRITTEN_EVERY == 0:
        await page.locator("textarea[name=note]").fill(f"what it was about, for the {n}th time")
    line.hang_up(call)
    there.switch.tell(ends(uid, number, agent))
    await expect(page.locator("[data-phase=none]")).to_be_visible(timeout=PATIENCE)


async def around(page: Page) -> None:
    """Open every page of the rail, and come back to the desk."""
    links = await page.locator("nav a").all()
    for link in [*links[1:], links[0]]:
        await link.click()
        await asyncio.sleep(0.2)


async def hidden(page: Page, cdp: CDPSession, *, frozen: bool) -> None:
    """Put another page before the desk for a moment; a browser may freeze what nobody sees."""
    other = await page.context.new_page()
    await other.goto("/account")
    await other.bring_to_front()
    if frozen:
        await cdp.send("Page.setWebLifecycleState", {"state": "frozen"})
    await asyncio.sleep(0.5)
    if frozen:
        await cdp.send("Page.setWebLifecycleState", {"state": "active"})
    await page.bring_to_front()
    await other.close()


async def beside(there: Fed) -> None:
    """Let colleagues have calls, some each second, until cancelled."""
    n = 0
    while True:
        uid, number, agent = f"beside-{n}", f"139{n % 50:08}", there.agents[1 + n % (AGENTS - 1)]
        there.switch.tell(joins(uid, number) + rings(uid, number, agent) + answers(uid, number, agent))
        await asyncio.sleep(0.2)
        there.switch.tell(ends(uid, number, agent))
        n += 1
