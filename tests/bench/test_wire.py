from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest
from panoramisk import Manager
from panoramisk.ami_protocol import AMIProtocol

from callcenter.ami.names import NEEDED
from callcenter.ami.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Callable

CHUNK = 65536
CALLS = 150
ROUNDS = 5
CHANNEL = (
    "Channel: PJSIP/trunk-00000000",
    "ChannelState: 6",
    "ChannelStateDesc: Up",
    "CallerIDNum: 13811110001",
    "CallerIDName: 13811110001",
    "ConnectedLineNum: <unknown>",
    "ConnectedLineName: <unknown>",
    "Language: en",
    "AccountCode: ",
    "Context: from-trunk",
    "Exten: 400",
    "Priority: 2",
    "Uniqueid: 1795418218.0",
    "Linkedid: 1795418218.0",
)
DEVICE = ("Device: PJSIP/1001", "State: INUSE")
# what an unfiltered login sees of one answered call: about 170 events, of which about 40 are needed
CALL = (
    *[("VarSet", (*CHANNEL, "Variable: QUEUEPOSITION", "Value: 1"))] * 70,
    *[("Newexten", (*CHANNEL, "Extension: 400", "Application: Queue", "AppData: support"))] * 40,
    *[("RTCPSent", (*CHANNEL, "To: 127.0.0.1:5004", "SSRC: 0x1", "PT: 200(SR)"))] * 20,
    *[("Newstate", CHANNEL)] * 14,
    *[("DeviceStateChange", DEVICE)] * 12,
    *[("QueueCallerLeave", (*CHANNEL, "Queue: support", "Position: 1", "Count: 0"))] * 14,
)


def unfiltered_stream() -> tuple[bytes, int]:
    texts = []
    for seq, (name, body) in enumerate(event for _ in range(CALLS) for event in CALL):
        opening = (
            f"Event: {name}",
            "Privilege: call,all",
            f"Timestamp: {1795418218 + seq // 5000}.{seq % 5000 * 200:06}",
            f"SequenceNumber: {seq}",
            "File: manager_channels.c",
            "Line: 806",
            "Func: channel_snapshot_update",
        )
        texts.append("\r\n".join([*opening, *body, "", ""]))
    return b"Asterisk Call Manager/11.0.0\r\n" + "".join(texts).encode(), len(texts)


def read_by_wire(data: bytes) -> int:
    wire = Wire()
    for start in range(0, len(data), CHUNK):
        wire.feed(data[start : start + CHUNK])
    return sum(wire.frames_total.values())


def read_by_panoramisk(data: bytes) -> int:
    seen = []
    manager = Manager()
    manager.register_event("*", lambda _, event: seen.append(event.event))
    protocol = AMIProtocol()
    protocol.connection_made(None)
    protocol.factory, protocol.encoding = manager, "utf8"
    for start in range(0, len(data), CHUNK):
        protocol.data_received(data[start : start + CHUNK])
    return len(seen)


def seconds(reader: Callable[[bytes], int], data: bytes) -> float:
    begin = time.process_time()
    reader(data)
    return time.process_time() - begin


@pytest.mark.bench
def test_wire_outruns_panoramisk_on_an_unfiltered_login() -> None:
    data, count = unfiltered_stream()
    pairs = [(seconds(read_by_wire, data), seconds(read_by_panoramisk, data)) for _ in range(ROUNDS)]
    ours, theirs = (min(times) for times in zip(*pairs, strict=True))

    needed = sum(len(re.findall(rb"Event: %b\r" % name.encode(), data)) for name in NEEDED.keys() - {"VarSet"})
    print(f"\nwire: {count} events, {needed / count:.0%} needed, {len(data) / count:.0f} bytes each")
    print(f"wire: {count / ours:,.0f} events/s, panoramisk {count / theirs:,.0f} events/s: {theirs / ours:.1f} x")
    assert read_by_wire(data) == read_by_panoramisk(data) == count
    assert theirs / ours > 2
