"""What is over is forgotten: a floor holds what is going on, and ten minutes of names."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator
from itertools import islice

import pytest

from callcenter.domain import events as ev
from callcenter.domain.floor import Floor
from tests.properties.visits_without_end import scenes, sizes, tellings

VISITS = 10_000
SCENES = 2_500
"""Each has several visits and talks."""


@pytest.mark.parametrize(("endless", "how_many", "slack"), [(tellings, VISITS, 8), (scenes, SCENES, 30)])
def test_a_floor_holds_no_more_after_ten_thousand_visits_than_after_one_thousand(
    endless: Callable[[], Iterator[list[ev.Event]]], how_many: int, slack: int
) -> None:
    floor = Floor()
    visits = endless()
    for event in (event for visit in islice(visits, how_many // 10) for event in visit):
        floor.apply(event)
    early, saved = sizes(floor), len(floor.save())
    for event in (event for visit in islice(visits, how_many - how_many // 10) for event in visit):
        floor.apply(event)

    late = sizes(floor)
    assert {name: size for name, size in late.items() if size > early[name] + slack} == {}
    assert len(floor.save()) < saved * 1.1 + slack * 60


def test_a_visit_that_is_over_leaves_nothing_behind() -> None:
    floor, visits = Floor(), tellings()

    def told(count: int) -> int:
        """Play so many visits; returns the bytes in use afterwards."""
        for event in (event for visit in islice(visits, count) for event in visit):
            floor.apply(event)
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    early, late = told(2000), told(2000)
    tracemalloc.stop()

    assert late - early < 2000 * 50
