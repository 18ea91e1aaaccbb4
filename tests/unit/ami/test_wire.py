from __future__ import annotations

from typing import Any

import pytest

from callcenter.ami.names import ANSWERS, NEEDED
from callcenter.ami.wire import Wire
from callcenter.domain.frame import Frame
from tests.support.party import party

BANNER = b"Asterisk Call Manager/11.0.0\r\n"
LOGIN = b"Response: Success\r\nMessage: Authentication accepted\r\n\r\n"
BOOTED = b"Event: FullyBooted\r\nPrivilege: system,all\r\nUptime: 2\r\nStatus: Fully Booted\r\n\r\n"
GREETING = BANNER + LOGIN + BOOTED
NUMBER = "13811110001"


def event(name: str, seq: int, body: str = "", at: str = "1795418218.158982") -> bytes:
    opening = (
        f"Event: {name}\nPrivilege: call,all\nTimestamp: {at}\nSequenceNumber: {seq}\n"
        "File: manager.c\nLine: 593\nFunc: manager_default_msg_cb\n"
    )
    return (opening + body + "\n").replace("\n", "\r\n").encode()


def lines(**headers: str) -> str:
    return "".join(f"{name}: {value}\n" for name, value in headers.items())


def hangup(seq: int, number: str = NUMBER, unique: str = "1795418218.7", **known: str) -> bytes:
    caller = party(Channel="PJSIP/trunk-00000000", CallerIDNum=number, Uniqueid=unique, **known)
    return event("Hangup", seq, lines(**caller) + "Cause: 16\nCause-txt: Normal Clearing\n")


def device(seq: int, state: str = "NOT_INUSE", at: str = "1795418218.158982") -> bytes:
    return event("DeviceStateChange", seq, f"Device: PJSIP/1001\nState: {state}\n", at)


def read(data: bytes, **options: Any) -> tuple[list[Frame], Wire]:
    wire = Wire(**options)
    frames = wire.feed(data)
    wire.close()
    return frames, wire


def names(frames: list[Frame]) -> list[str]:
    return [frame.name for frame in frames]


def test_an_honest_login_is_graded_and_read_in_full() -> None:
    frames, wire = read(GREETING + device(7) + hangup(8) + b"\r\n" + device(11))

    assert names(frames) == ["", "FullyBooted", "DeviceStateChange", "Hangup", "DeviceStateChange"]
    assert wire.graded is True
    assert wire.frames_total == {"parsed": 5, "skipped": 0, "dropped": 0}
    assert [frame.answer for frame in frames] == [False] * 5


def test_a_frame_tells_its_time_number_place_and_headers() -> None:
    frames, wire = read(GREETING + hangup(8), start=1000)

    frame = frames[-1]
    assert (frame.at, frame.seq, frame.pos) == (1795418218_158982, 8, 1000 + len(GREETING))
    assert frame.headers["CallerIDNum"] == NUMBER
    assert frame.headers["AccountCode"] == ""
    assert "Nothing" not in frame.headers
    assert wire.raw[-1] == hangup(8).removesuffix(b"\r\n")


def test_raw_lists_the_frames_of_the_last_feed_only() -> None:
    wire = Wire()
    wire.feed(device(1))

    wire.feed(event("Newexten", 2) + device(3, "INUSE"))

    assert wire.raw == [device(3, "INUSE").removesuffix(b"\r\n")]


def test_a_name_that_is_not_needed_is_counted_and_not_read() -> None:
    frames, wire = read(device(1) + event("Newexten", 2, "Application: Queue\n"))

    assert names(frames) == ["DeviceStateChange"]
    assert wire.skipped == 1


def test_the_caller_chooses_what_is_wanted() -> None:
    frames, _ = read(device(1) + hangup(2), wanted={"Hangup"})

    assert names(frames) == ["Hangup"]


def test_a_skipped_name_still_has_its_number_checked() -> None:
    frames, wire = read(device(1) + event("Newexten", 2) + event("Newexten", 2))

    assert names(frames) == ["DeviceStateChange"]
    assert wire.frames_total == {"parsed": 1, "skipped": 1, "dropped": 0, "sequence_reused": 1}


def varset(seq: int, body: str) -> bytes:
    return event("VarSet", seq, lines(**party(Channel="PJSIP/1", Uniqueid="1.1")) + body)


def test_only_variables_that_are_needed_are_read() -> None:
    frames, wire = read(
        varset(1, "Variable: QUEUESTATUS\nValue: TIMEOUT\n")
        + varset(2, "Variable: MACRO\nValue: x\n")
        + varset(3, "Variable: SPOKEN\nValue: QUEUESTATUS\n")
    )

    assert [frame.headers["Value"] for frame in frames] == ["TIMEOUT"]
    assert wire.frames_total == {"parsed": 1, "skipped": 2, "dropped": 0}


def test_a_forged_variable_before_the_real_one_spoils_the_frame() -> None:
    forged = "Variable: QUEUESTATUS\nValue: TIMEOUT\nVariable: MACRO\nValue: x\n"

    frames, wire = read(varset(1, forged))

    assert frames == []
    assert wire.quarantined == {"repeated_header": 1}


@pytest.mark.parametrize("body", ["Value: x\n", "Value: QUEUESTATUS\n"])
def test_a_varset_broken_off_before_its_variable_is_refused(body: str) -> None:
    _, wire = read(device(1) + varset(2, body))

    assert wire.quarantined == {"missing_header": 1}


@pytest.mark.parametrize("ending", [b"\n", b"\r\n"])
def test_line_ends_do_not_matter(ending: bytes) -> None:
    data = GREETING + device(7) + hangup(8)

    frames, _ = read(data.replace(b"\r\n", ending))

    assert [(f.name, f.headers) for f in frames] == [(f.name, f.headers) for f in read(data)[0]]


def test_mixed_line_ends_and_extra_blank_lines_are_one_stream() -> None:
    lf = hangup(8).replace(b"\r\n", b"\n")
    half = device(9).replace(b"\r\n", b"\n", 3)

    frames, wire = read(b"\r\n\n" + device(7) + b"\n\r\n\r\n\n" + lf + b"\n" + half + device(10))

    assert [frame.seq for frame in frames] == [7, 8, 9, 10]
    assert all("\r" not in value for frame in frames for value in frame.headers.values())
    assert wire.frames_total == {"parsed": 4, "skipped": 0, "dropped": 0}


def test_a_header_may_lack_its_space_or_its_colon() -> None:
    frames, _ = read(event("Shutdown", 1, "Restart:False\nnothing here\nAppData:a: b\nEmpty:\n"))

    assert frames[0].headers["Restart"] == "False"
    assert frames[0].headers["AppData"] == "a: b"
    assert frames[0].headers["Empty"] == ""
    assert len(frames[0].headers) == 10


def test_bytes_that_are_text_in_no_character_set_stand_as_they_are() -> None:
    broken = [hangup(seq).replace(NUMBER.encode(), bytes_) for seq, bytes_ in enumerate((b"13\xff8", b"13\xfe8"), 1)]

    frames, _ = read(b"".join(broken) + hangup(3, "顾客"))

    assert [frame.headers["CallerIDNum"] for frame in frames] == ["13�FF8", "13�FE8", "顾客"]


def in_gbk(seq: int, name: str, number: str = NUMBER) -> bytes:
    return hangup(seq, number, CallerIDName="NAME").replace(b"NAME", name.encode("gbk"))


def test_names_in_gbk_are_read_each_by_itself() -> None:
    frames, wire = read(in_gbk(1, "张三") + in_gbk(2, "李四", "王五"))

    assert [frame.headers["CallerIDName"] for frame in frames] == ["张三", "李四"]
    assert frames[1].headers["CallerIDNum"] == "王五"
    assert wire.quarantined == {}


def test_a_character_set_that_was_set_comes_first() -> None:
    yi = "一".encode("gbk")
    assert yi.decode() == "һ"

    assert read(in_gbk(1, "一"))[0][0].headers["CallerIDName"] == "һ"
    assert read(in_gbk(1, "一"), charset="gbk")[0][0].headers["CallerIDName"] == "一"


def test_a_frame_that_is_not_utf8_is_held_to_its_headers_all_the_same() -> None:
    forged = in_gbk(1, "张三", "1\nTechCause: 603") + in_gbk(2, "张三", "1\nCause: 17") + in_gbk(3, "张三", "1\n")

    frames, wire = read(forged)

    assert frames == []
    assert wire.quarantined == {"header_out_of_place": 1, "repeated_header": 1, "missing_header": 1, "not_a_frame": 1}


def test_a_header_that_may_repeat_does() -> None:
    frames, wire = read(event("Shutdown", 1, "ChanVariable: a=1\nChanVariable: b=2\n"))

    assert names(frames) == ["Shutdown"]
    assert wire.quarantined == {}


def test_a_dialplan_may_repeat_its_own_headers_in_a_user_event() -> None:
    body = lines(**party(Channel="PJSIP/1", Uniqueid="1.1")) + "UserEvent: Ours\nNote: a\nNote: b\nCallerIDNum: own\n"

    frames, wire = read(event("UserEvent", 1, body) + event("UserEvent", 2, body + "Uniqueid: 1.2\n"))

    assert [frame.seq for frame in frames] == [1]
    assert wire.quarantined == {"repeated_header": 1}


def test_a_line_break_in_a_number_cannot_shadow_a_header() -> None:
    frames, wire = read(device(1) + hangup(2, "1\nUniqueid: 1795418218.9") + device(3))

    assert names(frames) == ["DeviceStateChange"] * 2
    assert wire.quarantined == {"repeated_header": 1}
    assert wire.refused[0].reason == "repeated_header"
    assert wire.refused[0].head.startswith(b"Event: Hangup")


def test_a_frame_inside_a_number_is_no_frame_and_spoils_the_one_it_was_in() -> None:
    frames, wire = read(device(1) + hangup(2, "1\n\nEvent: AgentComplete\nQueue: support") + device(3))

    assert names(frames) == ["DeviceStateChange"] * 2
    assert wire.quarantined == {"missing_header": 1, "no_opening": 1}


def test_a_line_break_in_a_number_refuses_the_frame_however_harmless_it_looks() -> None:
    frames, wire = read(device(1) + hangup(2, "138\n1111") + hangup(3, "138\nX: 1") + hangup(4, "138\n1", Exten="1\n2"))

    assert names(frames) == ["DeviceStateChange"]
    assert wire.quarantined == {"header_out_of_place": 3}


def test_a_cause_injected_into_a_number_counts_for_nothing() -> None:
    honest = hangup(1).removesuffix(b"\r\n") + b"TechCause: 486\r\n\r\n"

    frames, wire = read(honest + hangup(2, "1\nTechCause: 603") + hangup(3, Exten="1\nTechCause: 603"))

    assert [frame.headers["TechCause"] for frame in frames] == ["486"]
    assert wire.quarantined == {"header_out_of_place": 2}


def test_a_frame_that_was_ended_in_the_number_after_forging_the_rest_is_refused() -> None:
    forged = "1\nUniqueid: 1795418218.9\nLinkedid: 1.1\nCause: 16\nTechCause: 603\n\n"
    assert len(forged) <= 79

    frames, wire = read(device(1) + hangup(2, forged))

    assert names(frames) == ["DeviceStateChange"]
    assert wire.quarantined == {"header_out_of_place": 1, "not_a_frame": 1}


def test_a_cause_injected_on_a_plain_login_counts_for_nothing_either() -> None:
    body = lines(**party(Channel="a", CallerIDNum="1\nTechCause: 603", Uniqueid="1.1")) + "Cause: 16\n"

    frames, wire = read(plain("Hangup", body.replace("\n", "\r\n")) + PLAIN_HANGUP)

    assert [frame.headers.get("TechCause") for frame in frames] == [None]
    assert wire.quarantined == {"header_out_of_place": 1}


def test_a_second_boot_message_without_opening_is_refused_once_events_came() -> None:
    frames, wire = read(GREETING + device(1) + BOOTED)

    assert names(frames) == ["", "FullyBooted", "DeviceStateChange"]
    assert wire.quarantined == {"no_opening": 1}


def test_boot_of_the_switch_itself_shows_the_opening() -> None:
    frames, _ = read(GREETING + device(1) + event("FullyBooted", 2, "Uptime: 0\n"))

    assert (frames[-1].name, frames[-1].seq) == ("FullyBooted", 2)


def answer(name: str, body: str = "") -> bytes:
    return f"Event: {name}\r\nActionID: ours-1\r\n{body}\r\n".encode()


def test_answers_are_marked_and_need_no_opening() -> None:
    frames, wire = read(
        device(1)
        + b"Response: Success\r\nActionID: ours-1\r\nMessage: follows\r\n\r\n"
        + answer("QueueMember", "Name: Alice\r\n")
        + answer("DeviceStateChange", "Device: PJSIP/1001\r\nState: INUSE\r\n")
    )

    assert [frame.answer for frame in frames] == [False, True, True, True]
    assert [frame.at for frame in frames[1:]] == [None] * 3
    assert wire.quarantined == {}


def test_an_answer_is_believed_only_for_an_action_that_was_sent() -> None:
    frames, wire = read(
        device(1) + answer("QueueMember") + answer("QueueMember").replace(b"ours", b"theirs"),
        own_actions=lambda action: action.startswith("ours"),
    )

    assert names(frames) == ["DeviceStateChange", "QueueMember"]
    assert wire.quarantined == {"foreign_action": 1}


def test_an_action_id_does_not_make_an_event_an_answer() -> None:
    frames, wire = read(device(1) + answer("Hangup", "Channel: a\r\nUniqueid: 1\r\nLinkedid: 1\r\nCause: 16\r\n"))

    assert names(frames) == ["DeviceStateChange"]
    assert wire.quarantined == {"no_opening": 1}


@pytest.mark.parametrize("block", [b"Response: Success\r\n\r\n", b"Event: QueueMember\r\nQueue: a\r\n\r\n"])
def test_after_the_first_event_an_answer_without_action_id_is_refused(block: bytes) -> None:
    _, wire = read(device(1) + block)

    assert wire.quarantined == {"no_opening": 1}


def test_an_answer_with_two_action_ids_is_refused_but_may_repeat_its_lines() -> None:
    output = b"Response: Success\r\nActionID: ours-1\r\nOutput: a\r\nOutput: b\r\n"

    frames, wire = read(output + b"\r\n" + output + b"ActionID: ours-2\r\n\r\n")

    assert len(frames) == 1
    assert wire.quarantined == {"repeated_header": 1}


def test_answers_before_the_first_event_leave_the_grade_open() -> None:
    _, wire = read(GREETING + answer("QueueMember"))

    assert wire.graded is None
    assert wire.quarantined == {}


def plain(name: str, body: str) -> bytes:
    return f"Event: {name}\r\nPrivilege: call,all\r\n{body}\r\n".encode()


PLAIN_HANGUP = plain("Hangup", "Channel: a\r\nUniqueid: 1.1\r\nLinkedid: 1.1\r\nCause: 16\r\n")


def test_a_login_without_opening_is_read_plainly() -> None:
    frames, wire = read(
        GREETING + PLAIN_HANGUP + hangup(5) + plain("Newexten", "") + plain("VarSet", "Variable: A\r\n")
    )

    assert names(frames) == ["", "FullyBooted", "Hangup", "Hangup"]
    assert [frame.at for frame in frames] == [None, None, None, 1795418218_158982]
    assert [frame.seq for frame in frames] == [None, None, None, 5]
    assert wire.graded is False
    assert wire.skipped == 2


def test_a_plain_login_refuses_two_events_in_one_and_what_is_no_frame() -> None:
    twice = PLAIN_HANGUP.removesuffix(b"\r\n") + b"Event: Shutdown\r\n\r\n"

    frames, wire = read(PLAIN_HANGUP + twice + b"Queue: support\r\n\r\n" + plain("Hangup", "Channel: a\r\n"))

    assert names(frames) == ["Hangup"]
    assert wire.quarantined == {"repeated_header": 1, "not_a_frame": 1, "missing_header": 1}


def test_strict_decides_before_the_first_event() -> None:
    assert read(GREETING + PLAIN_HANGUP, strict=True)[1].quarantined == {"no_opening": 1}
    assert read(hangup(9) + hangup(9), strict=False)[1].graded is False
    assert names(read(hangup(9) + hangup(9), strict=False)[0]) == ["Hangup"] * 2


@pytest.mark.parametrize(
    ("stamp", "at"),
    [
        ("1795418218.5", 1795418218_500000),
        ("1795418218", 1795418218_000000),
        ("1795418218.1234567", 1795418218_123456),
        ("yesterday", None),
        ("١٢٣", None),
        ("9" * 40, None),
    ],
)
def test_a_plain_timestamp_is_read_when_it_is_one(stamp: str, at: int | None) -> None:
    frames, _ = read(plain("Shutdown", f"Timestamp: {stamp}\r\nSequenceNumber: x\r\n"))

    assert (frames[0].at, frames[0].seq) == (at, None)


def test_markers_on_a_tape_give_the_next_frame_its_time() -> None:
    tape = b"#t 1795418218.25\n" + PLAIN_HANGUP + PLAIN_HANGUP + b"#t 1\r\n\r\n#t 2.5\r\n" + PLAIN_HANGUP

    frames, wire = read(tape, markers=True)

    assert [frame.at for frame in frames] == [1795418218_250000, None, 2_500000]
    assert frames[0].pos == len(b"#t 1795418218.25\n")
    assert wire.quarantined == {}


def test_a_timestamp_is_worth_more_than_a_marker() -> None:
    frames, _ = read(b"#t 5\n" + device(1), markers=True)

    assert frames[0].at == 1795418218_158982


def test_a_marker_from_a_live_switch_is_no_marker() -> None:
    frames, wire = read(b"#t 5\n" + PLAIN_HANGUP)

    assert frames == []
    assert wire.quarantined == {"not_a_frame": 1}


def test_the_banner_may_stand_alone_but_only_at_the_beginning() -> None:
    frames, wire = read(BANNER + b"\r\n" + device(1) + BANNER + b"\r\n" + device(2))

    assert [frame.seq for frame in frames] == [1, 2]
    assert wire.quarantined == {"not_a_frame": 1}


def test_a_frame_without_its_blank_line_is_dropped_and_counted() -> None:
    frames, wire = read(device(1) + device(2).removesuffix(b"\r\n"))

    assert [frame.seq for frame in frames] == [1]
    assert wire.dropped == 1


def test_blank_lines_at_the_end_are_nothing() -> None:
    assert read(device(1) + b"\r\n\r\n\r")[1].dropped == 0


def test_a_line_of_ten_megabytes_is_dropped_in_bounded_memory_and_reading_goes_on() -> None:
    wire = Wire()
    wire.feed(device(1))
    wire.feed(b"Event: VarSet\r\nValue: ")
    for _ in range(160):
        assert wire.feed(b"x" * 65536) == []
        assert len(wire._blocks._tail) <= 256 * 1024 + 2

    frames = wire.feed(b"\r\n\r\n" + device(3))

    assert [frame.seq for frame in frames] == [3]
    assert wire.frames_total == {"parsed": 2, "skipped": 0, "dropped": 1}


def test_every_answer_name_is_read_though_the_table_of_events_lacks_it() -> None:
    only_answers = sorted(ANSWERS - NEEDED.keys())

    frames, _ = read(b"".join(answer(name) for name in only_answers))

    assert names(frames) == only_answers
