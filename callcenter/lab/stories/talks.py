"""Stories about the talk itself: holds, transfers, and who hung up."""

from __future__ import annotations

from asyncio import sleep
from typing import TYPE_CHECKING

from callcenter.lab.stories.meeting import press
from callcenter.lab.stories.registry import story

if TYPE_CHECKING:
    from callcenter.lab.sipphone import SipCall, SipPhone
    from callcenter.lab.stage import StoryStage


async def _connected(stage: StoryStage, phone: SipPhone) -> tuple[SipCall, SipCall]:
    """Let a caller come through to a phone, which answers after 1.2 s."""
    call = await stage.call()
    ring = await phone.next_call()
    ring.ring()
    await sleep(1.2)
    ring.answer()
    return call, ring


@story()
async def hold(stage: StoryStage) -> None:
    """The agent puts the caller on hold 1 s after answering, for 3 s; then the caller hangs up."""
    phone = await stage.phone()
    call, ring = await _connected(stage, phone)
    await sleep(1)
    await ring.hold()
    await sleep(3)
    await ring.take_back()
    await sleep(1)
    call.hang_up()
    await ring.over.wait()
    visit = stage.answered(call, ring, "caller", hold_seconds=3.0)
    stage.offer(visit, ring, "answered")


@story()
async def held_by_caller(stage: StoryStage) -> None:
    """The caller puts the agent on hold for 2 s: that is no hold of the agent's. Then the agent hangs up."""
    phone = await stage.phone()
    call, ring = await _connected(stage, phone)
    await sleep(1)
    await call.hold()
    await sleep(2)
    await call.take_back()
    await sleep(1)
    ring.hang_up()
    await call.over.wait()
    visit = stage.answered(call, ring, "agent", hold_seconds=0.0)
    stage.offer(visit, ring, "answered")


@story(agents=2, outsiders=(1,), second=True)
async def blind_transfer(stage: StoryStage) -> None:
    """The agent transfers the caller blind to a colleague, who answers after 1.5 s; the caller hangs up 2 s later."""
    phone, colleague = await stage.phone(0), await stage.phone(1)
    call, ring = await _connected(stage, phone)
    await sleep(1.5)
    moved_at = ring.transfer_blind(colleague.user)
    second = await colleague.next_call()
    second.ring()
    await sleep(1.5)
    second.answer()
    await sleep(2)
    call.hang_up()
    await second.over.wait()
    visit = stage.answered(call, ring, "transfer")
    visit |= {"ended_at": moved_at, "transferred": "blind"}
    stage.offer(visit, ring, "answered")
    stage.talk(call, second, "transfer", "caller")
    stage.state(colleague, "talking", **{"from": second.answered_at, "to": call.over_at})


@story(agents=2, outsiders=(1,))
async def blind_transfer_unanswered(stage: StoryStage) -> None:
    """The agent transfers the caller blind to a number where nobody answers; the caller gives up 3 s later."""
    phone, colleague = await stage.phone(0), await stage.phone(1)
    call, ring = await _connected(stage, phone)
    await sleep(1.5)
    moved_at = ring.transfer_blind(colleague.user)
    second = await colleague.next_call()
    second.ring()
    await sleep(3)
    call.hang_up()
    await second.over.wait()
    visit = stage.answered(call, ring, "transfer")
    visit |= {"ended_at": moved_at, "transferred": "blind"}
    stage.offer(visit, ring, "answered")


@story()
async def blind_transfer_to_queue(stage: StoryStage) -> None:
    """The agent transfers the caller blind back to the same queue.

    The same agent is rung again and answers after 1 s; the caller hangs up 1.5 s later.
    """
    phone = await stage.phone()
    call, ring = await _connected(stage, phone)
    await sleep(1.5)
    moved_at = ring.transfer_blind(f"q_{stage.queue}")
    again = await phone.next_call()
    again.ring()
    await sleep(1)
    again.answer()
    await sleep(1.5)
    call.hang_up()
    await again.over.wait()
    visit = stage.answered(call, ring, "transfer")
    visit |= {"ended_at": moved_at, "transferred": "blind"}
    stage.offer(visit, ring, "answered")
    visit = stage.answered(call, again, "caller", joined_at=moved_at)
    stage.offer(visit, again, "answered")


@story(agents=2, outsiders=(1,), second=True)
async def attended_transfer(stage: StoryStage) -> None:
    """The agent asks a colleague and joins him with the caller (attended transfer, SIP REFER with Replaces).

    The colleague answers after 1.2 s, they talk for 1.5 s; the caller hangs up 2 s after the transfer.
    """
    phone, colleague = await stage.phone(0), await stage.phone(1)
    call, ring = await _connected(stage, phone)
    await sleep(1)
    await ring.hold()
    consult = phone.dial(colleague.user)
    second = await colleague.next_call()
    second.ring()
    await sleep(1.2)
    second.answer()
    await consult.answered.wait()
    await sleep(1.5)
    moved_at = ring.transfer_attended(consult)
    await sleep(2)
    call.hang_up()
    await second.over.wait()
    visit = stage.answered(call, ring, "transfer")
    visit |= {"ended_at": moved_at, "transferred": "attended"}
    stage.offer(visit, ring, "answered")
    stage.talk(call, second, "transfer", "caller", **{"from": moved_at})


@story(agents=2, outsiders=(1,))
async def consultation_only(stage: StoryStage) -> None:
    """The agent asks a colleague while the caller is on hold, and takes the caller back: no transfer.

    The caller hangs up.
    """
    phone, colleague = await stage.phone(0), await stage.phone(1)
    call, ring = await _connected(stage, phone)
    await ring.hold()
    consult = phone.dial(colleague.user)
    second = await colleague.next_call()
    second.ring()
    await sleep(1)
    second.answer()
    await consult.answered.wait()
    await sleep(1)
    consult.hang_up()
    await ring.take_back()
    await sleep(1.5)
    call.hang_up()
    await ring.over.wait()
    stage.offer(stage.answered(call, ring, "caller"), ring, "answered")


@story(agents=2, outsiders=(1,), second=True)
async def attended_transfer_by_key(stage: StoryStage) -> None:
    """The agent presses *2 and a colleague's number, talks with them and hangs up: caller and colleague are joined.

    The switch makes the consultation call itself, through a Local channel. The caller hangs up 2 s later.
    """
    phone, colleague = await stage.phone(0), await stage.phone(1)
    call = await stage.call(f"safe_k_{stage.queue}")
    ring = await phone.next_call()
    ring.ring()
    await sleep(1.2)
    ring.answer()
    await sleep(1)
    await press(ring, f"*2{colleague.user}")
    second = await colleague.next_call()
    second.ring()
    await sleep(1.2)
    second.answer()
    await sleep(1.5)
    ring.hang_up()
    await sleep(2)
    call.hang_up()
    await second.over.wait()
    visit = stage.answered(call, ring, "transfer")
    visit |= {"ended_at": ring.over_at, "transferred": "attended"}
    stage.offer(visit, ring, "answered")
    stage.talk(call, second, "transfer", "caller", **{"from": ring.over_at})
