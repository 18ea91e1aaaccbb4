"""Stories about ringing: who was rung, how long, and what became of it."""

from __future__ import annotations

from asyncio import sleep
from typing import TYPE_CHECKING

from callcenter.lab.stories.meeting import KEY_SECONDS
from callcenter.lab.stories.registry import story

if TYPE_CHECKING:
    from callcenter.lab.stage import StoryStage


@story()
async def answered(stage: StoryStage) -> None:
    """The agent answers after 4.3 s of ringing; they talk for 3 s; the caller hangs up."""
    phone = await stage.phone()
    call = await stage.call()
    ring = await phone.next_call()
    ring.ring()
    await sleep(4.3)
    ring.answer()
    await sleep(3)
    call.hang_up()
    await ring.over.wait()
    visit = stage.answered(call, ring, "caller", hold_seconds=0.0)
    stage.offer(visit, ring, "answered", rings=1)
    stage.state(phone, "ringing", **{"from": ring.rang_at, "to": ring.answered_at})
    stage.state(phone, "talking", **{"from": ring.answered_at, "to": call.over_at})


@story()
async def late_answer(stage: StoryStage) -> None:
    """The agent answers on the 4th ring, after 16.2 s; the agent hangs up."""
    phone = await stage.phone()
    call = await stage.call()
    ring = await phone.next_call()
    ring.ring()
    await sleep(16.2)
    ring.answer()
    await sleep(2)
    ring.hang_up()
    await call.over.wait()
    stage.offer(stage.answered(call, ring, "agent"), ring, "answered", rings=4, ring_seconds=16.2)


@story(agents=2, ring_seconds=5, strategy="linear")
async def ring_no_answer(stage: StoryStage) -> None:
    """The first agent's phone rings for the queue's full 5 s; the second one answers after 2 s."""
    idle, busy = await stage.phone(0), await stage.phone(1)
    call = await stage.call()
    missed = await idle.next_call()
    missed.ring()
    taken = await busy.next_call()
    taken.ring()
    await sleep(2)
    taken.answer()
    await sleep(1.5)
    call.hang_up()
    await taken.over.wait()
    visit = stage.answered(call, taken, "caller")
    stage.offer(visit, missed, "timed_out")
    stage.offer(visit, taken, "answered")


@story()
async def decline_603(stage: StoryStage) -> None:
    """The agent rejects (603) after 2.8 s of ringing, is rung again 1 s later and answers after 1 s."""
    phone = await stage.phone()
    call = await stage.call()
    first = await phone.next_call()
    first.ring()
    await sleep(2.8)
    first.refuse(603)
    second = await phone.next_call()
    second.ring()
    await sleep(1)
    second.answer()
    await sleep(1)
    call.hang_up()
    await second.over.wait()
    visit = stage.answered(call, second, "caller")
    stage.offer(visit, first, "declined", ring_seconds=2.8)
    stage.offer(visit, second, "answered")


@story(agents=2, strategy="linear", retry_seconds=5)
async def busy_486(stage: StoryStage) -> None:
    """The first agent's phone says busy (486) at once, never ringing; the second one answers after 1.5 s."""
    busy, free = await stage.phone(0), await stage.phone(1)
    call = await stage.call()
    refused = await busy.next_call()
    refused.refuse(486)
    ring = await free.next_call()
    ring.ring()
    await sleep(1.5)
    ring.answer()
    await sleep(1)
    call.hang_up()
    await ring.over.wait()
    visit = stage.answered(call, ring, "caller")
    stage.offer(visit, refused, "busy", rings=None, ring_seconds=None)
    stage.offer(visit, ring, "answered")


@story()
async def never_says_ringing(stage: StoryStage) -> None:
    """The phone rings for 2 s without ever saying so (no 180), and is answered."""
    phone = await stage.phone()
    call = await stage.call()
    ring = await phone.next_call()
    await sleep(2)
    ring.answer()
    await sleep(1)
    call.hang_up()
    await ring.over.wait()
    stage.offer(stage.answered(call, ring, "caller"), ring, "answered", rings=None, ring_seconds=None)


@story(agents=2, ring_seconds=4, strategy="linear")
async def dead_phone(stage: StoryStage) -> None:
    """The first agent's phone lost its network a moment before the call and hears nothing.

    4 s later the second one is rung and answers after 1 s.
    """
    dead, alive = await stage.phone(0), await stage.phone(1)
    dead.vanish()
    call = await stage.call()
    ring = await alive.next_call()
    ring.ring()
    await sleep(1)
    ring.answer()
    await sleep(1)
    call.hang_up()
    await ring.over.wait()
    visit = stage.answered(call, ring, "caller")
    visit["offers"].append(
        {
            "interface": f"PJSIP/{dead.user}",
            "agent": dead.name,
            "outcome": "unreachable",
            "rang_at": None,
        }
    )
    stage.offer(visit, ring, "answered")


@story(ring_seconds=11, retry_seconds=5)
async def phone_dies_ringing(stage: StoryStage) -> None:
    """The agent's phone rings, and 1 s later loses its network.

    The queue rings it for 11 s in vain, then the caller hangs up.
    """
    phone = await stage.phone()
    call = await stage.call()
    ring = await phone.next_call()
    ring.ring()
    await sleep(1)
    phone.vanish()
    await sleep(12)
    call.hang_up()
    visit = stage.visit(call, "abandoned")
    stage.offer(visit, ring, "unknown", ended_at=ring.rang_at + 11 if ring.rang_at else None)


@story(agents=2, strategy="ringall")
async def ringall(stage: StoryStage) -> None:
    """Two phones ring together; one answers after 3.2 s, the other stops ringing."""
    quick, slow = await stage.phone(0), await stage.phone(1)
    call = await stage.call()
    taken, lost = await quick.next_call(), await slow.next_call()
    taken.ring()
    lost.ring()
    await sleep(3.2)
    taken.answer()
    await lost.over.wait()
    await sleep(1)
    call.hang_up()
    await taken.over.wait()
    visit = stage.answered(call, taken, "caller")
    stage.offer(visit, taken, "answered")
    stage.offer(visit, lost, "answered_elsewhere")


@story(members=("Local/{a0}@internal/n,0,{n0},PJSIP/{a0}",))
async def local_member(stage: StoryStage) -> None:
    """The member is a Local channel whose state is the phone's (as FreePBX does).

    The agent answers after 2.4 s and hangs up after 2 s.
    """
    phone = await stage.phone()
    call = await stage.call()
    ring = await phone.next_call()
    ring.ring()
    await sleep(2.4)
    ring.answer()
    await sleep(2)
    ring.hang_up()
    await call.over.wait()
    stage.offer(stage.answered(call, ring, "agent"), ring, "answered")


@story(members=("Local/{a0}@internal/n,0,{n0},PJSIP/{a0}",), ring_seconds=5)
async def local_member_no_answer(stage: StoryStage) -> None:
    """The member is a Local channel.

    The agent lets it ring for the queue's 5 s, is rung again, and the caller hangs up 2 s later.
    """
    phone = await stage.phone()
    call = await stage.call()
    first = await phone.next_call()
    first.ring()
    second = await phone.next_call()
    second.ring()
    await sleep(2)
    call.hang_up()
    await second.over.wait()
    visit = stage.visit(call, "abandoned")
    stage.offer(visit, first, "timed_out")
    stage.offer(visit, second, "caller_left")


@story(members=("Local/{a0}@lab-confirm/n,0,{n0},PJSIP/{a0}",))
async def call_confirmed(stage: StoryStage) -> None:
    """The agent lifts the handset after 1.5 s of ringing and must press 1, 2 s later, to get the caller."""
    phone = await stage.phone()
    call = await stage.call()
    ring = await phone.next_call()
    ring.ring()
    await sleep(1.5)
    ring.answer()
    await sleep(2)
    connected_at = ring.press("1") + KEY_SECONDS
    await sleep(2)
    call.hang_up()
    await ring.over.wait()
    visit = stage.answered(call, ring, "caller")
    visit |= {"answered_at": connected_at, "left_at": connected_at}
    stage.offer(visit, ring, "answered")


@story(members=("Local/{a0}@lab-confirm/n,0,{n0},PJSIP/{a0}",), retry_seconds=5)
async def call_not_confirmed(stage: StoryStage) -> None:
    """The agent lifts the handset after 1.5 s of ringing, presses nothing and hangs up 1 s later.

    The caller hangs up 2 s after that.
    """
    phone = await stage.phone()
    call = await stage.call()
    ring = await phone.next_call()
    ring.ring()
    await sleep(1.5)
    ring.answer()
    await sleep(1)
    ring.hang_up()
    await sleep(2)
    call.hang_up()
    stage.offer(stage.visit(call, "abandoned"), ring, "unknown")
