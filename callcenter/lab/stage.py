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
from callcenter.lab.diary import LabDiary
from callcenter.lab.logins import LoginRecorder, Operator
from callcenter.lab.settings import AgentSpec, QueueSpec
from callcenter.lab.sipphone import SipCall, SipPhone

if TYPE_CHECKING:
    from callcenter.lab.switch import Lab

PHONES_HOST = "127.0.0.3"
"""Where phones live: not the trunk's address, and not the switch's."""

Play = Callable[["StoryStage"], Awaitable[None]]
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
    second: bool = False

    @property
    def agents(self) -> tuple[AgentSpec, ...]:
        """The agents of this story; nobody else's queue has them."""
        first = _FIRST_NUMBER + self.number * _AGENTS_A_STORY
        return tuple(
            AgentSpec(
                number=str(first + i),
                name=f"{_FIRST_NAMES[i]} {first + i}",
                queues=self._served_by(i),
            )
            for i in range(self.agent_count)
        )

    def _served_by(self, place: int) -> tuple[str, ...]:
        """Give the queues of the n-th agent; outsiders serve the second one, where there is one."""
        if place in self.outsiders:
            return (self.second_name,) if self.second else ()
        return () if self.members else (self.serves or self.name,)

    @property
    def second_name(self) -> str:
        """The name of the story's second queue."""
        return f"{self.name}_2"

    @property
    def queues(self) -> tuple[QueueSpec, ...]:
        """The queue of this story, and the second one, where it has one."""
        return (self.queue, QueueSpec(name=self.second_name, **self.spec)) if self.second else (self.queue,)

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


class StoryStage:
    """A story's hold on a switch: makes its phones and callers, and writes down what is true."""

    def __init__(self, story: Story, lab: Lab, operator: Operator) -> None:
        self.story = story
        self.lab = lab
        self.operator = operator
        self.diary = LabDiary()
        self.agents = story.agents
        self.visits: list[dict[str, Any]] = []
        self.states: list[dict[str, Any]] = []
        self.talks: list[dict[str, Any]] = []
        self._served: list[tuple[dict[str, Any], dict[str, Any]]] = []
        self.lag_seconds = 0.0
        self.tape = Tape()
        self._recorders: list[LoginRecorder] = []
        self._phones: list[SipPhone] = []
        self._callers = 0

    @property
    def queue(self) -> str:
        """The story's queue."""
        return self.story.name

    @property
    def second_queue(self) -> str:
        """The story's second queue, which its outsiders serve."""
        return self.story.second_name

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

    async def parked_at(self, call: SipCall) -> str:
        """Wait until a caller is parked, and say at which extension he can be taken.

        Raises:
            LabError: He never is.
        """
        for _ in range(_AVAILABLE_TRIES):
            for parked in await self.operator.list("ParkedCalls"):
                if parked.get("ParkeeCallerIDNum") == call.phone.user:
                    return parked["ParkingSpace"]
            await asyncio.sleep(_QUEUE_NOTICES_SECONDS)
        raise LabError(f"{call.phone.name} is not parked.")

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
        if outcome == "answered":
            self._served.append((visit, {"how": "queue"}))
        return visit

    def answered(
        self, call: SipCall, ring: SipCall, ended_by: str, how: str = "queue", **known: object
    ) -> dict[str, Any]:
        """Write an answered visit and its talk: who, when, and who hung up first."""
        usual = {
            "left_at": ring.answered_at,
            "answered_at": ring.answered_at,
            "agent": ring.phone.name,
            "ended_by": ended_by,
            "ended_at": call.over_at if ended_by == "caller" else ring.over_at,
            "transferred": None,
        }
        visit = self.visit(call, "answered", **(usual | known))
        self._served[-1] = (visit, {"how": how, "interface": f"PJSIP/{ring.phone.user}"})
        return visit

    def talk(self, call: SipCall, ring: SipCall, how: str, ended_by: str, **known: object) -> None:
        """Write a talk that no queue brought about; unless told otherwise it begins with the agent's answer."""
        self.talks.append(
            {
                "caller": call.phone.user,
                "agent": ring.phone.name,
                "interface": f"PJSIP/{ring.phone.user}",
                "how": how,
                "from": ring.answered_at,
                "to": call.over_at if ended_by == "caller" else ring.over_at,
                "ended_by": ended_by,
                **known,
            }
        )

    def _talks(self) -> list[dict[str, Any]]:
        """Give every talk: of answered visits as these stand now, then the others."""
        names = {"caller": "caller", "agent": "agent", "answered_at": "from", "ended_at": "to", "ended_by": "ended_by"}
        of_visits = [
            {talks: visit[key] for key, talks in names.items() if key in visit} | known for visit, known in self._served
        ]
        return of_visits + self.talks

    def offer(self, visit: dict[str, Any], ring: SipCall, outcome: str, **known: object) -> None:
        """Write what one ring was: from the first sound of the bell to its end."""
        ended_at = ring.over_at if ring.answered_at is None else ring.answered_at
        visit["offers"].append(
            {
                "interface": f"PJSIP/{ring.phone.user}",
                "agent": ring.phone.name,
                "outcome": outcome,
                "rang_at": ring.rang_at,
                "ended_at": ended_at,
                **known,
            }
        )

    def state(self, phone: SipPhone, state: str, **known: object) -> None:
        """Write a span of an agent's state."""
        self.states.append({"agent": phone.name, "state": state, **known})

    def truth(self) -> dict[str, Any]:
        """Give the whole truth of this story."""
        return {
            "story": self.story.name,
            "asterisk": self.lab.state.version,
            "lag_seconds": round(self.lag_seconds, 3),
            "agents": [agent.name for agent in self.agents],
            "visits": self.visits,
            "talks": self._talks(),
            "states": self.states,
            "diary": self.diary.lines,
        }

    # recording, for a story that has a switch to itself

    async def begin_recording(self) -> None:
        """Open the two logins that record: as the service reads, and everything."""
        state = self.lab.state
        self._recorders = [
            LoginRecorder(state.ami_port, login, state.manager_secrets[login]) for login in ("events", "lab")
        ]
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
