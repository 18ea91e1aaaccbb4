"""Numbers and evidence with what is personal taken out."""

from __future__ import annotations

import re
from typing import Any

_DIGITS = re.compile(r"\d{7,}")
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


def without_numbers(value: Any, key: str = "") -> Any:
    """Mask whatever may be a telephone number, at any depth; ids and hashes stay."""
    match value:
        case dict():
            return {name: without_numbers(inner, str(name)) for name, inner in value.items()}
        case list():
            return [without_numbers(inner, key) for inner in value]
        case str() if not key.lower().endswith(_NO_NUMBER):
            return _DIGITS.sub(lambda found: masked_caller(found[0]) or "", value)
        case _:
            return value
