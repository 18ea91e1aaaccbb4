"""How often people agree with a rule: a rate never without its denominator, and none where nobody decided."""

from __future__ import annotations

import pytest

from callcenter.rules.records.agreement import Raised, agreement
from callcenter.rules.records.standing import RecordState, Standing
from callcenter.rules.records.violation import Verdict
from callcenter.rules.regulations.edition import Mode
from tests.unit.rules.detection.people import MONDAY, record


def shadow(**reviews: bool) -> Standing:
    return record(mode=Mode.SHADOW, reviews=reviews)


def raised(*standings: Standing, rule: str = "V-AWAY") -> list[Raised]:
    return [Raised(rule, standing) for standing in standings]


def test_rule_in_shadow_is_measured_by_its_reviews() -> None:
    reviewed = [shadow(root=True), shadow(root=True), shadow(root=True, wheel=False), shadow()]
    (away,) = agreement(raised(*reviewed))
    assert (away.records, away.decided, away.agreeing, away.disagreeing, away.rate) == (4, 3, 2, 1, 2 / 3)


def test_rule_that_is_on_is_measured_by_what_people_decided() -> None:
    states = [
        RecordState.CONFIRMED,
        RecordState.REDUCED,
        RecordState.OVERTURNED,
        RecordState.EXPLAINED,
        RecordState.PROPOSED,
    ]
    (missed,) = agreement(raised(*(record(state=state) for state in states), rule="V-MISSED"))
    assert (missed.records, missed.decided, missed.agreeing, missed.rate) == (5, 3, 2, 2 / 3)


def test_open_appeal_is_no_decision_and_every_appeal_is_counted() -> None:
    open_one = record(state=RecordState.APPEALED, appealed_at=MONDAY, decided_by="sun", decided_at=MONDAY)
    decided = record(state=RecordState.OVERTURNED, appealed_at=MONDAY, decided_by="sun", decided_at=MONDAY)
    (missed,) = agreement(raised(open_one, decided))
    assert (missed.appeals, missed.decided, missed.rate) == (2, 1, 0.0)


def test_where_nothing_is_decided_there_is_no_rate() -> None:
    (away,) = agreement(raised(shadow(), shadow()))
    assert (away.records, away.decided, away.rate) == (2, 0, None)


@pytest.mark.parametrize("verdict", [Verdict.UNDETERMINED, Verdict.EXCUSED])
def test_what_was_not_proposed_stands_beside(verdict: Verdict) -> None:
    (away,) = agreement(raised(record(verdict=verdict)))
    assert (away.records, {"undetermined": away.undetermined, "excused": away.excused}[verdict]) == (0, 1)


def test_withdrawn_record_is_in_no_other_figure() -> None:
    (away,) = agreement(raised(record(state=RecordState.WITHDRAWN), record(state=RecordState.WITHDRAWN, mode=Mode.ON)))
    assert (away.withdrawn, away.records, away.rate) == (2, 0, None)


def test_what_a_person_recorded_says_nothing_of_the_rule() -> None:
    assert agreement(raised(record(proposed_by="li", state=RecordState.CONFIRMED))) == []


def test_modes_of_a_rule_are_apart() -> None:
    found = agreement(raised(record(state=RecordState.CONFIRMED), shadow(root=False)))
    assert [(one.mode, one.rate) for one in found] == [(Mode.ON, 1.0), (Mode.SHADOW, 0.0)]
