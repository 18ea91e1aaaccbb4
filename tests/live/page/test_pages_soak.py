"""Pages for a long time: a laptop that sleeps in a call, and ten agents in two browsers with forty calls."""

from __future__ import annotations

import asyncio
import contextlib
import random
import signal
from collections import defaultdict
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser
from playwright.async_api import TimeoutError as TookTooLong

from tests.live.page.centre import SETTLES_SECONDS, Caller, Centre, Post, centre
from tests.live.page.record import Ring, Talk
from tests.live.page.seat import Seat
from tests.live.page.sound import AGENT_HERTZ, CALLER_HERTZ, MUSIC_HERTZ
from tests.live.page.trouble import tell

pytestmark = [pytest.mark.live, pytest.mark.alone, pytest.mark.soak, pytest.mark.timeout(1200)]

ASLEEP_SECONDS = 60
NAMES = ("Alice", "Bob", "Carol", "Dave", "Eve", "Frank", "Grace", "Henry", "Ivy", "Jack")
POSTS = [Post(name, str(1001 + n), "post") for n, name in enumerate(NAMES)]
CALLS, AT_ONCE = 40, 4
"""Ten pages with a call each, and who answers for them, are more than two cores carry: some callers at a time do."""
TALKS_SECONDS = 2.0, 8.0
LATE_SECONDS = 8.0
"""A ring that a page showed for less was neither missed nor answered after the third ring."""

# What a page showed: when a number's call was first shown in a phase, in seconds.
_STORY = """
window.story = {};
new MutationObserver(() => {
  const card = document.querySelector("[data-phase]");
  const number = card?.querySelector(".who")?.innerText.trim();
  if (number) (window.story[number] ??= {})[card.dataset.phase] ??= performance.now() / 1000;
}).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
"""


async def test_a_laptop_that_sleeps_in_a_call_is_held_against_nobody(tmp_path: Path) -> None:
    async with centre(tmp_path, POSTS[:1]) as there, there.browser() as (browser, processes):
        async with there.seat("Alice", browser=browser) as alice:
            await alice.begin_work()
            caller = await there.call("post")
            await alice.answer()
            await caller.hears(AGENT_HERTZ)
            asleep = processes()
            tell(asleep, signal.SIGSTOP)
            try:
                await caller.hears(MUSIC_HERTZ, 40)
                await asyncio.sleep(ASLEEP_SECONDS)
            finally:
                tell(asleep, signal.SIGCONT)
            await alice.is_registered()
            await alice.has_no_call()
            caller.hang_up()
        await there.record.ended(caller.number)
        await asyncio.sleep(SETTLES_SECONDS)
        assert there.record.talks(caller.number) == [Talk("Alice", "queue", "cut_short")], there.record.told(
            caller.number
        )
        assert [one for one in there.record.proposed() if one.verdict == "proposed"] == []


class Floor:
    """Ten agents who take what rings; who calls hangs up.

    Attributes:
        heard: Whether the agent who took a caller heard them; who calls hangs up no earlier.
    """

    def __init__(self, there: Centre) -> None:
        self._there = there
        self._chance = random.Random(13)
        self.heard: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)

    async def works(self, seat: Seat) -> None:
        """Take whatever rings, until it is over for today."""
        while True:
            await seat.page.locator("[data-phase=ringing]").first.wait_for(timeout=0)
            with contextlib.suppress(TookTooLong):  # it rings no longer: the page's own story tells
                await seat.page.locator("[data-phase=ringing] [data-act=answer]").first.click()
            await seat.page.locator("[data-phase=talking], [data-phase=none]").first.wait_for()
            for number in await seat.page.locator("[data-phase=talking] .who").all_inner_texts():
                await seat.hears(CALLER_HERTZ, 60)
                self.heard[number].set()
                await seat.page.locator("[data-phase=talking] .who", has_text=number).wait_for(state="detached")

    async def calls(self, some: asyncio.Semaphore) -> Caller:
        """Call, hear the agent for a while, and hang up."""
        async with some:
            caller = await self._there.call("post")
            await caller.hears(AGENT_HERTZ, 60)
            await asyncio.wait_for(self.heard[caller.number].wait(), 90)
            await asyncio.sleep(self._chance.uniform(*TALKS_SECONDS))
            caller.hang_up()
            await asyncio.sleep(1)
            return caller


@contextlib.asynccontextmanager
async def _all_at_work(there: Centre, browsers: list[Browser]) -> AsyncIterator[list[Seat]]:
    async with contextlib.AsyncExitStack() as stack:
        seats = [
            await stack.enter_async_context(there.seat(name, browser=browsers[n % len(browsers)]))
            for n, name in enumerate(NAMES)
        ]
        for seat in seats:
            await seat.begin_work()
        yield seats


async def test_ten_agents_in_two_browsers_and_the_record_tell_one_story_of_forty_calls(tmp_path: Path) -> None:
    async with (
        centre(tmp_path, POSTS) as there,
        there.browser() as (one, _),
        there.browser() as (two, _),
        _all_at_work(there, [one, two]) as seats,
    ):
        for seat in seats:
            await seat.page.evaluate(_STORY)
        floor = Floor(there)
        working = [asyncio.create_task(floor.works(seat)) for seat in seats]
        some = asyncio.Semaphore(AT_ONCE)
        callers = await asyncio.gather(*(floor.calls(some) for _ in range(CALLS)))
        for task in working:
            task.cancel()
        await asyncio.wait(working)
        assert [task.exception() for task in working if not task.cancelled()] == []
        stories = {name: await seat.page.evaluate("window.story") for name, seat in zip(NAMES, seats, strict=True)}
        may_be: set[tuple[str, str]] = set()
        for caller in callers:
            await there.record.ended(caller.number)
            shown = {name: story[caller.number] for name, story in stories.items() if caller.number in story}
            talked = [name for name, phases in shown.items() if "talking" in phases]
            assert len(talked) == 1, (shown, there.record.told(caller.number))
            (agent,), rings = talked, there.record.rings(caller.number)
            assert {ring.agent for ring in rings if ring.rang} == set(shown), (shown, rings)
            assert rings[-1] == Ring(agent, rang=True, outcome="answered")
            assert there.record.talks(caller.number) == [Talk(agent, "queue", "caller")]
            if shown[agent]["talking"] - shown[agent]["ringing"] > LATE_SECONDS:
                may_be.add(("V-LATE-ANSWER", agent))
            may_be |= {("V-MISSED", ring.agent) for ring in rings if ring.rang and ring.outcome == "timed_out"}
        await asyncio.sleep(SETTLES_SECONDS)
        # who clicks for ten agents is slow now and then: that is held against them, and nothing else is
        held = {(one.rule, one.agent) for one in there.record.proposed() if one.verdict == "proposed"}
        print(f"\n{CALLS} calls; held against agents whose page was clicked late or never: {sorted(held) or 'nothing'}")
        assert held <= may_be
