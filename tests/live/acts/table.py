"""The table of acts, filled by a decorator: a story, and what the roster says of whoever is in it."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from callcenter.lab.stage import Story, StoryStage
from tests.live.acts.scene import Scene


class Duty(Enum):
    """What the roster says of an agent."""

    ALL_DAY = "on duty from before the day until after it"
    NONE = "not on duty"
    SHIFT = "a shift that begins and ends within the day"
    LEAVE = "the same shift, and leave for all of it"
    RELIEF = "a shift that begins where that one ends"


Perform = Callable[[Scene], Awaitable[None]]


@dataclass(frozen=True)
class Act:
    """Something that is done while others do other things, on a floor of many or of a few."""

    perform: Perform
    agent_count: int
    outsiders: tuple[int, ...]
    duty: Duty
    wrap_up_seconds: int
    own_floor: bool
    relieved: bool
    queue: dict[str, Any]

    @property
    def name(self) -> str:
        """The name of the act and of its queue."""
        return str(getattr(self.perform, "__name__", ""))

    def story(self, number: int) -> Story:
        """Make the story, with agents of its own."""

        async def play(stage: StoryStage) -> None:
            assert isinstance(stage, Scene)
            await self.perform(stage)
            stage.over = True

        told = " ".join((inspect.getdoc(self.perform) or "").split())
        return Story(
            self.name, told, play, number, self.agent_count, self.own_floor, self.queue, outsiders=self.outsiders
        )

    def duty_of(self, place: int) -> Duty:
        """Tell what the roster says of the n-th agent: the first one is who acts."""
        if place == 1 and self.relieved:
            return Duty.RELIEF
        return Duty.ALL_DAY if place else self.duty


ACTS: dict[str, Act] = {}
"""Every act by its name."""


def act(
    *,
    agents: int = 1,
    outsiders: tuple[int, ...] = (),
    duty: Duty = Duty.ALL_DAY,
    wrap_up_seconds: int = 0,
    own_floor: bool = False,
    relieved: bool = False,
    **queue: Any,
) -> Callable[[Perform], Perform]:
    """Add a function to the acts under its own name.

    Args:
        agents: How many agents it needs.
        outsiders: Which of them, counted from 0, serve no queue when the day begins.
        duty: What the roster says of the first one; the others are on duty.
        wrap_up_seconds: What the rulebook gives its queue.
        own_floor: It takes away most phones of the floor, so nobody else may be there.
        relieved: The second agent is the first one's relief.
        queue: Settings of its queue that differ from the usual ones.
    """

    def add(perform: Perform) -> Perform:
        made = Act(perform, agents, outsiders, duty, wrap_up_seconds, own_floor, relieved, queue)
        ACTS[made.name] = made
        return perform

    return add
