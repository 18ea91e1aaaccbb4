"""A customer's card: its bounds, its numbers, its completeness."""

from __future__ import annotations

from typing import Any

import pytest

from callcenter.cases.customers import (
    LENGTHS,
    MOST_NUMBERS,
    WEIGHTS,
    CustomerCard,
    ToldNumber,
    card_of,
    changed_card,
    completeness,
    differing,
    folded,
    number_of,
    numbers_told,
    united,
)
from callcenter.errors import BadInput
from callcenter.numbers import Numbering, NumberKind

MOBILE = number_of("138 0013 8000", "own")
OFFICE = number_of("0571-88881234转801")


def test_card_holds_what_was_told_without_space_around_it() -> None:
    card = card_of({"name": " 王小明 ", "address": "  ", "numbers": [MOBILE], "key_account": True, "group": "大客户组"})
    assert card == CustomerCard(name="王小明", numbers=(MOBILE,), key_account=True, group="大客户组")


@pytest.mark.parametrize("name", [None, "", " \u3000", 7])
def test_name_is_needed(name: Any) -> None:
    with pytest.raises(BadInput, match="name"):
        card_of({"name": name})


@pytest.mark.parametrize(
    "name", ["Нина", "محمد", "नमस्\u200dते", "می\u200cخواهم", "\U00031350田", "\ue815田", "O'Neil-=+"]
)
def test_name_may_be_of_any_script(name: str) -> None:
    assert card_of({"name": name}).name == name


@pytest.mark.parametrize(
    "sign", ["\0", "\x1b", "\x7f", "\u202e", "\u2066", "\u200f", "\u200b", "\u2028", "\ud800", "\n", "\t"]
)
def test_character_that_hides_itself_is_named_and_refused(sign: str) -> None:
    with pytest.raises(BadInput, match=rf"name has the character U\+{ord(sign):04X}"):
        card_of({"name": f"a{sign}b"})


def test_long_texts_may_be_laid_out() -> None:
    assert card_of({"name": "a", "dealings": "one\r\n\ttwo"}).dealings == "one\n\ttwo"


@pytest.mark.parametrize("field", LENGTHS)
def test_text_has_a_bound(field: str) -> None:
    assert getattr(card_of({"name": "a", field: "字" * LENGTHS[field]}), field)
    with pytest.raises(BadInput, match=f"{field} is longer than"):
        card_of({"name": "a", field: "字" * (LENGTHS[field] + 1)})


def test_field_that_no_card_has_is_refused() -> None:
    with pytest.raises(BadInput, match="no field 'colour'"):
        card_of({"name": "a", "colour": "red"})


def test_number_has_its_key_and_its_label() -> None:
    assert (MOBILE.key, MOBILE.kind, MOBILE.label) == ("+8613800138000", NumberKind.MOBILE, "own")
    assert (OFFICE.key, OFFICE.extension) == ("+8657188881234", "801")
    assert number_of("88881234", None, Numbering(area_code="0571")).key == "+8657188881234"


@pytest.mark.parametrize("raw", ["", "unknown", "1-800-FLOWERS", "12", "1" * 41, "138\n0013 8000"])
def test_number_that_is_nobodys_is_refused(raw: str) -> None:
    with pytest.raises(BadInput):
        number_of(raw)


def test_number_stands_once_where_it_stands_first() -> None:
    again = number_of("+86 138-0013-8000", "other")
    assert united([MOBILE, OFFICE, again, number_of("057188881234")]) == (MOBILE, OFFICE, number_of("057188881234"))


def test_card_has_so_many_numbers() -> None:
    many = [number_of(f"1380013{n:04}") for n in range(MOST_NUMBERS)]
    assert len(card_of({"name": "a", "numbers": many}).numbers) == MOST_NUMBERS
    with pytest.raises(BadInput, match="at most"):
        united([*many, OFFICE])


def test_change_touches_what_it_names() -> None:
    before = card_of({"name": "a", "credit": "good", "owner": "Alice"})
    after = changed_card(before, {"credit": None, "address": "Road 1"})
    assert (after.name, after.credit, after.address, after.owner) == ("a", None, "Road 1", "Alice")
    assert differing(before, after) == ("address", "credit")
    with pytest.raises(BadInput, match="needs a name"):
        changed_card(before, {"name": " "})


def test_completeness_is_the_weight_of_what_is_filled_in() -> None:
    found = completeness(card_of({"name": "a", "numbers": [MOBILE]}))
    assert found.share == 45 / 100
    assert found.weights == {field: weight for field, weight in WEIGHTS.items() if field != "service"}
    assert found.missing == ("address", "credit", "dealings", "situation", "customer_class", "owner")


def test_service_of_its_own_counts_for_a_key_account_alone() -> None:
    full: dict[str, Any] = dict.fromkeys(
        ("name", "address", "credit", "dealings", "situation", "customer_class", "owner"), "x"
    )
    full |= {"numbers": [MOBILE]}
    assert completeness(card_of(full)).share == 1
    assert completeness(card_of(full | {"key_account": True})).missing == ("service",)
    assert completeness(card_of(full | {"key_account": True, "queue": "vip"})).share == 1
    assert completeness(card_of(full | {"key_account": True, "group": "vip"})).share == 1


def test_number_that_is_never_linked_fills_nothing() -> None:
    own = number_of("8001", None, Numbering(internal=("8001",)))
    assert own.named == ("8001", None)
    assert "numbers" in completeness(card_of({"name": "a", "numbers": [own]})).missing


def test_number_of_the_card_is_told_by_its_place() -> None:
    card = card_of({"name": "a", "numbers": [MOBILE, OFFICE]})
    told = [ToldNumber(place=1, label="desk"), ToldNumber(raw="13900139000", label="wife"), ToldNumber(place=0)]
    assert [(one.raw, one.label) for one in numbers_told(card, told)] == [
        (OFFICE.raw, "desk"),
        ("13900139000", "wife"),
        (MOBILE.raw, "own"),
    ]
    assert numbers_told(card, [ToldNumber(raw="13900139000")])[0].label is None


@pytest.mark.parametrize("place", [None, 1, -1])
def test_place_where_no_number_is_is_refused(place: int | None) -> None:
    with pytest.raises(BadInput, match="no number at place"):
        numbers_told(card_of({"name": "a", "numbers": [MOBILE]}), [ToldNumber(place=place)])


def test_numbers_that_are_told_count_each_whether_the_card_has_them_or_not() -> None:
    card = card_of({"name": "a", "numbers": [MOBILE]})
    told = [ToldNumber(place=0), *(ToldNumber(raw=MOBILE.raw) for _ in range(MOST_NUMBERS - 1))]
    assert numbers_told(card, told) == (MOBILE,)
    with pytest.raises(BadInput, match="at most"):
        numbers_told(card, [*told, ToldNumber(raw=MOBILE.raw)])


def test_names_are_compared_without_width_and_case() -> None:
    assert folded("ＷＡＮＧ") == folded("wang")
    assert len(folded("ﷺ" * 120)) == 200
