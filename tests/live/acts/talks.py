"""Acts of V-HANGUP, and those that look like them."""

from __future__ import annotations

from asyncio import sleep

from callcenter.lab.sipphone import SipCall
from tests.live.acts.scene import Scene
from tests.live.acts.table import act

HANGUP = "V-HANGUP"


async def talking(scene: Scene) -> tuple[SipCall, SipCall]:
    call, ring = await scene.rung()
    await sleep(1)
    ring.answer()
    await call.answered.wait()
    return call, ring


@act()
async def hangs_up(scene: Scene) -> None:
    """The agent hangs up soon after answering."""
    call, ring = await talking(scene)
    await sleep(scene.short_of("hangup"))
    ring.hang_up()
    await call.over.wait()
    scene.owe(HANGUP, ring.phone, "the agent hung up", ring.answered_at, ring.over_at)


@act()
async def hangs_up_at_the_limit(scene: Scene) -> None:
    """The agent hangs up as the time for it is over: nobody can tell."""
    call, ring = await talking(scene)
    await sleep(scene.limit("hangup"))
    ring.hang_up()
    await call.over.wait()
    scene.owe(HANGUP, ring.phone, "of its limit", ring.answered_at, ring.over_at, verdict="undetermined")


@act()
async def hangs_up_later(scene: Scene) -> None:
    """The agent hangs up after a talk."""
    call, ring = await talking(scene)
    await sleep(scene.beyond("hangup"))
    ring.hang_up()
    await call.over.wait()


@act()
async def caller_hangs_up(scene: Scene) -> None:
    """The caller hangs up soon after the answer."""
    call, ring = await talking(scene)
    await sleep(scene.short_of("hangup"))
    call.hang_up()
    await ring.over.wait()


@act(agents=2, outsiders=(1,))
async def transfers(scene: Scene) -> None:
    """The agent sends the caller on to a colleague soon after answering."""
    colleague = await scene.phone(1)
    call, ring = await talking(scene)
    await sleep(scene.short_of("hangup"))
    ring.transfer_blind(colleague.user)
    second = await colleague.next_call()
    second.ring()
    await sleep(1)
    second.answer()
    await sleep(1)
    call.hang_up()
    await second.over.wait()
