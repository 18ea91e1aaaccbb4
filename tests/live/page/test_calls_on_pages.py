"""Calls on agents' pages, in both languages: what is heard, what is shown, what is on record."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import expect

from callcenter.lab.sipphone import SipPhone
from tests.live.page.centre import Caller, Centre, Codecs, Post, centre
from tests.live.page.record import Ring, Talk
from tests.live.page.seat import Seat
from tests.live.page.sound import AGENT_HERTZ, ALAW, CALLER_HERTZ, COLLEAGUE_HERTZ, MUSIC_HERTZ, ULAW

pytestmark = [
    pytest.mark.live,
    pytest.mark.alone,
    pytest.mark.timeout(240),
    pytest.mark.asyncio(loop_scope="module"),
]

POSTS = (
    Post("Alice", "1001", "post"),
    Post("Bob", "1002", "parcels"),
    Post("Carol", "1003", "other", page=False),
    Post("Dave", "1004", "other", page=False),
)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def there(a_network: None, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Centre]:
    async with centre(tmp_path_factory.mktemp("centre"), POSTS) as found:
        yield found


class Story:
    """What one agent lives through, with a colleague at a desk phone, and callers who speak by one codec."""

    def __init__(self, there: Centre, seat: Seat, queue: str, colleague: SipPhone, callers_speak: Codecs) -> None:
        self.there = there
        self.seat = seat
        self.queue = queue
        self.colleague = colleague
        self.callers_speak = callers_speak
        self.callers: list[Caller] = []

    async def live(self) -> None:
        """Live through all of it."""
        await self.seat.begin_work()
        await self.seat.test_the_ring()
        await self.holds()
        await self.consults()
        await self.gives_away()
        await self.calls_back()
        await self.leaves()

    async def taken(self) -> Caller:
        """Let somebody call, and be answered on the page; each hears the other."""
        caller = await self.there.call(self.queue, self.callers_speak)
        self.callers.append(caller)
        await self.seat.answer()
        await caller.hears(AGENT_HERTZ)
        await self.seat.hears(CALLER_HERTZ)
        return caller

    async def holds(self) -> None:
        """Hold a caller who holds, too; and one for whom the switch describes the call anew meanwhile."""
        caller = await self.taken()
        await self.seat.act("hold")
        await self.seat.holds(held=True)
        await caller.hears(MUSIC_HERTZ)
        await self.there.describe_anew(self.seat.number)
        await caller.call.hold()
        await asyncio.sleep(0.5)
        await self.seat.holds(held=True)
        await caller.call.take_back()
        await caller.hears(MUSIC_HERTZ)
        await self.seat.act("hold")
        await self.seat.holds(held=False)
        await caller.hears(AGENT_HERTZ)
        await self.seat.hears(CALLER_HERTZ)
        caller.hang_up()
        await self.seat.has_no_call()
        await self.seat.write_note("asked where the parcel is")

    async def consults(self) -> None:
        """Ask a colleague, go to and fro between the two, and bring them together."""
        caller = await self.taken()
        await self.seat.consult(self.colleague.user)
        ring = await self.colleague.next_call()
        ring.ring()
        ring.answer()
        ear = self.there.listen(ring, COLLEAGUE_HERTZ)
        await ear.until(AGENT_HERTZ, 20)
        await self.seat.hears(COLLEAGUE_HERTZ)
        await caller.hears(MUSIC_HERTZ)
        await self.seat.act("swap")
        await caller.hears(AGENT_HERTZ)
        await ear.until(MUSIC_HERTZ, 20)
        await self.seat.act("complete")
        await caller.hears(COLLEAGUE_HERTZ)
        await ear.until(CALLER_HERTZ, 20)
        await self.seat.has_no_call()
        caller.hang_up()
        await asyncio.wait_for(ring.over.wait(), 20)
        ear.close()

    async def gives_away(self) -> None:
        """Open a complaint, and send the caller to a colleague without a word."""
        caller = await self.taken()
        await self.seat.press("complaint.make")
        await expect(self.seat.page.locator("[data-complaint]")).to_be_visible()
        await self.seat.transfer(self.colleague.user)
        ring = await self.colleague.next_call()
        ring.answer()
        ear = self.there.listen(ring, COLLEAGUE_HERTZ)
        await caller.hears(COLLEAGUE_HERTZ)
        await ear.until(CALLER_HERTZ, 20)
        await self.seat.has_no_call()
        ring.hang_up()
        await asyncio.wait_for(caller.call.over.wait(), 20)
        ear.close()

    async def calls_back(self) -> None:
        """Call somebody back who hung up while it rang."""
        caller = await self.there.call(self.queue, self.callers_speak)
        self.callers.append(caller)
        await self.seat.rings()
        await self.seat.state_is("ringing")
        caller.hang_up()
        await self.seat.has_no_call()
        async with self.there.outside:
            await self.seat.call_back(caller.number)
            there = await self.there.called(caller.number)
            there.answer()
            ear = self.there.listen(there, CALLER_HERTZ)
            await ear.until(AGENT_HERTZ, 20)
            await self.seat.hears(CALLER_HERTZ)
            await self.seat.press_keys("40#")
            await ear.until_pressed("40#")
            await self.seat.act("hang-up")
            await asyncio.wait_for(there.over.wait(), 20)
            await self.seat.has_no_call()
            ear.close()

    async def leaves(self) -> None:
        """Sign out of the page: the switch has no such phone any more."""
        assert await self.there.device(self.seat.number) == "NOT_INUSE"
        await self.seat.act("sign-out")
        async with asyncio.timeout(20):
            while await self.there.device(self.seat.number) != "UNAVAILABLE":  # noqa: ASYNC110 - what the switch says
                await asyncio.sleep(0.1)

    async def is_on_record(self, agent: str, colleague: str) -> None:
        """Hold what is on record against what was done."""
        record = self.there.record
        answered, left = Ring(agent, rang=True, outcome="answered"), Ring(agent, rang=True, outcome="caller_left")
        talked = Talk(agent, "queue", "transfer")
        owed = [
            ([answered], [Talk(agent, "queue", "caller")]),
            ([answered], [talked, Talk(colleague, "transfer", "caller")]),
            ([answered], [talked, Talk(colleague, "transfer", "agent")]),
            ([left], []),
        ]
        for caller, (rings, talks) in zip(self.callers, owed, strict=True):
            await record.ended(caller.number)
            assert record.rings(caller.number) == rings, record.told(caller.number)
            assert record.talks(caller.number) == talks, record.told(caller.number)
        assert await record.lost(self.callers[-1].number) == ("closed", "called_back")
        assert [one for one in record.proposed(agent) if one.verdict == "proposed"] == []


async def test_two_agents_take_a_call_hold_it_and_give_it_to_a_colleague(there: Centre) -> None:
    async with there.seat("Alice") as alice, there.seat("Bob", "zh-CN") as bob:
        stories = [
            Story(there, alice, "post", await there.desk_phone("Carol", ULAW), ULAW),
            Story(there, bob, "parcels", await there.desk_phone("Dave", ULAW), ALAW),
        ]
        async with asyncio.TaskGroup() as group:
            for story in stories:
                group.create_task(story.live())
        for story, agent, colleague in zip(stories, ("Alice", "Bob"), ("Carol", "Dave"), strict=True):
            await story.is_on_record(agent, colleague)
