"""What two threads of the switch tell at one moment comes in any order; the floor makes the same of it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import pairwise, zip_longest

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.domain import company as co
from callcenter.domain import events as ev
from tests.properties.naive import NaiveVisit, read
from tests.properties.naive_talks import talks
from tests.properties.recorded import RECORDED, recorded
from tests.properties.test_floor_second_reading import by_the_floor, ordered, same, talks_by_the_floor

MOMENT = 3_000
"""Two threads' words for one thing were seen to be up to so many microseconds apart."""

FREE: list[set[type]] = [
    {ev.MemberCompleted, co.BridgeLeft},
    {ev.MemberCompleted, co.BridgeEntered},
    {ev.MemberCompleted, ev.BlindTransferred},
    {ev.MemberCompleted, co.Parked},
    {ev.BlindTransferred, co.BridgeLeft},
    {ev.BlindTransferred, co.Parked},
    {ev.AttendedTransferred, co.BridgeLeft},
    {co.Parked, co.BridgeLeft},
    {co.Parked, co.BridgeEntered},
    {co.ParkEnded, co.BridgeLeft},
]
MOVED = ("attended", "blind", "conference", "fpbx", "local", "park", "pick", "three")
LOGINS = [login for login in RECORDED if login.startswith(MOVED) and login.endswith("/board")]


def shuffled(events: Sequence[ev.Event], rng: random.Random) -> list[ev.Event]:
    """Let neighbours that two threads told change places, each time being told when the other was."""
    told = list(events)
    for place, (one, other) in enumerate(pairwise(events)):
        free = {type(one), type(other)} in FREE and one.at is not None and other.at is not None
        if free and told[place] is one and (other.at or 0) - (one.at or 0) < MOMENT and rng.random() < 1 / 2:
            told[place] = msgspec.structs.replace(other, at=one.at)
            told[place + 1] = msgspec.structs.replace(one, at=other.at)
    return told


def gist(visit: NaiveVisit) -> NaiveVisit:
    """Leave out the moment of a transfer, which is that of whichever word came first."""
    return msgspec.structs.replace(visit, ended_at=None)


@pytest.mark.parametrize("login", LOGINS)
@settings(max_examples=25)
@given(rng=st.randoms(use_true_random=False))
def test_words_of_two_threads_in_another_order_tell_the_same_story(login: str, rng: random.Random) -> None:
    events = shuffled(recorded(login), rng)

    visits = list(map(gist, ordered(by_the_floor(events)))), list(map(gist, ordered(read(events))))
    heard = zip_longest(talks_by_the_floor(events), talks(events))

    assert visits[0] == visits[1]
    assert [pair for pair in heard if not same(*pair)] == []
