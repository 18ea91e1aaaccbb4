"""The record's one writer: rows and the journal position that they come from, in one transaction or not at all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple, Self

from sqlalchemy import ColumnElement, and_, case, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from callcenter.clock import wall_clock
from callcenter.domain.facts import Fact
from callcenter.domain.vocabulary import FollowUpState, Question
from callcenter.numbers import PLAIN, Numbering
from callcenter.ownfiles import OwnFile
from callcenter.rules.records.violation import Violation
from callcenter.store.engine import open_engine, told_plainly, unbroken
from callcenter.store.outbox import OutboxKind, has_put, put_all
from callcenter.store.record.archive import bind
from callcenter.store.record.call_events import calls_told
from callcenter.store.record.models import (
    AgentStateRow,
    LostCallRow,
    OwnCallRow,
    PositionRow,
    Row,
    SurveyRow,
    TalkRow,
    VisitRow,
)
from callcenter.store.record.rows import Recorder, RowChanges, Table
from callcenter.store.schema import require_current
from callcenter.store.settings import StoreSettings
from callcenter.store.unit_of_work import UnitOfWork, desk_of


class JournalledFacts(NamedTuple):
    """What the event at a journal position made true, and the records decided on meanwhile.

    Attributes:
        graded: It is evidence.
        numbering: How numbers were read then.
    """

    position: int
    facts: Sequence[Fact]
    violations: Sequence[Violation] = ()
    graded: bool = True
    numbering: Numbering = PLAIN


_OF_SURVEY = ("id", "queue", "agent", "asked_at", "ended_at", "result", *(one.name.lower() for one in Question))
"""What may leave of a survey."""

Filing = Callable[[UnitOfWork], Awaitable[list[str]]]
"""Files records of rules, to be done in the same transaction; returns the ids of those that it withdrew."""


class Store:
    """The record of one switch, open for writing; one at a time.

    Attributes:
        follows: A journal has been made that it follows, though it may have taken in nothing of it.
        position: How far it has followed it.
        seal: The journal's seal there.
        on_put: Called when a transaction has committed that put something into the outbox.
    """

    def __init__(self, settings: StoreSettings, engine: AsyncEngine, node: str) -> None:
        self.settings = settings
        self.follows = False
        self.position = 0
        self.seal: str | None = None
        self.on_put: Callable[[], None] = lambda: None
        self._engine = engine
        self.file = None if settings.path is None else OwnFile(settings.path)
        self._node = node
        self._recorder = Recorder(node)
        self._unwritten: tuple[int, RowChanges] | None = None

    @classmethod
    async def open(cls, settings: StoreSettings, node: str) -> Self:
        """Open the record and read how far it is.

        Raises:
            MigrationMissing: The schema is not the one this version writes.
            StoreError: The database cannot be opened.
            FileTaken: It was removed or replaced meanwhile.
        """
        engine = open_engine(settings)
        store = cls(settings, engine, node)
        try:
            await require_current(settings, engine)
            await store._read()
            if store.file is not None:
                store.file.require()
        except BaseException:
            await engine.dispose()
            raise
        return store

    async def close(self) -> None:
        """Let the database go."""
        await self._engine.dispose()

    async def follow(self) -> None:
        """Remember that there is a journal: from now on one that is missing was lost.

        Raises:
            StoreError: The database cannot be used.
        """
        if not self.follows:
            await unbroken(self._begin())

    async def write(
        self, told: Sequence[JournalledFacts], upto: int, filing: Filing | None = None, seal: str | None = None
    ) -> list[str]:
        """Record facts, and that everything up to a position is recorded; call again with the same after an error.

        Positions that are recorded already are passed over. `filing` belongs to the same transaction. `seal` is the
        journal's at that position: it is known by it again.

        Returns:
            What the filing does: ids of records that were withdrawn.

        Raises:
            StoreAway: Not now; nothing was written.
            DiskFull: Nothing was written.
            FileTaken: The database is no longer there, and with it what was written.
            StoreError: The database cannot be used.
        """
        if upto <= self.position:
            return []
        if self._unwritten is None or self._unwritten[0] != upto:
            changes = RowChanges()
            for one in told:
                if one.position > self.position:
                    changes.calls += calls_told(self._node, one.facts)
                    self._recorder.record(one.position, one.facts, changes, graded=one.graded, numbering=one.numbering)
            self._unwritten = (upto, changes)
        return await unbroken(self._commit(self._unwritten[1], upto, filing, seal))

    async def _begin(self) -> None:
        with told_plainly(self.settings):
            async with self._engine.begin() as connection:
                place = {"node": self._node, "journal_position": self.position, "seal": self.seal}
                await _upsert(connection, PositionRow, [place], key="node")
        self.follows = True

    async def _commit(self, changes: RowChanges, upto: int, filing: Filing | None, seal: str | None) -> list[str]:
        with told_plainly(self.settings):
            async with self._engine.begin() as connection:
                await _write(connection, changes)
                await _let_leave(connection, changes)
                await bind(connection, self._node, self.position, upto)
                place = {"node": self._node, "journal_position": upto, "seal": seal}
                await _upsert(connection, PositionRow, [place], key="node")
                withdrawn = [] if filing is None else await filing(await desk_of(connection))
                leaves = has_put(connection)
        if self.file is not None:
            self.file.require()
        self.follows, self.position, self.seal, self._unwritten = True, upto, seal, None
        if leaves:
            self.on_put()
        return withdrawn

    async def _read(self) -> None:
        """Find the position, and the rows that have no end."""
        with told_plainly(self.settings):
            async with self._engine.connect() as connection:
                found = await connection.execute(select(PositionRow).where(PositionRow.node == self._node))
                if (place := found.one_or_none()) is not None:
                    self.follows, self.position, self.seal = True, place.journal_position, place.seal
                self._recorder.reopen(
                    await self._open_rows(connection, VisitRow),
                    await self._open_rows(connection, AgentStateRow),
                    await self._open_rows(connection, OwnCallRow),
                    await self._open_rows(connection, TalkRow),
                )

    async def _open_rows(
        self, connection: AsyncConnection, table: type[VisitRow | AgentStateRow | OwnCallRow | TalkRow]
    ) -> list[Row]:
        open_ones = select(table.__table__).where(table.node == self._node, table.ended_position.is_(None))
        return [dict(row) for row in (await connection.execute(open_ones)).mappings()]


async def _write(connection: AsyncConnection, changes: RowChanges) -> None:
    for table, rows in changes.tables.items():
        await _upsert(connection, table, list(rows.values()), key="id")
    for names_it, known in changes.filled:
        await connection.execute(update(VisitRow).filter_by(**names_it).values(**known))


async def _let_leave(connection: AsyncConnection, changes: RowChanges) -> None:
    """Put surveys that are over, and what happened with calls, into the outbox, beside their rows."""
    over = [one for one in changes.tables.get(SurveyRow, {}).values() if one["asked_at"] is not None]
    surveys = [(one["agent"] or "", {name: one[name] for name in _OF_SURVEY}) for one in over]
    await put_all(connection, OutboxKind.SURVEY, surveys, wall_clock())
    await put_all(connection, OutboxKind.CALL, changes.calls, wall_clock())


async def _upsert(connection: AsyncConnection, table: Table, rows: list[Row], *, key: str) -> None:
    """Insert rows, or put them in the place of those with the same key."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = insert(table.__table__)  # type: ignore[arg-type]
    replaced: dict[str, ColumnElement[Any]] = {name: statement.excluded[name] for name in rows[0] if name != key}
    if table is LostCallRow:
        replaced = _as_forgotten(replaced)
    await connection.execute(statement.on_conflict_do_update(index_elements=[key], set_=replaced), rows)


def _as_forgotten(replaced: dict[str, ColumnElement[Any]]) -> dict[str, ColumnElement[Any]]:
    """Leave a lost call the number that it has: one that was taken out meanwhile does not come back."""
    left = {name: value for name, value in replaced.items() if name not in {"caller", "key"}}
    gone = and_(LostCallRow.key.is_(None), replaced["state"] == FollowUpState.OPEN.value)
    return left | {"state": case((gone, FollowUpState.UNREACHABLE.value), else_=replaced["state"])}
