"""Stories about what nobody on the floor did: a lost login, a restart, a power cut. Each has its own switch."""

from __future__ import annotations

import asyncio
from asyncio import sleep
from typing import TYPE_CHECKING

from callcenter.lab.stories.registry import story

if TYPE_CHECKING:
    from callcenter.lab.sipphone import SipCall, SipPhone
    from callcenter.lab.stage import StoryStage


@story(own_switch=True)
async def gap(stage: StoryStage) -> None:
    """A caller talks with the agent while the manager login is cut for 3 s.

    In that gap the caller hangs up and a second one comes and leaves. After the gap a third one is answered.
    """
    phone = await stage.phone()
    # The switch is up for longer than the gap lasts: a younger one looks like one that was restarted.
    await sleep(2)
    call = await stage.call()
    ring = await phone.next_call()
    ring.ring()
    await sleep(1.3)
    ring.answer()
    await sleep(2)
    await stage.end_recording()
    await sleep(1)
    call.hang_up()
    await ring.over.wait()
    second = await stage.call()
    missed = await phone.next_call()
    missed.ring()
    await sleep(1)
    second.hang_up()
    await sleep(1)
    await stage.begin_recording()
    await sleep(1)
    third = await stage.call()
    taken = await phone.next_call()
    taken.ring()
    await sleep(1.5)
    taken.answer()
    await sleep(1)
    third.hang_up()
    await taken.over.wait()
    stage.visit(call, "answered", agent=phone.name, answered_at=ring.answered_at, ended_by="caller").pop("offers")
    # Of what happened in the gap only queue_log tells, in whole seconds.
    stage.visits.append({"queue": stage.queue, "caller": second.phone.user, "outcome": "abandoned"})
    stage.offer(stage.answered(third, taken, "caller"), taken, "answered")


async def _one_talking_one_ringing(stage: StoryStage) -> list[SipCall]:
    """One caller talks with the first agent, the second agent's phone rings for another, a third one waits."""
    busy, idle = await stage.phone(0), await stage.phone(1)
    first = await stage.call()
    ring = await busy.next_call()
    ring.ring()
    await sleep(1)
    ring.answer()
    await sleep(0.5)
    second = await stage.call()
    bell = await idle.next_call()
    bell.ring()
    third = await stage.call()
    await third.answered.wait()
    await sleep(2)
    return [first, ring, second, bell, third]


async def _next_caller(stage: StoryStage, phone: SipPhone) -> tuple[SipCall, SipCall]:
    """Let life go on: a caller comes and is answered after 1 s."""
    call = await stage.call()
    ring = await phone.next_call()
    ring.ring()
    await sleep(1)
    ring.answer()
    await sleep(1)
    call.hang_up()
    await ring.over.wait()
    return call, ring


@story(agents=2, own_switch=True, strategy="linear")
async def restart_now(stage: StoryStage) -> None:
    """One caller talks, a second one's call rings at another agent, a third one waits.

    The operator types `core restart now`. The same client logs in again as soon as it can.
    """
    first, ring, second, bell, third = await _one_talking_one_ringing(stage)
    await asyncio.to_thread(stage.lab.command, "core restart now")
    await stage.wait_cut_off()
    await stage.end_recording()
    await stage.begin_again()
    await stage.sign_in(ring.phone)
    next_call, next_ring = await _next_caller(stage, ring.phone)
    stage.visit(first, "answered", agent=ring.phone.name, answered_at=ring.answered_at, ended_by="switch")
    stage.offer(stage.visits[-1], ring, "answered")
    stage.visit(second, "switch_down", agent=None)
    stage.offer(stage.visits[-1], bell, "switch_down")
    stage.visit(third, "switch_down", agent=None)
    stage.offer(stage.answered(next_call, next_ring, "caller"), next_ring, "answered")


@story(agents=2, own_switch=True, strategy="linear")
async def kill_9(stage: StoryStage) -> None:
    """One caller talks, a second one's call rings at another agent, a third one waits.

    Asterisk is killed (kill -9) and started again 1 s later; the next caller is answered.
    """
    first, ring, second, _, third = await _one_talking_one_ringing(stage)
    await asyncio.to_thread(stage.lab.kill)
    await stage.wait_cut_off()
    await stage.end_recording()
    await sleep(1)
    await asyncio.to_thread(stage.lab.boot, stage.lab.state)
    await stage.begin_again()
    await stage.sign_in(ring.phone)
    next_call, next_ring = await _next_caller(stage, ring.phone)
    answered = stage.visit(first, "answered", agent=ring.phone.name, answered_at=ring.answered_at)
    answered |= {"ended_at": None, "talk_seconds": None}
    answered.pop("offers")
    stage.visit(second, "switch_down", agent=None, left_at=None).pop("offers")
    stage.visit(third, "switch_down", agent=None, left_at=None)
    stage.offer(stage.answered(next_call, next_ring, "caller"), next_ring, "answered")
