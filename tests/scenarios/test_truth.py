from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from callcenter.lab.truth import compare, compare_queue_log
from tests.scenarios.tapes import ALL, HONEST, LOGINS, Shown, Tape, replayed, tape

HALF_SEEN = {"gap"}
SEEN = [one for one in ALL if str(one) not in HALF_SEEN]

login = pytest.mark.parametrize("login", LOGINS)


def visits(shown: Shown) -> list[dict[str, Any]]:
    return [visit for call in shown["calls"] for visit in call["visits"]]


@login
@pytest.mark.parametrize("one", SEEN, ids=str)
def test_replay_tells_what_phones_and_callers_did(one: Tape, login: str) -> None:
    assert compare(one.truth(), replayed(one.logins(login))) == []


@login
@pytest.mark.parametrize("one", ALL, ids=str)
def test_replay_with_queue_log_tells_what_phones_and_callers_did(one: Tape, login: str) -> None:
    assert compare(one.truth(), replayed(one.logins(login), one.log)) == []


@login
def test_what_a_gap_hid_stays_unknown_without_queue_log_and_is_marked_when_filled(login: str) -> None:
    one = tape("gap")
    alone, filled = replayed(one.logins(login)), replayed(one.logins(login), one.log)

    first = visits(alone)[0]
    assert (first["outcome"], first["ended_at"], first["talk_seconds"]) == ("answered", None, None)
    assert (first["ended_by"], first["in_gap"]) == ("unknown", True)
    assert len(visits(alone)) == 2
    assert [visit["filled"] for visit in visits(filled)] == [
        ["ended_at", "ended_by"],
        ["joined_at", "left_at", "outcome"],
        [],
    ]
    assert [gap["cause"] for gap in alone["gaps"]] == ["link"]


@login
@pytest.mark.parametrize("one", HONEST, ids=str)
def test_no_frame_of_an_honest_login_is_refused(one: Tape, login: str) -> None:
    assert replayed(one.logins(login))["quarantined"] == {"total": 0, "kinds": {}}


@login
@pytest.mark.parametrize("name", ["hostile_number", "hostile_number_uncleaned"])
def test_nothing_that_a_number_forges_is_believed(name: str, login: str) -> None:
    shown = replayed(tape(name).logins(login))

    assert set(shown["quarantined"]["kinds"]) == {"missing_header", "no_opening"}
    assert set(shown["totals"]["queues"]) <= {name}


@pytest.mark.parametrize("one", ALL, ids=str)
def test_queue_log_of_the_switch_does_not_contradict_the_truth(one: Tape) -> None:
    assert compare_queue_log(one.truth(), one.log.read_text()) == []


@pytest.mark.parametrize("one", SEEN, ids=str)
def test_totals_are_what_phones_and_callers_count(one: Tape) -> None:
    truth = one.truth()
    totals = replayed(one.logins("board"))["totals"]
    outcomes = Counter((visit["queue"], visit["outcome"]) for visit in truth["visits"])
    refused = Counter(visit["queue"] for visit in truth["visits"] if visit["outcome"] == "refused")
    told = {
        (queue, outcome): queue_totals[outcome]
        for queue, queue_totals in totals["queues"].items()
        for outcome in OUTCOMES
        if queue_totals[outcome]
    }

    assert told == outcomes
    assert totals["no_queue"] == {}
    for name, queue in totals["queues"].items():
        assert queue["offered"] == sum(queue[outcome] for outcome in OUTCOMES) - refused[name]
        assert queue["within"] <= queue["answered"]


OUTCOMES = (
    "answered",
    "abandoned",
    "timed_out",
    "queue_empty",
    "key_pressed",
    "withdrawn",
    "redirected",
    "refused",
    "switch_down",
    "unknown",
)


@pytest.mark.parametrize("one", SEEN, ids=str)
def test_agents_totals_are_the_offers_that_their_phones_had(one: Tape) -> None:
    shown = replayed(one.logins("board"))
    counted = Counter((offer["agent"], offer["outcome"]) for visit in visits(shown) for offer in visit["offers"])
    totals = {
        (agent, outcome): count
        for agent, of_agent in shown["totals"]["agents"].items()
        for outcome, count in of_agent["offers"].items()
        if count
    }

    assert totals == counted
    for agent, of_agent in shown["totals"]["agents"].items():
        assert of_agent["missed"] == counted[agent, "timed_out"]
        assert of_agent["declined"] == counted[agent, "declined"]
        assert of_agent["answered"] == counted[agent, "answered"]


@login
@pytest.mark.parametrize("one", ALL, ids=str)
def test_an_agents_spans_follow_each_other_and_the_last_one_lasts(one: Tape, login: str) -> None:
    for agent in replayed(one.logins(login))["agents"]:
        *before, last = agent["states"]
        assert last["to"] is None
        assert [span["to"] for span in before] == [span["from"] for span in agent["states"][1:]]
        assert all(span["from"] < span["to"] for span in before)
