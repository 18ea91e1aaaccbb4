"""Bytes of a manager login cut at blank lines, at any chunk size, in bounded memory."""

from __future__ import annotations

import re

FRAME_LIMIT = 256 * 1024
"""Bytes of one frame; honest ones stay below a few kB, a caller or a variable may write megabytes."""

_LF, _CRLF = b"\n\n", b"\n\r\n"
_BLANKS = b"\r\n"
_NOT_BLANK = re.compile(rb"[^\r\n]|\Z")
_STRADDLE = len(_CRLF) - 1
"""Bytes at the end of a chunk that may be the beginning of a blank line."""


class Blocks:
    """What lies between blank lines: `feed` gives (start, end) pairs into `text`.

    A block ends with the line break of its last line; CRLF, LF or both mixed, and any number of blank
    lines between blocks. A block longer than the limit is dropped and counted, and cutting goes on
    after the next blank line; which blocks are dropped does not depend on how the bytes were chunked.

    Attributes:
        text: The bytes that the last pairs point into.
        base: Offset of text[0] in the stream.
        dropped: Blocks that were too long, or had no end when the stream closed.
    """

    def __init__(self, start: int = 0, limit: int = FRAME_LIMIT) -> None:
        self.text = b""
        self.base = start
        self.dropped = 0
        self._limit = limit
        self._tail = bytearray()
        self._tail_at = start
        self._dropping = False

    def feed(self, data: bytes) -> list[tuple[int, int]]:
        """Return the blocks that end in this chunk, as (start, end) into `text`."""
        tail = self._tail
        seen = max(len(tail) - _STRADDLE, 0)
        tail += data
        pairs: list[tuple[int, int]] = []
        self.text, self.base = b"", self._tail_at
        if tail.find(_LF, seen) >= 0 or tail.find(_CRLF, seen) >= 0:
            self.text = bytes(tail)
            pairs, used = self._cut(self.text)
            self._forget(used)
        self._shorten()
        return pairs

    def close(self) -> None:
        """Drop and count what never got its blank line."""
        if self._dropping or self._tail:
            self.dropped += 1
        self._dropping = False
        self._forget(len(self._tail))

    def _cut(self, text: bytes) -> tuple[list[tuple[int, int]], int]:
        """Return the complete blocks and where the unfinished rest begins."""
        pairs: list[tuple[int, int]] = []
        limit, start = self._limit, 0
        lf, crlf = text.find(_LF), text.find(_CRLF)
        while True:
            if not self._dropping and text[start : start + 1] in _BLANKS:
                start = _first_not_blank(text, start)
            # each search result is kept until passed: in a CRLF stream nobody looks for LF twice
            if -1 < lf < start:
                lf = text.find(_LF, start)
            if -1 < crlf < start:
                crlf = text.find(_CRLF, start)
            end = lf if crlf < 0 or -1 < lf < crlf else crlf
            if end < 0:
                return pairs, start
            if self._dropping or end - start > limit:
                self.dropped += 1
                self._dropping = False
            else:
                pairs.append((start, end + 1))
            start = end + (2 if end == lf else 3)

    def _shorten(self) -> None:
        """Keep no more of an unfinished block than can still become a frame."""
        tail = self._tail
        if not self._dropping:
            if tail[:1] in _BLANKS:
                self._forget(_first_not_blank(tail, 0))
            self._dropping = len(tail) - _STRADDLE > self._limit
        if self._dropping:
            self._forget(max(len(tail) - _STRADDLE, 0))

    def _forget(self, count: int) -> None:
        del self._tail[:count]
        self._tail_at += count


def _first_not_blank(text: bytes | bytearray, start: int) -> int:
    found = _NOT_BLANK.search(text, start)
    assert found is not None
    return found.start()
