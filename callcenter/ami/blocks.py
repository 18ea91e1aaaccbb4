"""Bytes of a manager login cut at blank lines, at any chunk size, in bounded memory."""

from __future__ import annotations

import re
from itertools import repeat

FRAME_LIMIT = 256 * 1024
"""Bytes of one frame; honest ones stay below a few kB, a caller or a variable may write megabytes."""

_LF, _CRLF = b"\n\n", b"\n\r\n"
_EITHER = re.compile(rb"(\n\r?\n)")
_BLANKS = b"\r\n"
_STRADDLE = len(_CRLF) - 1
"""Bytes at the end of a chunk that may be the beginning of a blank line."""


class Blocks:
    """What lies between blank lines: `feed` gives each block with its offset in the stream.

    A block comes without the line feed of its last line; CRLF, LF or both mixed, and any number of blank
    lines between blocks. A block longer than the limit is dropped and counted, and cutting goes on
    after the next blank line; which blocks are dropped does not depend on how the bytes were chunked.

    Attributes:
        dropped: Blocks that were too long, or had no end when the stream closed.
    """

    def __init__(self, start: int = 0, limit: int = FRAME_LIMIT) -> None:
        self.dropped = 0
        self._limit = limit
        self._tail = bytearray()
        self._tail_at = start
        self._dropping = False

    def feed(self, data: bytes) -> list[tuple[int, bytes]]:
        """Return the blocks that end in this chunk."""
        tail = self._tail
        seen = max(len(tail) - _STRADDLE, 0)
        tail += data
        blocks: list[tuple[int, bytes]] = []
        has_lf, has_crlf = tail.find(_LF, seen) >= 0, tail.find(_CRLF, seen) >= 0
        if has_lf or has_crlf:
            blocks = self._cut(bytes(tail), has_lf=has_lf, has_crlf=has_crlf)
        self._shorten()
        return blocks

    def close(self) -> None:
        """Drop and count what never got its blank line."""
        if self._dropping or self._tail:
            self.dropped += 1
        self._dropping = False
        self._forget(len(self._tail))

    def _cut(self, text: bytes, *, has_lf: bool, has_crlf: bool) -> list[tuple[int, bytes]]:
        """Return the complete blocks; the unfinished rest stays as the tail."""
        blocks: list[tuple[int, bytes]] = []
        pos = self._tail_at
        if has_lf and has_crlf:
            parts = _EITHER.split(text)
            pieces, ends = parts[0:-1:2], map(len, parts[1::2])
        else:
            # one kind of line end, as any real switch sends: the pieces come straight from C
            end = _LF if has_lf else _CRLF
            pieces = text.split(end)[:-1]
            ends = repeat(len(end))
        for piece, end_length in zip(pieces, ends, strict=False):
            block = piece
            if piece[:1] in _BLANKS and not self._dropping:
                block = piece.lstrip(_BLANKS)
            if self._dropping or len(block) > self._limit:
                self.dropped += 1
                self._dropping = False
            elif block:
                blocks.append((pos + len(piece) - len(block), block))
            pos += len(piece) + end_length
        self._forget(pos - self._tail_at)
        return blocks

    def _shorten(self) -> None:
        """Keep no more of an unfinished block than can still become a frame."""
        tail = self._tail
        if not self._dropping:
            if tail[:1] in _BLANKS:
                self._forget(len(tail) - len(tail.lstrip(_BLANKS)))
            self._dropping = len(tail) - _STRADDLE > self._limit
        if self._dropping:
            self._forget(max(len(tail) - _STRADDLE, 0))

    def _forget(self, count: int) -> None:
        del self._tail[:count]
        self._tail_at += count
