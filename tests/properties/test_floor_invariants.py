"""Whatever is cut, dropped, doubled, late or unseen: nothing raises, nothing is told twice, nothing is lost."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from itertools import groupby, pairwise

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from callcenter.domain import company as co
from callcenter.domain import events as ev
from callcenter.domain import facts as fx
from callcenter.domain.floor import Floor
from callcenter.domain.settings import FloorSettings
from callcenter.domain.vocabulary import OfferOutcome, VisitOutcome
from tests.properties.day import SECOND, days, numbered
from tests.properties.recorded import RECORDED, recorded
from tests.properties.scenes import boards

SETTINGS = FloorSettings(wrap_up={"support": 3 * SECOND}, permitted=("1249", "_10XX"), blocked_after=2 * SECOND)
HARMS = ("cut", "drop", "double", "spoil", "late", "gap", "everything")


class Damage:
    """What a network, a switch under load and a late start do to a stream of events."""

    def __init__(self, kind: str, seed: int) -> None:
        self._kind = kind
        self._rng = random.Random(seed)

    def done_to(self, events: Sequence[ev.Event]) -> list[ev.Event]:
        rng, kept = self._rng, list(events)
        if self._is("cut"):
            start = rng.randint(0, len(kept))
            kept = kept[start : rng.randint(start, len(kept))]
        if self._is("drop"):
            kept = [event for event in kept if rng.random() > rng.choice((0.02, 0.2))]
        if self._is("double"):
            kept = [event for one in kept for event in [one] * (2 if rng.random() < 0.1 else 1)]
        if self._is("spoil"):
            kept = [self._spoilt(event) if rng.random() < 0.1 else event for event in kept]
        if self._is("late"):
            kept = self._late(kept)
        return numbered(self._with_gaps(kept) if self._is("gap") else kept)

    def _is(self, kind: str) -> bool:
        return self._kind in {kind, "everything"}

    def _late(self, events: list[ev.Event]) -> list[ev.Event]:
        """Let frames come up to three places late, but none of a login that ended in the one after it."""
        kept: list[ev.Event] = []
        for between, login in groupby(events, lambda event: isinstance(event, ev.LinkLost | ev.LinkRestored)):
            heard = list(login)
            kept += heard if between else self._shuffled(heard)
        return kept

    def _shuffled(self, events: list[ev.Event]) -> list[ev.Event]:
        places = [place + (self._rng.randint(1, 3) if self._rng.random() < 0.15 else 0) for place in range(len(events))]
        return [event for _, event in sorted(zip(places, events, strict=True), key=lambda pair: pair[0])]

    def _spoilt(self, event: ev.Event) -> ev.Event:
        """Make a frame that cannot be believed of one; what it names may be true, forged or nothing."""
        named = [getattr(event, field, None) or "" for field in ("uid", "name", "queue", "interface")]
        uids, names, queues, members = ((word,) if word and self._rng.random() < 0.7 else () for word in named)
        if isinstance(event, ev.LinkLost | ev.LinkRestored | ev.SwitchStopping | ev.Resynced):
            return event
        return ev.FrameRefused(event.at, event.pos, uids, names, queues, members, alone=self._rng.random() < 0.5)

    def _with_gaps(self, events: list[ev.Event]) -> list[ev.Event]:
        for _ in range(self._rng.randint(1, 3)):
            start = self._rng.randint(0, len(events))
            end = self._rng.randint(start, len(events))
            before = events[start - 1].at if start else None
            after = events[end].at if end < len(events) else None
            gap: list[ev.Event] = [ev.LinkLost(before, 0), ev.LinkRestored(after, 0, restarted=False)]
            events = [*events[:start], *gap, *events[end:]]
        return events


damages = st.builds(Damage, st.sampled_from(HARMS), st.integers(0, 2**32))
streams = st.sampled_from(RECORDED).map(recorded) | days() | boards


def told(events: Sequence[ev.Event]) -> tuple[Floor, list[fx.Fact]]:
    floor = Floor(SETTINGS)
    facts = [fact for event in events for fact in floor.apply(event)]
    return floor, facts + floor.finish()


def visits(facts: list[fx.Fact]) -> list[fx.Visit]:
    return [fact.visit for fact in facts if isinstance(fact, fx.VisitEnded)]


@given(streams, damages)
def test_joins_are_visits_told_in_each_queue(events: Sequence[ev.Event], damage: Damage) -> None:
    _, facts = told(damage.done_to(events))
    joined = Counter(fact.queue for fact in facts if isinstance(fact, fx.VisitJoined))
    ended = Counter(visit.queue for visit in visits(facts) if visit.outcome is not VisitOutcome.REFUSED)

    assert joined == ended


@given(streams, damages)
def test_each_visit_ends_once_and_in_one_call(events: Sequence[ev.Event], damage: Damage) -> None:
    _, facts = told(damage.done_to(events))
    calls = [fact.call for fact in facts if isinstance(fact, fx.CallEnded)]
    in_calls = [visit for call in calls for visit in call.visits]

    stays = Counter((visit.call, visit.uniqueid, visit.queue, visit.n) for visit in in_calls)
    assert stays == Counter((visit.call, visit.uniqueid, visit.queue, visit.n) for visit in visits(facts))
    assert set(stays.values()) <= {1}
    assert all(visit.call == call.call for call in calls for visit in call.visits)
    assert len({call.call for call in calls}) == len(calls)


@given(streams, damages)
def test_a_channel_is_in_one_call_only(events: Sequence[ev.Event], damage: Damage) -> None:
    _, facts = told(damage.done_to(events))
    of_channel: dict[str, set[str]] = {}
    for visit in visits(facts):
        of_channel.setdefault(visit.uniqueid, set()).add(visit.call)

    assert [calls for calls in of_channel.values() if len(calls) > 1] == []


@given(streams, damages)
def test_each_offer_ends_exactly_once(events: Sequence[ev.Event], damage: Damage) -> None:
    _, facts = told(damage.done_to(events))
    ended = [fact.offer for fact in facts if isinstance(fact, fx.OfferEnded)]
    shown = [offer for visit in visits(facts) for offer in visit.offers]

    assert Counter(_key(offer) for offer in ended) == Counter(_key(offer) for offer in shown)


def _key(offer: fx.Offer) -> tuple[str, int | None, str, tuple[int, ...]]:
    return offer.interface, offer.offered_at, offer.outcome.value, offer.frames[:1]


@given(streams, damages)
def test_at_most_one_offer_of_a_visit_is_answered_and_then_the_visit_is(
    events: Sequence[ev.Event], damage: Damage
) -> None:
    _, facts = told(damage.done_to(events))
    picked_up = any(isinstance(event, co.PickedUp) for event in events)
    for visit in visits(facts):
        answered = [offer.agent for offer in visit.offers if offer.outcome is OfferOutcome.ANSWERED]
        elsewhere = any(offer.outcome is OfferOutcome.ANSWERED_ELSEWHERE for offer in visit.offers)
        by = [visit.agent] if visit.outcome is VisitOutcome.ANSWERED else []
        # who picked up another's phone, or was rung behind a Local member of another's, had no offer
        assert answered == by or (answered == [] and (picked_up or elsewhere))


@given(streams, damages)
def test_no_span_of_time_is_negative(events: Sequence[ev.Event], damage: Damage) -> None:
    _, facts = told(damage.done_to(events))
    for visit in visits(facts):
        assert min(visit.wait or 0, visit.talk or 0, visit.hold or 0, *(o.ringing or 0 for o in visit.offers), 0) == 0


@given(streams, damages)
def test_an_agents_spans_follow_each_other_without_a_hole(events: Sequence[ev.Event], damage: Damage) -> None:
    floor, facts = told(damage.done_to(events))
    ended = [fact.ended for fact in facts if isinstance(fact, fx.AgentStateChanged) and fact.ended is not None]

    for last in floor.open_spans():
        mine = [*(span for span in ended if span.agent == last.agent), last]
        assert all(before.end == after.start for before, after in pairwise(mine))
        assert all(s.start <= s.end for s in mine if s.start is not None and s.end is not None)
        assert all(span.end is not None or span.start is None for span in mine[:-1])


@given(streams, damages)
def test_the_same_events_twice_give_the_same_state_and_facts(events: Sequence[ev.Event], damage: Damage) -> None:
    damaged = damage.done_to(events)
    (one, facts), (other, again) = told(damaged), told(damaged)

    assert facts == again
    assert one.state.digest() == other.state.digest()


@given(streams, damages, st.floats(0, 1))
def test_a_floor_saved_and_restored_half_way_goes_on_as_if_nothing_had_been(
    events: Sequence[ev.Event], damage: Damage, share: float
) -> None:
    damaged = damage.done_to(events)
    middle = int(len(damaged) * share)
    floor, facts = told(damaged)

    early = Floor(SETTINGS)
    first = [fact for event in damaged[:middle] for fact in early.apply(event)]
    late = Floor.restore(early.save(), SETTINGS)
    assert late.state.digest() == early.state.digest()
    second = [fact for event in damaged[middle:] for fact in late.apply(event)]

    assert first + second + late.finish() == facts
    assert late.state.digest() == floor.state.digest()


@given(streams, damages)
def test_nothing_is_left_open_when_the_input_is_over(events: Sequence[ev.Event], damage: Damage) -> None:
    floor, _ = told(damage.done_to(events))

    assert (floor.state.visits, floor.state.calls, floor.waiting()) == ({}, {}, {})


@given(st.sampled_from(RECORDED))
def test_uniqueids_used_again_after_a_restart_are_other_calls(login: str) -> None:
    first = recorded(login)
    later = (first[-1].at or 0) - (first[0].at or 0) + 3600 * SECOND
    again = [msgspec.structs.replace(e, at=None if e.at is None else e.at + later) for e in first]
    restart: list[ev.Event] = [ev.LinkLost(first[-1].at, 0), ev.LinkRestored(again[0].at, 0, restarted=True)]
    _, facts = told(numbered([*first, *restart, *again]))
    _, once = told(numbered(list(first)))

    told_twice = [_plain(visit) for visit in visits(facts)]
    assert sorted(told_twice) == sorted([_plain(visit) for visit in visits(once)] * 2)


def _plain(visit: fx.Visit) -> tuple[str, str, int, str, list[tuple[str, str, int]]]:
    offers = [(offer.agent, offer.outcome.value, offer.ringing or 0) for offer in visit.offers]
    return visit.uniqueid, visit.queue or "", visit.n, visit.outcome.value, offers
