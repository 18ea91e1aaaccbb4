"""Visits, and scenes of every kind, one after another, each of a caller and agents of its own lane."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import count, cycle

import msgspec

from callcenter.domain import events as ev
from callcenter.domain.floor import Floor
from tests.properties import day
from tests.properties.day import MORNING, Plan, Try
from tests.properties.scenes import KINDS, MOVES, Lane, Scene

TRIED = Try("timeout", 3_000_000, early=False, second=False)
SHAPES = (
    Plan(500_000, (TRIED,), "by_caller", 9_000_000, 2_000_000, loser=True, hold=True),
    Plan(500_000, (), "abandoned_ringing", 4_000_000, 1, loser=False, hold=False),
    Plan(500_000, (), "by_agent", 7_000_000, 3_000_000, loser=False, hold=False),
    Plan(500_000, (), "timed_out", 6_000_000, 1, loser=False, hold=False),
)


def tellings() -> Iterator[list[ev.Event]]:
    """Yield the events of one visit after another, without end."""
    lane = day.Lane(0, MORNING, "v")
    for place, plan in zip(count(), cycle(SHAPES), strict=False):
        lane.play(plan)
        yield [msgspec.structs.replace(event, pos=place) for event in lane.events]
        lane.events.clear()


def scenes() -> Iterator[list[ev.Event]]:
    """Yield the events of one scene at a switchboard after another: every kind, every way to go on, without end."""
    lane, rng = Lane(0), random.Random(0)
    for place in count():
        moves = tuple(rng.choice(MOVES) for _ in range(place % 4))
        spans = (rng.randint(1, 90) * 10**6, rng.randint(1, 90) * 10**6, rng.randint(1, 90) * 10**6)
        kind = KINDS[place % len(KINDS)]
        lane.play(Scene(kind, rng.randint(0, 2), rng.randint(1, 2), moves, spans, rng.random() < 0.5, place))
        yield [msgspec.structs.replace(event, pos=place) for event in lane.board.forget()]


def sizes(floor: Floor) -> dict[str, int]:
    """Count everything that the floor's state keeps, by field."""
    kept = {name: getattr(floor.state, name) for name in floor.state.__struct_fields__}
    return {name: len(value) for name, value in kept.items() if isinstance(value, dict | list)}
