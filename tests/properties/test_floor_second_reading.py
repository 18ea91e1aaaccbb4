"""The floor and a naive reading by hindsight come to the same rings and outcomes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

import pytest
from hypothesis import given

from callcenter.domain import events as ev
from callcenter.domain import facts as fx
from callcenter.domain.floor import Floor
from callcenter.domain.frame import SECOND
from callcenter.domain.rings import rings_begun
from tests.properties.day import days
from tests.properties.naive import NaiveOffer, NaiveVisit, read
from tests.properties.recorded import RECORDED, recorded


def by_the_floor(events: Sequence[ev.Event]) -> list[NaiveVisit]:
    floor = Floor()
    facts = [fact for event in events for fact in floor.apply(event)] + floor.finish()
    return [_visit(visit) for fact in facts if isinstance(fact, fx.CallEnded) for visit in fact.call.visits]


def _visit(visit: fx.Visit) -> NaiveVisit:
    return NaiveVisit(
        visit.uniqueid, visit.queue, visit.joined_at, visit.left_at, visit.outcome.value,
        visit.agent, visit.answered_at, visit.ended_at,
        None if visit.ended_by is None else visit.ended_by.value, visit.transferred,
        tuple(map(_offer, visit.offers)),
    )  # fmt: skip


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


@given(days())
def test_both_readings_of_an_honest_day_agree(events: list[ev.Event]) -> None:
    told, true = ordered(by_the_floor(events)), ordered(read(events))

    assert [pair for pair in zip_longest(told, true) if pair[0] != pair[1]] == []
