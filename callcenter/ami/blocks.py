"""Bytes of a manager login cut at blank lines, at any chunk size, in bounded memory."""

from __future__ import annotations

import re

FRAME_LIMIT = 256 * 1024
"""Bytes of one frame; honest ones stay below a few kB, a caller or a variable may write megabytes."""

_END = re.compile(rb"\n\r?\n")
_BLANKS = b"\r\n"
_CR = b"\r"[0]
_STRADDLE = len(b"\n\r\n") - 1
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
        blocks: list[tuple[int, bytes]] = []
        pieces = _END.split(text)
        del pieces[-1]
        base, at, limit = self._tail_at, 0, self._limit
        for piece in pieces:
            size = len(piece)
            block = piece
            if piece[:1] in _BLANKS and not self._dropping:
                block = piece.lstrip(_BLANKS)
            if self._dropping or len(block) > limit:
                self.dropped += 1
                self._dropping = False
            elif block:
                blocks.append((base + at + size - len(block), block))
            at += size + (3 if text[at + size + 1] == _CR else 2)
        self._forget(at)
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
