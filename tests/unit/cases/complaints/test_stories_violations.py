"""What an upheld complaint proposes against an agent: conflicts, and the ladder of the year."""

from __future__ import annotations

import pytest

from tests.unit.cases.complaints.told import (
    TO_ASSIGNED,
    Line,
    against,
    answers,
    clock,
    done,
    now,
    opened,
    road,
    settings,
    told,
    whys,
)

Record = tuple[object, ...]


def rung(
    at: int | str, step: int, amount: str | None, case: str = "c", agent: str = "1001", verdict: str = "proposed"
) -> Record:
    return ("LADDER", agent, clock(at), verdict, case, step, amount)


def upheld(case: str, at: int | str, agent: str = "1001", nature: str = "attitude", **more: object) -> list[Line]:
    """A complaint of Ben's that Sue upholds against an agent in the same hour."""
    return [opened(at, "ben", case=case), done("analyse", at, "sue", case=case, **against(agent, nature, **more))]


def quarrel(at: int | str, case: str = "c", agent: str = "1001", verdict: str = "proposed") -> Record:
    return ("V-CONFLICT", agent, clock(at), verdict, case, None, None)


@pytest.mark.parametrize("nature", ["attitude", "slow"])
def test_the_first_complaint_costs_thirty(nature: str) -> None:
    found = told(*upheld("c", 1, nature=nature))

    assert found["violations"] == [rung(1, 1, "30")]
    assert found["cases"][0]["responsible"] == {"agent": "1001"}


def test_a_quarrel_is_a_conflict_and_climbs_no_ladder() -> None:
    found = told(*upheld("c", 1, nature="quarrel"), *upheld("d", 2))

    assert found["violations"] == [quarrel(1), rung(2, 1, "30", "d")]


@pytest.mark.parametrize("nature", ["product", "delivery", "other"])
def test_what_is_not_about_how_the_agent_was_proposes_nothing(nature: str) -> None:
    assert told(*upheld("c", 1, nature=nature))["violations"] == []


@pytest.mark.parametrize("nature", ["quarrel", "attitude", "slow"])
def test_where_a_department_is_responsible_no_agent_is(nature: str) -> None:
    found = told(opened(), done("analyse", 1, nature=nature))

    assert whys(found) == []
    assert found["violations"] == []
    assert found["cases"][0]["responsible"] == {"department": "logistics"}


def test_what_does_not_stand_proposes_nothing() -> None:
    found = told(opened(), done("analyse", 1, "sue", nature="attitude", upheld=False, responsible=None))

    assert found["violations"] == []
    assert (found["cases"][0]["upheld"], found["cases"][0]["responsible"]) == (False, None)


def test_a_refused_analysis_proposes_nothing() -> None:
    found = told(opened(), done("analyse", 1, **against("1001")), done("analyse", 2, "leb", **against("1002")))

    assert answers(found)[1:] == ["own_matter", "not_allowed"]
    assert found["violations"] == []


def test_the_ladder_has_three_rungs_and_each_agent_one_of_their_own() -> None:
    found = told(*upheld("a", 1), *upheld("b", 2), *upheld("c", 3, "1002"), *upheld("d", 4), *upheld("e", 5))

    assert found["violations"] == [
        rung(1, 1, "30", "a"),
        rung(2, 2, "60", "b"),
        rung(3, 1, "30", "c", "1002"),
        rung(4, 3, None, "d"),
        rung(5, 4, None, "e"),
    ]


def test_the_fines_are_settings() -> None:
    fines = settings(ladder={"period": "year", "fines": ["10"], "then": "dismissal"})

    assert told(fines, *upheld("a", 1), *upheld("b", 2))["violations"] == [rung(1, 1, "10", "a"), rung(2, 2, None, "b")]


def test_the_ladder_begins_anew_at_midnight_of_the_sites_new_year() -> None:
    last, first = "2026-12-31T15:59:59Z", "2026-12-31T16:00:00Z"
    found = told(*upheld("a", 1), *upheld("b", last), *upheld("c", first), *upheld("d", "2027-01-01T00:00:00Z"))

    assert [one[3:] for one in found["violations"] if one[0] == "LADDER"] == [
        ("proposed", "a", 1, "30"),
        ("proposed", "b", 2, "60"),
        ("proposed", "c", 1, "30"),
        ("proposed", "d", 2, "60"),
    ]


def test_the_new_year_is_that_of_another_zone() -> None:
    zone = settings(timezone="America/New_York")
    found = told(zone, *upheld("a", "2027-01-01T04:59:59Z"), *upheld("b", "2027-01-01T05:00:00Z"))

    assert [one[3:] for one in found["violations"]] == [("proposed", "a", 1, "30"), ("proposed", "b", 1, "30")]


# -- analysed again -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("nature", ["attitude", "slow"])
def test_the_same_agent_and_rule_keep_their_record(nature: str) -> None:
    found = told(*upheld("c", 1), *upheld("d", 2), done("analyse", 3, "sue", **against("1001", nature)))

    assert found["violations"] == [rung(1, 1, "30"), rung(2, 2, "60", "d")]


def test_another_agent_takes_the_place_of_the_first() -> None:
    found = told(*upheld("c", 1), *upheld("d", 2), done("analyse", 3, "sue", **against("1002")))

    assert found["violations"] == [
        rung(1, 1, "30", verdict="withdrawn"),
        rung(3, 1, "30", agent="1002"),
        rung(2, 1, "30", "d"),
    ]


def test_another_rule_withdraws_the_first_and_later_steps_move_down() -> None:
    found = told(
        *upheld("a", 1),
        *upheld("b", 2),
        *upheld("c", 3),
        *upheld("d", 4),
        done("analyse", 5, "sue", case="b", **against("1001", "quarrel")),
    )

    assert found["violations"] == [
        rung(1, 1, "30", "a"),
        rung(2, 2, "60", "b", verdict="withdrawn"),
        quarrel(5, "b"),
        rung(3, 2, "60", "c"),
        rung(4, 3, None, "d"),
    ]


@pytest.mark.parametrize(
    "again",
    [
        {"upheld": False, "responsible": None},
        {"upheld": True, "nature": "attitude", "responsible": {"department": "logistics"}},
        against("1001", "product"),
    ],
    ids=["not upheld", "a department", "another nature"],
)
def test_an_analysis_that_holds_nobody_to_it_withdraws_the_record(again: Line) -> None:
    found = told(*upheld("c", 1), done("analyse", 3, "sue", **again))

    assert found["violations"] == [rung(1, 1, "30", verdict="withdrawn")]


def test_a_second_quarrel_of_the_same_case_is_the_same_record() -> None:
    found = told(*upheld("c", 1, nature="quarrel"), done("analyse", 3, "lea", **against("1001", "quarrel")))

    assert found["violations"] == [quarrel(1)]


def test_a_notice_that_comes_back_leads_to_another_analysis() -> None:
    found = told(
        *road(*TO_ASSIGNED, owner="ben", by={"analyse": "sue"}),
        done("return_notice", 3, "pro"),
        done("return_notice", 4, "log"),
        done("analyse", 5, "sue", **against("1001")),
    )

    assert answers(found)[-3:] == ["not_allowed", "analysed", "analysed"]
    assert found["violations"] == [rung(5, 1, "30")]


def test_a_withdrawn_complaint_withdraws_no_record() -> None:
    found = told(*upheld("c", 1), done("withdraw", 2, "ben"), now(100))

    assert found["violations"] == [rung(1, 1, "30")]


def test_a_record_is_withdrawn_in_the_old_year_without_touching_the_new() -> None:
    found = told(
        *upheld("a", "2026-12-01T00:00:00Z"),
        *upheld("b", "2026-12-02T00:00:00Z"),
        *upheld("c", "2027-01-02T00:00:00Z"),
        done("analyse", "2027-01-03T00:00:00Z", "sue", case="a", upheld=False, responsible=None),
    )

    assert [one[3:] for one in found["violations"] if one[0] == "LADDER"] == [
        ("withdrawn", "a", 1, "30"),
        ("proposed", "b", 1, "30"),
        ("proposed", "c", 1, "30"),
    ]


def test_a_record_that_was_withdrawn_keeps_its_step_whatever_is_withdrawn_after_it() -> None:
    groundless = {"upheld": False, "responsible": None}
    found = told(
        *upheld("a", 1),
        *upheld("b", 2),
        *upheld("c", 3),
        done("analyse", 4, "sue", case="b", **groundless),
        done("analyse", 5, "sue", case="a", **groundless),
    )

    assert found["violations"] == [
        rung(1, 1, "30", "a", verdict="withdrawn"),
        rung(2, 2, "60", "b", verdict="withdrawn"),
        rung(3, 1, "30", "c"),
    ]


def test_back_to_the_first_agent_is_a_new_record_at_its_own_time() -> None:
    found = told(
        *upheld("c", 1),
        *upheld("d", 2),
        done("analyse", 3, "sue", **against("1002")),
        done("analyse", 4, "sue", **against("1001")),
    )

    assert found["violations"] == [
        rung(1, 1, "30", verdict="withdrawn"),
        rung(3, 1, "30", agent="1002", verdict="withdrawn"),
        rung(4, 2, "60"),
        rung(2, 1, "30", "d"),
    ]


def test_two_complaints_of_one_instant_climb_in_the_order_of_their_lines() -> None:
    found = told(*upheld("b", 1), *upheld("a", 1))

    assert found["violations"] == [rung(1, 2, "60", "a"), rung(1, 1, "30", "b")]
