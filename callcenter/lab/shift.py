"""A shift of ordinary calls on a running lab: random callers, and a phone for each agent that answers them."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from typing import TYPE_CHECKING

from callcenter.errors import LabError
from callcenter.lab.settings import LAB_DOMAIN
from callcenter.lab.sipcall import Diary
from callcenter.lab.sipphone import SipPhone
from callcenter.lab.stage import PHONES_HOST

if TYPE_CHECKING:
    from callcenter.lab.sipcall import SipCall
    from callcenter.lab.switch import LabState

_MENU = "12345"
_RING_MEAN_SECONDS = 6.0
_TALK_MEAN_SECONDS = 12.0
_PATIENCE_MEAN_SECONDS = 40.0
_DECLINES = 0.05
_NEVER_ANSWERS = 0.08
_LINGER_SECONDS = 2.0


async def play_shift(state: LabState, callers: int, per_minute: float, seed: int) -> list[str]:
    """Play a number of callers and return a summary, one line each.

    Raises:
        LabError: A phone cannot register.
    """
    chance = random.Random(seed)  # noqa: S311 - a repeatable shift, no secret
    diary = Diary()
    phones = [await _phone(state, number, diary) for number in sorted(state.phone_secrets)]
    answering = [asyncio.create_task(_answer_calls(phone, chance)) for phone in phones]
    served: Counter[str] = Counter()
    try:
        async with asyncio.TaskGroup() as group:
            for number in range(callers):
                group.create_task(_call(state, f"139{seed % 1000:03d}{number:05d}", diary, chance, served))
                await asyncio.sleep(chance.expovariate(per_minute / 60.0))
    finally:
        for task in answering:
            task.cancel()
        await asyncio.gather(*answering, return_exceptions=True)
        for phone in phones:
            phone.close()
    return [f"{outcome:<20}{count}" for outcome, count in sorted(served.items())]


async def _phone(state: LabState, number: str, diary: Diary) -> SipPhone:
    phone = SipPhone(number, (LAB_DOMAIN, state.sip_port), diary, secret=state.phone_secrets[number])
    await phone.open(PHONES_HOST)
    await phone.register()
    return phone


async def _answer_calls(phone: SipPhone, chance: random.Random) -> None:
    """Be an agent: ring, then mostly answer, now and then decline or let it ring."""
    while True:
        call = await phone.incoming.get()
        call.ring()
        await _until_over(call, chance.expovariate(1 / _RING_MEAN_SECONDS))
        mood = chance.random()
        if call.over.is_set():
            continue
        if mood < _DECLINES:
            call.refuse(603, "Decline")
        elif mood < _DECLINES + _NEVER_ANSWERS:
            await call.over.wait()
        else:
            call.answer()
            await _until_over(call, chance.expovariate(1 / _TALK_MEAN_SECONDS))
            call.hang_up()


async def _call(state: LabState, number: str, diary: Diary, chance: random.Random, served: Counter[str]) -> None:
    """Be a caller: choose in the menu, wait as long as patience lasts, talk until somebody hangs up."""
    caller = SipPhone(number, (LAB_DOMAIN, state.sip_port), diary)
    await caller.open(state.trunk_host)
    try:
        call = caller.dial("400")
        await _until_over(call, 1.0)
        if call.media_to is None:
            raise LabError("The hotline 400 does not answer.")
        call.press(chance.choice(_MENU))
        await _until_over(call, chance.expovariate(1 / _PATIENCE_MEAN_SECONDS))
        served["hung up by caller" if not call.over.is_set() else "hung up by us"] += 1
        call.hang_up()
        await asyncio.sleep(_LINGER_SECONDS)
    finally:
        caller.close()


async def _until_over(call: SipCall, seconds: float) -> None:
    """Let time pass, but not beyond the end of the call."""
    await asyncio.wait([asyncio.ensure_future(call.over.wait())], timeout=seconds)
