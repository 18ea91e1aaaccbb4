"""Who had to call again: repeat-customer, repeat-matter, first-contact resolution, and what is left out."""

from __future__ import annotations

from typing import Any

import pytest

from callcenter.cases.repeats import RepeatFigures, SeenContact, newly_repeated, repeat_figures, repeats_by_queue
from callcenter.domain.frame import SECOND, Micros

DAY: Micros = 86_400 * SECOND
LATER = 30 * DAY


def first(**told: Any) -> SeenContact:
    given: dict[str, Any] = {"call": "1", "joined_at": 0, "ended_at": DAY, "answered": True, "who": "C1"}
    return SeenContact(**given | told)


def again(at: Micros = 2 * DAY, **told: Any) -> SeenContact:
    given: dict[str, Any] = {"call": "2", "joined_at": at, "asked": False, "who": "C1"}
    return SeenContact(**given | told)


def matters(*names: str) -> dict[str, Any]:
    return {"matters": frozenset(names)}


@pytest.mark.parametrize(
    ("contacts", "expected"),
    [
        ([first()], RepeatFigures(alone=1, resolved=1)),
        ([first(), again(8 * DAY)], RepeatFigures(repeated=1, unknown=1)),
        ([first(), again(8 * DAY + 1)], RepeatFigures(alone=1, resolved=1)),
        ([first(), again(DAY - 1)], RepeatFigures(alone=1, resolved=1)),
        ([first(), again(call="1")], RepeatFigures(alone=1, resolved=1)),
        ([first(), again(who="C2"), again(who=None)], RepeatFigures(alone=1, resolved=1)),
        ([first(**matters("a")), again(**matters("a", "b"))], RepeatFigures(repeated=1, same=1)),
        ([first(**matters("a")), again(**matters("b"))], RepeatFigures(repeated=1, resolved=1)),
        ([first(**matters("a")), again(**matters("b")), again(call="3")], RepeatFigures(repeated=1, unknown=1)),
        ([first(), again(**matters("b"))], RepeatFigures(repeated=1, unknown=1)),
        ([first(who=None)], RepeatFigures(unidentified=1)),
        ([first(ended_at=None)], RepeatFigures(unidentified=1)),
        ([first(answered=False), first(asked=False), again(joined_at=None)], RepeatFigures()),
    ],
)
def test_each_answered_visit_is_counted_once(contacts: list[SeenContact], expected: RepeatFigures) -> None:
    figures = repeat_figures(contacts, LATER)
    assert figures == expected
    assert figures.answered == sum(one.answered and one.asked for one in contacts)


def test_nobody_is_resolved_before_the_time_is_over() -> None:
    assert repeat_figures([first()], 8 * DAY) == RepeatFigures(pending=1)
    assert repeat_figures([first(), again()], 8 * DAY) == RepeatFigures(repeated=1, pending=1)
    assert repeat_figures([first(**matters("a")), again(**matters("a"))], 3 * DAY) == RepeatFigures(repeated=1, same=1)
    assert repeat_figures([first()], 8 * DAY + 1) == RepeatFigures(alone=1, resolved=1)


def test_repeats_are_told_apart_by_the_queue_of_the_answered_visit() -> None:
    contacts = [first(queue="sales"), first(call="0", queue="support", ended_at=3 * DAY), again(queue="orders")]
    assert repeats_by_queue(contacts, LATER) == {
        "sales": RepeatFigures(repeated=1, unknown=1),
        "support": RepeatFigures(alone=1, resolved=1),
    }
    assert repeat_figures(contacts, LATER) == RepeatFigures(repeated=1, unknown=1, alone=1, resolved=1)


@pytest.mark.parametrize(
    ("contacts", "found"),
    [
        ([first(queue="sales"), again()], {"sales": 1}),
        ([first(), again(), again(2 * DAY + 9, call="3")], {"": 1}),
        ([first(), first(call="0"), again()], {"": 2}),
        ([first(), again(DAY), again()], {}),
        ([first(), again(3 * DAY)], {}),
        ([first(), again(call="1")], {}),
        ([first(answered=False), again()], {}),
        ([first(who=None), again()], {}),
        ([first(ended_at=None), again()], {}),
        ([first()], {}),
    ],
)
def test_visit_is_counted_once_when_its_customer_first_calls_again(
    contacts: list[SeenContact], found: dict[str, int]
) -> None:
    assert newly_repeated(contacts, 2 * DAY, 3 * DAY) == found
