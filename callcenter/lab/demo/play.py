"""Plays the demo's two minutes on a running lab: the phones of all agents, and callers at the hotline."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import secrets
from collections.abc import AsyncIterator, Callable, Coroutine

from callcenter.ami.session import first_error
from callcenter.errors import LabError
from callcenter.lab.demo.phone import DemoPhone, Moved
from callcenter.lab.demo.script import (
    ANSWERS_A_CALL_BACK,
    CALLS,
    MOMENTS,
    Answers,
    Behaviour,
    DemoCall,
    DemoMoment,
    lasted,
    one_more,
)
from callcenter.lab.diary import LabDiary
from callcenter.lab.settings import LAB_DOMAIN
from callcenter.lab.sipphone import SipCall, SipPhone
from callcenter.lab.stage import PHONES_HOST
from callcenter.lab.switch import LabState

HOTLINE = "400"
_MENU = "12345"
_FIRST_OF_MORE = 19900000101
_SECONDS_APART = 8.0, 16.0
_TALK_SECONDS, _LONG_TALK_SECONDS = (9.0, 14.0), (45.0, 60.0)
"""Of those who come after the story: one of three talks for long enough that a visitor can listen to it."""
PAGE_SILENCE_SECONDS = 75
"""The phones of the demo have no voice: so long the switch waits for one before it ends a call."""
_MENU_SECONDS = 1.0
_LONGEST_CALL_SECONDS = 100.0
"""Whoever is talked to at a page, or waits for one that nobody answers, hangs up then."""
_LAST_CALL_SECONDS = _LONGEST_CALL_SECONDS + 10.0
_SETTLE_SECONDS = 2.0

Teller = Callable[[str], None]


class Demo:
    """Plays the story on a running lab; every phone and caller it makes is closed when it ends, however it ends.

    Args:
        state: The lab.
        names: The agents, by their numbers.
        teller: Told each line of the story.
        moved: Told when a page takes an agent's phone, or leaves it.
    """

    def __init__(self, state: LabState, names: dict[str, str], teller: Teller, moved: Moved) -> None:
        self._state = state
        self._names = names
        self._tell = teller
        self._moved = moved
        self._diary = LabDiary()
        self._phones: dict[str, DemoPhone] = {}
        self._outside: list[SipPhone] = []
        self._callers: dict[str, tuple[SipCall, list[Behaviour]]] = {}

    @contextlib.asynccontextmanager
    async def phones(self) -> AsyncIterator[None]:
        """Register a phone for each agent, and close whatever was opened at the end.

        Raises:
            LabError: One cannot register.
        """
        try:
            for number, name in self._names.items():
                await self._open(number, name)
            await self._open_outside()
            yield
        finally:
            for phone in (*self._phones.values(), *self._outside):
                phone.close()

    async def play(self) -> None:
        """Play from beginning to end.

        Raises:
            LabError: The switch does not do its part.
        """
        longest = max(act.at for act in (*CALLS, *MOMENTS)) + _LAST_CALL_SECONDS
        try:
            async with asyncio.timeout(longest):
                await self._played(self._story())
        except TimeoutError:
            raise LabError("A call of the demo did not end in time.") from None

    async def go_on(self) -> None:
        """Let callers come, and be answered where no page answers, until it is cancelled.

        Raises:
            LabError: The switch does not do its part.
        """
        await self._played(self._more_calls())

    async def _played(self, acts: Coroutine[None, None, None]) -> None:
        """Let the phones answer for as long as acts are played."""
        try:
            async with asyncio.TaskGroup() as group:
                answering = [
                    group.create_task(self._answer(phone), name=f"demo-{number}")
                    for number, phone in self._phones.items()
                ]
                answering += [
                    group.create_task(self._answer_outside(phone), name="demo-outside") for phone in self._outside
                ]
                await acts
                for task in answering:
                    task.cancel()
        except BaseExceptionGroup as errors:
            raise first_error(errors) from None

    async def _story(self) -> None:
        async with asyncio.TaskGroup() as group:
            for call in CALLS:
                group.create_task(self._call(call), name=f"demo-{call.number}")
            for moment in MOMENTS:
                group.create_task(self._moment(moment), name=f"demo-{moment.agent}")
        await asyncio.sleep(_SETTLE_SECONDS)

    async def _more_calls(self) -> None:
        chance = secrets.SystemRandom()
        async with asyncio.TaskGroup() as group:
            for n in itertools.count(_FIRST_OF_MORE):
                talk = chance.uniform(*(_TALK_SECONDS if n % 3 else _LONG_TALK_SECONDS))
                phones = tuple(Answers(chance.uniform(3, 8), talk) for _ in self._phones)
                group.create_task(self._call(one_more(str(n), chance.choice(_MENU), phones)), name=f"demo-{n}")
                await asyncio.sleep(chance.uniform(*_SECONDS_APART))

    async def _open(self, number: str, name: str) -> None:
        secret = self._state.phone_secrets[number]
        phone = DemoPhone(number, (LAB_DOMAIN, self._state.sip_port), self._diary, name=name, secret=secret)
        self._phones[number] = phone
        await phone.open(PHONES_HOST)
        await phone.register()
        phone.spawn(phone.keep(self._moved))

    async def _open_outside(self) -> None:
        """Be whoever is called through the trunk."""
        phone = SipPhone("outside", (LAB_DOMAIN, self._state.sip_port), self._diary, name="outside")
        self._outside.append(phone)
        await phone.open(self._state.trunk_host, self._state.trunk_port)

    async def _call(self, act: DemoCall) -> None:
        """Be a caller: dial the hotline, choose in the menu, and wait for somebody, or for so long."""
        await asyncio.sleep(act.at)
        self._tell(act.told)
        caller = SipPhone(act.number, (LAB_DOMAIN, self._state.sip_port), self._diary, name=act.number)
        await caller.open(self._state.trunk_host)
        try:
            call = caller.dial(HOTLINE)
            self._callers[act.number] = call, list(act.phones)
            if not await lasted(call, _MENU_SECONDS) or call.media_to is None:
                raise LabError("The hotline does not answer.")
            call.press(act.key)
            if await lasted(call, act.patience or _LONGEST_CALL_SECONDS):
                call.hang_up()
            await asyncio.sleep(_SETTLE_SECONDS)  # repeats of our last message may be asked for
        finally:
            self._callers.pop(act.number, None)
            caller.close()

    async def _moment(self, act: DemoMoment) -> None:
        """Do what an agent does, unless somebody sits at the agent's page."""
        await asyncio.sleep(act.at)
        phone = self._phones[act.agent]
        if not phone.stands_back:
            self._tell(act.told)
            await act.does(phone)

    async def _answer_outside(self, phone: SipPhone) -> None:
        """Answer whoever calls back."""
        while True:
            ring = await phone.incoming.get()
            await ANSWERS_A_CALL_BACK(ring, ring)

    async def _answer(self, phone: SipPhone) -> None:
        """Be an agent: whoever calls decides, by his number, what the phone does."""
        async with asyncio.TaskGroup() as group:
            while True:
                ring = await phone.incoming.get()
                known = next((found for n, found in self._callers.items() if f":{n}@" in ring.dialog.remote), None)
                if known is None or not known[1]:
                    ring.refuse(480)
                    continue
                caller, behaviours = known
                behave = behaviours.pop(0)
                group.create_task(behave(ring, caller))
