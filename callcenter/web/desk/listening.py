"""Who listens to whose call by a code that the service gave: asked for, dialled, begun, over."""

from __future__ import annotations

from collections import OrderedDict
from enum import StrEnum

import msgspec

from callcenter.staff.rights import Right

_MOST = 1_000
"""Further ones are not remembered: whoever dialled longest ago has done."""


class ListenMode(StrEnum):
    """Whom somebody hears, and who hears them."""

    LISTEN = "listen"
    """Hears both, is heard by nobody."""
    WHISPER = "whisper"
    """Hears both, is heard by the agent alone."""
    BARGE = "barge"
    """Hears both, is heard by both."""

    @property
    def needs(self) -> Right:
        """The right over the agent that it takes."""
        return Right.LISTEN_IN if self is ListenMode.LISTEN else Right.SPEAK_IN


class ListenIn(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody may listen to a talk.

    Attributes:
        name: Of whoever listens, as the agent is told it.
        by: Who that is on the floor: the agent of their account.
        agent: Whose talk it is.
        talk: Which one.
    """

    name: str
    by: str
    agent: str
    talk: int
    mode: ListenMode


class Listeners:
    """Who has dialled a code and listens, by their channel.

    Args:
        told: Agents are told who listens to them.
    """

    def __init__(self, *, told: bool = True) -> None:
        self.told = told
        self._by_line: OrderedDict[str, ListenIn] = OrderedDict()

    def dialled(self, line: str, who: ListenIn) -> None:
        """Somebody begins to listen by this channel."""
        self._by_line[line] = who
        while len(self._by_line) > _MOST:
            self._by_line.popitem(last=False)

    def on(self, line: str) -> ListenIn | None:
        """Return who listens by a channel, None where the service gave no code for it."""
        return self._by_line.get(line)
