from __future__ import annotations

import msgspec
import pytest

from callcenter.ami.gate import REASONS, Reason
from callcenter.ami.refused import Hints, LostFrame, hints_of, pack, unpack
from callcenter.ami.wire import Wire, reread_frame
from tests.support.party import party

AT = 1795418218_158982


def event(name: str, seq: int, *headers: dict[str, str]) -> bytes:
    opening = {
        "Event": name,
        "Privilege": "call,all",
        "Timestamp": "1795418218.158982",
        "SequenceNumber": str(seq),
        "File": "manager.c",
        "Line": "593",
        "Func": "f",
    }
    lines = [f"{header}: {value}\r\n" for part in (opening, *headers) for header, value in part.items()]
    return "".join(lines).encode() + b"\r\n"


def trunk(**known: str) -> dict[str, str]:
    return party(**{"Channel": "PJSIP/trunk-1", "Uniqueid": "1.1"} | known)


def device(seq: int) -> bytes:
    return event("DeviceStateChange", seq, {"Device": "PJSIP/1001", "State": "INUSE"})


def read(*blocks: bytes) -> Wire:
    wire = Wire()
    wire.feed(b"".join(blocks))
    return wire


def test_a_needed_frame_that_is_refused_is_told_in_its_place() -> None:
    join = event("QueueCallerJoin", 2, trunk(CallerIDNum="1\r\nX: 1", Linkedid="1.0"), {"Queue": "a", "Position": "1"})

    wire = Wire()
    frames = wire.feed(device(1) + join + device(3))

    (refused,) = wire.refused_needed
    assert frames[0].pos < refused.pos == len(device(1)) < frames[1].pos
    assert refused == LostFrame(
        "QueueCallerJoin",
        "header_out_of_place",
        AT,
        refused.pos,
        "frame",
        Hints(("1.1", "1.0"), ("PJSIP/trunk-1",), ("a",)),
        join.removesuffix(b"\r\n"),
    )


def test_what_the_last_feed_refused_is_told_once() -> None:
    wire = read(event("Hangup", 1, trunk()))
    assert len(wire.refused_needed) == 1

    wire.feed(device(2))

    assert wire.refused_needed == []


def test_the_rest_of_a_refused_frame_is_told_as_that_and_names_whom_it_was_about() -> None:
    number = "1\r\n\r\nEvent: Hangup\r\nQueue: b\r\n\r\n2"
    cut = event("QueueCallerLeave", 2, trunk(CallerIDNum=number), {"Queue": "a"})

    wire = read(device(1), cut, device(3), b"X: 1\r\n\r\n")

    assert [(refused.name, refused.part, refused.at) for refused in wire.refused_needed] == [
        ("QueueCallerLeave", "frame", AT),
        ("QueueCallerLeave", "rest", AT),
        ("QueueCallerLeave", "rest", AT),
        ("DeviceStateChange", "rest_of_believed", AT),
    ]
    assert [refused.hints for refused in wire.refused_needed[:3]] == [
        Hints(channels=("PJSIP/trunk-1",)),
        Hints(queues=("b",)),
        Hints(uniqueids=("1.1",), queues=("a",)),
    ]


@pytest.mark.parametrize("graded", [True, False])
def test_what_a_believed_frame_was_ended_before_makes_it_doubtful(graded: bool) -> None:
    forged = "1\r\nPriority: 1\r\nUniqueid: 1.9\r\nLinkedid: 1.9\r\n\r\nX: 1"
    blocks = [device(1), event("Newstate", 2, trunk(Exten=forged))]

    wire = Wire(strict=None if graded else False)
    frames = wire.feed(b"".join(blocks))

    assert [frame.name for frame in frames] == ["DeviceStateChange", "Newstate"]
    (refused,) = wire.refused_needed
    assert (refused.name, refused.reason, refused.at, refused.part) == (
        "Newstate",
        "not_a_frame",
        AT,
        "rest_of_believed",
    )
    assert refused.hints.uniqueids == ("1.9", "1.1")
    assert refused.raw.startswith(b"X: 1\r\nPriority: 1\r\n")


def test_the_remainder_of_a_frame_that_nobody_needs_is_none() -> None:
    cut = event("Newexten", 2, trunk(CallerIDNum="1\r\n\r\nEvent: Hangup\r\nCause: 16"))

    wire = read(device(1), cut)

    assert wire.refused_needed == []
    assert wire.quarantined == {"no_opening": 1}


def test_what_comes_behind_an_answer_is_the_remainder_of_none() -> None:
    assert read(device(1), b"Response: Success\r\nActionID: 1\r\n\r\n", b"X: 1\r\n\r\n").refused_needed == []


@pytest.mark.parametrize(("seq", "reason"), [(1, "sequence_reused"), (90_000, "sequence_far")])
def test_a_frame_out_of_sequence_vouches_for_no_time(seq: int, reason: str) -> None:
    wire = read(device(1), device(seq))

    (refused,) = wire.refused_needed
    assert (refused.name, refused.reason, refused.at) == ("DeviceStateChange", reason, None)
    assert refused.hints.members == ("PJSIP/1001",)


def test_a_plain_frame_has_no_time_but_its_markers() -> None:
    wire = Wire(markers=True)

    wire.feed(b"#t 5.5\nEvent: Hangup\r\nPrivilege: call,all\r\nChannel: a\r\n\r\n")

    (refused,) = wire.refused_needed
    assert (refused.name, refused.reason, refused.at) == ("Hangup", "missing_header", 5_500_000)
    assert refused.hints == Hints(channels=("a",))


@pytest.mark.parametrize("name", ["Hangup", "Nonsense"])
def test_a_frame_that_was_too_long_is_told_where_its_name_is_needed(name: str) -> None:
    wire = Wire()
    long = event(name, 2, trunk(AccountCode="x" * 300_000), {"Cause": "16"})

    pieces = [
        device(1) + long[:100_000],
        *(long[start : start + 65_536] for start in range(100_000, len(long), 65_536)),
    ]
    refused = [one for piece in pieces for _ in [wire.feed(piece)] for one in wire.refused_needed]

    assert [(one.name, one.reason, one.at, one.pos) for one in refused] == [
        ("Hangup", "too_long", AT, len(device(1)))
    ] * (name == "Hangup")
    wire.feed(long)
    assert len(wire.refused_needed) == len(refused)
    assert all(len(one.raw) < 5_000 for one in wire.refused_needed)


def test_a_long_block_that_says_no_name_is_only_counted() -> None:
    wire = read(device(1), b"X: " + b"x" * 300_000 + b"\r\n\r\n")

    assert wire.refused_needed == []
    assert wire.dropped == 1


@pytest.mark.parametrize(
    ("body", "needed"),
    [
        ({"UserEvent": "Other", "Uniqueid": "2"}, False),
        ({"UserEvent": "CallcenterRefused", "Uniqueid": "2"}, True),
        ({"Uniqueid": "2"}, True),
    ],
)
def test_a_user_event_of_others_is_not_needed(body: dict[str, str], needed: bool) -> None:
    assert len(read(event("UserEvent", 1, trunk(), body)).refused_needed) == needed


@pytest.mark.parametrize(("variable", "needed"), [("QUEUESTATUS", True), ("OTHER", False)])
def test_a_variable_of_others_is_not_needed(variable: str, needed: bool) -> None:
    broken = event("VarSet", 1, trunk(CallerIDNum="1\r\n1"), {"Variable": variable, "Value": "x"})

    assert len(read(broken, broken).refused_needed) == 2 * needed


def test_hints_are_few_and_short() -> None:
    pairs = [("Uniqueid", f"{n}.{'1' * 500}") for n in range(50)] + [("Queue", ""), ("Exten", "400")]

    hints = hints_of(iter(pairs))

    assert len(hints.uniqueids) == 8
    assert max(map(len, hints.uniqueids)) == 128
    assert hints == Hints(hints.uniqueids)


@pytest.mark.parametrize("reason", REASONS)
def test_a_journal_gives_back_what_was_refused(reason: Reason) -> None:
    refused = LostFrame(
        "Hangup",
        reason,
        AT,
        7,
        "rest_of_believed",
        Hints(("1.1",), ("张三",)),
        b"Event: Hangup\r\n\xd5\xc5\n\n",
    )

    assert unpack(pack(refused), 7) == refused


def test_a_believed_frame_is_read_again_whatever_would_be_believed_now() -> None:
    first = event("Hangup", 1, trunk(CallerIDNum="1\r\nTechCause: 603"), {"Cause": "16"}).removesuffix(b"\r\n")

    frame = reread_frame(first)

    assert frame is not None
    assert (frame.name, frame.at, frame.seq, frame.headers["TechCause"]) == ("Hangup", AT, 1, "603")


def test_every_frame_is_read_again_as_it_was() -> None:
    login = (
        b"Response: Success\r\nMessage: ok\r\n\r\nEvent: FullyBooted\r\nUptime: 5\r\n\r\n",
        device(1),
        b"Event: QueueMember\r\nActionID: 1\r\nName: \xd5\xc5\xc8\xfd\r\n\r\n",
        event("Hangup", 2, trunk(CallerIDName="张三"), {"Cause": "16"}),
    )
    wire = Wire()

    frames = wire.feed(b"".join(login))

    again = [reread_frame(raw) for raw in wire.raw]
    assert [msgspec.structs.replace(frame, pos=0) for frame in frames] == again
    assert reread_frame(b"nothing\n") is None
