"""What one rulebook says otherwise than another, as written: figure by figure, for whoever must agree to it (pure)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

_TITLED = ("violations", "promises")
_MISSING: Mapping[str, Any] = {}


class FigureDifference(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is said otherwise.

    Attributes:
        edition: The edition that says it, and `first`, the day from which it does.
        part: `edition`, `figures`, `queues`, `promises` or `violations`.
        code: The rule, the promise or the queue; None: the edition itself, or a figure of all.
        zh: The title of the rule or promise.
        name: What of it; a figure that is the rule's own is `figures.…`.
        old: As it was written; None: it was not there, or nothing was said.
        new: As it is written now.
    """

    edition: str
    first: str
    part: str
    code: str | None = None
    zh: str | None = None
    en: str | None = None
    name: str
    old: Any = None
    new: Any = None


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[FigureDifference]:
    """List what a rulebook as written says otherwise than another.

    An edition is held against itself as it was; a new one against the one that it follows.
    """
    held = {edition["version"]: edition for edition in before["editions"]}
    found: list[FigureDifference] = []
    last: Mapping[str, Any] | None = None
    for edition in after["editions"]:
        known = held.pop(edition["version"], None)
        if known is None:
            found.append(_told(edition, part="edition", name="new", new=edition["version"]))
        elif known.get("to") != edition.get("to"):
            found.append(_told(edition, part="edition", name="to", old=known.get("to"), new=edition.get("to")))
        if known is not None and known["from"] != edition["from"]:
            found.append(_told(edition, part="edition", name="from", old=known["from"], new=edition["from"]))
        found += _within(edition, known or last or _MISSING)
        last = edition
    found += [_told(one, part="edition", name="gone", old=one["version"]) for one in held.values()]
    return found


def amount_differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[FigureDifference]:
    """List what amounts that two people agree on say otherwise than those agreed before."""
    first = str(after.get("from") or "")
    return [
        FigureDifference(edition="", first=first, part="amount", name=name, old=before.get(name), new=after.get(name))
        for name in [*after, *(one for one in before if one not in after)]
        if before.get(name) != after.get(name)
    ]


def _told(edition: Mapping[str, Any], **what: Any) -> FigureDifference:
    return FigureDifference(edition=str(edition["version"]), first=str(edition["from"]), **what)


def _within(edition: Mapping[str, Any], known: Mapping[str, Any]) -> Iterator[FigureDifference]:
    own, theirs = edition.get("figures", {}), known.get("figures", {})
    yield from _each(edition, {"part": "figures"}, _less(theirs, "queues"), _less(own, "queues"))
    queues, before = own.get("queues") or {}, theirs.get("queues") or {}
    for queue in sorted({*queues, *before}):
        what = {"part": "queues", "code": queue}
        yield from _each(edition, what, before.get(queue) or {}, queues.get(queue) or {})
    for part in _TITLED:
        now, then = edition.get(part) or {}, known.get(part) or {}
        for code in [*now, *(one for one in then if one not in now)]:
            title = (now.get(code) or then.get(code) or {}).get("title") or {}
            what = {"part": part, "code": code, "zh": title.get("zh"), "en": title.get("en")}
            yield from _each(edition, what, _flat(then.get(code) or {}), _flat(now.get(code) or {}))


def _each(
    edition: Mapping[str, Any], what: dict[str, Any], old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[FigureDifference]:
    for name in [*new, *(one for one in old if one not in new)]:
        if old.get(name) != new.get(name):
            yield _told(edition, **what, name=name, old=old.get(name), new=new.get(name))


def _flat(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Write the names in two languages, and the figures that a rule has of its own, beside the rest."""
    found: dict[str, Any] = {}
    for name, value in entry.items():
        if name in {"title", "figures"} and isinstance(value, Mapping):
            found |= {f"{name}.{inner}": told for inner, told in value.items()}
        else:
            found[name] = value
    return found


def _less(entry: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key != name}
