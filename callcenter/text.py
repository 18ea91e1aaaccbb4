"""Bytes of one value → text: two names never become one, and none takes its neighbour's separator along.

Asterisk hands on whatever bytes queues.conf, a database or a phone gave it. So frames, headers and fields are cut
first, as bytes (GBK's second byte may be `|` or a backslash), and each value is read by itself: as the character
set that was set, else as UTF-8, also where Asterisk cut it inside the last character, else as GB18030. Bytes that
are text in none of them stand as U+FFFD and two hexadecimal digits each, and can be had back: U+FFFD stands in no
other text, for one that was sent is written by its bytes too.
"""

from __future__ import annotations

import codecs

_MARK = "\ufffd"
_CUT_AT = 79
"""Bytes to which Asterisk 16 to 22 cuts numbers and the names of callers, members and queues."""
_GUESSED = "gb18030"
"""GBK and GB2312 are parts of it."""
_ASCII = bytes(range(128))
_TAKEN_FOR_MORE = (b"\\u0041\\x41", b"+AGE-", b"~{0l~}", b"\x1b$B0l\x1b(B", b"xn--fiqs8s", _ASCII)
"""Plain ASCII, and what codecs that are no character set, or one with shifts in it, take some of it for."""


def checked_charset(name: str) -> str:
    """Return Python's name of a character set.

    Raises:
        ValueError: Python does not know it, or plain English letters are not the same in it.
    """
    try:
        found = codecs.lookup(name)
        same = all(text.decode(found.name) == text.decode("ascii") for text in _TAKEN_FOR_MORE)
    except (LookupError, UnicodeError, ValueError, TypeError):
        raise ValueError("no character set that is known here and keeps plain ASCII, such as gb18030") from None
    if not same:
        raise ValueError("plain ASCII is not the same in it: give one such as gb18030, big5 or latin-1")
    return found.name


def read_whole(raw: bytes, charset: str | None = None) -> str | None:
    """Return the text of many values at once where each would be read the same, None where they must be cut first."""
    try:
        text = raw.decode("utf-8" if charset is None else "ascii")
    except UnicodeDecodeError:
        return None
    return None if _MARK in text else text


def read_parts(raw: bytes, separator: bytes, charset: str | None = None) -> list[str]:
    """Return the values between the separators."""
    text = read_whole(raw, charset)
    if text is not None:
        return text.split(separator.decode("ascii"))
    return [read_value(part, charset) for part in raw.split(separator)]


def read_value(raw: bytes, charset: str | None = None) -> str:
    """Return one value as text."""
    if charset is not None and (text := _exactly(raw, charset)) is not None:
        return text
    try:
        return _with_marks_escaped(raw.decode())
    except UnicodeDecodeError as error:
        cut_at = error.start if _is_cut(raw, error) else None
    if cut_at is not None:
        return _with_marks_escaped(raw[:cut_at].decode()) + _escaped(raw[cut_at:])
    text = _exactly(raw, _GUESSED)
    return _escaped(raw) if text is None else text


def _is_cut(raw: bytes, error: UnicodeDecodeError) -> bool:
    """Tell whether only the last character is unfinished, in a value that is UTF-8 before it or as long as a cut one.

    A short value of plain ASCII and one Chinese character of GBK may look like that too.
    """
    unfinished = error.reason == "unexpected end of data"
    return unfinished and (len(raw) >= _CUT_AT or not raw[: error.start].isascii())


def _exactly(raw: bytes, charset: str) -> str | None:
    """Return the text from which exactly these bytes come, None where there is none."""
    try:
        text = raw.decode(charset)
        same = text.encode(charset) == raw
        text.encode()
    except UnicodeError:
        return None
    return text if same and _MARK not in text else None


def _with_marks_escaped(text: str) -> str:
    return text.replace(_MARK, _escaped(_MARK.encode()))


def _escaped(raw: bytes) -> str:
    return "".join(chr(byte) if byte < len(_ASCII) else f"{_MARK}{byte:02X}" for byte in raw)
