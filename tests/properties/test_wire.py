from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from callcenter.ami.gate import OPENING, Shapes, parse_headers, refuse_headers
from callcenter.ami.wire import Wire
from tests.support.party import party

LIMIT = 4096

PIECES = st.sampled_from(
    [
        b"\r\n",
        b"\n",
        b"\r",
        b"\n\n",
        b"\r\n\r\n",
        b": ",
        b"\xff\xfe",
        b"Event: Hangup\r\n",
        b"Event:",
        b"Response: Success\r\n",
        b"ActionID: 1\r\n",
        b"#t 5.5\n",
        b"Asterisk Call Manager/11.0.0\r\n",
        b"x" * 50,
        b"x" * 5000,
        b"SequenceNumber: -1\r\n",
        (
            b"Event: FullyBooted\nPrivilege: system,all\nTimestamp: 1.000000\n"
            b"SequenceNumber: 4\nFile: a\nLine: 1\nFunc: f\n"
        ),
    ]
)
GARBAGE = st.lists(PIECES | st.binary(max_size=20), max_size=60).map(b"".join)

TEXT = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=20)
HOSTILE = st.text(st.sampled_from("\r\n:| \tEvntQu1x") | st.characters(exclude_categories=["Cs"]), max_size=79)


def frame(seq: int, number: str, ending: str = "\r\n") -> str:
    lines = [
        "Event: Hangup",
        "Privilege: call,all",
        f"Timestamp: 1795418218.{seq:06}",
        f"SequenceNumber: {seq}",
        "File: manager_channels.c",
        "Line: 806",
        "Func: channel_snapshot_update",
        *(f"{name}: {value}" for name, value in party(Channel="PJSIP/t-1", CallerIDNum=number, Uniqueid="1.1").items()),
        "Cause: 16",
        "",
        "",
    ]
    return ending.join(lines)


def frames(numbers: list[str], ending: str = "\r\n") -> bytes:
    return "".join(frame(place, number, ending) for place, number in enumerate(numbers)).encode()


def fed(wire: Wire, data: bytes, cuts: list[int]) -> tuple[list[object], dict[str, int], list[bytes]]:
    bounds = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    found: list[object] = []
    raw: list[bytes] = []
    refused: list[object] = []
    for start, end in itertools.pairwise(bounds):
        found += wire.feed(data[start:end])
        raw += wire.raw
        refused += wire.refused_needed
    wire.close()
    return [*found, *refused], wire.frames_total, raw


CUTS = st.lists(st.integers(0, 100_000), max_size=30)


@given(st.lists(HOSTILE, max_size=6), CUTS)
def test_any_cut_of_a_login_gives_the_same_frames(numbers: list[str], cuts: list[int]) -> None:
    data = b"Asterisk Call Manager/11.0.0\r\n" + frames(numbers)

    assert fed(Wire(), data, cuts) == fed(Wire(), data, [])


@given(GARBAGE, CUTS, st.booleans())
def test_any_cut_of_garbage_gives_the_same_frames_and_never_raises(data: bytes, cuts: list[int], markers: bool) -> None:
    whole = fed(Wire(limit_bytes=LIMIT, markers=markers), data, [])

    assert fed(Wire(limit_bytes=LIMIT, markers=markers), data, cuts) == whole


@given(st.lists(TEXT, max_size=6))
def test_line_ends_make_no_difference(numbers: list[str]) -> None:
    crlf, lf = Wire().feed(frames(numbers)), Wire().feed(frames(numbers, "\n"))

    assert [(f.name, f.headers, f.at, f.seq) for f in crlf] == [(f.name, f.headers, f.at, f.seq) for f in lf]
    assert len(crlf) == len(numbers)


@given(st.lists(GARBAGE, max_size=8))
def test_memory_stays_bounded_whatever_comes(chunks: list[bytes]) -> None:
    wire = Wire(limit_bytes=LIMIT)

    for chunk in chunks:
        wire.feed(chunk)
        assert len(wire._blocks._tail) <= LIMIT + 2


@given(
    HOSTILE, st.sampled_from(["\n", "\r\n"]), st.sampled_from(["AgentComplete", "QueueMember", "FullyBooted", "Hangup"])
)
def test_a_frame_forged_in_a_number_never_comes_out(number: str, ending: str, name: str) -> None:
    wire = Wire(own_actions=lambda _: False)
    forged = f"1{ending}{ending}Event: {name}{ending}{number}"

    out = wire.feed(frames(["1", forged, "2"]))

    assert {f.headers["Uniqueid"] for f in out} == {"1.1"}
    assert {f.seq for f in out} <= {0, 1, 2}
    assert {f.name for f in out} == {"Hangup"}
    assert [f.headers["CallerIDNum"] for f in out if f.seq != 1] == ["1", "2"]


@given(st.lists(st.integers(0, 3), min_size=1, max_size=200))
def test_honest_frames_up_to_three_places_late_all_come_out(delays: list[int]) -> None:
    order = sorted(range(len(delays)), key=lambda place: place + delays[place])
    texts = [frame(place, "1") for place in range(len(delays))]
    wire = Wire()

    out = wire.feed("".join(texts[place] for place in order).encode())

    assert sorted(f.seq or 0 for f in out) == list(range(len(delays)))


LINES = (
    st.sampled_from(
        [
            "Channel: 1",
            "Uniqueid: 1.1",
            "Linkedid: 1.1",
            "Cause: 16",
            "Cause:16",
            "Cause:  16",
            "Cause",
            ": x",
            "Linkedid: ",
            "ChanVariable: a",
            "File: f",
            "X: a: b",
            "X: a\nUniqueid: 2",
            "X: a\rUniqueid: 2",
            "X: \r",
            "X: é\udce9\x85\u2028",
        ]
    )
    | HOSTILE
)
BODY = st.tuples(st.lists(LINES, max_size=6), st.sampled_from(["\r\n", "\n"]), st.sampled_from(["", "\r", "\r\r"]))


@given(
    st.lists(BODY, min_size=1, max_size=8).flatmap(lambda bodies: st.lists(st.sampled_from(bodies), max_size=20)),
    st.sampled_from(["\r\n", "\n"]),
)
def test_a_frame_shaped_like_an_earlier_one_is_read_as_if_it_were_the_first(
    bodies: list[tuple[list[str], str, str]], ending: str
) -> None:
    shapes = Shapes()
    for place, (lines, body_ending, last) in enumerate(bodies):
        opening = ending.join(frame(place, "1").split("\r\n")[:7])
        text = body_ending.join([opening, *lines]) + last
        block = text.encode("utf-8", "surrogateescape")
        opened = OPENING.match(block)
        assert opened is not None

        headers, reason = shapes.read("Hangup", block, opened)

        expected = parse_headers(block)
        assert list(headers.items()) == list(expected.values.items())
        assert reason == refuse_headers("Hangup", expected)
