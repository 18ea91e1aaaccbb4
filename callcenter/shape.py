"""A name for the form in which something remembered is saved, made of the types themselves: nobody counts versions up.

Another field, another type of one, another value of an enumeration, at whatever depth, is another name. What is saved
under one name and read under another would be read wrongly, and is made again from the journal instead.
"""

from __future__ import annotations

import hashlib
from enum import Enum
from functools import cache

import msgspec
from msgspec.inspect import multi_type_info


@cache
def shape_of(*types: type[msgspec.Struct]) -> str:
    """Return the name of the form in which these are saved, in this order."""
    known: dict[type, object] = {}
    told = [_told(info, known) for info in multi_type_info(types)]
    return hashlib.sha256(repr((told, [*known.values()])).encode()).hexdigest()[:16]


def _told(part: object, known: dict[type, object]) -> object:
    """Describe a part of a type; a class is described once, in `known`, and named wherever else it stands."""
    if isinstance(part, type):
        return [part.__qualname__, *([[one.name, one.value] for one in part] if issubclass(part, Enum) else [])]
    if isinstance(part, tuple):
        return [_told(one, known) for one in part]
    if not isinstance(part, msgspec.Struct):
        return None if callable(part) else repr(part)
    cls, parts = getattr(part, "cls", None), msgspec.structs.asdict(part)
    if cls is None:
        return [type(part).__name__, *((key, _told(value, known)) for key, value in parts.items())]
    if cls not in known:
        known[cls] = None
        known[cls] = [(key, _told(value, known)) for key, value in parts.items()]
    return cls.__qualname__
