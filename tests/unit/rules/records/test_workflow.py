"""The workflow: what each step changes, and each sentence that refuses one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from callcenter.rules.records.refusals import StepRefused, Why
from callcenter.rules.records.standing import CHECKLISTS, SERVICE, Advice, RecordState, Standing
from callcenter.rules.records.steps import STEPS, Action, ProcessStep
from callcenter.rules.records.violation import Verdict
from callcenter.rules.records.workflow import take
from callcenter.rules.regulations.edition import Mode, Severity
from callcenter.staff.rights import Role
from callcenter.staff.roles import Principal
from tests.unit.rules.detection.people import (
    ALICE,
    BOB,
    DAY,
    HOUR,
    HR,
    LEADER,
    MANAGER,
    MONDAY,
    OTHER_SUPERVISOR,
    QA,
    SUPERVISOR,
    TERMS,
    record,
    step,
)

FRIDAY = MONDAY + 4 * DAY - 9 * HOUR
"""Three working days after Monday are over: Friday, 00:00."""


def played(standing: Standing, *steps: ProcessStep) -> Standing:
    for one in steps:
        standing, _ = take(standing, one, TERMS)
    return standing


def why(standing: Standing, one: ProcessStep) -> Why:
    with pytest.raises(StepRefused) as refused:
        take(standing, one, TERMS)
    return refused.value.why


def notified() -> Standing:
    return played(record(), step(Action.NOTIFY, LEADER))


def confirmed(**other: Any) -> Standing:
    return played(
        record(**other),
        step(Action.NOTIFY, LEADER),
        step(Action.EXPLAIN, ALICE),
        step(Action.CONFIRM, SUPERVISOR),
    )


def appealed() -> Standing:
    return played(confirmed(), step(Action.APPEAL, ALICE, MONDAY + DAY))


def test_record_goes_from_proposal_to_confirmation_and_counts_only_then() -> None:
    standing, counted = record(), []
    for one in (
        step(Action.NOTIFY, LEADER),
        step(Action.EXPLAIN, ALICE),
        step(Action.CONFIRM, SUPERVISOR),
    ):
        counted.append(standing.counted)
        standing, _ = take(standing, one, TERMS)
    assert (counted, standing.counted) == ([0, 0, 0], 2)


def test_appeal_suspends_what_was_confirmed() -> None:
    assert (appealed().counted, appealed().advice) == (0, ())


def test_appeal_that_is_upheld_by_somebody_else_leaves_nothing_counted() -> None:
    over = played(appealed(), step(Action.OVERTURN, MANAGER, MONDAY + 2 * DAY))
    assert (over.state, over.counted, over.decided_by, over.appeal_decided_by) == (
        RecordState.OVERTURNED,
        0,
        "sun",
        "ma",
    )


def test_appeal_that_is_refused_leaves_the_decision_as_it_was() -> None:
    final = played(appealed(), step(Action.CONFIRM, HR, MONDAY + 2 * DAY))
    assert (final.state, final.counted) == (RecordState.CONFIRMED, 2)


def test_appeal_before_any_decision_is_decided_once_and_finally() -> None:
    standing = played(notified(), step(Action.APPEAL, ALICE), step(Action.CONFIRM, MANAGER))
    assert why(standing, step(Action.APPEAL, ALICE)) is Why.APPEALED_ONCE


def test_step_tells_the_audit_log_what_it_did() -> None:
    _, entry = take(notified(), step(Action.OVERTURN, SUPERVISOR, note=" the phone was broken "), TERMS)
    assert (entry.action, entry.before, entry.after) == (Action.OVERTURN, RecordState.NOTIFIED, RecordState.OVERTURNED)
    assert (entry.by, entry.note, entry.points) == ("sun", "the phone was broken", None)


def test_agent_has_three_working_days_to_explain() -> None:
    assert notified().explain_until == FRIDAY


def test_nobody_decides_against_an_agent_who_may_still_speak() -> None:
    early, in_time = step(Action.CONFIRM, SUPERVISOR, FRIDAY - 1), step(Action.CONFIRM, SUPERVISOR, FRIDAY)
    assert why(notified(), early) is Why.TOO_EARLY
    assert played(notified(), in_time).state is RecordState.CONFIRMED


def test_in_favour_of_the_agent_it_is_decided_at_any_time() -> None:
    assert played(record(), step(Action.OVERTURN, SUPERVISOR)).state is RecordState.OVERTURNED
    assert played(notified(), step(Action.OVERTURN, SUPERVISOR)).state is RecordState.OVERTURNED


def test_appeal_is_possible_to_the_end_of_the_fifth_working_day() -> None:
    until = confirmed().appeal_until
    assert until == MONDAY + 8 * DAY - 9 * HOUR  # the Tuesday after: a weekend lies between
    assert played(confirmed(), step(Action.APPEAL, ALICE, until - 1)).state is RecordState.APPEALED
    assert why(confirmed(), step(Action.APPEAL, ALICE, until)) is Why.TOO_LATE


def test_confirmation_may_choose_points_within_the_range() -> None:
    heard = played(notified(), step(Action.EXPLAIN, ALICE))
    assert played(heard, step(Action.CONFIRM, SUPERVISOR, points=5)).counted == 5


@pytest.mark.parametrize("points", [1, 6, -3])
def test_confirmation_outside_the_range_is_refused(points: int) -> None:
    heard = played(notified(), step(Action.EXPLAIN, ALICE))
    assert why(heard, step(Action.CONFIRM, SUPERVISOR, points=points)) is Why.POINTS_OUT


def test_no_figure_means_that_nobody_can_choose_one() -> None:
    heard = played(record(points=None, most=None), step(Action.NOTIFY, LEADER), step(Action.EXPLAIN, ALICE))
    assert why(heard, step(Action.CONFIRM, SUPERVISOR, points=1)) is Why.POINTS_OUT
    assert played(heard, step(Action.CONFIRM, SUPERVISOR)).counted == 0


def test_reduction_lowers_points_or_severity() -> None:
    grave = played(
        record(severity=Severity.DISMISSAL, points=None, most=None),
        step(Action.NOTIFY, LEADER),
        step(Action.EXPLAIN, ALICE),
        step(Action.REDUCE, SUPERVISOR, severity=Severity.WARNING),
    )
    lighter = played(notified(), step(Action.EXPLAIN, ALICE), step(Action.REDUCE, SUPERVISOR, points=1))
    assert (grave.decided_severity, grave.advice) == (Severity.WARNING, ())
    assert (lighter.state, lighter.counted) == (RecordState.REDUCED, 1)


@pytest.mark.parametrize(
    "figures",
    [{}, {"points": 2}, {"points": 3}, {"severity": Severity.MINOR}, {"points": 1, "severity": Severity.SEVERE}],
)
def test_reduction_that_reduces_nothing_is_refused(figures: dict[str, Any]) -> None:
    heard = played(notified(), step(Action.EXPLAIN, ALICE))
    assert why(heard, step(Action.REDUCE, SUPERVISOR, **figures)) is Why.NOT_LESS


def test_reduction_below_nothing_is_refused() -> None:
    heard = played(notified(), step(Action.EXPLAIN, ALICE))
    assert why(heard, step(Action.REDUCE, SUPERVISOR, points=-1)) is Why.POINTS_OUT


def test_appeal_makes_nothing_worse() -> None:
    assert why(appealed(), step(Action.CONFIRM, MANAGER, points=3)) is Why.POINTS_OUT
    assert played(appealed(), step(Action.REDUCE, MANAGER, points=0)).decided_points == 0


@pytest.mark.parametrize("action", [Action.CONFIRM, Action.REDUCE, Action.OVERTURN])
def test_who_proposes_does_not_decide(action: Action) -> None:
    heard = played(record(proposed_by="sun"), step(Action.NOTIFY, LEADER), step(Action.EXPLAIN, ALICE))
    assert why(heard, step(action, SUPERVISOR, points=1)) is Why.OWN_PROPOSAL


@pytest.mark.parametrize("action", [Action.CONFIRM, Action.REDUCE, Action.OVERTURN])
def test_who_decided_does_not_decide_the_appeal(action: Action) -> None:
    assert why(appealed(), step(action, SUPERVISOR, points=1)) is Why.OWN_DECISION


@pytest.mark.parametrize("action", [Action.EXPLAIN, Action.APPEAL])
def test_nobody_speaks_for_another_agent(action: Action) -> None:
    assert why(notified(), step(action, BOB)) is Why.NOT_OWN
    assert why(notified(), step(action, SUPERVISOR)) is Why.NOT_OWN


@pytest.mark.parametrize("action", [Action.NOTIFY, Action.OVERTURN])
def test_nobody_acts_for_the_department_on_a_record_about_themselves(action: Action) -> None:
    assert why(record(agent="Li"), step(action, LEADER)) is Why.ABOUT_SELF


@pytest.mark.parametrize("action", [Action.EXPLAIN, Action.APPEAL])
def test_agent_says_something_or_the_step_is_refused(action: Action) -> None:
    assert why(notified(), step(action, ALICE, note="  ")) is Why.NO_WORDS


@pytest.mark.parametrize("action", [Action.CONFIRM, Action.REDUCE, Action.OVERTURN])
@pytest.mark.parametrize("note", ["", " \n "])
def test_every_decision_says_why(action: Action, note: str) -> None:
    heard = played(notified(), step(Action.EXPLAIN, ALICE))
    assert why(heard, step(action, SUPERVISOR, note=note, points=1)) is Why.NO_WORDS
    assert why(appealed(), step(action, MANAGER, note=note, points=1)) is Why.NO_WORDS


@pytest.mark.parametrize("verdict", [Verdict.UNDETERMINED, Verdict.EXCUSED])
@pytest.mark.parametrize("action", [Action.NOTIFY, Action.OVERTURN])
def test_record_that_is_not_proposed_is_seen_but_not_acted_on(verdict: Verdict, action: Action) -> None:
    assert why(record(verdict=verdict), step(action, SUPERVISOR)) is Why.NOT_PROPOSED


def test_record_of_a_rule_in_shadow_reaches_nobody() -> None:
    assert why(record(mode=Mode.SHADOW), step(Action.NOTIFY, SUPERVISOR)) is Why.SHADOW


ADMIN, OTHER_ADMIN = (Principal(account=name, role=Role.ADMIN) for name in ("root", "wheel"))


class TestShadow:
    def test_last_word_of_each_administrator_counts_and_the_state_stays(self) -> None:
        words = [step(Action.AGREE, ADMIN), step(Action.AGREE, OTHER_ADMIN), step(Action.DISAGREE, ADMIN)]
        reviewed = played(record(mode=Mode.SHADOW), *words)
        assert (reviewed.state, reviewed.reviews) == (RecordState.PROPOSED, {"root": False, "wheel": True})

    def test_one_who_disagrees_is_enough(self) -> None:
        shadow = record(mode=Mode.SHADOW)
        agreed = played(shadow, step(Action.AGREE, ADMIN))
        doubted = played(agreed, step(Action.DISAGREE, OTHER_ADMIN))
        assert [one.agreed for one in (shadow, agreed, doubted)] == [None, True, False]

    def test_review_brings_about_nothing_else(self) -> None:
        reviewed = played(record(mode=Mode.SHADOW, fine_yuan=20), step(Action.AGREE, ADMIN))
        assert (reviewed.stands, reviewed.counted, reviewed.advice) == (False, 0, ())

    def test_who_disagrees_says_why(self) -> None:
        shadow = record(mode=Mode.SHADOW)
        assert why(shadow, step(Action.DISAGREE, ADMIN, note=" ")) is Why.NO_WORDS
        assert played(shadow, step(Action.AGREE, ADMIN, note="")).agreed

    def test_nobody_reviews_a_record_about_themselves(self) -> None:
        own = Principal(account="root", role=Role.ADMIN, agent="Alice")
        assert why(record(mode=Mode.SHADOW), step(Action.AGREE, own)) is Why.ABOUT_SELF

    def test_only_records_in_shadow_are_reviewed(self) -> None:
        assert why(record(), step(Action.AGREE, ADMIN)) is Why.NOT_SHADOW

    def test_record_that_is_not_proposed_is_not_reviewed(self) -> None:
        excused = record(mode=Mode.SHADOW, verdict=Verdict.EXCUSED)
        assert why(excused, step(Action.AGREE, ADMIN)) is Why.NOT_PROPOSED

    def test_withdrawn_record_is_not_reviewed(self) -> None:
        withdrawal = ProcessStep(action=Action.WITHDRAW, by=SERVICE, at=MONDAY, note="the journal does not hash")
        gone = played(record(mode=Mode.SHADOW), withdrawal)
        assert why(gone, step(Action.AGREE, ADMIN)) is Why.NO_STEP


@pytest.mark.parametrize("make", [record, notified, confirmed, appealed])
def test_service_withdraws_what_its_evidence_no_longer_carries(make: Callable[[], Standing]) -> None:
    withdrawal = ProcessStep(action=Action.WITHDRAW, by=SERVICE, at=MONDAY, note="the journal does not hash")
    gone = played(make(), withdrawal)
    assert (gone.state, gone.counted, STEPS[gone.state]) == (RecordState.WITHDRAWN, 0, {})


def test_service_withdraws_an_undetermined_record_too() -> None:
    withdrawal = ProcessStep(action=Action.WITHDRAW, by=SERVICE, at=MONDAY, note="the journal does not hash")
    assert played(record(verdict=Verdict.UNDETERMINED), withdrawal).state is RecordState.WITHDRAWN


@pytest.mark.parametrize("action", [Action.NOTIFY, Action.CONFIRM, Action.REDUCE, Action.OVERTURN])
def test_service_decides_nothing_and_tells_nobody(action: Action) -> None:
    standing = record(state=RecordState.PROPOSED if action is Action.NOTIFY else RecordState.APPEALED)
    assert why(standing, ProcessStep(action=action, by=SERVICE, at=MONDAY, note="x", points=1)) is Why.NOBODY


def test_person_withdraws_only_what_they_proposed_and_nobody_was_told() -> None:
    own = record(proposed_by="li")
    assert played(own, step(Action.WITHDRAW, LEADER)).state is RecordState.WITHDRAWN
    assert why(own, step(Action.WITHDRAW, MANAGER)) is Why.NOT_WITHDRAWABLE
    told = played(own, step(Action.NOTIFY, SUPERVISOR))
    assert why(told, step(Action.WITHDRAW, LEADER)) is Why.NOT_WITHDRAWABLE


def test_every_pair_that_is_not_in_the_table_is_refused() -> None:
    refused = [
        (state, action)
        for state in RecordState
        for action in Action
        if action not in STEPS[state] and why(record(state=state), step(action, SUPERVISOR)) is not Why.NO_STEP
    ]
    assert refused == []


class TestAdvice:
    def test_dismissal_is_only_recommended_and_checked_by_four_people(self) -> None:
        standing = confirmed(severity=Severity.DISMISSAL, points=None, most=None)
        final = standing.appeal_until
        assert final is not None
        checks = {
            "evidence_reproduced": QA,
            "agent_heard": OTHER_SUPERVISOR,
            "lawful_and_union_told": HR,
            "dismissal_fits": MANAGER,
        }
        assert not standing.checked_fully(Advice.DISMISSAL)
        done = played(standing, *(step(Action.CHECK, who, final, item=item) for item, who in checks.items()))
        assert done.checked_fully(Advice.DISMISSAL)
        assert len(set(done.checked.values())) == len(CHECKLISTS[Advice.DISMISSAL])

    def test_fine_is_only_recommended(self) -> None:
        assert confirmed(fine_yuan=20).advice == (Advice.PAY,)

    def test_nothing_is_checked_while_the_agent_may_appeal(self) -> None:
        standing = confirmed(fine_yuan=20)
        assert standing.appeal_until is not None
        early = step(Action.CHECK, HR, standing.appeal_until - 1, item="lawful_deduction")
        assert why(standing, early) is Why.TOO_EARLY

    def test_check_belongs_to_its_role(self) -> None:
        late = MONDAY + 30 * DAY
        standing = confirmed(fine_yuan=20)
        assert why(standing, step(Action.CHECK, MANAGER, late, item="lawful_deduction")) is Why.ITEM_ROLE

    def test_check_that_nothing_recommends_is_refused(self) -> None:
        late = MONDAY + 30 * DAY
        assert why(confirmed(), step(Action.CHECK, HR, late, item="lawful_deduction")) is Why.NO_ITEM

    def test_check_is_made_once(self) -> None:
        check = step(Action.CHECK, HR, MONDAY + 30 * DAY, item="lawful_deduction")
        assert why(played(confirmed(fine_yuan=20), check), check) is Why.ITEM_DONE

    def test_who_changed_role_makes_no_second_check(self) -> None:
        late = MONDAY + 30 * DAY
        standing = played(confirmed(fine_yuan=20), step(Action.CHECK, HR, late, item="lawful_deduction"))
        again = ProcessStep(action=Action.CHECK, by=HR.account, role=MANAGER.role, at=late, item="amount_right")
        assert why(standing, again) is Why.ITEM_TWICE

    def test_who_proposed_checks_nothing(self) -> None:
        check = step(Action.CHECK, HR, MONDAY + 30 * DAY, item="lawful_deduction")
        assert why(confirmed(fine_yuan=20, proposed_by="hua"), check) is Why.OWN_PROPOSAL


@pytest.mark.parametrize("reason", list(Why))
def test_each_refusal_is_one_sentence_in_both_languages(reason: Why) -> None:
    params = dict.fromkeys(("state", "action", "verdict", "until", "least", "most", "item", "role", "record"), "x")
    refused = StepRefused(reason, **params)
    assert str(refused).endswith(".")
    assert str(refused).count(".") == 1
    assert refused.told("zh-CN").endswith("。")
