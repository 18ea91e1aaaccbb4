"""Stories about who talks with whom when it is not whom the queue rang: bells taken, halves gone, queues joined."""

from __future__ import annotations

from asyncio import sleep
from typing import TYPE_CHECKING

from callcenter.lab.stories.registry import story

if TYPE_CHECKING:
    from callcenter.lab.sipcall import SipCall
    from callcenter.lab.sipphone import SipPhone
    from callcenter.lab.stage import Stage


async def picked_up(stage: Stage, rung: SipPhone, taker: SipPhone, code: str) -> tuple[SipCall, SipCall, SipCall]:
    """Let a caller ring at one phone and be taken by another after 1.5 s; the caller hangs up after 2.5 s of talk."""
    call = await stage.call()
    bell = await rung.next_call()
    bell.ring()
    await sleep(1.5)
    taken = taker.dial(code)
    taken.speak()
    await bell.over.wait()
    await sleep(2.5)
    call.hang_up()
    await taken.over.wait()
    return call, bell, taken


def tell_picked_up(stage: Stage, call: SipCall, bell: SipCall, taken: SipCall) -> None:
    """Write the truth of a call that was taken from a colleague's bell: the bell fell silent as they were joined."""
    visit = stage.answered(call, taken, "caller", how="pickup", answered_at=bell.over_at, left_at=bell.over_at)
    stage.offer(visit, bell, "answered_elsewhere")
    stage.state(taken.phone, "talking", **{"from": bell.over_at, "to": call.over_at})


@story(agents=2, outsiders=(1,))
async def picked_up_by_colleague(stage: Stage) -> None:
    """The queue rings one agent; a colleague who serves no queue dials ** and her number and takes the call.

    The caller hangs up 2.5 s later.
    """
    rung, taker = await stage.phone(0), await stage.phone(1)
    tell_picked_up(stage, *await picked_up(stage, rung, taker, f"**{rung.user}"))


@story(agents=2, outsiders=(1,), own_switch=True)
async def picked_up_by_group(stage: Stage) -> None:
    """The queue rings one agent; a colleague of the same pickup group dials *8 and takes the call.

    The caller hangs up 2.5 s later.
    """
    rung, taker = await stage.phone(0), await stage.phone(1)
    tell_picked_up(stage, *await picked_up(stage, rung, taker, "*8"))


@story(members=("Local/{a0}@internal,0,{n0},PJSIP/{a0}",))
async def local_half_gone(stage: Stage) -> None:
    """The member is a Local channel that leaves once voice flows: caller and phone are then joined directly.

    The agent answers after 1.2 s of ringing; the caller hangs up 3 s later.
    """
    phone = await stage.phone()
    call = await stage.call()
    ring = await phone.next_call()
    ring.ring()
    await sleep(1.2)
    ring.answer()
    call.speak()
    ring.speak()
    await sleep(3)
    call.hang_up()
    await ring.over.wait()
    stage.offer(stage.answered(call, ring, "caller"), ring, "answered")
    stage.state(phone, "talking", **{"from": ring.answered_at, "to": call.over_at})


@story(agents=2, outsiders=(1,), second=True)
async def attended_into_waiting(stage: Stage) -> None:
    """The agent puts the caller on hold, dials another queue, and joins the caller to his waiting there.

    The colleague who serves that queue is ringing then; she answers 1.5 s later, and the caller hangs up after 2.5 s.
    """
    phone, colleague = await stage.phone(0), await stage.phone(1)
    call = await stage.call()
    ring = await phone.next_call()
    ring.ring()
    await sleep(1.2)
    ring.answer()
    await sleep(1)
    await ring.hold()
    consult = phone.dial(f"q_{stage.second_queue}")
    second = await colleague.next_call()
    second.ring()
    await sleep(1.5)
    moved_at = ring.transfer_attended(consult)
    await sleep(1.5)
    second.answer()
    await sleep(2.5)
    call.hang_up()
    await second.over.wait()
    visit = stage.answered(call, ring, "transfer", ended_at=moved_at, transferred="attended")
    stage.offer(visit, ring, "answered")
    visit = stage.answered(call, second, "caller", queue=stage.second_queue, joined_at=consult.answered_at)
    stage.offer(visit, second, "answered")
    stage.state(colleague, "talking", **{"from": second.answered_at, "to": call.over_at})
