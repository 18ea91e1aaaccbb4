"""Bytes of a manager login cut at blank lines, at any chunk size, in bounded memory."""

from __future__ import annotations

import re
from itertools import accumulate, repeat
from operator import add

FRAME_LIMIT = 256 * 1024
"""Bytes of one frame; honest ones stay below a few kB, a caller or a variable may write megabytes."""

_END = re.compile(rb"\n\r?\n")
_BLANKS = b"\r\n"
_CR = b"\r"[0]
_LF_END, _CRLF_END = len(b"\n\n"), len(b"\n\r\n")
_PRINTABLE = b" "
_HEAD = 4096
"""Bytes of a block that is too long by which it can be told."""
_STRADDLE = _CRLF_END - 1
"""Bytes at the end of a chunk that may be the beginning of a blank line."""


class Blocks:
    """What lies between blank lines: `feed` gives each block with its offset in the stream.

    A block comes without the line feed of its last line; CRLF, LF or both mixed, and any number of blank
    lines between blocks. A block longer than the limit is dropped and counted, and cutting goes on
    after the next blank line; which blocks are dropped does not depend on how the bytes were chunked.

    Attributes:
        dropped: Blocks that were too long, or had no end when the stream closed.
        overlong: Place and beginning of each block that the last `feed` found too long.
    """

    def __init__(self, start: int = 0, limit: int = FRAME_LIMIT) -> None:
        self.dropped = 0
        self.overlong: list[tuple[int, bytes]] = []
        self._limit = limit
        self._tail = bytearray()
        self._tail_at = start
        self._dropping = False

    def feed(self, data: bytes) -> list[tuple[int, bytes]]:
        """Return the blocks that end in this chunk."""
        self.overlong = []
        tail = self._tail
        seen = max(len(tail) - _STRADDLE, 0)
        tail += data
        blocks = self._cut(bytes(tail)) if _END.search(tail, seen) else []
        self._shorten()
        return blocks

    def close(self) -> None:
        """Drop and count what never got its blank line."""
        if self._dropping or self._tail:
            self.dropped += 1
        self._dropping = False
        self._forget(len(self._tail))

    def _cut(self, text: bytes) -> list[tuple[int, bytes]]:
        """Return the complete blocks; the unfinished rest stays as the tail."""
        *pieces, rest = _END.split(text)
        used = len(text) - len(rest)
        sizes = [*map(len, pieces)]
        # what a real switch sends, CRLF throughout and no line too many, is placed without a step for each block
        plain = not self._dropping and min(pieces) >= _PRINTABLE and max(sizes) <= self._limit
        if plain and sum(sizes) + _CRLF_END * len(sizes) == used:
            starts = accumulate(map(add, sizes, repeat(_CRLF_END)), initial=self._tail_at)
            blocks = list(zip(starts, pieces, strict=False))
        else:
            blocks = self._place(text, pieces)
        self._forget(used)
        return blocks

    def _place(self, text: bytes, pieces: list[bytes]) -> list[tuple[int, bytes]]:
        """Return the blocks among the pieces of a text: blank lines taken off, too long ones dropped."""
        blocks: list[tuple[int, bytes]] = []
        at = 0
        for piece in pieces:
            size = len(piece)
            block = piece if self._dropping else piece.lstrip(_BLANKS)
            place = self._tail_at + at + size - len(block)
            if self._dropping or len(block) > self._limit:
                self.dropped += 1
                if not self._dropping:
                    self.overlong.append((place, block[:_HEAD]))
                self._dropping = False
            elif block:
                blocks.append((place, block))
            at += size + (_CRLF_END if text[at + size + 1] == _CR else _LF_END)
        return blocks

    def _shorten(self) -> None:
        """Keep no more of an unfinished block than can still become a frame."""
        tail = self._tail
        if not self._dropping:
            if tail[:1] in _BLANKS:
                self._forget(len(tail) - len(tail.lstrip(_BLANKS)))
            self._dropping = len(tail) - _STRADDLE > self._limit
            if self._dropping:
                self.overlong.append((self._tail_at, bytes(tail[:_HEAD])))
        if self._dropping:
            self._forget(max(len(tail) - _STRADDLE, 0))

    def _forget(self, count: int) -> None:
        del self._tail[:count]
        self._tail_at += count
