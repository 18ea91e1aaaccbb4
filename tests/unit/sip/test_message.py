"""Reading SIP as it comes, and bytes that are none; writing what is read the same."""

from __future__ import annotations

from contextlib import suppress
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.sip.message import MOST_BYTES, NotSip, SipMessage, address_in, new_token, parse

HEAD = (
    "Via: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bKx\r\nFrom: <sip:1@a>;tag=f\r\nTo: <sip:2@b>\r\n"
    "Call-ID: c\r\nCSeq: 7 {method}\r\n"
)


def _message(heading: str, method: str, extra: str = "", body: str = "") -> SipMessage:
    return parse(f"{heading}\r\n{HEAD.format(method=method)}{extra}\r\n{body}".encode())


@pytest.mark.parametrize("method", ["INVITE", "OPTIONS", "NOTIFY", "REFER", "INFO", "UPDATE", "NEWMETHOD"])
def test_request_of_any_method_is_read(method: str) -> None:
    read = _message(f"{method} sip:2@b SIP/2.0", method)

    assert (read.method, read.cseq, read.code, read.reason, read.uri) == (method, 7, 0, "", "sip:2@b")
    assert (read.call_id, read.branch) == ("c", "z9hG4bKx")


@pytest.mark.parametrize(
    ("heading", "code", "reason"),
    [("SIP/2.0 499 So: what", 499, "So: what"), ("SIP/2.0 180", 180, ""), ("SIP/2.0 200 ", 200, "")],
)
def test_response_of_any_status_is_read(heading: str, code: int, reason: str) -> None:
    read = _message(heading, "INVITE")

    assert (read.code, read.reason, read.method, read.uri) == (code, reason, "INVITE", "")


def test_response_belongs_to_the_transaction_of_its_request() -> None:
    asked, answer = _message("BYE sip:2@b SIP/2.0", "BYE"), _message("SIP/2.0 200 OK", "BYE")

    assert asked.transaction == answer.transaction
    assert asked.transaction != _message("SIP/2.0 200 OK", "INVITE").transaction


def test_compact_names_missing_spaces_and_folded_lines_are_read() -> None:
    fields = ("v:SIP/2.0/UDP h;branch=q", "f:<sip:1@a>\r\n ;tag=f", "t:<sip:2@b>", "i:c", "CSEQ : 1  BYE", "l: 0")
    read = parse("\r\n".join(["BYE sip:2@b SIP/2.0", *fields, "", ""]).encode())

    assert (read.call_id, read.branch, read.tag("from"), read.tag("to"), read.cseq) == ("c", "q", "f", "", 1)


def test_repeated_headers_stay_in_order() -> None:
    read = _message("BYE sip:2@b SIP/2.0", "BYE", "Record-Route: <sip:p1>\r\nv: second\r\nRecord-Route: <sip:p2>\r\n")

    assert read.values("record-route") == ("<sip:p1>", "<sip:p2>")
    assert [name for name, _ in read.all("via", "record-route")] == ["via", "record-route", "via", "record-route"]
    assert read.values("route") == ()


def test_value_with_a_colon_and_body_with_blank_lines_stay_whole() -> None:
    read = _message("INVITE sip:2@b SIP/2.0", "INVITE", 'Contact: "a: b" <sip:x@y:5>;p\r\n', "one\r\n\r\ntwo")

    assert read.one("contact") == '"a: b" <sip:x@y:5>;p'
    assert read.target == "sip:x@y:5"
    assert read.body == "one\r\n\r\ntwo"


@pytest.mark.parametrize(
    ("sender", "number", "name", "tag"),
    [
        ('"evil;tag=x" <sip:138%0d%0aX@a>;tag=real', "138\r\nX", "evil;tag=x", "real"),
        ("<sip:1@a;tag=inside>", "1", "", ""),
        ("sip:1@a;tag=f", "1", "", "f"),
        ("Wang <sips:1@a>;TAG=f", "1", "Wang", "f"),
        ("<sip:a>;tag=f", "", "", "f"),
        ("<tel:1>;tag=f", "", "", "f"),
    ],
)
def test_caller_is_read_as_it_calls_itself_and_cannot_choose_a_tag(
    sender: str, number: str, name: str, tag: str
) -> None:
    read = SipMessage("", (("from", sender),))

    assert (read.caller, read.tag("from")) == ((number, name), tag)


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("<sip:x@y:5;transport=udp>;expires=60", "sip:x@y:5;transport=udp"),
        ("sip:x@y;expires=60", "sip:x@y"),
        ('"sip:forged@z" <sip:x@y>', "sip:x@y"),
        ("x@y", ""),
        ("", ""),
    ],
)
def test_address_is_read_with_and_without_brackets(value: str, address: str) -> None:
    assert address_in(value) == address


@pytest.mark.parametrize(
    ("fields", "seconds"),
    [
        ((("contact", "<sip:a>;Expires=30"), ("expires", "60")), 30),
        ((("contact", "<sip:a>"), ("expires", "60")), 60),
        ((("expires", "soon"),), None),
        ((), None),
    ],
)
def test_registration_is_granted_for_what_the_contact_says_or_the_whole_answer(
    fields: tuple[tuple[str, str], ...], seconds: int | None
) -> None:
    assert SipMessage("", fields).granted_seconds == seconds


def _bye(head: str) -> bytes:
    return f"BYE sip:2@b SIP/2.0\r\n{head}\r\n".encode()


HEAD_OF_BYE = HEAD.format(method="BYE")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\r\n\r\n",
        b"\xff\xfe",
        b"hello",
        b"INVITE sip:2@b SIP/2.0\r\n\r\n",
        _bye(HEAD_OF_BYE).replace(b"BYE sip", b"INVITE sip"),
        _bye(HEAD_OF_BYE).replace(b"BYE sip:2@b SIP/2.0", b"HTTP/1.1 200 OK"),
        _bye(HEAD_OF_BYE).replace(b"BYE sip:2@b SIP/2.0", b"SIP/2.0 700 No"),
        _bye(HEAD_OF_BYE + "X: a\nVia: forged\r\n"),
        _bye(HEAD_OF_BYE + "X: a\x00\r\n"),
        _bye(HEAD_OF_BYE + ": no name\r\n"),
        _bye(HEAD_OF_BYE + "no colon, no name\r\n"),
        _bye(HEAD_OF_BYE + "X: y\r\n" * 200),
        _bye(HEAD_OF_BYE + "X: " + "y" * MOST_BYTES + "\r\n"),
        _bye(HEAD_OF_BYE.replace("7 ", "7a ")),
        _bye(HEAD_OF_BYE.replace("7 ", "12345678901 ")),
        _bye(HEAD_OF_BYE.replace("Call-ID: c", "Call-ID: ")),
    ],
)
def test_what_is_no_sip_is_told_as_such(raw: bytes) -> None:
    with pytest.raises(NotSip):
        parse(raw)


def _read(raw: bytes) -> None:
    with suppress(NotSip):
        read = parse(raw)
        assert read.caller
        assert read.target is not None
        assert read.granted_seconds is None or read.granted_seconds >= 0
        assert bool(read.code) != bool(read.uri)
        assert parse(read.encode()) == read


@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_else(raw: bytes) -> None:
    _read(raw)


@given(st.binary(max_size=60), st.binary(max_size=60), st.integers(0, 200))
def test_no_broken_message_raises_anything_else(inside: bytes, body: bytes, place: int) -> None:
    whole = _bye(HEAD_OF_BYE + "Contact: <sip:x@y>\r\n") + body
    _read(whole[:place] + inside + whole[place:])


@given(
    st.dictionaries(
        st.sampled_from(["From", "To", "Contact", "WWW-Authenticate", "Expires", "m"]), st.text(max_size=60)
    )
)
def test_no_header_values_raise_anything_else(values: dict[str, str]) -> None:
    extra = "".join(f"{name}: {value}\r\n" for name, value in values.items())
    _read(f"SIP/2.0 401 No\r\n{extra}{HEAD.format(method='REGISTER')}\r\n".encode())


VALUES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)


@given(VALUES, st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_no_value_that_is_written_adds_a_line(value: str, body: str) -> None:
    message = SipMessage(
        "SIP/2.0 200 OK",
        (("via", "v"), ("from", "f"), ("to", "t"), ("call-id", "c"), ("cseq", "1 BYE"), ("contact", value)),
        body,
    )
    try:
        written = message.encode()
    except NotSip:
        return
    read = parse(written)
    assert read == SipMessage(message.heading, (*message.fields[:-1], ("contact", value.strip(" \t"))), body)


@pytest.mark.parametrize("value", ["<sip:1@a>\r\nVia: b", "a\nb", "a\0"])
def test_value_that_would_end_its_line_is_not_written(value: str) -> None:
    with pytest.raises(NotSip, match="would end its line"):
        SipMessage("SIP/2.0 200 OK", (("contact", value),)).encode()


def test_headers_are_spelled_as_the_standard_spells_them() -> None:
    written = SipMessage("SIP/2.0 401 No", (("call-id", "c"), ("cseq", "1 BYE"), ("record-route", "r"))).encode()

    assert written == b"SIP/2.0 401 No\r\nCall-ID: c\r\nCSeq: 1 BYE\r\nRecord-Route: r\r\nContent-Length: 0\r\n\r\n"


def test_length_is_counted_in_bytes() -> None:
    assert b"Content-Length: 6\r\n" in SipMessage("SIP/2.0 200 OK", (), "王小").encode()


@pytest.mark.parametrize("filler", [" ", ";", "<sip:", ";tag=", "\t,", "a=b ", '"', "=", "\\"])
def test_longest_message_of_anything_is_read_at_once(filler: str) -> None:
    value = filler * ((MOST_BYTES - 300) // len(filler))
    raw = f"SIP/2.0 401 No\r\n{HEAD_OF_BYE.replace('<sip:1@a>', value)}Contact: x\r\n\r\n".encode()
    begun = process_time()
    _read(raw)

    assert process_time() - begun < 1


def test_tokens_differ() -> None:
    assert len({new_token() for _ in range(100)}) == 100
