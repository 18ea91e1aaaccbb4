"""Customers by the hundred thousand, each with calls of before, for what is asked at every ring."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from callcenter.cases.customers import CustomerCard, CustomerNumber
from callcenter.numbers import NumberKind
from callcenter.store import DecisionStore
from callcenter.store.customers.writes import Touch, make_cards
from callcenter.store.record.models import VisitRow
from callcenter.web.callers import Callers
from tests.integration.office import settings_of
from tests.support.databases import DATABASES, POSTGRESQL
from tests.unit.test_exporter import NOON

MANY, CALLS_EACH, AT_ONCE = 100_000, 2, 10_000
_DAY = 86_400_000_000


def number_of(n: int) -> str:
    return f"138{n % MANY:08}"


@asynccontextmanager
async def callers(decisions: DecisionStore, folder: Path) -> AsyncIterator[Callers]:
    """Fill a database, and give what finds out who calls, as the service does."""
    for start in range(0, MANY, AT_ONCE):
        some = range(start, start + AT_ONCE)
        async with decisions.writing() as unit:
            touch = Touch(by="bench", at=NOON, action="import")
            await make_cards(unit, [(f"{n:032x}", _card(n)) for n in some], touch)
            await unit.connection.execute(insert(VisitRow), [_visit(n, k) for n in some for k in range(CALLS_EACH)])
    if DATABASES.kind == POSTGRESQL:  # as its autovacuum does soon after
        DATABASES.sql(settings_of(folder), "ANALYZE")
    found = await Callers.open(settings_of(folder))
    try:
        yield found
    finally:
        await found.close()


def _card(n: int) -> CustomerCard:
    number = CustomerNumber(raw=number_of(n), key=f"+86{number_of(n)}", kind=NumberKind.MOBILE)
    return CustomerCard(name=f"客户{n}", numbers=(number,), key_account=True, queue="key_accounts", owner="Agent 1080")


def _visit(n: int, k: int) -> dict[str, Any]:
    at, name = NOON - (k + 1) * _DAY, f"was-{n}-{k}"
    row: dict[str, Any] = dict.fromkeys(column.name for column in VisitRow.__table__.columns)
    row |= {"id": f"{n:016x}{k:016x}", "node": "pbx", "call": name, "uniqueid": name, "queue": "sales", "n": 1}
    row |= {"caller": number_of(n), "caller_key": f"+86{number_of(n)}", "joined_at": at, "answered_at": at + 9_000_000}
    row |= {"ended_at": at + 99_000_000, "agent": "Alice", "outcome": "answered", "ended_by": "caller", "in_gap": False}
    return row | {"frames": "[]", "joined_position": 1, "ended_position": n * CALLS_EACH + k}
