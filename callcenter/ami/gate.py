"""What a frame must show to be believed: the exact opening, time and number in sequence, its headers once, in place.

Asterisk prints a caller's number into its events unescaped, so a caller can end a header, or a frame, and
begin another. Seventy-nine characters are too few for a whole opening; a bare forged frame fits, and so does
a forged header. The opening stops the first, the rules against repeated headers and headers out of their place
the second, and the rule against missing headers refuses what is left of the frame that was broken off. Where a
dialplan prints two such texts side by side a whole opening fits; what it cannot know is the next number, and the
time is no help: it must be the switch's own.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Literal, NamedTuple, get_args

import msgspec

from callcenter.ami.names import NEEDED, is_repeatable
from callcenter.ami.places import out_of_place
from callcenter.domain.frame import SECOND, Micros
from callcenter.text import read_value, read_whole

Reason = Literal[
    "no_opening",
    "sequence_reused",
    "sequence_far",
    "missing_header",
    "repeated_header",
    "header_out_of_place",
    "foreign_action",
    "not_a_frame",
    "too_long",
]
REASONS: tuple[Reason, ...] = get_args(Reason)


class Quarantined(msgspec.Struct, frozen=True):
    """One refused frame: where it was, why, and how it began."""

    pos: int
    reason: Reason
    head: bytes


OPENING = re.compile(
    rb"Event: (\w{1,64}+)\r?+\nPrivilege: .{1,256}+\nTimestamp: (\d{1,11}+\.\d{6})\r?+\n"
    rb"SequenceNumber: (-?+\d{1,10}+)\r?+\nFile: .{1,256}+\nLine: \d{1,10}+\r?+\nFunc: .{1,256}+(?=\n|\Z)"
)
"""The evidence-grade opening: name, Timestamp, SequenceNumber. Nothing is given back once matched: it never helps."""
_OPENING_LINES = 7
_SOURCES = 256
"""Lines of Asterisk's source whose frames are remembered; a day of calls shows some thirty."""
_SHAPES = 8
"""Shapes remembered of each; one or two are usual, and a caller's line breaks can make up more."""
_SHAPE_LIMIT = 4096
"""Bytes of a frame whose shape is remembered."""

_TIMESTAMP = re.compile(r"(\d{1,11})(?:\.(\d{1,6})\d{0,3})?", re.ASCII)
_SEQUENCE = re.compile(r"-?\d{1,10}", re.ASCII)
_IN_RESPONSES = frozenset({"Response", "Event", "ActionID", "Message"})
_OPENING_NAMES = frozenset({"Event", "Privilege", "Timestamp", "SequenceNumber", "File", "Line", "Func"})
_REQUIRED = {name: frozenset(headers) for name, headers in NEEDED.items()}
_RELIED_ON = frozenset(header for header in _OPENING_NAMES.union(*_REQUIRED.values()) if not is_repeatable(header))


class Headers(NamedTuple):
    """The headers of one frame.

    Attributes:
        values: Every header once; of several the last.
        repeated: Those that came more than once.
        order: The header's name of each line, empty for a line that is none.
    """

    values: dict[str, str]
    repeated: set[str]
    order: list[str]


def parse_headers(block: bytes, charset: str | None = None) -> Headers:
    """Return the headers of a frame, cut as bytes before any value is read as text.

    A line may end in LF alone, lack the space after its colon, or have no colon (then it is no header).
    """
    found = Headers({}, set(), [])
    for name, value in _lines(block, charset):
        if value is None:
            found.order.append("")
            continue
        if name in found.values:
            found.repeated.add(name)
        found.values[name] = value
        found.order.append(name)
    return found


def _lines(block: bytes, charset: str | None) -> Iterator[tuple[str, str | None]]:
    """Yield name and value of each line, None for the value where there is no colon."""
    text = read_whole(block, charset)
    if text is not None:
        for line in text.split("\n"):
            name, colon, value = line.removesuffix("\r").partition(":")
            yield name, value.removeprefix(" ") if colon else None
        return
    for raw in block.split(b"\n"):
        raw_name, raw_colon, raw_value = raw.removesuffix(b"\r").partition(b":")
        name = read_value(raw_name, charset)
        yield name, read_value(raw_value.removeprefix(b" "), charset) if raw_colon else None


class Shape(msgspec.Struct, frozen=True):
    """A frame that has each of its headers once: what comes after its opening, and what speaks against it."""

    like: dict[str, str]
    names: tuple[str, ...]
    values: re.Pattern[str]
    reason: Reason | None


class Shapes:
    """Reads frames as parse_headers and refuse_headers do, most of them in a third of the time.

    Each line of Asterisk's source prints the same opening, but for time and number, and nearly always the
    same headers in the same order. Where an earlier frame's pattern matches, there is no header more or twice.
    """

    def __init__(self, charset: str | None = None) -> None:
        self._charset = charset
        self._known: dict[tuple[bytes, bytes], list[Shape]] = {}

    def read(self, name: str, block: bytes, opening: re.Match[bytes]) -> tuple[dict[str, str], Reason | None]:
        """Return every header of a frame of this name once, and why they cannot be relied on."""
        end = opening.end()
        source = block[: opening.start(2)], block[opening.end(3) : end]
        text = read_whole(block[end + 1 :], self._charset)
        if text is None:
            parsed = parse_headers(block, self._charset)
            return parsed.values, refuse_headers(name, parsed)
        text = text.removesuffix("\r")
        for shape in self._known.get(source, ()):
            found = shape.values.fullmatch(text)
            if found is not None:
                headers = shape.like.copy()
                headers["Timestamp"] = opening[2].decode()
                headers["SequenceNumber"] = opening[3].decode()
                headers.update(zip(shape.names, found.groups(), strict=False))
                return headers, shape.reason
        parsed = parse_headers(block, self._charset)
        headers, reason = parsed.values, refuse_headers(name, parsed)
        if (
            not parsed.repeated
            and text.count("\r\n") + _OPENING_LINES == len(headers) - 1
            and len(block) <= _SHAPE_LIMIT
        ):
            self._learn(source, headers, reason)
        return headers, reason

    def _learn(self, source: tuple[bytes, bytes], headers: dict[str, str], reason: Reason | None) -> None:
        if len(self._known) >= _SOURCES:
            self._known.clear()
        shapes = self._known.setdefault(source, [])
        if len(shapes) < _SHAPES:
            names = tuple(headers)[_OPENING_LINES:]
            # no value reaches past its line, and its space is never given back: the time to match is linear
            pattern = re.compile("\r\n".join(f"{re.escape(name)}: ?+(.*)" for name in names))
            shapes.append(Shape(headers.copy(), names, pattern, reason))


def parse_timestamp(text: str) -> Micros | None:
    """Return epoch seconds as microseconds, None when they are not a plain number."""
    match = _TIMESTAMP.fullmatch(text)
    if match is None:
        return None
    whole, fraction = match.groups(default="")
    return int(whole) * SECOND + int(fraction.ljust(6, "0"))


def parse_sequence(text: str) -> int | None:
    """Return a SequenceNumber, None when it is not one."""
    return int(text) if _SEQUENCE.fullmatch(text) else None


def refuse_headers(name: str, headers: Headers, *, whole: bool = True) -> Reason | None:
    """Return why the headers of this event cannot be relied on, None when they can; `whole` as in `out_of_place`."""
    if headers.repeated and any(_must_be_single(name, header) for header in headers.repeated):
        return "repeated_header"
    if name in _REQUIRED and not _REQUIRED[name] <= headers.values.keys():
        return "missing_header"
    return "header_out_of_place" if out_of_place(name, headers.order, whole=whole) else None


def _must_be_single(name: str, header: str) -> bool:
    """Tell whether a second such header makes the frame doubtful.

    The body of a UserEvent is the dialplan's own, and answers like that of Command repeat their lines.
    """
    if not name:
        return header in _IN_RESPONSES
    if name == "UserEvent":
        return header in _RELIED_ON
    return not is_repeatable(header) or header in NEEDED.get(name, ())


_LATE_PLACES = 8
"""Honest frames came up to three places late (8 of 16,882, Asterisk 22, every class read)."""
_LOOK_BACK = 32
"""Arrivals among which those places are counted."""
_REMEMBERED = 512
"""Numbers known to be used; older ones are far away anyhow."""
_SLACK = 1_000
"""Numbers that may be missing at once, whatever the clock says."""
_PER_SECOND = 50_000
"""Numbers that may be missing per second of Timestamp: several times what one switch can send."""
_RESTART_AFTER = 8
"""Refused frames that follow each other in sequence before they are the sequence."""
_BACK = 120.0
"""Seconds by which a Timestamp may lie before the last one."""
_AHEAD = 30.0
"""Seconds by which it may lie past what the switch's clock can show by now, as our own clock has gone on since."""
_QUIET = 86_400.0
"""Seconds by which it may lie past the last one where nobody tells when frames came, as on a tape."""
_SLEW = 0.001
"""Seconds a second by which the two clocks may drift apart: none that is kept drifts faster."""
_SPAN = 60
"""Seconds past the last measured Timestamp in which others are told to be near without being read."""
_NEVER = b"0.0"
_STAMP_LENGTH = len(b"1795418218.158982")
_WRAP = 1 << 32


class SwitchTime:
    """Which Timestamps the switch's clock can show next.

    It goes on as our clock does, from what the login's first frame showed, corrected by no more than clocks drift, or
    from what the last frame showed. So what waited while nobody read is believed, however long, and a forged time makes
    room for another only until the next frame that is honest.

    Attributes:
        low: No Timestamp of `high`'s length between the two needs to be measured.
        high: See `low`.
    """

    def __init__(self) -> None:
        self.low = self.high = b""
        self._steady = self._latest = 0.0
        self._now: float | None = None
        self._measured = _NEVER

    def begin(self, stamp: bytes) -> None:
        """Go on from this Timestamp, whatever was shown before."""
        self._steady = self._latest = float(stamp) + _AHEAD
        self._near(float(stamp), self._latest)

    def receive(self, now: float, last: bytes) -> None:
        """Take the time at which bytes come, in seconds that only go on, and the last Timestamp that came before."""
        elapsed, shown = 0.0 if self._now is None else max(now - self._now, 0.0), float(last) + _AHEAD
        drift = 0.0 if last == self._measured else shown - self._steady
        self._steady += elapsed + min(max(drift, -elapsed * _SLEW), elapsed * _SLEW)
        self._latest = max(self._steady, shown + elapsed)
        self._now, self._measured = now, last
        self._near(float(last), self._latest)

    def refuses(self, stamp: bytes, last: bytes) -> bool:
        """Tell whether a Timestamp is none that the switch can have shown after the last one."""
        at, before = float(stamp), float(last)
        latest = before + _QUIET if self._now is None else max(self._latest, before + _AHEAD)
        if not before - _BACK <= at <= latest:
            return True
        self._near(at, latest)
        return False

    def _near(self, at: float, latest: float) -> None:
        self.low = b"%010d.000000" % max(at - _BACK + 1, 0)
        self.high = b"%010d.000000" % max(min(at + _SPAN, latest), 0)


class Sequence:
    """The numbers one login has used, and which may come next.

    The switch counts all events, a login sees a part of them: holes are normal, in proportion to the time
    between two Timestamps. A number is refused when it was used, or lies far from what came last, in number or in
    time. No single frame moves the window for good: after a jump the numbers before it still count as merely late,
    and a run of refused frames in sequence with each other becomes the sequence. Numbers wrap at 32 bits, signed.

    Args:
        forged: Called when a number shows that the one before it was none of the switch's.
    """

    def __init__(self, forged: Callable[[], None] = lambda: None) -> None:
        self._newest: int | None = None
        self._stamp = _NEVER
        self._recent: deque[int] = deque(maxlen=_REMEMBERED)
        self._strays = 0
        self._stray = (0, _NEVER)
        self._time = SwitchTime()
        self._forged = forged

    @property
    def begun(self) -> bool:
        """True once a frame with an opening has been seen."""
        return self._newest is not None

    def receive(self, now: float | None) -> None:
        """Take the time at which the next frames come, where somebody tells it."""
        if now is not None:
            self._time.receive(now, self._stamp)

    def refuse(self, number: int, stamp: bytes) -> Reason | None:
        """Note the number of a frame with this Timestamp; return why it is refused, None when it is not."""
        newest, time = self._newest, self._time
        if (
            newest is not None
            and 0 < number - newest <= _SLACK
            and time.low <= stamp < time.high
            and len(stamp) == _STAMP_LENGTH
        ):
            self._newest = number
        else:
            reason = self._refuse_unusual(number, stamp)
            if reason is not None:
                return reason
        self._stamp = stamp
        self._recent.append(number)
        self._strays = 0
        return None

    def _refuse_unusual(self, number: int, stamp: bytes) -> Reason | None:
        if self._newest is None:
            self._begin(number, stamp)
            return None
        if number in self._recent:
            return "sequence_reused"
        ahead, last = _apart(number, self._newest), self._recent[-1]
        if self._time.refuses(stamp, self._stamp) or not (
            0 < ahead <= _SLACK or _follows(number, stamp, last, self._stamp) or self._is_late(number)
        ):
            if not self._is_new_sequence(number, stamp):
                return "sequence_far"
            self._begin(number, stamp)
        elif ahead > 0:
            self._newest = number
        elif _apart(last, number) > _SLACK:
            # events of one moment come late, but a thousand are not made in one
            self._forged()
        return None

    def _begin(self, number: int, stamp: bytes) -> None:
        self._recent.clear()
        self._newest = number
        self._time.begin(stamp)

    def _is_late(self, number: int) -> bool:
        """Tell whether few enough of the last arrivals should have come after this one."""
        behind = [_apart(seen, number) for seen in islice(reversed(self._recent), _LOOK_BACK)]
        overtakers = sum(apart > 0 for apart in behind)
        if not 0 < overtakers <= _LATE_PLACES:
            return False
        # right after the login nothing shows how far back the sequence goes: only near neighbours may be late
        return overtakers < len(behind) or min(behind) <= 2 * _LATE_PLACES

    def _is_new_sequence(self, number: int, stamp: bytes) -> bool:
        self._strays = self._strays + 1 if self._strays and _follows(number, stamp, *self._stray) else 1
        self._stray = (number, stamp)
        return self._strays >= _RESTART_AFTER


def _apart(number: int, other: int) -> int:
    """Return the signed distance on the 32-bit circle."""
    return (number - other + _WRAP // 2) % _WRAP - _WRAP // 2


def _follows(number: int, stamp: bytes, last: int, last_stamp: bytes) -> bool:
    elapsed = max(float(stamp) - float(last_stamp), 0.0)
    return 0 < _apart(number, last) <= _SLACK + elapsed * _PER_SECOND
