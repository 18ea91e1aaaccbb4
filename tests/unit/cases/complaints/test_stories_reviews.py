"""An objection, its review, the clock that follows a change, and what a change withdraws."""

from __future__ import annotations

import pytest

from tests.unit.cases.complaints.told import (
    TO_ARCHIVED,
    TO_ASSIGNED,
    Line,
    against,
    answers,
    case,
    clock,
    done,
    now,
    opened,
    road,
    told,
    turns,
    whys,
)

LOGISTICS = {"upheld": True, "responsible": {"department": "logistics"}}
ARCHIVED = road(*TO_ARCHIVED)
"""Fed back at 7, archived at 9; the report due at 73."""
CLOSED = turns(5, 1, 1)
REPORTED = done("report", 10)


def slow(at: int | str, verdict: str, agent: str = "1001") -> tuple[object, ...]:
    return ("V-APPEAL-SLOW", agent, clock(at), verdict, "c", None, None)


# -- objected to ----------------------------------------------------------------------------------------------------


def test_a_decision_that_is_kept_changes_nothing() -> None:
    found = told(*ARCHIVED, REPORTED, done("object", 20), done("chase", 21), done("review", 60, "gem"), now(100))

    assert whys(found) == []
    assert found["cases"] == [
        case(
            "archived",
            stopped_at="7:00:00",
            kept=True,
            report=("73:00:00", "10:00:00", True),
            turns=CLOSED,
            chases=1,
            **LOGISTICS,
        )
    ]
    assert found["violations"] == []


def test_a_running_clock_runs_on_under_review_and_it_is_ours_but_not_the_owners() -> None:
    found = told(*road(*TO_ASSIGNED), done("object", 20), done("extend", 21, told_at=21), now(60))

    assert whys(found) == []
    assert found["cases"] == [
        case(
            "under_review",
            due="60:00:00",
            kept=False,
            warnings=[(50, "30:00:00"), (80, "48:00:00"), (100, "60:00:00")],
            report=("73:00:00", None, None),
            turns=turns(2 + 40, 18),
            **LOGISTICS,
        )
    ]
    assert found["violations"] == [slow(60, "undetermined")]


def test_a_change_in_a_running_clock_leaves_it_running() -> None:
    found = told(*road(*TO_ASSIGNED), done("object", 10), done("review", 20, "gem", outcome="changed"), now(21))

    assert found["cases"] == [
        case(
            "analysed",
            report=("73:00:00", None, None),
            turns=turns(2 + 11, 8),
            upheld=None,
            responsible=None,
        )
    ]


def test_a_change_after_the_end_is_followed_by_a_clock_of_its_own() -> None:
    found = told(*ARCHIVED, REPORTED, done("object", 20), done("review", 40, "gem", outcome="changed"), now(88))

    assert whys(found) == []
    assert found["cases"] == [
        case(
            "analysed",
            due="88:00:00",
            kept=False,
            warnings=[(50, "64:00:00"), (80, "78:24:00"), (100, "88:00:00")],
            report=("73:00:00", "10:00:00", True),
            turns=turns(5 + 48, 1, 1),
        )
    ]
    assert found["violations"] == [slow(88, "proposed")]


def test_what_was_voided_goes_nowhere_before_it_is_analysed_again() -> None:
    found = told(
        *ARCHIVED,
        REPORTED,
        done("object", 20),
        done("review", 40, "gem", outcome="changed"),
        done("assign", 41),
        done("tell_not_upheld", 42),
        done("analyse", 43, upheld=False, responsible=None),
        done("assign", 44),
        done("tell_not_upheld", 45),
    )

    assert answers(found)[-6:] == [
        "analysed",
        "wrong_state",
        "wrong_state",
        "analysed",
        "wrong_state",
        "not_upheld",
    ]
    assert found["cases"] == [
        case(
            "not_upheld",
            due="88:00:00",
            stopped_at="45:00:00",
            kept=True,
            report=("73:00:00", "10:00:00", True),
            turns=turns(5 + 5, 1, 1),
            upheld=False,
        )
    ]


@pytest.mark.parametrize(
    "tried",
    [
        done("analyse", 11),
        done("assign", 11),
        done("withdraw", 11),
        done("propose", 11),
        done("object", 11),
        done("archive", 11, "max"),
        done("summarise", 11),
        done("feedback", 11),
        done("check", 11, "acc"),
        done("reopen", 11),
    ],
    ids=lambda each: each["do"],
)
def test_under_review_little_is_possible(tried: Line) -> None:
    found = told(*ARCHIVED, done("object", 10), tried)

    assert whys(found) == [(12, "wrong_state")]


def test_under_review_one_may_still_try_chase_report_measure_and_hand_over() -> None:
    may = [done(do, 11) for do in ("attempt", "chase", "report", "measure", "hand_over")]
    found = told(*ARCHIVED, done("object", 10), *may, done("extend", 12, "cho"))

    assert whys(found) == [(17, "wrong_state")]


def test_what_was_withdrawn_or_never_analysed_is_not_objected_to() -> None:
    found = told(opened(), done("object", 1), done("withdraw", 2), done("object", 3), done("archive", 4, "max"))
    archived = told(*road("analyse", "withdraw", "archive"), done("object", 4))

    assert whys(found) == [(2, "wrong_state"), (4, "wrong_state")]
    assert answers(archived)[-1] == "wrong_state"


@pytest.mark.parametrize("whose", ["customer", "department", "agent"])
def test_anybody_brings_an_objection(whose: str) -> None:
    found = told(*ARCHIVED, done("object", 10, "acc", whose=whose), done("review", 11, "ben"))

    assert answers(found)[-2:] == ["under_review", "not_allowed"]


# -- what a change withdraws ----------------------------------------------------------------------------------------


def _against(case: str, at: int) -> list[Line]:
    return [opened(at, "ben", case=case), done("analyse", at, "lea", case=case, **against("1001"))]


def _rung(case: str, at: int, step: int, amount: str | None, verdict: str = "proposed") -> tuple[object, ...]:
    return ("LADDER", "1001", clock(at), verdict, case, step, amount)


def test_a_change_withdraws_the_rung_and_later_ones_move_down() -> None:
    objected = [done("object", 4, "ann", case="a"), done("review", 5, "sue", case="a", outcome="changed")]
    found = told(*_against("a", 1), *_against("b", 2), *_against("c", 3), *objected)

    assert whys(found) == []
    assert found["violations"] == [
        _rung("a", 1, 1, "30", "withdrawn"),
        _rung("b", 2, 1, "30"),
        _rung("c", 3, 2, "60"),
    ]


def test_a_decision_that_is_kept_withdraws_nothing() -> None:
    objected = [done("object", 4, "ann", case="a"), done("review", 5, "sue", case="a")]
    found = told(*_against("a", 1), *_against("b", 2), *objected)

    assert found["violations"] == [_rung("a", 1, 1, "30"), _rung("b", 2, 2, "60")]


def test_a_conflict_that_was_changed_may_become_a_rung() -> None:
    found = told(
        opened(by="ben"),
        done("analyse", 1, "lea", **against("1001", "quarrel")),
        done("object", 2, whose="agent"),
        done("review", 3, "lea", outcome="changed"),
        done("review", 4, "sue", outcome="changed"),
        done("analyse", 5, "max", **against("1001")),
    )

    assert answers(found)[-3:] == ["not_allowed", "analysed", "analysed"]
    assert found["violations"] == [
        _rung("c", 5, 1, "30"),
        ("V-CONFLICT", "1001", "1:00:00", "withdrawn", "c", None, None),
    ]


def test_an_agent_who_was_found_responsible_may_analyse_once_that_is_void() -> None:
    named = [opened(), done("analyse", 1, "lea", **against("1001")), done("object", 2), done("analyse", 3)]
    found = told(*named, done("review", 4, "sue", outcome="changed"), done("analyse", 5))

    assert answers(found)[-3:] == ["wrong_state", "analysed", "analysed"]


def test_a_change_voids_the_approval_too() -> None:
    found = told(
        *ARCHIVED,
        done("object", 10),
        done("review", 11, "gem", outcome="changed"),
        done("analyse", 12),
        done("assign", 13),
        done("carry_out", 14, urgent=True),
        done("feedback", 15),
        done("summarise", 16),
        done("propose", 17),
        done("approve", 18, "lea"),
        done("summarise", 19),
    )

    assert answers(found)[-4:] == ["wrong_state", "feedback", "feedback", "summarised"]
    assert (found["cases"][0]["due"], found["cases"][0]["stopped_at"]) == ("59:00:00", "15:00:00")


def test_who_was_told_that_it_does_not_stand_may_object_and_be_heard() -> None:
    begun = [opened(), done("analyse", 1, upheld=False), done("tell_not_upheld", 2), done("object", 3)]
    kept = told(*begun, done("review", 4, "sue"), done("archive", 5, "lea"))
    changed = told(*begun, done("review", 4, "sue", outcome="changed"), now(5))

    assert answers(kept)[-2:] == ["not_upheld", "archived"]
    assert kept["cases"][0]["stopped_at"] == "2:00:00"
    assert changed["cases"] == [
        case("analysed", due="52:00:00", report=("73:00:00", None, None), turns=turns(2 + 1)),
    ]


def test_a_second_change_is_followed_by_a_third_clock() -> None:
    found = told(
        *ARCHIVED,
        done("object", 10),
        done("review", 20, "gem", outcome="changed"),
        done("analyse", 21, upheld=False),
        done("tell_not_upheld", 22),
        done("object", 30),
        done("review", 40, "gem", outcome="changed"),
        now(64),
    )

    assert whys(found) == []
    assert found["cases"] == [
        case(
            "analysed",
            due="88:00:00",
            warnings=[(50, "64:00:00")],
            report=("73:00:00", None, None),
            turns=turns(5 + 2 + 24, 1, 1),
        )
    ]


def test_the_department_that_gave_the_notice_back_is_still_the_one_last_assigned() -> None:
    found = told(
        *road(*TO_ASSIGNED), done("return_notice", 3, "log"), done("measure", 4, "log"), done("measure", 5, "pro")
    )

    assert answers(found)[-2:] == ["analysed", "not_allowed"]
