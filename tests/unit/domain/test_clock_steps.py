"""A switch whose clock is set: what its times say across the step is admitted to be unknown."""

from __future__ import annotations

import pytest

from callcenter.domain import events as ev
from callcenter.domain import facts as fx
from callcenter.domain.floor import Floor
from callcenter.domain.frame import SECOND
from callcenter.domain.settings import FloorSettings
from tests.unit.domain.switch import Switch, micros


def steps(switch: Switch) -> list[tuple[float, float]]:
    """List the gaps that the clock made, in seconds from the beginning."""
    gaps = [gap for gap in switch.found(fx.GapSeen) if gap.cause == "clock"]
    return [(((gap.start or 0) - micros(0)) / SECOND, ((gap.at or 0) - micros(0)) / SECOND) for gap in gaps]


def beats(*moments: float, silence: float | None = 8) -> Switch:
    switch = Switch(silence=None if silence is None else round(silence * SECOND))
    for moment in moments:
        switch.tell(ev.Tick, moment)
    return switch


def test_clock_that_runs_leaves_no_gap() -> None:
    assert steps(beats(0, 2, 4, 6, 13.9)) == []


def test_clock_set_back_makes_the_moments_that_come_twice_a_gap() -> None:
    assert steps(beats(0, 100, 40, 42, 90, 100, 110, silence=None)) == [(40.0, 100.0)]


def test_clock_set_back_twice_is_two_gaps() -> None:
    assert steps(beats(0, 100, 40, 50, 30, silence=None)) == [(40.0, 100.0), (30.0, 50.0)]


@pytest.mark.parametrize("late", [0.001, 0.1, 0.5])
def test_frame_that_comes_a_little_late_is_no_step(late: float) -> None:
    assert steps(beats(0, 10, 10 - late, silence=None)) == []


def test_clock_set_back_by_more_than_a_frame_is_late_is_a_step() -> None:
    assert steps(beats(0, 10, 9.49, silence=None)) == [(9.49, 10.0)]


def test_clock_set_forward_between_two_heartbeats_is_a_gap() -> None:
    assert steps(beats(0, 2, 3602, 3604)) == [(2.0, 3602.0)]


def test_silence_without_heartbeats_proves_nothing_about_the_clock() -> None:
    assert steps(beats(0, 2, 3602, silence=None)) == []
    quiet = Switch(silence=8 * SECOND)
    quiet.joins(0)
    quiet.leaves(3600)
    assert steps(quiet) == []


def test_heartbeats_that_cease_are_one_gap_and_not_many() -> None:
    switch = beats(0, 2)
    switch.joins(20, "c1")
    switch.joins(60, "c2")
    switch.tell(ev.Tick, 100)
    switch.tell(ev.Tick, 120)
    assert steps(switch) == [(2.0, 20.0), (100.0, 120.0)]


def test_lost_login_is_a_gap_of_its_own_and_no_step() -> None:
    switch = beats(0, 2)
    switch.tell(ev.LinkLost, 2)
    switch.tell(ev.LinkRestored, 300, restarted=False)
    switch.tell(ev.Tick, 302)
    assert [gap.cause for gap in switch.found(fx.GapSeen)] == ["link"]


def test_clock_set_back_while_nothing_was_seen_is_a_step_beside_the_gap() -> None:
    switch = beats(0, 100, silence=None)
    switch.tell(ev.LinkLost, 100)
    switch.tell(ev.LinkRestored, 40, restarted=False)
    assert sorted(gap.cause for gap in switch.found(fx.GapSeen)) == ["clock", "link"]
    assert steps(switch) == [(40.0, 100.0)]


@pytest.mark.parametrize(
    "event",
    [
        ev.LinkLost(micros(40), 9),
        ev.DeviceSeen(micros(40), 9, "PJSIP/1001", "NOT_INUSE", answer=True),
        ev.MemberSeen(
            micros(40), 9, "support", "PJSIP/1001", "Alice", "PJSIP/1001", 1, paused=False, reason="", answer=True
        ),
    ],
)
def test_what_looks_back_or_answers_is_no_clock(event: ev.Event) -> None:
    switch = beats(0, 100, silence=None)
    assert not any(isinstance(fact, fx.GapSeen) for fact in switch.floor.apply(event))


def test_open_visit_and_offer_are_marked() -> None:
    switch = Switch()
    switch.joins(0)
    switch.calls(0)
    switch.rings(2, "a1")
    switch.tell(ev.Tick, -60)
    (visit,) = switch.floor.state.visits.values()
    assert (visit.in_gap, visit.offers[0].in_gap) == (True, True)


def test_clock_survives_being_packed() -> None:
    switch = beats(0, 100, silence=None)
    floor = Floor.restore(switch.floor.save(), FloorSettings())
    assert [type(fact) for fact in floor.apply(ev.Tick(micros(40), 3))] == [fx.GapSeen]
