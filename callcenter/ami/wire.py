"""Bytes of one manager login → frames that can be believed; the rest is counted and says why.

A login proves itself once: when its first event (other than FullyBooted and answers) shows the evidence-grade
opening, every later frame is held to it. Otherwise it is read plainly and nothing it says is evidence.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Callable, Container
from itertools import chain
from operator import attrgetter

from callcenter.ami.blocks import FRAME_LIMIT, Blocks
from callcenter.ami.gate import (
    OPENING,
    Quarantined,
    Reason,
    Sequence,
    Shapes,
    parse_headers,
    parse_sequence,
    parse_timestamp,
    refuse_headers,
)
from callcenter.ami.names import ANSWERS, NEEDED
from callcenter.ami.needs import SELECTED, is_other_variable, is_passed_over, means_nothing
from callcenter.ami.refused import LostFrame, hints_of, named_in, stamp_of
from callcenter.domain.frame import Frame, Micros
from callcenter.text import read_value

_BANNER = re.compile(rb"Asterisk Call Manager/.*\n?")
_MARKER = re.compile(rb"#t +(\d{1,11}(?:\.\d{1,9})?)[ \t]*\r?(?:\n|\Z)")
_EVENT = re.compile(rb"Event: ?([^\r\n]*)")
_BOOTED = "FullyBooted"
_OF_ITS_OWN: frozenset[Reason] = frozenset({"missing_header", "repeated_header", "header_out_of_place"})
"""What is wrong with a frame that did begin as one; the rest is what some frame was broken into."""
_KEPT = 64
_NAMES = 512
_HEAD = 512


class Wire:
    """Turn the bytes of one login into frames; never raises, whatever they are.

    Args:
        wanted: Names of events to parse; answers to actions always are.
        start: Offset of the first byte, for `Frame.pos`.
        strict: True holds every frame to the opening, False none; None lets the first event decide.
        own_actions: Tells an ActionID that this client sent; without it any answer is taken for one.
        markers: Believe lines `#t <epoch seconds>` before a frame: on tapes only, callers could write one.
        limit_bytes: Longer frames are dropped and counted.
        charset: In which names on this switch are written; None: UTF-8, or GB18030 where they are not.

    Attributes:
        graded: Whether frames are held to the opening; None until known.
        parsed: Frames handed out.
        skipped: Frames of other names (or variables), with opening and sequence checked.
        quarantined: Refused frames by reason.
        refused: The last refused frames, for a person to look at.
        raw: The bytes of each frame that the last `feed` returned, whole lines, without banner, markers and blank line.
        refused_needed: What the last `feed` refused though it was needed; by `pos` its place among the frames.
    """

    def __init__(
        self,
        wanted: Container[str] = NEEDED,
        *,
        start: int = 0,
        strict: bool | None = None,
        own_actions: Callable[[str], bool] | None = None,
        markers: bool = False,
        limit_bytes: int = FRAME_LIMIT,
        charset: str | None = None,
    ) -> None:
        self.graded = strict
        self.parsed = 0
        self.skipped = 0
        self.quarantined: Counter[Reason] = Counter()
        self.refused: deque[Quarantined] = deque(maxlen=_KEPT)
        self.raw: list[bytes] = []
        self.refused_needed: list[LostFrame] = []
        self._wanted = wanted
        self._known: dict[bytes, str | None] = {}
        self._own_actions = own_actions
        self._markers = markers
        self._blocks = Blocks(start, limit_bytes)
        self._sequence = Sequence(self._doubt)
        self._charset = charset
        self._shapes = Shapes(charset)
        self._first = True
        self._marked: Micros | None = None
        self._before: Frame | LostFrame | re.Match[bytes] | None = None

    @property
    def dropped(self) -> int:
        """Frames that were too long, or cut off by the end of the stream."""
        return self._blocks.dropped

    @property
    def frames_total(self) -> dict[str, int]:
        """Frames by result: parsed, skipped, dropped, and each reason of quarantine."""
        results = {"parsed": self.parsed, "skipped": self.skipped, "dropped": self.dropped}
        return results | {str(reason): count for reason, count in self.quarantined.items()}

    def feed(self, data: bytes, now: float | None = None) -> list[Frame]:
        """Return the frames that end in this chunk, in the order they came; `now`: seconds that only go on, if live."""
        frames: list[Frame] = []
        self.raw, self.refused_needed = [], []
        self._sequence.receive(now)
        # every event of a switch comes through here, most of them to be passed over: written out for speed
        match, refuse, known, read = OPENING.match, self._sequence.refuse, self._known, self._shapes.read
        for pos, block in self._blocks.feed(data):
            if self._first or self._markers:
                pos, block = self._without_lead_in(pos, block)  # noqa: PLW2901 - the frame begins there
                if not block:
                    continue
            opening = match(block) if self.graded is not False else None
            if opening is None:
                self._take(pos, block, self._read_unopened(block, pos), frames)
                continue
            self.graded = True
            raw_name, stamp, raw_number = opening.groups()
            number = int(raw_number)
            reason = refuse(number, stamp)
            if reason is None:
                name = known[raw_name] if raw_name in known else self._know(raw_name)
                if name is None or (name in SELECTED and is_passed_over(name, block, opening.end())):
                    self.skipped += 1
                    self._before, self._marked = opening if name else None, None
                    continue
                headers, reason = read(name, block, opening)
                if reason is None:
                    # six places after the point: without it the number is microseconds
                    self._before = found = Frame(name, headers, int(stamp.replace(b".", b"")), number, pos)
                    frames.append(found)
                    self.raw.append(block + b"\n")
                    self._marked = None
                    continue
            self._take(pos, block, reason, frames)
        self.parsed += len(frames)
        if self._blocks.overlong:
            self._refuse_overlong()
        return frames

    def _take(self, pos: int, block: bytes, found: Frame | Reason | None, frames: list[Frame]) -> None:
        """Keep a frame that was read, or why it was not."""
        if isinstance(found, Frame):
            frames.append(found)
            self.raw.append(block + b"\n")
            self._before = found
        elif found is None:
            self.skipped += 1
            event = _EVENT.match(block)
            self._before = event if event is not None and event[1].decode("latin-1") in self._wanted else None
        else:
            self._before = self._refuse(pos, found, block)
        self._marked = None

    def close(self) -> None:
        """End the stream: a frame that never got its blank line is dropped and counted."""
        self._blocks.close()

    def _without_lead_in(self, pos: int, block: bytes) -> tuple[int, bytes]:
        """Take off the banner of a login and the markers of a tape."""
        start = self._after_markers(block, 0)
        if self._first:
            self._first = False
            banner = _BANNER.match(block, start)
            start = self._after_markers(block, banner.end()) if banner else start
        return pos + start, block[start:]

    def _after_markers(self, block: bytes, start: int) -> int:
        while self._markers and (marker := _MARKER.match(block, start)):
            self._marked = parse_timestamp(marker[1].decode())
            start = marker.end()
        return start

    def _refuse(self, pos: int, reason: Reason, block: bytes) -> LostFrame | None:
        """Count a frame that is not believed, and keep it where it was needed; its rest may be needed all the same."""
        self.quarantined[reason] += 1
        self.refused.append(Quarantined(pos, reason, block[:_HEAD]))
        opening = OPENING.match(block) if self.graded else None
        if opening is not None:
            # a number that is out of sequence vouches for no time either
            at = None if reason in {"sequence_reused", "sequence_far"} else stamp_of(block)
            lost = self._lost(pos, reason, block, opening[1].decode(), at)
        elif not self.graded and reason in _OF_ITS_OWN and (event := _EVENT.match(block)):
            lost = self._lost(pos, reason, block, read_value(event[1], self._charset), self._marked)
        else:
            lost = self._rest(pos, reason, block)
        if lost is not None and (lost.part != "frame" or not means_nothing(lost.name, block)):
            self.refused_needed.append(lost)
        return lost

    def _rest(self, pos: int, reason: Reason, block: bytes) -> LostFrame | None:
        """Return what was broken off the needed frame before, None where nobody needs that.

        What a frame was passed over for may be a caller's, who ended it there.
        """
        before, named = self._before, named_in(block, self._charset)
        match before:
            case re.Match(string=passed):
                name, at = before[1].decode(), stamp_of(passed)
                hints = hints_of(chain(named_in(passed, self._charset), named))
                return LostFrame(name, reason, at, pos, "rest_of_believed", hints, block + b"\n")
            case LostFrame():
                return LostFrame(before.name, reason, before.at, pos, "rest", hints_of(named), block + b"\n")
            case Frame(answer=False):
                hints = hints_of(chain(before.headers.items(), named))
                return LostFrame(before.name, reason, before.at, pos, "rest_of_believed", hints, block + b"\n")
            case _:
                return None

    def _doubt(self) -> None:
        """Tell of the frame before, which was believed and by its number is none of the switch's."""
        before = self._before
        if isinstance(before, Frame):
            hints = hints_of(iter(before.headers.items()))
            lost = LostFrame(before.name, "sequence_far", before.at, before.pos, "rest_of_believed", hints, b"")
            self.refused_needed.append(lost)

    def _refuse_overlong(self) -> None:
        """Keep the beginnings of frames that were too long to be read."""
        for pos, head in self._blocks.overlong:
            event = _EVENT.match(head)
            if event is None:
                continue
            lost = self._lost(pos, "too_long", head, event[1].decode("latin-1"), stamp_of(head))
            if lost is not None and not means_nothing(lost.name, head):
                self.refused_needed.append(lost)
        self.refused_needed.sort(key=attrgetter("pos"))

    def _lost(self, pos: int, reason: Reason, block: bytes, name: str, at: Micros | None) -> LostFrame | None:
        """Return what was lost with a frame of this name, None where nobody needs that name."""
        if name not in self._wanted:
            return None
        hints = hints_of(named_in(block, self._charset))
        return LostFrame(name, reason, at, pos, "frame", hints, block + b"\n")

    def _know(self, raw_name: bytes) -> str | None:
        """Return the name of a wanted event, None of any other; few are remembered, whatever a switch makes up."""
        name = raw_name.decode()
        found = name if name in self._wanted else None
        if len(self._known) < _NAMES:
            self._known[raw_name] = found
        return found

    def _read_unopened(self, block: bytes, pos: int) -> Frame | Reason | None:
        """Read an answer, the greeting of a login, or a frame of a login that shows no opening."""
        if block.startswith(b"Response:"):
            return self._read_answer(block, pos, "")
        event = _EVENT.match(block)
        if event is None:
            return "not_a_frame"
        name = read_value(event[1], self._charset)
        if name in ANSWERS and b"\nActionID:" in block:
            return self._read_answer(block, pos, name)
        if self.graded is None and name != _BOOTED:
            self.graded = False
        if self.graded and (name != _BOOTED or self._sequence.begun):
            return "no_opening"
        return self._read_plain(block, pos, name)

    def _read_answer(self, block: bytes, pos: int, name: str) -> Frame | Reason:
        """Read what answers an action; only the login's own answer may lack an ActionID."""
        headers = parse_headers(block, self._charset)
        action = headers.values.get("ActionID")
        if action is None:
            if self._sequence.begun:
                return "no_opening"
        elif self._own_actions is not None and not self._own_actions(action):
            return "foreign_action"
        return refuse_headers(name, headers) or self._frame(name, headers.values, pos, answer=action is not None)

    def _read_plain(self, block: bytes, pos: int, name: str) -> Frame | Reason | None:
        """Read what is not held to the opening."""
        if b"\nEvent:" in block:
            return "repeated_header"
        if name not in self._wanted or (name == "VarSet" and is_other_variable(block)):
            return None
        headers = parse_headers(block, self._charset)
        return refuse_headers(name, headers, whole=False) or self._frame(name, headers.values, pos)

    def _frame(self, name: str, headers: dict[str, str], pos: int, *, answer: bool = False) -> Frame:
        at = parse_timestamp(headers.get("Timestamp", ""))
        seq = parse_sequence(headers.get("SequenceNumber", ""))
        return Frame(name, headers, self._marked if at is None else at, seq, pos, answer)


def reread_frame(raw: bytes, charset: str | None = None) -> Frame | None:
    """Read the bytes of a frame that was believed when it came, whatever would be believed now; None: no frame."""
    block = raw.removesuffix(b"\n")
    headers = parse_headers(block, charset).values
    opening = OPENING.match(block)
    name = headers.get("Event", "")
    if opening is not None:
        return Frame(opening[1].decode(), headers, stamp_of(block), int(opening[3]), 0)
    if not name and "Response" not in headers:
        return None
    answer = "ActionID" in headers and (not name or name in ANSWERS)
    at, seq = parse_timestamp(headers.get("Timestamp", "")), parse_sequence(headers.get("SequenceNumber", ""))
    return Frame(name, headers, at, seq, 0, answer)
