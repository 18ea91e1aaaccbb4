"""Acts of V-AWAY, V-LATE, V-EARLY, V-ABSENT and V-RELIEF, and those that look like them."""

from __future__ import annotations

import time
from asyncio import sleep

from callcenter.lab.sipphone import SipPhone
from tests.live.acts.law import MARGIN_SECONDS
from tests.live.acts.scene import Scene
from tests.live.acts.table import Duty, act

_SEEN_BEFORE_SECONDS = 2.0
"""What the stream did not show before a shift says nothing about coming to it."""

AWAY, LATE, EARLY, ABSENT, RELIEF = "V-AWAY", "V-LATE", "V-EARLY", "V-ABSENT", "V-RELIEF"


@act()
async def pauses_untold(scene: Scene) -> None:
    """The agent pauses for no reason that was told, longer than is allowed."""
    phone = await scene.phone()
    gone = await scene.pause_untold(phone)
    await sleep(scene.beyond("away"))
    scene.owe(AWAY, phone, "away", gone, await scene.back(phone))


@act()
async def pauses_for_tea(scene: Scene) -> None:
    """The same with a reason."""
    phone = await scene.phone()
    await scene.pause(phone, "tea")
    await sleep(scene.beyond("away"))
    await scene.back(phone)


@act()
async def pauses_briefly(scene: Scene) -> None:
    """The same for less time than is allowed."""
    phone = await scene.phone()
    await scene.pause_untold(phone)
    await sleep(scene.short_of("away"))
    await scene.back(phone)


@act(agents=2, outsiders=(1,))
async def pauses_to_work(scene: Scene) -> None:
    """The same, but half-way the agent is on the phone with a colleague: whoever dials is there."""
    phone, colleague = await scene.phone(0), await scene.phone(1)
    half = scene.beyond("away") / 2
    await scene.pause_untold(phone)
    await sleep(half)
    line = phone.dial(colleague.user)
    ring = await colleague.next_call()
    ring.ring()
    await sleep(1)
    ring.answer()
    await line.answered.wait()
    line.hang_up()
    await ring.over.wait()
    await sleep(half)
    await scene.back(phone)


@act(outsiders=(0,))
async def signs_out(scene: Scene) -> None:
    """The agent signs out in the middle of the shift, longer than is allowed."""
    phone = await scene.phone()
    await scene.enter(phone)
    await sleep(1)
    gone = await scene.leave(phone)
    await sleep(scene.beyond("away"))
    scene.owe(AWAY, phone, "away", gone, await scene.enter(phone))


@act(outsiders=(0,))
async def signs_out_briefly(scene: Scene) -> None:
    """The same for less time than is allowed."""
    phone = await scene.phone()
    await scene.enter(phone)
    await sleep(1)
    await scene.leave(phone)
    await sleep(scene.short_of("away"))
    await scene.enter(phone)


async def not_there_yet(scene: Scene) -> SipPhone:
    """Be signed out when the shift begins; the phone stays on its desk."""
    phone = await scene.phone()
    await scene.enter(phone)
    await scene.leave(phone)
    await scene.until(scene.day.begins - _SEEN_BEFORE_SECONDS)
    return phone


@act(outsiders=(0,), duty=Duty.SHIFT)
async def comes_late(scene: Scene) -> None:
    """The agent signs in when the shift has begun, and stays until after its end."""
    phone = await not_there_yet(scene)
    await scene.until(scene.day.begins + scene.beyond("late"))
    scene.owe(LATE, phone, "late to the shift", scene.day.begins, await scene.enter(phone))
    await scene.until(scene.day.ends + MARGIN_SECONDS)
    await scene.leave(phone)


@act(outsiders=(0,), duty=Duty.SHIFT)
async def comes_in_time(scene: Scene) -> None:
    """The agent signs in within what is allowed, and out within what is allowed."""
    phone = await not_there_yet(scene)
    await scene.until(scene.day.begins + scene.short_of("late"))
    await scene.enter(phone)
    await scene.until(scene.day.ends - scene.short_of("late"))
    await scene.leave(phone)


@act(outsiders=(0,), duty=Duty.SHIFT)
async def goes_early(scene: Scene) -> None:
    """The agent is there from before the shift and signs out before its end."""
    phone = await scene.phone()
    await scene.enter(phone)
    await scene.until(scene.day.begins - _SEEN_BEFORE_SECONDS)
    await scene.until(scene.day.ends - scene.beyond("late"))
    scene.owe(EARLY, phone, "left the shift", await scene.leave(phone), scene.day.ends)


@act(outsiders=(0,), duty=Duty.SHIFT)
async def stays_away(scene: Scene) -> None:
    """The agent was seen before the shift and never comes."""
    phone = await not_there_yet(scene)
    await scene.until(scene.day.ends)
    scene.owe(ABSENT, phone, "absent for the whole shift", scene.day.begins, scene.day.ends)


@act(outsiders=(0,), duty=Duty.LEAVE)
async def is_on_leave(scene: Scene) -> None:
    """The same, but on leave."""
    await not_there_yet(scene)
    await scene.until(scene.day.ends)


@act(duty=Duty.SHIFT)
async def phone_comes_late(scene: Scene) -> None:
    """The agent is signed in all the time, but the phone is plugged in late."""
    phone = await scene.phone(register=False)
    await scene.until(scene.day.begins + scene.beyond("late"))
    came = time.time()
    await scene.sign_in(phone)
    scene.owe(LATE, phone, "may be the phone's fault", scene.day.begins, came, verdict="undetermined")
    await scene.until(scene.day.ends + MARGIN_SECONDS)


async def hands_over(scene: Scene, leaves: float, relieved: float) -> tuple[SipPhone, float, SipPhone, float]:
    """Be there until so long after the shift, with a relief who comes so long after it; gives when who did."""
    phone, relief = await scene.phone(0), await scene.phone(1)
    await scene.enter(phone)
    await scene.enter(relief)
    await scene.leave(relief)
    done = {}
    for moment, who in sorted([(leaves, phone), (relieved, relief)], key=lambda one: one[0]):
        await scene.until(scene.day.ends + moment)
        done[who.user] = await (scene.leave(who) if who is phone else scene.enter(who))
    return phone, done[phone.user], relief, done[relief.user]


@act(agents=2, outsiders=(0, 1), duty=Duty.SHIFT, relieved=True)
async def leaves_unrelieved(scene: Scene) -> None:
    """The agent stays until the shift is over and leaves before the relief is there, who is late."""
    phone, left, relief, came = await hands_over(scene, MARGIN_SECONDS, scene.beyond("late") + MARGIN_SECONDS)
    scene.owe(RELIEF, phone, "left before a relief was at the post", left, came)
    scene.owe(LATE, relief, "late to the shift", scene.day.ends, came)


@act(agents=2, outsiders=(0, 1), duty=Duty.SHIFT, relieved=True)
async def is_relieved_in_time(scene: Scene) -> None:
    """The relief is there when the shift ends, and the agent leaves after that."""
    await hands_over(scene, MARGIN_SECONDS, -MARGIN_SECONDS)


@act(agents=2, outsiders=(0, 1), duty=Duty.SHIFT, relieved=True)
async def waits_for_the_relief(scene: Scene) -> None:
    """The relief is as late as is allowed, and the agent stays until then."""
    await hands_over(scene, 3 * MARGIN_SECONDS, scene.short_of("late"))
