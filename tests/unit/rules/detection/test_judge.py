"""The judge as a whole: when records settle, what they look like, what is remembered and what is forgotten."""

from __future__ import annotations

import json

import pytest

from callcenter.domain import facts as fx
from callcenter.domain.vocabulary import AgentState, OfferOutcome
from callcenter.rules.detection.judge import Judge
from callcenter.rules.records.violation import identity, violation_shape
from callcenter.staff.roster import roster_of
from tests.unit.rules.detection.story import EPOCH, Story, micros, packaged, read, roster, rulebook

TIMED_OUT, DECLINED = OfferOutcome.TIMED_OUT, OfferOutcome.DECLINED


def test_record_settles_when_no_gap_can_be_near_any_more() -> None:
    story = Story(on=roster())
    story.offer(0, 15, TIMED_OUT)
    assert story.judge.decide(micros(74.999999)) == []
    assert [record.rule for record in story.judge.decide(micros(75))] == ["V-MISSED"]
    assert story.records() == []


def test_declined_offer_settles_when_it_can_be_part_of_no_run() -> None:
    story = Story(on=roster())
    story.offer(0, 3, DECLINED)
    assert story.judge.decide(micros(600)) == []
    assert [record.rule for record in story.judge.decide(micros(609))] == ["V-MISSED"]


def test_declined_offer_settles_soon_once_she_answers() -> None:
    story = Story(on=roster())
    story.offer(0, 3, DECLINED)
    story.answers(20, uid="c2")
    assert [record.rule for record in story.judge.decide(micros(64))] == ["V-MISSED"]


def test_blocked_line_settles_when_everyone_who_waited_is_answered_or_gone() -> None:
    story = Story(on=roster())
    story.ready(seconds=-10)
    story.joins(20)
    story.own_call(0, 90)
    assert story.judge.decide(micros(400)) == []
    story.gone(20, 500)
    assert [record.rule for record in story.judge.decide(micros(501))] == ["V-HOTLINE"]


def test_blocked_line_settles_when_the_last_who_waited_was_answered() -> None:
    story = Story(on=roster())
    story.ready(seconds=-10)
    story.joins(20)
    story.own_call(0, 90)
    story.answers(450, "Bob")
    assert [record.verdict for record in story.judge.decide(micros(451))] == ["undetermined"]


def test_records_come_in_the_order_of_time_rule_and_agent() -> None:
    story = Story(on=roster())
    story.offer(0, 20, OfferOutcome.ANSWERED, agent="Bob")
    story.offer(0, 20, TIMED_OUT, agent="Bob")
    story.offer(0, 20, TIMED_OUT, agent="Alice")
    story.offer(0, 10, TIMED_OUT, agent="Carol")
    assert [(r.at, r.rule, r.agent) for r in story.records()] == [
        (micros(10), "V-MISSED", "Carol"),
        (micros(20), "V-LATE-ANSWER", "Bob"),
        (micros(20), "V-MISSED", "Alice"),
        (micros(20), "V-MISSED", "Bob"),
    ]


def test_id_is_the_acts_own() -> None:
    ids = {
        identity("V-MISSED", "Alice", 1, "c1"),
        identity("V-MISSED", "Alice", None, "c1"),
        identity("V-MISSED", "Alice", 1, "c2"),
        identity("V-MISSED", "Bob", 1, "c1"),
        identity("V-LATE-ANSWER", "Alice", 1, "c1"),
    }
    assert len(ids) == 5
    assert identity("V-MISSED", "Alice", 1, "c1") in ids


def test_record_names_the_edition_that_held() -> None:
    book = read(
        "based_on: packaged\neditions:\n"
        "  - {version: old, from: 2020-01-01, to: 2027-01-15}\n"
        "  - {version: new, from: 2027-01-16, figures: {rings: 4}}\n"
    )
    story = Story(on=roster(), book=book)
    story.offer(0, 18, OfferOutcome.ANSWERED)
    story.offer(9 * 3600, 18, OfferOutcome.ANSWERED)
    story.offer(9 * 3600, 22, OfferOutcome.ANSWERED)
    assert [(r.rulebook, r.measured, r.limit) for r in story.records(20 * 3600)] == [
        ("old", 18.0, 15.0),
        ("new", 22.0, 20.0),
    ]


def test_before_any_edition_nothing_is_forbidden() -> None:
    book = read("based_on: packaged\neditions: [{version: late, from: 2040-01-01}]\n")
    story = Story(on=roster(), book=book)
    story.ready(seconds=-10)
    story.offer(0, 30, OfferOutcome.ANSWERED)
    story.offer(40, 15, TIMED_OUT)
    story.offer(60, 3, DECLINED)
    story.own_call(100, 200)
    story.loses_phone(300)
    assert story.records() == []


def test_shape_has_the_keys_of_replay_and_is_plain_json() -> None:
    story = Story(on=roster())
    story.ready(seconds=-10)
    story.joins(0)
    for moment in (10, 50, 90):
        story.offer(moment - 2, 2, DECLINED)
    story.gone(0, 95)
    shape = violation_shape(story.record())
    assert list(shape)[:13] == [
        "rule",
        "agent",
        "at",
        "verdict",
        "severity",
        "points",
        "rulebook",
        "measured",
        "limit",
        "unit",
        "impact",
        "why",
        "evidence",
    ]
    assert (shape["at"], shape["rulebook"], shape["evidence"]) == (EPOCH / 1e6 + 8, "2026.1", [])
    assert shape["impact"] == [{"queue": "support", "uniqueid": "c1", "visit": 1, "outcome": "abandoned"}]
    assert shape["why"] == "3 offers in a row were refused over 80 s (limit 60 s)."
    assert json.loads(json.dumps(shape)) == shape


def test_shape_of_a_record_without_a_time_has_nulls() -> None:
    story = Story(on=roster())
    story.offer(None, 0, TIMED_OUT)
    shape = violation_shape(story.record(), "zh-CN")
    assert (shape["at"], shape["measured"], shape["unit"], shape["impact"]) == (None, None, None, None)
    assert shape["why"] == "话机振铃?秒（?声，承诺3声内接听），无人接听；无时间记录。"


def test_shared_phone_is_judged_by_whose_turn_it_was() -> None:
    on = roster_of(
        {
            "agents": [
                {"agent": "Alice", "interface": "PJSIP/1001", "to": "2027-01-15T16:00"},
                {"agent": "Bob", "interface": "PJSIP/1001", "from": "2027-01-15T16:00"},
            ],
            "shifts": [{"agent": "Bob", "from": "2027-01-15T16:00", "to": "2027-01-15T20:00"}],
        }
    )
    story = Story(on=on)
    story.offer(0, 15, TIMED_OUT)
    assert (story.record().agent, story.records()) == ("Bob", [])


def test_judge_forgets_callers_and_phones_that_nothing_can_ask_for() -> None:
    story = Story(on=roster())
    story.ready(seconds=-10)
    for n in range(600):
        story.visit(n * 10, n * 10 + 5, uid=f"c{n}")
        story.loses_phone(n * 10 + 6)
        story.finds_phone(n * 10 + 7)
        story.judge.decide(micros(n * 10 + 9))
    assert len(story.judge.save()) < 60_000


def test_facts_that_no_rule_asks_for_change_nothing() -> None:
    judge = Judge(packaged(), roster())
    judge.see(fx.OutOfOrder(at=None, event="Join", pos=1))
    judge.see(fx.PhoneRang(at=micros(0), agent="Alice", interface="PJSIP/1001", queue="support", uniqueid="c1"))
    assert judge.finish(None) == []


def test_figures_set_short_make_records_settle_soon() -> None:
    book = rulebook("figures: {gap_nearness_seconds: 1, together_seconds: 1, refused_apart_seconds: 2}")
    story = Story(on=roster(), book=book)
    story.offer(0, 3, DECLINED)
    assert [record.rule for record in story.judge.decide(micros(11))] == ["V-MISSED"]


def test_caller_who_stopped_waiting_but_whose_end_is_not_told_yet_holds_the_record() -> None:
    story = Story(on=roster())
    story.ready(seconds=-10)
    story.joins(20)
    story.own_call(0, 90)
    story.tell(fx.VisitLeft(at=micros(50), uniqueid="c1", queue="support", n=1))
    assert story.judge.decide(micros(400)) == []
    story.gone(20, 50)
    assert [record.verdict for record in story.judge.decide(micros(401))] == ["proposed"]


def test_caller_who_left_before_the_block_holds_nothing() -> None:
    story = Story(on=roster())
    story.ready(seconds=-60)
    story.joins(-50)
    story.tell(fx.VisitLeft(at=micros(-1), uniqueid="c1", queue="support", n=1))
    story.own_call(0, 90)
    assert [record.verdict for record in story.judge.decide(micros(400))] == ["undetermined"]


def test_leaving_that_nobody_saw_beginning_is_no_trouble() -> None:
    story = Story(on=roster())
    story.tell(fx.VisitLeft(at=micros(0), uniqueid="c1", queue="support", n=1))
    assert story.records() == []


@pytest.mark.parametrize(("joined", "left", "verdict"), [(None, 50.0, "proposed"), (None, 120.0, "undetermined")])
def test_caller_whose_joining_was_not_seen_counts_where_he_is_known_to_have_waited(
    joined: None, left: float, verdict: str
) -> None:
    story = Story(on=roster())
    story.ready(seconds=-60)
    story.own_call(0, 90)
    story.gone(joined, left)
    assert story.record().verdict == verdict


def test_caller_of_whom_no_time_is_known_holds_the_record_until_told() -> None:
    story = Story(on=roster())
    story.ready(seconds=-60)
    story.tell(fx.VisitJoined(at=None, uniqueid="c1", queue="support", n=1))
    story.own_call(0, 90)
    assert story.judge.decide(micros(400)) == []
    story.gone(None, None)
    assert [record.verdict for record in story.judge.decide(micros(400))] == ["undetermined"]


def test_long_history_of_states_is_cut() -> None:
    story = Story(on=roster())
    for n in range(5000):
        story.state(n, state=AgentState.WRAP_UP)
    assert len(story.judge.save()) < 60_000


def test_gaps_without_an_end_or_a_beginning_are_near_everything() -> None:
    story = Story(on=roster())
    story.offer(0, 15, TIMED_OUT)
    story.tell(fx.GapSeen(at=None, start=None, cause="link"))
    assert story.record().verdict == "undetermined"


def test_state_without_a_time_is_not_remembered() -> None:
    story = Story(on=roster())
    story.tell(
        fx.AgentStateChanged(
            at=None,
            agent="Alice",
            interface="PJSIP/1001",
            ended=None,
            state=AgentState.PAUSED,
            reason=None,
            queues=(),
        )
    )
    story.offer(0, 15, TIMED_OUT)
    assert story.record().verdict == "proposed"


def test_nothing_seen_is_nothing_to_tell() -> None:
    judge = Judge(packaged(), roster())
    for _ in range(300):
        assert judge.decide(micros(0)) == []
    assert judge.finish(None) == []


def test_verdict_is_told_at_the_moment_at_which_it_is_due() -> None:
    story = Story(on=roster())
    story.ready("Alice")
    story.offer(10, 20, OfferOutcome.TIMED_OUT)
    assert story.judge.decide(micros(30)) == []
    due = story.judge.due()
    assert due == micros(90)
    assert story.judge.decide(due - 1) == []
    assert [record.rule for record in story.judge.decide(due)] == ["V-MISSED"]
    assert story.judge.due() == roster().shifts["Alice"][0][1] + 1


def test_refusal_is_told_when_no_run_can_take_it_in_any_more() -> None:
    story = Story(on=roster())
    story.ready("Alice")
    story.offer(10, 5, OfferOutcome.DECLINED)
    due = story.judge.due()
    assert due == micros(15 + 600 + 5) + 1
    assert story.judge.decide(due - 1) == []
    assert [record.rule for record in story.judge.decide(due)] == ["V-MISSED"]


def test_nothing_is_due_where_nothing_happened() -> None:
    assert Story().judge.due() is None
