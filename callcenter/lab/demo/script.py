"""The demo's script: who calls when, what the phone that rings does, and what is told of it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from callcenter.lab.sipphone import SipCall, SipPhone

_CODE_SECONDS = 10.0
_KEY_SECONDS = 1.5
"""As long as somebody listens who knows the questions."""
STORY = "story"
"""In which context the lines are told."""
_GRACE, _DAVE = "1007", "1004"
_GAVE_UP = "19900000005"
"""Who is called back."""

Behaviour = Callable[[SipCall, SipCall], Coroutine[Any, Any, None]]
"""What a phone does with a call that reached it; the second is the caller's side of it."""


async def lasted(call: SipCall, seconds: float) -> bool:
    """Let time pass, but not beyond the end of the call; tells whether it still lasts."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(call.over.wait(), seconds)
    return not call.over.is_set()


@dataclass(frozen=True)
class Answers:
    """Rings, answers, talks (with a hold in the middle, if any), and one of the two hangs up.

    Where the agent does, the caller is asked, and presses the keys of `survey`: the first agrees, each other answers.
    """

    after: float
    talk: float
    hold: float = 0.0
    agent_ends: bool = False
    survey: str = ""

    async def __call__(self, ring: SipCall, caller: SipCall) -> None:
        """Take the call."""
        ring.ring()
        if not await lasted(ring, self.after):
            return
        ring.answer()
        if self.hold and await lasted(ring, self.talk / 2):
            await ring.hold()
            await asyncio.sleep(self.hold)
            await ring.take_back()
        if await lasted(ring, self.talk / 2 if self.hold else self.talk):
            (ring if self.agent_ends else caller).hang_up()
        for key in self.survey:
            if await lasted(caller, _KEY_SECONDS):
                caller.press(key)


@dataclass(frozen=True)
class TransfersBlind:
    """Answers, talks, and sends the caller on to a colleague without asking."""

    after: float
    talk: float
    to: str

    async def __call__(self, ring: SipCall, _caller: SipCall) -> None:
        """Take the call."""
        ring.ring()
        if await lasted(ring, self.after):
            ring.answer()
            if await lasted(ring, self.talk):
                ring.transfer_blind(self.to)


@dataclass(frozen=True)
class Declines:
    """Rings, and rejects."""

    after: float

    async def __call__(self, ring: SipCall, _caller: SipCall) -> None:
        """Take the call."""
        ring.ring()
        if await lasted(ring, self.after):
            ring.refuse(603)


async def ignores(ring: SipCall, _caller: SipCall) -> None:
    """Ring until it stops by itself."""
    ring.ring()
    await ring.over.wait()


@dataclass(frozen=True)
class DemoCall:
    """One caller: when, whom, what the phones that ring do in turn, and how long his patience lasts."""

    at: float
    number: str
    key: str
    told: str
    phones: tuple[Behaviour, ...] = ()
    patience: float | None = None


@dataclass(frozen=True)
class DemoMoment:
    """Something that an agent does, or that befalls the phone."""

    at: float
    agent: str
    told: str
    does: Callable[[SipPhone], Coroutine[Any, Any, None]] = field(repr=False)


async def _dial_code(phone: SipPhone, code: str) -> None:
    call = phone.dial(code)
    if await lasted(call, _CODE_SECONDS):
        call.hang_up()


async def _take_tea(phone: SipPhone) -> None:
    await _dial_code(phone, "*451")


async def _take_meal(phone: SipPhone) -> None:
    await _dial_code(phone, "*452")


async def _come_back(phone: SipPhone) -> None:
    await _dial_code(phone, "*46")


async def _lose_network(phone: SipPhone) -> None:
    phone.vanish()


async def _find_network(phone: SipPhone) -> None:
    phone.deaf = False
    await phone.register()


async def _call_back(phone: SipPhone) -> None:
    call = phone.dial(f"0{_GAVE_UP}")
    if await lasted(call, _CODE_SECONDS * 2):
        call.hang_up()


CALLS = (
    DemoCall(
        1,
        "19900000001",
        "1",
        "A consumer calls: answered on the 2nd ring, the caller hangs up",
        (Answers(6.5, 10),),
    ),
    DemoCall(
        3,
        "19900000002",
        "3",
        "A merchant calls: answered only on the 4th ring, the agent hangs up, a survey follows",
        (Answers(16.2, 8, agent_ends=True, survey="1121"),),
    ),
    DemoCall(
        8,
        "19900000003",
        "5",
        "A complaint: the first agent declines, the second answers and holds the caller for 6 s",
        (Declines(3), Answers(2, 8, hold=6)),
    ),
    DemoCall(
        34,
        "19900000004",
        "4",
        "A supplier calls: the first agent lets it ring for 25 s, the second answers",
        (ignores, Answers(4, 6)),
    ),
    DemoCall(
        42,
        _GAVE_UP,
        "2",
        "About a product: both agents are paused, the caller waits 12 s and gives up",
        (),
        12,
    ),
    DemoCall(
        60,
        "19900000006",
        "5",
        "A complaint: the caller gives up while a phone has rung for 8 s",
        (ignores,),
        8.5,
    ),
    DemoCall(
        72,
        "19900000007",
        "1",
        "A consumer calls: the agent sends the call on to Grace (blind transfer)",
        (TransfersBlind(3, 6, _GRACE), Answers(2, 6)),
    ),
    DemoCall(
        94,
        "19900000008",
        "3",
        "A merchant calls: Dave's phone is lost, Carol answers on the 1st ring",
        (Answers(2.5, 9),),
    ),
)
"""The callers; the menu's key chooses consumers (1), products, merchants, suppliers or complaints (5)."""

ANSWERS_A_CALL_BACK = Answers(2, 6)
"""What whoever is called back does."""

MOMENTS = (
    DemoMoment(
        36,
        "1001",
        "Alice pauses: tea",
        _take_tea,
    ),
    DemoMoment(
        38,
        "1002",
        "Bob pauses: meal",
        _take_meal,
    ),
    DemoMoment(
        62,
        "1001",
        "Alice is back",
        _come_back,
    ),
    DemoMoment(
        64,
        "1002",
        "Bob is back",
        _come_back,
    ),
    DemoMoment(
        84,
        _DAVE,
        "Dave's phone loses its network",
        _lose_network,
    ),
    DemoMoment(
        90,
        "1002",
        "Bob calls back the caller who had given up: answered, so that this lost call is settled",
        _call_back,
    ),
    DemoMoment(
        102,
        _DAVE,
        "Dave's phone registers again",
        _find_network,
    ),
)


def one_more(number: str, key: str, phones: tuple[Behaviour, ...]) -> DemoCall:
    """Return a caller who comes once the story is over."""
    return DemoCall(0, number, key, "Another caller comes", phones)
