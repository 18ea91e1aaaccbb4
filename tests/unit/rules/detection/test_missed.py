"""V-MISSED and its innocent twins."""

from __future__ import annotations

import pytest

from callcenter.domain.vocabulary import AgentState, OfferOutcome
from callcenter.rules.records.violation import StateSince, Verdict
from tests.unit.rules.detection.story import Story, micros, roster, rulebook

INNOCENT = sorted(set(OfferOutcome) - {OfferOutcome.TIMED_OUT, OfferOutcome.DECLINED})


@pytest.mark.parametrize(("outcome", "ringing"), [(OfferOutcome.TIMED_OUT, 15.0), (OfferOutcome.DECLINED, 2.8)])
def test_available_agent_who_lets_it_ring_out_or_declines_missed_it(outcome: OfferOutcome, ringing: float) -> None:
    story = Story(on=roster())
    story.offer(0, ringing, outcome)
    record = story.record()
    assert (record.rule, record.agent, record.verdict) == ("V-MISSED", "Alice", Verdict.PROPOSED)
    assert (record.at, record.measured, record.limit) == (micros(ringing), ringing, None)
    assert (record.severity, record.points, record.act.code) == ("minor", 2, outcome.value)


def test_record_of_a_missed_call_tells_the_rings_that_were_heard_and_those_that_are_promised() -> None:
    story = Story(on=roster(), book=rulebook("figures: {rings: 2}"))
    story.state(0)
    story.offer(60, 20.02, OfferOutcome.TIMED_OUT)
    record = story.record()
    assert record.why("en") == "the phone rang for 20 s (rings: 5; promised: within 2) and was not answered."
    assert record.why("zh-CN") == "话机振铃20秒（5声，承诺2声内接听），无人接听。"
    assert (record.queue, record.before) == ("support", (StateSince(AgentState.AVAILABLE, micros(0)),))
    declined = Story(on=roster())
    declined.offer(0, 2.8, OfferOutcome.DECLINED)
    assert declined.record().why("en") == "the call was declined at ring 1, after 2.8 s."


@pytest.mark.parametrize("outcome", INNOCENT)
def test_any_other_outcome_is_nobodys_fault(outcome: OfferOutcome) -> None:
    story = Story(on=roster())
    story.offer(0, 10, outcome)
    assert story.records() == []


@pytest.mark.parametrize("refuted", ["on a call", "paused", "phone lost"])
@pytest.mark.parametrize("outcome", [OfferOutcome.TIMED_OUT, OfferOutcome.DECLINED])
def test_agent_who_was_not_available_missed_nothing(outcome: OfferOutcome, refuted: str) -> None:
    story = Story(on=roster())
    story.offer(0, 15, outcome, available=False, refuted=refuted)
    assert story.records() == []


def test_offer_whose_beginning_was_not_seen_is_undetermined() -> None:
    story = Story(on=roster())
    story.offer(0, 15, OfferOutcome.TIMED_OUT, available=False, refuted="not seen")
    record = story.record()
    assert (record.verdict, record.reason and record.reason.code) == (Verdict.UNDETERMINED, "not_seen")


def test_off_shift_is_excused() -> None:
    story = Story(on=roster("Bob"))
    story.offer(0, 15, OfferOutcome.TIMED_OUT)
    assert story.record().verdict is Verdict.EXCUSED


def test_declined_off_shift_is_excused() -> None:
    story = Story(on=roster("Bob"))
    story.offer(0, 3, OfferOutcome.DECLINED)
    assert story.record().verdict is Verdict.EXCUSED


def test_without_a_roster_it_is_undetermined() -> None:
    story = Story()
    story.offer(0, 15, OfferOutcome.TIMED_OUT)
    assert story.record().verdict is Verdict.UNDETERMINED


def test_without_times_it_is_listed_as_undetermined() -> None:
    story = Story(on=roster())
    story.offer(None, 0, OfferOutcome.TIMED_OUT)
    record = story.record()
    assert (record.at, record.verdict, record.measured) == (None, Verdict.UNDETERMINED, None)
    assert "rang for ? s" in record.why()


def test_restart_soon_after_makes_it_undetermined() -> None:
    story = Story(on=roster())
    story.offer(0, 15, OfferOutcome.TIMED_OUT)
    story.gap(50, 55, "restart")
    assert story.record().verdict is Verdict.UNDETERMINED


def test_two_declines_are_two_records_with_ids_of_their_own() -> None:
    story = Story(on=roster())
    story.offer(0, 2.8, OfferOutcome.DECLINED)
    story.offer(5, 2.8, OfferOutcome.DECLINED)
    records = story.records()
    assert [record.at for record in records] == [micros(2.8), micros(7.8)]
    assert len({record.id for record in records}) == 2


def test_grace_after_becoming_available_excuses() -> None:
    story = Story(on=roster(), book=rulebook("figures: {grace_seconds: 3}"))
    story.state(-10, state=AgentState.TALKING)
    story.state(-2)
    story.offer(0, 15, OfferOutcome.TIMED_OUT)
    record = story.record()
    assert (record.verdict, record.reason and record.reason.code) == (Verdict.EXCUSED, "grace")


def test_end_of_an_earlier_ring_is_no_new_becoming_available() -> None:
    story = Story(on=roster(), book=rulebook("figures: {grace_seconds: 3}"))
    story.state(-100)
    story.state(-20, state=AgentState.RINGING)
    story.state(-2)
    story.offer(0, 15, OfferOutcome.TIMED_OUT)
    assert story.record().verdict is Verdict.PROPOSED


def test_rule_that_is_off_raises_nothing() -> None:
    story = Story(on=roster(), book=rulebook('violations: {V-MISSED: {mode: "off"}}'))
    story.offer(0, 15, OfferOutcome.TIMED_OUT)
    assert story.records() == []
