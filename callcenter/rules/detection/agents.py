"""What every detector may ask about an agent: states, queues that are served; and which phones were lost."""

from __future__ import annotations

import msgspec

from callcenter.domain.frame import Micros
from callcenter.domain.vocabulary import AgentState

_STATES = 1024


class AgentMemory(msgspec.Struct):
    """An agent as the floor names it: states in order, and per queue from when to when it was served."""

    states: list[tuple[Micros, AgentState]] = []
    served: dict[str, list[list[Micros | None]]] = {}

    @property
    def state(self) -> AgentState:
        """The latest state."""
        return self.states[-1][1] if self.states else AgentState.UNKNOWN

    def entered(self, state: AgentState, at: Micros) -> None:
        """Note a state."""
        self.states.append((at, state))
        if len(self.states) > _STATES:
            del self.states[: _STATES // 2]

    def serves(self, queue: str, at: Micros | None, *, member: bool) -> None:
        """Note that the agent serves a queue from now on, or no longer; told again it changes nothing."""
        spans = self.served.setdefault(queue, [])
        lasts = bool(spans) and spans[-1][1] is None
        if member and not lasts:
            spans.append([at, None])
        elif lasts and not member:
            spans[-1][1] = at

    def state_before(self, at: Micros) -> AgentState:
        """Return the state just before a moment."""
        earlier = (state for since, state in reversed(self.states) if since < at)
        return next(earlier, AgentState.UNKNOWN)

    def states_before(self, at: Micros, most: int) -> list[tuple[Micros, AgentState]]:
        """Return the last states before a moment, the latest last; a ring is none, and what goes on after it is one."""
        found: list[tuple[Micros, AgentState]] = []
        for since, state in reversed(self.states):
            if since >= at or state is AgentState.RINGING:
                continue
            if found and found[-1][1] is state:
                found[-1] = since, state
            elif len(found) == most:
                break
            else:
                found.append((since, state))
        return found[::-1]

    def free_since(self, at: Micros) -> Micros | None:
        """Return when the agent last became available before a moment, not counting the end of a ring."""
        found, after = None, None
        for since, state in reversed(self.states):
            if after is AgentState.AVAILABLE and found is not None and found < at and state is not AgentState.RINGING:
                return found
            found, after = since, state
        return found if after is AgentState.AVAILABLE and found is not None and found < at else None


class PhoneLoss(msgspec.Struct):
    """A phone was lost; `up` are the other phones that were up, with whose they are."""

    at: Micros
    agent: str
    interface: str
    before: AgentState
    up: dict[str, str]
    frames: tuple[int, ...]
