"""What may become of a rulebook in force: rules change from a day on that is yet to come, never backwards."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import msgspec

from callcenter.errors import BadInput
from callcenter.locale import english
from callcenter.rules.regulations.edition import Edition, Rulebook


def amend(before: Rulebook, after: Rulebook, today: date) -> list[str]:
    """List what keeps a rulebook from taking the place of another today, one sentence each; empty: it may.

    Whatever has begun stays word for word; all that may change of it is its last day, from today on.
    """
    begun = {edition.version: edition for edition in before.editions if edition.first <= today}
    found = [] if before.timezone == after.timezone else [english(f"days begin in {before.timezone}: that stays")]
    kept = set()
    for edition in after.editions:
        held = begun.get(edition.version)
        if held is None:
            if edition.first <= today:
                found.append(english(f"edition {edition.version} must begin after {today}, not on {edition.first}"))
            continue
        kept.add(edition.version)
        found += _changed(held, edition, today)
    found += [english(f"edition {version} has begun, so it must stay") for version in begun if version not in kept]
    return found


def amended(written: Mapping[str, Any], first: date, version: str, said: Mapping[str, Any]) -> dict[str, Any]:
    """Return a rulebook as written with an edition more, which says some things otherwise from a day on.

    An edition that is to begin on that very day is changed itself.

    Args:
        written: The rulebook, whole.
        first: The day from which it is said otherwise.
        version: The new edition's name.
        said: What is said otherwise: parts of an edition, each no further than it differs.

    Raises:
        BadInput: Another edition begins later, or the last has ended before.
    """
    *begun, last = written["editions"]
    start, end = _day(last["from"]), None if last.get("to") is None else _day(last["to"])
    if start > first:
        raise BadInput(f"edition {last['version']} begins on {start} already: choose that day, or a later one")
    if end is not None and end < first - timedelta(days=1):
        raise BadInput(f"edition {last['version']} ends on {end}: the next one begins on the day after")
    own = _merged(last, said)
    if start == first:
        return {**written, "editions": [*begun, own]}
    closed = {**last, "to": (first - timedelta(days=1)).isoformat()}
    return {**written, "editions": [*begun, closed, {**own, "version": version, "from": first.isoformat(), "to": None}]}


def _day(told: object) -> date:
    return told if isinstance(told, date) else date.fromisoformat(str(told))


def _merged(base: Any, own: Any) -> Any:
    if not isinstance(base, dict) or not isinstance(own, dict) or _is_range(base) or _is_range(own):
        return own
    return {**base, **{key: _merged(base.get(key), value) for key, value in own.items()}}


def _is_range(told: dict[str, Any]) -> bool:
    """Tell whether it is points from least to most, which are said whole or not at all."""
    return told.keys() >= {"from", "to", "by"}


def _changed(held: Edition, edition: Edition, today: date) -> list[str]:
    if msgspec.structs.replace(edition, last=held.last) != held:
        return [english(f"edition {held.version} has begun, so it must stay as it is")]
    earliest = today if held.last is None else min(today, held.last)
    if edition.last is not None and edition.last < earliest:
        return [english(f"edition {held.version} holds today: it can end on {earliest} at the earliest")]
    if held.last is not None and held.last < today and edition.last != held.last:
        return [english(f"edition {held.version} ended on {held.last}: that stays")]
    return []
