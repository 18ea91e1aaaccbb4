"""A busy switch's unfiltered login, woven from recorded ones: every story again and again, side by side."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import count
from pathlib import Path

TAPES = Path(__file__).parents[1] / "tapes"
BANNER = b"Asterisk Call Manager/11.0.0\r\n"
OPENED = re.compile(rb"Event: \w+\r\nPrivilege: [^\r]*\r\nTimestamp: (\d+)\.(\d{6})\r\nSequenceNumber: (-?\d+)\r\n")
VARYING = re.compile(rb"(?<=\r\nTimestamp: )\d+\.\d{6}|(?<=\r\nSequenceNumber: )-?\d+|lab-(?=\d{10}\.\d)")
SECOND = 1_000_000
MORNING = 1_800_000_000 * SECOND
APART = 60 * SECOND
HOSTILE = {"hostile_number", "hostile_number_uncleaned"}


class Piece:
    """One event of a story: when, and its text around what changes from one telling to the next."""

    def __init__(self, block: bytes, opened: re.Match[bytes], began: int, lane: int) -> None:
        self.after = int(opened[1]) * SECOND + int(opened[2]) - began
        self.texts = VARYING.split(block)
        found = VARYING.findall(block)
        self.uniqueids = len(found) - 2
        self.lane = lane

    def told(self, at: int, number: int, telling: int) -> bytes:
        stamp = b"%d.%06d" % divmod(at, SECOND)
        uniqueid = b"s%dt%d-" % (self.lane, telling)
        varying = (stamp, b"%d" % number, *[uniqueid] * self.uniqueids)
        parts = [part for pair in zip(self.texts, varying, strict=False) for part in pair]
        return b"".join((*parts, self.texts[-1], b"\r\n\r\n"))


@lru_cache
def pieces() -> list[Piece]:
    """Read every honest story that is one login, all of them as if they had begun together."""
    found: list[Piece] = []
    for lane, folder in enumerate(sorted(TAPES.iterdir())):
        if folder.name in HOSTILE or len(list(folder.glob("unfiltered*"))) != 1:
            continue
        blocks = gzip.decompress((folder / "unfiltered.ami.gz").read_bytes()).split(b"\r\n\r\n")
        opened = [(block, match) for block in blocks if (match := OPENED.match(block))]
        began = min(int(match[1]) * SECOND for _, match in opened)
        found += [Piece(block, match, began, lane) for block, match in opened]
    return sorted(found, key=lambda piece: piece.after)


def events() -> Iterator[bytes]:
    """Yield events without end, in order of time and number."""
    numbers = count()
    for telling in count():
        for piece in pieces():
            yield piece.told(MORNING + telling * APART + piece.after, next(numbers), telling)


def chunks(number_of_events: int, size: int = 65536) -> Iterator[bytes]:
    """Yield a login of so many events, in pieces as a socket gives them."""
    held = [BANNER]
    length = 0
    for _, event in zip(range(number_of_events), events(), strict=False):
        held.append(event)
        length += len(event)
        if length >= size:
            yield b"".join(held)
            held, length = [], 0
    yield b"".join(held)
