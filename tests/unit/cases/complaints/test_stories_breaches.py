"""Whose turn it was, and whose fault a breach may be."""

from __future__ import annotations

import pytest

from tests.unit.cases.complaints.told import (
    TO_CARRIED_OUT,
    done,
    now,
    opened,
    road,
    told,
    turns,
    whys,
)

LOGISTICS = {"upheld": True, "responsible": {"department": "logistics"}}
HALF, MOST, WHOLE = (50, "24:00:00"), (80, "38:24:00"), (100, "48:00:00")


def slow(at: str, verdict: str, agent: str = "1001", case: str = "c") -> tuple[object, ...]:
    return ("V-APPEAL-SLOW", agent, at, verdict, case, None, None)


@pytest.mark.parametrize(
    ("assigned", "theirs", "verdict"),
    [("24:00:00", "24:00:00", "proposed"), ("23:59:59", "24:00:01", "undetermined")],
)
def test_only_an_owner_who_had_the_case_half_of_the_time_is_slow(assigned: str, theirs: str, verdict: str) -> None:
    found = told(opened(), done("analyse", 1), done("assign", assigned), now(48))

    assert found["violations"] == [slow("48:00:00", verdict)]
    assert found["cases"][0]["turns"] == turns(assigned, theirs)


def test_waiting_for_approval_and_for_the_customer_is_not_the_owners_turn() -> None:
    to_proposed = [*road("analyse", "assign", "propose"), now(48)]
    to_approved = [*road("analyse", "assign", "propose", "approve"), now(48)]

    assert told(*to_proposed)["violations"] == [slow("48:00:00", "undetermined")]
    assert told(*to_proposed)["cases"][0]["turns"] == turns(47, 1)
    assert told(*to_approved)["violations"] == [slow("48:00:00", "undetermined")]
    assert told(*to_approved)["cases"][0]["turns"] == turns(3, 1, 44)


def test_an_extension_makes_half_of_the_time_longer() -> None:
    found = told(opened(), done("analyse", 1), done("extend", 2, until=60, told_at=2), done("assign", 25), now(60))

    assert found["violations"] == [slow("60:00:00", "undetermined")]


@pytest.mark.parametrize(("given", "verdict"), [(24, "proposed"), ("24:00:01", "undetermined")])
def test_whoever_was_given_the_case_late_is_not_slow(given: int | str, verdict: str) -> None:
    found = told(opened(), done("hand_over", given, to="cho"), now(48))

    assert found["violations"] == [slow("48:00:00", verdict, agent="2001")]
    assert found["cases"][0]["owner"] == "cho"


def test_a_hand_over_at_the_due_time_comes_before_the_breach() -> None:
    found = told(opened(), done("hand_over", 48, to="cho"))

    assert found["violations"] == [slow("48:00:00", "undetermined", agent="2001")]


def test_an_owner_without_an_agents_name_is_named_by_the_account() -> None:
    assert told(opened(by="lea"), now(48))["violations"] == [slow("48:00:00", "proposed", agent="lea")]


@pytest.mark.parametrize(("at", "verdict"), [(41, "excused"), ("47:59:59", "excused"), (5, "undetermined")])
def test_an_attempt_to_reach_the_customer_before_the_due_time_excuses(at: int | str, verdict: str) -> None:
    tried = done("attempt", at)
    begun = road("analyse", "assign", "propose", "approve")
    carried = [done("agree", 39), done("carry_out", 40)]
    lines = [*begun, tried, *carried] if at == 5 else [*begun, *carried, tried]
    found = told(*lines, now(50))

    assert found["violations"] == [slow("48:00:00", verdict)]
    assert found["cases"][0]["attempts"] == 1


def test_once_raised_it_stays() -> None:
    found = told(*road(*TO_CARRIED_OUT), done("feedback", 49), done("withdraw", 50), done("summarise", 51))

    assert whys(found) == [(9, "wrong_state")]
    assert found["violations"] == [slow("48:00:00", "proposed")]


@pytest.mark.parametrize(("back", "verdict"), [(34, "proposed"), ("34:00:01", "undetermined")])
def test_an_owner_who_had_the_case_twice_had_it_for_both_times(back: int | str, verdict: str) -> None:
    found = told(opened(), done("hand_over", 10), done("hand_over", back, "cho", to="ann"), now(48))

    assert found["violations"] == [slow("48:00:00", verdict)]
