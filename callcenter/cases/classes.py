"""The department's own tree of what contacts are about: classes, reasons below them, texts that are ready to be sent.

A change is a new version, a contact keeps the one that it was given; a class is closed, never deleted (pure).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from callcenter.domain.frame import Micros
from callcenter.errors import BadInput
from callcenter.locale import english
from callcenter.untrusted import hidden_in

MOST_CLASSES = 2_000
MOST_TEXTS = 20
_MOST_LEVELS = 6
_MOST_TITLE, _MOST_TEXT = 80, 2_000
_CODE = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}", re.ASCII)


class CannedText(msgspec.Struct, frozen=True, kw_only=True):
    """A text that is ready to be sent, in both languages."""

    name: str
    zh: str
    en: str


class CaseClass(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a class; one below another is a reason of it. `code` is the department's own, and stays."""

    code: str
    zh: str
    en: str
    parent: str | None = None
    texts: tuple[CannedText, ...] = ()
    closed: bool = False


class FiledClass(msgspec.Struct, frozen=True, kw_only=True):
    """A class as it stands, or stood: its version, by whom and when."""

    told: CaseClass
    version: int
    changed_by: str
    changed_at: Micros


def require_class(told: CaseClass, known: Mapping[str, CaseClass]) -> None:
    """Pass if a class, new or changed, has its place in the tree of those that are known.

    Raises:
        BadInput: A text of it is not within its bounds, or its place cannot be.
    """
    if not _CODE.fullmatch(told.code):
        raise BadInput(
            english(f"the code {told.code!r} must be 1 to 32 small letters, digits, dots, dashes or underscores")
        )
    _require_texts(told)
    if told.code not in known and len(known) >= MOST_CLASSES:
        raise BadInput(f"there are {MOST_CLASSES} classes already, closed ones among them")
    if told.closed:
        for one in known.values():
            if one.parent == told.code and not one.closed:
                raise BadInput(f"close what is below it first: {one.code} is open")
    _require_place(told, known)


def tree(classes: Iterable[FiledClass]) -> Iterator[tuple[int, FiledClass]]:
    """Yield classes with their levels from 0, each before what is below it, by their codes."""
    below: dict[str | None, list[FiledClass]] = {}
    for one in sorted(classes, key=lambda filed: filed.told.code):
        below.setdefault(one.told.parent, []).append(one)
    left = [(0, one) for one in reversed(below.get(None, []))]
    while left:
        level, one = left.pop()
        yield level, one
        left += [(level + 1, each) for each in reversed(below.get(one.told.code, []))]


def _require_place(told: CaseClass, known: Mapping[str, CaseClass]) -> None:
    over, levels = told.parent, 1
    while over is not None:
        if over == told.code:
            raise BadInput(f"{told.code} cannot stand below itself")
        parent = known.get(over)
        if parent is None:
            raise BadInput(f"there is no class {over!r} to stand below")
        if parent.closed and not told.closed:
            raise BadInput(f"{over} is closed: nothing open stands below it")
        over, levels = parent.parent, levels + 1
    if levels + _depth(told.code, known) > _MOST_LEVELS:
        raise BadInput(f"a tree of classes has at most {_MOST_LEVELS} levels")


def _depth(code: str, known: Mapping[str, CaseClass]) -> int:
    """Count the levels below a class."""
    return max((1 + _depth(one.code, known) for one in known.values() if one.parent == code), default=0)


def _require_texts(told: CaseClass) -> None:
    if len(told.texts) > MOST_TEXTS:
        raise BadInput(f"a class has at most {MOST_TEXTS} texts")
    if len({one.name for one in told.texts}) < len(told.texts):
        raise BadInput("two texts of a class have one name")
    named = {"zh": told.zh, "en": told.en}
    named |= {f"text {n}": one.name for n, one in enumerate(told.texts, 1)}
    for field, text in named.items():
        _require_text(field, text, _MOST_TITLE, layout=False)
    for one in told.texts:
        for language, text in (("zh", one.zh), ("en", one.en)):
            _require_text(f"{one.name}, {language}", text, _MOST_TEXT, layout=True)


def _require_text(field: str, text: str, most: int, *, layout: bool) -> None:
    if not text.strip():
        raise BadInput(english(f"{field} is missing: titles and texts are given in both languages"))
    if len(text) > most:
        raise BadInput(english(f"{field} has more than {most} characters"))
    if (hidden := hidden_in(text, layout=layout)) is not None:
        raise BadInput(english(f"{field} has a character that cannot be seen: U+{ord(hidden):04X}"))
