"""What is remembered is saved under a name made of its types: another form is another name."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any

import msgspec
import pytest

from callcenter.shape import shape_of


class Node(msgspec.Struct):
    below: list[Node] = msgspec.field(default_factory=list)


def memory(*fields: Any, **config: Any) -> type[msgspec.Struct]:
    return msgspec.defstruct("Memory", fields, **config)


def kinds(*names: str) -> Any:
    return StrEnum("Kind", names)


def inner(*fields: Any) -> Any:
    return dict[str, msgspec.defstruct("Inner", fields)]  # type: ignore[misc]


BEFORE: dict[str, Callable[[], type[msgspec.Struct]]] = {
    "plain": lambda: memory(("a", int)),
    "deep": lambda: memory(("a", inner(("x", list[int])))),
    "kinds": lambda: memory(("a", kinds("one"))),
}
AFTER: dict[str, tuple[str, Callable[[], type[msgspec.Struct]]]] = {
    "a field more, which has a default": ("plain", lambda: memory(("a", int), ("b", dict[str, int], {}))),
    "another name": ("plain", lambda: memory(("b", int))),
    "another type": ("plain", lambda: memory(("a", int | None))),
    "another default": ("plain", lambda: memory(("a", int, 0))),
    "in a list": ("plain", lambda: memory(("a", int), array_like=True)),
    "a field more, deep within": ("deep", lambda: memory(("a", inner(("x", list[int]), ("y", int, 0))))),
    "another type, deep within": ("deep", lambda: memory(("a", inner(("x", list[str]))))),
    "one value more": ("kinds", lambda: memory(("a", kinds("one", "two")))),
}


@pytest.mark.parametrize("what", BEFORE)
def test_same_form_has_the_same_name(what: str) -> None:
    assert shape_of(BEFORE[what]()) == shape_of(BEFORE[what]())


@pytest.mark.parametrize("change", AFTER)
def test_another_form_has_another_name(change: str) -> None:
    what, made = AFTER[change]
    assert shape_of(BEFORE[what]()) != shape_of(made())


def test_what_holds_its_own_kind_has_a_name() -> None:
    assert shape_of(Node) != shape_of(memory(("a", int)))
