"""Numbers and evidence with what is personal taken out."""

from __future__ import annotations

import functools
import re
from typing import Any

from callcenter.locale import spelt
from callcenter.staff.roles import Sight

_ID = re.compile(r"[0-9a-f]{64}|[0-9a-f]{32}")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_DAY = r"(?:19|20)\d\d(?P<mark>[-/.])(?:0?[1-9]|1[0-2])(?P=mark)(?:0?[1-9]|[12]\d|3[01])"
_TIME = r"[T ][0-2]\d:[0-5]\d(?::[0-5]\d(?:\.\d{1,6})?)?(?:Z|[+-][01]\d:[0-5]\d)?"
_AMOUNT = r"(?:\d{1,3}(?:,\d{3}){1,2}(?:\.\d\d?)?|\d{1,6}\.\d\d)(?![\W_]{0,4}\d)"
_FRONT, _END, _SHORTEST = 3, 4, 10
_ON_RECORD = frozenset({"position", "hash", "recorded_at"})
"""What masked evidence still says: enough to find the frame, nothing of what it said."""
_NO_NUMBER = ("uniqueid", "linkedid", "hash", "timestamp", "sequencenumber")


def masked_caller(caller: str | None) -> str | None:
    """Keep three digits at the front and four at the end; of a number of fewer than ten nothing."""
    if caller is None:
        return None
    if len(caller) < _SHORTEST:
        return "*" * len(caller)
    return caller[:_FRONT] + "*" * (len(caller) - _FRONT - _END) + caller[-_END:]


def masked_evidence(frame: dict[str, Any]) -> dict[str, Any]:
    """Keep where a piece of evidence is, its time and its hash."""
    return {key: value for key, value in frame.items() if key in _ON_RECORD}


def worded(text: str, seen: Sight) -> str:
    """Show what somebody wrote, telephone numbers in full only to whoever may read them so; days and ids stay."""
    return text if seen is Sight.FULL else _written().sub(_shown, text)


@functools.cache
def _number() -> re.Pattern[str]:
    """Return what seven digits or more are, in any script, with anything between them that is no word.

    What parts the items of a list, or hours from minutes, parts no number but before three digits or more.
    """
    digit = rf"(?:[\d⁰¹²³⁴-⁹₀-₉⓪①-⑨]|{spelt('numbers', 'digit')})"
    parting = r",;:\uff0c\u3001\uff1b\uff1a"
    between = rf"(?:\s{{0,2}}[{parting}]\s{{0,2}}(?={digit}{{3}})|(?:[^\w{parting}]|_){{0,4}})"
    return re.compile(rf"{digit}(?:{between}{digit}){{6,}}")


@functools.cache
def _written() -> re.Pattern[str]:
    return re.compile(
        rf"(?P<id>(?<![0-9a-f])(?:{_ID.pattern})(?![0-9a-f]))"  # a hash, a record's id
        rf"|(?P<kept>(?<!\d)(?:{_DAY}(?:{_TIME})?(?!\d)|{_AMOUNT}"
        r"|1[5-9]\d{8}\.\d{1,9}(?!\d)))"  # a uniqueid, a switch's time
        rf"|{_number().pattern}"
    )


def is_id(text: str) -> bool:
    """Tell whether this is a record's id or a hash, by its form."""
    return _ID.fullmatch(text) is not None


def _shown(found: re.Match[str]) -> str:
    if found["kept"] or (found["id"] and not _is_of_digits(found[0]) and not _MOBILE.search(found[0])):
        return found[0]
    return _number().sub(_masked, found[0])


def _is_of_digits(text: str) -> bool:
    """Tell digits that are as many as an id has; the hash before the first is noughts."""
    return text.isdigit() and len(set(text)) > 1


def _masked(found: re.Match[str]) -> str:
    """Mask the digits of a number and leave what stands between them."""
    number = found[0]
    digits = sum(map(str.isnumeric, number))
    shown = range(0) if digits < _SHORTEST else (*range(_FRONT), *range(digits - _END, digits))
    count, masked = 0, []
    for char in number:
        masked.append(char if not char.isnumeric() or count in shown else "*")
        count += char.isnumeric()
    return "".join(masked)


def without_numbers(value: Any, key: str = "") -> Any:
    """Mask whatever may be a telephone number, at any depth; ids and hashes stay."""
    match value:
        case dict():
            return {worded(str(name), Sight.MASKED): without_numbers(inner, str(name)) for name, inner in value.items()}
        case list():
            return [without_numbers(inner, key) for inner in value]
        case str() if not (key.lower().endswith(_NO_NUMBER) or (is_id(value) and not _is_of_digits(value))):
            return worded(value, Sight.MASKED)
        case _:
            return value
