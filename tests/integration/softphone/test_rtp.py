"""Audio of a call: codecs, bounds, and what is no audio."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.sip.sdp import CODECS, AudioOffer
from callcenter.softphone.rtp import FRAME_BYTES, KEPT_KEYS, Reel, RtpStream

if TYPE_CHECKING:
    from collections.abc import Iterator

ULAW, ALAW, EVENT = 0, 8, 101


def _wire() -> socket.socket:
    wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    wire.bind(("127.0.0.1", 0))
    wire.settimeout(5)
    return wire


@pytest.fixture
def ear() -> Iterator[socket.socket]:
    with _wire() as wire:
        yield wire


def _stream(ear: socket.socket | None, *codecs: int) -> RtpStream:
    port = ear.getsockname()[1] if ear else 9
    offered = AudioOffer("127.0.0.1", port, {number: CODECS[number] for number in codecs}, "sendrecv", ())
    return RtpStream(_wire(), offered)


def _packet(kind: int, timestamp: int, payload: bytes) -> bytes:
    return bytes([0x80, kind, 0, 1]) + timestamp.to_bytes(4, "big") + b"ssrc" + payload


@pytest.mark.parametrize(("codec", "silence"), [(ULAW, 0xFF), (ALAW, 0xD5)])
def test_silence_is_sent_in_the_codec_agreed_on(ear: socket.socket, codec: int, silence: int) -> None:
    stream = _stream(ear, codec, EVENT)
    stream.trans()
    stream.stop()
    packet = ear.recv(2048)
    assert packet[1] == codec
    assert packet[12:] == bytes([silence]) * FRAME_BYTES


async def test_audio_goes_out_frame_by_frame_and_stops(ear: socket.socket) -> None:
    stream = _stream(ear, ULAW)
    stream.write(b"\x90" * FRAME_BYTES)
    stream.start()
    assert stream._sending
    ear.setblocking(False)  # noqa: FBT003 - the socket's own signature
    from asyncio import get_running_loop  # noqa: PLC0415 - here alone

    first = await get_running_loop().sock_recv(ear, 2048)
    second = await get_running_loop().sock_recv(ear, 2048)
    stream.stop()
    assert (second[2] << 8 | second[3]) == (first[2] << 8 | first[3]) + 1
    assert first[12:] != second[12:]
    assert stream.sin.fileno() == -1


def test_counters_wrap_instead_of_sending_a_broken_packet(ear: socket.socket) -> None:
    stream = _stream(ear, ULAW)
    stream.outSequence, stream.outTimestamp = 0xFFFF, 0xFFFFFFFF
    stream.trans()
    stream.trans()
    stream.stop()
    first, second = ear.recv(2048), ear.recv(2048)
    assert (first[2:4], second[2:4]) == (b"\xff\xff", b"\x00\x00")
    assert len(first) == len(second)


def test_other_place_and_codec_are_adopted_on_the_way(ear: socket.socket) -> None:
    stream = _stream(None, ULAW)
    stream.adopt(
        AudioOffer("127.0.0.1", ear.getsockname()[1], {EVENT: CODECS[EVENT], ALAW: CODECS[ALAW]}, "sendrecv", ())
    )
    stream.trans()
    stream.stop()
    assert ear.recv(2048)[1] == ALAW


def test_timestamp_that_jumps_costs_nothing(ear: socket.socket) -> None:
    stream = _stream(ear, ULAW)
    for timestamp in (1, 0xFFFFFFFF, 5):
        stream.parse_packet(_packet(ULAW, timestamp, b"\xff" * FRAME_BYTES))
    stream.stop()
    assert stream.pmin.read(3 * FRAME_BYTES) == b"\x80" * (3 * FRAME_BYTES)
    assert stream.lost == 0


def test_what_nobody_listens_to_is_kept_for_a_second_only() -> None:
    reel = Reel()
    for _ in range(10_000):
        reel.write(0, b"a" * FRAME_BYTES)
    assert len(reel._packets) == 50


def test_reel_gives_exactly_what_is_asked_and_silence_at_its_end() -> None:
    reel = Reel()
    reel.write(0, b"abc")
    reel.write(3, b"de")
    assert (reel.read(2), reel.read(4), reel.read(1)) == (b"ab", b"cde\x80", b"\x80")


def test_keys_are_heard_up_to_a_bound() -> None:
    stream = _stream(None, ULAW, EVENT)
    for _ in range(KEPT_KEYS + 50):
        stream.parse_packet(_packet(0x80 | EVENT, 1, b"\x05\x00\x00\x00"))
    stream.stop()
    assert stream.keys == "5" * KEPT_KEYS


@given(st.binary(max_size=64) | st.binary(max_size=40).map(lambda tail: bytes([0x80, EVENT]) + tail))
def test_no_packet_raises(packet: bytes) -> None:
    stream = _stream(None, ULAW, EVENT)
    stream.parse_packet(packet)
    stream.stop()
    assert stream.lost in {0, 1}


def test_arriving_packets_are_read_until_there_are_none(ear: socket.socket) -> None:
    stream = _stream(ear, ULAW)
    for _ in range(3):
        ear.sendto(_packet(ULAW, 0, b"\xff"), stream.sin.getsockname())
    ear.sendto(b"", stream.sin.getsockname())
    stream.recv()
    stream.stop()
    assert (len(stream.pmin._packets), stream.lost) == (3, 1)  # type: ignore[attr-defined]
