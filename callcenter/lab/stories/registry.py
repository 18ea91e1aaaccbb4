"""The table of stories, filled by a decorator."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from callcenter.lab.stage import Play, Story

if TYPE_CHECKING:
    from collections.abc import Callable

STORIES: dict[str, Story] = {}
"""Every story by its name, in the order in which they are told."""


def story(
    *,
    agents: int = 1,
    outsiders: tuple[int, ...] = (),
    own_switch: bool = False,
    members: tuple[str, ...] = (),
    serves: str = "",
    second: bool = False,
    **queue: Any,
) -> Callable[[Play], Play]:
    """Add a function to the stories under its own name; its docstring is what is told.

    Args:
        agents: How many agents it needs.
        outsiders: Which of them, counted from 0, serve no queue.
        own_switch: It cuts logins or stops the switch, so nobody else may use it.
        members: Lines of `member =>` instead of one plain phone an agent.
        serves: The queue of `dialplans/queues.conf` that its agents serve, instead of the story's own.
        second: There is a second queue (its name ends in `_2`), which the outsiders serve.
        queue: Settings of its queue that differ from the usual ones.
    """

    def add(play: Play) -> Play:
        name = getattr(play, "__name__", "")
        told = " ".join((inspect.getdoc(play) or "").split())
        number = len(STORIES)
        STORIES[name] = Story(name, told, play, number, agents, own_switch, queue, members, outsiders, serves, second)
        return play

    return add
