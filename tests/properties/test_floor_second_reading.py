"""The floor and a naive reading by hindsight come to the same rings, outcomes and talks."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

import msgspec
import pytest
from hypothesis import given

from callcenter.domain import events as ev
from callcenter.domain import facts as fx
from callcenter.domain.floor import Floor
from callcenter.domain.frame import SECOND
from callcenter.domain.rings import rings_begun
from tests.properties.day import days
from tests.properties.naive import NaiveOffer, NaiveVisit, read
from tests.properties.naive_talks import NaiveTalk, talks
from tests.properties.recorded import RECORDED, recorded

WITHIN = SECOND // 100
"""How far the two may differ about a talk: a channel's word and its bridge's are told by two threads."""


def calls(events: Sequence[ev.Event]) -> list[fx.Call]:
    floor = Floor()
    facts = [fact for event in events for fact in floor.apply(event)] + floor.finish()
    return [fact.call for fact in facts if isinstance(fact, fx.CallEnded)]


def by_the_floor(events: Sequence[ev.Event]) -> list[NaiveVisit]:
    return [_visit(visit) for call in calls(events) for visit in call.visits]


def talks_by_the_floor(events: Sequence[ev.Event]) -> list[NaiveTalk]:
    told = [_talk(talk) for call in calls(events) for talk in call.talks]
    return sorted(told, key=lambda talk: (talk.start or 0, talk.agent))


def _talk(talk: fx.Talk) -> NaiveTalk:
    ended_by = None if talk.ended_by is None else talk.ended_by.value
    return NaiveTalk(talk.agent, talk.interface, talk.how.value, talk.start, talk.end, ended_by)


def same(one: NaiveTalk | None, other: NaiveTalk | None) -> bool:
    """Tell whether two accounts are of the same talk, to within what two threads may differ."""
    if one is None or other is None:
        return False
    times = ((one.start, other.start), (one.end, other.end))
    plain = [msgspec.structs.replace(talk, start=None, end=None) for talk in (one, other)]
    return plain[0] == plain[1] and all(
        a == b or (a is not None and b is not None and abs(a - b) <= WITHIN) for a, b in times
    )


def _visit(visit: fx.Visit) -> NaiveVisit:
    return NaiveVisit(
        visit.uniqueid,
        visit.queue,
        visit.joined_at,
        visit.left_at,
        visit.outcome.value,
        visit.agent,
        visit.answered_at,
        visit.ended_at,
        None if visit.ended_by is None else visit.ended_by.value,
        visit.transferred,
        tuple(map(_offer, visit.offers)),
    )


def _offer(offer: fx.Offer) -> NaiveOffer:
    rings = None if offer.ringing is None else rings_begun(offer.ringing, 5 * SECOND)
    return NaiveOffer(offer.interface, offer.rang_at, offer.ended_at, rings, offer.outcome.value)


def ordered(visits: list[NaiveVisit]) -> list[NaiveVisit]:
    return sorted(visits, key=lambda visit: (visit.uid, visit.joined_at or 0))


@pytest.mark.parametrize("login", RECORDED)
def test_both_readings_of_a_recorded_login_agree(login: str) -> None:
    events = recorded(login)

    told, true = ordered(by_the_floor(events)), ordered(read(events))

    assert [pair for pair in zip_longest(told, true) if pair[0] != pair[1]] == []


@pytest.mark.parametrize("login", RECORDED)
def test_both_readings_of_a_recorded_login_hear_the_same_talks(login: str) -> None:
    events = recorded(login)

    told, true = talks_by_the_floor(events), talks(events)

    assert [pair for pair in zip_longest(told, true) if not same(*pair)] == []


@given(days())
def test_both_readings_of_an_honest_day_agree(events: list[ev.Event]) -> None:
    told, true = ordered(by_the_floor(events)), ordered(read(events))

    assert [pair for pair in zip_longest(told, true) if pair[0] != pair[1]] == []
