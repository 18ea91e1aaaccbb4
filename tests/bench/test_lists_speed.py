"""The first page of every list of a million but calls: records, cases, lost calls, customers, logs, what leaves."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path

import pytest

from callcenter.store.engine import open_engine
from tests.bench.lists_of_kept import KEPT
from tests.bench.lists_of_work import WORK
from tests.bench.million import analysed, fill, timed
from tests.integration.office import opened, settings_of
from tests.support.databases import DATABASES

pytestmark = [pytest.mark.bench, pytest.mark.timeout(3_600)]

LISTS = KEPT | WORK


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("name", LISTS)
async def test_first_page_of_a_million(tmp_path: Path, name: str) -> None:
    many = LISTS[name]
    async with opened(tmp_path) as decisions:
        begin = time.perf_counter()
        for table in many.tables():
            await fill(decisions, *table)
        print(f"\n{DATABASES.kind}, {name}: filled in {time.perf_counter() - begin:.0f} s")
        if many.then is not None:
            begin = time.perf_counter()
            engine = open_engine(settings_of(tmp_path), make=True)  # as a migration has it: it waits for its answer
            async with engine.begin() as connection:
                await connection.exec_driver_sql(many.then)
            await engine.dispose()
            print(f"  and then in {time.perf_counter() - begin:.0f} s")
        await analysed(decisions)
        async with decisions.reading() as connection:
            for what, asked in many.asked.items():
                await timed(what, partial(asked, connection))
