"""Reading SIP and SDP that pyVoIP cannot, and bytes that are neither."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.softphone import sdp
from callcenter.softphone.message import Message
from callcenter.softphone.voip import RTP, SIP, SIPParseError

HEAD = (
    "Via: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bKx\r\nFrom: <sip:1@a>;tag=f\r\nTo: <sip:2@b>\r\n"
    "Call-ID: c\r\nCSeq: 7 {method}\r\n"
)


def _message(heading: str, method: str, extra: str = "", body: str = "") -> Message:
    return Message(f"{heading}\r\n{HEAD.format(method=method)}{extra}\r\n{body}".encode())


@pytest.mark.parametrize("method", ["OPTIONS", "NOTIFY", "REFER", "INFO", "UPDATE"])
def test_methods_that_pyvoip_does_not_know_are_read(method: str) -> None:
    read = _message(f"{method} sip:2@b SIP/2.0", method)
    assert (read.method, read.cseq, read.code, read.call_id, read.branch) == (method, 7, 0, "c", "z9hG4bKx")
    assert read.type is SIP.SIPMessageType.MESSAGE


def test_status_that_pyvoip_does_not_know_is_read() -> None:
    read = _message("SIP/2.0 499 So: what", "INVITE")
    assert (read.code, read.reason, read.method) == (499, "So: what", "INVITE")


def test_compact_names_missing_spaces_and_folded_lines_are_read() -> None:
    fields = ("v:SIP/2.0/UDP h;branch=q", "f:<sip:1@a>\r\n ;tag=f", "t:<sip:2@b>", "i:c", "CSEQ:1 BYE")
    read = Message("\r\n".join(["BYE sip:2@b SIP/2.0", *fields, "", ""]).encode())
    assert (read.call_id, read.branch, read.tag("from"), read.tag("to")) == ("c", "q", "f", "")


def test_value_with_a_colon_and_body_with_blank_lines_stay_whole() -> None:
    read = _message("INVITE sip:2@b SIP/2.0", "INVITE", 'Contact: "a: b" <sip:x@y:5>;p\r\n', "one\r\n\r\ntwo")
    assert read.one("contact") == '"a: b" <sip:x@y:5>;p'
    assert read.target == "sip:x@y:5"
    assert read.text == "one\r\n\r\ntwo"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe",
        b"INVITE sip:2@b SIP/2.0\r\n\r\n",
        b"INVITE sip:2@b SIP/2.0\r\n" + HEAD.format(method="BYE").encode() + b"\r\n",
        b"HTTP/1.1 200 OK\r\n" + HEAD.format(method="BYE").encode() + b"\r\n",
        b"BYE sip:2@b SIP/2.0\r\n" + HEAD.format(method="BYE").encode() + b"X: a\nVia: forged\r\n\r\n",
        b"BYE sip:2@b SIP/2.0\r\n" + HEAD.format(method="BYE").encode() + b"X: y\r\n" * 200 + b"\r\n",
        b"BYE sip:2@b SIP/2.0\r\n" + HEAD.format(method="BYE").replace("7 ", "7a ").encode() + b"\r\n",
    ],
)
def test_what_is_no_sip_is_told_as_such(raw: bytes) -> None:
    with pytest.raises(SIPParseError):
        Message(raw)


def _read(raw: bytes) -> bool:
    try:
        read = Message(raw)
    except SIPParseError:
        return False
    assert read.caller is not None
    assert read.target is not None
    assert read.granted_seconds is None or read.granted_seconds >= 0
    return True


@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_else(raw: bytes) -> None:
    assert _read(raw) in {True, False}


@given(
    st.dictionaries(
        st.sampled_from(["From", "To", "Contact", "WWW-Authenticate", "Expires", "m"]), st.text(max_size=60)
    )
)
def test_no_header_values_raise_anything_else(values: dict[str, str]) -> None:
    extra = "".join(f"{name}: {value}\r\n" for name, value in values.items())
    raw = f"SIP/2.0 401 No\r\n{extra}{HEAD.format(method='REGISTER')}\r\n".encode()
    assert _read(raw) in {True, False}


OFFER = "v=0\r\nc=IN IP4 10.0.0.1\r\nm=audio 4000 RTP/AVP 8 0 99\r\na=rtpmap:99 telephone-event/8000\r\n"


def test_offer_is_answered_in_its_own_order_and_numbers() -> None:
    offered = sdp.read(OFFER)
    assert offered.codecs == {8: RTP.PayloadType.PCMA, 0: RTP.PayloadType.PCMU, 99: RTP.PayloadType.EVENT}
    answer = sdp.write("10.0.0.2", 5000, offered.codecs, "sendrecv", 1, offered.refused)
    assert "m=audio 5000 RTP/AVP 8 0 99" in answer
    assert "a=fmtp:99 0-15" in answer


def test_video_is_refused_by_port_zero() -> None:
    offered = sdp.read(OFFER + "m=video 4002 RTP/AVP 96\r\n")
    assert sdp.write("10.0.0.2", 5000, offered.codecs, "sendrecv", 1, offered.refused).endswith(
        "m=video 0 RTP/AVP 96\r\n"
    )


def test_address_for_audio_is_never_a_name_to_look_up() -> None:
    with pytest.raises(SIPParseError):
        sdp.read(OFFER.replace("10.0.0.1", "evil.example"))


@given(st.text(max_size=200) | st.text(max_size=40).map(lambda tail: OFFER + tail))
def test_no_description_raises_anything_else(text: str) -> None:
    try:
        offered = sdp.read(text)
    except SIPParseError:
        return
    assert 0 <= offered.port <= 65535
