"""Acts of V-LATE-ANSWER and V-MISSED, and those that look like them."""

from __future__ import annotations

from asyncio import sleep

from tests.live.acts.scene import Scene
from tests.live.acts.table import Duty, act

LATE, MISSED = "V-LATE-ANSWER", "V-MISSED"
_MOMENT_SECONDS = 1.5
"""Between an act and the next thing that happens: well over the half second in which one could belong to the other."""


@act()
async def answers_late(scene: Scene) -> None:
    """The phone rings longer than it may and is answered."""
    call, ring = await scene.rung()
    await sleep(scene.beyond("ring"))
    ring.answer()
    await sleep(1)
    call.hang_up()
    scene.owe_ring(LATE, ring, "answered at ring")


@act()
async def answers_in_time(scene: Scene) -> None:
    """The phone is answered well before its last ring is over."""
    call, ring = await scene.rung()
    await sleep(scene.short_of("ring"))
    ring.answer()
    await sleep(1)
    call.hang_up()


@act()
async def answers_at_the_limit(scene: Scene) -> None:
    """The phone is answered as the next ring begins: nobody can tell."""
    call, ring = await scene.rung()
    await sleep(scene.limit("ring"))
    ring.answer()
    await sleep(1)
    call.hang_up()
    scene.owe_ring(LATE, ring, "of its limit", verdict="undetermined")


@act(duty=Duty.NONE)
async def answers_late_off_duty(scene: Scene) -> None:
    """Somebody who is not on duty answers late."""
    call, ring = await scene.rung()
    await sleep(scene.beyond("ring"))
    ring.answer()
    await sleep(1)
    call.hang_up()
    scene.owe_ring(LATE, ring, "not on duty", verdict="excused")


@act()
async def rings_unheard(scene: Scene) -> None:
    """The phone never says that it rings, and is answered late: for how long it rang nobody knows."""
    phone = await scene.phone()
    call = await scene.call()
    ring = await phone.next_call()
    await sleep(scene.beyond("ring"))
    ring.answer()
    await sleep(1)
    call.hang_up()


@act(ring_seconds=4, retry_seconds=5)
async def rings_out(scene: Scene) -> None:
    """The phone rings to its timeout."""
    call, ring = await scene.rung()
    await ring.over.wait()
    await sleep(_MOMENT_SECONDS)
    call.hang_up()
    scene.owe_ring(MISSED, ring, "was not answered")


@act(retry_seconds=5)
async def declines(scene: Scene) -> None:
    """The agent rejects the call."""
    call, ring = await scene.rung()
    await sleep(2)
    ring.refuse(603)
    await sleep(_MOMENT_SECONDS)
    call.hang_up()
    scene.owe_ring(MISSED, ring, "was declined")


@act(retry_seconds=5)
async def is_busy_once(scene: Scene) -> None:
    """The phone says busy at once, and the caller gives up."""
    phone = await scene.phone()
    call = await scene.call()
    (await phone.next_call()).refuse(486)
    await sleep(_MOMENT_SECONDS)
    call.hang_up()


@act()
async def caller_leaves(scene: Scene) -> None:
    """The caller gives up while the phone rings, for however long it did."""
    call, ring = await scene.rung()
    await sleep(scene.beyond("ring"))
    call.hang_up()
    await ring.over.wait()


@act(agents=2, strategy="ringall")
async def colleague_is_quicker(scene: Scene) -> None:
    """Two phones ring and a colleague takes the call."""
    quick, slow = await scene.phone(0), await scene.phone(1)
    call = await scene.call()
    taken, lost = await quick.next_call(), await slow.next_call()
    lost.ring()
    taken.ring()
    await sleep(scene.short_of("ring"))
    taken.answer()
    await lost.over.wait()
    await sleep(1)
    call.hang_up()


@act(agents=2, ring_seconds=3, strategy="linear")
async def phone_is_dead(scene: Scene) -> None:
    """The first phone has no network when it is tried, and is back a moment later; a colleague answers."""
    dead, alive = await scene.phone(0), await scene.phone(1)
    dead.vanish()
    call = await scene.call()
    ring = await alive.next_call()
    dead.deaf = False
    await dead.register()
    ring.ring()
    await sleep(1)
    ring.answer()
    await sleep(1)
    call.hang_up()


@act()
async def is_paused(scene: Scene) -> None:
    """The agent takes tea while a caller waits in vain."""
    phone = await scene.phone()
    await scene.pause(phone, "tea")
    call = await scene.customer()
    await sleep(3)
    call.hang_up()
    await scene.pause(phone, None)


@act(ring_seconds=4, retry_seconds=5)
async def is_paused_elsewhere(scene: Scene) -> None:
    """The phone rings out for one queue while the agent takes tea in another one."""
    phone = await scene.phone()
    await scene.enter(phone, "overflow", Paused="true", Reason="tea")
    call = await scene.call()
    ring = await phone.next_call()
    ring.ring()
    await ring.over.wait()
    await sleep(_MOMENT_SECONDS)
    call.hang_up()


@act(duty=Duty.NONE, ring_seconds=4, retry_seconds=5)
async def rings_out_off_duty(scene: Scene) -> None:
    """The phone of somebody who is not on duty rings to its timeout."""
    call, ring = await scene.rung()
    await ring.over.wait()
    await sleep(_MOMENT_SECONDS)
    call.hang_up()
    scene.owe_ring(MISSED, ring, "not on duty", verdict="excused")


@act(ring_seconds=9, timeout_priority="app")
async def is_cut_short(scene: Scene) -> None:
    """The queue gives the caller up after 4 s, and the phone stops ringing."""
    phone = await scene.phone()
    call = await scene.call(f"safe_t4_{scene.queue}")
    ring = await phone.next_call()
    ring.ring()
    await call.over.wait()


@act(ring_seconds=4, retry_seconds=5, wrap_up_seconds=8)
async def wraps_up(scene: Scene) -> None:
    """The agent is rung again during wrap-up, and lets it ring."""
    call, ring = await scene.rung()
    await sleep(1)
    ring.answer()
    await sleep(1)
    call.hang_up()
    await ring.over.wait()
    await sleep(1)
    call = await scene.call()
    missed = await ring.phone.next_call()
    missed.ring()
    await missed.over.wait()
    await sleep(_MOMENT_SECONDS)
    call.hang_up()
    scene.owe_ring(MISSED, missed, "wrap-up", verdict="excused")
