"""What the rules remember between facts: plain structs by key, so that all can be saved; old matters are forgotten."""

from __future__ import annotations

from bisect import bisect_right
from operator import itemgetter
from typing import Literal

import msgspec

from callcenter.domain.frame import SECOND, Micros
from callcenter.domain.vocabulary import AgentState
from callcenter.rules.records.texts import Reason
from callcenter.rules.records.violation import Named, Point, Verdict
from callcenter.rules.regulations.edition import Figures

_LATE: Micros = 120 * SECOND
"""A fact may tell of something this much older than what was told before it."""

_LAG_HOLDS: Micros = 900 * SECOND
"""So long a lag that was measured makes verdicts uncertain: longer than an act waits for its verdict."""

TALKS_KEPT: Micros = 3600 * SECOND
"""A disposition later than this after a talk is of a call that is no longer known."""

_DISPOSED_KEPT: Micros = 86_400 * SECOND
_STATES = 1024
_POSTS = 256

Post = Literal["here", "away", "unseen"]
"""Whether somebody is at the post."""

HERE: Post = "here"
AWAY: Post = "away"
UNSEEN: Post = "unseen"


class Gap(msgspec.Struct, array_like=True):
    """Nothing was seen from `start` to `end`; or what was `refused` there, and nothing of it is known."""

    start: Micros | None
    end: Micros | None
    refused: bool = False


class Favour(msgspec.Struct, array_like=True):
    """Something that speaks for the agent, and what it makes of the record."""

    verdict: Verdict
    reason: Reason


class Act(msgspec.Struct, kw_only=True):
    """Something an agent did or left undone that a rule may be about; decided when nothing can change it any more.

    Attributes:
        kind: Code of the sentence, with `params` for its gaps.
        person: The floor's name; `agent` is the roster's name for whoever had the phone then.
        measured: Against `limit`; None: the whole of its time on duty.
        lost: For a phone lost: which loss.
        impact: Asks whether customers were kept out.
        lesser: What the same act was by another rule; it stands where this is not proposed and it is.
        breaks: Parts of it that do not count: the agent was at work meanwhile.
        timeline: Its moments as far as they are known, in any order.
    """

    rule: str
    kind: str
    person: str
    agent: str
    interface: str
    at: Micros | None
    start: Micros | None
    end: Micros | None
    subject: str
    frames: tuple[int, ...]
    measured: Micros | None = None
    limit: Micros | None = None
    uniqueids: tuple[str, ...] = ()
    params: dict[str, str] = {}
    favours: tuple[Favour, ...] = ()
    names: tuple[Named, ...] = ()
    lost: tuple[Micros, str] | None = None
    impact: bool = False
    lesser: Act | None = None
    breaks: tuple[tuple[Micros, Micros], ...] = ()
    timeline: tuple[Point, ...] = ()


class Pending(msgspec.Struct, array_like=True, order=True):
    """An act that can be judged from a moment on; `n` keeps the order of those of one moment."""

    due: Micros
    n: int
    act: Act


class Wait(msgspec.Struct):
    """A visit that has not been answered; `settled` when its outcome is known."""

    uniqueid: str
    queue: str | None
    n: int
    joined: Micros | None
    left: Micros | None = None
    outcome: str = ""
    settled: bool = False
    in_gap: bool = False
    frames: tuple[int, ...] = ()


class Refusal(msgspec.Struct):
    """An offer that was declined or met with busy; `act` is its own record unless a run takes it in."""

    at: Micros
    start: Micros
    act: Act
    missed: bool


class Loss(msgspec.Struct):
    """A phone was lost; `up` are the other phones that were up, with whose they are."""

    at: Micros
    person: str
    interface: str
    before: AgentState
    up: dict[str, str]
    frames: tuple[int, ...]


class Line(msgspec.Struct):
    """An own line that is taken; `work` as the floor told it last, `unseen` that nobody's company is known."""

    person: str
    interface: str
    uniqueid: str
    dialled: str
    start: Micros
    paused: bool
    frames: tuple[int, ...]
    work: tuple[tuple[Micros, Micros | None], ...] = ()
    unseen: bool = False


class Owed(msgspec.Struct):
    """A talk that is over and whose disposition has some time left; `called` is when the agent's phone was."""

    uniqueid: str
    queue: str | None
    n: int
    person: str
    interface: str
    answered: Micros | None
    ended: Micros
    frames: tuple[int, ...]
    called: Micros | None = None


class Talk(msgspec.Struct, array_like=True):
    """A talk that is over, for promises that name it."""

    ended: Micros
    frames: tuple[int, ...]


class Callback(msgspec.Struct):
    """A callback that was promised.

    Attributes:
        number: Its last digits.
        called: When it was first dialled or called in.
        key: By what numbers are compared; None: by those last digits, as older journals were judged.
        unclear: A number was dialled or called in that may be this one.
    """

    at: Micros
    by: Micros
    uniqueid: str
    agent: str
    number: str
    talk: Talk | None = None
    called: Micros | None = None
    key: str | None = None
    unclear: bool = False


class Away(msgspec.Struct):
    """Signed out, or paused without a word."""

    start: Micros
    interface: str
    state: str
    frames: tuple[int, ...] = ()


class Person(msgspec.Struct):
    """An agent as the floor names her; `posts` say since when she was there or not, and whether a phone was lost.

    `posted_by` are the frames by which each of them was seen; `came` is the last shift that she was seen coming to.
    """

    states: list[tuple[Micros, AgentState]] = []
    served: dict[str, list[list[Micros | None]]] = {}
    run: list[Refusal] = []
    loss: Loss | None = None
    off: Loss | None = None
    away: Away | None = None
    came: tuple[Micros, Micros] | None = None
    posts: list[tuple[Micros, Post, bool]] = []
    posted_by: list[tuple[int, ...]] = []

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
        """Note that she serves a queue from now on, or no longer; told again it changes nothing."""
        spans = self.served.setdefault(queue, [])
        lasts = bool(spans) and spans[-1][1] is None
        if member and not lasts:
            spans.append([at, None])
        elif lasts and not member:
            spans[-1][1] = at

    def posted(self, at: Micros, post: Post, *, lost: bool, frames: tuple[int, ...] = ()) -> None:
        """Note whether she is at her post, when that changes, and by which frames it was seen."""
        if not self.posts or self.posts[-1][1:] != (post, lost):
            self.posts.append((at, post, lost))
            self.posted_by.append(frames)
        if len(self.posts) > _POSTS:
            del self.posts[: _POSTS // 2]
            del self.posted_by[: _POSTS // 2]

    def frames_of(self, start: Micros, end: Micros) -> tuple[int, ...]:
        """Return the frames by which it was seen where she was from one moment to another, what held at first too."""
        first = max(0, bisect_right(self.posts, start, key=itemgetter(0)) - 1)
        last = bisect_right(self.posts, end, key=itemgetter(0))
        return tuple(sorted({pos for frames in self.posted_by[first:last] for pos in frames}))

    def state_before(self, at: Micros) -> AgentState:
        """Return the state that she was in just before a moment."""
        earlier = (state for since, state in reversed(self.states) if since < at)
        return next(earlier, AgentState.UNKNOWN)

    def free_since(self, at: Micros) -> Micros | None:
        """Return when she last became available before a moment, not counting the end of a ring."""
        found, after = None, None
        for since, state in reversed(self.states):
            if after is AgentState.AVAILABLE and found is not None and found < at and state is not AgentState.RINGING:
                return found
            found, after = since, state
        return found if after is AgentState.AVAILABLE and found is not None and found < at else None


class Memory(msgspec.Struct):
    """All that is remembered.

    Attributes:
        now: The latest time told.
        acts: Acts that nobody has asked about yet; `pending` ones wait for their time (a heap), `held` ones for a
            customer who still waits.
        waits: Queue → key of a visit → how it waited; `waiting` finds the key of one that lasts.
        log_since: From this on queue_log has been held against what was seen, to `log_until`; None: from its beginning,
            or (`log_until`) never.
        unregistered: Interface → when its phone was last signed off at the switch.
        owed: Talks whose disposition is due, in the order in which they were told.
        disposed: Uniqueid → when dispositions were recorded.
        talks: Uniqueid → the talk that ended last.
        callbacks: Uniqueid → callbacks promised in that call; none is due before `callbacks_due`.
        shifts_until: Shifts that ended by then have been judged.
        run_due: No run of refusals can expire before this.
    """

    now: Micros | None = None
    lag_peak: Micros = 0
    lag_at: Micros | None = None
    gaps: list[Gap] = []
    people: dict[str, Person] = {}
    phones: dict[str, bool] = {}
    owners: dict[str, str] = {}
    losses: list[Loss] = []
    unregistered: dict[str, Micros] = {}
    lines: dict[str, Line] = {}
    waits: dict[str, dict[str, Wait]] = {}
    waiting: dict[str, str] = {}
    acts: list[Act] = []
    pending: list[Pending] = []
    held: list[Act] = []
    serial: int = 0
    run_due: Micros = 0
    owed: list[Owed] = []
    disposed: dict[str, list[Micros]] = {}
    talks: dict[str, Talk] = {}
    callbacks: dict[str, list[Callback]] = {}
    callbacks_due: Micros = 0
    shifts_until: Micros = 0
    doubted: dict[str, str] = {}
    log_since: Micros | None = None
    log_until: Micros | None = None

    @property
    def lag(self) -> Micros:
        """The most that the event stream lagged of late: what was measured meanwhile is uncertain by that."""
        old = self.now is not None and self.lag_at is not None and self.now - self.lag_at > _LAG_HOLDS
        return 0 if old else self.lag_peak

    def undecided(self) -> list[Act]:
        """Return every act that has no verdict yet."""
        return [*self.acts, *(one.act for one in self.pending), *self.held]

    def uncertainty(self, figures: Figures) -> Micros:
        """Return how far any measured value may be off: as the rulebook says, or by the stream's lag."""
        return max(figures.uncertainty, self.lag)

    def person(self, name: str) -> Person:
        """Return what is remembered of a person, made if new."""
        found = self.people.get(name)
        if found is None:
            found = self.people[name] = Person()
        return found

    def open_since(self) -> Micros | None:
        """Return the earliest moment that something undecided reaches back to."""
        starts = [act.start for act in self.undecided() if act.start is not None]
        starts += [line.start for line in self.lines.values()]
        for person in self.people.values():
            starts += [refusal.start for refusal in person.run[:1]]
            starts += [loss.at for loss in (person.off, person.loss) if loss is not None]
        return min(starts, default=self.now)

    def forget(self) -> None:
        """Let go of what nothing undecided can ask for any more."""
        if self.now is not None:
            self._forget_talks(self.now)
        since = self.open_since()
        if since is None:
            return
        since -= _LATE
        self.losses = [loss for loss in self.losses if loss.at >= since]
        for waits in self.waits.values():
            for key in [k for k, w in waits.items() if w.settled and _over_before(w, since)]:
                del waits[key]

    def _forget_talks(self, now: Micros) -> None:
        """Let go of talks that no disposition can name, and of dispositions whose talk was over long ago."""
        owed = {one.uniqueid for one in self.owed}
        since = now - _DISPOSED_KEPT
        self.talks = {uid: talk for uid, talk in self.talks.items() if talk.ended + TALKS_KEPT + _LATE >= now}
        self.disposed = {uid: at for uid, at in self.disposed.items() if uid in owed or at[-1] >= since}


def _over_before(wait: Wait, since: Micros) -> bool:
    moment = wait.left if wait.left is not None else wait.joined
    return moment is None or moment < since
