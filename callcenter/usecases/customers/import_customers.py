"""Somebody brings in a list of customers: looked at first, kept a thousand rows at a time, taken back as a whole.

Stopped half way, the same file goes on where it stopped; brought in twice, it makes nothing new.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.cases.customers import CustomerCard
from callcenter.cases.import_columns import columns_of, fields_of
from callcenter.cases.importing import Fate, Limits, ListedRow, RowFate, RowsBefore, card_told, fate_of
from callcenter.domain.frame import Micros
from callcenter.errors import BadInput
from callcenter.files.customer_sheet import CustomerSheet, SheetLine
from callcenter.numbers import Numbering
from callcenter.store import DecisionStore, UnitOfWork
from callcenter.store.audit import Audited
from callcenter.store.complaints.forgetting import with_cases
from callcenter.store.conflicts import Conflict
from callcenter.store.customers.cards import read_all
from callcenter.store.customers.holds import held
from callcenter.store.customers.imports import (
    CustomerImport,
    ImportedRow,
    begin,
    forget,
    import_named,
    known_to,
    noted,
    reached,
    require_at,
    rows_of,
    unfinished,
)
from callcenter.store.customers.writes import Touch, make_cards, rewrite_all

AT_ONCE = 1_000
"""Rows of one transaction: others who write wait no longer."""

Progress = Callable[[int, int], None]
"""Is told how many rows are done, and of how many."""


class ImportPlan(NamedTuple):
    """A list, which column is which field, and what becomes of a doubtful row: left out, or a customer of its own."""

    sheet: CustomerSheet
    columns: tuple[str | None, ...]
    numbering: Numbering
    limits: Limits
    doubtful_as_new: bool = False

    @property
    def digest(self) -> str:
        """What tells this plan from any other: the file, and how it is read."""
        told = f"{self.sheet.digest} {self.columns} {self.doubtful_as_new}"
        return hashlib.sha256(told.encode()).hexdigest()


class ImportTally(NamedTuple):
    """How many rows came to what, and those that a person must look at: faulty and doubtful ones."""

    counts: Counter[Fate]
    told: list[RowFate]


class ImportDone(NamedTuple):
    """An import that is in the database as a whole."""

    id: str
    resumed: bool
    tally: ImportTally


class ImportUndone(NamedTuple):
    """Customers that went, that are as they were, and that were changed since and stay."""

    gone: int
    back: int
    left: list[str]


class _Run:
    """One reading of a list, row by row, with what the rows before told."""

    def __init__(self, plan: ImportPlan) -> None:
        self.plan = plan
        self.before = RowsBefore()
        self.made: set[str] = set()
        self.tally = ImportTally(Counter(), [])

    def read(self, lines: Sequence[SheetLine]) -> list[tuple[ListedRow, CustomerCard | None]]:
        """Read rows; of a faulty one there is no card."""
        return [self._read(line) for line in lines]

    def remember(self, lines: Sequence[SheetLine], did: Sequence[ImportedRow]) -> None:
        """Take note of rows that are in the database already."""
        changed = {one.row: one.customer for one in did if one.before is not None}
        self.made.update(one.customer for one in did if one.before is None)
        for row, card in self.read(lines):
            if card is not None:
                self.before.add(row.row, card, changed.get(row.row))

    async def fates(
        self, connection: AsyncConnection, read: Sequence[tuple[ListedRow, CustomerCard | None]]
    ) -> list[RowFate]:
        """Tell what becomes of rows, and count it."""
        known = await known_to(connection, [card for _, card in read if card is not None], self.made)
        found: list[RowFate] = []
        for row, card in read:
            if card is None:
                fate = RowFate(row=row.row, fate=Fate.FAULTY, why=row.fault)
            else:
                fate = fate_of(row.row, card, row.told, known, self.before)
            if fate.fate is Fate.DOUBTFUL and self.plan.doubtful_as_new:
                fate = msgspec.structs.replace(fate, fate=Fate.NEW)
            if card is not None and fate.fate is not Fate.FAULTY:
                self.before.add(row.row, card, fate.customer if fate.fate is Fate.CHANGED else None)
            found.append(fate)
        self.tally.counts.update(one.fate for one in found)
        self.tally.told.extend(one for one in found if one.fate in {Fate.FAULTY, Fate.DOUBTFUL})
        return found

    def _read(self, line: SheetLine) -> tuple[ListedRow, CustomerCard | None]:
        row = ListedRow(row=line.row, fault=line.fault)
        try:
            if line.fault is None:
                told = fields_of(line.cells, self.plan.sheet.headings, self.plan.columns, self.plan.numbering)
                row = ListedRow(row=line.row, told=told)
            return row, card_told(row, self.plan.limits)
        except BadInput as error:
            return ListedRow(row=line.row, fault=str(error)), None


def plan_of(
    sheet: CustomerSheet,
    said: Mapping[str, str],
    numbering: Numbering,
    limits: Limits,
    *,
    doubtful_as_new: bool = False,
) -> ImportPlan:
    """Make the plan of an import; `said` names the field of a heading that is not recognised.

    Raises:
        BadInput: A column is not there or none has the names.
    """
    return ImportPlan(sheet, columns_of(sheet.headings, said), numbering, limits, doubtful_as_new)


def import_of(plan: ImportPlan, number: str, touch: Touch) -> CustomerImport:
    """Make an import of a list, which nobody has begun."""
    sheet = plan.sheet
    last = sheet.lines[-1].row if sheet.lines else 0
    return CustomerImport(id=number, file=sheet.file, digest=plan.digest, at=touch.at, by=touch.by, last_row=last)


async def preview_import(connection: AsyncConnection, plan: ImportPlan, progress: Progress) -> ImportTally:
    """Tell what would become of every row; nothing is written."""
    run, lines = _Run(plan), plan.sheet.lines
    for some in _parts(lines):
        await run.fates(connection, await asyncio.to_thread(run.read, some))
        progress(sum(run.tally.counts.values()), len(lines))
    return run.tally


async def run_import(
    decisions: DecisionStore, plan: ImportPlan, new: CustomerImport, now: Callable[[], Micros], progress: Progress
) -> ImportDone:
    """Bring in a list; one that was stopped half way goes on under the id that it had.

    Args:
        decisions: The database.
        plan: What is brought in.
        new: The import as it is kept if it is a new one.
        now: Tells the time.
        progress: Is told after every transaction.

    Raises:
        Conflict: The same list is brought in elsewhere, or was taken back meanwhile.
    """
    run, lines = _Run(plan), plan.sheet.lines
    async with decisions.writing() as unit:
        going = await unfinished(unit.connection, plan.digest)
        if going is None:
            await begin(unit, new)
            await unit.note(_audited("begin", new.id, Touch(by=new.by, at=new.at), rows=len(lines)))
    kept = going or new
    if going is not None:
        async with decisions.reading() as connection:
            run.remember([line for line in lines if line.row <= kept.done], await _all_rows(connection, kept.id))
    left = [line for line in lines if line.row > kept.done]
    after = kept.done
    for some in _parts(left):
        read = await asyncio.to_thread(run.read, some)  # whoever else is served meanwhile goes on
        async with decisions.writing() as unit:
            await require_at(unit, kept.id, after)
            await _keep(unit, kept.id, await run.fates(unit.connection, read), Touch(by=new.by, at=now()), run)
        after = some[-1].row
        progress(len(lines) - len(left) + sum(run.tally.counts.values()), len(lines))
    async with decisions.writing() as unit:
        await reached(unit, kept.id, (), finished_at=now(), done=kept.last_row)
    return ImportDone(kept.id, going is not None, run.tally)


async def note_stop(unit: UnitOfWork, whose: str, touch: Touch) -> None:
    """Keep in the audit log that somebody stops the list that is being brought in, and whose it is."""
    await unit.note(_audited("stop", whose, touch))


async def undo_import(
    decisions: DecisionStore, number: str, by: str, now: Callable[[], Micros], progress: Progress
) -> ImportUndone:
    """Take an import back: cards it made go, those it changed are as before; what was edited since stays, and is named.

    Raises:
        Missing: There is no such import.
        Conflict: It was undone already.
    """
    async with decisions.reading() as connection:
        if (await import_named(connection, number)).undone_at is not None:
            raise Conflict("the import was undone already")
    gone, back, after = 0, 0, 0
    left: list[str] = []
    while True:
        async with decisions.writing() as unit:
            rows = await rows_of(unit.connection, number, after, AT_ONCE)
            touch = Touch(by=by, at=now(), action="undo_import")
            if not rows:
                await reached(unit, number, (), undone_at=touch.at, undone_by=by)
                return ImportUndone(gone, back, left)
            done = await _put_back(unit, number, rows, touch)
        after, gone, back = rows[-1].row, gone + done.gone, back + done.back
        left += done.left
        progress(gone + back, gone + back + len(left))


async def _keep(unit: UnitOfWork, number: str, fates: Sequence[RowFate], touch: Touch, run: _Run) -> None:
    """Keep what some rows make and change, in one transaction with how far the import is."""
    touch = touch.doing("import")
    new = [(_id_of(number, one.row), one) for one in fates if one.fate is Fate.NEW]
    await make_cards(unit, [(made, one.card) for made, one in new if one.card is not None], touch)
    run.made.update(made for made, _ in new)
    did = [ImportedRow(row=one.row, customer=made, before=None, version=1) for made, one in new]
    changed = {one.customer: one for one in fates if one.fate is Fate.CHANGED and one.customer is not None}
    before = await read_all(unit.connection, list(changed))
    cards = [(filed, card) for filed in before if (card := changed[filed.id].card) is not None]
    for (filed, _), written in zip(cards, await rewrite_all(unit, cards, touch), strict=True):
        row = changed[filed.id].row
        did.append(ImportedRow(row=row, customer=filed.id, before=filed.card, version=written.version))
    await reached(unit, number, did, done=fates[-1].row)
    rows = [fates[0].row, fates[-1].row]
    await unit.note(_audited("import", number, touch, rows=rows, new=len(new), changed=sorted(changed)))


async def _put_back(unit: UnitOfWork, number: str, rows: Sequence[ImportedRow], touch: Touch) -> ImportUndone:
    ids = [one.customer for one in rows]
    filed = {one.id: one for one in await read_all(unit.connection, ids)}
    kept = {*await noted(unit.connection, ids), *(one.customer for one in await held(unit.connection, ids))}
    kept |= await with_cases(unit.connection, ids)
    gone, left = [], []
    back: list[tuple[ImportedRow, CustomerCard]] = []
    for one in rows:
        now = filed[one.customer]
        made = one.before is None
        if now.version != one.version or now.merged_into is not None or (made and now.id in kept):
            left.append(now.id)
        elif one.before is None:
            gone.append(one)
        else:
            back.append((one, one.before))
    await rewrite_all(unit, [(filed[one.customer], card) for one, card in back], touch)
    undone = [one.row for one in gone] + [one.row for one, _ in back]
    await forget(unit, number, undone, [one.customer for one in gone])
    await unit.note(
        _audited("undo", number, touch, gone=len(gone), back=sorted(one.customer for one, _ in back), left=sorted(left))
    )
    return ImportUndone(len(gone), len(back), left)


async def _all_rows(connection: AsyncConnection, number: str) -> list[ImportedRow]:
    found: list[ImportedRow] = []
    while more := await rows_of(connection, number, found[-1].row if found else 0, AT_ONCE):
        found += more
    return found


def _parts(lines: Sequence[SheetLine]) -> Iterator[Sequence[SheetLine]]:
    for start in range(0, len(lines), AT_ONCE):
        yield lines[start : start + AT_ONCE]


def _id_of(number: str, row: int) -> str:
    """Name the customer that a row of an import makes; nothing of the row can be guessed from it."""
    return hashlib.sha256(f"{number} {row}".encode()).hexdigest()[:32]


def _audited(action: str, number: str, touch: Touch, **detail: object) -> Audited:
    return Audited(at=touch.at, actor=touch.by, action=action, kind="customer_import", subject=number, detail=detail)
