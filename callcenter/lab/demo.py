"""Plays the demo's two minutes on a running lab: the phones of all agents, and callers at the hotline."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

from callcenter.ami.session import first_error
from callcenter.errors import LabError
from callcenter.lab.demo_script import ANSWERS_A_CALL_BACK, CALLS, MOMENTS, Behaviour, DemoCall, DemoMoment, lasted
from callcenter.lab.diary import LabDiary
from callcenter.lab.settings import LAB_DOMAIN
from callcenter.lab.sipphone import SipCall, SipPhone
from callcenter.lab.stage import PHONES_HOST
from callcenter.lab.switch import LabState

HOTLINE = "400"
_MENU_SECONDS = 1.0
_LAST_CALL_SECONDS = 60.0
_SETTLE_SECONDS = 2.0

Teller = Callable[[str], None]


class Demo:
    """Plays the story on a running lab; every phone and caller it makes is closed when it ends, however it ends."""

    def __init__(self, state: LabState, names: dict[str, str], teller: Teller) -> None:
        self._state = state
        self._names = names
        self._tell = teller
        self._diary = LabDiary()
        self._phones: dict[str, SipPhone] = {}
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
            async with asyncio.timeout(longest), asyncio.TaskGroup() as group:
                answering = [
                    group.create_task(self._answer(phone), name=f"demo-{number}")
                    for number, phone in self._phones.items()
                ]
                answering += [
                    group.create_task(self._answer_outside(phone), name="demo-outside") for phone in self._outside
                ]
                await self._story()
                for task in answering:
                    task.cancel()
        except TimeoutError:
            raise LabError("A call of the demo did not end in time.") from None
        except BaseExceptionGroup as errors:
            raise first_error(errors) from None

    async def _story(self) -> None:
        async with asyncio.TaskGroup() as group:
            for call in CALLS:
                group.create_task(self._call(call), name=f"demo-{call.number}")
            for moment in MOMENTS:
                group.create_task(self._moment(moment), name=f"demo-{moment.agent}")
        await asyncio.sleep(_SETTLE_SECONDS)

    async def _open(self, number: str, name: str) -> None:
        secret = self._state.phone_secrets[number]
        phone = SipPhone(number, (LAB_DOMAIN, self._state.sip_port), self._diary, name=name, secret=secret)
        await phone.open(PHONES_HOST)
        self._phones[number] = phone
        await phone.register()

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
            if act.patience is None:
                await call.over.wait()
            elif await lasted(call, act.patience):
                call.hang_up()
            await asyncio.sleep(_SETTLE_SECONDS)  # repeats of our last message may be asked for
        finally:
            caller.close()

    async def _moment(self, act: DemoMoment) -> None:
        await asyncio.sleep(act.at)
        self._tell(act.told)
        await act.does(self._phones[act.agent])

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
