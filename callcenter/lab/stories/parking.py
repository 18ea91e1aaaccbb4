"""Stories about parking: a caller is left on a place of the switch's, and somebody takes him from there, or nobody."""

from __future__ import annotations

from asyncio import sleep
from typing import TYPE_CHECKING

from callcenter.lab.stories.registry import story

if TYPE_CHECKING:
    from callcenter.lab.sipcall import SipCall
    from callcenter.lab.sipphone import SipPhone
    from callcenter.lab.stage import Stage

_LOT = "700"
_IMPATIENT_LOT = "750"


async def _connected(stage: Stage, phone: SipPhone) -> tuple[SipCall, SipCall]:
    """Let a caller come through to a phone, which answers after 1.2 s; they talk for 1.5 s."""
    call = await stage.call()
    ring = await phone.next_call()
    ring.ring()
    await sleep(1.2)
    ring.answer()
    await sleep(1.5)
    return call, ring


def _tell_parked(stage: Stage, call: SipCall, ring: SipCall, parked_at: float) -> None:
    """Write the truth of a visit whose agent parked the caller: her part ends there."""
    visit = stage.answered(call, ring, "transfer", ended_at=parked_at)
    visit.pop("transferred")
    stage.offer(visit, ring, "answered")
    stage.state(ring.phone, "talking", **{"from": ring.answered_at, "to": parked_at})


@story(agents=2, outsiders=(1,))
async def parked_and_taken(stage: Stage) -> None:
    """The agent parks the caller (REFER to the lot); 2 s later a colleague dials the place and takes him.

    The caller hangs up after 2.5 s of that talk.
    """
    phone, colleague = await stage.phone(0), await stage.phone(1)
    call, ring = await _connected(stage, phone)
    parked_at = ring.transfer_blind(_LOT)
    place = await stage.parked_at(call)
    ring.hang_up()
    await sleep(2)
    taken = colleague.dial(place)
    taken.speak()
    await taken.answered.wait()
    await sleep(2.5)
    call.hang_up()
    await taken.over.wait()
    _tell_parked(stage, call, ring, parked_at)
    stage.talk(call, taken, "park", "caller")
    stage.state(colleague, "talking", **{"from": taken.answered_at, "to": call.over_at})


@story()
async def parked_and_given_up(stage: Stage) -> None:
    """The agent parks the caller, who hangs up 2 s later on the place: nobody has taken him.

    Her phone stays on its line, as one that does not heed what the switch says of a transfer.
    """
    phone = await stage.phone()
    call, ring = await _connected(stage, phone)
    parked_at = ring.transfer_blind(_LOT)
    await stage.parked_at(call)
    await sleep(2)
    call.hang_up()
    await sleep(0.5)
    _tell_parked(stage, call, ring, parked_at)


@story()
async def parked_and_back(stage: Stage) -> None:
    """The agent parks the caller where 3 s are the limit: then the agent's own phone rings with him again.

    She answers after 1.2 s; the caller hangs up 2.5 s later.
    """
    phone = await stage.phone()
    call, ring = await _connected(stage, phone)
    parked_at = ring.transfer_blind(_IMPATIENT_LOT)
    await stage.parked_at(call)
    ring.hang_up()
    again = await phone.next_call()
    again.ring()
    await sleep(1.2)
    again.answer()
    await sleep(2.5)
    call.hang_up()
    await again.over.wait()
    _tell_parked(stage, call, ring, parked_at)
    stage.talk(call, again, "park", "caller")
    stage.state(phone, "talking", **{"from": again.answered_at, "to": call.over_at})
