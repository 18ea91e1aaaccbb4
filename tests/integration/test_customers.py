"""Customers in a real database: saved by two at once, found by a number's key, merged, taken apart, split, deleted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import func, insert, select

from callcenter.cases.customers import CustomerCard, card_of, number_of
from callcenter.cases.merging import MergeSide
from callcenter.domain.frame import SECOND
from callcenter.errors import BadInput
from callcenter.numbers import PLAIN
from callcenter.store import DecisionStore
from callcenter.store.audit import page as audit_page
from callcenter.store.conflicts import Conflict, Missing
from callcenter.store.customers.cards import FiledCustomer, find, get, of_key
from callcenter.store.customers.search import CustomerOrder, CustomerQuery, classes, page
from callcenter.store.customers.tables import CustomerRow, VisitPickRow
from callcenter.store.customers.told import history_of, merges_of, notes_of, place_of
from callcenter.store.customers.writes import Touch
from callcenter.store.record.models import Base, VisitRow
from callcenter.usecases.customers.forget_caller import expired_customers
from callcenter.usecases.customers.merge_customers import Seen, merge_customers, split_customer, undo_merge
from callcenter.usecases.customers.save_customer import (
    CardOutdated,
    change_customer,
    create_customer,
    delete_customer,
    drop_class,
    hold_customer,
    note_customer,
    set_class,
)
from tests.integration.office import opened
from tests.unit.rules.detection.people import MONDAY

pytestmark = pytest.mark.usefixtures("database")

FOUR = ("13800138001", "13800138002", "13800138003", "13800138004")
ONE, TWO, THREE, _ = FOUR
DAY = 86_400 * SECOND


class Cards:
    """What people do with cards, one moment after the other."""

    def __init__(self, decisions: DecisionStore) -> None:
        self.decisions = decisions
        self.now = MONDAY
        self.made = 0

    def touch(self, by: str = "sun") -> Touch:
        self.now += SECOND
        return Touch(by=by, at=self.now)

    async def add(self, name: str, *raw: str, **told: Any) -> str:
        self.made += 1
        number = f"{self.made:032x}"
        card = card_of({"name": name, "numbers": [number_of(one) for one in raw], **told})
        async with self.decisions.writing() as unit:
            await create_customer(unit, number, card, self.touch())
        return number

    async def change(self, number: str, seen: int | None = None, by: str = "sun", **told: Any) -> FiledCustomer:
        async with self.decisions.writing() as unit:
            return await change_customer(unit, number, seen, lambda _: told, self.touch(by))

    async def merge(self, kept: str, other: str, **sides: MergeSide) -> str:
        self.made += 1
        async with self.decisions.writing() as unit:
            merge = f"{self.made:032x}"
            await merge_customers(unit, Seen(kept, None), Seen(other, None), sides, merge, self.touch())
        return merge

    async def undo(self, merge: str) -> tuple[str, ...]:
        async with self.decisions.writing() as unit:
            return (await undo_merge(unit, merge, self.touch())).edited

    async def split(self, number: str, *places: int, **told: Any) -> str:
        self.made += 1
        async with self.decisions.writing() as unit:
            new = f"{self.made:032x}"
            return (await split_customer(unit, Seen(number, None), places, told, new, self.touch())).id

    async def delete(self, number: str) -> list[str]:
        async with self.decisions.writing() as unit:
            return await delete_customer(unit, number, None, self.touch())

    async def note(self, number: str, words: str) -> str:
        self.made += 1
        async with self.decisions.writing() as unit:
            return await note_customer(unit, number, f"{self.made:032x}", words, self.touch())

    async def card(self, number: str) -> CustomerCard:
        async with self.decisions.reading() as connection:
            return (await get(connection, number)).card

    async def having(self, raw: str) -> tuple[str, ...]:
        async with self.decisions.reading() as connection:
            return await of_key(connection, number_of(raw).key or "")

    async def listed(self, order: CustomerOrder = CustomerOrder.NAME, **wanted: Any) -> list[str]:
        """List names, a page of two at a time."""
        names: list[str] = []
        after = None
        async with self.decisions.reading() as connection:
            while found := await page(connection, CustomerQuery(**wanted), order, after, 2):
                names += [one.card.name for one in found]
                after = found[-1].id
        return names

    async def audited(self) -> list[tuple[str, dict[str, Any]]]:
        async with self.decisions.reading() as connection:
            return [(one.told.action, one.told.detail) for one in await audit_page(connection, 0, 100)]

    async def everything(self) -> str:
        """Write out all rows of all tables about customers, and of the audit log."""
        tables = [table for table in Base.metadata.sorted_tables if table.name.startswith(("customer", "audit"))]
        async with self.decisions.reading() as connection:
            return "\n".join([str((await connection.execute(select(table))).all()) for table in tables])


@pytest.fixture
async def cards(tmp_path: Path) -> AsyncIterator[Cards]:
    async with opened(tmp_path) as decisions:
        yield Cards(decisions)


async def test_customers_who_share_a_number_are_all_found_by_any_spelling_of_it(cards: Cards) -> None:
    first, second = await cards.add("王小明", ONE, TWO), await cards.add("李红", "+86 138-0013-8001")
    await cards.add("Zoe", THREE)
    assert await cards.having("0138 0013 8001") == (first, second)
    assert await cards.having("13900139000") == ()
    await cards.change(first, numbers=[number_of(TWO)])
    assert await cards.having(ONE) == (second,)


async def test_second_of_two_who_save_one_card_is_told_what_the_first_did(cards: Cards) -> None:
    number = await cards.add("王小明", ONE, credit="good")
    await cards.change(number, 1, "alice", credit="fair", address="Road 1")
    await cards.change(number, 2, "carol", credit="poor")
    with pytest.raises(CardOutdated) as refused:
        await cards.change(number, 1, "bobby", credit="excellent", owner="Bob")
    told = {(one.field, one.was, one.now, one.by) for one in refused.value.changes}
    assert told == {("credit", "good", "poor", "carol"), ("address", None, "Road 1", "alice")}
    assert (refused.value.version, refused.value.current.card.owner) == (3, None)
    await cards.change(number, 3, "bobby", owner="Bob")
    assert (await cards.card(number)).owner == "Bob"


async def test_change_that_changes_nothing_makes_no_version(cards: Cards) -> None:
    number = await cards.add("王小明", ONE)
    assert (await cards.change(number, 1, name=" 王小明 ")).version == 1
    assert [action for action, _ in await cards.audited()] == ["create"]


async def test_company_s_own_number_is_one_customer_s(cards: Cards) -> None:
    first = await cards.add("a", reference="K-1")
    with pytest.raises(Conflict, match=f"customer {first}"):
        await cards.add("b", reference="K-1")
    await cards.add("c")
    await cards.add("d")


async def test_class_is_one_of_the_company_s_list(cards: Cards) -> None:
    with pytest.raises(Conflict, match="no class 'gold'"):
        await cards.add("a", customer_class="gold")
    async with cards.decisions.writing() as unit:
        await set_class(unit, "gold", "bought for 10,000 yuan a year", cards.touch())
        await set_class(unit, "gold", "bought for 20,000 yuan a year", cards.touch())
        (gold,) = await classes(unit.connection)
    assert gold.criteria == "bought for 20,000 yuan a year"
    number = await cards.add("a", customer_class="gold")
    async with cards.decisions.writing() as unit:
        with pytest.raises(Conflict, match="another one first"):
            await drop_class(unit, "gold", cards.touch())
    await cards.delete(number)
    async with cards.decisions.writing() as unit:
        await drop_class(unit, "gold", cards.touch())
        with pytest.raises(Missing):
            await drop_class(unit, "gold", cards.touch())
        with pytest.raises(BadInput, match="its name and its criteria"):
            await set_class(unit, " ", "x", cards.touch())


async def test_merge_leaves_an_alias_and_undone_gives_both_cards_back(cards: Cards) -> None:
    kept, other = await cards.add("王小明", ONE, reference="K-1"), await cards.add("小明", ONE, TWO, reference="K-2")
    before = [await cards.card(kept), await cards.card(other)]
    merge = await cards.merge(kept, other, name=MergeSide.OTHER, reference=MergeSide.OTHER)
    both = await cards.card(other)
    assert both == await cards.card(kept)
    assert (both.name, both.reference, len(both.numbers)) == ("小明", "K-2", 2)
    assert await cards.having(ONE) == await cards.having(TWO) == (kept,)
    assert await cards.listed() == ["小明"]
    assert await cards.undo(merge) == ()
    assert [await cards.card(kept), await cards.card(other)] == before
    assert await cards.having(ONE) == (kept, other)
    with pytest.raises(Conflict, match="undone already"):
        await cards.undo(merge)


async def test_merge_of_a_merge_is_undone_from_its_end(cards: Cards) -> None:
    a, b, c = await cards.add("a", ONE), await cards.add("b", TWO), await cards.add("c", THREE)
    before = [await cards.card(one) for one in (a, b, c)]
    first, second = await cards.merge(b, a), await cards.merge(c, b)
    assert {await cards.having(one) for one in (ONE, TWO, THREE)} == {(c,)}
    assert (await cards.card(a)).name == "c"
    with pytest.raises(Conflict, match="undo that merge first"):
        await cards.undo(first)
    with pytest.raises(Conflict, match="one customer already"):
        await cards.merge(a, c)
    await cards.undo(second)
    await cards.undo(first)
    assert [await cards.card(one) for one in (a, b, c)] == before


async def test_merges_into_one_customer_are_undone_newest_first(cards: Cards) -> None:
    a, b, c = await cards.add("a", ONE), await cards.add("b", TWO), await cards.add("c", THREE)
    first, second = await cards.merge(a, b), await cards.merge(a, c)
    with pytest.raises(Conflict, match=f"undo the merge {second} first"):
        await cards.undo(first)
    await cards.undo(second)
    await cards.undo(first)
    assert await cards.listed() == ["a", "b", "c"]


async def test_what_was_changed_since_the_merge_stays_when_it_is_undone(cards: Cards) -> None:
    a, b = await cards.add("a", ONE), await cards.add("b", TWO, address="Road 2")
    merge = await cards.merge(a, b)
    await cards.change(a, address="Road 3")
    assert await cards.undo(merge) == ("address",)
    assert [(await cards.card(one)).address for one in (a, b)] == ["Road 3", "Road 2"]


async def test_merge_whose_reference_is_given_away_since_is_not_undone(cards: Cards) -> None:
    a, b = await cards.add("a", reference="K-1"), await cards.add("b", reference="K-2")
    merge = await cards.merge(a, b)
    await cards.add("c", reference="K-2")
    with pytest.raises(Conflict, match="the reference is customer"):
        await cards.undo(merge)
    assert (await cards.card(b)).name == "a"


async def test_merge_of_versions_that_were_not_read_is_refused(cards: Cards) -> None:
    a, b = await cards.add("a"), await cards.add("b")
    await cards.change(b, credit="good")
    async with cards.decisions.writing() as unit:
        with pytest.raises(CardOutdated):
            await merge_customers(unit, Seen(a, 1), Seen(b, 1), {}, "f" * 32, cards.touch())
    assert await cards.listed() == ["a", "b"]


async def test_split_gives_numbers_to_a_new_card(cards: Cards) -> None:
    number = await cards.add("a", ONE, TWO, THREE)
    new = await cards.split(number, 0, 2, name="b")
    assert [await cards.having(one) for one in (ONE, TWO, THREE)] == [(new,), (number,), (new,)]
    assert (await cards.card(new)).name == "b"


async def test_notes_and_history_of_an_alias_are_the_customer_s(cards: Cards) -> None:
    a, b = await cards.add("a", ONE), await cards.add("b", TWO)
    await cards.note(b, "first\nwords")
    await cards.merge(a, b)
    assert await cards.note(b, "second") == a
    async with cards.decisions.reading() as connection:
        notes = await notes_of(connection, a, None, 10)
        (older,) = await notes_of(connection, a, (notes[0].at, notes[0].id), 10)
        history = await history_of(connection, a, None, 50)
        rest = await history_of(connection, a, place_of(history[0]), 50)
        assert [one.id for one in await merges_of(connection, a)]
    assert [one.words for one in notes] == ["second", "first\nwords"]
    assert older == notes[1]
    assert rest == history[1:]
    assert {(one.action, one.field) for one in history if one.customer == b} == {
        ("merge", "merged_into"), ("merge", "numbers"), ("create", "")
    }  # fmt: skip


@pytest.mark.parametrize("words", ["", " \n", "a\0", "x" * 2001, "a\u202eb"])
async def test_note_without_words_that_can_be_read_is_refused(cards: Cards, words: str) -> None:
    number = await cards.add("a")
    with pytest.raises(BadInput):
        await cards.note(number, words)


async def test_deleted_customer_leaves_ids_and_names_of_fields_alone(cards: Cards) -> None:
    secret = {"address": "Secret Road", "credit": "Secret credit"}
    a, b, c = await cards.add("Secret A", ONE, **secret), await cards.add("Secret B", TWO), await cards.add("c", THREE)
    await cards.undo(await cards.merge(c, a))
    await cards.merge(a, b)
    await cards.change(a, dealings="Secret dealings")
    await cards.note(b, "Secret words")
    await cards.change(c, numbers=[number_of(THREE), number_of("13900139999")])
    assert await cards.delete(await cards.split(c, 1, name="Secret C")) == [f"{cards.made:032x}"]
    assert await cards.delete(b) == [a, b]
    left = await cards.everything()
    assert [word for word in ("Secret", ONE, TWO, "13900139999") if word in left] == []
    assert THREE in left
    assert await cards.having(ONE) == ()
    assert ("delete", {"aliases": [b], "calls": 0, "cases": 0}) in await cards.audited()
    assert ("create", {"fields": ["name", "address", "numbers", "credit"]}) in await cards.audited()
    with pytest.raises(Missing):
        await cards.card(a)


async def test_customer_of_a_class_with_a_figure_expires_when_nothing_is_heard(cards: Cards) -> None:
    async with cards.decisions.writing() as unit:
        await set_class(unit, "once", "bought once", cards.touch(), 30)
        await set_class(unit, "gold", "buys often", cards.touch())
    quiet, *_ = [await cards.add(name, raw, customer_class="once") for name, raw in zip("abcd", FOUR, strict=True)]
    _, called, noted, held_back = (f"{n:032x}" for n in range(1, 5))
    await cards.add("e", customer_class="gold")
    begun = cards.now
    cards.now += 40 * DAY
    await cards.note(noted, "wrote a letter")
    row = dict.fromkeys(column.name for column in VisitRow.__table__.columns)
    row |= {"id": "v1", "node": "pbx", "uniqueid": "1.1", "n": 1, "caller": f"0{FOUR[1]}", "joined_at": cards.now}
    async with cards.decisions.writing() as unit:
        await unit.execute(insert(VisitRow).values(**row))
        await hold_customer(unit, held_back, "a law suit", cards.touch())
    async with cards.decisions.writing() as unit:
        for days, expired in ((29, []), (40, [quiet]), (71, sorted([quiet, called, noted]))):
            assert sorted(await expired_customers(unit, PLAIN, begun + days * DAY)) == expired


async def test_caller_who_was_turned_away_or_called_from_elsewhere_was_heard(cards: Cards) -> None:
    async with cards.decisions.writing() as unit:
        await set_class(unit, "once", "bought once", cards.touch(), 30)
    _, named = await cards.add("a", ONE, customer_class="once"), await cards.add("b", TWO, customer_class="once")
    cards.now += 40 * DAY
    row = dict.fromkeys(column.name for column in VisitRow.__table__.columns) | {"node": "pbx", "n": 1}
    refused = {"id": "v1", "uniqueid": "1.1", "caller": ONE, "refused_at": cards.now}
    elsewhere = {"id": "v2", "uniqueid": "1.2", "caller": THREE, "joined_at": cards.now, "outcome": "answered"}
    async with cards.decisions.writing() as unit:
        await unit.execute(insert(VisitRow).values([row | refused, row | elsewhere]))
        pick = {"uniqueid": "1.2", "customer": named, "picked_by": "alice", "picked_at": cards.now}
        await unit.execute(insert(VisitPickRow).values(**pick))
        assert await expired_customers(unit, PLAIN, cards.now + DAY) == []


async def test_customers_are_looked_for_by_name_number_class_owner(cards: Cards) -> None:
    await cards.add("王小明", "0571-88881234", owner="Alice", key_account=True)
    await cards.add("ＷＡＮＧ 100%", ONE, owner="Bob")
    await cards.add("Zoe", TWO, reference="K-7")
    assert sorted(await cards.listed()) == ["Zoe", "王小明", "ＷＡＮＧ 100%"]  # in which order, the database knows
    assert await cards.listed(CustomerOrder.CHANGED) == ["Zoe", "ＷＡＮＧ 100%", "王小明"]
    assert await cards.listed(name="小") == ["王小明"]
    assert await cards.listed(name="wang 100%") == ["ＷＡＮＧ 100%"]
    assert await cards.listed(name="%") == ["ＷＡＮＧ 100%"]
    assert await cards.listed(name="_") == []
    assert await cards.listed(key=number_of("88881234", None).key) == []
    assert await cards.listed(key="+8657188881234") == ["王小明"]
    assert await cards.listed(ending="8881234") == ["王小明"]
    assert await cards.listed(ending="8001") == ["ＷＡＮＧ 100%"]
    assert await cards.listed(ending="98001") == []
    assert await cards.listed(owner="Bob") == ["ＷＡＮＧ 100%"]
    assert await cards.listed(key_account=True) == ["王小明"]
    assert await cards.listed(reference="K-7") == ["Zoe"]
    with pytest.raises(BadInput, match="last 4 digits"):
        await cards.listed(ending="001")
    async with cards.decisions.reading() as connection:
        with pytest.raises(Missing, match="begin the list anew"):
            await page(connection, CustomerQuery(), CustomerOrder.NAME, "e" * 32, 2)
        assert await find(connection, "e" * 32) is None
        assert await connection.scalar(select(func.count()).select_from(CustomerRow)) == 3


async def test_whatever_is_refused_leaves_everything_as_it_was(cards: Cards) -> None:
    number = await cards.add("a", ONE)
    before = await cards.everything()
    for told in ({"name": ""}, {"customer_class": "none"}, {"colour": "red"}):
        with pytest.raises(BadInput):
            await cards.change(number, 1, **told)
    assert (await cards.everything()).replace(" ", "") == before.replace(" ", "")
    assert msgspec.structs.asdict(await cards.card(number))["name"] == "a"
