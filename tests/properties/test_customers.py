"""Cards under any merges and splits: undone they are what they were; a key and a name find exactly their own."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from callcenter.cases.customers import CustomerCard, card_of, folded, number_of
from callcenter.cases.merging import MergeSide, merged, unmerged
from callcenter.errors import BadInput
from callcenter.store import UnitOfWork
from callcenter.store.customers.cards import get, of_key
from callcenter.store.customers.names import tails
from callcenter.store.customers.tables import CustomerNameTailRow
from callcenter.store.customers.writes import Touch
from callcenter.usecases.customers.merge_customers import Seen, merge_customers, split_customer, undo_merge
from callcenter.usecases.customers.save_customer import create_customer, delete_customer
from tests.integration.office import opened

RAW = [f"1380013800{n}" for n in range(4)]
TEXTS = ("address", "credit", "dealings", "owner")
numbers = st.lists(st.sampled_from(RAW), max_size=3).map(lambda told: [number_of(one) for one in told])
filled = st.dictionaries(st.sampled_from(TEXTS), st.sampled_from("ab"))
cards = st.builds(
    lambda name, told, own, key: card_of({"name": name, "numbers": own, "key_account": key, **told}),
    st.sampled_from(["Wang", "王小明"]), filled, numbers, st.booleans(),
)  # fmt: skip
sides = st.dictionaries(st.sampled_from(["name", "key_account", *TEXTS]), st.sampled_from(MergeSide))
moves = st.lists(
    st.tuples(
        st.sampled_from(["merge", "merge", "undo", "undo", "split", "delete"]), st.integers(0, 9), st.integers(0, 9)
    ),
    max_size=12,
)


@given(cards, cards, sides, filled)
def test_merge_undone_gives_the_card_but_for_what_was_changed_since(
    kept: CustomerCard, other: CustomerCard, chosen: dict[str, MergeSide], since: dict[str, str]
) -> None:
    both = merged(kept, other, chosen)
    assert {one.key for one in both.numbers} == {one.key for one in (*kept.numbers, *other.numbers)}
    now = msgspec.structs.replace(both, **since)
    back = unmerged(now, both, kept)
    assert msgspec.structs.replace(back.card, **{field: getattr(kept, field) for field in back.edited}) == kept
    assert all(getattr(back.card, field) == getattr(now, field) for field in back.edited)


class World:
    """What the database should say, kept in the plainest way: a card an id, whoever went into whom."""

    def __init__(self) -> None:
        self.cards: dict[str, CustomerCard] = {}
        self.into: dict[str, str] = {}
        self.merges: list[tuple[str, str, str, CustomerCard, CustomerCard]] = []
        self.made = 0

    def new_id(self) -> str:
        self.made += 1
        return f"{self.made:032x}"

    def alone(self) -> list[str]:
        return [one for one in self.cards if one not in self.into]

    def undoable(self) -> list[str]:
        """Name merges whose kept card stands alone, each its newest."""
        newest = {kept: merge for merge, kept, *_ in self.merges}
        return [merge for kept, merge in newest.items() if kept not in self.into]

    def family(self, number: str) -> set[str]:
        return {number, *(deeper for one, into in self.into.items() if into == number for deeper in self.family(one))}


async def play(unit: UnitOfWork, world: World, move: tuple[str, int, int]) -> None:
    what, one, two = move
    alone, touch = world.alone(), Touch(by="ma", at=world.made)
    if what == "undo":
        if merges := world.undoable():
            number = merges[one % len(merges)]
            await undo_merge(unit, number, touch)
            (told,) = [merge for merge in world.merges if merge[0] == number]
            world.merges.remove(told)
            del world.into[told[2]]
            world.cards[told[1]], world.cards[told[2]] = told[3:]
        return
    if not alone:
        return
    kept, other, number = alone[one % len(alone)], alone[two % len(alone)], world.new_id()
    mine = world.cards[kept]
    if what == "merge" and kept != other:
        await merge_customers(unit, Seen(kept, None), Seen(other, None), {}, number, touch)
        world.merges.append((number, kept, other, mine, world.cards[other]))
        world.cards[kept], world.into[other] = merged(mine, world.cards[other], {}), kept
    if what == "split" and mine.numbers and all(kept != merge[1] for merge in world.merges):
        await split_customer(unit, Seen(kept, None), [0], {"name": "new"}, number, touch)
        world.cards[kept] = msgspec.structs.replace(mine, numbers=mine.numbers[1:])
        world.cards[number] = card_of({"name": "new", "numbers": mine.numbers[:1]})
    if what == "delete":
        gone = world.family(kept)
        assert set(await delete_customer(unit, kept, None, touch)) == gone
        world.merges = [merge for merge in world.merges if merge[1] not in gone]
        for dead in gone:
            del world.cards[dead]
            world.into.pop(dead, None)


async def hold(unit: UnitOfWork, world: World) -> None:
    """Compare the database with the world."""
    for raw in RAW:
        key = number_of(raw).key or ""
        having = {one for one in world.alone() if key in {number.key for number in world.cards[one].numbers}}
        assert set(await of_key(unit.connection, key)) == having
    rows = {(row.tail, row.folded, row.customer) for row in await unit.execute(select(CustomerNameTailRow))}
    names = {one: folded(world.cards[one].name) for one in world.alone()}
    assert rows == {(tail, name, one) for one, name in names.items() for tail in tails(name)}
    for number in world.cards:
        head = number
        while head in world.into:
            head = world.into[head]
        found = await get(unit.connection, number)
        assert (found.id, found.card) == (head, world.cards[head])


def test_key_and_name_find_exactly_those_who_have_it_after_anything(tmp_path: Path) -> None:
    with asyncio.Runner() as runner:
        store = opened(tmp_path)
        decisions = runner.run(store.__aenter__())

        async def story(first: list[CustomerCard], told: list[tuple[str, int, int]]) -> None:
            async with decisions.writing() as unit:
                world = World()
                for card in first:
                    number = world.new_id()
                    await create_customer(unit, number, card, Touch(by="ma", at=0))
                    world.cards[number] = card
                for move in told:
                    await play(unit, world, move)
                    await hold(unit, world)
                raise BadInput("enough")  # nothing of it is kept

        @given(st.lists(cards, min_size=2, max_size=4), moves)
        @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
        def any_story(first: list[CustomerCard], told: list[tuple[str, int, int]]) -> None:
            with pytest.raises(BadInput, match="enough"):
                runner.run(story(first, told))

        any_story()
        runner.run(store.__aexit__(None, None, None))
