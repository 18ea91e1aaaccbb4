from __future__ import annotations

import itertools
import random

import pytest

from callcenter.ami.gate import OPENING, REASONS, Sequence, Shapes, parse_headers
from tests.support.party import party

NOW = b"1795418218.158982"
LATER = b"1795418219.158982"
BEFORE = b"1795418118.158982"


def judged(numbers: list[int], stamp: bytes = NOW) -> list[str | None]:
    sequence = Sequence()
    return [sequence.refuse(number, stamp) for number in numbers]


def test_numbers_that_rise_are_believed_whatever_the_holes() -> None:
    assert judged([7, 11, 12, 500, 501, 1400]) == [None] * 6


def test_a_number_used_before_is_refused() -> None:
    assert judged([7, 8, 9, 8, 9]) == [None, None, None, "sequence_reused", "sequence_reused"]


def test_honest_frames_may_come_three_places_late() -> None:
    numbers = [*range(100), 101, 102, 103, 100, *range(104, 150)]

    assert set(judged(numbers)) == {None}


def test_three_places_may_be_many_numbers_when_a_filter_cuts_most() -> None:
    numbers = [*range(0, 9000, 300), 9300, 9600, 9900, 9000, 10200]

    assert set(judged(numbers)) == {None}


def test_a_number_from_long_ago_is_far() -> None:
    assert judged([*range(10, 100, 2), 21])[-1] == "sequence_far"


@pytest.mark.parametrize(("first", "late", "reason"), [(100, 90, None), (100, 84, None), (100, 83, "sequence_far")])
def test_right_after_login_only_near_neighbours_may_be_late(first: int, late: int, reason: str | None) -> None:
    assert judged([first, late])[-1] == reason


def test_a_jump_without_time_is_far() -> None:
    assert judged([1, 1002, 1001]) == [None, "sequence_far", None]


def test_a_jump_is_believed_when_the_time_between_allows_it() -> None:
    sequence = Sequence()
    sequence.refuse(1, NOW)

    assert sequence.refuse(40_000, LATER) is None
    assert sequence.refuse(10_000_000, LATER) == "sequence_far"


def test_a_clock_that_steps_back_allows_small_holes_only() -> None:
    sequence = Sequence()
    sequence.refuse(1, NOW)

    assert sequence.refuse(900, BEFORE) is None
    assert sequence.refuse(3000, BEFORE) == "sequence_far"


@pytest.mark.parametrize("jump", [900, 40_000])
def test_one_forged_jump_does_not_shut_out_the_honest_ones(jump: int) -> None:
    sequence = Sequence()
    honest = [sequence.refuse(number, NOW) for number in range(1, 100)]
    forged = sequence.refuse(100 + jump, LATER)

    honest += [sequence.refuse(number, LATER) for number in range(100, 100 + jump)]

    assert forged is None
    assert set(honest) == {None}


def test_a_forged_number_that_was_refused_changes_nothing() -> None:
    assert judged([1, 2, 9_000_000, 3, 4]) == [None, None, "sequence_far", None, None]


def test_a_run_of_refused_frames_in_sequence_becomes_the_sequence() -> None:
    assert judged([1, 2, *range(90_000, 90_010)]) == [None, None, *["sequence_far"] * 7, None, None, None]


def test_refused_frames_without_sequence_among_them_never_become_it() -> None:
    wild = [50_000 * step for step in range(1, 30)]

    assert set(judged([1, *wild])[1:]) == {"sequence_far"}


def test_honest_frames_between_refused_ones_end_the_run() -> None:
    numbers = list(itertools.chain.from_iterable((number, 90_000 + number) for number in range(1, 30)))

    assert judged(numbers) == [None, "sequence_far"] * 29


def test_numbers_wrap_at_32_bits() -> None:
    top = 2**31

    assert set(judged([top - 3, top - 1, -top, top - 2, -top + 1, -top + 2])) == {None}


def test_a_shuffle_within_three_places_is_honest() -> None:
    chance = random.Random(5)
    numbers = sorted(range(10, 3000, 7), key=lambda number: number + chance.uniform(0, 21))

    assert set(judged(numbers)) == {None}


def test_nothing_begins_before_the_first_number() -> None:
    sequence = Sequence()
    assert not sequence.begun
    sequence.refuse(1, NOW)
    assert sequence.begun


def stamp(seconds: float) -> bytes:
    return b"%.6f" % (1795418218 + seconds)


class Login:
    """One login whose frames come at told times; every number is the next."""

    def __init__(self) -> None:
        self.doubts = 0
        self.sequence = Sequence(self._doubt)
        self.number = 0

    def _doubt(self) -> None:
        self.doubts += 1

    def shows(self, at: float, now: float | None = None) -> str | None:
        if now is not None:
            self.sequence.receive(now)
        self.number += 1
        return self.sequence.refuse(self.number, stamp(at))


@pytest.mark.parametrize("first", [0, -1795418000, 80_000_000_000])
@pytest.mark.parametrize(
    ("at", "reason"), [(86_400, None), (86_401, "sequence_far"), (-120, None), (-121, "sequence_far")]
)
def test_without_our_clock_a_step_of_time_is_bounded_alone(first: float, at: float, reason: str | None) -> None:
    login = Login()

    assert [login.shows(first + second) for second in (0, at)] == [None, reason]


def test_a_step_back_is_measured_from_the_last_frame() -> None:
    login = Login()

    assert [login.shows(at) for at in (0, 100, 20, 90, -29, 1000, 879)] == [None] * 6 + ["sequence_far"]


@pytest.mark.parametrize(
    ("at", "reason"), [(7229, None), (7231, "sequence_far"), (10_000_000, "sequence_far"), (1, None)]
)
def test_the_switch_s_clock_goes_on_as_ours_does(at: float, reason: str | None) -> None:
    login = Login()

    assert [login.shows(0, 5.0), login.shows(at, 7205.0)] == [None, reason]


def test_what_waited_while_we_stood_still_is_believed() -> None:
    login = Login()
    login.shows(0, 0)

    assert {login.shows(at, 900) for at in range(0, 900, 100)} == {None}


@pytest.mark.parametrize("drift", [0.9999, 1.0001])
def test_clocks_that_drift_apart_are_followed(drift: float) -> None:
    login = Login()

    assert {login.shows(hour * 3600 * drift, hour * 3600) for hour in range(2000)} == {None}
    assert login.shows(2000 * 3600 * drift + 60, 2000 * 3600) == "sequence_far"


def test_no_forged_time_makes_room_for_the_next() -> None:
    login = Login()
    login.shows(0, 0)

    assert {login.shows(second + ahead, second) for second in range(1, 90) for ahead in (29, 0)} == {None}
    assert login.shows(90 + 31, 90) == "sequence_far"


@pytest.mark.parametrize("step", [3600, -3600])
def test_a_clock_that_is_set_is_followed_after_a_few_frames(step: float) -> None:
    login = Login()
    login.shows(0, 0)

    assert [login.shows(second + step, second) for second in range(1, 12)] == ["sequence_far"] * 7 + [None] * 4


@pytest.mark.parametrize(("jump", "doubts"), [(990, 0), (40_000, 1)])
def test_who_jumped_far_ahead_of_the_next_is_doubted(jump: int, doubts: int) -> None:
    login = Login()
    login.shows(0)

    assert [login.sequence.refuse(jump, stamp(1)), login.shows(1), login.shows(1)] == [None] * 3
    assert login.doubts == doubts


LINES = (
    b"Event: Hangup",
    b"Privilege: call,all",
    b"Timestamp: 1795418218.158982",
    b"SequenceNumber: 7",
    b"File: manager.c",
    b"Line: 593",
    b"Func: f",
)


def test_the_exact_opening_opens() -> None:
    match = OPENING.match(b"\r\n".join(LINES))

    assert match is not None
    assert match.groups() == (b"Hangup", b"1795418218.158982", b"7")


@pytest.mark.parametrize(
    "order", [order for order in itertools.permutations(range(7)) if order != tuple(range(7))][::97]
)
def test_any_other_order_does_not(order: tuple[int, ...]) -> None:
    assert OPENING.match(b"\n".join(LINES[index] for index in order)) is None


@pytest.mark.parametrize("missing", range(7))
def test_no_line_of_it_may_be_missing(missing: int) -> None:
    assert OPENING.match(b"\n".join(LINES[:missing] + LINES[missing + 1 :])) is None


@pytest.mark.parametrize(
    ("line", "bad"),
    [
        (0, b"Event:Hangup"),
        (0, b"Event: "),
        (2, b"Timestamp: 1795418218"),
        (2, b"Timestamp: now"),
        (3, b"SequenceNumber: x"),
        (3, b"SequenceNumber: 99999999999"),
        (5, b"Line: a"),
        (6, b"Func: "),
    ],
)
def test_no_line_of_it_may_be_malformed(line: int, bad: bytes) -> None:
    assert OPENING.match(b"\n".join([*LINES[:line], bad, *LINES[line + 1 :]])) is None


def test_an_opening_does_not_fit_into_a_callers_number() -> None:
    shortest = b"\n\nEvent: Hold\nPrivilege: a\nTimestamp: 1.000000\nSequenceNumber: 1\nFile: a\nLine: 1\nFunc: a\n\n"

    assert OPENING.match(shortest.strip()) is not None
    assert len(shortest) > 79


def test_every_reason_has_a_name() -> None:
    assert len(set(REASONS)) == 9


def read_all(bodies: list[tuple[bytes, bytes]]) -> Shapes:
    """Read a frame of each source file with its headers, each as it must be read."""
    shapes = Shapes()
    for file, body in bodies:
        block = b"\r\n".join([*LINES[:4], b"File: " + file, *LINES[5:7], body])
        opening = OPENING.match(block)
        assert opening is not None
        assert shapes.read("Newexten", block, opening) == (parse_headers(block).values, None)
    return shapes


def patterns(shapes: Shapes) -> int:
    return sum(map(len, shapes._known.values()))


def test_a_shape_is_remembered_once_whatever_its_values() -> None:
    bodies = [b"Channel: %d\r\nExten:%d" % (n, n) for n in range(100)]

    assert patterns(read_all([(b"pbx.c", body) for body in bodies])) == 1


def test_headers_that_callers_make_up_are_remembered_to_a_limit() -> None:
    made_up = [b"Channel: 1\r\nX%d: 1" % n for n in range(1000)]

    assert patterns(read_all([(b"pbx.c", body) for body in made_up])) == 8
    assert patterns(read_all([(b"%d.c" % n, b"Channel: 1") for n in range(1000)])) <= 256
    assert patterns(read_all([(b"pbx.c", b"X" * 4096 + b": 1")])) == 0


def test_a_shape_hides_no_header_that_is_missing_or_twice() -> None:
    shapes = Shapes()
    opened = b"\r\n".join([b"Event: Hangup", *LINES[1:7], b""])
    caller = party(Channel="1", Uniqueid="1.1")
    whole = opened + "".join(f"{name}: {value}\r\n" for name, value in caller.items()).encode() + b"Cause: 16"
    twice = whole + b"\nCause: 17"
    broken_off = opened + b"Channel: 1\r\nUniqueid: 1.1"

    def reason(block: bytes) -> str | None:
        opening = OPENING.match(block)
        assert opening is not None
        return shapes.read("Hangup", block, opening)[1]

    injected = whole.replace(b"<unknown>", b"1\r\nTechCause: 603", 1)
    blocks = [whole, twice, broken_off, injected]
    expected = [None, "repeated_header", "missing_header", "header_out_of_place"]
    assert [reason(block) for block in blocks * 2] == expected * 2
