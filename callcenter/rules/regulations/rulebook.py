"""The regulations as they are written: measured against their types, checked whole.

A rulebook is one document. `based_on: packaged` takes the packaged file's only edition under each edition of one's
own, so that a department writes no more than what differs. Nothing is half-applied: any fault refuses the file.
"""

from __future__ import annotations

from typing import Any

import msgspec

from callcenter.domain.frame import SECOND
from callcenter.errors import BadInput
from callcenter.locale import english
from callcenter.packaged import packaged_rulebook
from callcenter.rules.regulations.edition import NO_FIGURE, Edition, Mode, Promise, Rule, Rulebook, Severity
from callcenter.rules.regulations.soundness import check
from callcenter.staff.dates import require_one_zone, zone_named

_FORMAT = 1
PACKAGED = english("the packaged rulebook")
"""What errors call it."""
_PROPOSED = english("the proposed rulebook")
_LARGEST = 4_000_000
_SUFFIX = "_seconds"
_PARTS: dict[str, type[Rule | Promise]] = {"violations": Rule, "promises": Promise}
_WORDS: dict[str, type[Severity | Mode]] = {"severity": Severity, "lesser": Severity, "mode": Mode}
_ZONE = "Asia/Shanghai"
"""Where days begin when neither the site nor the file says."""


def whole(raw: dict[str, Any]) -> dict[str, Any]:
    """Write what a rulebook is based on into it, so that it means the same under every later version of ours."""
    if raw.get("based_on") is None:
        return raw
    base, editions = _base(raw["based_on"], _PROPOSED), raw.get("editions")
    own = {key: value for key, value in raw.items() if key != "based_on"}
    if isinstance(editions, list):
        own["editions"] = [_merged(base, edition) for edition in editions]
    plain: dict[str, Any] = msgspec.to_builtins(own)
    return plain


def rulebook_of(raw: dict[str, Any], timezone: str | None = None) -> Rulebook:
    """Make a rulebook of what somebody proposes, as a file holds it, and check it; raises BadInput for any fault."""
    return sound(parsed(raw, _PROPOSED, timezone), _PROPOSED)


def sound(book: Rulebook, named: str) -> Rulebook:
    """Return a rulebook whose dates and figures are sound; raises BadInput with all that is wrong."""
    problems = check(book)
    if problems:
        raise BadInput(f"{named} cannot be used: {'; '.join(problems)}")
    return book


def parsed(raw: dict[str, Any], named: str, timezone: str | None) -> Rulebook:
    """Make a rulebook of what is written, without asking whether it is sound; raises BadInput for what it is not."""
    known = {"format", "timezone", "editions", "based_on"}
    if unknown := sorted(set(map(str, raw)) - known):
        raise BadInput(f"{named} has an unknown key {unknown[0]!r}; known are {', '.join(sorted(known))}")
    if raw.get("format", _FORMAT) != _FORMAT:
        raise BadInput(f"{named} has format {raw['format']!r}; this version reads format {_FORMAT}")
    editions, zone = raw.get("editions"), raw.get("timezone", timezone or _ZONE)
    if not isinstance(editions, list) or not editions:
        raise BadInput(f"{named} has no editions")
    base: dict[str, Any] = {}
    if raw.get("based_on") is not None:
        base = _base(raw["based_on"], named)
    zone_named(zone)
    require_one_zone(named, zone, timezone)
    found = [_edition(_merged(base, e), f"{named}: editions[{n}]") for n, e in enumerate(editions)]
    return Rulebook(timezone=zone, editions=tuple(found))


def _base(name: object, named: str) -> dict[str, Any]:
    if name != "packaged" or named == PACKAGED:
        raise BadInput(f"{named}: based_on must be `packaged`")
    base: dict[str, Any] = dict(packaged_rulebook()["editions"][-1])
    for own in ("version", "from", "to"):
        base.pop(own, None)
    return base


def _merged(base: Any, own: Any) -> Any:
    if not isinstance(base, dict) or not isinstance(own, dict):
        return own
    return {**base, **{key: _merged(base.get(key), value) for key, value in own.items()}}


def _edition(raw: Any, named: str) -> Edition:
    try:
        told = _in_micros(raw)
        for part, kind in _PARTS.items():
            _check_each(told, part, kind, named)
        return msgspec.convert(told, Edition)
    except (msgspec.ValidationError, ValueError) as error:
        raise BadInput(f"{named}: {error}") from error


def _check_each(told: Any, part: str, kind: type[Rule | Promise], named: str) -> None:
    """Name the rule or promise that is wrong: of the whole edition, msgspec would say `violations[...]`."""
    entries = told.get(part) if isinstance(told, dict) else None
    for code, entry in entries.items() if isinstance(entries, dict) else ():
        try:
            msgspec.convert(entry, kind)
        except msgspec.ValidationError as error:
            raise BadInput(f"{named}: {code}: {error}{_choices(str(error))}") from error


def _choices(fault: str) -> str:
    """List the words of which one is meant, where the fault is of a field that has few."""
    words = next((kind for field, kind in _WORDS.items() if fault.endswith(f".{field}`")), ())
    return "; " + english(f"write one of {', '.join(words)}") if words else ""


def _in_micros(raw: Any) -> Any:
    """Turn every `..._seconds: 1.5` into microseconds under the bare name."""
    if isinstance(raw, list):
        return [_in_micros(item) for item in raw]
    if not isinstance(raw, dict):
        return raw
    return dict(_in_micros_pair(key, value) for key, value in raw.items())


def _in_micros_pair(key: Any, value: Any) -> tuple[Any, Any]:
    if not isinstance(key, str) or not key.endswith(_SUFFIX):
        return key, _in_micros(value)
    if value is None or value == NO_FIGURE:
        return key.removesuffix(_SUFFIX), value
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < _LARGEST:
        raise ValueError(f"{key} must be a number of seconds, not {value!r}")
    return key.removesuffix(_SUFFIX), round(value * SECOND)
