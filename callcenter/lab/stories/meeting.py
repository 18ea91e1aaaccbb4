"""How the newer stories begin and end: a caller and an agent who talk, keys pressed one after the other."""

from __future__ import annotations

from asyncio import sleep
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from callcenter.lab.sipphone import SipCall, SipPhone
    from callcenter.lab.stage import StoryStage

BETWEEN_KEYS_SECONDS = 0.25
KEY_SECONDS = 0.1
"""How long the switch listens to a key before it believes it."""
RING_SECONDS = 1.2


async def answered_by(phone: SipPhone) -> SipCall:
    """Let a phone ring and be answered after RING_SECONDS."""
    ring = await phone.next_call()
    ring.ring()
    await sleep(RING_SECONDS)
    ring.answer()
    return ring


async def connected(stage: StoryStage, phone: SipPhone, *, by_key: bool = False) -> tuple[SipCall, SipCall]:
    """Let a caller come through to a phone and talk with the agent for 1.5 s; with `by_key` keys are heeded."""
    call = await stage.call(f"safe_{'k' if by_key else 'q'}_{stage.queue}")
    ring = await answered_by(phone)
    await sleep(1.5)
    return call, ring


async def press(call: SipCall, keys: str) -> float:
    """Press keys one after the other, and say when the switch believes the last one."""
    at = 0.0
    for digit in keys:
        at = call.press(digit)
        await sleep(BETWEEN_KEYS_SECONDS)
    return at + KEY_SECONDS


async def say_goodbye(call: SipCall, last: SipCall, seconds: float = 3.5) -> None:
    """Let them talk on; then the caller hangs up, and the other phone hears it."""
    await sleep(seconds)
    call.hang_up()
    await last.over.wait()


def talked(stage: StoryStage, phone: SipPhone, since: float | None, until: float | None) -> None:
    """Write that an agent was talking in this time."""
    stage.state(phone, "talking", **{"from": since, "to": until})
