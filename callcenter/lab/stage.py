"""The stage for a story: its own queue and agents on a switch, and a truth that is written as it is played.

A story is an async function that tells phones and callers what to do. Many play side by side on one switch, each
with its own queue and agents; one that cuts a login or stops the switch has a switch to itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from callcenter.errors import LabError
from callcenter.lab.logins import Operator, Recorder
from callcenter.lab.settings import AgentSpec, QueueSpec
from callcenter.lab.sipcall import Diary, SipCall
from callcenter.lab.sipphone import SipPhone

if TYPE_CHECKING:
    from callcenter.lab.switch import Lab

PHONES_HOST = "127.0.0.3"
"""Where phones live: not the trunk's address, and not the switch's."""

Play = Callable[["Stage"], Awaitable[None]]
"""What a story is: told to a stage."""

_FIRST_NAMES = ("Alice", "Bob", "Carol")
_FIRST_NUMBER = 1100
_AGENTS_A_STORY = 4
_AVAILABLE_TRIES = 50
_QUEUE_NOTICES_SECONDS = 0.1
_CUT_OFF_SECONDS = 15.0


@dataclass(frozen=True)
class Story:
    """A story: its name is its queue's, `told` is what happens in a sentence or two."""

    name: str
    told: str
    play: Play
    number: int
    agent_count: int
    own_switch: bool
    spec: dict[str, Any]
    members: tuple[str, ...] = ()
    outsiders: tuple[int, ...] = ()
    serves: str = ""

    @property
    def agents(self) -> tuple[AgentSpec, ...]:
        """The agents of this story; nobody else's queue has them."""
        first = _FIRST_NUMBER + self.number * _AGENTS_A_STORY
        return tuple(
            AgentSpec(
                number=str(first + i),
                name=f"{_FIRST_NAMES[i]} {first + i}",
                queues=() if self.members or i in self.outsiders else (self.serves or self.name,),
            )
            for i in range(self.agent_count)
        )

    @property
    def queue(self) -> QueueSpec:
        """The queue of this story; `{a0}` in a member's line is the first agent's number, `{n0}` the name."""
        names: dict[str, str] = {}
        for place, agent in enumerate(self.agents):
            names |= {f"a{place}": agent.number, f"n{place}": agent.name}
        members = tuple(line.format(**names) for line in self.members)
        return QueueSpec(name=self.name, members=members, **self.spec)


@dataclass
class Tape:
    """What one story leaves: the bytes of each login, queue_log, and the truth."""

    board: list[bytes] = field(default_factory=list)
    unfiltered: list[bytes] = field(default_factory=list)
    queue_log: str = ""
    truth: dict[str, Any] = field(default_factory=dict)


class Stage:
    """A story's hold on a switch: makes its phones and callers, and writes down what is true."""

    def __init__(self, story: Story, lab: Lab, operator: Operator) -> None:
        self.story = story
        self.lab = lab
        self.operator = operator
        self.diary = Diary()
        self.agents = story.agents
        self.visits: list[dict[str, Any]] = []
        self.states: list[dict[str, Any]] = []
        self.lag_seconds = 0.0
        self.tape = Tape()
        self._recorders: list[Recorder] = []
        self._phones: list[SipPhone] = []
        self._callers = 0

    @property
    def queue(self) -> str:
        """The story's queue."""
        return self.story.name

    async def phone(self, place: int = 0, *, register: bool = True) -> SipPhone:
        """Take the phone of the n-th agent out of its box, and register it."""
        state, agent = self.lab.state, self.agents[place]
        phone = SipPhone(
            agent.number,
            (self.lab.settings.bind, state.sip_port),
            self.diary,
            name=agent.name,
            secret=state.phone_secrets[agent.number],
        )
        await phone.open(PHONES_HOST)
        self._phones.append(phone)
        if register:
            await self.sign_in(phone)
        return phone

    async def sign_in(self, phone: SipPhone) -> None:
        """Register a phone and wait until the switch rings it.

        Raises:
            LabError: The switch refuses, or does not see the phone.
        """
        await phone.register()
        await self._until_available(phone)

    async def _until_available(self, phone: SipPhone) -> None:
        """Wait until the switch knows that the phone is free: a queue rings nobody else.

        Raises:
            LabError: It never does.
        """
        for _ in range(_AVAILABLE_TRIES):
            if await self.device_state(phone) == "NOT_INUSE":
                await asyncio.sleep(_QUEUE_NOTICES_SECONDS)
                return
            await asyncio.sleep(_QUEUE_NOTICES_SECONDS)
        raise LabError(f"The switch does not see the phone {phone.name}.")

    async def device_state(self, phone: SipPhone) -> str | None:
        """Ask the switch what a phone is doing, in its own words."""
        said = await self.operator.act("Getvar", Variable=f"DEVICE_STATE(PJSIP/{phone.user})")
        return said.get("Value")

    async def caller(self, port: int = 0) -> SipPhone:
        """Make a caller with a number of his own behind the trunk."""
        self._callers += 1
        number = f"138{self.story.number:04d}{self._callers:04d}"
        state = self.lab.state
        caller = SipPhone(number, (self.lab.settings.bind, state.sip_port), self.diary, name=f"caller {number}")
        await caller.open(state.trunk_host, port)
        self._phones.append(caller)
        return caller

    async def call(self, extension: str | None = None, from_user: str | None = None) -> SipCall:
        """Let a new caller dial: the story's queue, unless an extension is given."""
        caller = await self.caller()
        return caller.dial(extension or f"safe_q_{self.queue}", from_user)

    async def act(self, action: str, **headers: str) -> None:
        """Let the operator act.

        Raises:
            LabError: The switch refuses.
        """
        answer = await self.operator.act(action, **headers)
        self.diary.note("operator", action, **headers)
        if answer.get("Response") != "Success":
            raise LabError(f"{action} was refused: {answer.get('Message')}")

    async def pause(self, phone: SipPhone, reason: str | None) -> None:
        """Pause an agent in the story's queue, or end the pause."""
        paused = {"Paused": "true", "Reason": reason} if reason else {"Paused": "false"}
        await self.act("QueuePause", Queue=self.queue, Interface=f"PJSIP/{phone.user}", **paused)

    # the truth

    def visit(self, call: SipCall, outcome: str, **known: object) -> dict[str, Any]:
        """Write a visit into the truth; joined when the caller was put through, unless told otherwise."""
        visit: dict[str, Any] = {
            "queue": self.queue,
            "caller": call.phone.user,
            "outcome": outcome,
            "joined_at": call.answered_at,
            "offers": [],
            **known,
        }
        if outcome == "abandoned":
            visit |= {"left_at": call.over_at, "ended_by": "caller"}
        self.visits.append(visit)
        return visit

    def answered(self, call: SipCall, ring: SipCall, ended_by: str, **known: object) -> dict[str, Any]:
        """Write an answered visit: who, when, and who hung up first."""
        return self.visit(
            call,
            "answered",
            left_at=ring.answered_at,
            answered_at=ring.answered_at,
            agent=ring.phone.name,
            ended_by=ended_by,
            ended_at=call.over_at if ended_by == "caller" else ring.over_at,
            transferred=None,
            **known,
        )

    def offer(self, visit: dict[str, Any], ring: SipCall, outcome: str, **known: object) -> None:
        """Write what one ring was: from the first sound of the bell to its end."""
        ended_at = ring.over_at if ring.answered_at is None else ring.answered_at
        visit["offers"].append({
            "interface": f"PJSIP/{ring.phone.user}",
            "agent": ring.phone.name,
            "outcome": outcome,
            "rang_at": ring.rang_at,
            "ended_at": ended_at,
            **known,
        })  # fmt: skip

    def state(self, phone: SipPhone, state: str, **known: object) -> None:
        """Write a span of an agent's state."""
        self.states.append({"agent": phone.name, "state": state, **known})

    def truth(self) -> dict[str, Any]:
        """Give the whole truth of this story."""
        return {
            "story": self.story.name,
            "asterisk": self.lab.state.version,
            "lag_seconds": round(self.lag_seconds, 3),
            "visits": self.visits,
            "states": self.states,
            "diary": self.diary.lines,
        }

    # recording, for a story that has a switch to itself

    async def begin_recording(self) -> None:
        """Open the two logins that record: as the service reads, and everything."""
        state = self.lab.state
        self._recorders = [Recorder(state.ami_port, login, state.manager_secrets[login]) for login in ("events", "lab")]
        for recorder in self._recorders:
            await recorder.start()

    async def end_recording(self) -> None:
        """Close both logins and keep what they heard; also once the switch has cut them off."""
        for recorder, kept in zip(self._recorders, (self.tape.board, self.tape.unfiltered), strict=True):
            await recorder.stop()
            kept.append(bytes(recorder.heard))
        self._recorders = []

    async def wait_cut_off(self) -> None:
        """Wait until the switch has ended both logins.

        Raises:
            LabError: It has not, after 15 s.
        """
        for recorder in self._recorders:
            try:
                await asyncio.wait_for(recorder.lost.wait(), _CUT_OFF_SECONDS)
            except TimeoutError as error:
                raise LabError("The switch did not cut the logins off.") from error

    async def begin_again(self) -> None:
        """Wait until a switch that was stopped takes logins again, then log in and record anew."""
        await asyncio.to_thread(self.lab.wait_booted)
        await self.begin_recording()
        await self.operator.close()
        await self.operator.open()

    def clear(self) -> None:
        """Give every phone's sockets back."""
        if self._recorders:
            raise LabError("A story must end its recording.")
        for phone in self._phones:
            phone.close()
