"""The database as a command uses it: opened for one transaction, and the span of time that an option means."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Annotated, TypeVar
from zoneinfo import ZoneInfo

import typer
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.domain.frame import Micros
from callcenter.errors import BadInput
from callcenter.staff.dates import day_start, read_moment
from callcenter.store import DecisionStore, StoreSettings, UnitOfWork

T = TypeVar("T")

Since = Annotated[str | None, typer.Option("--from", help="A day or an ISO time, inclusive.")]
Until = Annotated[str | None, typer.Option("--to", help="A day or an ISO time, itself included.")]


def with_decisions(settings: StoreSettings, work: Callable[[DecisionStore], Awaitable[T]]) -> T:
    """Do something with the database, and let it go."""

    async def done() -> T:
        decisions = await DecisionStore.open(settings)
        try:
            return await work(decisions)
        finally:
            await decisions.close()

    return asyncio.run(done())


def at_desk(settings: StoreSettings, work: Callable[[UnitOfWork], Awaitable[T]]) -> T:
    """Do something in one transaction."""

    async def done(decisions: DecisionStore) -> T:
        async with decisions.writing() as unit:
            return await work(unit)

    return with_decisions(settings, done)


def reading(settings: StoreSettings, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
    """Read something; nobody who writes has to wait."""

    async def done(decisions: DecisionStore) -> T:
        async with decisions.reading() as connection:
            return await work(connection)

    return with_decisions(settings, done)


def moment(told: str | None, option: str, zone: ZoneInfo) -> Micros | None:
    """Read a day or a time of an option.

    Raises:
        BadInput: It is neither.
    """
    if told is None:
        return None
    try:
        return read_moment(told, zone)
    except ValueError as error:
        raise BadInput(f"{option}: {error}") from None


def span(since: str | None, until: str | None, zone: ZoneInfo) -> tuple[Micros | None, Micros | None]:
    """Read --from and --to; returns the first moment that belongs to the span, and the first after it.

    Raises:
        BadInput: One of them is neither a day nor a time, or the span ends before it begins.
    """
    start, end = moment(since, "--from", zone), moment_after(until, "--to", zone)
    if start is not None and end is not None and start >= end:
        raise BadInput(f"--from {since} comes after --to {until}: turn them round")
    return start, end


def moment_after(told: str | None, option: str, zone: ZoneInfo) -> Micros | None:
    """Read the last day or time of a span, which belongs to it; returns the first moment that does not.

    Raises:
        BadInput: It is neither.
    """
    try:
        day = None if told is None else date.fromisoformat(told)
    except ValueError:
        last = moment(told, option, zone)
        return None if last is None else last + 1
    return None if day is None else day_start(day, zone, days=1)
