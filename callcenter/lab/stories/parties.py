"""Stories about who talks with whom when it is not whom the queue rang: bells taken, halves gone, three in a talk."""

from __future__ import annotations

import asyncio
from asyncio import sleep
from typing import TYPE_CHECKING

from callcenter.lab.stories.meeting import answered_by, connected, press, say_goodbye, talked
from callcenter.lab.stories.registry import story

if TYPE_CHECKING:
    from callcenter.lab.sipphone import SipPhone
    from callcenter.lab.stage import StoryStage


async def picked_up(stage: StoryStage, rung: SipPhone, taker: SipPhone, code: str) -> None:
    """Let a caller ring at one phone and be taken by another after 1.5 s; the caller hangs up after 3.5 s of talk.

    In the truth the two are joined as the bell falls silent.
    """
    call = await stage.call()
    bell = await rung.next_call()
    bell.ring()
    await sleep(1.5)
    taken = taker.dial(code)
    taken.speak()
    await bell.over.wait()
    await say_goodbye(call, taken)
    visit = stage.answered(call, taken, "caller", how="pickup", answered_at=bell.over_at, left_at=bell.over_at)
    stage.offer(visit, bell, "answered_elsewhere")
    talked(stage, taker, bell.over_at, call.over_at)


@story(agents=2, outsiders=(1,), second=True)
async def picked_up_by_colleague(stage: StoryStage) -> None:
    """The queue rings one agent; a colleague who serves no queue dials ** and the agent's number and takes the call.

    The caller hangs up 3.5 s later.
    """
    rung, taker = await stage.phone(0), await stage.phone(1)
    await picked_up(stage, rung, taker, f"**{rung.user}")


@story(agents=2, outsiders=(1,), second=True, own_switch=True)
async def picked_up_by_group(stage: StoryStage) -> None:
    """The queue rings one agent; a colleague of the same pickup group dials *8 and takes the call.

    The caller hangs up 3.5 s later.
    """
    rung, taker = await stage.phone(0), await stage.phone(1)
    await picked_up(stage, rung, taker, "*8")


@story(members=("Local/{a0}@agents,0,{n0},PJSIP/{a0}",))
async def local_half_gone(stage: StoryStage) -> None:
    """The member is a Local channel that leaves once voice flows: caller and phone are then joined directly.

    The agent answers after 1.2 s of ringing; the caller hangs up 3 s later.
    """
    phone = await stage.phone()
    call = await stage.call()
    ring = await answered_by(phone)
    call.speak()
    ring.speak()
    await say_goodbye(call, ring, 3)
    stage.offer(stage.answered(call, ring, "caller"), ring, "answered")
    talked(stage, phone, ring.answered_at, call.over_at)


@story(agents=2, outsiders=(1,), second=True, members=("Local/{a0}@agents,0,{n0},PJSIP/{a0}",))
async def local_half_gone_then_transferred(stage: StoryStage) -> None:
    """The member's Local channel leaves as voice flows; then the agent's phone transfers the caller blind (REFER).

    The colleague answers after 1.2 s; the caller hangs up 3.5 s later.
    """
    phone, colleague = await stage.phone(0), await stage.phone(1)
    call = await stage.call()
    ring = await answered_by(phone)
    call.speak()
    ring.speak()
    await sleep(1.5)
    moved_at = ring.transfer_blind(colleague.user)
    second = await answered_by(colleague)
    second.speak()
    await say_goodbye(call, second)
    visit = stage.answered(call, ring, "transfer", ended_at=moved_at, transferred="blind")
    stage.offer(visit, ring, "answered")
    stage.talk(call, second, "transfer", "caller")
    talked(stage, phone, ring.answered_at, moved_at)
    talked(stage, colleague, second.answered_at, call.over_at)


@story(agents=2, outsiders=(1,), second=True)
async def attended_into_waiting(stage: StoryStage) -> None:
    """The agent puts the caller on hold, dials another queue, and joins the caller to the call that waits there.

    The colleague who serves that queue is ringing then and answers 1.5 s later, and the caller hangs up after 3.5 s.
    """
    phone, colleague = await stage.phone(0), await stage.phone(1)
    call, ring = await connected(stage, phone)
    await ring.hold()
    consult = phone.dial(f"q_{stage.second_queue}")
    second = await colleague.next_call()
    second.ring()
    await sleep(1.5)
    moved_at = ring.transfer_attended(consult)
    await sleep(1.5)
    second.answer()
    await say_goodbye(call, second)
    visit = stage.answered(call, ring, "transfer", ended_at=moved_at, transferred="attended")
    stage.offer(visit, ring, "answered")
    visit = stage.answered(call, second, "caller", queue=stage.second_queue, joined_at=consult.answered_at)
    # queue_log tells its beginning under the agent's number and call, its end under the caller's.
    visit["logged"] = False
    stage.offer(visit, second, "answered")
    talked(stage, colleague, second.answered_at, call.over_at)


@story(agents=2, outsiders=(1,), second=True)
async def blind_transfer_by_key(stage: StoryStage) -> None:
    """The agent transfers the caller blind by ## and a colleague's number, who answers after 1.2 s.

    The caller hangs up 3.5 s later.
    """
    phone, colleague = await stage.phone(0), await stage.phone(1)
    call, ring = await connected(stage, phone, by_key=True)
    await press(ring, f"##{colleague.user}")
    await ring.over.wait()
    second = await answered_by(colleague)
    await say_goodbye(call, second)
    visit = stage.answered(call, ring, "transfer", transferred="blind")
    stage.offer(visit, ring, "answered")
    stage.talk(call, second, "transfer", "caller")
    talked(stage, phone, ring.answered_at, ring.over_at)
    talked(stage, colleague, second.answered_at, call.over_at)


@story(agents=2, outsiders=(1,), second=True)
async def three_in_a_talk(stage: StoryStage) -> None:
    """The agent consults a colleague (*2), presses *3, and all three talk for 2 s; then the agent hangs up.

    The caller hangs up 3.5 s later.
    """
    phone, colleague = await stage.phone(0), await stage.phone(1)
    call, ring = await connected(stage, phone, by_key=True)
    await press(ring, f"*2{colleague.user}")
    second = await answered_by(colleague)
    await sleep(1.5)
    merged_at = await press(ring, "*3")
    await sleep(2)
    ring.hang_up()
    await say_goodbye(call, second)
    visit = stage.answered(call, ring, "agent", ended_at=ring.over_at)
    # Whether that is a transfer, and who ended the agent's part, is a matter of words; phones know only the times.
    for open_to_words in ("ended_by", "transferred"):
        visit.pop(open_to_words)
    stage.offer(visit, ring, "answered")
    stage.talk(call, second, "transfer", "caller", **{"from": merged_at})
    talked(stage, phone, ring.answered_at, ring.over_at)


@story(agents=2, outsiders=(1,), second=True)
async def conference_with_customer(stage: StoryStage) -> None:
    """The agent sends the caller into a conference (REFER) and dials it herself; so does a colleague, 1 s later.

    The agent hangs up after 2 s more, the caller 2.5 s after the agent.
    """
    phone, colleague = await stage.phone(0), await stage.phone(1)
    call, ring = await connected(stage, phone)
    room = f"c_{stage.queue}"
    moved_at = ring.transfer_blind(room)
    await sleep(0.3)
    ring.hang_up()
    again = phone.dial(room)
    await again.answered.wait()
    await sleep(1)
    second = colleague.dial(room)
    await second.answered.wait()
    await sleep(2)
    again.hang_up()
    await sleep(2.5)
    call.hang_up()
    await sleep(1)
    second.hang_up()
    visit = stage.answered(call, ring, "transfer", ended_at=moved_at, transferred="blind")
    stage.offer(visit, ring, "answered")
    for one, ended_by in ((again, "agent"), (second, "caller")):
        stage.talk(call, one, "transfer", ended_by)
        talked(stage, one.phone, one.answered_at, call.over_at if ended_by == "caller" else one.over_at)


async def _listened(stage: StoryStage, code: str) -> None:
    """Let a supervisor's phone join a talk by a code for 2 s; the caller hangs up 1.5 s after that."""
    phone, supervisor = await stage.phone(0), await stage.phone(1)
    call, ring = await connected(stage, phone)
    for one in (call, ring):
        one.speak()
    spy = supervisor.dial(f"{code}{phone.user}")
    spy.speak()
    await spy.answered.wait()
    await sleep(2)
    spy.hang_up()
    await say_goodbye(call, ring, 1.5)
    stage.offer(stage.answered(call, ring, "caller"), ring, "answered")
    talked(stage, phone, ring.answered_at, call.over_at)


@story(agents=2, outsiders=(1,))
async def supervisor_listens(stage: StoryStage) -> None:
    """A supervisor listens to the talk of an agent for 2 s, by the supervisor's own phone, and talks with nobody."""
    await _listened(stage, "*55")


@story(agents=2, outsiders=(1,))
async def supervisor_barges(stage: StoryStage) -> None:
    """A supervisor breaks into the talk of an agent for 2 s: all three hear each other."""
    await _listened(stage, "*57")


@story(own_switch=True)
async def call_back(stage: StoryStage) -> None:
    """The switch calls a customer (a Local channel without /n), who answers after 1.2 s and is led into the queue.

    The agent answers after 1.2 s more; voice flows and the Local halves leave. The customer hangs up 3.5 s later.
    """
    phone = await stage.phone()
    customer = await stage.caller(stage.lab.state.trunk_port)
    number = customer.user
    what = f"channel originate Local/{number}@lab-call-back extension b{number}_{stage.queue}@lab-queues"
    async with asyncio.TaskGroup() as group:
        group.create_task(asyncio.to_thread(stage.lab.command, what), name="originate")
        call = await answered_by(customer)
        call.speak()
        ring = await answered_by(phone)
        ring.speak()
    await say_goodbye(call, ring)
    visit = stage.answered(call, ring, "caller", how="call_back")
    stage.offer(visit, ring, "answered")
    talked(stage, phone, ring.answered_at, call.over_at)


@story()
async def called_directly(stage: StoryStage) -> None:
    """A customer dials the agent's own number, past every queue; the agent answers after 1.2 s.

    The customer hangs up 3.5 s later.
    """
    phone = await stage.phone()
    call = await stage.call(f"direct_{phone.user}")
    ring = await answered_by(phone)
    await say_goodbye(call, ring)
    stage.talk(call, ring, "direct", "caller")
    talked(stage, phone, ring.answered_at, call.over_at)
