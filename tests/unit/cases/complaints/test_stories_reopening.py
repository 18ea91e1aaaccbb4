"""A case that is opened again: a clock of its own, within a week, and what it was before stays what it was."""

from __future__ import annotations

import pytest

from tests.unit.cases.complaints.told import (
    TO_ARCHIVED,
    TO_CARRIED_OUT,
    answers,
    case,
    clock,
    counted,
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


# -- opened again ---------------------------------------------------------------------------------------------------


def test_a_case_opened_again_has_a_clock_of_its_own() -> None:
    found = told(*ARCHIVED, REPORTED, done("reopen", 100), now(124))

    assert found["cases"] == [
        case(
            "assigned",
            due="148:00:00",
            warnings=[(50, "124:00:00")],
            report=("73:00:00", "10:00:00", True),
            turns=turns(5, 25, 1),
            reopened=1,
            **LOGISTICS,
        )
    ]
    assert found["promises"] == {"P-COMP": counted(still_open=1), "P-REPORT": counted(kept=1)}


def test_a_second_clock_that_is_kept_keeps_the_case() -> None:
    found = told(
        *ARCHIVED,
        REPORTED,
        done("reopen", 100),
        done("propose", 110, "log"),
        done("approve", 111, "sue"),
        done("agree", 112),
        done("carry_out", 113),
        done("feedback", 148),
    )

    assert whys(found) == []
    assert found["cases"] == [
        case(
            "feedback",
            due="148:00:00",
            stopped_at="148:00:00",
            kept=True,
            warnings=[(50, "124:00:00"), (80, "138:24:00")],
            report=("73:00:00", "10:00:00", True),
            turns=turns(5 + 1 + 1 + 35, 1 + 10, 1 + 1),
            reopened=1,
            **LOGISTICS,
        )
    ]
    assert found["violations"] == []


def test_a_second_clock_breaks_the_case_too_and_the_departments_time_is_not_the_owners() -> None:
    found = told(*ARCHIVED, REPORTED, done("reopen", 100), now(148))

    assert found["cases"][0] == case(
        "assigned",
        due="148:00:00",
        kept=False,
        warnings=[(50, "124:00:00"), (80, "138:24:00"), (100, "148:00:00")],
        report=("73:00:00", "10:00:00", True),
        turns=turns(5, 49, 1),
        reopened=1,
        **LOGISTICS,
    )
    assert found["violations"] == [slow(148, "undetermined")]
    assert found["promises"]["P-COMP"] == counted(broken=1)


def test_a_case_that_was_broken_once_is_kept_by_no_second_clock() -> None:
    late = [*road(*TO_CARRIED_OUT), done("feedback", 50), done("summarise", 51), done("archive", 52, "max")]
    running = told(*late, done("reopen", 100), now(101))
    ended = told(*late, done("reopen", 100), done("withdraw", 101))

    assert ended["cases"][0]["stopped_at"] == "101:00:00"
    assert (running["cases"][0]["kept"], ended["cases"][0]["kept"]) == (False, False)
    assert running["violations"] == ended["violations"] == [slow(48, "proposed")]
    assert running["promises"]["P-COMP"] == ended["promises"]["P-COMP"] == counted(broken=1)


def test_each_clock_that_runs_out_is_a_record_of_its_own() -> None:
    late = [*road(*TO_CARRIED_OUT), done("feedback", 50), done("summarise", 51), done("archive", 52, "max")]
    found = told(*late, done("reopen", 100), done("carry_out", 101, urgent=True), now(148))

    assert found["violations"] == [slow(48, "proposed"), slow(148, "proposed")]
    assert [at for _, at in found["cases"][0]["warnings"]] == [
        "24:00:00",
        "38:24:00",
        "48:00:00",
        "124:00:00",
        "138:24:00",
        "148:00:00",
    ]


def test_the_second_clock_is_extended_by_itself() -> None:
    again = done("extend", 140, until=200, told_at=139)
    found = told(*ARCHIVED, REPORTED, done("reopen", 100), again, now(160))

    assert found["cases"][0]["due"] == "200:00:00"
    assert found["cases"][0]["warnings"] == [(50, "124:00:00"), (80, "138:24:00")]
    assert found["cases"][0]["kept"] is None


@pytest.mark.parametrize(("at", "why"), [("177:00:00", []), ("177:00:01", ["too_late"])])
def test_a_case_is_opened_again_within_a_week_of_the_archiving(at: str, why: list[str]) -> None:
    found = told(*ARCHIVED, done("reopen", at))

    assert [each for _, each in whys(found)] == why
    assert found["cases"][0]["reopened"] == (0 if why else 1)
    assert found["cases"][0]["state"] == ("archived" if why else "assigned")


def test_after_that_a_new_case_follows_the_old() -> None:
    found = told(*ARCHIVED, done("reopen", 200), opened(200, case="d", follows="c"), opened(201, case="e", follows="x"))

    assert whys(found) == [(11, "too_late"), (13, "not_possible")]
    assert [(one["case"], one["follows"]) for one in found["cases"]] == [("c", None), ("d", "c")]


def test_only_what_was_summed_up_is_opened_again() -> None:
    withdrawn = [opened(), done("withdraw", 1), done("archive", 2, "max")]
    groundless = [
        opened(),
        done("analyse", 1, upheld=False, responsible=None),
        done("tell_not_upheld", 2),
        done("archive", 3, "max"),
    ]

    assert answers(told(*withdrawn, done("reopen", 4)))[-1] == "wrong_state"
    assert answers(told(*groundless, done("reopen", 4)))[-1] == "wrong_state"


def test_a_case_may_come_back_twice() -> None:
    solved = ("propose", "approve", "agree", "carry_out", "feedback", "summarise", "archive")
    who = {"approve": "sue", "archive": "max"}
    again = [done(do, 101 + hour, who.get(do, "ann")) for hour, do in enumerate(solved)]
    found = told(*ARCHIVED, done("reopen", 100), *again, done("reopen", "275:00:00"), done("chase", 276))

    assert whys(found) == []
    assert (found["cases"][0]["reopened"], found["cases"][0]["due"]) == (2, "323:00:00")


@pytest.mark.parametrize(("at", "verdict"), [("124:00:00", "proposed"), ("124:00:01", "undetermined")])
def test_what_the_owner_did_in_the_first_clock_is_not_held_against_them_in_the_second(at: str, verdict: str) -> None:
    found = told(*ARCHIVED, done("reopen", 100), done("carry_out", at, urgent=True), now(148))

    assert found["violations"] == [slow(148, verdict)]


@pytest.mark.parametrize(("at", "why"), [("147:59:59", []), ("148:00:00", ["too_late"])])
def test_the_second_clock_is_extended_before_its_own_due_time(at: str, why: list[str]) -> None:
    found = told(*ARCHIVED, done("reopen", 100), done("extend", at, until=200, told_at=at))

    assert [each for _, each in whys(found)] == why


def test_attempts_of_the_first_life_reach_nobody_in_the_second() -> None:
    tries = [done("attempt", at) for at in (6, 30, 54)]
    first = [*road(*TO_CARRIED_OUT), *tries, done("feedback", 55, unreachable=True, contact=None)]
    again = [done("summarise", 56), done("archive", 57, "max"), done("reopen", 58), done("carry_out", 59, urgent=True)]
    found = told(*first, *again, done("feedback", 60, unreachable=True, contact=None))

    assert answers(found)[-6:] == ["feedback", "summarised", "archived", "assigned", "carried_out", "not_possible"]
    assert found["cases"][0]["attempts"] == 3
