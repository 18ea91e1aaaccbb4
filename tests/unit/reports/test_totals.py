"""What agents talked counts for who really talked, beside the queues' figures and never inside them."""

from __future__ import annotations

from typing import Any

import pytest

from callcenter.domain import facts as fx
from callcenter.domain.frame import SECOND
from callcenter.domain.vocabulary import EndedBy, How
from callcenter.reports.replay.totals import Totals
from tests.unit.rules.detection.story import packaged


def talk(agent: str, how: How, start: float | None, end: float | None) -> fx.Talk:
    moments = (None if at is None else round(at * SECOND) for at in (start, end))
    return fx.Talk(
        call="c",
        uniqueid="c",
        agent=agent,
        interface="PJSIP/1",
        how=how,
        queue=None,
        start=next(moments),
        end=next(moments),
        ended_by=EndedBy.CALLER,
        in_gap=False,
        frames=(),
    )


def shown(*talks: fx.Talk) -> dict[str, Any]:
    totals = Totals(packaged().figures)
    for one in talks:
        totals.talk(one)
    return totals.shape()


def test_each_talk_is_theirs_who_talked_by_how_it_came_about() -> None:
    agents = shown(
        talk("Alice", How.QUEUE, 10, 14.5),
        talk("Bob", How.TRANSFER, 15, 45),
        talk("Bob", How.TRANSFER, 50, 51),
        talk("Bob", How.PARK, 60, 62),
    )["agents"]

    assert (agents["Alice"]["talks"], agents["Alice"]["talk_seconds"]["queue"]) == (1, 4.5)
    assert agents["Bob"]["talks"] == 3
    assert agents["Bob"]["talk_seconds"] == {how.value: 0.0 for how in How} | {"transfer": 31.0, "park": 2.0}


def test_who_only_talked_answered_and_missed_nothing() -> None:
    bob = shown(talk("Bob", How.PICKUP, 15, 45))["agents"]["Bob"]

    assert (bob["answered"], bob["missed"], sum(bob["offers"].values())) == (0, 0, 0)


@pytest.mark.parametrize(("start", "end"), [(10, None), (None, 20)])
def test_talk_without_both_of_its_times_counts_and_adds_none(start: float | None, end: float | None) -> None:
    alice = shown(talk("Alice", How.DIRECT, start, end))["agents"]["Alice"]

    assert (alice["talks"], alice["talk_seconds"]["direct"]) == (1, 0.0)


def test_talks_add_nothing_to_a_queue() -> None:
    assert shown(talk("Alice", How.QUEUE, 10, 14))["queues"] == {}
