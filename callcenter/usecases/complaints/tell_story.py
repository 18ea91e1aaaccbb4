"""A case's story, as `callcenter cases replay` reads it: who was there, then every line, then the time it is told.

A case that follows another is told with those before it; of one that whoever asks does not read, there are marks in
the place of its words. An account or a department that is gone since stands among the people, and whoever stood in for
somebody does; nobody else is away, for a story has one state of that.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.cases.complaints.settings import CaseDesk, Person
from callcenter.cases.complaints.vocabulary import Move
from callcenter.domain.frame import Micros
from callcenter.staff.dates import datetime_of
from callcenter.store.complaints.cases import CaseReader, CaseStep, FiledCase, all_steps, get_case, steps_of
from callcenter.store.complaints.forgetting import forgotten_fields
from callcenter.store.complaints.people import department_account, people_gone
from callcenter.store.conflicts import Missing
from callcenter.usecases.complaints.office import CaseOffice

_MOST_BEFORE = 50
"""Cases of which each follows the one before."""
_NAMES = ("owner", "to", "approved_by")


async def story_of(
    connection: AsyncConnection, office: CaseOffice, filed: FiledCase, now: Micros, reader: CaseReader | None = None
) -> list[dict[str, Any]]:
    """Return the lines of a story that comes to what the case is now, with the words of what `reader` reads."""
    desk, told, unread = await office.desk(connection, now), [filed], set()
    while (before := told[-1].case.follows) is not None and len(told) <= _MOST_BEFORE:
        told.append(await get_case(connection, before))
        if not await _is_read(connection, before, reader):
            unread.add(before)
    steps = sorted([step for one in told for step in await steps_of(connection, one.id)], key=lambda step: step.seq)
    cases = {one.id: one for one in told}
    end = max([now, *(step.at for step in steps)])
    return [
        _settings(desk, await _people(connection, desk, steps)),
        *(_line(step, cases[step.case], desk, wordless=step.case in unread) for step in steps),
        _now(end, desk),
    ]


async def _is_read(connection: AsyncConnection, case: str, reader: CaseReader | None) -> bool:
    try:
        await get_case(connection, case, reader)
    except Missing:
        return False
    return True


async def every_line(connection: AsyncConnection, office: CaseOffice, now: Micros) -> AsyncIterator[dict[str, Any]]:
    """Yield the lines of a story of all cases, a few thousand of the database's at a time."""
    desk, end = await office.desk(connection, now), now
    people: dict[str, Person] = {}
    async for steps in _pages(connection):
        for one in await _people(connection, desk, steps):
            known = people.get(one.account)
            people[one.account] = one if known is None or one.away else known
    yield _settings(desk, people.values())
    async for steps in _pages(connection):
        for step in steps:
            yield _line(step, await get_case(connection, step.case) if step.move is Move.OPEN else None, desk)
        end = max(end, steps[-1].at)
    yield _now(end, desk)


async def _pages(connection: AsyncConnection) -> AsyncIterator[list[CaseStep]]:
    after = 0
    while steps := await all_steps(connection, after):
        yield steps
        after = steps[-1].seq


def _settings(desk: CaseDesk, people: Iterable[Person]) -> dict[str, Any]:
    return {"settings": msgspec.to_builtins(msgspec.structs.replace(desk.settings, people=tuple(people)))}


def _now(end: Micros, desk: CaseDesk) -> dict[str, Any]:
    return {"at": datetime_of(end, desk.zone).isoformat(), "do": "now"}


def _line(step: CaseStep, filed: FiledCase | None, desk: CaseDesk, *, wordless: bool = False) -> dict[str, Any]:
    at = datetime_of(step.at, desk.zone).isoformat()
    line = {"at": at, "by": step.by, "do": step.move.value, "case": step.case, **step.fields}
    if step.move is Move.OPEN and filed is not None:
        line |= {"channel": filed.about.channel.value, "customer": filed.about.customer, "call": filed.about.call}
    if wordless:
        return forgotten_fields(line) | ({"customer": None, "call": None} if step.move is Move.OPEN else {})
    return line


async def _people(connection: AsyncConnection, desk: CaseDesk, steps: Sequence[CaseStep]) -> tuple[Person, ...]:
    now = {one.account: msgspec.structs.replace(one, away=False) for one in desk.settings.people}
    named = {name for step in steps for name in _named(step)}
    gone = {one.account: one for one in await people_gone(connection, named - now.keys())}
    found = now | gone
    for step in steps:
        if step.place is not None and step.place in found:
            found[step.place] = msgspec.structs.replace(found[step.place], away=True, deputy=step.by)
    return tuple(found.values())


def _named(step: CaseStep) -> list[str]:
    fields, responsible = step.fields, step.fields.get("responsible")
    departments = [fields.get("department"), responsible.get("department") if isinstance(responsible, dict) else None]
    accounts = [step.by, step.place, *(fields.get(name) for name in _NAMES)]
    told = [*accounts, *(department_account(one) for one in departments if isinstance(one, str))]
    return [one for one in told if isinstance(one, str)]
