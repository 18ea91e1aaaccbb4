"""Customers by a part of their name: whoever the index finds is whom a look at every name finds, in the same order."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from callcenter.cases.customers import card_of, folded
from callcenter.store import DecisionStore
from callcenter.store.customers import names
from callcenter.store.customers.search import CustomerOrder, CustomerQuery, page
from callcenter.store.customers.tables import CustomerNameTailRow, CustomerRow
from callcenter.store.customers.writes import Touch
from callcenter.usecases.customers.save_customer import change_customer, create_customer
from tests.integration.office import opened

pytestmark = pytest.mark.usefixtures("database")

some_name = st.text("王小客户aBﬃßÉ1 %_/\\", min_size=1, max_size=24).filter(str.strip)
some_part = st.one_of(st.text("王小客户abfis1 %_/\\", min_size=1, max_size=3), some_name)


@pytest.fixture
async def decisions(tmp_path: Path) -> AsyncIterator[DecisionStore]:
    async with opened(tmp_path) as store:
        yield store


async def _add(decisions: DecisionStore, named: list[str]) -> list[str]:
    """Keep customers with some names; returns their ids."""
    async with decisions.writing() as unit:
        begun = len(list(await unit.connection.scalars(select(CustomerRow.id))))
        ids = [f"{begun + n:032x}" for n in range(len(named))]
        for n, (number, name) in enumerate(zip(ids, named, strict=True)):
            await create_customer(unit, number, card_of({"name": name}), Touch(by="sun", at=n * 7 % 5))
    return ids


async def _found(decisions: DecisionStore, order: CustomerOrder, wanted: CustomerQuery) -> list[str]:
    """List ids, a page of three at a time."""
    ids: list[str] = []
    async with decisions.reading() as connection:
        while some := await page(connection, wanted, order, ids[-1] if ids else None, 3):
            ids += [one.id for one in some]
    return ids


async def _looked_at(decisions: DecisionStore, order: CustomerOrder, part: str) -> list[str]:
    """List the ids of those whose name has a part, by a look at every name."""
    c = CustomerRow
    by = (c.folded, c.id) if order is CustomerOrder.NAME else (c.changed_at.desc(), c.id.desc())
    async with decisions.reading() as connection:
        rows = await connection.execute(select(c.id, c.folded).where(c.merged_into.is_(None)).order_by(*by))
        return [row.id for row in rows if folded(part) in row.folded]


@pytest.mark.parametrize(("few", "many"), [(names.FEW, names.MANY), (2, names.MANY), (2, 6)])
@given(named=st.lists(some_name, max_size=5), renamed=some_name, parts=st.lists(some_part, min_size=1, max_size=4))
@settings(max_examples=25, suppress_health_check=list(HealthCheck))
async def test_index_finds_whom_a_look_at_every_name_finds(
    decisions: DecisionStore, few: int, many: int, named: list[str], renamed: str, parts: list[str]
) -> None:
    ids = await _add(decisions, [renamed, *named])  # beside those of the examples before
    async with decisions.writing() as unit:
        await change_customer(unit, ids[-1], None, lambda _: {"name": renamed}, Touch(by="sun", at=3))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(names, "FEW", few)
        patch.setattr(names, "MANY", many)
        for part in [*parts, renamed[-3:]]:
            for order in CustomerOrder:
                found = await _found(decisions, order, CustomerQuery(name=part))
                assert found == await _looked_at(decisions, order, part)


async def test_part_of_a_name_goes_with_what_else_is_asked(
    decisions: DecisionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _add(decisions, ["王小明", "王大明", "李明"])
    for few in (names.FEW, 1):
        monkeypatch.setattr(names, "FEW", few)
        for key_account, found in ((False, 3), (True, 0)):
            wanted = CustomerQuery(name="明", key_account=key_account)
            assert len(await _found(decisions, CustomerOrder.NAME, wanted)) == found


async def _killed(decisions: DecisionStore, number: str) -> None:
    """Rename one and make one, in a transaction that does not come to its end."""
    async with decisions.writing() as unit:
        await change_customer(unit, number, None, lambda _: {"name": "李红"}, Touch(by="sun", at=3))
        await create_customer(unit, "f" * 32, card_of({"name": "李红"}), Touch(by="sun", at=4))
        raise RuntimeError("killed")


async def test_what_is_not_kept_is_not_in_the_index(decisions: DecisionStore) -> None:
    (number,) = await _add(decisions, ["王小明"])
    with pytest.raises(RuntimeError, match="killed"):
        await _killed(decisions, number)
    async with decisions.reading() as connection:
        rows = (await connection.execute(select(CustomerNameTailRow))).all()
    assert {(row.tail, row.customer) for row in rows} == {(tail, number) for tail in ("王小明", "小明", "明")}
