"""What queue_log alone tells of agents: who was signed in, paused or talking, what each answered and missed.

An agent is unknown until the log first names them. A call that is connected to the agent, or rings at the phone in
vain, proves them signed in; so do a pause and its end. A restart makes everybody unknown again. That a phone
rings, or is in use for an own call, the log does not say: those states never come. A ring in vain is missed, unless it
took no time (the phone was busy, or could not be reached) or the caller's own leaving ended it; a declined one looks
the same.

Most lines give the member's name; ADDMEMBER and REMOVEMEMBER give the interface, and in old versions so do PAUSEALL and
UNPAUSEALL. The two are the same agent where the roster says so, and where a PAUSEALL is followed by the PAUSE lines
that it brings about. An interface that neither ties to a name stands as an agent of its own.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from callcenter.domain import facts as fx
from callcenter.domain.agents.directory import Directory
from callcenter.domain.frame import SECOND, Micros
from callcenter.queuelog.logged_spans import Spans
from callcenter.queuelog.logged_visit import plainly

if TYPE_CHECKING:
    from callcenter.queuelog.lines import QueueLogLine
    from callcenter.queuelog.logged_visit import LoggedVisit, RingAttempt

WrapUp = Callable[[str | None, Micros], Micros]
"""Queue → how long an agent wraps up after a talk."""

_OWN_WORDS = frozenset(
    {
        "ADDMEMBER",
        "REMOVEMEMBER",
        "PAUSE",
        "UNPAUSE",
        "PAUSEALL",
        "UNPAUSEALL",
        "AGENTLOGIN",
        "AGENTCALLBACKLOGIN",
        "AGENTLOGOFF",
        "AGENTCALLBACKLOGOFF",
    }
)
_LOGINS = frozenset({"AGENTLOGIN", "AGENTCALLBACKLOGIN"})
_FOR_ALL = {"PAUSEALL": "PAUSE", "UNPAUSEALL": "UNPAUSE"}
_INTERFACE = re.compile(r"[A-Za-z]\w*[/:].+")
_CHANNEL = re.compile(r"(.+)-[0-9a-fA-F]{8}(?:;[12])?")
_CUTTING = frozenset({"timed_out", "queue_empty", "withdrawn", "switch_down"})


class LoggedAgent(msgspec.Struct):
    """One agent as logged, at whole seconds; `interface` is None where the log gives a name alone."""

    name: str
    interface: str | None
    answered: int = 0
    missed: int = 0
    spans: tuple[fx.StateSpan, ...] = ()


class _Told(NamedTuple):
    line: QueueLogLine
    visit: LoggedVisit | None


class AgentBook:
    """The agents of one log, line by line.

    Args:
        directory: Whose each interface is at a moment.
        wrap_up: How long each queue's talks are wrapped up; the log does not say.
    """

    def __init__(self, directory: Directory, wrap_up: WrapUp) -> None:
        self._directory = directory
        self._names: dict[str, str] = {}
        self._devices: dict[str, str] = {}
        self._interfaces: dict[str, str] = {}
        self._wrap_up = wrap_up
        self._told: list[_Told] = []
        self._for_all: QueueLogLine | None = None
        self._from: Micros | None = None
        self._to: Micros | None = None

    @property
    def until(self) -> Micros | None:
        """The time of the log's latest line."""
        return self._to

    def note(self, line: QueueLogLine, visit: LoggedVisit | None) -> None:
        """Take in the next line, and the visit that it tells of."""
        self._from = line.at if self._from is None else self._from
        self._to = line.at if self._to is None else max(self._to, line.at)
        self._tie(line)
        if line.event == "QUEUESTART" or (line.agent is not None and (visit is not None or line.event in _OWN_WORDS)):
            self._told.append(_Told(line, visit))

    def name_of(self, agent: str, at: Micros | None) -> str:
        """Call an agent as the directory does at a moment, else as the log does."""
        for interface in (agent, f"Agent:{agent}", self._devices.get(agent)):
            name = None if interface is None else self._directory.at(interface, at)
            if name is not None:
                return name
        return self._names.get(agent, agent)

    def agents(self, visits: Iterable[LoggedVisit]) -> list[LoggedAgent]:
        """Return every agent that the log names, by name; once it has been read to its end."""
        spans: dict[str, Spans] = {}
        lost = self._lost()
        for line, visit in self._told:
            if line.event == "QUEUESTART":
                for known in spans.values():
                    known.restart(line.at)
            elif visit is None or not visit.doubtful:
                name = self._whose(line)
                its = spans.setdefault(name, self._spans(name))
                self._apply(its, line, visit, open_ended=id(visit) in lost)
        answered, missed = self._counts(visits)
        return [
            LoggedAgent(
                name, self._interface(name), answered[name], missed[name], (spans.get(name) or self._spans(name)).told()
            )
            for name in sorted({*spans, *answered, *missed})
        ]

    def _spans(self, name: str) -> Spans:
        return Spans(name, self._interface(name) or name, self._from)

    def _apply(self, its: Spans, line: QueueLogLine, visit: LoggedVisit | None, *, open_ended: bool) -> None:
        if visit is None:
            its.own(line.event, line.queue, line.data[0] or None, line.at)
        elif line.event == "CONNECT":
            its.connected(None if open_ended else id(visit), line.queue, line.at)
        elif line.event in {"RINGNOANSWER", "RINGCANCELED"}:
            its.tried(line.queue, line.at)
        elif visit.ended_at is not None and visit.agent == line.agent:
            its.ended(id(visit), line.queue, self._wrap_up(line.queue, line.at), line.at)

    def _lost(self) -> set[int]:
        """Find talks whose end is not in the log, though it goes on to tell of other calls of the same agent."""
        latest: dict[str, int] = {}
        lost: set[int] = set()
        for line, visit in self._told:
            if line.event == "QUEUESTART":
                latest.clear()
            elif line.event == "CONNECT" and visit is not None and not visit.doubtful:
                name = self._whose(line)
                if name in latest:
                    lost.add(latest.pop(name))
                if visit.ended_at is None:
                    latest[name] = id(visit)
        return lost

    def _counts(self, visits: Iterable[LoggedVisit]) -> tuple[Counter[str], Counter[str]]:
        answered: Counter[str] = Counter()
        missed: Counter[str] = Counter()
        for visit in map(plainly, visits):
            if visit.outcome == "answered" and visit.agent is not None:
                answered[self.name_of(visit.agent, visit.answered_at)] += 1
            missed.update(
                self.name_of(a.agent, a.at) for a in visit.attempts if a.agent is not None and _missed(a, visit)
            )
        return answered, missed

    def _whose(self, line: QueueLogLine) -> str:
        assert line.agent is not None
        device = _CHANNEL.fullmatch(line.data[0]) if line.event in _LOGINS else None
        if device:
            self._devices[line.agent] = device[1]
        return self.name_of(line.agent, line.at)

    def _interface(self, name: str) -> str | None:
        return (
            self._directory.interface_of(name)
            or self._interfaces.get(name)
            or (name if _INTERFACE.fullmatch(name) else None)
        )

    def _tie(self, line: QueueLogLine) -> None:
        """Learn from a pause in all queues, and the lines for each queue that follow it, whose interface it named."""
        before, self._for_all = self._for_all, line if line.event in _FOR_ALL else None
        if before is None or before.agent is None or line.agent is None:
            return
        follows = line.event == _FOR_ALL[before.event] and line.call_id == before.call_id
        if follows and line.at <= before.at + SECOND and _INTERFACE.fullmatch(before.agent):
            name = self.name_of(line.agent, line.at)
            self._names.setdefault(before.agent, name)
            self._interfaces.setdefault(name, before.agent)


def _missed(attempt: RingAttempt, visit: LoggedVisit) -> bool:
    if attempt.event != "RINGNOANSWER" or attempt.ring == 0:
        return False
    return not (visit.outcome in _CUTTING and visit.left_at == attempt.at)
