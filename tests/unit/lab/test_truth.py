from __future__ import annotations

from typing import Any

from callcenter.lab.truth import compare, compare_queue_log

OFFER = {"interface": "PJSIP/1101", "agent": "Alice", "outcome": "answered", "rang_at": 10.0}
VISIT = {"queue": "sales", "caller": "138", "outcome": "answered", "answered_at": 14.0, "offers": [OFFER]}
TALK = {
    "caller": "138",
    "agent": "Alice",
    "interface": "PJSIP/1101",
    "how": "queue",
    "from": 14.0,
    "to": 20.0,
    "ended_by": "caller",
}

Told = list[dict[str, Any]] | None


def replay(*visits: dict[str, Any], states: Told = None, talks: Told = None) -> dict[str, Any]:
    agents = [{"agent": "Alice", "states": states or []}]
    return {"calls": [{"visits": [visit], "talks": talks or []} for visit in visits], "agents": agents}


def truth(*visits: dict[str, Any], states: Told = None, talks: Told = None) -> dict[str, Any]:
    return {"agents": ["Alice"], "visits": list(visits), "states": states or [], "talks": talks or []}


def test_replay_that_says_the_same_has_no_difference() -> None:
    assert compare(truth(VISIT), replay(VISIT)) == []


def test_time_within_the_tolerance_agrees_and_beyond_it_does_not() -> None:
    near, far = VISIT | {"answered_at": 14.1}, VISIT | {"answered_at": 14.3}

    assert compare(truth(VISIT), replay(near)) == []
    assert "answered_at is 14.3" in compare(truth(VISIT), replay(far))[0]


def test_times_of_a_process_that_was_late_agree_within_its_lateness_too() -> None:
    late = truth(VISIT) | {"lag_seconds": 0.1}

    assert compare(late, replay(VISIT | {"answered_at": 14.3})) == []
    assert compare(late, replay(VISIT | {"answered_at": 14.4})) != []


def test_unknown_time_does_not_stand_for_a_known_one() -> None:
    assert compare(truth(VISIT), replay(VISIT | {"answered_at": None})) != []


def test_null_in_the_truth_must_be_null_and_an_absent_key_may_be_anything() -> None:
    refused = {"queue": "sales", "caller": "138", "outcome": "refused", "joined_at": None}

    assert compare(truth(refused), replay(refused | {"joined_at": 3.0, "offers": []})) != []
    assert compare(truth(refused), replay(refused | {"left_at": 3.0, "offers": []})) == []


def test_missing_visit_and_invented_visit_are_told() -> None:
    assert "no such visit" in compare(truth(VISIT), replay())[0]
    assert "too many" in compare(truth(VISIT), replay(VISIT, VISIT))[0]


def test_wrong_outcome_of_an_offer_is_told() -> None:
    wrong = VISIT | {"offers": [OFFER | {"outcome": "timed_out"}]}

    assert "offer 1 to PJSIP/1101: outcome" in compare(truth(VISIT), replay(wrong))[0]


def test_offer_that_was_never_made_is_told() -> None:
    twice = VISIT | {"offers": [OFFER, OFFER]}

    assert compare(truth(VISIT), replay(twice)) != []
    assert compare(truth(twice), replay(VISIT)) != []


def test_state_must_be_found_with_its_times() -> None:
    span = {"agent": "Alice", "state": "paused", "reason": "tea", "from": 5.0, "to": 9.0}
    shown = {"state": "paused", "reason": "tea", "from": 5.05, "to": 8.95}

    assert compare(truth(states=[span]), replay(states=[shown])) == []
    assert compare(truth(states=[span]), replay(states=[shown | {"reason": "meal"}])) != []


def test_queue_log_that_tells_another_end_contradicts() -> None:
    lines = "10|c1|sales|NONE|ENTERQUEUE||138|1\n14|c1|sales|Alice|CONNECT|4|c2|4\n"

    assert compare_queue_log(truth(VISIT), lines) == []
    assert compare_queue_log(truth(VISIT | {"outcome": "abandoned"}), lines) != []


def test_queue_log_without_the_visit_contradicts() -> None:
    assert compare_queue_log(truth(VISIT), "") != []


def test_visit_that_queue_log_tells_under_two_calls_is_not_looked_for_there() -> None:
    assert compare_queue_log(truth(VISIT), "") != []
    assert compare_queue_log(truth(VISIT | {"logged": False}), "") == []
    assert compare(truth(VISIT | {"logged": False}), replay(VISIT)) == []


def test_talk_must_be_found_with_its_times_and_who_ended_it() -> None:
    true = truth(VISIT, talks=[TALK])

    assert compare(true, replay(VISIT, talks=[TALK | {"seconds": 6.0}])) == []
    assert "Alice, talk 1: to is 24.0" in compare(true, replay(VISIT, talks=[TALK | {"to": 24.0}]))[0]
    assert "Alice, talk 1: how is 'pickup'" in compare(true, replay(VISIT, talks=[TALK | {"how": "pickup"}]))[0]
    assert "Alice, talk 1: ended_by" in compare(true, replay(VISIT, talks=[TALK | {"ended_by": "agent"}]))[0]


def test_missing_talk_and_invented_talk_are_told() -> None:
    assert "1 talks are true, shown are []" in compare(truth(VISIT, talks=[TALK]), replay(VISIT))[0]
    assert "0 talks are true, shown are ['queue']" in compare(truth(VISIT), replay(VISIT, talks=[TALK]))[0]


def test_talk_with_the_caller_of_another_call_is_told() -> None:
    other = replay(VISIT | {"caller": "139"}, talks=[TALK])

    assert "Alice, talk 1: caller is '139'" in str(compare(truth(VISIT, talks=[TALK]), other))


def test_talk_of_a_call_that_no_queue_saw_has_no_caller_to_compare() -> None:
    direct = TALK | {"how": "direct"}
    shown = replay() | {"calls": [{"visits": [], "talks": [direct]}]}

    assert compare(truth(talks=[direct]), shown) == []


def test_talks_of_one_agent_are_told_apart_by_their_times() -> None:
    later = TALK | {"from": 30.0, "to": 32.0, "how": "park"}

    assert compare(truth(VISIT, talks=[TALK, later]), replay(VISIT, talks=[later, TALK])) == []
