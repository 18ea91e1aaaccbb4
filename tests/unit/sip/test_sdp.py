"""What is offered and what we answer, and descriptions of nothing that we speak."""

from __future__ import annotations

from contextlib import suppress
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.sip import sdp
from callcenter.sip.message import NotSip
from callcenter.sip.sdp import AudioCodec, SipMedia

OFFER = "v=0\r\nc=IN IP4 10.0.0.1\r\nm=audio 4000 RTP/AVP 8 0 99\r\na=rtpmap:99 telephone-event/8000\r\n"


def test_offer_is_answered_in_its_own_order_and_numbers() -> None:
    offered = sdp.read(OFFER)
    assert offered.codecs == {8: AudioCodec.PCMA, 0: AudioCodec.PCMU, 99: AudioCodec.EVENT}
    ours = SipMedia("10.0.0.2", 5000)
    ours.agree(offered)
    answer = ours.describe()

    assert "m=audio 5000 RTP/AVP 8 0 99\r\n" in answer
    assert "a=fmtp:99 0-15\r\n" in answer
    assert sdp.read(answer)[:3] == ("10.0.0.2", 5000, offered.codecs)


def test_our_own_offer_is_g711_and_keys() -> None:
    offered = sdp.read(SipMedia("127.0.0.3", 4000).describe())

    assert offered == ("127.0.0.3", 4000, sdp.CODECS, "sendrecv", ())


def test_description_of_a_hold_has_a_higher_version() -> None:
    media = SipMedia("127.0.0.3", 4000)
    first, second = media.describe(), media.describe("sendonly")

    assert "o=- 4000 1 IN IP4 127.0.0.3\r\n" in first
    assert "o=- 4000 2 IN IP4 127.0.0.3\r\n" in second
    assert (sdp.read(second).direction, sdp.read(second).mirrored) == ("sendonly", "recvonly")


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [("sendonly", "recvonly"), ("recvonly", "sendonly"), ("inactive", "inactive"), ("sendrecv", "sendrecv")],
)
def test_direction_is_mirrored(theirs: str, ours: str) -> None:
    assert sdp.read(f"{OFFER}a={theirs}\r\n").mirrored == ours


def test_video_is_refused_by_port_zero() -> None:
    ours = SipMedia("10.0.0.2", 5000)
    ours.agree(sdp.read(OFFER + "m=video 4002 RTP/AVP 96\r\n"))

    assert ours.describe().endswith("m=video 0 RTP/AVP 96\r\n")


def test_port_that_cannot_be_is_the_highest() -> None:
    assert sdp.read(OFFER.replace("4000", "99999")).port == 65535


@pytest.mark.parametrize(
    "text",
    [
        "",
        "v=0\r\n",
        OFFER.replace("10.0.0.1", "evil.example"),
        OFFER.replace("10.0.0.1", "299.0.0.1"),
        OFFER.replace("c=IN IP4 10.0.0.1\r\n", ""),
        OFFER.replace("8 0 99", "18"),
        OFFER.replace("8 0 99", "99"),
        OFFER.replace("8 0 99", "200"),
        OFFER.replace("RTP/AVP", "RTP/SAVP"),
        OFFER.replace("audio", "video"),
        OFFER + "m=video 4002 RTP/AVP 96\r\n" * sdp.MOST_STREAMS,
    ],
)
def test_what_has_no_audio_that_we_speak_is_told_as_such(text: str) -> None:
    with pytest.raises(NotSip):
        sdp.read(text)


@given(st.text(max_size=200) | st.text(max_size=40).map(lambda tail: OFFER + tail))
def test_no_description_raises_anything_else(text: str) -> None:
    with suppress(NotSip):
        offered = sdp.read(text)
        assert 0 <= offered.port <= 65535
        assert all(0 <= number <= 127 for number in offered.codecs)


@pytest.mark.parametrize("filler", [" ", "0 ", "a=rtpmap:", "m=audio 1 RTP/AVP 0\n", "\r", "c=IN IP4 ", "1"])
def test_longest_description_is_read_at_once(filler: str) -> None:
    begun = process_time()
    with suppress(NotSip):
        sdp.read(OFFER + "m=audio 1 RTP/AVP " + filler * (16_384 // len(filler)) + "x")

    assert process_time() - begun < 1
