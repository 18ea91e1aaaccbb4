"""Each thing that can be done, in each state, by each account: the table of the complaints, written out by hand.

The case is Ann's, who is an agent of team A. Lea, who leads that team, analysed it and holds the logistics department
responsible, to which it was assigned; logistics proposed 100 yuan, Sue approved it, Ann closed it, Max archived it.
"""

from __future__ import annotations

import pytest

from tests.unit.cases.complaints.told import (
    EVERYBODY,
    Line,
    by_time,
    done,
    opened,
    received,
    told,
)

BY = {
    "analyse": "lea",
    "assign": "lea",
    "return_notice": "log",
    "propose": "log",
    "approve": "sue",
    "carry_out": "log",
    "archive": "max",
    "review": "max",
}
FALSE = {"upheld": False, "responsible": None}
URGENT = {"urgent": True}
CHANGED = {"outcome": "changed"}
OTHER = {"department": "products"}

Step = str | tuple[str, Line]
ASSIGNED: tuple[Step, ...] = ("analyse", "assign")
AGREED: tuple[Step, ...] = (*ASSIGNED, "propose", "approve", "agree")
ARCHIVED: tuple[Step, ...] = (*AGREED, "carry_out", "feedback", "summarise", "archive")

ROADS: dict[str, tuple[Step, ...]] = {
    "recorded": (),
    "upheld": ("analyse",),
    "groundless": (("analyse", FALSE),),
    "assigned": ASSIGNED,
    "elsewhere": (("analyse", {}), "assign", "return_notice", ("assign", OTHER)),
    "proposed": (*ASSIGNED, "propose"),
    "approved": (*ASSIGNED, "propose", "approve"),
    "agreed": AGREED,
    "carried_out": (*AGREED, "carry_out"),
    "feedback": (*AGREED, "carry_out", "feedback"),
    "summarised": (*AGREED, "carry_out", "feedback", "summarise"),
    "not_upheld": (("analyse", FALSE), "tell_not_upheld"),
    "withdrawn": ("withdraw",),
    "withdrawn_late": (*AGREED, "withdraw"),
    "archived": ARCHIVED,
    "archived_not_upheld": (("analyse", FALSE), "tell_not_upheld", "archive"),
    "archived_withdrawn": (*AGREED, "withdraw", "archive"),
    "review_running": (*ASSIGNED, "object"),
    "review_stopped": (*ARCHIVED, "object"),
    "voided": (*ARCHIVED, "object", ("review", CHANGED)),
    "reopened": (*ARCHIVED, "reopen"),
    "urgent_bare": (*ASSIGNED, ("carry_out", URGENT)),
    "urgent_proposed": (*ASSIGNED, "propose", ("carry_out", URGENT)),
    "urgent_feedback": (*ASSIGNED, "propose", ("carry_out", URGENT), "feedback"),
    "urgent_approved": (*ASSIGNED, "propose", ("carry_out", URGENT), "approve"),
}
"""How a case came where it is, an hour a step; `received` and `none`, where there is no case, come beside these."""
STATES = ("none", "received", *ROADS)

MOVES: dict[str, dict[str, str]] = {
    # `->` the next state, or `stays`, and who may; whoever is not named is not allowed, and `?` is left to the readings
    "open": {
        "none": "-> recorded: ann ben cho lea leb sue max",
        "received recorded upheld groundless assigned elsewhere proposed approved agreed carried_out feedback": "wrong",
        "summarised not_upheld withdrawn withdrawn_late archived archived_not_upheld archived_withdrawn": "wrong",
        "review_running review_stopped voided reopened": "wrong",
        "urgent_bare urgent_proposed urgent_feedback urgent_approved": "wrong",
    },
    "record": {
        "none": "unknown",
        "received": "-> recorded: ann lea sue max ? ben cho leb",
        "recorded upheld groundless assigned elsewhere proposed approved agreed carried_out feedback": "wrong",
        "summarised not_upheld withdrawn withdrawn_late archived archived_not_upheld archived_withdrawn": "wrong",
        "review_running review_stopped voided reopened": "wrong",
        "urgent_bare urgent_proposed urgent_feedback urgent_approved": "wrong",
    },
    "analyse": {
        "none": "unknown",
        "recorded upheld groundless voided": "-> analysed: ann lea sue max",
        "received assigned elsewhere proposed approved agreed carried_out feedback": "wrong",
        "summarised not_upheld withdrawn withdrawn_late archived archived_not_upheld archived_withdrawn": "wrong",
        "review_running review_stopped reopened": "wrong",
        "urgent_bare urgent_proposed urgent_feedback urgent_approved": "wrong",
    },
    "assign": {
        "none": "unknown",
        "upheld": "-> assigned: ann lea sue max",
        "received recorded groundless voided": "wrong",
        "assigned elsewhere proposed approved agreed carried_out feedback": "wrong",
        "summarised not_upheld withdrawn withdrawn_late archived archived_not_upheld archived_withdrawn": "wrong",
        "review_running review_stopped reopened": "wrong",
        "urgent_bare urgent_proposed urgent_feedback urgent_approved": "wrong",
    },
    "return_notice": {
        "none": "unknown",
        "assigned reopened": "-> analysed: log",
        "elsewhere": "-> analysed: pro",
        "received recorded upheld groundless voided proposed approved agreed carried_out feedback": "wrong",
        "summarised not_upheld withdrawn withdrawn_late archived archived_not_upheld archived_withdrawn": "wrong",
        "review_running review_stopped": "wrong",
        "urgent_bare urgent_proposed urgent_feedback urgent_approved": "wrong",
    },
    "propose": {
        "none": "unknown",
        "assigned reopened": "-> proposed: ann log",
        "elsewhere": "-> proposed: ann pro",
        "urgent_bare": "stays: ann log",
        "urgent_proposed urgent_feedback urgent_approved": "?",
        "received recorded upheld groundless voided proposed approved agreed carried_out feedback": "wrong",
        "summarised not_upheld withdrawn withdrawn_late archived archived_not_upheld archived_withdrawn": "wrong",
        "review_running review_stopped": "wrong",
    },
    "approve": {
        "none": "unknown",
        "proposed": "-> approved: lea sue max",
        "urgent_proposed urgent_feedback": "stays: lea sue max",
        "urgent_approved": "wrong",
        "urgent_bare": "?",
        "received recorded upheld groundless voided assigned elsewhere reopened": "wrong",
        "approved agreed carried_out feedback": "wrong",
        "summarised not_upheld withdrawn withdrawn_late archived archived_not_upheld archived_withdrawn": "wrong",
        "review_running review_stopped": "wrong",
    },
    "reject": {
        "none": "unknown",
        "proposed": "-> assigned: lea sue max",
        "urgent_proposed urgent_feedback": "stays: lea sue max",
        "urgent_approved urgent_bare": "?",
        "received recorded upheld groundless voided assigned elsewhere reopened": "wrong",
        "approved agreed carried_out feedback": "wrong",
        "summarised not_upheld withdrawn withdrawn_late archived archived_not_upheld archived_withdrawn": "wrong",
        "review_running review_stopped": "wrong",
    },
    "agree": {
        "none": "unknown",
        "approved": "-> agreed: ann",
        "received recorded upheld groundless voided assigned elsewhere reopened proposed agreed carried_out": "wrong",
        "feedback summarised not_upheld withdrawn withdrawn_late": "wrong",
        "archived archived_not_upheld archived_withdrawn review_running review_stopped": "wrong",
        "urgent_bare urgent_proposed urgent_feedback urgent_approved": "wrong",
    },
    "decline": {
        "none": "unknown",
        "approved": "-> assigned: ann",
        "received recorded upheld groundless voided assigned elsewhere reopened proposed agreed carried_out": "wrong",
        "feedback summarised not_upheld withdrawn withdrawn_late": "wrong",
        "archived archived_not_upheld archived_withdrawn review_running review_stopped": "wrong",
        "urgent_bare urgent_proposed urgent_feedback urgent_approved": "wrong",
    },
    "carry_out": {
        "none": "unknown",
        "agreed": "-> carried_out: ann log",
        "received recorded upheld groundless voided assigned elsewhere reopened proposed approved": "wrong",
        "carried_out feedback summarised not_upheld withdrawn withdrawn_late": "wrong",
        "archived archived_not_upheld archived_withdrawn review_running review_stopped": "wrong",
        "urgent_bare urgent_proposed urgent_feedback urgent_approved": "wrong",
    },
    "carry_out urgent": {
        "none": "unknown",
        "assigned reopened proposed agreed": "-> carried_out: ann log",
        "elsewhere": "-> carried_out: ann pro",
        "received recorded upheld groundless voided approved": "wrong",
        "carried_out feedback summarised not_upheld withdrawn withdrawn_late": "wrong",
        "archived archived_not_upheld archived_withdrawn review_running review_stopped": "wrong",
        "urgent_bare urgent_proposed urgent_feedback urgent_approved": "wrong",
    },
    "attempt": {
        "none": "unknown",
        "received recorded upheld groundless assigned elsewhere proposed approved agreed": "stays: ann",
        "carried_out feedback summarised not_upheld withdrawn withdrawn_late": "stays: ann",
        "review_running review_stopped voided reopened": "stays: ann",
        "urgent_bare urgent_proposed urgent_feedback urgent_approved": "stays: ann",
        "archived archived_not_upheld archived_withdrawn": "wrong",
    },
    "check": {
        "none": "unknown",
        "agreed carried_out feedback urgent_bare urgent_proposed urgent_feedback urgent_approved": "stays: acc",
        "received recorded upheld groundless voided assigned elsewhere reopened proposed approved": "wrong",
        "summarised not_upheld withdrawn withdrawn_late archived archived_not_upheld archived_withdrawn": "wrong",
        "review_running review_stopped": "wrong",
    },
    "feedback": {
        "none": "unknown",
        "carried_out urgent_bare urgent_proposed urgent_approved": "-> feedback: ann",
        "received recorded upheld groundless voided assigned elsewhere reopened proposed approved agreed": "wrong",
        "feedback urgent_feedback summarised not_upheld withdrawn withdrawn_late": "wrong",
        "archived archived_not_upheld archived_withdrawn review_running review_stopped": "wrong",
    },
    "summarise": {
        "none": "unknown",
        "feedback": "-> summarised: ann",
        "urgent_feedback": "wrong",
        "received recorded upheld groundless voided assigned elsewhere reopened proposed approved agreed": "wrong",
        "carried_out urgent_bare urgent_proposed urgent_approved": "wrong",
        "summarised not_upheld withdrawn withdrawn_late": "wrong",
        "archived archived_not_upheld archived_withdrawn review_running review_stopped": "wrong",
    },
    "tell_not_upheld": {
        "none": "unknown",
        "groundless": "-> not_upheld: ann",
        "received recorded upheld voided assigned elsewhere reopened proposed approved agreed": "wrong",
        "carried_out feedback urgent_bare urgent_proposed urgent_feedback urgent_approved": "wrong",
        "summarised not_upheld withdrawn withdrawn_late": "wrong",
        "archived archived_not_upheld archived_withdrawn review_running review_stopped": "wrong",
    },
    "withdraw": {
        "none": "unknown",
        "received recorded upheld groundless voided": "-> withdrawn: ann",
        "assigned elsewhere reopened proposed approved agreed": "-> withdrawn: ann",
        "carried_out feedback urgent_bare urgent_proposed urgent_feedback urgent_approved": "wrong",
        "summarised not_upheld withdrawn withdrawn_late": "wrong",
        "archived archived_not_upheld archived_withdrawn review_running review_stopped": "wrong",
    },
    "archive": {
        "none": "unknown",
        "summarised not_upheld withdrawn withdrawn_late": "-> archived: lea sue max",
        "received recorded upheld groundless voided assigned elsewhere reopened proposed approved agreed": "wrong",
        "carried_out feedback urgent_bare urgent_proposed urgent_feedback urgent_approved": "wrong",
        "archived archived_not_upheld archived_withdrawn review_running review_stopped": "wrong",
    },
    "extend": {
        "none": "unknown",
        "received recorded upheld groundless voided assigned elsewhere reopened": "stays: ann",
        "proposed approved agreed carried_out urgent_bare urgent_proposed urgent_approved": "stays: ann",
        "review_running": "stays: ann",
        "feedback urgent_feedback summarised not_upheld withdrawn withdrawn_late review_stopped": "wrong",
        "archived archived_not_upheld archived_withdrawn": "wrong",
    },
    "report": {
        "none": "unknown",
        "received recorded withdrawn": "wrong",
        "upheld groundless voided assigned elsewhere reopened proposed approved agreed": "stays: ann sue",
        "carried_out feedback urgent_bare urgent_proposed urgent_feedback urgent_approved": "stays: ann sue",
        "summarised not_upheld withdrawn_late": "stays: ann sue",
        "archived archived_not_upheld archived_withdrawn review_running review_stopped": "stays: ann sue",
    },
    "measure": {
        "none": "unknown",
        "received recorded withdrawn": "wrong",
        "upheld groundless not_upheld archived_not_upheld": "stays: ann",
        "elsewhere": "stays: ann pro",
        "assigned voided reopened proposed approved agreed": "stays: ann log",
        "carried_out feedback urgent_bare urgent_proposed urgent_feedback urgent_approved": "stays: ann log",
        "summarised withdrawn_late archived archived_withdrawn review_running review_stopped": "stays: ann log",
    },
    "chase": {
        "none": "unknown",
        "received recorded upheld groundless assigned elsewhere proposed approved agreed": "stays: all",
        "carried_out feedback summarised not_upheld withdrawn withdrawn_late": "stays: all",
        "review_running review_stopped voided reopened": "stays: all",
        "urgent_bare urgent_proposed urgent_feedback urgent_approved": "stays: all",
        "archived archived_not_upheld archived_withdrawn": "wrong",
    },
    "object": {
        "none": "unknown",
        "received recorded withdrawn withdrawn_late archived_withdrawn review_running review_stopped": "wrong",
        "upheld groundless assigned elsewhere reopened proposed approved agreed": "-> under_review: all",
        "carried_out feedback urgent_bare urgent_proposed urgent_feedback urgent_approved": "-> under_review: all",
        "summarised not_upheld archived archived_not_upheld": "-> under_review: all",
        "voided": "?",
    },
    "review": {
        "none": "unknown",
        "review_running": "-> assigned: sue max gem",
        "review_stopped": "-> archived: max gem own sue",
        "received recorded upheld groundless voided assigned elsewhere reopened proposed approved agreed": "wrong",
        "carried_out feedback urgent_bare urgent_proposed urgent_feedback urgent_approved": "wrong",
        "summarised not_upheld withdrawn withdrawn_late archived archived_not_upheld archived_withdrawn": "wrong",
    },
    "review changed": {
        "none": "unknown",
        "review_running": "-> analysed: sue max gem",
        "review_stopped": "-> analysed: max gem own sue",
        "received recorded upheld groundless voided assigned elsewhere reopened proposed approved agreed": "wrong",
        "carried_out feedback urgent_bare urgent_proposed urgent_feedback urgent_approved": "wrong",
        "summarised not_upheld withdrawn withdrawn_late archived archived_not_upheld archived_withdrawn": "wrong",
    },
    "reopen": {
        "none": "unknown",
        "archived": "-> assigned: ann lea sue max ? ben cho leb",
        "archived_not_upheld archived_withdrawn": "wrong",
        "received recorded upheld groundless voided assigned elsewhere reopened proposed approved agreed": "wrong",
        "carried_out feedback urgent_bare urgent_proposed urgent_feedback urgent_approved": "wrong",
        "summarised not_upheld withdrawn withdrawn_late review_running review_stopped": "wrong",
    },
    "hand_over": {
        "none": "unknown",
        "received recorded upheld groundless assigned elsewhere proposed approved agreed": "stays: ann lea sue max",
        "carried_out feedback summarised not_upheld withdrawn withdrawn_late": "stays: ann lea sue max",
        "review_running review_stopped voided reopened": "stays: ann lea sue max",
        "urgent_bare urgent_proposed urgent_feedback urgent_approved": "stays: ann lea sue max",
        "archived archived_not_upheld archived_withdrawn": "wrong",
    },
}

SHOWN = dict.fromkeys(("upheld", "groundless", "voided"), "analysed")
SHOWN |= dict.fromkeys(("assigned", "elsewhere", "reopened"), "assigned")
SHOWN |= dict.fromkeys(("urgent_bare", "urgent_proposed", "urgent_approved"), "carried_out")
SHOWN |= {"urgent_feedback": "feedback", "withdrawn_late": "withdrawn"}
SHOWN |= dict.fromkeys(("review_running", "review_stopped"), "under_review")
SHOWN |= dict.fromkeys(("archived", "archived_not_upheld", "archived_withdrawn"), "archived")
"""What the output calls a state that this page tells apart."""

REFUSED = {"wrong": "wrong_state", "unknown": "unknown_case"}
HOW: dict[str, Line] = {"": {}, "urgent": URGENT, "changed": CHANGED}
NOT_JUDGED = "left to the readings"
TRIED = 20
"""The hour: before the first warning, after the last step."""


def _expected(state: str, row: str) -> dict[str, str]:
    """What each account is told: a literal row of the table, read."""
    if row in REFUSED:
        return dict.fromkeys(EVERYBODY, REFUSED[row])
    if row == "?":
        return dict.fromkeys(EVERYBODY, NOT_JUDGED)
    move, who = row.split(": ")
    who, _, left = who.partition(" ? ")
    who, _, own = who.partition(" own ")
    target = move.removeprefix("-> ") if move != "stays" else SHOWN.get(state, state)
    may = EVERYBODY[:-1] if who == "all" else who.split()
    found = dict.fromkeys(EVERYBODY, "not_allowed") | dict.fromkeys(may, target)
    return found | dict.fromkeys(own.split(), "own_matter") | dict.fromkeys(left.split(), NOT_JUDGED)


def _way(state: str, account: str) -> list[Line]:
    if state == "none":
        return []
    if state == "received":
        return [received(case=account)]
    steps: list[tuple[str, Line]] = [(step, {}) if isinstance(step, str) else step for step in ROADS[state]]
    later = [done(do, hour, BY.get(do, "ann"), case=account, **more) for hour, (do, more) in enumerate(steps, start=1)]
    return [opened(case=account), *later]


def _tried(do: str, state: str) -> dict[str, str]:
    """What came of it when each account tried it, each with a case of its own."""
    do, _, how = do.partition(" ")
    more = {"until": 100, "told_at": TRIED} if do == "extend" else HOW[how]
    ways = [_way(state, account) for account in EVERYBODY]
    tries = [done(do, TRIED, account, case=account, **more) for account in EVERYBODY]
    found = told(*by_time(*ways), *tries)["results"]
    made, came = found[: -len(EVERYBODY)], found[-len(EVERYBODY) :]
    assert [one for one in made if not one["ok"]] == [], f"the way to {state}"
    assert {one["state"] for one in made if one["case"] == "ann"} >= {SHOWN.get(state, state)} - {"none"}
    return {one["case"]: one["why"] or one["state"] for one in came}


@pytest.mark.parametrize("do", MOVES)
def test_each_state_and_each_account_has_its_answer(do: str) -> None:
    rows = {state: row for states, row in MOVES[do].items() for state in states.split()}
    expected = {state: _expected(state, row) for state, row in rows.items()}
    found = {state: _tried(do, state) for state in rows}
    judged = {(state, who): why for state, each in expected.items() for who, why in each.items() if why != NOT_JUDGED}

    assert {(state, who): found[state][who] for state, who in judged} == judged


@pytest.mark.parametrize("do", MOVES)
def test_the_table_names_each_state_once(do: str) -> None:
    named = [state for states in MOVES[do] for state in states.split()]

    assert sorted(named) == sorted(STATES)


def test_a_refused_line_tells_the_state_where_the_case_still_is() -> None:
    tries = [opened(), done("agree", 1), done("hand_over", 2, "ben"), done("carry_out", 3, case="d"), done("open", 4)]
    found = told(*tries)["results"]

    assert [(one["case"], one["state"], one["number"], one["why"]) for one in found] == [
        ("c", "recorded", "2026-03-0001", None),
        ("c", "recorded", "2026-03-0001", "wrong_state"),
        ("c", "recorded", "2026-03-0001", "not_allowed"),
        ("d", None, None, "unknown_case"),
        ("c", "recorded", "2026-03-0001", "wrong_state"),
    ]
