r"""The one door for text that somebody else wrote: what acts instead of being shown is found and made inert here alone.

Callers choose their numbers and names, people write notes and files. A character acts where it moves a cursor, breaks a
line or hides itself (U+202E turns round what follows). For a label or a terminal it is replaced, for a log it is
escaped, for a spreadsheet it is written as `\u{202e}` and given back as it was when the file is read again.
"""

from __future__ import annotations

import re
import unicodedata

CONTROLS = r"\x00-\x1f\x7f"
"""Control characters, for a class of a regular expression."""
CONTROLS_BUT_LAYOUT = r"\x00-\x08\x0b-\x1f\x7f"
"""The same without tabs and line breaks."""
CONTROLS_BUT_TAB = r"\x00-\x08\x0a-\x1f\x7f"

MOST_NAME = 80
"""Characters of a name that people give, of whatever it is."""
MOST_WORDS = 2000
"""Characters of what people write in their own words."""

_ACTING = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_CONTROLS = re.compile(f"[{CONTROLS}]")
_HALVES = re.compile(r"[\ud800-\udfff]")
_LAYOUT = dict.fromkeys(map(ord, "\t\n"))
_RUNS = re.compile(r"['\s]*[=+\-@＝＋－＠\t\r]")
_SHOWN = re.compile(r"\\u\{([0-9a-f]{1,6})\}")
_KEPT = frozenset("\n\t\r")
_HIDING = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_JOINERS = frozenset("\u200c\u200d")
"""They part or join letters within a word, and belong to the writing of some languages."""


def acts(char: str) -> bool:
    """Tell whether a character moves a cursor, breaks a line or hides itself."""
    return unicodedata.category(char) in _ACTING


def has_controls(text: str) -> bool:
    """Tell whether a control character stands in a text, a tab or a line break too."""
    return _CONTROLS.search(text) is not None


def is_plain(text: str) -> bool:
    """Tell whether a text holds no control character and no half of one; tabs and line breaks are layout."""
    return not has_controls(text.translate(_LAYOUT)) and _HALVES.search(text) is None


def hidden_in(text: str, *, layout: bool = False) -> str | None:
    """Return the first character of a text that hides itself or turns round what follows.

    Characters that this version of Unicode does not know, and private ones, are somebody's rare name: they pass.
    """
    if text.isprintable():
        return None
    passing = _JOINERS | _KEPT if layout else _JOINERS
    return next((char for char in text if unicodedata.category(char) in _HIDING and char not in passing), None)


def replaced(text: str) -> str:
    """Return a text with U+FFFD for each character that acts."""
    return text if text.isprintable() else "".join("\ufffd" if acts(char) else char for char in text)


def escaped(text: str) -> str:
    """Return a text with each character that acts written as Python writes it."""
    if text.isprintable():
        return text
    return "".join(char.encode("unicode_escape").decode("ascii") if acts(char) else char for char in text)


def quiet_json(written: str) -> str:
    """Return JSON, in one line, that says the same with each character that acts escaped."""
    return written if written.isprintable() else "".join(_quoted(char) if acts(char) else char for char in written)


def _quoted(char: str) -> str:
    units = char.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[n : n + 4]}" for n in range(0, len(units), 4))


def storable(text: str) -> str:
    """Return a text that every database takes: PostgreSQL has no NUL and no half characters, a caller may send both."""
    if text.isprintable():
        return text
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def inert(text: str) -> str:
    """Show hidden marks, and put an apostrophe before what a spreadsheet may take for a formula."""
    shown = text
    if not text.isprintable() or "\\u{" in text:
        shown = "".join(map(_shown, text.replace("\\u{", "\\u{5c}u{")))
    return f"'{shown}" if _RUNS.match(shown) else shown


def live(text: str) -> str:
    """Give back the text that `inert` was given."""
    plain = text[1:] if text.startswith("'") and _RUNS.match(text) else text
    return _SHOWN.sub(_hidden, plain)


def _shown(char: str) -> str:
    acts = unicodedata.category(char) in _HIDING and char not in _KEPT
    return f"\\u{{{ord(char):x}}}" if acts else char


def _hidden(found: re.Match[str]) -> str:
    char = int(found[1], 16)
    return chr(char) if char == ord("\\") or _shown(chr(min(char, 0x10FFFF))) == found[0] else found[0]
