"""Customers by the hundred thousand brought in from a file; found by a number's key among a million."""

from __future__ import annotations

import random
import statistics
import time
from pathlib import Path

import pytest

from callcenter.cases.customers import CustomerCard, CustomerNumber
from callcenter.cases.importing import Fate, Limits
from callcenter.clock import wall_clock
from callcenter.files.customer_sheet import customer_sheet_of
from callcenter.numbers import PLAIN, NumberKind
from callcenter.spreadsheet import csv_file, workbook
from callcenter.store.customers.cards import of_key, read_all
from callcenter.store.customers.writes import Touch, make_cards
from callcenter.usecases.import_customers import import_of, plan_of, preview_import, run_import, undo_import
from tests.integration.office import opened
from tests.support.databases import DATABASES

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1_800)]

ROWS, MANY, ASKED, AT_ONCE = 100_000, 1_000_000, 5_000, 10_000
HEAD = ["姓名", "客户编号", "手机", "座机", "地址", "信用", "交易情况"]


def _quiet(_done: int, _of_all: int) -> None:
    pass


@pytest.mark.parametrize("form", ["csv", "xlsx"])
async def test_list_of_100_000_is_brought_in_and_taken_back(tmp_path: Path, form: str) -> None:
    rows = [
        [f"客户{n}", f"K-{n}", f"138{n:08}", f"0571-{80_000_000 + n}", f"文三路{n}号", "良好", "每月一单"]
        for n in range(ROWS)
    ]
    held = csv_file([HEAD, *rows]) if form == "csv" else workbook([("客户", [HEAD, *rows])])
    print(f"\nimport of {ROWS:,} rows, {form}, {len(held) / 1e6:.1f} MB")
    async with opened(tmp_path) as decisions:
        begin = time.perf_counter()
        plan = plan_of(customer_sheet_of(held, f"a.{form}"), {}, PLAIN, Limits(frozenset(), None))
        read = time.perf_counter()
        async with decisions.reading() as connection:
            await preview_import(connection, plan, _quiet)
        previewed = time.perf_counter()
        new = import_of(plan, "a" * 32, Touch(by="ma", at=wall_clock()))
        done = await run_import(decisions, plan, new, wall_clock, _quiet)
        kept = time.perf_counter()
        assert done.tally.counts == {Fate.NEW: ROWS}
        async with decisions.reading() as connection:
            assert (await preview_import(connection, plan, _quiet)).counts == {Fate.SAME: ROWS}
        again = time.perf_counter()
        await undo_import(decisions, done.id, "ma", wall_clock, _quiet)
        undone = time.perf_counter()
    print(f"  read {read - begin:.1f} s, previewed {previewed - read:.1f} s, kept {kept - previewed:.1f} s")
    print(f"  previewed against itself {again - kept:.1f} s, taken back {undone - again:.1f} s")


@pytest.mark.usefixtures("database")
async def test_customer_is_found_by_key_among_a_million(tmp_path: Path) -> None:
    async with opened(tmp_path) as decisions:
        for start in range(0, MANY, AT_ONCE):
            some = [(f"{n:032x}", _card(n)) for n in range(start, start + AT_ONCE)]
            async with decisions.writing() as unit:
                await make_cards(unit, some, Touch(by="bench", at=wall_clock(), action="import"))
        asked = random.Random(7)
        times: dict[str, list[float]] = {"ids": [], "cards": []}
        async with decisions.reading() as connection:
            for _ in range(ASKED):
                key = f"+86138{asked.randrange(MANY):08}"
                begin = time.perf_counter()
                found = await of_key(connection, key)
                known = time.perf_counter()
                (card,) = await read_all(connection, found)
                times["ids"].append(known - begin)
                times["cards"].append(time.perf_counter() - begin)
                assert card.card.numbers[0].key == key
    print(f"\n{DATABASES.kind}: a key among {MANY:,} customers, {ASKED:,} times, the first ones cold")
    for what, spent in times.items():
        cuts = statistics.quantiles(spent, n=100)
        print(f"  {what}: median {cuts[49] * 1e3:.2f} ms, p99 {cuts[98] * 1e3:.2f} ms, worst {max(spent) * 1e3:.1f} ms")


def _card(n: int) -> CustomerCard:
    number = CustomerNumber(raw=f"138{n:08}", key=f"+86138{n:08}", kind=NumberKind.MOBILE)
    return CustomerCard(name=f"客户{n}", reference=f"K-{n}", numbers=(number,))
