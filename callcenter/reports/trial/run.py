"""A trial from the archive in the database to its outcome: pages are read once and handed to both judges."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncEngine

from callcenter.domain.frame import SECOND, Micros
from callcenter.errors import BadInput
from callcenter.numbers import PLAIN
from callcenter.reports.trial.sides import sides
from callcenter.reports.trial.verdicts import AROUND, Outcome, Span, always, compared
from callcenter.rules.regulations.edition import Rulebook
from callcenter.staff.dates import datetime_of
from callcenter.store.decisions.dispositions import dispositions
from callcenter.store.engine import open_engine, told_plainly
from callcenter.store.record.archive import Extent, extent, pages
from callcenter.store.schema import require_current
from callcenter.store.settings import StoreSettings
from callcenter.tracker import Court

_APART_FROM: Micros = 2 * 86_400 * SECOND
"""Shorter spans are judged before two processes would have started."""

Progress = Callable[[Micros], None]
"""Told of the time that has been reached, now and then."""


class Archive:
    """The archived facts of one switch, opened to be read."""

    def __init__(self, settings: StoreSettings, engine: AsyncEngine, node: str, zone: ZoneInfo) -> None:
        self._settings = settings
        self._engine = engine
        self._node = node
        self._zone = zone

    async def covers(self, span: Span) -> Extent:
        """Say from when to when there are facts.

        Raises:
            BadInput: There are none within the span.
        """
        with told_plainly(self._settings):
            found = await extent(self._engine, self._node)
        if found is None:
            raise BadInput(f"no facts of {self._node} are archived yet; the service archives them as it runs")
        if found.end < span.start or found.start >= span.end:
            raise BadInput(
                f"nothing is archived for that time; there are facts from {self._told(found.start)} "
                f"to {self._told(found.end)}"
            )
        return found

    async def tried(self, court: Court, draft: Rulebook, span: Span, progress: Progress) -> Outcome:
        """Judge by the rulebook in force and by a draft, whose newest edition is taken as though it had always held."""
        apart = span.end - span.start >= _APART_FROM
        around = Span(span.start - AROUND, span.end + AROUND)
        with told_plainly(self._settings):
            async with self._engine.connect() as connection:
                said = await dispositions(connection, *around)
        rulebooks, numbering = (court.rulebook, always(draft)), court.numbering or PLAIN
        seated = sides(rulebooks, court.roster, span, apart=apart, said=said, numbering=numbering)
        with told_plainly(self._settings), seated as both:
            async with aclosing(pages(self._engine, self._node, *around)) as shelf:
                async for shelved in shelf:
                    for side in both:
                        side.see(shelved.page)
                    if shelved.at is not None:
                        progress(shelved.at)
            return compared(*(side.finish() for side in both))

    def _told(self, moment: Micros) -> str:
        return datetime_of(moment, self._zone).isoformat(" ", "seconds")


@asynccontextmanager
async def open_archive(settings: StoreSettings, node: str, zone: ZoneInfo) -> AsyncIterator[Archive]:
    """Open the archive of one switch; times are told in a zone.

    Raises:
        MigrationMissing: The schema is not the one this version reads.
        StoreError: The database cannot be opened.
    """
    engine = open_engine(settings)
    try:
        await require_current(settings, engine)
        yield Archive(settings, engine, node, zone)
    finally:
        await engine.dispose()
