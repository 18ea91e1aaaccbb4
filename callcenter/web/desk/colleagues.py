"""To whom an agent can hand a call on: colleagues and queues, what they do now, and where they are reached."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from callcenter.cases.routing import number_of_phone
from callcenter.domain.floor import Floor
from callcenter.domain.vocabulary import AgentState, is_direct


class Colleague(NamedTuple):
    """Another agent who is signed in; `number` None: there is none at which they are reached."""

    agent: str
    state: AgentState
    queues: tuple[str, ...]
    number: str | None


class QueueToDial(NamedTuple):
    """A queue that somebody serves, or that the site has a number for; `ready` agents can be called there now."""

    queue: str
    number: str | None
    waiting: int
    ready: int


def colleagues_of(agent: str, floor: Floor) -> list[Colleague]:
    """List everybody else who is signed in, by name; nothing of why they are away."""
    found = []
    for person in floor.state.people.values():
        queues = tuple(sorted(queue for queue, members in person.queues.items() if members and not is_direct(queue)))
        if person.name != agent and queues:
            found.append(Colleague(person.name, person.state, queues, number_of_phone(person.interface)))
    return sorted(found)


def queues_to_dial(numbers: Mapping[str, str], floor: Floor) -> list[QueueToDial]:
    """List the queues, by name."""
    waiting, people = floor.waiting(), floor.state.people.values()
    served = {queue for person in people for queue, members in person.queues.items() if members}
    ready = [person for person in people if person.state is AgentState.AVAILABLE]
    return [
        QueueToDial(
            queue,
            numbers.get(queue),
            len(waiting.get(queue, ())),
            sum(bool(person.queues.get(queue)) for person in ready),
        )
        for queue in sorted(served | numbers.keys())
        if not is_direct(queue)
    ]
