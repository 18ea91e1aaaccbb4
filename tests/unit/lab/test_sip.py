from __future__ import annotations

from itertools import islice

import pytest

from callcenter.lab import sip

INVITE = (
    b"INVITE sip:1001@127.0.0.3 SIP/2.0\r\nv: SIP/2.0/UDP a;branch=z1\r\nVia: SIP/2.0/UDP b;branch=z2\r\n"
    b'f: "A" <sip:138@127.0.0.1>;tag=abc\r\nTo: <sip:1001@127.0.0.3>\r\nCSeq: 7 INVITE\r\n'
    b"Content-Length: 4\r\n\r\nv=0\n"
)


def test_request_is_read_with_short_names_and_repeated_headers() -> None:
    message = sip.parse(INVITE)

    assert message is not None
    assert (message.method, message.cseq, message.status, message.body) == ("INVITE", 7, 0, "v=0\n")
    assert message.all("via") == ["SIP/2.0/UDP a;branch=z1", "SIP/2.0/UDP b;branch=z2"]
    assert sip.tag_of(message.get("from")) == "abc"


def test_response_knows_what_it_answers() -> None:
    message = sip.parse(b"SIP/2.0 486 Busy Here\r\nCSeq: 2 INVITE\r\n\r\n")

    assert message is not None
    assert (message.status, message.method) == (486, "INVITE")


def test_what_was_written_is_read_the_same() -> None:
    message = sip.parse(INVITE)

    assert message is not None
    assert sip.parse(message.encode()) == message


@pytest.mark.parametrize("datagram", [b"", b"\r\n\r\n", b"\x00\xff", b"hello"])
def test_keep_alive_and_noise_are_no_message(datagram: bytes) -> None:
    assert sip.parse(datagram) is None


def test_digest_answer_is_that_of_the_standard() -> None:
    challenge = 'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc"'

    answer = sip.digest_answer(challenge, "GET", "/dir/index.html", "Mufasa", "Circle Of Life")

    # RFC 2069's example, as its erratum corrects it: the same question without qop.
    assert 'response="670fd8c2df070c60b045671b8b24ff02"' in answer
    assert 'opaque="5ccc"' in answer


def test_media_goes_where_the_description_says() -> None:
    assert sip.media_address(sip.Media("127.0.0.3", 4000).describe()) == ("127.0.0.3", 4000)
    assert sip.media_address("v=0") is None


def test_description_of_a_hold_has_a_higher_version() -> None:
    media = sip.Media("127.0.0.3", 4000)
    first, second = media.describe(), media.describe("sendonly")

    assert "o=lab 1 2 " in first
    assert "o=lab 1 3 " in second
    assert "a=sendonly" in second


def test_key_press_is_begun_once_and_ended_three_times() -> None:
    packets = sip.telephone_event("#")

    assert [packet[1] >> 7 for packet in packets] == [1, 0, 0, 0, 0, 0]
    assert [packet[13] >> 7 for packet in packets] == [0, 0, 0, 1, 1, 1]
    assert {packet[12] for packet in packets} == {11}


def test_voice_is_twenty_milliseconds_a_packet_in_order() -> None:
    first, second = islice(sip.voice(), 2)

    assert [len(packet) for packet in (first, second)] == [172, 172]
    assert [int.from_bytes(packet[2:4], "big") for packet in (first, second)] == [0, 1]
    assert int.from_bytes(second[4:8], "big") - int.from_bytes(first[4:8], "big") == 160
    assert first[8:12] == second[8:12]
