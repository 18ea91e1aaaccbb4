"""Customers by the hundred thousand brought in from a file; found by a number's key among a million."""

from __future__ import annotations

import random
import statistics
import time
from pathlib import Path

import msgspec
import pytest

from callcenter.cases.customers import CustomerCard, CustomerNumber
from callcenter.cases.importing import Fate, Limits
from callcenter.clock import wall_clock
from callcenter.files.customer_sheet import customer_sheet_of
from callcenter.numbers import PLAIN, NumberKind
from callcenter.spreadsheet import csv_file, workbook
from callcenter.store.customers.cards import of_key, read_all
from callcenter.store.customers.writes import Touch, make_cards
from callcenter.usecases.customers.import_customers import (
    ImportPlan,
    import_of,
    plan_of,
    preview_import,
    run_import,
    undo_import,
)
from tests.integration.office import opened
from tests.support.databases import DATABASES

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1_800)]

ROWS, MANY, ASKED, AT_ONCE = 100_000, 1_000_000, 5_000, 10_000
HEAD = ["姓名", "客户编号", "手机", "座机", "地址", "信用", "交易情况"]


def _quiet(_done: int, _of_all: int) -> None:
    pass


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("form", ["csv", "xlsx"])
async def test_list_of_100_000_is_brought_in_changed_and_taken_back(tmp_path: Path, form: str) -> None:
    held = _list(form)
    print(f"\n{DATABASES.kind}: import of {ROWS:,} rows, {form}, {len(held) / 1e6:.1f} MB")
    watch = _Watch()
    async with opened(tmp_path) as decisions:
        plan = _plan(held, form)
        watch.lap("read")
        async with decisions.reading() as connection:
            await preview_import(connection, plan, _quiet)
        watch.lap("previewed")
        new = import_of(plan, "a" * 32, Touch(by="ma", at=wall_clock()))
        done = await run_import(decisions, plan, new, wall_clock, _quiet)
        watch.lap("kept")
        assert done.tally.counts == {Fate.NEW: ROWS}
        async with decisions.reading() as connection:
            assert (await preview_import(connection, plan, _quiet)).counts == {Fate.SAME: ROWS}
        watch.lap("previewed against itself")
        other = _plan(_list(form, credit="一般"), form)
        watch.lap("read")
        done = await run_import(decisions, other, msgspec.structs.replace(new, id="b" * 32), wall_clock, _quiet)
        watch.lap("every card changed")
        assert done.tally.counts == {Fate.CHANGED: ROWS}
        for name in ("b", "a"):
            await undo_import(decisions, name * 32, "ma", wall_clock, _quiet)
            watch.lap("taken back")


class _Watch:
    """Prints how long each step took."""

    def __init__(self) -> None:
        self._begin = time.perf_counter()

    def lap(self, what: str) -> None:
        now = time.perf_counter()
        print(f"  {what} {now - self._begin:.1f} s")
        self._begin = now


def _list(form: str, credit: str = "良好") -> bytes:
    rows = [
        [f"客户{n}", f"K-{n}", f"138{n:08}", f"0571-{80_000_000 + n}", f"文三路{n}号", credit, "每月一单"]
        for n in range(ROWS)
    ]
    return csv_file([HEAD, *rows]) if form == "csv" else workbook([("客户", [HEAD, *rows])])


def _plan(held: bytes, form: str) -> ImportPlan:
    return plan_of(customer_sheet_of(held, f"a.{form}"), {}, PLAIN, Limits(frozenset(), None))


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
