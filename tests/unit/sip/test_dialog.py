"""Requests inside and outside a call, and answers that echo what was asked."""

from __future__ import annotations

import pytest

from callcenter.sip.dialog import SipDialog, UserAgent
from callcenter.sip.message import SipMessage, parse

PHONE = UserAgent("10.0.0.1", 5061, "<sip:1001@10.0.0.1:5061>", (("user-agent", "phone"),))
OTHER = UserAgent("10.0.0.2", 5062, "<sip:1002@10.0.0.2:5062>")
OWN = "<sip:1001@pbx>"


def _dialled() -> tuple[SipDialog, SipMessage]:
    dialog = SipDialog.begun(PHONE, OWN, "sip:1002@pbx")
    return dialog, dialog.request("INVITE", body="v=0\r\n")


def test_first_request_names_both_parties_and_the_way_back() -> None:
    dialog, invite = _dialled()

    assert invite.heading == "INVITE sip:1002@pbx SIP/2.0"
    assert invite.one("via") == f"SIP/2.0/UDP 10.0.0.1:5061;rport;branch={invite.branch}"
    assert invite.branch.startswith("z9hG4bK")
    assert invite.one("from") == f"{OWN};tag={dialog.tag}"
    assert (invite.one("to"), invite.tag("to")) == ("<sip:1002@pbx>", "")
    assert (invite.call_id, invite.cseq) == (dialog.call_id, dialog.cseq)
    assert (invite.one("user-agent"), invite.one("content-type")) == ("phone", "application/sdp")
    assert parse(invite.encode()) == invite


def test_account_is_registered_to_itself() -> None:
    register = SipDialog.begun(PHONE, OWN, "sip:pbx", OWN).request("REGISTER", (("expires", "60"),))

    assert (register.uri, register.one("to"), register.one("expires")) == ("sip:pbx", OWN, "60")
    assert register.one("content-type") == ""


def test_each_request_has_the_next_number_and_a_branch_of_its_own() -> None:
    dialog, invite = _dialled()
    bye = dialog.request("BYE")

    assert bye.cseq == invite.cseq + 1
    assert bye.branch != invite.branch


def test_challenged_request_is_the_same_but_for_number_branch_and_credentials() -> None:
    dialog, invite = _dialled()
    again = dialog.again(invite, ("authorization", "Digest"))

    assert again.one("authorization") == "Digest"
    assert (again.cseq, again.method) == (invite.cseq + 1, "INVITE")
    assert len(again.values("via")) == 1
    assert again.branch != invite.branch
    assert (again.call_id, again.one("from"), again.body) == (invite.call_id, invite.one("from"), invite.body)


def test_answer_tells_where_the_call_goes_on() -> None:
    dialog, invite = _dialled()
    routed = SipMessage(
        invite.heading, (*invite.fields, ("record-route", "<sip:p1;lr>"), ("record-route", "<sip:p2;lr>")), invite.body
    )
    dialog.accepted(OTHER.response(routed, 200, "bob"))
    ack, bye = dialog.acknowledge(invite), dialog.request("BYE")

    assert (ack.heading, ack.cseq, ack.method) == ("ACK sip:1002@10.0.0.2:5062 SIP/2.0", invite.cseq, "ACK")
    assert ack.branch != invite.branch
    assert bye.one("to") == "<sip:1002@pbx>;tag=bob"
    assert bye.values("route") == ("<sip:p2;lr>", "<sip:p1;lr>")


def test_answer_without_a_contact_leaves_the_target_as_it_was() -> None:
    dialog, _ = _dialled()
    dialog.accepted(SipMessage("SIP/2.0 200 OK", (("to", "<sip:1002@pbx>;tag=b"),)))

    assert dialog.target == "sip:1002@pbx"


def test_invited_phone_speaks_from_its_own_side() -> None:
    _, invite = _dialled()
    dialog = SipDialog.invited(OTHER, invite)
    bye = dialog.request("BYE")

    assert bye.one("from") == f"<sip:1002@pbx>;tag={dialog.tag}"
    assert bye.one("to") == invite.one("from")
    assert (bye.uri, bye.call_id) == ("sip:1001@10.0.0.1:5061", invite.call_id)


def test_response_echoes_what_was_asked_and_keeps_one_tag() -> None:
    _, invite = _dialled()
    ringing = OTHER.response(invite, 180, "bob", (("allow", "INVITE"),))

    assert ringing.heading == "SIP/2.0 180 Ringing"
    assert ringing.transaction == invite.transaction
    assert (ringing.tag("to"), ringing.one("contact"), ringing.one("allow")) == ("bob", OTHER.contact, "INVITE")
    assert OTHER.response(ringing, 200, "other").tag("to") == "bob"
    assert parse(ringing.encode()) == ringing


def test_response_outside_a_dialog_has_a_tag_of_its_own() -> None:
    _, invite = _dialled()

    assert len({OTHER.response(invite, 481).tag("to") for _ in range(9)} | {""}) == 10


def test_response_with_a_description_says_what_it_is() -> None:
    _, invite = _dialled()

    assert OTHER.response(invite, 200, body="v=0\r\n").one("content-type") == "application/sdp"


def test_attended_transfer_names_the_dialog_as_its_other_party_knows_it() -> None:
    dialog, invite = _dialled()
    dialog.accepted(OTHER.response(invite, 200, "bob"))

    assert dialog.replaced_by() == (
        f"sip:1002@pbx?Replaces={dialog.call_id.replace('@', '%40')}%3Bto-tag%3Dbob%3Bfrom-tag%3D{dialog.tag}"
    )


def test_answer_that_nobody_gives_has_no_words() -> None:
    with pytest.raises(KeyError):
        OTHER.response(_dialled()[1], 299)
