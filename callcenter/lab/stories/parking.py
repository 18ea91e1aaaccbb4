"""Stories about parking: a caller is left on a place of the switch's, and somebody takes him from there, or nobody."""

from __future__ import annotations

from asyncio import sleep
from typing import TYPE_CHECKING

from callcenter.lab.stories.meeting import answered_by, connected, press, say_goodbye, talked
from callcenter.lab.stories.registry import story

if TYPE_CHECKING:
    from callcenter.lab.sipphone import SipCall, SipPhone
    from callcenter.lab.stage import StoryStage

_LOT = "700"
_IMPATIENT_LOT = "750"


def _tell_parked(stage: StoryStage, call: SipCall, ring: SipCall, parked_at: float) -> None:
    """Write the truth of a visit whose agent parked the caller: the agent's part ends there."""
    visit = stage.answered(call, ring, "transfer", ended_at=parked_at)
    # A replay may call it a transfer or not; phones only know that the caller was left on a place.
    visit.pop("transferred")
    stage.offer(visit, ring, "answered")
    talked(stage, ring.phone, ring.answered_at, parked_at)


async def _taken(stage: StoryStage, call: SipCall, taker: SipPhone, place: str) -> SipCall:
    """Let a colleague dial the caller's place 2 s later and talk with him until he hangs up."""
    await sleep(2)
    taken = taker.dial(place)
    taken.speak()
    await taken.answered.wait()
    await say_goodbye(call, taken)
    stage.talk(call, taken, "park", "caller")
    talked(stage, taker, taken.answered_at, call.over_at)
    return taken


@story(agents=2, outsiders=(1,), second=True)
async def parked_and_taken(stage: StoryStage) -> None:
    """The agent parks the caller (REFER to the lot); 2 s later a colleague dials the place and takes him.

    The caller hangs up after 3.5 s of that talk.
    """
    phone, colleague = await stage.phone(0), await stage.phone(1)
    call, ring = await connected(stage, phone)
    parked_at = ring.transfer_blind(_LOT)
    place = await stage.parked_at(call)
    ring.hang_up()
    await _taken(stage, call, colleague, place)
    _tell_parked(stage, call, ring, parked_at)


@story()
async def parked_and_given_up(stage: StoryStage) -> None:
    """The agent parks the caller, who hangs up 2 s later on the place: nobody has taken him.

    Her phone stays on its line, as one that does not heed what the switch says of a transfer.
    """
    phone = await stage.phone()
    call, ring = await connected(stage, phone)
    parked_at = ring.transfer_blind(_LOT)
    await stage.parked_at(call)
    await sleep(2)
    call.hang_up()
    await sleep(1)  # the switch is done with her line by now; it says BYE a minute after the REFER
    _tell_parked(stage, call, ring, parked_at)


@story()
async def parked_and_back(stage: StoryStage) -> None:
    """The agent parks the caller where 3 s are the limit: then the agent's own phone rings with him again.

    She answers after 1.2 s; the caller hangs up 3.5 s later.
    """
    phone = await stage.phone()
    call, ring = await connected(stage, phone)
    parked_at = ring.transfer_blind(_IMPATIENT_LOT)
    await stage.parked_at(call)
    ring.hang_up()
    again = await answered_by(phone)
    await say_goodbye(call, again)
    _tell_parked(stage, call, ring, parked_at)
    stage.talk(call, again, "park", "caller")
    talked(stage, phone, again.answered_at, call.over_at)


@story()
async def parked_back_unanswered(stage: StoryStage) -> None:
    """The agent parks the caller where 3 s are the limit; the agent's phone rings with the call again, in vain.

    The caller gives up after 2 s of that.
    """
    phone = await stage.phone()
    call, ring = await connected(stage, phone)
    parked_at = ring.transfer_blind(_IMPATIENT_LOT)
    await stage.parked_at(call)
    ring.hang_up()
    again = await phone.next_call()
    again.ring()
    await sleep(2)
    call.hang_up()
    await again.over.wait()
    _tell_parked(stage, call, ring, parked_at)


@story()
async def parked_by_key(stage: StoryStage) -> None:
    """The agent presses #72, which parks the caller; 2 s later dials the place and has the caller again.

    The caller hangs up after 3.5 s of that talk.
    """
    phone = await stage.phone()
    call, ring = await connected(stage, phone, by_key=True)
    parked_at = await press(ring, "#72")
    place = await stage.parked_at(call)
    ring.hang_up()
    await _taken(stage, call, phone, place)
    _tell_parked(stage, call, ring, parked_at)


@story(agents=2, outsiders=(1,), second=True)
async def parked_by_dialplan(stage: StoryStage) -> None:
    """The agent sends the caller (REFER) to a number of the dialplan that parks him; a colleague takes him 2 s later.

    The caller hangs up after 3.5 s of that talk.
    """
    phone, colleague = await stage.phone(0), await stage.phone(1)
    call, ring = await connected(stage, phone)
    parked_at = ring.transfer_blind("*70")
    place = await stage.parked_at(call)
    await _taken(stage, call, colleague, place)
    _tell_parked(stage, call, ring, parked_at)
