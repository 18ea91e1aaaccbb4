"""What may become of a rulebook in force: rules change from a day on that is yet to come, never backwards."""

from __future__ import annotations

from datetime import date

import msgspec

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


def _changed(held: Edition, edition: Edition, today: date) -> list[str]:
    if msgspec.structs.replace(edition, last=held.last) != held:
        return [english(f"edition {held.version} has begun, so it must stay as it is")]
    earliest = today if held.last is None else min(today, held.last)
    if edition.last is not None and edition.last < earliest:
        return [english(f"edition {held.version} holds today: it can end on {earliest} at the earliest")]
    if held.last is not None and held.last < today and edition.last != held.last:
        return [english(f"edition {held.version} ended on {held.last}: that stays")]
    return []
