"""The floor with 500 people in Debian's Chromium: what 20 changes a second cost the page, and its longest frame."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.browser.front import CHROMIUM
from tests.integration.fed import Fed, answers, ends, fed, joins, rings
from tests.integration.office import PASSWORD

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600), pytest.mark.asyncio(loop_scope="module")]

expect.set_options(timeout=60_000)

AGENTS, CHANGES, SECONDS = 500, 20, 20
FRAME, SHARE = 50.0, 0.40
"""Milliseconds; of a core."""
_TASK = "ThreadControllerImpl::RunTask"
_TALKS = 40
"""People in calls, so that tiles have all that a tile may have."""
_SEEN = 20
"""Of whom a screen shows so many, and more."""


class Cost(NamedTuple):
    """What a stretch of time cost the page.

    Attributes:
        share: Of a core, by all threads of the page's process.
        main: Of a core, by the thread that frames are made on.
        tasks: Milliseconds that each task of that thread took by the clock, and of the processor.
    """

    share: float
    main: float
    tasks: list[tuple[float, float]]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def there(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Fed, Browser]]:
    async with fed(tmp_path_factory.mktemp("fed"), AGENTS, 1) as found, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            yield found, browser
        finally:
            await browser.close()


@pytest.mark.parametrize("shown", ["tiles", "rows"])
async def test_what_a_full_floor_costs_the_page(there: tuple[Fed, Browser], shown: str) -> None:
    found, browser = there
    context = await browser.new_context(base_url=found.service.api(), viewport={"width": 1920, "height": 1080})
    context.set_default_timeout(60_000)
    await context.add_init_script(f"localStorage.setItem('callcenter.floor.as', '\"{shown}\"')")
    page = await context.new_page()
    await page.goto("/")
    await page.locator("input[name=name]").fill("sun-1")
    await page.locator("input[name=password]").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.locator(f"[aria-setsize='{AGENTS}']").first).to_be_visible()
    for n in range(_TALKS):
        agent, uid, number = found.agents[-1 - n], f"{shown}-{n}", f"1390000{n:04}"
        found.switch.tell(joins(uid, number) + rings(uid, number, agent) + answers(uid, number, agent))
    await expect(page.locator(".what", has_text="support").nth(_SEEN - 1)).to_be_attached()
    quiet = await costs(browser, page, asyncio.sleep(SECONDS / 2))
    busy = await costs(browser, page, changes(found))
    scrolled = await costs(browser, page, asyncio.gather(changes(found), scrolls(page)))
    for n in range(_TALKS):
        found.switch.tell(ends(f"{shown}-{n}", f"1390000{n:04}", found.agents[-1 - n]))
    await context.close()
    say(f"{shown}, nothing changes", quiet)
    say(f"{shown}, {CHANGES} changes a second", busy)
    say(f"{shown}, the same while somebody scrolls", scrolled)


async def changes(there: Fed) -> None:
    """Let people go into pauses and out."""
    begun = time.monotonic()
    of = there.agents[:-_TALKS]
    for n in range(SECONDS * CHANGES):
        await asyncio.sleep(max(0.0, begun + n / CHANGES - time.monotonic()))
        there.switch.tell([there.member(of[n * 7 % len(of)], paused=n * 7 // len(of) % 2 == 0)])


async def scrolls(page: Page) -> None:
    """Go to the end of the floor and back, for as long as there are changes."""
    for n in range(SECONDS * 4):
        await page.mouse.wheel(0, 400 if n % (SECONDS * 2) < SECONDS else -400)
        await asyncio.sleep(0.2)


async def costs(browser: Browser, page: Page, meanwhile: Any) -> Cost:
    """Measure what a page does meanwhile."""
    watch, whole = await page.context.new_cdp_session(page), await browser.new_browser_cdp_session()
    await watch.send("Performance.enable", {"timeDomain": "threadTicks"})
    await browser.start_tracing(page=page, categories=["toplevel"])
    used, main, begun = await renderers(whole), await spent(watch), time.monotonic()
    await meanwhile
    lasted = time.monotonic() - begun
    main, used = await spent(watch) - main, await renderers(whole) - used
    events = json.loads(await browser.stop_tracing())["traceEvents"]
    threads = {(one["pid"], one["tid"]) for one in events if one.get("args", {}).get("name") == "CrRendererMain"}
    tasks = [
        (one["dur"] / 1000, one.get("tdur", one["dur"]) / 1000)
        for one in events
        if one["name"] == _TASK and "dur" in one and (one["pid"], one["tid"]) in threads
    ]
    return Cost(used / lasted, main / lasted, tasks)


async def spent(watch: Any) -> float:
    metrics = (await watch.send("Performance.getMetrics"))["metrics"]
    return next(float(one["value"]) for one in metrics if one["name"] == "TaskDuration")


async def renderers(whole: Any) -> float:
    told = (await whole.send("SystemInfo.getProcessInfo"))["processInfo"]
    return sum(float(one["cpuTime"]) for one in told if one["type"] == "renderer")


def say(what: str, cost: Cost) -> None:
    """Print what it costs, and whether the limits are kept."""
    clock, processor = (sorted(one[n] for one in cost.tasks) or [0.0] for n in (0, 1))
    kept = "met" if cost.share < SHARE and processor[-1] < FRAME else "NOT met"
    print(
        f"\n{what}: {cost.share:.0%} of a core (limit {SHARE:.0%}), main thread {cost.main:.0%}\n  "
        f"{len(cost.tasks)} tasks, the longest {processor[-1]:.0f} ms of the processor, {clock[-1]:.0f} ms by the "
        f"clock, {sum(one > FRAME for one in clock)} over {FRAME:.0f} ms by the clock (limit {FRAME:.0f} ms): {kept}"
    )
