"""What a wall's queues come to together: people are counted once, whatever they serve."""

from __future__ import annotations

import msgspec
import pytest

from callcenter.exporter.live import AgentNow, QueueNow
from callcenter.exporter.wall import queues_now
from tests.unit.reports.test_board import AGENT, QUEUE, document


def queue(name: str) -> QueueNow:
    return msgspec.structs.replace(QUEUE, queue=name, ready=1, signed_in=2)


def agent(name: str, state: str, *queues: str) -> AgentNow:
    return msgspec.structs.replace(AGENT, agent=name, state=state, queues=queues)


@pytest.mark.parametrize(("names", "ready", "signed_in"), [((), 1, 2), (("sales",), 1, 2), (("returns",), 1, 1)])
def test_who_serves_several_queues_is_one_of_those_signed_in(
    names: tuple[str, ...], ready: int, signed_in: int
) -> None:
    people = (
        agent("Alice", "available", "sales", "returns"),
        agent("Bob", "paused", "sales"),
        agent("Carol", "offline"),
    )
    now = queues_now(document(queues=(queue("sales"), queue("returns")), agents=people), None, names)
    assert (now["ready"], now["signed_in"]) == (ready, signed_in)
