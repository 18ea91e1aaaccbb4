"""Stories about agents: signed in or not, paused, dialling out, a line lying open."""

from __future__ import annotations

from asyncio import sleep
from typing import TYPE_CHECKING

from callcenter.clock import wall_clock
from callcenter.lab.stories.registry import story

if TYPE_CHECKING:
    from callcenter.lab.stage import StoryStage


@story()
async def pause(stage: StoryStage) -> None:
    """The agent pauses with the reason tea; a caller waits 3 s and is rung by nobody.

    The agent unpauses and the caller is answered after 1.2 s of ringing.
    """
    phone = await stage.phone()
    await sleep(1)
    paused_at = wall_clock() / 1_000_000
    await stage.pause(phone, "tea")
    call = await stage.call()
    await call.answered.wait()
    await sleep(3)
    back_at = wall_clock() / 1_000_000
    await stage.pause(phone, None)
    ring = await phone.next_call()
    ring.ring()
    await sleep(1.2)
    ring.answer()
    await sleep(1)
    call.hang_up()
    await ring.over.wait()
    stage.offer(stage.answered(call, ring, "caller"), ring, "answered")
    stage.state(phone, "paused", reason="tea", **{"from": paused_at, "to": back_at})


@story()
async def pause_by_phone(stage: StoryStage) -> None:
    """The agent dials the feature code for a meal and later the one that ends the pause."""
    phone = await stage.phone()
    await sleep(1)
    code = phone.dial("*452")
    await code.over.wait()
    await sleep(2)
    back = phone.dial("*46")
    await back.over.wait()
    await sleep(1)
    stage.state(phone, "paused", reason="meal")


@story(agents=2, strategy="linear")
async def unregister(stage: StoryStage) -> None:
    """One agent unregisters; the other one answers the call after 1.4 s."""
    gone, there = await stage.phone(0), await stage.phone(1)
    await sleep(1)
    gone_at = wall_clock() / 1_000_000
    await gone.register(0)
    call = await stage.call()
    ring = await there.next_call()
    ring.ring()
    await sleep(1.4)
    ring.answer()
    await sleep(1)
    call.hang_up()
    await ring.over.wait()
    back_at = wall_clock() / 1_000_000
    await gone.register()
    await sleep(1)
    stage.offer(stage.answered(call, ring, "caller"), ring, "answered")
    stage.state(gone, "offline", **{"from": gone_at, "to": back_at})


@story()
async def phone_dies_idle(stage: StoryStage) -> None:
    """An idle phone loses its network; the switch notices by itself within 8 s."""
    phone = await stage.phone()
    await sleep(1)
    phone.vanish()
    await sleep(9)
    stage.state(phone, "offline", to=None)


@story(own_switch=True)
async def outbound(stage: StoryStage) -> None:
    """A caller waits while the agent is on the phone with a number outside, dialled by the agent.

    The agent hangs up after 4 s and is rung within a second or two.
    """
    phone = await stage.phone()
    outside = await stage.caller(stage.lab.state.trunk_port)
    await sleep(0.5)
    out = phone.dial("13900000001")
    dialled_at = wall_clock() / 1_000_000
    there = await outside.next_call()
    there.ring()
    await sleep(1)
    there.answer()
    await out.answered.wait()
    call = await stage.call()
    await sleep(3)
    out.hang_up()
    await there.over.wait()
    ring = await phone.next_call()
    ring.ring()
    await sleep(1)
    ring.answer()
    await sleep(1)
    call.hang_up()
    await ring.over.wait()
    stage.offer(stage.answered(call, ring, "caller"), ring, "answered")
    stage.talk(there, out, "outbound", "agent", caller="13900000001")
    stage.state(phone, "outbound", **{"from": dialled_at, "to": out.over_at})


@story()
async def line_lying_open(stage: StoryStage) -> None:
    """The agent dials a number that answers and says nothing, and lets the line lie open.

    A caller waits 5 s and hangs up without being offered to anybody.
    """
    phone = await stage.phone()
    open_line = phone.dial("*60")
    await open_line.answered.wait()
    await sleep(0.5)
    call = await stage.call()
    await call.answered.wait()
    await sleep(5)
    call.hang_up()
    await sleep(0.5)
    open_line.hang_up()
    stage.visit(call, "abandoned")


@story()
async def two_callers(stage: StoryStage) -> None:
    """Two callers wait; the agent takes one after the other, hanging up each time."""
    phone = await stage.phone()
    first = await stage.call()
    ring = await phone.next_call()
    second = await stage.call()
    ring.ring()
    await sleep(1.5)
    ring.answer()
    await sleep(2)
    ring.hang_up()
    await first.over.wait()
    again = await phone.next_call()
    again.ring()
    await sleep(1)
    again.answer()
    await sleep(1)
    again.hang_up()
    await second.over.wait()
    stage.offer(stage.answered(first, ring, "agent"), ring, "answered")
    stage.offer(stage.answered(second, again, "agent"), again, "answered")


@story(members=("Local/{a0}@lab-agent-pool/n,0,{n0},Agent:{a0}",))
async def agent_on_the_line(stage: StoryStage) -> None:
    """The agent signs in by phone and stays on the line (chan_agent): no ringing, a beep, and the caller is there.

    After 4 s the caller hangs up; the agent stays signed in for 2 s more.
    """
    phone = await stage.phone()
    line = phone.dial("*47")
    await line.answered.wait()
    # The switch first plays what it has to say to the agent.
    await sleep(6)
    call = await stage.call()
    await call.answered.wait()
    await sleep(4)
    call.hang_up()
    await sleep(2)
    line.hang_up()
    visit = stage.visit(call, "answered", agent=phone.name, ended_by="caller", ended_at=call.over_at, transferred=None)
    # The agent hears a beep; the switch says "ringing" for as long as it plays it, which no phone can judge.
    visit["offers"] = [{"interface": f"Agent:{phone.user}", "agent": phone.name, "outcome": "answered"}]
