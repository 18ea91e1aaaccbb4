"""The regulations as a file: read, measured against its types, checked whole.

A rulebook is one YAML file. `based_on: packaged` takes the packaged file's only edition under each edition of one's
own, so that a department writes no more than what differs. Nothing is half-applied: any fault refuses the file.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
import yaml

from callcenter.domain.frame import SECOND
from callcenter.errors import BadInput, UnreadableFile
from callcenter.rules.regulations.edition import NO_FIGURE, Edition, Mode, Promise, Rule, Rulebook, Severity
from callcenter.rules.regulations.soundness import check
from callcenter.staff.dates import require_one_zone, zone_named

_FORMAT = 1
_PACKAGED = "the packaged rulebook"
_PROPOSED = "the proposed rulebook"
_LARGEST = 4_000_000
_SUFFIX = "_seconds"
_PARTS: dict[str, type[Rule | Promise]] = {"violations": Rule, "promises": Promise}
_WORDS: dict[str, type[Severity | Mode]] = {"severity": Severity, "lesser": Severity, "mode": Mode}
_ZONE = "Asia/Shanghai"
"""Where days begin when neither the site nor the file says."""


def load_rulebook(path: Path | None = None, timezone: str | None = None) -> Rulebook:
    """Read and check a rulebook.

    Args:
        path: A YAML file; None: the packaged one.
        timezone: The site's, in which days begin; None: whatever the file names.

    Raises:
        UnreadableFile: There is no such file, or it is not YAML.
        BadInput: It lacks something, has unknown keys, gaps in its dates, figures that must be filled first, or
            another time zone than the site.
    """
    return _sound(parse_rulebook(path, timezone), _named(path))


def parse_rulebook(path: Path | None = None, timezone: str | None = None) -> Rulebook:
    """Read a rulebook without asking whether its dates and figures are sound; errors as `load_rulebook`."""
    return _parsed(_read(path), _named(path), timezone)


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


def written(path: Path | None = None) -> dict[str, Any]:
    """Return a rulebook as it is written, whole, to be changed and proposed; errors as `load_rulebook`."""
    plain: dict[str, Any] = msgspec.to_builtins(whole(_read(path)))
    return plain


def rulebook_of(raw: dict[str, Any], timezone: str | None = None) -> Rulebook:
    """Make a rulebook of what somebody proposes, as a file holds it, and check it; errors as `load_rulebook`."""
    return _sound(_parsed(raw, _PROPOSED, timezone), _PROPOSED)


def _sound(book: Rulebook, named: str) -> Rulebook:
    problems = check(book)
    if problems:
        raise BadInput(f"{named} cannot be used: {'; '.join(problems)}")
    return book


def _parsed(raw: dict[str, Any], named: str, timezone: str | None) -> Rulebook:
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
    found = [_edition(_merged(base, e), f"{named}, editions[{n}]") for n, e in enumerate(editions)]
    return Rulebook(timezone=zone, editions=tuple(found))


def _read(path: Path | None) -> dict[str, Any]:
    try:
        if path is None:
            text = files("callcenter.rules.regulations").joinpath("rulebook.yaml").read_text("utf-8")
        else:
            text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFile(f"{_named(path)} cannot be read: {error}") from error
    if len(text) > _LARGEST:
        raise UnreadableFile(f"{_named(path)} is too long for a rulebook")
    try:
        raw = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise UnreadableFile(f"{_named(path)} is not YAML: {reason}") from error
    if not isinstance(raw, dict):
        raise UnreadableFile(f"{_named(path)} is not a rulebook: a mapping with `editions` is expected")
    return raw


def _base(name: object, named: str) -> dict[str, Any]:
    if name != "packaged" or named == _PACKAGED:
        raise BadInput(f"{named}: based_on must be `packaged`")
    base: dict[str, Any] = dict(_read(None)["editions"][-1])
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
            raise BadInput(f"{named}, {code}: {error}{_choices(str(error))}") from error


def _choices(fault: str) -> str:
    """List the words of which one is meant, where the fault is of a field that has few."""
    words = next((kind for field, kind in _WORDS.items() if fault.endswith(f".{field}`")), ())
    return f"; write one of {', '.join(words)}" if words else ""


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


def _named(path: Path | None) -> str:
    return _PACKAGED if path is None else f"the rulebook {path}"
