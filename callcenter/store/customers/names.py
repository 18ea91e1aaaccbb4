"""Customers by a part of their name: the tails of every name in one index, for a part of a name begins one of them.

Only customers that stand alone are in it, no aliases. Its rows are written and deleted with the customer's own, in one
transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import ColumnElement, bindparam, delete, func, insert, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.cases.customers import folded
from callcenter.store.customers.tables import CustomerNameTailRow, CustomerRow
from callcenter.store.unit_of_work import UnitOfWork

LONGEST_TAIL = 16
"""Characters that are kept of a tail; a longer part is looked for among the names whose tail begins as it does."""
FEW = 1_000
"""With at most so many tails, whoever has one is looked up by id."""
MANY = 100_000
"""With at most so many tails, they are put in order; with more, the first names in the order of all soon have it."""
_AT_ONCE = 500
_LAST = "\U0010ffff"
"""Comes after every character of a name."""
_t = CustomerNameTailRow
_DROP = delete(_t).where(
    _t.tail == bindparam("a_tail"), _t.folded == bindparam("a_name"), _t.customer == bindparam("whose")
)


def tails(name: str) -> list[str]:
    """Return what stands in the index for a folded name."""
    return list(dict.fromkeys(name[start : start + LONGEST_TAIL] for start in range(len(name))))


async def put_names(unit: UnitOfWork, named: Iterable[tuple[str, str]]) -> None:
    """Put customers into the index, each id with its name; none of them is in it."""
    rows = [
        {"tail": tail, "folded": name, "customer": customer}
        for customer, name in ((customer, folded(name)) for customer, name in named)
        for tail in tails(name)
    ]
    if rows:
        await unit.connection.execute(insert(_t), rows)


async def drop_names(unit: UnitOfWork, ids: Collection[str]) -> None:
    """Take customers out of the index, while their rows still hold the names that are in it."""
    listed = list(ids)
    for start in range(0, len(listed), _AT_ONCE):
        asked = select(CustomerRow.id, CustomerRow.folded).where(CustomerRow.id.in_(listed[start : start + _AT_ONCE]))
        found = (await unit.execute(asked)).all()
        rows = [{"a_tail": tail, "a_name": row.folded, "whose": row.id} for row in found for tail in tails(row.folded)]
        if rows:
            await unit.connection.execute(_DROP, rows)


async def few_with(connection: AsyncConnection, part: str) -> list[str] | None:
    """Return the ids of all who have a part in their folded name, in no order; None where they are more than a few."""
    found = list(await connection.scalars(select(_t.customer).where(*_having(part)).limit(FEW + 1)))
    return None if len(found) > FEW else list(dict.fromkeys(found))


async def first_with(
    connection: AsyncConnection, part: str, after: tuple[str, str] | None, limit: int
) -> list[str] | None:
    """Return the ids of the first who have a part in their folded name, by name and id, from the one after a place.

    None where they are so many that a walk through all names finds them sooner.
    """
    some = select(_t.customer).where(*_having(part)).limit(MANY + 1).subquery()
    if (await connection.scalar(select(func.count()).select_from(some)) or 0) > MANY:
        return None
    found: dict[str, None] = {}
    here = tuple_(_t.folded, _t.customer)
    while len(found) < limit:  # a name that has the part twice is there twice
        asked = select(_t.folded, _t.customer).where(*_having(part)).order_by(_t.folded, _t.customer).limit(2 * limit)
        rows = (await connection.execute(asked if after is None else asked.where(here > tuple_(*after)))).all()
        if not rows:
            break
        found |= dict.fromkeys(row.customer for row in rows)
        after = (rows[-1].folded, rows[-1].customer)
    return list(found)[:limit]


def _having(part: str) -> list[ColumnElement[bool]]:
    begins = part[:LONGEST_TAIL]
    clauses = [_t.tail >= begins, _t.tail < begins + _LAST]
    return clauses if begins == part else [*clauses, _t.folded.contains(part, autoescape=True)]
