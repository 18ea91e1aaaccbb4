"""Clocks that are changed: by law twice a year, and by somebody's hand."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from callcenter.domain.frame import SECOND
from callcenter.domain.vocabulary import AgentState
from callcenter.rules.detection.judge import Judge
from callcenter.rules.records.violation import Verdict
from callcenter.staff.dates import micros_of
from callcenter.staff.roster import roster_of
from tests.unit.domain.switch import Switch
from tests.unit.rules.detection.story import EPOCH, Story, micros, packaged, roster

OUT = "signed out"
SPRING, AUTUMN = ("2026-03-28", "2026-03-29"), ("2026-10-24", "2026-10-25")


def night(days: tuple[str, str], *changes: tuple[str, str]) -> list[tuple[str, float | None]]:
    """Alice's shift is from ten at night to six in the morning, in Berlin, while the clocks are changed."""
    evening, morning = days
    on = roster_of(
        {
            "timezone": "Europe/Berlin",
            "agents": [{"agent": "Alice", "interface": "PJSIP/1001"}],
            "shifts": [{"agent": "Alice", "from": f"{evening}T22:00", "to": f"{morning}T06:00"}],
        }
    )
    story = Story(on=on)
    for moment, what in changes:
        state = AgentState.OFFLINE if what == OUT else AgentState.AVAILABLE
        story.state(local(moment, days), state=state, reason=OUT if what == OUT else None)
    records = story.records(local("+12:00", days))
    return [(record.rule, record.measured) for record in records if record.verdict is Verdict.PROPOSED]


def local(moment: str, days: tuple[str, str]) -> float:
    """Turn a time of the evening, or (+) of the morning after, into the story's seconds."""
    day = days[1] if moment.startswith("+") else days[0]
    aware = datetime.fromisoformat(f"{day}T{moment.lstrip('+')}").replace(tzinfo=ZoneInfo("Europe/Berlin"))
    return (micros_of(aware) - EPOCH) / SECOND


@pytest.mark.parametrize("days", [SPRING, AUTUMN])
def test_whoever_works_through_the_night_in_which_clocks_change_did_nothing(days: tuple[str, str]) -> None:
    assert night(days, ("21:50", "in"), ("+06:00", OUT)) == []


@pytest.mark.parametrize("days", [SPRING, AUTUMN])
def test_hour_that_is_left_is_an_hour_when_clocks_change_before_it(days: tuple[str, str]) -> None:
    assert night(days, ("21:50", "in"), ("+05:00", OUT)) == [("V-EARLY", 3600.0)]


@pytest.mark.parametrize("days", [SPRING, AUTUMN])
def test_whoever_comes_late_in_the_evening_is_as_late_as_ever(days: tuple[str, str]) -> None:
    assert night(days, ("21:00", OUT), ("22:10", "in"), ("+06:00", OUT)) == [("V-LATE", 600.0)]


@pytest.mark.parametrize(("days", "hours"), [(SPRING, 7), (AUTUMN, 9)])
def test_night_is_as_long_as_it_was(days: tuple[str, str], hours: int) -> None:
    assert night(days, ("21:00", OUT)) == [("V-ABSENT", hours * 3600.0)]


# steps of the switch's clock


def rung(*, picked_up: float, silence: float | None = 8) -> Switch:
    """Alice's phone rings from 200 on, with a heartbeat just after; she answers when the clock shows `picked_up`."""
    switch = Switch(silence=None if silence is None else round(silence * SECOND))
    switch.member(190)
    switch.joins(200)
    switch.calls(200)
    switch.rings(200, "a1")
    switch.ticks(202)
    switch.ticks(picked_up - 1)
    switch.picks_up(picked_up, "a1")
    switch.leaves(picked_up)
    switch.connects(picked_up)
    return switch


def late_answer(switch: Switch) -> tuple[float | None, Verdict, str | None]:
    judge = Judge(packaged(), roster())
    for fact in switch.over().facts:
        judge.see(fact)
    (record,) = [record for record in judge.finish(micros(5000)) if record.rule == "V-LATE-ANSWER"]
    return record.measured, record.verdict, None if record.reason is None else record.reason.code


def test_ring_that_is_long_by_a_clock_that_runs_is_late() -> None:
    assert late_answer(rung(picked_up=220, silence=None)) == (20.0, Verdict.PROPOSED, None)


def test_ring_across_a_clock_set_forward_is_undetermined() -> None:
    assert late_answer(rung(picked_up=3803)) == (3603.0, Verdict.UNDETERMINED, "gap")


@pytest.mark.parametrize("back_to", [150.0, 210.0, 219.4])
def test_ring_that_a_clock_set_back_may_have_lengthened_is_undetermined(back_to: float) -> None:
    switch = rung(picked_up=220, silence=None)
    switch.ticks(back_to)
    assert late_answer(switch) == (20.0, Verdict.UNDETERMINED, "gap")


def test_ring_long_before_a_clock_set_back_is_what_it_was() -> None:
    switch = rung(picked_up=220, silence=None)
    switch.ticks(1000)
    switch.ticks(900)
    assert late_answer(switch) == (20.0, Verdict.PROPOSED, None)
