"""Where the text can be read in two ways: the reading taken here, one a test, so that each can be turned alone."""

from __future__ import annotations

import pytest

from tests.unit.cases.complaints.told import (
    GONE,
    TO_ARCHIVED,
    TO_ASSIGNED,
    TO_CARRIED_OUT,
    against,
    answers,
    done,
    now,
    opened,
    people,
    received,
    road,
    settings,
    told,
    whys,
)


@pytest.mark.parametrize("who", ["ben", "cho", "leb"])
def test_any_service_role_records_and_reopens_whoever_owns_the_case(who: str) -> None:
    assert answers(told(received(), done("record", 1, who)))[-1] == "recorded"
    assert answers(told(*road(*TO_ARCHIVED), done("reopen", 10, who)))[-1] == "assigned"


def test_without_a_proposal_there_is_nothing_to_approve_or_reject() -> None:
    found = told(
        *road(*TO_ASSIGNED), done("carry_out", 3, urgent=True), done("approve", 4, "sue"), done("reject", 5, "sue")
    )

    assert answers(found)[-2:] == ["wrong_state", "wrong_state"]


def test_what_was_rejected_is_not_approved_before_it_is_proposed_again() -> None:
    found = told(
        *road(*TO_ASSIGNED, "propose"),
        done("carry_out", 4, urgent=True),
        done("reject", 5, "sue"),
        done("approve", 6, "sue"),
    )

    assert answers(found)[-2:] == ["carried_out", "wrong_state"]


def test_an_attempt_excuses_even_who_had_the_case_more_than_half_of_the_time() -> None:
    found = told(*road(*TO_CARRIED_OUT), done("attempt", 7), now(48))

    assert [one[3] for one in found["violations"]] == ["excused"]


def test_an_attempt_at_the_due_time_is_not_before_it() -> None:
    found = told(*road(*TO_CARRIED_OUT), done("attempt", 48), now(49))

    assert [one[3] for one in found["violations"]] == ["proposed"]


def test_a_change_withdraws_its_record_at_once_and_the_next_analysis_makes_another() -> None:
    begun = [opened(by="ben"), done("analyse", 1, "lea", **against("1001")), done("object", 2)]
    found = told(*begun, done("review", 3, "sue", outcome="changed"), done("analyse", 4, "lea", **against("1001")))

    assert [(one[2], one[3], one[5]) for one in found["violations"]] == [
        ("1:00:00", "withdrawn", 1),
        ("4:00:00", "proposed", 1),
    ]


def test_who_is_away_takes_a_case_by_opening_it_but_is_not_given_one() -> None:
    away = settings(people=people(ann={"away": True}))
    found = told(away, opened(), opened(1, "ben", case="d", owner="ann"))

    assert answers(found) == ["recorded", "not_possible"]


def test_an_ended_case_is_no_longer_withdrawn() -> None:
    found = told(opened(), done("analyse", 1, upheld=False), done("tell_not_upheld", 2), done("withdraw", 3))

    assert answers(found)[-1] == "wrong_state"


def test_nothing_to_do_is_incomplete() -> None:
    assert whys(told(opened(), done("chase", 1) | {"do": None})) == [(2, "incomplete")]


def test_an_amount_may_be_a_number() -> None:
    remedies = [{"kind": "discount", "amount": 99.99}, {"kind": "discount", "amount": 100}]
    found = told(*road(*TO_ASSIGNED), done("propose", 3, "log", remedies=remedies), done("approve", 4, "lea"))

    assert answers(found)[-2:] == ["proposed", "approved"]


@pytest.mark.parametrize("remedy", [{"kind": "discount"}, {"amount": "5"}, {"kind": " ", "amount": "5"}])
def test_a_remedy_without_kind_or_amount_is_incomplete(remedy: dict[str, object]) -> None:
    found = told(*road(*TO_ASSIGNED), done("propose", 3, remedies=[remedy]))

    assert whys(found) == [(4, "incomplete")]


def test_remedies_left_out_are_not_none() -> None:
    assert whys(told(*road(*TO_ASSIGNED), done("propose", 3, remedies=GONE))) == [(4, "incomplete")]


def test_the_last_word_of_accounting_counts() -> None:
    checks = [done("check", 8, "acc"), done("check", 9, "acc", ok=False, reason="no receipt")]
    found = told(settings(accounting=True), *road(*TO_CARRIED_OUT, "feedback"), *checks, done("summarise", 10))

    assert answers(found)[-1] == "wrong_state"


def test_a_report_that_is_due_in_the_moment_of_the_last_line_is_broken() -> None:
    found = told(*road("analyse", "withdraw"), now(73))

    assert found["cases"][0]["report"] == ("73:00:00", None, False)


def test_a_case_that_is_reopened_is_assigned_to_the_department_that_had_it() -> None:
    begun = [
        *road("analyse"),
        done("assign", 2),
        done("return_notice", 3, "log"),
        done("assign", 4, department="products"),
    ]
    ended = [done(do, 5, "sue" if do == "approve" else "ann") for do in TO_ARCHIVED[2:-1]]
    found = told(*begun, *ended, done("archive", 6, "max"), done("reopen", 7), done("propose", 8, "log"))

    assert answers(found)[-2:] == ["assigned", "not_allowed"]


def test_a_reopened_case_needs_a_solution_that_is_approved_anew() -> None:
    urgent = [done("carry_out", 11, urgent=True), done("feedback", 12), done("summarise", 13)]
    found = told(*road(*TO_ARCHIVED), done("reopen", 10), *urgent)

    assert answers(found)[-3:] == ["carried_out", "feedback", "wrong_state"]


def test_an_urgent_proposal_that_was_approved_is_not_rejected_nor_replaced() -> None:
    begun = [*road(*TO_ASSIGNED, "propose"), done("carry_out", 4, urgent=True), done("approve", 5, "sue")]

    found = told(*begun, done("reject", 6, "max"), done("propose", 7))
    assert answers(found)[-2:] == ["wrong_state", "wrong_state"]


def test_what_the_customer_declined_is_no_approved_solution() -> None:
    begun = [*road(*TO_ASSIGNED, "propose", "approve"), done("decline", 5), done("carry_out", 6, urgent=True)]
    found = told(*begun, done("feedback", 7), done("summarise", 8))

    assert answers(found)[-3:] == ["carried_out", "feedback", "wrong_state"]
