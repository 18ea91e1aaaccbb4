"""Complaints read and written: where each stands, the lines that led there, lists of them."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, and_, exists, false, func, insert, or_, select, tuple_, union, update
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.cases.aftercare.figures import TakenLine
from callcenter.cases.complaints.case import Case
from callcenter.cases.complaints.vocabulary import OPEN_STATES, CaseChannel, CaseState, Move, Nature
from callcenter.domain.frame import SECOND, Micros
from callcenter.errors import StoreError
from callcenter.store.complaints.tables import IS_OPEN, CaseNumberRow, CaseReportRow, CaseRow, CaseStepRow
from callcenter.store.conflicts import Missing, Outdated
from callcenter.store.rarest import beside, rarest
from callcenter.store.record.models import VisitRow
from callcenter.store.unit_of_work import UnitOfWork

_FEW_DAYS: Micros = 31 * 86_400 * SECOND
_json = msgspec.json.Encoder(order="deterministic").encode
_case = msgspec.json.Decoder(Case).decode
_fields = msgspec.json.Decoder(dict[str, Any]).decode


class CaseAbout(msgspec.Struct, frozen=True, kw_only=True):
    """What a case is about beside the moves: how the customer came, whose call it was, its class."""

    channel: CaseChannel
    customer: str | None = None
    call: str | None = None
    queue: str | None = None
    recording: str | None = None
    case_class: str | None = None


class FiledCase(msgspec.Struct, frozen=True, kw_only=True):
    """A case with its version."""

    id: str
    case: Case
    about: CaseAbout
    version: int
    changed_at: Micros


class CaseStep(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a case as it was taken; `place` is who is away, where a deputy made the move."""

    case: str
    n: int
    seq: int
    at: Micros
    by: str
    place: str | None
    move: Move
    state: CaseState
    fields: dict[str, Any]


class CaseReader(msgspec.Struct, frozen=True, kw_only=True):
    """Whose cases somebody reads: any of these is enough.

    Attributes:
        owners: Those whom these accounts own; None: everybody's.
        remedies: Those with remedies.
        review: Those under review.
        reported_to: Those that were reported to one of these accounts.
    """

    owners: frozenset[str] | None = frozenset()
    remedies: bool = False
    review: bool = False
    reported_to: frozenset[str] = frozenset()

    def reads(self, owner: str, state: CaseState, remedies: int, reported_to: Collection[str]) -> bool:
        """Tell whether a case is among them."""
        return (
            self.owners is None
            or owner in self.owners
            or (self.remedies and remedies > 0)
            or (self.review and state is CaseState.UNDER_REVIEW)
            or not self.reported_to.isdisjoint(reported_to)
        )

    def clause(self) -> ColumnElement[bool] | None:
        """Return what the database is asked; None: nothing is left out."""
        if self.owners is None:
            return None
        row, told = CaseRow, CaseReportRow
        reported = exists().where(told.case == row.id, told.account.in_(sorted(self.reported_to)))
        asked = [
            (bool(self.owners), row.owner.in_(sorted(self.owners))),
            (self.remedies, row.remedies > 0),
            (self.review, row.state == CaseState.UNDER_REVIEW),
            (bool(self.reported_to), reported),
        ]
        return or_(false(), *(clause for given, clause in asked if given))


OPEN = tuple(sorted(OPEN_STATES))


class CaseOrder(StrEnum):
    """In which order cases are read: the latest opened first, or what is due first."""

    NEWEST = "newest"
    DUE = "due"


class CaseFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which cases; None: any. `overdue_at` asks for those that run and are due before a moment.

    `caller` is the key of a number: cases of its `holders`, or that a call from it began.
    """

    reader: CaseReader | None = None
    customers: tuple[str, ...] | None = None
    caller: str | None = None
    holders: tuple[str, ...] = ()
    states: tuple[CaseState, ...] | None = None
    owner: str | None = None
    owners: tuple[str, ...] | None = None
    customer: str | None = None
    call: str | None = None
    department: str | None = None
    nature: Nature | None = None
    upheld: bool | None = None
    case_class: str | None = None
    since: Micros | None = None
    until: Micros | None = None
    overdue_at: Micros | None = None
    kept: bool | None = None

    @property
    def of_few_days(self) -> bool:
        """Whether they were opened within a month, as both its ends say."""
        return self.since is not None and self.until is not None and self.until - self.since <= _FEW_DAYS

    def clauses(self) -> list[ColumnElement[bool]]:
        """Return what the database is asked."""
        return [*self.told().values(), *self.within(), *self.read()]

    def told(self) -> dict[str, ColumnElement[bool]]:
        """Say what is asked for that has an index, what is mostly rarest first."""
        row = CaseRow
        is_open = and_(IS_OPEN, row.state.is_not(None))  # a text names no table
        asked: dict[str, tuple[object, ColumnElement[bool]]] = {
            "call": (self.call, row.call == self.call),
            "caller": (self.caller, self._called()),
            "customer": (self.customer, row.customer == self.customer),
            "customers": (self.customers, row.customer.in_(self.customers or ())),
            "owner": (self.owner, row.owner == self.owner),
            "owners": (self.owners, row.owner.in_(self.owners or ())),
            "case_class": (self.case_class, row.case_class == self.case_class),
            "nature": (self.nature, row.nature == self.nature),
            "department": (self.department, row.department == self.department),
            "overdue_at": (self.overdue_at, row.stopped_at.is_(None) & (row.due < (self.overdue_at or 0))),
            "states": (self.states, is_open if self.states == OPEN else row.state.in_(self.states or ())),
            "upheld": (self.upheld, row.upheld == self.upheld),
            "kept": (self.kept, row.kept == self.kept),
        }
        return {name: clause for name, (given, clause) in asked.items() if given is not None}

    def within(self) -> list[ColumnElement[bool]]:
        """Say in which span of time they were opened."""
        since = [] if self.since is None else [CaseRow.opened_at >= self.since]
        return since if self.until is None else [*since, CaseRow.opened_at < self.until]

    def read(self) -> list[ColumnElement[bool]]:
        """Say what its reader reads."""
        read = None if self.reader is None else self.reader.clause()
        return [] if read is None else [read]

    def _called(self) -> ColumnElement[bool]:
        """Ask for cases of a number: two look-ups, each in an index."""
        row, calls = CaseRow, select(VisitRow.uniqueid).where(VisitRow.caller_key == self.caller)
        theirs, its = select(row.id).where(row.customer.in_(self.holders)), select(row.id).where(row.call.in_(calls))
        return row.id.in_(union(theirs, its))


async def case_id(connection: AsyncConnection, named: str) -> str:
    """Return a case's id, by its id or its number; of what is no case's, what was asked."""
    return str(await connection.scalar(select(CaseRow.id).where(_named(named))) or named)


async def get_case(connection: AsyncConnection, number: str, reader: CaseReader | None = None) -> FiledCase:
    """Read a case by its id or its number.

    Raises:
        Missing: There is none, or none that this reader reads.
    """
    asked = select(CaseRow).where(_named(number))
    if reader is not None and (mine := reader.clause()) is not None:
        asked = asked.where(mine)
    row = (await connection.execute(asked)).one_or_none()
    if row is None:
        raise Missing("there is no such case")
    return filed_case(row)


def _named(number: str) -> ColumnElement[bool]:
    return CaseRow.number == number if "-" in number else CaseRow.id == number


async def list_cases(
    connection: AsyncConnection,
    asked: CaseFilter,
    *,
    order: CaseOrder = CaseOrder.NEWEST,
    after: tuple[Micros, str] | None = None,
    limit: int = 50,
) -> list[FiledCase]:
    """Read cases in an order, from after a place in it on."""
    row, told = CaseRow, asked.told()
    at, newest = (row.opened_at, True) if order is CaseOrder.NEWEST else (row.due, False)
    sorted_by = (at.desc(), row.id.desc()) if newest else (at, row.id)
    by = await rarest(connection, told, *asked.within())
    clauses = [*told.values(), *asked.read()]
    if by.few:
        clauses = [one if name == by.name else beside(one) for name, one in told.items()]
        clauses += map(beside, asked.read())
    # few are read by what is rare and sorted, as those opened on a few days are; many are met in the list's order
    place = at + 0 if by.few or (asked.of_few_days and not newest) else at
    page = select(row.id).where(*clauses, *asked.within()).limit(limit)
    page = page.order_by(place.desc(), row.id.desc()) if newest else page.order_by(place, row.id)
    if after is not None:
        here = tuple_(place, row.id)
        page = page.where(here < tuple_(*after) if newest else here > tuple_(*after))
    # what is sorted is places: whole cases are long, and many may have to be sorted for one page
    rows = select(row).where(row.id.in_(page)).order_by(*sorted_by)
    return [filed_case(row) for row in await connection.execute(rows)]


def place_of(filed: FiledCase, order: CaseOrder) -> tuple[Micros, str]:
    """Return where a case stands in an order."""
    return (filed.case.opened_at if order is CaseOrder.NEWEST else filed.case.clock.due), filed.id


async def due_cases(connection: AsyncConnection, before: Micros, limit: int = 200) -> list[FiledCase]:
    """Read cases in which something comes by itself before a moment, the earliest first."""
    page = select(CaseRow).where(CaseRow.next_at < before).order_by(CaseRow.next_at, CaseRow.id).limit(limit)
    return [filed_case(row) for row in await connection.execute(page)]


async def steps_of(connection: AsyncConnection, case: str) -> list[CaseStep]:
    """Read the lines of a case, in order."""
    rows = select(CaseStepRow).where(CaseStepRow.case == case).order_by(CaseStepRow.n)
    return [_step(row) for row in await connection.execute(rows)]


async def all_steps(connection: AsyncConnection, after: int = 0, limit: int = 5_000) -> list[CaseStep]:
    """Read the lines of all cases, in the order in which they were taken."""
    rows = select(CaseStepRow).where(CaseStepRow.seq > after).order_by(CaseStepRow.seq).limit(limit)
    return [_step(row) for row in await connection.execute(rows)]


async def latest_line(connection: AsyncConnection) -> Micros:
    """Return the time of the line that was taken last; 0 where none was."""
    return await connection.scalar(select(func.max(CaseStepRow.at))) or 0


async def newest_seq(connection: AsyncConnection) -> int:
    """Return the number of the line that was taken last; 0 where none was."""
    return await connection.scalar(select(func.max(CaseStepRow.seq))) or 0


async def make_case(unit: UnitOfWork, number: str, case: Case, about: CaseAbout, next_at: Micros | None) -> FiledCase:
    """Keep a case that was opened."""
    values = case_values(case, about, next_at, case.since)
    await unit.execute(insert(CaseRow).values(id=number, version=1, **values))
    return FiledCase(id=number, case=case, about=about, version=1, changed_at=case.since)


async def keep_case(unit: UnitOfWork, filed: FiledCase, next_at: Micros | None, at: Micros) -> FiledCase:
    """Keep a case that moved, as its next version.

    Raises:
        Outdated: Somebody else moved it since it was read.
    """
    values = case_values(filed.case, filed.about, next_at, at)
    same = (CaseRow.id == filed.id) & (CaseRow.version == filed.version)
    done = await unit.execute(update(CaseRow).where(same).values(version=filed.version + 1, **values))
    if done.rowcount != 1:
        raise Outdated("somebody else moved this case since it was read", filed.version)
    return msgspec.structs.replace(filed, version=filed.version + 1, changed_at=at)


async def put_off(unit: UnitOfWork, number: str, next_at: Micros | None) -> None:
    """Say when something comes by itself in a case that is otherwise as it was."""
    await unit.execute(update(CaseRow).where(CaseRow.id == number).values(next_at=next_at))


async def add_step(unit: UnitOfWork, step: CaseStep) -> None:
    """Keep a line that was done."""
    await unit.execute(insert(CaseStepRow).values(**step_values(step)))


async def note_report(unit: UnitOfWork, case: str, account: str, at: Micros) -> None:
    """Keep to whom a case was reported, the first time."""
    told = CaseReportRow
    same = (told.case == case, told.account == account)
    if (await unit.execute(select(told.case).where(*same))).first() is None:
        await unit.execute(insert(told).values(case=case, account=account, at=at))


async def steps_taken(connection: AsyncConnection, case: str) -> int:
    """Count the lines of a case."""
    return await connection.scalar(select(func.count()).where(CaseStepRow.case == case)) or 0


async def next_number(unit: UnitOfWork, month: str) -> str:
    """Return the next number of a month, without holes: the counter is locked until the transaction ends."""
    raised = update(CaseNumberRow).where(CaseNumberRow.month == month).values(last=CaseNumberRow.last + 1)
    if (await unit.execute(raised)).rowcount == 0:
        await unit.execute(insert(CaseNumberRow).values(month=month, last=1))
    last = await unit.connection.scalar(select(CaseNumberRow.last).where(CaseNumberRow.month == month))
    return f"{month}-{last:04}"


def step_values(step: CaseStep) -> dict[str, Any]:
    """Return the row of a line."""
    return msgspec.structs.asdict(step) | {"fields": _json(step.fields).decode()}


def case_values(case: Case, about: CaseAbout, next_at: Micros | None, at: Micros) -> dict[str, Any]:
    """Return the row of a case, but for its id and version."""
    found = case.analysis
    return {
        "number": case.number,
        "state": case.state,
        "owner": case.owner,
        "opened_at": case.opened_at,
        "due": case.clock.due,
        "stopped_at": case.clock.stopped_at,
        "archived_at": case.archived_at if case.state is CaseState.ARCHIVED else None,
        "next_at": next_at,
        "kept": case.kept,
        "level": case.level,
        "about": case.about,
        "department": case.department,
        "nature": None if found is None else found.nature,
        "upheld": case.upheld,
        "follows": case.follows,
        "remedies": 0 if case.proposal is None else case.proposal.remedies,
        "changed_at": at,
        "body": _json(case).decode(),
        **msgspec.structs.asdict(about),
    }


def filed_case(row: Any) -> FiledCase:
    """Read a case out of its row.

    Raises:
        StoreError: What is saved is not what this version reads.
    """
    try:
        case = _case(row.body)
    except msgspec.DecodeError as error:
        raise StoreError(f"case {row.id} cannot be read as this version saves it: {error}") from error
    about = CaseAbout(
        channel=CaseChannel(row.channel),
        customer=row.customer,
        call=row.call,
        queue=row.queue,
        recording=row.recording,
        case_class=row.case_class,
    )
    return FiledCase(id=row.id, case=case, about=about, version=row.version, changed_at=row.changed_at)


def _step(row: Any) -> CaseStep:
    return CaseStep(
        case=row.case,
        n=row.n,
        seq=row.seq,
        at=row.at,
        by=row.by,
        place=row.place,
        move=Move(row.move),
        state=CaseState(row.state),
        fields=_fields(row.fields),
    )


def taken_line(row: Any) -> TakenLine:
    """Read a line out of its row, as figures ask for it."""
    return TakenLine(row.at, Move(row.move), CaseState(row.state), _fields(row.fields))
