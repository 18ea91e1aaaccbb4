"""Since when each agent was at the post or not, as shifts and reliefs ask it."""

from __future__ import annotations

from bisect import bisect_right
from operator import itemgetter
from typing import Literal

import msgspec

from callcenter.domain import facts as fx
from callcenter.domain.frame import Micros
from callcenter.domain.vocabulary import PHONE_LOST, AgentState
from callcenter.staff.duty import Stretch

_POSTS = 256

Post = Literal["here", "away", "unseen"]
"""Whether somebody is at the post."""

HERE: Post = "here"
AWAY: Post = "away"
UNSEEN: Post = "unseen"


class Attendance(msgspec.Struct):
    """One agent: `posts` say since when at the post or not, and whether a phone was lost.

    `posted_by` are the frames by which each of them was seen; `came` is the last shift that was seen to be come to.
    """

    came: Stretch | None = None
    posts: list[tuple[Micros, Post, bool]] = []
    posted_by: list[tuple[int, ...]] = []

    def posted(self, fact: fx.AgentStateChanged, at: Micros) -> Post:
        """Note whether the agent is at the post, when that changes, and by which frames it was seen; return it."""
        post, lost = _post(fact.state), fact.reason == PHONE_LOST
        if not self.posts or self.posts[-1][1:] != (post, lost):
            self.posts.append((at, post, lost))
            self.posted_by.append(fact.frames)
        if len(self.posts) > _POSTS:
            del self.posts[: _POSTS // 2]
            del self.posted_by[: _POSTS // 2]
        return post

    def frames_of(self, start: Micros, end: Micros) -> tuple[int, ...]:
        """Return the frames by which attendance was seen from one moment to another, what held at first too."""
        first = max(0, bisect_right(self.posts, start, key=itemgetter(0)) - 1)
        last = bisect_right(self.posts, end, key=itemgetter(0))
        return tuple(sorted({pos for frames in self.posted_by[first:last] for pos in frames}))

    def came_at(self, start: Micros, end: Micros) -> tuple[Micros | None, bool] | None:
        """Return when an agent who was not there at the beginning came (None: never), and whether a phone was lost."""
        before = [post for post in self.posts if post[0] <= start][-1:]
        if not before or before[0][1] != AWAY:
            return None
        lost = before[0][2]
        for at, post, by_loss in self.posts:
            if not start < at < end:
                continue
            if post != AWAY:
                return (at, lost) if post == HERE else None
            lost = lost or by_loss
        return None, lost

    def left_at(self, start: Micros, end: Micros) -> tuple[Micros, bool] | None:
        """Return when an agent who was not there at the end left, and whether a phone was lost."""
        lost, left = False, None
        for at, post, by_loss in reversed([post for post in self.posts if post[0] < end]):
            if post != AWAY:
                return None if post != HERE or left is None or left <= start else (left, lost)
            lost, left = lost or by_loss, at
        return None


class AttendanceMemory(msgspec.Struct):
    """Attendance by the floor's name; shifts that ended by `judged_until` have been judged."""

    agents: dict[str, Attendance] = {}
    judged_until: Micros = 0

    def agent(self, known_as: str) -> Attendance:
        """Return what is remembered of an agent, made if new."""
        found = self.agents.get(known_as)
        if found is None:
            found = self.agents[known_as] = Attendance()
        return found


def _post(state: AgentState) -> Post:
    if state is AgentState.UNKNOWN:
        return UNSEEN
    return AWAY if state is AgentState.OFFLINE else HERE
