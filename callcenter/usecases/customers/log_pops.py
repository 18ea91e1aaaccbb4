"""Cards that pop up beside a call are looks like any other: many pages' at once, in one transaction."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import NamedTuple

from callcenter.cases.access import LookKind
from callcenter.domain.frame import Micros
from callcenter.store import UnitOfWork
from callcenter.store.customers.looks import CardLook, add_looks


class PopShown(NamedTuple):
    """An account's page is about to show cards of whoever calls."""

    at: Micros
    account: str
    call: str
    customers: tuple[str, ...]


async def log_pops(unit: UnitOfWork, pops: Sequence[PopShown]) -> None:
    """Add what pages are about to show to the log of looks."""
    await add_looks(unit, [(_look(one), one.customers) for one in pops])


def _look(pop: PopShown) -> CardLook:
    return CardLook(
        id=secrets.token_hex(16),
        at=pop.at,
        actor=pop.account,
        how=LookKind.CALL,
        customers=len(pop.customers),
        call=pop.call,
    )
