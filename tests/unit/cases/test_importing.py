"""What each row of a list of customers comes to, and which column is which field."""

from __future__ import annotations

from typing import Any

import pytest

from callcenter.cases.customers import card_of, number_of
from callcenter.cases.import_columns import columns_of, field_named, fields_of, heading_of, written_numbers
from callcenter.cases.importing import (
    Fate,
    Known,
    KnownCustomers,
    Limits,
    ListedRow,
    RowFate,
    RowsBefore,
    card_told,
    fate_of,
)
from callcenter.errors import BadInput
from callcenter.numbers import PLAIN

ONE, TWO, THREE = (number_of(f"1380013800{n}") for n in (1, 2, 3))
WANG = Known("w", card_of({"name": "王小明", "numbers": [ONE], "reference": "K-1"}))
LI = Known("l", card_of({"name": "Li", "numbers": [TWO]}))
ZOE = Known("z", card_of({"name": "Zoe", "address": "Road 1"}))
ANY = Limits(frozenset({"gold"}), None)


def fate(known: list[Known], before: RowsBefore | None = None, row: int = 9, **named: Any) -> RowFate:
    return fate_of(row, card_of(named), named, KnownCustomers(known), before or RowsBefore())


def test_reference_decides_first() -> None:
    found = fate([WANG, LI], name="Wang", reference="K-1", numbers=[TWO])
    assert (found.fate, found.customer) == (Fate.CHANGED, "w")
    assert found.card == card_of({"name": "Wang", "reference": "K-1", "numbers": [ONE, TWO]})


def test_number_with_the_same_name_is_the_same_customer() -> None:
    assert fate([LI], name="ＬＩ", numbers=[TWO], credit="good").fate is Fate.CHANGED
    assert fate([LI], name="Li", numbers=[TWO]) == RowFate(row=9, fate=Fate.SAME, customer="l")


def test_row_that_adds_nothing_to_one_of_several_namesakes_is_the_same() -> None:
    twin = Known("t", card_of({"name": "Li", "numbers": [TWO], "credit": "good"}))
    assert fate([LI, twin], name="Li", numbers=[TWO], credit="good").customer == "t"
    assert fate([LI, twin], name="Li", numbers=[TWO], credit="poor").fate is Fate.DOUBTFUL


def test_number_of_somebody_else_is_doubtful_unless_references_tell_them_apart() -> None:
    found = fate([LI], name="Mo", numbers=[TWO])
    assert (found.fate, found.card) == (Fate.DOUBTFUL, card_of({"name": "Mo", "numbers": [TWO]}))
    assert "customer l" in str(found.why)
    assert fate([LI], name="Mo", numbers=[TWO], reference="K-7").fate is Fate.DOUBTFUL
    assert fate([WANG], name="Mo", numbers=[ONE], reference="K-7").fate is Fate.NEW


def test_row_without_number_and_reference_is_known_by_name_and_address() -> None:
    assert fate([ZOE], name="zoe", address="Road 1", credit="good").fate is Fate.CHANGED
    assert fate([ZOE, LI], name="zoe", address="Road 2").fate is Fate.NEW
    assert fate([LI], name="Li").fate is Fate.NEW


def test_rows_before_are_told_by_their_number() -> None:
    before = RowsBefore()
    before.add(2, card_of({"name": "a", "numbers": [ONE], "reference": "K-1"}))
    before.add(3, card_of({"name": "b", "numbers": [TWO]}))
    assert fate([], before, name="c", reference="K-1").why == "row 2 has this reference already"
    assert fate([], before, name="c", numbers=[THREE, TWO], reference="K-3").fate is Fate.DOUBTFUL
    assert fate([], before, name="c", numbers=[ONE], reference="K-3").fate is Fate.NEW
    assert fate([], before, name="c", numbers=[THREE]).fate is Fate.NEW
    before.add(4, card_of({"name": "Li"}), changed="l")
    found = fate([LI], before, name="Li", numbers=[TWO], credit="good")
    assert (found.fate, found.why) == (Fate.FAULTY, "row 4 changes the same customer l")


def test_row_that_would_make_a_card_too_large_is_faulty() -> None:
    many = [number_of(f"138001{n:05}") for n in range(20)]
    full = Known("f", card_of({"name": "a", "reference": "K", "numbers": many}))
    assert fate([full], name="a", reference="K", numbers=many).fate is Fate.SAME
    assert fate([full], name="a", reference="K", numbers=[TWO]).fate is Fate.FAULTY


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (ListedRow(row=2, fault="cut off"), "cut off"),
        (ListedRow(row=2, told={"credit": "good"}), "needs a name"),
        (ListedRow(row=2, told={"name": "a", "customer_class": "iron"}), "no class 'iron'"),
        (ListedRow(row=2, told={"name": "a", "owner": "Bob"}), "no agent 'Bob'"),
    ],
)
def test_row_that_is_no_card_is_refused(row: ListedRow, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        card_told(row, Limits(frozenset({"gold"}), frozenset({"Alice"})))


def test_row_with_the_company_s_class_and_an_agent_is_a_card() -> None:
    told = {"name": "a", "customer_class": "gold", "owner": "Bob"}
    assert card_told(ListedRow(row=2, told=told), ANY) == card_of(told)


def test_headings_are_known_in_both_languages() -> None:
    assert columns_of(("姓名", "手机", "座机", "Class", "x"), {}) == (
        "name",
        "numbers",
        "numbers",
        "customer_class",
        None,
    )
    assert columns_of(("who", "手机"), {"who": "name", "手机": "-"}) == ("name", None)
    assert (heading_of("owner", "en"), heading_of("owner", "zh-CN"), field_named(" OWNER ")) == (
        "owner",
        "负责坐席",
        "owner",
    )


@pytest.mark.parametrize(
    ("headings", "said", "sentence"),
    [
        (("name",), {"who": "name"}, "no column 'who'"),
        (("name",), {"name": "colour"}, "no field 'colour'"),
        (("手机",), {}, "no column has the customers' names"),
        (("name", "姓名"), {}, "two columns are name"),
    ],
)
def test_columns_that_cannot_be_are_refused(headings: tuple[str, ...], said: dict[str, str], sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        columns_of(headings, said)


def told(cell: str, heading: str = "手机", field: str = "numbers") -> Any:
    return fields_of([cell, "more"], [heading], [field], PLAIN).get(field)


def test_cell_of_numbers_has_each_with_its_label() -> None:
    found = told("13800138001; wife=13800138002／057188881234;ext=801、057188881234转802".replace("／", "/"))
    assert [(one.raw, one.label) for one in found] == [
        ("13800138001", None), ("13800138002", "wife"), ("057188881234;ext=801", None), ("057188881234转802", None)
    ]  # fmt: skip
    again = told(written_numbers(found), "numbers")
    assert again == found
    assert told("13800138001;", "家里")[0].label == "家里"


@pytest.mark.parametrize(
    ("cell", "yes"), [("是", True), ("YES", True), ("1", True), ("否", False), ("no", False), (" ", None)]
)
def test_cell_says_yes_or_no_or_nothing(cell: str, yes: bool | None) -> None:
    assert told(cell, "大客户", "key_account") is yes


def test_cell_that_says_neither_is_refused() -> None:
    with pytest.raises(BadInput, match="neither yes nor no"):
        told("perhaps", "大客户", "key_account")
    with pytest.raises(BadInput, match="nobody's"):
        told("1.38E+10")


def test_column_that_is_left_out_tells_nothing() -> None:
    assert fields_of(["a", "b"], ["name", "x"], ["name", None], PLAIN) == {"name": "a"}
