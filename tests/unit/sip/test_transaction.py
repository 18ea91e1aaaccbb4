"""What is sent again, when, and until what is heard."""

from __future__ import annotations

import pytest

from callcenter.sip.dialog import SipDialog, UserAgent
from callcenter.sip.message import SipMessage
from callcenter.sip.transaction import (
    GIVE_UP,
    KEPT,
    T1,
    T2,
    Repetition,
    SentMessages,
    cancellation,
    pauses,
    refusal_heard,
)

PHONE = UserAgent("10.0.0.1", 5061, "<sip:1001@10.0.0.1:5061>")
DIALOG = SipDialog.begun(PHONE, "<sip:1001@pbx>", "sip:1002@pbx")
INVITE = DIALOG.request("INVITE")
OPTIONS = DIALOG.request("OPTIONS")


def test_repetitions_come_ever_later_and_not_for_ever() -> None:
    waited = list(pauses())

    assert waited[:5] == [T1, 1.0, 2.0, T2, T2]
    assert sum(waited) - T2 < GIVE_UP <= sum(waited)


def test_request_is_repeated_until_it_is_given_up() -> None:
    asking = Repetition(OPTIONS)
    waited = [asking.pause() for _ in range(30)]

    assert waited[:3] == [0.5, 1.0, 2.0]
    assert waited[-1] is None


@pytest.mark.parametrize(("code", "final"), [(180, False), (200, True), (486, True)])
def test_call_that_rings_is_not_asked_for_again(code: int, final: bool) -> None:
    asking = Repetition(INVITE)

    assert asking.heard(PHONE.response(INVITE, code)) is final
    assert asking.pause() is None


def test_other_request_is_repeated_through_what_is_not_final() -> None:
    asking = Repetition(OPTIONS)

    assert not asking.heard(PHONE.response(OPTIONS, 180))
    assert asking.pause() == T1


def test_what_comes_again_is_answered_by_the_same_bytes() -> None:
    sent = SentMessages()
    assert sent.again(OPTIONS) is None
    answer = sent.keep(OPTIONS, PHONE.response(OPTIONS, 200))

    assert sent.again(OPTIONS) == answer
    assert sent.again(DIALOG.request("OPTIONS")) is None


def test_later_answer_takes_the_place_of_the_earlier() -> None:
    sent = SentMessages()
    sent.keep(INVITE, PHONE.response(INVITE, 180))
    busy = sent.keep(INVITE, PHONE.response(INVITE, 486))

    assert sent.again(INVITE) == busy


def test_what_is_kept_is_bounded_and_the_oldest_goes() -> None:
    sent = SentMessages()
    asked = [DIALOG.request("OPTIONS") for _ in range(KEPT + 1)]
    for request in asked:
        sent.keep(request, PHONE.response(request, 200))

    assert [sent.again(request) is None for request in asked] == [True, *[False] * KEPT]


def test_refused_invite_is_acknowledged_in_its_own_transaction() -> None:
    routed = SipMessage(INVITE.heading, (*INVITE.fields, ("route", "<sip:p;lr>")))
    ack = refusal_heard(routed, PHONE.response(INVITE, 486, "bob"))

    assert ack.heading == "ACK sip:1002@pbx SIP/2.0"
    assert ack.values("via") == INVITE.values("via")
    assert (ack.cseq, ack.method, ack.tag("to")) == (INVITE.cseq, "ACK", "bob")
    assert ack.one("route") == "<sip:p;lr>"


def test_cancel_bears_number_and_branch_of_its_invite() -> None:
    cancel = cancellation(INVITE)

    assert cancel.heading == "CANCEL sip:1002@pbx SIP/2.0"
    assert cancel.values("via") == INVITE.values("via")
    assert (cancel.cseq, cancel.method, cancel.one("to")) == (INVITE.cseq, "CANCEL", "<sip:1002@pbx>")
