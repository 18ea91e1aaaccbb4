"""What is personal of a record's copied frames, sealed and opened value by value; what stays says all else (pure).

A sealed value is a token in the place of the value. Whether a copy is the journal's frame is asked of everything but
those values: the frame's own hash, which the copy keeps, is over them, too.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec

from callcenter.rules.records.dossier import Dossier

GONE = "***"
"""Stands for a value whose key is gone."""
_NUMBERS = ("CallerIDNum", "ConnectedLineNum", "Exten", "Channel", "DialString", "AppData", "Value")
_NAMES = {"CallerIDName": "CallerIDNum", "ConnectedLineName": "ConnectedLineNum"}
_SEALED = r"sealed:[0-9a-f]{32}:[A-Za-z0-9_=-]{8,1000}"
_TOKEN = re.compile(_SEALED)
_LINE = re.compile(rf"((?:[A-Za-z0-9]*?)(?:{'|'.join((*_NUMBERS, *_NAMES))}): ){_SEALED}")


def is_sealed(value: object) -> bool:
    """Tell whether a value is a token."""
    return isinstance(value, str) and _TOKEN.fullmatch(value) is not None


def tokens_in(dossier: Dossier) -> list[str]:
    """Find the tokens of a record: of its caller, and of its copied frames."""
    frames = [frame for copy in dossier.evidence if isinstance(frame := copy.get("frame"), str)]
    lines = [line.partition(": ")[2] for frame in frames for line in frame.split("\n") if _LINE.fullmatch(line)]
    return [value for value in (dossier.caller, *lines) if value is not None and is_sealed(value)]


def with_sealed(dossier: Dossier, seal: Callable[[str], str]) -> Dossier:
    """Seal a record's caller and whatever of its copied frames tells of that caller."""
    caller = dossier.caller
    if caller is None:
        return dossier
    evidence = [_on_frame(copy, lambda frame: _sealed(frame, caller, seal)) for copy in dossier.evidence]
    return msgspec.structs.replace(dossier, caller=seal(caller), evidence=evidence)


def with_opened(dossier: Dossier, opened: Callable[[str], str]) -> Dossier:
    """Put the values back that tokens stand for."""
    caller = opened(dossier.caller) if dossier.caller is not None and is_sealed(dossier.caller) else dossier.caller
    evidence = [_on_frame(copy, lambda frame: _opened(frame, opened)) for copy in dossier.evidence]
    return msgspec.structs.replace(dossier, caller=caller, evidence=evidence)


def veil(dossier: Dossier) -> Dossier:
    """Leave out what is sealed."""
    return with_opened(dossier, lambda _: GONE)


def as_filed(filed: Dossier, anew: Dossier) -> Dossier:
    """Put the tokens of a filed record into the same record derived anew, so that the two can be compared."""
    copies = zip(filed.evidence, anew.evidence, strict=False)
    evidence = [copy_as_filed(old, new) for old, new in copies] + anew.evidence[len(filed.evidence) :]
    caller = filed.caller if is_sealed(filed.caller) else anew.caller
    return msgspec.structs.replace(anew, caller=caller, evidence=evidence)


def copy_as_filed(filed: dict[str, Any], anew: dict[str, Any]) -> dict[str, Any]:
    """Put the tokens of a copied frame into the same frame copied anew."""
    old = filed.get("frame")
    return _on_frame(anew, lambda frame: _fitted(old, frame)) if isinstance(old, str) else anew


def _on_frame(copy: dict[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    frame = copy.get("frame")
    return {**copy, "frame": change(frame)} if isinstance(frame, str) else copy


def _sealed(frame: str, caller: str, seal: Callable[[str], str]) -> str:
    """Seal the values of a frame's lines in which the caller's number stands, and the names beside such numbers."""
    lines = [line.partition(": ") for line in frame.split("\n")]
    told = {name for name, _, value in lines if caller in value}
    sealed = []
    for name, between, value in lines:
        personal = (name in told and name.endswith(_NUMBERS)) or _number_beside(name) in told
        sealed.append(name + between + (seal(value) if personal and value else value))
    return "\n".join(sealed)


def _number_beside(name: str) -> str | None:
    """Name the header whose number a name belongs to."""
    return next((name.removesuffix(end) + number for end, number in _NAMES.items() if name.endswith(end)), None)


def _opened(frame: str, opened: Callable[[str], str]) -> str:
    return "\n".join(
        found[1] + opened(line.removeprefix(found[1])) if (found := _LINE.fullmatch(line)) is not None else line
        for line in frame.split("\n")
    )


def _fitted(old: str, new: str) -> str:
    before, after = old.split("\n"), new.split("\n")
    if len(before) != len(after):
        return new
    return "\n".join(
        was if (found := _LINE.fullmatch(was)) is not None and now.startswith(found[1]) else now
        for was, now in zip(before, after, strict=True)
    )
