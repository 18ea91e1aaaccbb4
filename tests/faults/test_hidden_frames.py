"""A caller's line breaks hide no needed frame without a gap, whatever is told from where they cut it."""

from __future__ import annotations

import pytest

from callcenter.ami.protocol import AmiProtocol, Batch
from callcenter.ami.refused import LostFrame
from callcenter.ami.wire import Wire
from tests.support.party import party

SAID = {
    "VarSet": {"Variable": "QUEUESTATUS", "Value": "TIMEOUT"},
    "UserEvent": {"UserEvent": "CallcenterRefused", "Queue": "q", "Reason": "FULL"},
    "SoftHangupRequest": {"Cause": "26"},
}


def event(name: str, seq: int, headers: dict[str, str]) -> bytes:
    opening = {
        "Event": name,
        "Privilege": "call,all",
        "Timestamp": f"1795418218.{seq:06}",
        "SequenceNumber": str(seq),
        "File": "manager.c",
        "Line": "1",
        "Func": "f",
    }
    return "".join(f"{key}: {value}\r\n" for key, value in {**opening, **headers}.items()).encode() + b"\r\n"


def caller(number: str = "1") -> dict[str, str]:
    return party(Channel="PJSIP/a-1", Uniqueid="1.1", CallerIDNum=number, ChannelState="4")


def lost(cut: bytes, *, graded: bool = True) -> list[LostFrame]:
    """Feed a frame behind an honest one; gives what is told of it, of which nothing is believed."""
    wire = Wire(strict=None if graded else False)
    wire.feed(event("Newchannel", 1, caller()))
    assert wire.feed(cut) == []
    return wire.refused_needed


@pytest.mark.parametrize(
    "ended", ["\nVariable: x\n\n", "\nUserEvent: x\n\n", "\nCause: 16\n\n", "\r\nCause: 16\r\n\r\n"]
)
@pytest.mark.parametrize("name", SAID)
def test_a_needed_frame_that_a_caller_ends_early_is_a_gap_of_its_moment(name: str, ended: str) -> None:
    told = lost(event(name, 2, caller(ended) | SAID[name]))

    assert {(one.name, one.at) for one in told} == {(name, 1795418218_000002)}
    assert "1.1" in told[-1].hints.uniqueids


def test_nor_is_it_hidden_on_a_login_that_shows_no_opening() -> None:
    told = lost(event("VarSet", 2, caller("\nVariable: x\n\n") | SAID["VarSet"]), graded=False)

    assert [(one.name, one.part) for one in told] == [("VarSet", "rest_of_believed")]


@pytest.mark.parametrize("rest", [b"Event: Hold\r\n\r\n", b"Response: Success\r\nActionID: 1\r\n\r\n", b"x\r\n\r\n"])
def test_a_rest_is_told_whatever_a_caller_makes_of_it(rest: bytes) -> None:
    wire = Wire(own_actions=lambda _: False)
    wire.feed(event("Newchannel", 1, caller()))
    wire.feed(event("VarSet", 2, {"Channel": "PJSIP/a-1", "CallerIDNum": "\nVariable: x"}))
    wire.feed(rest)

    assert [(one.name, one.hints.channels) for one in wire.refused_needed] == [("VarSet", ("PJSIP/a-1",))]


def test_name_and_number_side_by_side_are_no_opening() -> None:
    """What `NoOp(${CALLERID(all)})` prints: seventy-nine characters, three of Asterisk's own, seventy-nine more."""
    name = "\n\nEvent: Shutdown\nPrivilege: "
    number = "\nTimestamp: 9999999999.000000\nSequenceNumber: 9999999\nFile: a\nLine: 1\nFunc: f\n\n"
    assert max(len(name), len(number)) <= 79
    told = lost(event("Newexten", 2, caller() | {"Application": "NoOp", "AppData": f'"{name}" <{number}>'}))
    assert [(one.name, one.reason, one.at) for one in told][:1] == [("Shutdown", "sequence_far", None)]


@pytest.mark.parametrize("stamp", [b"99999999999.000000", b"9999999999.000000", b"1795419218.000000", b"1.000000"])
def test_a_time_that_the_switch_has_not_reached_vouches_for_no_number(stamp: bytes) -> None:
    wire = Wire()
    wire.feed(event("Newchannel", 1, caller()), 5.0)
    far = event("PeerStatus", 77_777_777, {"Peer": "PJSIP/1", "PeerStatus": "Unreachable"})

    assert wire.feed(far.replace(b"1795418218.77777777", stamp), 8.0) == []
    assert [(one.name, one.reason, one.at) for one in wire.refused_needed] == [("PeerStatus", "sequence_far", None)]
    assert len(wire.feed(event("Newchannel", 2, caller()), 8.0)) == 1


def test_a_number_that_was_guessed_too_high_is_a_gap_of_its_moment_with_the_next_frame() -> None:
    wire = Wire()
    wire.feed(event("Newchannel", 1, caller()), 5.0)
    guessed = event("Hangup", 40_000, caller() | {"Cause": "16"}).replace(b"8.040000", b"9.000000")
    (believed,) = wire.feed(guessed, 8.0)

    assert [frame.seq for frame in wire.feed(event("Newchannel", 2, caller()), 8.0)] == [2]
    (told,) = wire.refused_needed
    assert (told.name, told.reason, told.at, told.part) == ("Hangup", "sequence_far", believed.at, "rest_of_believed")
    assert told.hints.channels == ("PJSIP/a-1",)


async def test_a_live_login_is_held_to_our_own_clock() -> None:
    protocol, batches, told = AmiProtocol(), list[Batch](), list[LostFrame]()
    protocol.deliver(batches.append, told.append)
    protocol.data_received(b"Asterisk Call Manager/11.0.0\r\n" + event("Newchannel", 1, caller()))
    protocol.data_received(event("Newchannel", 2, caller()).replace(b" 1795418218.", b" 1795418318."))

    assert ([len(batch) for batch in batches], [one.reason for one in told]) == ([1], ["sequence_far"])
