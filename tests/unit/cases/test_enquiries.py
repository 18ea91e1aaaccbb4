"""Enquiries: which step from where, moments in any order, and promises to the microsecond."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from callcenter.cases.complaints.forms import FieldKind
from callcenter.cases.complaints.vocabulary import CaseChannel
from callcenter.cases.enquiries import (
    MOST_TURNS,
    ContactMoments,
    ContactTurn,
    EnquiryState,
    EnquiryStep,
    PromiseVerdict,
    contact_promises,
    counted_promises,
    filled_moments,
    merged_moments,
    require_step,
)
from callcenter.cases.enquiry_forms import EnquiryChoices, next_steps, step_form
from callcenter.domain.frame import SECOND, Micros
from callcenter.errors import BadInput

HOUR: Micros = 3_600 * SECOND
LIMITS = {"P-GREET": 15 * SECOND, "P-CHAT": 60 * SECOND, "P-MAIL": 24 * HOUR, "P-WAIT": 20 * SECOND}
T: Micros = 1_000 * SECOND
LATE = T + 48 * HOUR
KEPT, BROKEN, OPEN, UNKNOWN = PromiseVerdict
TOLD: dict[EnquiryStep, dict[str, Any]] = {
    EnquiryStep.CLASSIFY: {"case_class": "delivery"},
    EnquiryStep.HAND_OVER: {"owner": "bob"},
    EnquiryStep.SOLVE: {"words": "sent anew"},
    EnquiryStep.PLAN: {"words": "ask again", "follow_up_at": T},
    EnquiryStep.FOLLOW_UP: {"words": "satisfied"},
    EnquiryStep.FEEDBACK: {"satisfaction": 1},
    EnquiryStep.MOMENTS: {"moments": ContactMoments(arrived=T)},
    EnquiryStep.CLOSE: {"outcome": "solved"},
    EnquiryStep.COMPLAIN: {"words": "too late", "wanted": "the money"},
}
FROM_CLOSED = {
    EnquiryStep.CLASSIFY,
    EnquiryStep.PLAN,
    EnquiryStep.FOLLOW_UP,
    EnquiryStep.FEEDBACK,
    EnquiryStep.MOMENTS,
    EnquiryStep.COMPLAIN,
}


def verdicts(channel: CaseChannel, moments: ContactMoments, now: Micros = LATE) -> dict[str, PromiseVerdict]:
    return {one.code: one.verdict for one in contact_promises(channel, moments, LIMITS, now)}


def chat(**moments: Any) -> dict[str, PromiseVerdict]:
    return verdicts(CaseChannel.CHAT, ContactMoments(arrived=T, **moments))


@pytest.mark.parametrize(
    ("after", "verdict"), [(0, KEPT), (15 * SECOND, KEPT), (15 * SECOND + 1, BROKEN), (-1, UNKNOWN)]
)
def test_greeting_is_kept_to_its_last_microsecond(after: Micros, verdict: PromiseVerdict) -> None:
    assert chat(greeted=T + after)["P-GREET"] is verdict


@pytest.mark.parametrize(("after", "verdict"), [(60 * SECOND, KEPT), (60 * SECOND + 1, BROKEN)])
def test_chat_is_answered_within_its_minute(after: Micros, verdict: PromiseVerdict) -> None:
    assert chat(first_answer=T + after)["P-CHAT"] is verdict


@pytest.mark.parametrize(("after", "verdict"), [(24 * HOUR, KEPT), (24 * HOUR + 1, BROKEN)])
def test_mail_is_answered_within_a_day_and_nothing_else_is_promised(after: Micros, verdict: PromiseVerdict) -> None:
    moments = ContactMoments(arrived=T, first_answer=T + after)
    assert verdicts(CaseChannel.EMAIL, moments) == {"P-MAIL": verdict}


@pytest.mark.parametrize("channel", [CaseChannel.MAIL, CaseChannel.SOCIAL, CaseChannel.ON_SITE, CaseChannel.PHONE])
def test_other_channels_have_no_promise_of_these(channel: CaseChannel) -> None:
    assert verdicts(channel, ContactMoments(arrived=T, first_answer=T)) == {}


def test_what_nobody_answered_is_open_until_it_is_due_and_broken_after() -> None:
    waiting = ContactMoments(arrived=T)
    assert verdicts(CaseChannel.CHAT, waiting, T + 60 * SECOND)["P-CHAT"] is OPEN
    assert verdicts(CaseChannel.CHAT, waiting, T + 60 * SECOND + 1)["P-CHAT"] is BROKEN


def test_missing_moment_is_a_gap_and_never_a_zero() -> None:
    assert verdicts(CaseChannel.CHAT, ContactMoments(greeted=T, first_answer=T)) == {
        "P-GREET": UNKNOWN,
        "P-CHAT": UNKNOWN,
    }
    assert chat(closed=T + HOUR) == {"P-GREET": UNKNOWN, "P-CHAT": UNKNOWN}


def test_each_turn_of_a_chat_is_a_promise_of_its_own() -> None:
    turns = (
        ContactTurn(id="1", asked=T, answered=T + 20 * SECOND),
        ContactTurn(id="2", asked=T, answered=T + 20 * SECOND + 1),
        ContactTurn(id="3", answered=T),
    )
    judged = contact_promises(CaseChannel.CHAT, ContactMoments(turns=turns), LIMITS, LATE)
    assert [(one.turn, one.verdict, one.due) for one in judged if one.turn] == [
        ("1", KEPT, T + 20 * SECOND),
        ("2", BROKEN, T + 20 * SECOND),
        ("3", UNKNOWN, None),
    ]
    assert counted_promises(judged)["P-WAIT"] == {KEPT: 1, BROKEN: 1, OPEN: 0, UNKNOWN: 1}


def test_what_the_rulebook_does_not_promise_is_not_judged() -> None:
    assert contact_promises(CaseChannel.CHAT, ContactMoments(arrived=T), {}, LATE) == ()


def test_moments_are_the_same_in_whatever_order_they_are_told() -> None:
    reports = [
        ContactMoments(arrived=T, turns=(ContactTurn(id="2", asked=T + 2),)),
        ContactMoments(first_answer=T + 9, turns=(ContactTurn(id="1", asked=T + 1, answered=T + 3),)),
        ContactMoments(arrived=T + 1, greeted=T + 5, closed=T + 99, turns=(ContactTurn(id="2", answered=T + 4),)),
    ]
    found = set()
    for order in itertools.permutations(reports):
        known = ContactMoments()
        for told in (*order, order[0]):
            known = merged_moments(known, told)
        found.add(known)
    (known,) = found
    assert known.all == (T, T + 5, T + 9, T + 99, T + 1, T + 3, T + 2, T + 4)


def test_contact_has_so_many_turns_and_no_more() -> None:
    turns = tuple(ContactTurn(id=str(n)) for n in range(MOST_TURNS))
    known = merged_moments(ContactMoments(), ContactMoments(turns=turns))
    with pytest.raises(BadInput, match="at most"):
        merged_moments(known, ContactMoments(turns=(ContactTurn(id="more"),)))


@pytest.mark.parametrize("step", EnquiryStep)
def test_each_step_is_taken_from_where_it_can_be(step: EnquiryStep) -> None:
    allowed = {EnquiryState.OPEN} if step in TOLD else set()
    allowed |= {EnquiryState.CLOSED} if step in FROM_CLOSED else set()
    for state in EnquiryState:
        if state in allowed:
            require_step(step, state, TOLD[step])
        else:
            with pytest.raises(BadInput, match=str(step)):
                require_step(step, state, TOLD.get(step, {}))


@pytest.mark.parametrize(("step", "field"), [(step, field) for step, told in TOLD.items() for field in told])
def test_step_names_the_field_that_it_lacks(step: EnquiryStep, field: str) -> None:
    with pytest.raises(BadInput, match=f"{field} is missing"):
        require_step(step, EnquiryState.OPEN, TOLD[step] | {field: None})


def test_blank_words_are_none() -> None:
    with pytest.raises(BadInput, match="words is missing"):
        require_step(EnquiryStep.SOLVE, EnquiryState.OPEN, {"words": " \n"})


TOLD_BY_SYSTEM = ContactMoments(arrived=T, first_answer=T + 99, turns=(ContactTurn(id="a", asked=T),))


def test_what_is_told_by_hand_fills_the_gaps_of_what_a_system_told() -> None:
    by_hand = ContactMoments(greeted=T + 3, first_answer=T + 200, turns=(ContactTurn(id="a", answered=T + 9),))

    known = filled_moments(TOLD_BY_SYSTEM, by_hand)

    assert known.all == (T, T + 3, T + 99, T, T + 9)


@pytest.mark.parametrize(
    "by_hand",
    [
        ContactMoments(first_answer=T + 5),
        ContactMoments(arrived=1),
        ContactMoments(turns=(ContactTurn(id="a", asked=1),)),
        ContactMoments(turns=(ContactTurn(id="0", asked=T, answered=T),)),
        ContactMoments(turns=(ContactTurn(id="b", asked=T, answered=T),)),
    ],
)
def test_what_a_system_told_is_not_told_otherwise_by_hand(by_hand: ContactMoments) -> None:
    with pytest.raises(BadInput, match="it stands"):
        filled_moments(TOLD_BY_SYSTEM, by_hand)


def answer(step: EnquiryStep, *, planned: bool) -> dict[str, Any]:
    """Fill in a step's form, all of it."""
    among = EnquiryChoices(classes=("delivery",), owners=("bob",))
    told: dict[str, Any] = {}
    for one in step_form(step, among, planned=planned):
        value = T if one.kind is FieldKind.MOMENT else one.choices[0] if one.choices else "so it was"
        told[one.name.split(".")[0]] = value
    return told


@pytest.mark.parametrize("state", EnquiryState)
@pytest.mark.parametrize(("classified", "planned"), [*itertools.product((False, True), repeat=2)])
def test_every_step_that_is_offered_can_be_taken_with_what_its_form_asks(
    state: EnquiryState, classified: bool, planned: bool
) -> None:
    offered = next_steps(state, classified=classified, planned=planned)
    for step in offered:
        require_step(step, state, answer(step, planned=planned))
    assert (EnquiryStep.CLOSE in offered) is (state is EnquiryState.OPEN and classified)
    assert (EnquiryStep.FOLLOW_UP in offered) is (state is not EnquiryState.COMPLAINT and planned)
    assert (offered == []) is (state is EnquiryState.COMPLAINT)


def test_a_contact_that_is_recorded_is_no_call_and_closes_with_a_follow_up_only_where_one_is_planned() -> None:
    channel = step_form(EnquiryStep.RECEIVE, EnquiryChoices(), planned=False)[0]
    assert (channel.name, "phone" in channel.choices) == ("channel", False)
    choices = {
        planned: step_form(EnquiryStep.CLOSE, EnquiryChoices(), planned=planned)[0].choices for planned in (False, True)
    }
    assert set(choices[True]) - set(choices[False]) == {"follow_up"}
    assert "complaint" not in choices[True]
