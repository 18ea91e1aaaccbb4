"""Stories of a switch that dials its members as FreePBX does: `Local/1101@from-queue/n`, state `hint:1101@ext-local`.

The agent's phone stands in an inner bridge with one half of the Local channel, the caller in the queue's bridge with
the other. Whatever the agent does (transfers, parks) moves the half, and the queue goes on as if the agent talked.
"""

from __future__ import annotations

from asyncio import sleep
from typing import TYPE_CHECKING

from callcenter.lab.stories.meeting import answered_by, connected, press, say_goodbye, talked
from callcenter.lab.stories.parties import picked_up
from callcenter.lab.stories.registry import story

if TYPE_CHECKING:
    from callcenter.lab.sipphone import SipCall
    from callcenter.lab.stage import StoryStage

_MEMBER = ("Local/{a0}@from-queue/n,0,{n0},hint:{a0}@ext-local",)


def _tell_transferred(
    stage: StoryStage, calls: tuple[SipCall, SipCall, SipCall], kind: str, moved_at: float | None
) -> None:
    """Write the truth of a transfer: the caller, the agent, and the colleague who had him until he hung up."""
    call, ring, second = calls
    visit = stage.answered(call, ring, "transfer", ended_at=moved_at, transferred=kind)
    stage.offer(visit, ring, "answered")
    since = second.answered_at if kind == "blind" else moved_at
    stage.talk(call, second, "transfer", "caller", **{"from": since})
    talked(stage, ring.phone, ring.answered_at, moved_at)
    talked(stage, second.phone, second.answered_at, call.over_at)


@story(members=_MEMBER)
async def fpbx_answered(stage: StoryStage) -> None:
    """The agent answers after 1.2 s and the caller hangs up 5 s later."""
    phone = await stage.phone()
    call, ring = await connected(stage, phone)
    await say_goodbye(call, ring)
    stage.offer(stage.answered(call, ring, "caller"), ring, "answered")
    talked(stage, phone, ring.answered_at, call.over_at)


@story(agents=2, outsiders=(1,), second=True, members=_MEMBER)
async def fpbx_blind(stage: StoryStage) -> None:
    """The agent's phone transfers the caller blind to a colleague (REFER), who answers after 1.2 s.

    The caller hangs up 3.5 s later.
    """
    phone, colleague = await stage.phone(0), await stage.phone(1)
    call, ring = await connected(stage, phone)
    moved_at = ring.transfer_blind(colleague.user)
    second = await answered_by(colleague)
    await say_goodbye(call, second)
    _tell_transferred(stage, (call, ring, second), "blind", moved_at)


@story(agents=2, outsiders=(1,), second=True, members=_MEMBER)
async def fpbx_blind_by_key(stage: StoryStage) -> None:
    """The agent transfers the caller blind by ## and a colleague's number, who answers after 1.2 s.

    The caller hangs up 3.5 s later.
    """
    phone, colleague = await stage.phone(0), await stage.phone(1)
    call, ring = await connected(stage, phone)
    await press(ring, f"##{colleague.user}")
    await ring.over.wait()
    second = await answered_by(colleague)
    await say_goodbye(call, second)
    _tell_transferred(stage, (call, ring, second), "blind", ring.over_at)


@story(agents=2, outsiders=(1,), second=True, members=_MEMBER)
async def fpbx_attended(stage: StoryStage) -> None:
    """The agent's phone consults a colleague and joins that colleague with the caller (REFER with Replaces).

    The colleague answers after 1.2 s, they talk for 1.5 s; the caller hangs up 3.5 s after the transfer.
    """
    phone, colleague = await stage.phone(0), await stage.phone(1)
    call, ring = await connected(stage, phone)
    await ring.hold()
    consult = phone.dial(colleague.user)
    second = await answered_by(colleague)
    await consult.answered.wait()
    await sleep(1.5)
    moved_at = ring.transfer_attended(consult)
    await say_goodbye(call, second)
    _tell_transferred(stage, (call, ring, second), "attended", moved_at)


@story(agents=2, outsiders=(1,), second=True, members=_MEMBER)
async def fpbx_attended_by_key(stage: StoryStage) -> None:
    """The agent consults a colleague by *2 and a number, and hangs up: caller and colleague are joined.

    The colleague answers after 1.2 s, they talk for 1.5 s; the caller hangs up 3.5 s after the transfer.
    """
    phone, colleague = await stage.phone(0), await stage.phone(1)
    call, ring = await connected(stage, phone)
    await press(ring, f"*2{colleague.user}")
    second = await answered_by(colleague)
    await sleep(1.5)
    ring.hang_up()
    await say_goodbye(call, second)
    _tell_transferred(stage, (call, ring, second), "attended", ring.over_at)


@story(agents=2, outsiders=(1,), second=True, members=_MEMBER)
async def fpbx_picked_up(stage: StoryStage) -> None:
    """The queue rings one agent; a colleague dials ** and the agent's number and takes the call.

    The caller hangs up 3.5 s later.
    """
    rung, taker = await stage.phone(0), await stage.phone(1)
    await picked_up(stage, rung, taker, f"**{rung.user}")


@story(agents=2, outsiders=(1,), second=True, members=_MEMBER)
async def fpbx_parked(stage: StoryStage) -> None:
    """The agent parks the caller by #72; 2 s later a colleague dials the place and has him.

    The caller hangs up after 3.5 s of that talk.
    """
    phone, colleague = await stage.phone(0), await stage.phone(1)
    call, ring = await connected(stage, phone)
    parked_at = await press(ring, "#72")
    place = await stage.parked_at(call)
    ring.hang_up()
    await sleep(2)
    taken = colleague.dial(place)
    taken.speak()
    await taken.answered.wait()
    await say_goodbye(call, taken)
    visit = stage.answered(call, ring, "transfer", ended_at=parked_at)
    visit.pop("transferred")
    stage.offer(visit, ring, "answered")
    stage.talk(call, taken, "park", "caller")
    talked(stage, phone, ring.answered_at, parked_at)
    talked(stage, colleague, taken.answered_at, call.over_at)


@story(own_switch=True, members=("Local/{a0}@lab-follow-me/n,0,{n0},hint:{a0}@ext-local",))
async def fpbx_follow_me(stage: StoryStage) -> None:
    """The agent's desk phone and mobile outside ring at once; the agent answers the mobile after 1.5 s.

    The caller hangs up 3.5 s later.
    """
    unit, mobile = await stage.phone(), await stage.caller(stage.lab.state.trunk_port)
    call = await stage.call()
    bell, ring = await unit.next_call(), await mobile.next_call()
    for one in (bell, ring):
        one.ring()
    await sleep(1.5)
    ring.answer()
    await say_goodbye(call, ring)
    # The person is the member; how the mobile is called as an interface is not for a phone to know.
    visit = stage.visit(
        call,
        "answered",
        agent=unit.name,
        answered_at=ring.answered_at,
        left_at=ring.answered_at,
        ended_at=call.over_at,
        ended_by="caller",
        transferred=None,
    )
    stage.offer(visit, bell, "answered", ended_at=ring.answered_at)
    talked(stage, unit, ring.answered_at, call.over_at)


@story(own_switch=True, members=_MEMBER)
async def fpbx_own_call(stage: StoryStage) -> None:
    """The agent talks with a number outside for 3 s, dialled by herself; meanwhile a caller waits and gives up."""
    phone = await stage.phone()
    outside = await stage.caller(stage.lab.state.trunk_port)
    out = phone.dial(outside.user)
    there = await answered_by(outside)
    await out.answered.wait()
    call = await stage.call()
    await call.answered.wait()
    await sleep(3)
    call.hang_up()
    await sleep(0.5)
    out.hang_up()
    await there.over.wait()
    stage.visit(call, "abandoned")
    stage.talk(there, out, "outbound", "agent")
