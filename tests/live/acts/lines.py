"""Acts of V-HOTLINE (a line engaged, calls refused again and again, a phone taken off), and those that look like it."""

from __future__ import annotations

import asyncio
import time
from asyncio import sleep

from callcenter.lab.sipphone import SipCall, SipPhone
from tests.live.acts.scene import Scene
from tests.live.acts.table import Duty, act

HOTLINE, MISSED = "V-HOTLINE", "V-MISSED"
NOBODY = "*60"
"""Answers and says nothing: a number that nobody needs for work."""

_A_MOMENT = 0.5
_RINGS_SECONDS = 2.3


async def engages(
    scene: Scene, phone: SipPhone, number: str, seconds: float, *, customers: int = 1
) -> tuple[float, float]:
    """Dial a number and keep the line for so long; customers who wait meanwhile give up just before its end."""
    began = time.time()
    line = phone.dial(number)
    await line.answered.wait()
    waiting = [await scene.customer() for _ in range(customers)]
    await sleep(began + seconds - _A_MOMENT - time.time())
    for call in waiting:
        call.hang_up()
    await sleep(began + seconds - time.time())
    line.hang_up()
    return began, time.time()


@act()
async def line_lies_open(scene: Scene) -> None:
    """The line is engaged with nobody while a customer waits and gives up."""
    phone = await scene.phone()
    began, ended = await engages(scene, phone, NOBODY, scene.beyond("engaged"))
    scene.owe(HOTLINE, phone, "the line was engaged", began, ended, kept_out=1)


@act()
async def line_lies_open_briefly(scene: Scene) -> None:
    """The same for less time than is allowed."""
    phone = await scene.phone()
    await engages(scene, phone, NOBODY, scene.short_of("engaged"))


@act()
async def line_lies_open_to_the_limit(scene: Scene) -> None:
    """The same for as long as is allowed: nobody can tell."""
    phone = await scene.phone()
    began, ended = await engages(scene, phone, NOBODY, scene.limit("engaged"))
    scene.owe(HOTLINE, phone, "of its limit", began, ended, verdict="undetermined", kept_out=1)


@act()
async def line_lies_open_unneeded(scene: Scene) -> None:
    """The same while no customer calls."""
    phone = await scene.phone()
    began, ended = await engages(scene, phone, NOBODY, scene.beyond("engaged"), customers=0)
    scene.owe(HOTLINE, phone, "no impact", began, ended, verdict="undetermined", kept_out=0)


@act()
async def line_lies_open_in_a_pause(scene: Scene) -> None:
    """The same while the agent takes tea, and would not have been rung."""
    phone = await scene.phone()
    await scene.pause(phone, "tea")
    began, ended = await engages(scene, phone, NOBODY, scene.beyond("engaged"))
    await scene.pause(phone, None)
    scene.owe(HOTLINE, phone, "was paused", began, ended, verdict="undetermined", kept_out=1)


@act(duty=Duty.NONE)
async def line_lies_open_off_duty(scene: Scene) -> None:
    """The same by somebody who is not on duty: customers were kept out by the roster."""
    phone = await scene.phone()
    began, ended = await engages(scene, phone, NOBODY, scene.beyond("engaged"))
    scene.owe(HOTLINE, phone, "not on duty", began, ended, verdict="excused", kept_out=0)


@act(agents=2, outsiders=(1,))
async def calls_a_colleague(scene: Scene) -> None:
    """The line is engaged with a colleague for longer than that, and a customer gives up."""
    phone, colleague = await scene.phone(0), await scene.phone(1)
    talk = asyncio.create_task(engages(scene, phone, colleague.user, scene.beyond("engaged")))
    ring = await colleague.next_call()
    ring.ring()
    await sleep(_A_MOMENT)
    ring.answer()
    await talk


@act()
async def consults(scene: Scene) -> None:
    """While a caller is on hold the agent dials any number, and a second customer gives up."""
    call, ring = await scene.rung()
    await sleep(1)
    ring.answer()
    await call.answered.wait()
    await sleep(1)
    await ring.hold()
    await engages(scene, ring.phone, NOBODY, scene.beyond("engaged"))
    await ring.take_back()
    await sleep(1)
    call.hang_up()
    await ring.over.wait()


async def declined(phone: SipPhone, seconds: float) -> SipCall:
    """Decline the next call after so long."""
    ring = await phone.next_call()
    ring.ring()
    await sleep(seconds)
    ring.refuse(603)
    return ring


def lasted(rings: list[SipCall]) -> float:
    """Give the time from the end of the first refusal to the end of the last."""
    first, last = rings[0].over_at, rings[-1].over_at
    return 0.0 if first is None or last is None else last - first


@act(retry_seconds=2)
async def refuses_again_and_again(scene: Scene) -> None:
    """The agent declines every call for longer than is allowed, until the customer gives up."""
    phone = await scene.phone()
    customer = await scene.call()
    rings = [await declined(phone, _RINGS_SECONDS) for _ in range(3)]
    while lasted(rings) < scene.beyond("refused_over"):
        rings.append(await declined(phone, _RINGS_SECONDS))
    await sleep(_A_MOMENT)
    customer.hang_up()
    why, span = f"{len(rings)} offers in a row were refused", (rings[0].rang_at, rings[-1].over_at)
    scene.owe(HOTLINE, phone, why, *span, measured=lasted(rings), kept_out=1, names=len(rings))


@act(retry_seconds=2)
async def is_busy_again_and_again(scene: Scene) -> None:
    """The phone says busy to every call for longer than is allowed: each is nothing, all together block the line."""
    phone = await scene.phone()
    customer = await scene.call()
    rings = [await phone.next_call()]
    began = time.time()
    rings[0].refuse(486)
    while lasted(rings) < scene.beyond("refused_over"):
        rings.append(await phone.next_call())
        rings[-1].refuse(486)
    await sleep(_A_MOMENT)
    customer.hang_up()
    why, span = f"{len(rings)} offers in a row were refused", (began, rings[-1].over_at)
    scene.owe(HOTLINE, phone, why, *span, measured=lasted(rings), kept_out=1)


@act(retry_seconds=1)
async def refuses_in_quick_succession(scene: Scene) -> None:
    """The agent declines three times within seconds, and then answers."""
    phone = await scene.phone()
    customer = await scene.call()
    for ring in [await declined(phone, _A_MOMENT) for _ in range(3)]:
        scene.owe_ring(MISSED, ring, "was declined")
    await answered(phone, customer)


@act(retry_seconds=2)
async def refuses_and_answers(scene: Scene) -> None:
    """For longer than is allowed the agent declines twice, answers, declines twice, and so on."""
    phone = await scene.phone()
    rings: list[SipCall] = []
    while len(rings) < 4 or lasted(rings) < scene.beyond("refused_over"):
        customer = await scene.call()
        rings += [await declined(phone, _RINGS_SECONDS), await declined(phone, _RINGS_SECONDS)]
        await answered(phone, customer)
    for ring in rings:
        scene.owe_ring(MISSED, ring, "was declined")


async def answered(phone: SipPhone, customer: SipCall) -> None:
    """Answer the next call, which the customer ends."""
    ring = await phone.next_call()
    ring.ring()
    await sleep(_A_MOMENT)
    ring.answer()
    await sleep(1)
    customer.hang_up()
    await ring.over.wait()


async def off(scene: Scene, phone: SipPhone, seconds: float, *, customers: int = 1) -> tuple[float, float]:
    """Unregister a phone for so long; customers who wait meanwhile give up just before its end."""
    gone = time.time()
    await phone.register(0)
    waiting = [await scene.customer() for _ in range(customers)]
    await sleep(gone + seconds - _A_MOMENT - time.time())
    for call in waiting:
        call.hang_up()
    await sleep(gone + seconds - time.time())
    back = time.time()
    await phone.register()
    return gone, back


@act()
async def takes_the_phone_off(scene: Scene) -> None:
    """The phone is unregistered while others stay up, and a customer gives up."""
    phone = await scene.phone()
    gone, back = await off(scene, phone, scene.beyond("off"))
    scene.owe(HOTLINE, phone, "was unregistered", gone, back, kept_out=1)


@act()
async def takes_the_phone_off_unneeded(scene: Scene) -> None:
    """The same while no customer calls."""
    phone = await scene.phone()
    gone, back = await off(scene, phone, scene.beyond("off"), customers=0)
    scene.owe(HOTLINE, phone, "no impact", gone, back, verdict="undetermined", kept_out=0)


@act()
async def registers_anew(scene: Scene) -> None:
    """The phone is briefly gone while a customer waits."""
    phone = await scene.phone()
    await off(scene, phone, scene.short_of("off"))


@act()
async def falls_silent(scene: Scene) -> None:
    """The phone loses its network, and a customer gives up before it is back."""
    phone = await scene.phone()
    phone.vanish()
    await scene.until_noticed(phone)
    customer = await scene.customer()
    await sleep(scene.beyond("off"))
    customer.hang_up()
    await sleep(_A_MOMENT)
    phone.deaf = False
    await scene.sign_in(phone)
    scene.owe(HOTLINE, phone, "fell silent", None, None, verdict="undetermined", kept_out=1)


@act(agents=3, outsiders=(2,), own_floor=True)
async def power_fails(scene: Scene) -> None:
    """Two of three phones are gone at once; a customer gives up before they are back."""
    one, two, _ = await scene.phone(0), await scene.phone(1), await scene.phone(2)
    away = await asyncio.gather(off(scene, one, scene.beyond("off")), off(scene, two, scene.beyond("off"), customers=0))
    for phone, (gone, back) in zip((one, two), away, strict=True):
        scene.owe(HOTLINE, phone, "an outage", gone, back, verdict="excused", kept_out=1)
