"""Which fault is named first; what is needed and missing; values that are none."""

from __future__ import annotations

import pytest

from tests.unit.cases.complaints.told import (
    GONE,
    NEEDED,
    TO_ASSIGNED,
    TO_CARRIED_OUT,
    Line,
    answers,
    case,
    done,
    now,
    opened,
    received,
    road,
    told,
    turns,
    whys,
)

# -- the first fault that fits --------------------------------------------------------------------------------------

BROKEN_EXTENSION: Line = {"until": 40, "contact": None, "approved_by": "lea"}
FIRST: list[tuple[str, list[Line], Line]] = [
    ("unknown_case", [], done("archive", 1, "nobody", case="d")),
    ("unknown_case", [opened()], done("analyse", 1, case=GONE)),
    ("unknown_case", [opened()], done("analyse", 1, case=None)),
    ("wrong_state", [opened()], done("archive", 1, "nobody")),
    ("wrong_state", [opened()], done("open", 1, "nobody", channel="fax")),
    ("wrong_state", [opened()], done("assign", 1, "nobody", department=None)),
    ("not_allowed", [], done("open", 1, "nobody", channel=None)),
    ("not_allowed", [], done("open", 1, GONE)),
    ("not_allowed", [], done("open", 1) | {"by": None}),
    ("not_allowed", [opened(about="1002")], done("analyse", 1, "ben", cause=None)),
    ("not_allowed", [*road(*TO_ASSIGNED), done("propose", 3, "log")], done("approve", 4, "log")),
    ("own_matter", [opened(about="1001")], done("analyse", 1, cause=None, nature="rude")),
    ("own_matter", [opened(by="sue")], done("extend", 50, "sue", **(BROKEN_EXTENSION | {"approved_by": "sue"}))),
    ("incomplete", [], done("open", 1, case=GONE, channel="fax")),
    ("incomplete", [], done("open", 1, channel=None, owner="nobody")),
    ("incomplete", [opened()], done("analyse", 1, cause=None, nature="rude")),
    ("incomplete", [opened()], done("extend", 50, **BROKEN_EXTENSION)),
    ("incomplete", road(*TO_CARRIED_OUT, "feedback", "summarise", "archive"), done("reopen", 900, reason=" ")),
    ("not_possible", [opened()], done("extend", 50, **(BROKEN_EXTENSION | {"contact": "by phone"}))),
    ("too_late", [opened()], done("extend", 50)),
    ("too_late", road(*TO_CARRIED_OUT, "feedback", "summarise", "archive"), done("reopen", 900)),
]


@pytest.mark.parametrize(("why", "before", "last"), FIRST, ids=[f"{i}-{one[0]}" for i, one in enumerate(FIRST)])
def test_the_first_fault_that_fits_is_named(why: str, before: list[Line], last: Line) -> None:
    found = told(*before, last)

    assert whys(found) == [(len(before) + 1, why)]


# -- what is needed -------------------------------------------------------------------------------------------------

WAYS: dict[str, list[Line]] = {
    "record": [received()],
    "analyse": [opened()],
    "assign": road("analyse"),
    "return_notice": road(*TO_ASSIGNED),
    "propose": road(*TO_ASSIGNED),
    "reject": road(*TO_ASSIGNED, "propose"),
    "agree": road(*TO_ASSIGNED, "propose", "approve"),
    "decline": road(*TO_ASSIGNED, "propose", "approve"),
    "carry_out": road(*TO_ASSIGNED, "propose", "approve", "agree"),
    "attempt": [opened()],
    "check": road(*TO_CARRIED_OUT),
    "feedback": road(*TO_CARRIED_OUT),
    "summarise": road(*TO_CARRIED_OUT, "feedback"),
    "tell_not_upheld": [opened(), done("analyse", 1, upheld=False, responsible=None)],
    "withdraw": [opened()],
    "extend": [opened()],
    "report": road("analyse"),
    "measure": road("analyse"),
    "chase": [opened()],
    "object": road("analyse"),
    "review": [*road("analyse"), done("object", 2)],
    "reopen": road(*TO_CARRIED_OUT, "feedback", "summarise", "archive"),
    "hand_over": [opened()],
}
BY = {"return_notice": "log", "reject": "sue", "check": "acc", "review": "gem"}
EMPTY: list[object] = [GONE, None, "", " \t\n", "\u3000", [], {}]


@pytest.mark.parametrize("do", WAYS)
def test_whatever_is_needed_and_missing_or_empty_is_incomplete(do: str) -> None:
    tries = [(key, value) for key in NEEDED[do] for value in EMPTY if not (key == "remedies" and value == [])]
    lines = [done(do, 20, BY.get(do, "ann"), **{key: value}) for key, value in tries]
    found = told(*WAYS[do], *lines, done(do, 20, BY.get(do, "ann")))["results"][len(WAYS[do]) :]

    assert [(key, one["why"]) for (key, _), one in zip(tries, found, strict=False)] == [
        (key, "incomplete") for key, _ in tries
    ]
    assert found[-1]["ok"] is True


def test_an_opening_needs_a_channel() -> None:
    found = told(*(opened(channel=value) for value in EMPTY), opened(channel="social", customer=None, call="1"))

    assert answers(found) == [*["incomplete"] * len(EMPTY), "recorded"]


@pytest.mark.parametrize("left", ["content", "wanted"])
def test_an_opening_without_content_or_wish_is_received(left: str) -> None:
    found = told(opened() | {left: None}, done("record", 1) | {left: ""}, done("record", 2))

    assert answers(found) == ["received", "incomplete", "recorded"]
    assert [one["number"] for one in found["results"]] == [None, None, "2026-03-0001"]


def test_false_and_nought_are_not_empty() -> None:
    found = told(
        *road(*TO_ASSIGNED),
        done("propose", 3, remedies=[{"kind": "exchange", "amount": "0", "quantity": 1}]),
        done("measure", 4, tracked=False, reason="a slip"),
    )

    assert whys(found) == []


def test_an_upheld_complaint_names_who_is_responsible() -> None:
    found = told(
        opened(),
        done("analyse", 1, responsible=GONE),
        done("analyse", 2, responsible={}),
        done("analyse", 3, upheld=False, responsible=GONE),
        done("analyse", 4),
    )

    assert answers(found)[1:] == ["incomplete", "incomplete", "analysed", "analysed"]


# -- values that are none -------------------------------------------------------------------------------------------

NONE_SUCH: list[tuple[str, Line]] = [
    ("analyse", {"nature": "rude"}),
    ("analyse", {"nature": 3}),
    ("analyse", {"upheld": "yes"}),
    ("analyse", {"upheld": 1}),
    ("analyse", {"responsible": {"department": "sales"}}),
    ("analyse", {"responsible": "logistics"}),
    ("assign", {"department": "sales"}),
    ("assign", {"department": ["logistics"]}),
    ("propose", {"remedies": "a refund"}),
    ("propose", {"remedies": ["a refund"]}),
    ("propose", {"remedies": {"kind": "refund", "amount": "1"}}),
    ("measure", {"tracked": "yes"}),
    ("object", {"whose": "neighbour"}),
    ("review", {"outcome": "better"}),
    ("hand_over", {"to": "nobody"}),
    ("hand_over", {"to": 7}),
    ("report", {"to": ["gem"]}),
    ("chase", {"channel": "pigeon"}),
    ("extend", {"until": "soon, T"}),
    ("extend", {"told_at": "T yesterday"}),
]


@pytest.mark.parametrize(("do", "changed"), NONE_SUCH, ids=[f"{i}-{one[0]}" for i, one in enumerate(NONE_SUCH)])
def test_a_value_that_is_none_is_not_possible(do: str, changed: Line) -> None:
    found = told(*WAYS[do], done(do, 20, BY.get(do, "ann"), **changed))

    assert whys(found) == [(len(WAYS[do]) + 1, "not_possible")]


@pytest.mark.parametrize("channel", ["phone", "on_site", "mail", "email", "chat", "social"])
def test_a_complaint_comes_on_any_channel(channel: str) -> None:
    assert answers(told(opened(channel=channel), done("chase", 1, channel=channel))) == ["recorded", "recorded"]


def test_an_unknown_thing_to_do_is_not_possible_but_a_stranger_may_not_even_that() -> None:
    found = told(opened(), {"at": 1, "by": "ann", "do": "burn", "case": "c"}, now(2))
    stranger = told(opened(), {"at": 1, "by": "nobody", "do": "burn", "case": "c"})
    elsewhere = told(opened(), {"at": 1, "by": "ann", "do": "burn", "case": "d"})

    assert [whys(each) for each in (found, stranger, elsewhere)] == [
        [(2, "not_possible")],
        [(2, "not_allowed")],
        [(2, "unknown_case")],
    ]
    assert found["cases"] == [case("recorded", turns=turns(2))]
