"""A shift of ordinary calls on a running lab: random callers, and a phone for each agent that answers them."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from callcenter.errors import LabError
from callcenter.lab.diary import LabDiary
from callcenter.lab.settings import LAB_DOMAIN
from callcenter.lab.sipphone import SipCall, SipPhone
from callcenter.lab.stage import PHONES_HOST

if TYPE_CHECKING:
    from collections.abc import Mapping

_MENU = "12345"
_RING_MEAN_SECONDS = 6.0
_DECLINES = 0.05
_NEVER_ANSWERS = 0.08
_HOTLINE_SECONDS = 10.0
_LISTEN_SECONDS = 1.0
_LINGER_SECONDS = 2.0


@dataclass(frozen=True)
class Shift:
    """How many come, how often, and how long people wait and talk on average; the same seed, the same calls."""

    callers: int = 20
    per_minute: float = 30.0
    patience_seconds: float = 40.0
    talk_seconds: float = 12.0
    seed: int = 1


class SipEntrance(NamedTuple):
    """Where phones and callers reach a switch on loopback: its port, the trunk's address, phones' secrets by number."""

    port: int
    trunk_host: str
    phone_secrets: Mapping[str, str]


async def play_shift(entrance: SipEntrance, shift: Shift) -> list[str]:
    """Play a shift to its end and return a summary, one line an outcome.

    Raises:
        LabError: A phone cannot register, or the hotline does not answer.
    """
    chance = random.Random(shift.seed)  # noqa: S311 - a repeatable shift, no secret
    diary = LabDiary()
    phones = [await _phone(entrance, number, diary) for number in sorted(entrance.phone_secrets)]
    answering = [asyncio.create_task(_answer_calls(phone, chance, shift.talk_seconds)) for phone in phones]
    try:
        async with asyncio.TaskGroup() as group:
            calls = []
            for number in range(shift.callers):
                caller = SipPhone(f"139{shift.seed % 1000:03d}{number:05d}", (LAB_DOMAIN, entrance.port), diary)
                await caller.open(entrance.trunk_host)
                patience = chance.expovariate(1 / shift.patience_seconds)
                calls.append(group.create_task(_call(caller, chance.choice(_MENU), patience), name=caller.name))
                await asyncio.sleep(chance.expovariate(shift.per_minute / 60.0))
    finally:
        for task in answering:
            task.cancel()
        await asyncio.gather(*answering, return_exceptions=True)
        for phone in phones:
            phone.close()
    served = Counter(call.result() for call in calls)
    return [f"{who:<20}{count}" for who, count in sorted(served.items())]


async def _phone(entrance: SipEntrance, number: str, diary: LabDiary) -> SipPhone:
    phone = SipPhone(number, (LAB_DOMAIN, entrance.port), diary, secret=entrance.phone_secrets[number])
    await phone.open(PHONES_HOST)
    await phone.register()
    return phone


async def _answer_calls(phone: SipPhone, chance: random.Random, talk_seconds: float) -> None:
    """Be an agent: ring, then mostly answer, now and then decline or let it ring."""
    while True:
        call = await phone.incoming.get()
        call.ring()
        await _until_over(call, chance.expovariate(1 / _RING_MEAN_SECONDS))
        mood = chance.random()
        if call.over.is_set():
            continue
        if mood < _DECLINES:
            call.refuse(603)
        elif mood < _DECLINES + _NEVER_ANSWERS:
            await call.over.wait()
        else:
            call.answer()
            await _until_over(call, chance.expovariate(1 / talk_seconds))
            call.hang_up()


async def _call(caller: SipPhone, choice: str, patience_seconds: float) -> str:
    """Be a caller: choose in the menu, then wait and talk as long as patience lasts; tells who hung up."""
    try:
        call = caller.dial("400")
        await asyncio.wait_for(call.answered.wait(), _HOTLINE_SECONDS)
        await _until_over(call, _LISTEN_SECONDS)
        call.press(choice)
        await _until_over(call, patience_seconds)
        who = "other side hung up" if call.over.is_set() else "caller hung up"
        call.hang_up()
        await asyncio.sleep(_LINGER_SECONDS)
    except TimeoutError as error:
        raise LabError("The hotline 400 does not answer.") from error
    finally:
        caller.close()
    return who


async def _until_over(call: SipCall, seconds: float) -> None:
    """Let time pass, but not beyond the end of the call."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(call.over.wait(), seconds)
