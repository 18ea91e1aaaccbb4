"""Where a caller goes, by what is known of the number and by who is free."""

from __future__ import annotations

import pytest

from callcenter.cases.routing import NO_PREFERENCE, Candidate, Preference, Route, route

QUEUES = {"consumers", "key_accounts", "direct-1001", "direct-1002"}


def candidate(agent: str, number: int, *, free: bool = True, on_duty: bool = True, since: int | None = 1) -> Candidate:
    return Candidate(agent=agent, interface=f"PJSIP/{number}", team="gold", free=free, on_duty=on_duty, since=since)


ALICE, BOB = candidate("Alice", 1001), candidate("Bob", 1002, since=5)


def test_unknown_caller_goes_to_the_line_that_was_chosen() -> None:
    assert route("consumers", NO_PREFERENCE, [ALICE], QUEUES) == Route("consumers")


@pytest.mark.parametrize("line", ["nowhere", "direct-1001", "", "a b", "x/1/2"])
def test_line_that_there_is_not_is_no_answer(line: str) -> None:
    assert route(line, NO_PREFERENCE, [ALICE], {*QUEUES, "a b", "x/1/2"}) is None


def test_key_account_goes_to_its_own_queue_before_others() -> None:
    assert route("consumers", Preference(queue="key_accounts"), [], QUEUES) == Route("key_accounts", 10)


@pytest.mark.parametrize("queue", ["gone", "direct-1001"])
def test_queue_that_there_is_not_leaves_the_line(queue: str) -> None:
    assert route("consumers", Preference(queue=queue), [], QUEUES) == Route("consumers")


def test_agent_of_the_open_matter_is_tried_first() -> None:
    assert route("consumers", Preference(agent="Bob"), [ALICE, BOB], QUEUES) == Route("consumers", 0, "1002")


def test_whoever_may_not_be_tried_first_hears_of_no_agent() -> None:
    found = route("consumers", Preference(agent="Bob"), [ALICE, BOB], QUEUES, direct=False)
    assert found == Route("consumers")


@pytest.mark.parametrize(
    "other",
    [
        candidate("Bob", 1002, free=False),
        candidate("Bob", 1002, on_duty=False),
        candidate("Bob", 1003),
        Candidate(agent="Bob", interface="Local/1002@x/n", team=None, free=True, on_duty=True, since=None),
    ],
)
def test_agent_who_cannot_take_it_is_not_waited_for(other: Candidate) -> None:
    assert route("consumers", Preference(agent="Bob"), [ALICE, other], QUEUES) == Route("consumers")


def test_group_of_a_key_account_is_tried_by_whoever_is_free_for_longest() -> None:
    assert route("consumers", Preference(group="gold"), [BOB, ALICE], QUEUES) == Route("consumers", 10, "1001")


def test_matters_agent_comes_before_the_group() -> None:
    known = Preference(queue="key_accounts", group="gold", agent="Bob")
    assert route("consumers", known, [ALICE, BOB], QUEUES) == Route("key_accounts", 10, "1002")


@pytest.mark.parametrize(
    ("found", "line"), [(Route("a"), "a/0/-"), (Route("key_accounts", 10, "1001"), "key_accounts/10/1001")]
)
def test_answer_is_one_line(found: Route, line: str) -> None:
    assert found.line() == line
