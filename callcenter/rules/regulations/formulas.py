"""The four service levels, the short abandon, a call's wait, occupancy: each is defined here alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple, Protocol

from callcenter.domain.frame import SECOND, Micros
from callcenter.domain.vocabulary import AgentState, is_direct

SHORT: Micros = 5 * SECOND
"""Who gives up within this is left out of `sl-adjusted`."""

BUSY = frozenset({AgentState.TALKING, AgentState.WRAP_UP, AgentState.RINGING})
AWAY = frozenset({AgentState.OFFLINE, AgentState.PAUSED, AgentState.SYSTEM_PAUSED, AgentState.UNKNOWN})
"""Not signed in, paused by whomever, or nobody knows."""


class LevelCounts(NamedTuple):
    """What service levels are made of.

    Attributes:
        within: Answered within the threshold.
        short: Abandoned within `SHORT`.
        left_within: Abandoned within the threshold.
    """

    answered: int = 0
    abandoned: int = 0
    within: int = 0
    short: int = 0
    left_within: int = 0


class AnswerWaits(NamedTuple):
    """The waits of answered visits, of those that were seen."""

    visits: int = 0
    waited: Micros = 0

    def and_one(self, wait: Micros) -> AnswerWaits:
        """Return these and one more."""
        return AnswerWaits(self.visits + 1, self.waited + wait)

    @property
    def speed_of_answer(self) -> Fraction | None:
        """The mean wait (ASA), in seconds; None of nothing."""
        return share(self.waited, self.visits * SECOND)


class InQueue(Protocol):
    """A caller's stay in a queue."""

    @property
    def queue(self) -> str | None:
        """The queue's name, if it was seen."""

    @property
    def joined_at(self) -> Micros | None:
        """When it began, if it was seen to."""


def service_levels(counts: LevelCounts) -> dict[str, Fraction | None]:
    """Return every service level by the name of its formula; None where it is a share of nothing."""
    served = counts.answered + counts.abandoned
    return {
        "sl-offered": share(counts.within, served),
        "sl-adjusted": share(counts.within, served - counts.short),
        "sl-answered": share(counts.within, counts.answered),
        "sl-erlang": share(counts.within + counts.left_within, served),
    }


def share(part: int, whole: int) -> Fraction | None:
    """Return a part of a whole; None where the whole is nothing."""
    return Fraction(part, whole) if whole else None


def line_of(stays: Sequence[InQueue]) -> str:
    """Name the line that a caller came to: the first queue that is no single agent's own, else that one's."""
    queues = [stay.queue or "" for stay in stays]
    return next((queue for queue in queues if not is_direct(queue)), queues[0])


def wait_of_call(stays: Sequence[InQueue], left_at: Micros | None) -> Micros | None:
    """Return `wait-call`: from the first join of a way to an answer to its end, over all queues that it passes."""
    first = stays[0].joined_at
    return None if first is None or left_at is None else max(0, left_at - first)


def occupancy(lasted: Mapping[AgentState, Micros]) -> Fraction | None:
    """Return the share of talking, wrap-up and ringing in the time signed in and not paused."""
    busy = sum(micros for state, micros in lasted.items() if state in BUSY)
    return share(busy, sum(micros for state, micros in lasted.items() if state not in AWAY))
