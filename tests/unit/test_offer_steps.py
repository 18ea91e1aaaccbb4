"""What may be done with a record now, by whom, and why not: as the workflow says when the step is taken."""

from __future__ import annotations

from typing import Any

import pytest

from callcenter.rules.records.refusals import StepRefused, Why
from callcenter.rules.records.standing import RecordState, Standing
from callcenter.rules.records.steps import Action
from callcenter.rules.records.violation import Verdict
from callcenter.rules.records.workflow import take
from callcenter.rules.regulations.edition import Mode, Severity
from callcenter.staff.rights import Role
from callcenter.staff.roles import Principal
from callcenter.store.conflicts import NotAllowed
from callcenter.usecases.offer_steps import OfferedStep, offer_steps
from tests.unit.rules.detection.people import (
    ALICE,
    DAY,
    HR,
    LEADER,
    MANAGER,
    MONDAY,
    OTHER_SUPERVISOR,
    SUPERVISOR,
    TERMS,
    record,
    step,
)

ADMIN = Principal(account="root", role=Role.ADMIN)
LATER = MONDAY + 10 * DAY


def offers(standing: Standing, who: Principal, at: int = MONDAY) -> dict[str, OfferedStep]:
    return {one.item or one.action: one for one in offer_steps(standing, "hotline", who, TERMS, at)}


def taken(standing: Standing, who: Principal, at: int = MONDAY) -> set[str]:
    return {name for name, one in offers(standing, who, at).items() if one.refused is None}


def notified(**other: Any) -> Standing:
    return record(state=RecordState.NOTIFIED, explain_until=MONDAY + 3 * DAY, **other)


def confirmed(**other: Any) -> Standing:
    given: dict[str, Any] = {
        "state": RecordState.CONFIRMED,
        "decided_by": "sun",
        "decided_at": MONDAY,
        "decided_points": 2,
        "decided_severity": Severity.MINOR,
        "appeal_until": MONDAY + 5 * DAY,
    }
    return record(**given | other)


def test_each_takes_what_their_role_and_the_state_allow() -> None:
    assert taken(record(), LEADER) == {"notify"}
    assert taken(record(), SUPERVISOR) == {"notify", "overturn"}
    assert taken(record(), ALICE) == set()
    assert taken(notified(), ALICE) == {"explain"}
    assert taken(notified(), SUPERVISOR) == {"overturn"}
    assert taken(notified(), SUPERVISOR, LATER) == {"confirm", "reduce", "overturn"}
    assert taken(confirmed(), ALICE) == {"appeal"}
    assert taken(confirmed(), SUPERVISOR) == set()


@pytest.mark.parametrize("state", [RecordState.NOTIFIED, RecordState.EXPLAINED])
def test_an_appeal_is_offered_once_there_is_a_decision_to_appeal(state: RecordState) -> None:
    undecided = record(state=state, notified_at=MONDAY, explain_until=MONDAY + 3 * DAY)
    for who in (ALICE, SUPERVISOR):
        assert "appeal" not in offers(undecided, who)
        assert "appeal" in offers(confirmed(), who)
    assert take(undecided, step(Action.APPEAL, ALICE), TERMS)[0].state is RecordState.APPEALED  # as the API takes it


def test_an_appeal_is_for_who_decides_appeals_and_did_not_decide_before() -> None:
    appealed = confirmed(state=RecordState.APPEALED, appealed_at=MONDAY, decided_by="ma")
    other = Principal(account="tang", role=Role.MANAGER)
    assert taken(appealed, other) == {"confirm", "reduce", "overturn"}
    refused = offers(appealed, MANAGER)["confirm"].refused
    assert isinstance(refused, StepRefused)
    assert refused.why is Why.OWN_DECISION
    told = offers(appealed, OTHER_SUPERVISOR)["overturn"]
    assert isinstance(told.refused, NotAllowed)
    assert told.roles == (Role.MANAGER, Role.HR)


def test_why_not_is_what_the_workflow_says() -> None:
    early = offers(notified(), SUPERVISOR)["confirm"]
    assert isinstance(early.refused, StepRefused)
    assert early.refused.why is Why.TOO_EARLY
    assert early.roles == (Role.SUPERVISOR, Role.MANAGER)
    own = offers(notified(proposed_by="sun"), SUPERVISOR, LATER)["reduce"]
    assert isinstance(own.refused, StepRefused)
    assert own.refused.why is Why.OWN_PROPOSAL
    assert offers(notified(), SUPERVISOR)["explain"].roles == ()


def test_a_decision_says_between_what_it_may_choose() -> None:
    first = offers(notified(), SUPERVISOR, LATER)
    assert (first["confirm"].points, first["reduce"].points, first["overturn"].points) == ((2, 5), (0, 1), None)
    assert first["reduce"].severities == (Severity.WARNING,)
    again = offers(confirmed(state=RecordState.APPEALED, appealed_at=MONDAY), MANAGER)
    assert again["confirm"].points == (2, 2)
    bare = offers(notified(points=None, most=None), SUPERVISOR, LATER)
    assert (bare["confirm"].points, bare["reduce"].points, bare["reduce"].refused) == (None, None, None)
    assert {name for name, one in first.items() if one.needs_words} >= {"confirm", "reduce", "overturn"}
    least = notified(points=0, most=None, severity=Severity.WARNING)
    assert "reduce" not in offers(least, SUPERVISOR, LATER)


def test_checks_are_offered_one_by_one_to_the_role_of_each() -> None:
    standing = confirmed(fine_yuan=20, checked={"amount_right": "ma"})
    found = offers(standing, HR, LATER)
    assert set(found) == {"lawful_deduction", "appeal"}
    assert (found["lawful_deduction"].refused, found["lawful_deduction"].roles) == (None, (Role.HR,))
    other = offers(standing, MANAGER, LATER)["lawful_deduction"].refused
    assert isinstance(other, StepRefused)
    assert other.why is Why.ITEM_ROLE


def test_a_rule_in_shadow_is_reviewed_and_nothing_else() -> None:
    assert set(offers(record(mode=Mode.SHADOW), ADMIN)) == {"agree", "disagree"}
    assert taken(record(mode=Mode.SHADOW), ADMIN) == {"agree", "disagree"}
    assert set(offers(record(), ADMIN)) == {"notify", "overturn"}


def test_who_filed_a_record_may_take_it_back_before_anybody_was_told() -> None:
    filed = record(proposed_by="li")
    assert taken(filed, LEADER) == {"notify", "withdraw"}
    assert isinstance(offers(filed, SUPERVISOR)["withdraw"].refused, StepRefused)
    assert "withdraw" not in offers(notified(proposed_by="li"), LEADER)


@pytest.mark.parametrize("verdict", [Verdict.UNDETERMINED, Verdict.EXCUSED])
def test_what_is_not_proposed_takes_no_step(verdict: Verdict) -> None:
    assert offers(record(verdict=verdict), MANAGER) == {}


def test_every_action_has_an_offer_somewhere() -> None:
    seen = {one.action for state in RecordState for mode in Mode for one in _all(state, mode)}
    assert seen == set(Action)


def _all(state: RecordState, mode: Mode) -> list[OfferedStep]:
    standing = confirmed(state=state, mode=mode, fine_yuan=20, proposed_by="li", points=3)
    return offer_steps(standing, "hotline", LEADER, TERMS, MONDAY)
