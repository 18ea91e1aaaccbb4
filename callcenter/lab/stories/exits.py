"""Stories about leaving a queue without an answer: every way out, and being refused at the door."""

from __future__ import annotations

from asyncio import sleep
from typing import TYPE_CHECKING

from callcenter.clock import wall_clock
from callcenter.lab.stories.registry import story

if TYPE_CHECKING:
    from callcenter.lab.stage import StoryStage

_FORGED = "666%0d%0a%0d%0aEvent%3a%20QueueCallerAbandon%0d%0aQueue%3a%20nowhere"
"""A number that ends its own frame and begins another one."""


@story()
async def abandoned_waiting(stage: StoryStage) -> None:
    """No phone is there. The caller waits 4 s and hangs up; nobody was rung."""
    call = await stage.call()
    await call.answered.wait()
    await sleep(4)
    call.hang_up()
    stage.visit(call, "abandoned", position=1)


@story()
async def abandoned_ringing(stage: StoryStage) -> None:
    """The phone rings; the caller hangs up after 3.4 s of it."""
    phone = await stage.phone()
    call = await stage.call()
    ring = await phone.next_call()
    ring.ring()
    await sleep(3.4)
    call.hang_up()
    await ring.over.wait()
    stage.offer(stage.visit(call, "abandoned"), ring, "caller_left")


@story(ring_seconds=5, timeout_priority="app")
async def timed_out(stage: StoryStage) -> None:
    """The agent never answers. The phone rings for 5 s, and again for 2 s until the queue gives up after 8 s."""
    phone = await stage.phone()
    call = await stage.call(f"safe_t8_{stage.queue}")
    first = await phone.next_call()
    first.ring()
    second = await phone.next_call()
    second.ring()
    await second.over.wait()
    visit = stage.visit(call, "timed_out", left_at=second.over_at, ended_by=None)
    stage.offer(visit, first, "timed_out")
    stage.offer(visit, second, "cut_short")
    await call.over.wait()


@story(join_empty="unavailable,invalid,unknown")
async def refused_join_empty(stage: StoryStage) -> None:
    """No phone is registered and the queue lets nobody in (join-empty)."""
    call = await stage.call()
    await call.over.wait()
    stage.visit(call, "refused", joined_at=None)


@story(max_waiting=1)
async def refused_full(stage: StoryStage) -> None:
    """One caller waits; the queue holds no more than one, the second caller is refused (full)."""
    first = await stage.call()
    await first.answered.wait()
    await sleep(1)
    second = await stage.call()
    await second.over.wait()
    first.hang_up()
    stage.visit(first, "abandoned")
    stage.visit(second, "refused", joined_at=None)


@story(join_empty="unavailable,invalid,unknown", leave_when_empty="unavailable,invalid,unknown")
async def leave_empty(stage: StoryStage) -> None:
    """The only agent is paused, so the caller waits.

    Then the phone unregisters and the queue sends the caller away (leave-empty).
    """
    phone = await stage.phone()
    await stage.pause(phone, "meal")
    call = await stage.call()
    await call.answered.wait()
    await sleep(2)
    await phone.register(0)
    left_at = wall_clock() / 1_000_000
    await call.over.wait()
    # The queue looks at its members once a second, and a sound is played before the switch hangs up.
    stage.visit(call, "queue_empty")
    stage.state(phone, "offline", **{"from": left_at, "to": None})


@story(ring_seconds=5)
async def withdrawn_ringing(stage: StoryStage) -> None:
    """The phone rings.

    2 s later an operator withdraws the caller from the queue (QueueWithdrawCaller), which the queue heeds
    only when the ring's 5 s are over.
    """
    phone = await stage.phone()
    call = await stage.call()
    ring = await phone.next_call()
    ring.ring()
    await sleep(2)
    channel = await stage.operator.channel_of(call.phone.user)
    await stage.act("QueueWithdrawCaller", Queue=stage.queue, Caller=channel)
    await ring.over.wait()
    stage.offer(stage.visit(call, "withdrawn"), ring, "timed_out")
    await call.over.wait()


@story()
async def withdrawn(stage: StoryStage) -> None:
    """Nobody is there; after 2.5 s of waiting an operator withdraws the caller from the queue."""
    call = await stage.call()
    await call.answered.wait()
    await sleep(2.5)
    channel = await stage.operator.channel_of(call.phone.user)
    await stage.act("QueueWithdrawCaller", Queue=stage.queue, Caller=channel)
    await call.over.wait()
    stage.visit(call, "withdrawn")


@story()
async def redirected(stage: StoryStage) -> None:
    """The phone rings; 2 s later an operator redirects the caller to another extension, where he waits on."""
    phone = await stage.phone()
    call = await stage.call()
    ring = await phone.next_call()
    ring.ring()
    await sleep(2)
    channel = await stage.operator.channel_of(call.phone.user)
    await stage.act("Redirect", Channel=channel, Context="lab-callers", Exten="parked", Priority="1")
    await ring.over.wait()
    visit = stage.visit(call, "redirected", left_at=ring.over_at)
    stage.offer(visit, ring, "cut_short")
    await sleep(2)
    call.hang_up()


@story()
async def key_exit(stage: StoryStage) -> None:
    """The phone rings; the caller presses 0 after 2 s and is led out of the queue."""
    phone = await stage.phone()
    call = await stage.call()
    ring = await phone.next_call()
    ring.ring()
    await sleep(2)
    call.press("0")
    await ring.over.wait()
    visit = stage.visit(call, "key_pressed", left_at=ring.over_at)
    stage.offer(visit, ring, "caller_left")
    await call.over.wait()


@story()
async def key_exit_waiting(stage: StoryStage) -> None:
    """Nobody is there; the caller presses 0 after 2 s of waiting and is led out of the queue."""
    call = await stage.call()
    await call.answered.wait()
    await sleep(2)
    call.press("0")
    left_at = wall_clock() / 1_000_000
    await call.over.wait()
    stage.visit(call, "key_pressed", left_at=left_at)


@story()
async def hostile_number(stage: StoryStage) -> None:
    """A caller whose number holds line breaks and a forged event calls; the dialplan cleans the number.

    The agent answers after 1.5 s, the caller hangs up.
    """
    phone = await stage.phone()
    call = await stage.call(from_user=_FORGED)
    ring = await phone.next_call()
    ring.ring()
    await sleep(1.5)
    ring.answer()
    await sleep(1)
    call.hang_up()
    await ring.over.wait()
    visit = stage.answered(call, ring, "caller")
    visit["caller"] = "666"
    stage.offer(visit, ring, "answered")


@story()
async def hostile_number_uncleaned(stage: StoryStage) -> None:
    """The same caller calls a switch that does not clean numbers.

    Every frame of his call is cut in two and refused; nothing forged is believed.
    """
    phone = await stage.phone()
    call = await stage.call(f"raw_q_{stage.queue}", _FORGED)
    ring = await phone.next_call()
    ring.ring()
    await sleep(1.5)
    ring.answer()
    await sleep(1)
    call.hang_up()
    await ring.over.wait()


@story(serves="overflow")
async def overflowed(stage: StoryStage) -> None:
    """Nobody serves the queue; after 4 s the overflow queue takes the caller over, where he is answered.

    One call, two visits; the agent answers after 1.5 s and the caller hangs up.
    """
    phone = await stage.phone()
    call = await stage.call(f"safe_o4_{stage.queue}")
    ring = await phone.next_call()
    ring.ring()
    await sleep(1.5)
    ring.answer()
    await sleep(1)
    call.hang_up()
    await ring.over.wait()
    stage.visit(call, "timed_out", left_at=ring.rang_at, ended_by=None)
    visit = stage.answered(call, ring, "caller", queue="overflow", joined_at=ring.rang_at)
    stage.offer(visit, ring, "answered")


@story(serves="merchants")
async def hotline_menu(stage: StoryStage) -> None:
    """The caller dials the hotline 400 and presses 3 in the menu: merchants, where the phone rings and is answered."""
    phone = await stage.phone()
    call = await stage.call("400")
    await call.answered.wait()
    await sleep(1)
    call.press("3")
    ring = await phone.next_call()
    ring.ring()
    await sleep(2)
    ring.answer()
    await sleep(1)
    ring.hang_up()
    await call.over.wait()
    visit = stage.answered(call, ring, "agent", queue="merchants", joined_at=ring.rang_at)
    stage.offer(visit, ring, "answered")
