"""A hundred thousand visits through one floor: what it holds, and what an event costs, first and last."""

from __future__ import annotations

import time
from itertools import islice

import pytest

from callcenter.domain.floor import Floor
from tests.properties.visits_without_end import sizes, tellings

pytestmark = pytest.mark.bench

VISITS = 100_000
TENTH = VISITS // 10


def test_a_floor_does_not_grow_with_visits() -> None:
    floor, visits = Floor(), tellings()
    costs, held = [], []
    for _ in range(10):
        told = list(islice(visits, TENTH))
        begin = time.process_time()
        for visit in told:
            for event in visit:
                floor.apply(event)
        costs.append((time.process_time() - begin) / sum(map(len, told)))
        held.append(len(floor.save()))

    print(f"\n{VISITS:,} visits: cost of an event, and what the floor holds")
    for tenth, (cost, size) in enumerate(zip(costs, held, strict=True), 1):
        print(f"  tenth {tenth:>2}: {cost * 1e6:6.2f} µs {size:10,} bytes saved")
    print(f"  last tenth beside the first: {costs[-1] / costs[0]:.2f} x; {sizes(floor)}")
    print(f"  a finished visit costs {(held[-1] - held[0]) / (VISITS - TENTH):.2f} bytes")
    assert held[-1] <= held[0] * 1.05
