"""One agent's states over time, from the lines of queue_log that name the agent.

The first that holds: talking, offline (signed out), unknown, paused, wrap_up, available.
"""

from __future__ import annotations

from callcenter.domain import facts as fx
from callcenter.domain.frame import Micros
from callcenter.domain.vocabulary import AFTER_CALL_WORK, CANNOT_RING, SIGNED_OUT, AgentState

_Now = tuple[AgentState, str | None, tuple[str, ...]]
_UNKNOWN: _Now = (AgentState.UNKNOWN, None, ())


class Spans:
    """Follows one agent; lines that come a little late do not turn time back."""

    def __init__(self, agent: str, interface: str, start: Micros | None) -> None:
        self._agent = agent
        self._interface = interface
        self._spans: list[fx.StateSpan] = []
        self._now: _Now = _UNKNOWN
        self._since = start
        self._at = start
        self._known = False
        self._signed_out = False
        self._paused: dict[str, bool] = {}
        self._everywhere = False
        self._reason: str | None = None
        self._talks: set[int] = set()
        self._wrap: tuple[Micros, str | None] | None = None

    def own(self, event: str, queue: str | None, word: str | None, at: Micros) -> None:
        """Take what the switch wrote of the agent; `word` is a reason, or PAUSED."""
        self._reach(at)
        match event:
            case "ADDMEMBER":
                self._serves(queue)
                self._pause(queue, word if word != "PAUSED" else None, paused=word == "PAUSED")
            case "REMOVEMEMBER":
                self._paused.pop(queue or "", None)
                self._known, self._signed_out = True, not self._paused
            case "PAUSE" | "PAUSEALL":
                self._serves(queue)
                self._pause(queue, word, paused=True)
            case "UNPAUSE" | "UNPAUSEALL":
                self._serves(queue)
                self._pause(queue, None, paused=False)
            case "AGENTLOGIN" | "AGENTCALLBACKLOGIN":
                self._serves(None)
            case _:
                self._known = self._signed_out = True
        self._judge()

    def connected(self, talk: int | None, queue: str | None, at: Micros) -> None:
        """A caller was put through to the agent; None: the end of that talk is not in the log."""
        self._reach(at)
        self._serves(queue)
        self._wrap = None
        if talk is None:
            self._known = False
        else:
            self._talks.add(talk)
        self._judge()

    def tried(self, queue: str | None, at: Micros) -> None:
        """A queue tried the phone in vain: the agent was signed in."""
        self._reach(at)
        self._serves(queue)
        self._judge()

    def ended(self, talk: int, queue: str | None, wrap_up: Micros, at: Micros) -> None:
        """The agent's part of a talk is over."""
        self._reach(at)
        self._talks.discard(talk)
        self._known = True
        self._wrap = (at + wrap_up, queue) if wrap_up else None
        self._judge()

    def restart(self, at: Micros) -> None:
        """The switch began anew: talks are over, and what else holds is not known."""
        self._reach(at)
        self._talks.clear()
        self._wrap, self._known, self._everywhere = None, False, False
        self._paused = dict.fromkeys(self._paused, False)
        self._judge()

    def told(self) -> tuple[fx.StateSpan, ...]:
        """Return the spans so far; the last has no end."""
        return (*self._spans, self._span(None))

    def _serves(self, queue: str | None) -> None:
        self._known, self._signed_out = True, False
        if queue is not None:
            self._paused.setdefault(queue, self._everywhere)

    def _pause(self, queue: str | None, reason: str | None, *, paused: bool) -> None:
        if paused:
            self._reason = reason
        elif self._reason == AFTER_CALL_WORK:
            self._wrap = None  # who says that the work is done has wrapped up
        if queue is None:
            self._everywhere = paused
            self._paused = dict.fromkeys(self._paused, paused)
        else:
            self._paused[queue] = paused
            self._everywhere = self._everywhere and paused

    def _reach(self, at: Micros) -> None:
        """Let time go on; a wrap-up that ends on the way ends when it does."""
        if self._wrap is not None and self._wrap[0] <= at:
            self._at = max(self._wrap[0], self._at or 0)
            self._wrap = None
            self._judge()
        self._at = at if self._at is None else max(at, self._at)

    def _judge(self) -> None:
        now = self._state()
        if now == self._now:
            return
        if self._since != self._at:
            self._close()
        self._now, self._since = now, self._at
        last = self._spans[-1] if self._spans else None
        if last is not None and (last.state, last.reason, last.queues) == now and last.end == self._at:
            self._since = self._spans.pop().start  # what lay between took no time

    def _close(self) -> None:
        self._spans.append(self._span(self._at))

    def _span(self, end: Micros | None) -> fx.StateSpan:
        state, reason, queues = self._now
        return fx.StateSpan(
            agent=self._agent,
            interface=self._interface,
            state=state,
            reason=reason,
            queues=queues,
            start=self._since,
            end=end,
        )

    def _state(self) -> _Now:
        if self._talks:
            return AgentState.TALKING, None, ()
        if self._signed_out:
            return AgentState.OFFLINE, SIGNED_OUT, ()
        if not self._known:
            return _UNKNOWN
        queues = tuple(sorted(queue for queue, paused in self._paused.items() if paused))
        if queues or self._everywhere:
            if self._reason == AFTER_CALL_WORK and self._wrap is not None:
                return AgentState.WRAP_UP, None, (self._wrap[1],) if self._wrap[1] is not None else ()
            by_us = self._reason == CANNOT_RING
            return AgentState.SYSTEM_PAUSED if by_us else AgentState.PAUSED, self._reason, queues
        if self._wrap is not None:
            return AgentState.WRAP_UP, None, (self._wrap[1],) if self._wrap[1] is not None else ()
        return AgentState.AVAILABLE, None, ()
