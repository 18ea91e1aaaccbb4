from __future__ import annotations

from itertools import islice

from callcenter.lab import rtp


def test_key_press_is_begun_once_and_ended_three_times() -> None:
    packets = rtp.telephone_event("#")

    assert [packet[1] >> 7 for packet in packets] == [1, 0, 0, 0, 0, 0]
    assert [packet[13] >> 7 for packet in packets] == [0, 0, 0, 1, 1, 1]
    assert {packet[12] for packet in packets} == {11}


def test_voice_is_twenty_milliseconds_a_packet_in_order() -> None:
    first, second = islice(rtp.voice(), 2)

    assert [len(packet) for packet in (first, second)] == [172, 172]
    assert [int.from_bytes(packet[2:4], "big") for packet in (first, second)] == [0, 1]
    assert int.from_bytes(second[4:8], "big") - int.from_bytes(first[4:8], "big") == 160
    assert first[8:12] == second[8:12]
