"""Numbers and evidence with what is personal taken out."""

from __future__ import annotations

import re
from typing import Any

from callcenter.staff.roles import Sight

_WRITTEN = re.compile(
    r"(?P<kept>(?<![0-9a-f])(?:[0-9a-f]{64}|[0-9a-f]{32})(?![0-9a-f])"  # a hash, a record's id
    r"|(?<!\d)\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:[+-]\d\d:\d\d)?)?(?!\d)"  # a day, a time
    r"|(?<!\d)1[5-9]\d{8}\.\d{1,9}(?!\d))"  # a uniqueid, a switch's time
    r"|\d(?:[\s().\-–/·]{0,2}\d){6,}",
)
_FRONT, _END, _SHORTEST = 3, 4, 8
_ON_RECORD = frozenset({"position", "hash", "recorded_at"})
"""What masked evidence still says: enough to find the frame, nothing of what it said."""
_NO_NUMBER = ("uniqueid", "linkedid", "hash", "timestamp", "sequencenumber")


def masked_caller(caller: str | None) -> str | None:
    """Keep three digits at the front and four at the end; of a short number nothing."""
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
    if seen is Sight.FULL:
        return text
    return _WRITTEN.sub(lambda found: found[0] if found["kept"] else _masked(found[0]), text)


def _masked(number: str) -> str:
    """Mask the digits of a number and leave what stands between them."""
    digits = sum(map(str.isdigit, number))
    shown = range(0) if digits < _SHORTEST else (*range(_FRONT), *range(digits - _END, digits))
    count, masked = 0, []
    for char in number:
        masked.append(char if not char.isdigit() or count in shown else "*")
        count += char.isdigit()
    return "".join(masked)


def without_numbers(value: Any, key: str = "") -> Any:
    """Mask whatever may be a telephone number, at any depth; ids and hashes stay."""
    match value:
        case dict():
            return {name: without_numbers(inner, str(name)) for name, inner in value.items()}
        case list():
            return [without_numbers(inner, key) for inner in value]
        case str() if not key.lower().endswith(_NO_NUMBER):
            return worded(value, Sight.MASKED)
        case _:
            return value
