"""What fails under a page: its way to the switch, the service, the switch itself. Long failures are soak's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.live.page.centre import SETTLES_SECONDS, Caller, Centre, Post, centre
from tests.live.page.record import Talk
from tests.live.page.seat import Seat
from tests.live.page.sound import AGENT_HERTZ, CALLER_HERTZ

pytestmark = [
    pytest.mark.live,
    pytest.mark.alone,
    pytest.mark.timeout(240),
    pytest.mark.asyncio(loop_scope="module"),
]

ALICE = Post("Alice", "1001", "post")
CUT_SECONDS, LONG_CUT_SECONDS = 5, 60


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def there(a_network: None, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Centre]:
    """One centre for all failures; once they are over, and all was told, nothing is held against her."""
    async with centre(tmp_path_factory.mktemp("centre"), [ALICE]) as found:
        yield found
        await asyncio.sleep(SETTLES_SECONDS)
        assert [one for one in found.record.proposed() if one.verdict == "proposed"] == []


async def taken(there: Centre, alice: Seat) -> Caller:
    caller = await there.call(ALICE.queue)
    await alice.answer()
    await caller.hears(AGENT_HERTZ)
    return caller


async def cut_in_a_call(there: Centre, seconds: int) -> None:
    """Cut the way to the switch in a call, and lay it again: the call goes on, the next one rings.

    Of that one the agent lets go while the way is cut again: the switch is told once it is there, and the caller, whom
    nobody could ask, is at the front of the line again.
    """
    async with there.seat(ALICE.name) as alice:
        await alice.begin_work()
        caller = await taken(there, alice)
        await there.wire.cut()
        await alice.trouble_is("trouble.lost")
        await asyncio.sleep(seconds)
        await caller.hears(AGENT_HERTZ)
        await there.wire.lay()
        await alice.trouble_is("")
        await alice.link_is("registered")
        await caller.hears(AGENT_HERTZ)
        await alice.hears(CALLER_HERTZ)
        caller.hang_up()
        await alice.has_no_call()
        after = await taken(there, alice)
        await there.wire.cut()
        await alice.trouble_is("trouble.lost")
        await alice.act("hang-up")
        await alice.has_no_call()
        await there.wire.lay()
        await alice.says_to_the_switch("BYE ", "hung up while the way was lost")
        await alice.answer()
        after.hang_up()
        await alice.has_no_call()
    lost, ended = (Talk(ALICE.name, "queue", by) for by in ("cut_short", "caller"))
    for one, visits, talks in ((caller, 1, [ended]), (after, 2, [lost, ended])):
        await there.record.ended(one.number, visits)
        assert there.record.talks(one.number) == talks, there.record.told(one.number)


async def test_a_way_to_the_switch_that_is_cut_for_five_seconds_costs_no_call(there: Centre) -> None:
    await cut_in_a_call(there, CUT_SECONDS)


@pytest.mark.soak
async def test_a_way_to_the_switch_that_is_cut_for_a_minute_is_held_against_nobody(there: Centre) -> None:
    await cut_in_a_call(there, LONG_CUT_SECONDS)


async def test_a_service_that_is_started_again_in_a_call_is_not_heard_by_anybody(there: Centre) -> None:
    async with there.seat(ALICE.name) as alice:
        await alice.begin_work()
        caller = await taken(there, alice)
        assert await there.service.stop() == 0
        await caller.hears(AGENT_HERTZ)
        await there.service.start()
        await alice.is_followed()
        await alice.hears(CALLER_HERTZ)
        caller.hang_up()
        await alice.has_no_call()
        after = await taken(there, alice)
        after.hang_up()
        await alice.has_no_call()
    await there.record.ended(after.number)
    assert there.record.talks(after.number) == [Talk(ALICE.name, "queue", "caller")], there.record.told(after.number)


async def test_a_switch_that_is_started_again_in_a_call_is_nobody_s_fault(there: Centre) -> None:
    async with there.seat(ALICE.name) as alice:
        await alice.begin_work()
        caller = await taken(there, alice)
        await there.restart_switch()
        await alice.is_registered()
        await alice.has_no_call()
        await alice.is_followed()
        await alice.state_is("available")
        caller.call.mark_over("there", "the switch is gone")
        after = await taken(there, alice)
        after.hang_up()
        await alice.has_no_call()
    await there.record.ended(after.number)
    assert there.record.talks(after.number) == [Talk(ALICE.name, "queue", "caller")], there.record.told(after.number)
