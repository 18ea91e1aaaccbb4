"""From proposal to archive: who may promise how much, urgent first, who was not reached, what accounting says."""

from __future__ import annotations

import pytest

from tests.unit.cases.complaints.told import (
    TO_ASSIGNED,
    TO_CARRIED_OUT,
    Line,
    answers,
    case,
    counted,
    done,
    now,
    opened,
    road,
    settings,
    told,
    turns,
    whys,
)

LOGISTICS = {"upheld": True, "responsible": {"department": "logistics"}}


def remedies(*amounts: object) -> list[Line]:
    return [{"kind": "compensation", "amount": amount} for amount in amounts]


# -- levels ---------------------------------------------------------------------------------------------------------

OF_LEVEL = ("lea", "leb", "sue", "max", "gem", "ann")
LEVELS: list[tuple[list[object], str]] = [
    ([], "approved: lea sue max"),
    (["0"], "approved: lea sue max"),
    (["200"], "approved: lea sue max"),
    (["200.00"], "approved: lea sue max"),
    (["99.99", "100.01"], "approved: lea sue max"),
    (["200.01"], "approved: sue max"),
    (["100", "100", "0.01"], "approved: sue max"),
    (["1000"], "approved: sue max"),
    (["1000.01"], "approved: max"),
    (["999999999999"], "approved: max"),
    (["unknown"], "approved: max"),
    (["10", "unknown"], "approved: max"),
]


@pytest.mark.parametrize(("amounts", "row"), LEVELS)
def test_the_sum_says_whose_level_covers_it(amounts: list[object], row: str) -> None:
    may = row.removeprefix("approved: ").split()
    proposed = [*road(*TO_ASSIGNED), done("propose", 3, "log", remedies=remedies(*amounts))]
    found = {who: answers(told(*proposed, done("approve", 4, who)))[-1] for who in OF_LEVEL}

    assert found == {who: "approved" if who in may else "not_allowed" for who in OF_LEVEL}


def test_levels_are_settings() -> None:
    levels = [{"role": "agent", "up_to": "5"}, {"role": "manager", "up_to": "50"}]
    own = [*road(*TO_ASSIGNED), done("propose", 3, "log", remedies=remedies("5"))]
    more = [*road(*TO_ASSIGNED), done("propose", 3, "log", remedies=remedies("5.01"))]

    assert answers(told(settings(approval=levels), *own, done("approve", 4)))[-1] == "approved"
    assert answers(told(settings(approval=levels), *more, done("approve", 4)))[-1] == "not_allowed"
    assert answers(told(settings(approval=levels), *more, done("approve", 4, "max")))[-1] == "approved"


@pytest.mark.parametrize("amount", ["-0.01", "-1", "ten", "NaN", "Infinity", "1e", "1,5", True, ["1"], {"yuan": "1"}])
def test_an_amount_that_is_none_is_refused(amount: object) -> None:
    found = told(*road(*TO_ASSIGNED), done("propose", 3, remedies=remedies(amount)))

    assert whys(found) == [(4, "not_possible")]
    assert found["cases"][0]["state"] == "assigned"


def test_what_was_rejected_is_proposed_again_and_what_was_declined_too() -> None:
    found = told(
        *road(*TO_ASSIGNED, "propose"),
        done("reject", 4, "lea", reason=""),
        done("reject", 5, "lea"),
        done("approve", 6, "lea"),
        done("propose", 7, "log", remedies=[]),
        done("approve", 8, "lea"),
        done("decline", 9, contact=None),
        done("decline", 10),
        done("propose", 11),
        done("approve", 12, "lea"),
        done("agree", 13, "log"),
        done("agree", 14),
    )

    assert answers(found)[4:] == [
        "incomplete",
        "assigned",
        "wrong_state",
        "proposed",
        "approved",
        "incomplete",
        "assigned",
        "proposed",
        "approved",
        "not_allowed",
        "agreed",
    ]
    assert found["cases"] == [
        case(
            "agreed",
            report=("73:00:00", None, None),
            turns=turns(2 + 2 + 1 + 1, 1 + 2 + 1, 2 + 2),
            **LOGISTICS,
        )
    ]


# -- urgent ---------------------------------------------------------------------------------------------------------


def test_solve_first_file_after() -> None:
    found = told(
        *road(*TO_ASSIGNED, "propose"),
        done("carry_out", 4, "log"),
        done("carry_out", 5, "log", urgent=True),
        done("feedback", 6),
        done("summarise", 7),
        done("approve", 8, "sue"),
        done("approve", 9, "max"),
        done("summarise", 10),
        done("archive", 11, "lea"),
    )

    assert answers(found)[4:] == [
        "wrong_state",
        "carried_out",
        "feedback",
        "wrong_state",
        "feedback",
        "wrong_state",
        "summarised",
        "archived",
    ]
    assert found["cases"] == [
        case(
            "archived",
            stopped_at="6:00:00",
            kept=True,
            report=("73:00:00", None, None),
            turns=turns(2 + 2 + 1, 1),
            **LOGISTICS,
        )
    ]
    assert found["promises"] == {"P-COMP": counted(kept=1), "P-REPORT": counted(still_open=1)}


def test_what_was_carried_out_before_any_proposal_is_proposed_and_approved_after_it() -> None:
    found = told(
        *road(*TO_ASSIGNED),
        done("carry_out", 3, urgent=True),
        done("propose", 4, "log", remedies=remedies("500")),
        done("approve", 5, "lea"),
        done("feedback", 6),
        done("approve", 7, "sue"),
        done("summarise", 8),
    )

    assert answers(found)[3:] == ["carried_out", "carried_out", "not_allowed", "feedback", "feedback", "summarised"]


def test_a_rejected_urgent_case_stays_where_it_is_and_cannot_be_summed_up() -> None:
    found = told(
        *road(*TO_ASSIGNED, "propose"),
        done("carry_out", 4, urgent=True),
        done("reject", 5, "ben"),
        done("reject", 6, "lea"),
        done("feedback", 7),
        done("summarise", 8),
        done("propose", 9, "log", remedies=[]),
        done("summarise", 10),
        done("approve", 11, "lea"),
        done("summarise", 12),
    )

    assert answers(found)[4:] == [
        "carried_out",
        "not_allowed",
        "carried_out",
        "feedback",
        "wrong_state",
        "feedback",
        "wrong_state",
        "feedback",
        "summarised",
    ]


def test_who_proposed_an_urgent_remedy_does_not_approve_it() -> None:
    found = told(
        *road(*TO_ASSIGNED, owner="sue"),
        done("carry_out", 3, "log", urgent=True),
        done("propose", 4, "sue"),
        done("approve", 5, "sue"),
        done("reject", 6, "sue"),
        done("approve", 7, "max"),
    )

    assert answers(found)[3:] == ["carried_out", "carried_out", "own_matter", "own_matter", "carried_out"]


def test_a_case_that_was_approved_first_is_not_held_up_by_being_urgent() -> None:
    found = told(
        *road(*TO_ASSIGNED, "propose", "approve", "agree"),
        done("carry_out", 6, urgent=True),
        done("feedback", 7),
        done("summarise", 8),
    )

    assert answers(found)[-3:] == ["carried_out", "feedback", "summarised"]


# -- who was not reached --------------------------------------------------------------------------------------------

CARRIED_OUT = [*road(*TO_CARRIED_OUT), done("extend", 6, until=200)]
NOT_REACHED: Line = {"unreachable": True, "contact": None, "satisfaction": None}


@pytest.mark.parametrize(
    ("at", "answer"),
    [
        (["13:59:59", "14:00:00", "38:00:00"], "feedback"),  # 23:59:59, midnight, the next midnight in Shanghai
        (["13:00:00", "14:00:00", "37:59:59"], "not_possible"),  # two days there
        (["7:00:00", "8:00:00", "9:00:00"], "not_possible"),
        (["7:00:00", "31:00:00"], "not_possible"),
        (["7:00:00", "8:00:00", "31:00:00", "55:00:00"], "feedback"),
        ([], "not_possible"),
    ],
)
def test_who_was_tried_three_times_on_three_days_of_the_site_was_not_reached(at: list[str], answer: str) -> None:
    tries = [done("attempt", each) for each in at]
    found = told(*CARRIED_OUT, *tries, done("feedback", 60, **NOT_REACHED))

    assert answers(found)[-1] == answer
    assert found["cases"][0]["attempts"] == len(at)
    assert found["cases"][0]["stopped_at"] == ("60:00:00" if answer == "feedback" else None)


def test_days_are_those_of_the_zone_even_where_clocks_are_changed() -> None:
    # the clocks of Berlin go forward in the night before 29 March
    tries = [done("attempt", f"2026-03-{at}:00Z") for at in ("27T23:30", "28T22:30", "29T21:30")]
    others = [done("attempt", f"2026-03-{at}:00Z") for at in ("28T22:30", "29T21:30", "29T22:30")]
    begun = [opened("2026-03-27T10:00:00Z"), done("analyse", "2026-03-27T11:00:00Z", upheld=False, responsible=None)]
    end = done("tell_not_upheld", "2026-03-30T10:00:00Z", unreachable=True, contact=None)

    assert answers(told(settings(timezone="Europe/Berlin"), *begun, *tries, end))[-1] == "not_possible"
    assert answers(told(settings(timezone="Europe/Berlin"), *begun, *others, end))[-1] == "not_upheld"


def test_attempts_before_the_case_came_into_its_present_state_do_not_count() -> None:
    tries = [done("attempt", at) for at in (6, 30, 54)]
    begun = [*road("analyse", "assign", "propose", "approve", "agree"), done("extend", 5, until=200)]
    found = told(*begun, *tries, done("carry_out", 55), done("attempt", 56), done("feedback", 57, **NOT_REACHED))

    assert whys(found) == [(len(begun) + 6, "not_possible")]
    assert (found["cases"][0]["state"], found["cases"][0]["attempts"]) == ("carried_out", 4)


def test_the_number_of_attempts_is_a_setting() -> None:
    found = told(settings(attempts=1), *CARRIED_OUT, done("attempt", 7), done("feedback", 8, **NOT_REACHED))

    assert answers(found)[-1] == "feedback"


def test_who_was_not_reached_withdraws_and_is_told_in_the_same_way() -> None:
    one = [opened(), done("withdraw", 1, unreachable=True, contact=None), done("attempt", 2)]
    two = [opened(), done("analyse", 1, upheld=False, responsible=None), done("attempt", 2)]
    last = done("tell_not_upheld", 3, unreachable=True, contact=None)

    found = told(settings(attempts=1), *one, done("withdraw", 3, unreachable=True, contact=None))
    assert answers(found) == ["recorded", "not_possible", "recorded", "withdrawn"]
    assert answers(told(settings(attempts=1), *two, last))[-1] == "not_upheld"


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"contact": None}, "incomplete"),
        ({"satisfaction": None}, "incomplete"),
        ({"satisfaction": 0}, "not_possible"),
        ({"satisfaction": 4}, "not_possible"),
        ({"satisfaction": -1}, "not_possible"),
        ({"satisfaction": 2.5}, "not_possible"),
        ({"satisfaction": "good"}, "not_possible"),
        ({"satisfaction": True}, "not_possible"),
        ({"unreachable": False, "contact": None}, "incomplete"),
    ],
)
def test_feedback_says_how_satisfied_the_customer_is(changed: Line, why: str) -> None:
    found = told(*CARRIED_OUT, done("feedback", 7, **changed))

    assert whys(found) == [(len(CARRIED_OUT) + 1, why)]
    assert (found["cases"][0]["state"], found["cases"][0]["stopped_at"]) == ("carried_out", None)


# -- accounting -----------------------------------------------------------------------------------------------------


def test_with_accounting_remedies_are_checked_before_the_case_is_summed_up() -> None:
    found = told(
        settings(accounting=True),
        *road(*TO_CARRIED_OUT),
        done("check", 7, "ann"),
        done("check", 8, "acc", ok=False),
        done("check", 9, "acc", ok=None),
        done("check", 10, "acc", ok=False, reason="no receipt"),
        done("feedback", 11),
        done("summarise", 12),
        done("check", 13, "acc", ok="yes"),
        done("check", 14, "acc"),
        done("summarise", 15),
    )

    assert answers(found)[7:] == [
        "not_allowed",
        "incomplete",
        "incomplete",
        "carried_out",
        "feedback",
        "wrong_state",
        "not_possible",
        "feedback",
        "summarised",
    ]


def test_with_accounting_a_case_without_remedies_needs_no_check() -> None:
    begun = [*road(*TO_ASSIGNED), done("propose", 3, remedies=[]), done("approve", 4, "lea")]
    end = [done("agree", 5), done("carry_out", 6), done("feedback", 7), done("summarise", 8)]

    assert answers(told(settings(accounting=True), *begun, *end))[-1] == "summarised"


def test_without_accounting_nobody_waits_for_a_check() -> None:
    found = told(
        *road(*TO_CARRIED_OUT, "feedback"), done("check", 8, "acc", ok=False, reason="?"), done("summarise", 9)
    )

    assert answers(found)[-2:] == ["feedback", "summarised"]


# -- the whole way --------------------------------------------------------------------------------------------------


def test_a_case_from_the_call_to_the_archive() -> None:
    found = told(
        *road(*TO_CARRIED_OUT, "feedback", "summarise", "archive"),
        done("measure", 10, tracked=False),
        done("measure", 11, tracked=False, reason="a slip of the hand"),
        done("measure", 12, "log"),
        done("chase", 13),
        now(60),
    )

    assert whys(found) == [(11, "incomplete"), (14, "wrong_state")]
    assert found["cases"] == [
        case(
            "archived",
            stopped_at="7:00:00",
            kept=True,
            report=("73:00:00", None, None),
            turns=turns(5, 1, 1),
            **LOGISTICS,
        )
    ]
    assert found["violations"] == []
    assert found["promises"] == {"P-COMP": counted(kept=1), "P-REPORT": counted(still_open=1)}
