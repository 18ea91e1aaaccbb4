"""What people are shown of an agent's state: live, where the record admits each moment that was not seen as one.

To the record a gap ends a state, and another begins after it. On a screen a pause that is there before and after a gap
is one pause: its time goes on. A phone that was lost ends readiness, but not a pause, which is the queues'.
"""

from __future__ import annotations

from callcenter.domain.frame import SECOND, Micros
from callcenter.domain.state import Agent, Doing
from callcenter.domain.vocabulary import PAUSES, PHONE_LOST, SIGNED_OUT, AgentState

_LONGEST_UNSEEN: Micros = 300 * SECOND
"""After a longer gap somebody may have worked in it: what they do then has begun then."""

OUT = Doing(AgentState.OFFLINE, SIGNED_OUT, None)
"""Somebody who is in no queue, and was not seen to leave the last one."""


def shown(person: Agent) -> Doing:
    """Return what people see: whom no queue has is signed out, whatever is known of the phone."""
    if not person.queues and _hidden(person.state, person.reason):
        return OUT
    return Doing(person.state, person.reason, person.shown_since)


def begun(person: Agent, state: AgentState, reason: str | None, at: Micros | None) -> Micros | None:
    """Return since when an agent who comes into a state is in it, to people; what is interrupted is kept."""
    before = None if _long_unseen(person, at) else person.interrupted
    if not _hidden(person.state, person.reason):
        before = Doing(person.state, person.reason, person.shown_since)
    if _hidden(state, reason):
        lost = state is AgentState.OFFLINE
        person.interrupted = None if lost and before is not None and before.state not in PAUSES else before
        return at
    person.interrupted = None
    goes_on = before is not None and (before.state, before.reason) == (state, reason)
    return before.since if before is not None and goes_on else at


def _long_unseen(person: Agent, at: Micros | None) -> bool:
    """Tell whether so long a time unseen ends that nobody can say that what was before it went on."""
    if person.state is not AgentState.UNKNOWN or at is None or person.since is None:
        return False
    return at - person.since > _LONGEST_UNSEEN


def _hidden(state: AgentState, reason: str | None) -> bool:
    """Tell whether what an agent does is hidden: nobody sees it, or the phone is lost."""
    return state is AgentState.UNKNOWN or (state is AgentState.OFFLINE and reason == PHONE_LOST)
