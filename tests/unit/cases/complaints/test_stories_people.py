"""Who may: deputies, teams, owners who change, nobody in a matter of their own."""

from __future__ import annotations

import pytest

from tests.unit.cases.complaints.told import (
    GONE,
    TO_ASSIGNED,
    TO_CARRIED_OUT,
    Line,
    against,
    answers,
    done,
    opened,
    people,
    received,
    road,
    settings,
    told,
    whys,
)

# -- whose case it is -----------------------------------------------------------------------------------------------


def test_a_case_belongs_to_whoever_took_it_or_was_named() -> None:
    found = told(
        opened(case="a"),
        opened(case="b", owner="cho"),
        opened(case="d", owner="nobody"),
        opened(case="e", owner="log"),
        opened(case="f", owner="gem"),
        opened(case="g", by="sue", owner=None),
    )

    assert whys(found) == [(3, "not_possible"), (4, "not_possible"), (5, "not_possible")]
    assert [(one["case"], one["owner"], one["number"]) for one in found["cases"]] == [
        ("a", "ann", "2026-03-0001"),
        ("b", "cho", "2026-03-0002"),
        ("g", "sue", "2026-03-0003"),
    ]
    assert [(one["case"], one["state"], one["number"]) for one in found["results"][2:5]] == [
        ("d", None, None),
        ("e", None, None),
        ("f", None, None),
    ]


def test_a_refused_opening_makes_no_case_and_leaves_its_name_free() -> None:
    found = told(opened(channel="fax"), done("chase", 1), opened(2))

    assert answers(found) == ["not_possible", "unknown_case", "recorded"]
    assert [one["opened_at"] for one in found["cases"]] == ["2:00:00"]


def test_a_case_handed_over_is_the_others() -> None:
    found = told(
        opened(),
        done("hand_over", 1, "ben", to="ben"),
        done("hand_over", 2, "leb", to="cho"),
        done("hand_over", 3, "lea", to="nobody"),
        done("hand_over", 4, "lea", to="log"),
        done("hand_over", 5, "lea", to="acc"),
        done("hand_over", 6, "lea", reason=GONE),
        done("hand_over", 7, "lea", to="cho"),
        done("analyse", 8),
        done("analyse", 9, "lea"),
        done("analyse", 10, "leb"),
        done("assign", 11, "cho"),
    )

    assert answers(found)[1:] == [
        "not_allowed",
        "not_allowed",
        "not_possible",
        "not_possible",
        "not_possible",
        "incomplete",
        "recorded",
        "not_allowed",
        "not_allowed",
        "analysed",
        "assigned",
    ]
    assert found["cases"][0]["owner"] == "cho"


def test_nobody_is_given_a_case_while_away() -> None:
    away = settings(people=people(cho={"away": True}))
    found = told(away, opened(), done("hand_over", 1, "sue", to="cho"), opened(2, case="d", owner="cho"))

    assert whys(found) == [(2, "not_possible"), (3, "not_possible")]
    assert [one["owner"] for one in found["cases"]] == ["ann"]


# -- deputies -------------------------------------------------------------------------------------------------------


def test_the_deputy_of_an_owner_who_is_away_acts_as_the_owner() -> None:
    away = settings(people=people(ann={"away": True, "deputy": "cho"}))
    found = told(away, opened(), done("analyse", 1, "ben"), done("analyse", 2, "cho"), done("assign", 3))

    assert answers(found) == ["recorded", "not_allowed", "analysed", "assigned"]
    assert found["cases"][0]["owner"] == "ann"


def test_a_deputy_of_somebody_who_is_there_is_nobodys_deputy() -> None:
    there = settings(people=people(ann={"deputy": "ben"}, sue={"away": False, "deputy": "cho"}))

    found = told(there, opened(), done("analyse", 1, "ben"), done("analyse", 2, "cho"))
    assert answers(found)[1:] == ["not_allowed", "not_allowed"]


@pytest.mark.parametrize(
    ("amount", "answer"), [("200", "approved"), ("200.01", "not_allowed"), ("unknown", "not_allowed")]
)
def test_when_the_lead_is_away_the_deputy_approves_what_the_lead_may(amount: str, answer: str) -> None:
    away = settings(people=people(lea={"away": True, "deputy": "cho"}))
    proposed = done("propose", 3, "log", remedies=[{"kind": "discount", "amount": amount}])
    found = told(away, *road(*TO_ASSIGNED), proposed, done("approve", 4, "ben"), done("approve", 5, "cho"))

    assert answers(found)[-2:] == ["not_allowed", answer]


def test_a_deputy_has_the_reach_of_whom_it_stands_for() -> None:
    away = settings(people=people(leb={"away": True, "deputy": "cho"}))
    found = told(away, opened(), done("analyse", 1, "cho"), opened(2, by="cho", case="d"))

    assert answers(found) == ["recorded", "not_allowed", "recorded"]


def test_a_department_has_a_deputy_too() -> None:
    away = settings(people=people(log={"away": True, "deputy": "pro"}))
    found = told(away, *road(*TO_ASSIGNED), done("propose", 3, "pro"))
    there = told(*road(*TO_ASSIGNED), done("propose", 3, "pro"))

    assert (answers(found)[-1], answers(there)[-1]) == ("proposed", "not_allowed")


def test_a_deputy_does_not_approve_what_it_proposed_itself() -> None:
    away = settings(people=people(lea={"away": True, "deputy": "ann"}))
    found = told(away, *road(*TO_ASSIGNED, "propose"), done("approve", 4), done("approve", 5, "lea"))

    assert answers(found)[-2:] == ["own_matter", "approved"]


def test_a_deputy_does_not_judge_what_concerns_it() -> None:
    away = settings(people=people(lea={"away": True, "deputy": "ben"}))
    found = told(away, opened(about="1002"), done("analyse", 1, "ben"), done("analyse", 2, "lea"))

    assert answers(found)[-2:] == ["own_matter", "analysed"]


# -- nobody in a matter of their own --------------------------------------------------------------------------------


def test_an_agent_whom_a_complaint_is_about_does_not_analyse_it() -> None:
    found = told(opened(about="1001"), done("analyse", 1), done("analyse", 2, "lea"), done("assign", 3))

    assert answers(found)[1:] == ["own_matter", "analysed", "own_matter"]


def test_whom_it_is_about_may_be_recorded_later() -> None:
    found = told(received(), done("record", 1, about="1001"), done("analyse", 2), done("analyse", 3, "lea"))

    assert answers(found) == ["received", "recorded", "own_matter", "analysed"]


def test_nobody_names_themselves_nor_undoes_an_analysis_that_did() -> None:
    found = told(
        opened(),
        done("analyse", 1, **against("1001")),
        done("analyse", 2, "lea", **against("1001")),
        done("analyse", 3),
        done("assign", 4),
        done("analyse", 5, "sue", **against("1002")),
        done("assign", 6),
    )

    assert answers(found)[1:] == ["own_matter", "analysed", "own_matter", "own_matter", "analysed", "assigned"]
    assert found["cases"][0]["responsible"] == {"agent": "1002"}


def test_a_lead_whom_it_concerns_neither_analyses_nor_approves() -> None:
    named = settings(people=people(lea={"agent": "1000"}))
    found = told(
        named,
        opened(about="1000"),
        done("analyse", 1, "lea"),
        done("analyse", 2),
        done("assign", 3, "lea"),
        done("assign", 4),
        done("propose", 5),
        done("approve", 6, "lea"),
        done("reject", 7, "lea"),
        done("approve", 8, "sue"),
    )

    assert answers(found)[1:] == [
        "own_matter",
        "analysed",
        "own_matter",
        "assigned",
        "proposed",
        "own_matter",
        "own_matter",
        "approved",
    ]


def test_who_proposed_does_not_approve() -> None:
    found = told(
        *road(*TO_ASSIGNED, "propose", owner="lea"),
        done("approve", 4, "lea"),
        done("reject", 5, "lea", reason=None),
        done("approve", 6, "sue"),
    )

    assert answers(found)[-3:] == ["own_matter", "own_matter", "approved"]


@pytest.mark.parametrize(
    "way",
    [
        road(*TO_CARRIED_OUT, "feedback", "summarise", owner="sue", by={"approve": "max"}),
        [opened(by="sue"), done("analyse", 2, "sue", upheld=False), done("tell_not_upheld", 3, "sue")],
        [opened(by="sue"), done("withdraw", 1, "sue")],
    ],
    ids=["summarised", "not_upheld", "withdrawn"],
)
def test_who_ended_a_case_does_not_archive_it(way: list[Line]) -> None:
    found = told(*way, done("archive", 20, "sue"), done("archive", 21, "max"))

    assert answers(found)[-2:] == ["own_matter", "archived"]


def test_who_analysed_or_approved_does_not_review() -> None:
    begun = road(*TO_ASSIGNED, "propose", "approve", by={"analyse": "max", "approve": "sue"})
    found = told(
        *begun,
        done("object", 5, "log"),
        done("review", 6, "lea"),
        done("review", 7, "max"),
        done("review", 8, "sue"),
        done("review", 9, "gem"),
    )

    assert answers(found)[-5:] == ["under_review", "not_allowed", "own_matter", "own_matter", "approved"]


def test_a_deputy_who_summed_up_does_not_archive_in_the_leads_place() -> None:
    away = settings(people=people(lea={"away": True, "deputy": "ann"}))
    found = told(away, *road(*TO_CARRIED_OUT, "feedback", "summarise"), done("archive", 9), done("archive", 9, "lea"))

    assert answers(found)[-2:] == ["own_matter", "archived"]


def test_a_deputy_of_the_manager_reaches_every_case_and_every_amount() -> None:
    away = settings(people=people(max={"away": True, "deputy": "leb"}))
    proposed = done("propose", 3, "log", remedies=[{"kind": "refund", "amount": "unknown"}])
    found = told(away, *road(*TO_ASSIGNED), proposed, done("approve", 4, "sue"), done("approve", 5, "leb"))

    assert answers(found)[-2:] == ["not_allowed", "approved"]


@pytest.mark.parametrize(
    ("approver", "answer"), [("cho", "own_matter"), ("max", "recorded"), ("leb", "recorded"), ("ben", "not_possible")]
)
def test_nobody_grants_their_own_extension_through_their_deputy(approver: str, answer: str) -> None:
    deputies = {"sue": {"away": True, "deputy": "cho"}, "max": {"away": True, "deputy": "leb"}}
    away = settings(people=people(**deputies))

    found = told(away, opened(by="sue"), done("extend", 1, "sue", approved_by=approver))

    assert answers(found)[-1] == answer


def test_whoever_made_the_link_by_which_a_department_proposed_does_not_approve() -> None:
    proposal = done("propose", 3, "log", link_by="lea")

    found = told(*road(*TO_ASSIGNED), proposal, done("approve", 4, "lea"), done("approve", 5, "sue"))

    assert answers(found)[-2:] == ["own_matter", "approved"]
