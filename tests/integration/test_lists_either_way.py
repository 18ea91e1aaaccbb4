"""A list is the same whether what is asked for is found among few or met among many, from any place in it on."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.store import rarest
from callcenter.store.decisions import lost_calls
from callcenter.store.record import call_list
from callcenter.store.record.call_list import calls
from tests.bench import million, test_calls_speed
from tests.bench.lists_of_kept import KEPT
from tests.bench.lists_of_work import WORK
from tests.bench.many import Asked
from tests.integration.office import opened

ROWS = 2_000
LISTS = WORK | KEPT


@pytest.fixture(autouse=True)
def few_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(million, "MANY", ROWS)
    monkeypatch.setattr(million, "AT_ONCE", ROWS)


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("name", ["records", "enquiries", "lost calls", "cases", "customers"])
async def test_list_is_the_same_either_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    async with opened(tmp_path) as decisions:
        for table in LISTS[name].tables():
            await million.fill(decisions, *table)
        async with decisions.reading() as connection:
            await same_either_way(connection, monkeypatch, LISTS[name].asked)


@pytest.mark.usefixtures("database")
async def test_calls_are_the_same_either_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path) as decisions:
        await test_calls_speed.fill_calls(decisions)
        async with decisions.reading() as connection:
            wanted = {name: partial(_whole, asked=asked) for name, asked in test_calls_speed.calls_asked().items()}
            await same_either_way(connection, monkeypatch, wanted)


async def _whole(connection: AsyncConnection, asked: Any) -> list[Any]:
    """Read all of a list of calls a page at a time: no page may leave out a call or tell one twice."""
    found: list[Any] = []
    after = None
    while some := await calls(connection, asked, after=after, limit=37):
        found += some
        after = (some[-1].place, some[-1].id)
    assert len({(one.id, one.how) for one in found}) == len(found)
    return found


async def same_either_way(
    connection: AsyncConnection, monkeypatch: pytest.MonkeyPatch, asked: Mapping[str, Asked]
) -> None:
    among_few = {name: await ask(connection) for name, ask in asked.items()}
    monkeypatch.setattr(rarest, "FEW", -1)
    monkeypatch.setattr(lost_calls, "FEW", -1)
    monkeypatch.setattr(call_list, "FEW", -1)
    monkeypatch.setattr(call_list, "_FEW_MISSED", -1)
    among_many = {name: await ask(connection) for name, ask in asked.items()}
    assert among_many == among_few
    # many ask on purpose for what nothing is, or as people who see nothing; the others must have found something
    assert sum(map(bool, among_few.values())) > len(among_few) / 4
