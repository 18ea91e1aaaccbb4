"""Forty-eight hours: the clock to the second, extensions, warnings, whose turn it was, and the report's own clock."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.cases.complaints.told import (
    GONE,
    TO_CARRIED_OUT,
    Line,
    case,
    clock,
    counted,
    done,
    now,
    opened,
    received,
    road,
    settings,
    told,
    turns,
    whys,
)

LOGISTICS = {"upheld": True, "responsible": {"department": "logistics"}}
HALF, MOST, WHOLE = (50, "24:00:00"), (80, "38:24:00"), (100, "48:00:00")


def slow(at: str, verdict: str, agent: str = "1001", case: str = "c") -> tuple[object, ...]:
    return ("V-APPEAL-SLOW", agent, at, verdict, case, None, None)


def extended(at: int | str, until: int | str, **changed: Any) -> Line:
    return done("extend", at, until=until, **({"told_at": at} | changed))


def test_feedback_at_the_due_time_keeps_it() -> None:
    found = told(*road(*TO_CARRIED_OUT), done("feedback", 48))

    assert whys(found) == []
    assert found["cases"] == [
        case(
            "feedback",
            stopped_at="48:00:00",
            kept=True,
            warnings=[HALF, MOST],
            report=("73:00:00", None, None),
            turns=turns(46, 1, 1),
            **LOGISTICS,
        )
    ]
    assert found["violations"] == []
    assert found["promises"] == {"P-COMP": counted(kept=1), "P-REPORT": counted(still_open=1)}


def test_feedback_one_second_after_the_due_time_breaks_it() -> None:
    found = told(*road(*TO_CARRIED_OUT), done("feedback", "48:00:01"))

    assert whys(found) == []
    assert found["cases"] == [
        case(
            "feedback",
            stopped_at="48:00:01",
            kept=False,
            warnings=[HALF, MOST, WHOLE],
            report=("73:00:00", None, None),
            turns=turns("46:00:01", 1, 1),
            **LOGISTICS,
        )
    ]
    assert found["violations"] == [slow("48:00:00", "proposed")]
    assert found["promises"] == {"P-COMP": counted(broken=1), "P-REPORT": counted(still_open=1)}


def test_a_part_of_a_second_after_the_due_time_breaks_it_too() -> None:
    found = told(*road(*TO_CARRIED_OUT), done("feedback", "48:00:00.000001"))

    assert (found["cases"][0]["kept"], found["cases"][0]["stopped_at"]) == (False, "48:00:00.000001")


def test_the_end_of_the_input_takes_its_instant_in() -> None:
    found = told(opened(), now(48))

    assert found["cases"] == [case("recorded", kept=False, warnings=[HALF, MOST, WHOLE], turns=turns(48))]
    assert found["violations"] == [slow("48:00:00", "proposed")]
    assert found["promises"] == {"P-COMP": counted(broken=1), "P-REPORT": counted()}


def test_nothing_is_due_one_second_before() -> None:
    found = told(opened(), now("47:59:59"))

    assert found["cases"] == [case("recorded", warnings=[HALF, MOST], turns=turns("47:59:59"))]
    assert found["violations"] == []
    assert found["promises"]["P-COMP"] == counted(still_open=1)


@pytest.mark.parametrize(
    ("end", "warnings"),
    [
        ("23:59:59", []),
        ("24:00:00", [HALF]),
        ("38:23:59", [HALF]),
        ("38:24:00", [HALF, MOST]),
        ("100:00:00", [HALF, MOST, WHOLE]),
    ],
)
def test_a_warning_is_told_at_its_own_instant(end: str, warnings: list[tuple[int, str]]) -> None:
    assert told(opened(), now(end))["cases"][0]["warnings"] == warnings


def test_what_is_told_does_not_wait_for_a_line_of_its_case() -> None:
    found = told(opened(), opened(100, case="d"))

    assert found["cases"][0]["warnings"] == [HALF, MOST, WHOLE]
    assert found["violations"] == [slow("48:00:00", "proposed")]


def test_hours_and_warnings_are_settings() -> None:
    found = told(settings(hours=10, warn=[10, 33]), opened(), now(9))

    assert found["cases"] == [
        case("recorded", due="10:00:00", warnings=[(10, "1:00:00"), (33, "3:18:00")], turns=turns(9))
    ]


def test_without_warnings_there_is_still_a_breach() -> None:
    found = told(settings(warn=[]), opened(), now(48))

    assert found["cases"] == [case("recorded", kept=False, turns=turns(48))]
    assert found["violations"] == [slow("48:00:00", "proposed")]


def test_a_case_that_was_only_received_runs_from_its_opening() -> None:
    found = told(received(), done("record", 47), now(48))

    assert found["cases"] == [case("recorded", kept=False, warnings=[HALF, MOST, WHOLE], turns=turns(48))]
    assert found["violations"] == [slow("48:00:00", "proposed")]


# -- extensions -----------------------------------------------------------------------------------------------------


def test_a_told_extension_moves_the_due_time_and_every_warning() -> None:
    found = told(*road(*TO_CARRIED_OUT), extended(20, 96), done("feedback", 96))

    assert whys(found) == []
    assert found["cases"] == [
        case(
            "feedback",
            due="96:00:00",
            stopped_at="96:00:00",
            kept=True,
            warnings=[(50, "48:00:00"), (80, "76:48:00")],
            report=("73:00:00", None, False),
            turns=turns(94, 1, 1),
            **LOGISTICS,
        )
    ]
    assert found["violations"] == []
    assert found["promises"] == {"P-COMP": counted(kept=1), "P-REPORT": counted(broken=1)}


def test_a_warning_that_was_told_is_not_told_again() -> None:
    found = told(opened(), extended(30, 60), now(60))

    assert found["cases"] == [
        case(
            "recorded",
            due="60:00:00",
            kept=False,
            warnings=[HALF, (80, "48:00:00"), (100, "60:00:00")],
            turns=turns(60),
        )
    ]
    assert found["violations"] == [slow("60:00:00", "proposed")]


def test_an_extension_at_the_instant_of_a_warning_comes_before_it() -> None:
    found = told(opened(), extended(24, 96), now(48))

    assert found["cases"] == [case("recorded", due="96:00:00", warnings=[(50, "48:00:00")], turns=turns(48))]


def test_a_second_extension_counts_from_the_due_time_in_force() -> None:
    found = told(opened(), extended(47, 60), extended(50, 60), extended(51, "59:59:59"), extended("59:59:59", 70))

    assert whys(found) == [(3, "not_possible"), (4, "not_possible")]
    assert found["cases"][0]["due"] == "70:00:00"


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"contact": GONE}, "incomplete"),
        ({"contact": "  "}, "incomplete"),
        ({"told_at": GONE}, "incomplete"),
        ({"told_at": None}, "incomplete"),
        ({"reason": ""}, "incomplete"),
        ({"approved_by": GONE}, "incomplete"),
        ({"until": GONE}, "incomplete"),
        ({"told_at": "40:00:01"}, "not_possible"),
        ({"until": 48}, "not_possible"),
        ({"until": 47}, "not_possible"),
        ({"approved_by": "lea"}, "not_possible"),
        ({"approved_by": "gem"}, "not_possible"),
        ({"approved_by": "nobody"}, "not_possible"),
    ],
)
def test_an_extension_that_was_not_told_or_not_granted_is_none(changed: Line, why: str) -> None:
    found = told(opened(), extended(40, **({"until": 60} | changed)), now(48))

    assert whys(found) == [(2, why)]
    assert found["cases"] == [case("recorded", kept=False, warnings=[HALF, MOST, WHOLE], turns=turns(48))]
    assert found["violations"] == [slow("48:00:00", "proposed")]


@pytest.mark.parametrize("granted", ["sue", "max"])
def test_supervisor_and_manager_grant_an_extension_but_not_their_own(granted: str) -> None:
    own = told(opened(by=granted), extended(1, 60, by=granted, approved_by=granted))
    anns = told(opened(), extended(1, 60, approved_by=granted))

    assert whys(own) == [(2, "own_matter")]
    assert own["cases"][0]["due"] == "48:00:00"
    assert anns["cases"][0]["due"] == "60:00:00"


@pytest.mark.parametrize(
    ("at", "why"), [("47:59:59", []), ("48:00:00", [(2, "too_late")]), ("48:00:01", [(2, "too_late")])]
)
def test_an_extension_is_granted_before_the_due_time(at: str, why: list[tuple[int, str]]) -> None:
    found = told(opened(), extended(at, 60, told_at=1))

    assert whys(found) == why
    assert found["cases"][0]["due"] == ("48:00:00" if why else "60:00:00")


def test_after_the_clock_has_stopped_nothing_is_extended() -> None:
    found = told(*road(*TO_CARRIED_OUT, "feedback"), extended(8, 60), extended(50, 60))

    assert whys(found) == [(9, "wrong_state"), (10, "wrong_state")]
    assert (found["cases"][0]["due"], found["cases"][0]["kept"]) == ("48:00:00", True)


def test_a_longer_time_tells_no_warning_twice() -> None:
    found = told(opened(), extended(30, 96), now(95))

    assert found["cases"][0]["warnings"] == [HALF, (80, "76:48:00")]


def test_warnings_come_in_the_order_of_time_whatever_the_order_of_the_settings() -> None:
    found = told(settings(warn=[100, 50, 80]), opened(), now(50))

    assert found["cases"][0]["warnings"] == [HALF, MOST, WHOLE]


def test_half_a_second_is_told_as_half_a_second() -> None:
    found = told(opened(), extended(1, "48:00:01"), now(25))

    assert found["cases"][0]["warnings"] == [(50, "24:00:00.500000")]


def test_an_extension_that_was_refused_does_not_move_the_breach() -> None:
    found = told(opened(), extended(47, 60, by="ben"), extended(47, 60, case="d"), now(48))

    assert whys(found) == [(2, "not_allowed"), (3, "unknown_case")]
    assert found["violations"] == [slow("48:00:00", "proposed")]


# -- other ends -----------------------------------------------------------------------------------------------------


def test_a_withdrawn_case_stops_the_clock_and_counts_in_no_report() -> None:
    found = told(opened(), done("withdraw", 5), now(100))

    assert found["cases"] == [case("withdrawn", stopped_at="5:00:00", kept=True, turns=turns(5))]
    assert found["promises"] == {"P-COMP": counted(kept=1), "P-REPORT": counted()}


def test_telling_that_it_does_not_stand_stops_the_clock() -> None:
    found = told(opened(), done("analyse", 1, upheld=False, responsible=None), done("tell_not_upheld", 48), now(80))

    assert found["cases"] == [
        case(
            "not_upheld",
            stopped_at="48:00:00",
            kept=True,
            warnings=[HALF, MOST],
            report=("73:00:00", None, False),
            turns=turns(48),
            upheld=False,
        )
    ]
    assert found["violations"] == []


# -- the report -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("at", "kept"), [(2, True), ("73:00:00", True), ("73:00:01", False)])
def test_a_report_is_due_seventy_two_hours_after_the_first_analysis(at: int | str, kept: bool) -> None:
    found = told(opened(), done("analyse", 1), done("report", at), done("report", 80))

    assert whys(found) == []
    assert found["cases"][0]["report"] == ("73:00:00", clock(at), kept)
    assert found["promises"]["P-REPORT"] == counted(kept=int(kept), broken=int(not kept))


def test_a_second_analysis_gives_no_more_time_for_the_report() -> None:
    found = told(settings(report_hours=10), opened(), done("analyse", 1), done("analyse", 9), now(11))

    assert found["cases"][0]["report"] == ("11:00:00", None, False)


def test_a_report_needs_an_analysis_a_text_and_the_general_manager() -> None:
    found = told(
        opened(),
        done("report", 1),
        done("analyse", 2),
        done("report", 3, "lea"),
        done("report", 4, text=" "),
        done("report", 5, to="max"),
        done("report", 6, to="nobody"),
        done("report", 7, "sue"),
        done("report", 8),
    )

    assert whys(found) == [
        (2, "wrong_state"),
        (4, "not_allowed"),
        (5, "incomplete"),
        (6, "not_possible"),
        (7, "not_possible"),
    ]
    assert found["cases"][0]["report"] == ("74:00:00", "7:00:00", True)


def test_an_archived_case_is_still_reported() -> None:
    found = told(*road(*TO_CARRIED_OUT, "feedback", "summarise", "archive"), done("report", 73))

    assert whys(found) == []
    assert found["cases"][0]["report"] == ("73:00:00", "73:00:00", True)
    assert found["promises"] == {"P-COMP": counted(kept=1), "P-REPORT": counted(kept=1)}


@pytest.mark.parametrize(("hours", "due"), [(0.29, "0:17:24"), (0.5, "0:30:00"), (2.01, "2:00:36")])
def test_a_part_of_an_hour_is_exact(hours: float, due: str) -> None:
    found = told(settings(hours=hours), opened(), done("withdraw", due))

    assert (found["cases"][0]["due"], found["cases"][0]["kept"]) == (due, True)
