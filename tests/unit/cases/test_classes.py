"""The tree of classes: what stands where, what is refused."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from callcenter.cases.classes import MOST_CLASSES, MOST_TEXTS, CannedText, CaseClass, FiledClass, require_class, tree
from callcenter.errors import BadInput

HELLO = CannedText(name="hello", zh="您好", en="Hello")


def told(code: str, parent: str | None = None, **other: Any) -> CaseClass:
    return CaseClass(**{"code": code, "zh": "物流", "en": "Delivery", "parent": parent, **other})


KNOWN = {
    "delivery": told("delivery"),
    "late": told("late", "delivery"),
    "gone": told("gone", closed=True),
    "deep": told("deep", "late"),
}


def test_class_with_its_texts_is_taken() -> None:
    require_class(told("lost", "delivery", texts=(HELLO,)), KNOWN)


def test_class_may_be_changed_and_closed() -> None:
    require_class(told("late", "delivery", zh="晚了"), KNOWN)
    require_class(told("deep", "late", closed=True), KNOWN)
    require_class(told("old", "gone", closed=True), KNOWN)


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        (told("Late"), "the code"),
        (told("-x"), "the code"),
        (told("x" * 33), "the code"),
        (told("x", "nowhere"), "there is no class 'nowhere'"),
        (told("x", "gone"), "gone is closed"),
        (told("x", "x"), "cannot stand below itself"),
        (told("delivery", "deep"), "cannot stand below itself"),
        (told("late", "delivery", closed=True), "deep is open"),
        (told("x", zh=" "), "zh is missing"),
        (told("x", en=""), "en is missing"),
        (told("x", en="x" * 81), "more than 80 characters"),
        (told("x", en="a\u202eb"), r"U\+202E"),
        (told("x", texts=(HELLO, HELLO)), "one name"),
        (told("x", texts=(HELLO,) * (MOST_TEXTS + 1)), "at most 20 texts"),
        (told("x", texts=(CannedText(name="a", zh="", en="b"),)), "a, zh is missing"),
        (told("x", texts=(CannedText(name="", zh="a", en="b"),)), "text 1 is missing"),
        (told("x", texts=(CannedText(name="a", zh="x" * 2_001, en="b"),)), "more than 2000"),
    ],
)
def test_class_that_cannot_be_is_refused(bad: CaseClass, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        require_class(bad, KNOWN)


def test_tree_is_six_levels_deep_and_no_deeper() -> None:
    known = {"a0": told("a0")} | {f"a{n}": told(f"a{n}", f"a{n - 1}") for n in range(1, 6)}
    with pytest.raises(BadInput, match="at most 6 levels"):
        require_class(told("a6", "a5"), known)
    with pytest.raises(BadInput, match="at most 6 levels"):
        require_class(told("a0", "top"), known | {"top": told("top")})


def test_there_are_so_many_classes_and_no_more() -> None:
    known = {f"c{n}": told(f"c{n}") for n in range(MOST_CLASSES)}
    with pytest.raises(BadInput, match="2000 classes"):
        require_class(told("more"), known)
    require_class(told("c1", zh="变"), known)


def test_tree_gives_each_class_before_what_is_below_it() -> None:
    filed = [FiledClass(told=one, version=1, changed_by="ma", changed_at=0) for one in KNOWN.values()]
    filed.append(msgspec.structs.replace(filed[0], told=told("early", "delivery")))
    found = [(level, one.told.code) for level, one in tree(filed)]
    assert found == [(0, "delivery"), (1, "early"), (1, "late"), (2, "deep"), (0, "gone")]
