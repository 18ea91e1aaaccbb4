"""Records that were withdrawn: counted in the database, since the command that withdraws is another process.

What they carried goes with them: the months in which they counted are counted anew.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping

import structlog

from callcenter.domain.frame import Micros
from callcenter.errors import StoreError
from callcenter.rules.records.steps import Terms
from callcenter.rules.regulations.edition import Mode, Rulebook
from callcenter.store import Office
from callcenter.store.accumulating import reckon
from callcenter.store.violations import get
from callcenter.store.withdrawals import withdrawn

EVERY_SECONDS = 30.0

log = structlog.get_logger()


class Withdrawals:
    """Watches the records that did not reproduce.

    Args:
        office: Where they are.
        rulebook: Tells which is in force.
        terms: Those of the workflow.
        clock: Ours.
    """

    def __init__(
        self, office: Office, rulebook: Callable[[], Rulebook], terms: Terms, clock: Callable[[], Micros]
    ) -> None:
        self._office = office
        self._rulebook = rulebook
        self._terms = terms
        self._clock = clock
        self._reckoned: set[str] = set()

    async def watch(self, tell: Callable[[Mapping[str, int]], None], every: float = EVERY_SECONDS) -> None:
        """Tell a live view, until cancelled, how many records of each rule did not reproduce.

        Rules that are on are told at 0 as well: Prometheus does not see a rise from nothing to one.
        """
        while True:
            try:
                tell(await self._look())
            except StoreError as error:
                log.warning("withdrawals_not_counted", error=str(error))
            await asyncio.sleep(every)

    async def _look(self) -> dict[str, int]:
        rulebook = self._rulebook()
        edition = rulebook.at(None)
        codes = [] if edition is None else [c for c, rule in edition.violations.items() if rule.mode is Mode.ON]
        async with self._office.reading() as connection:
            found = await withdrawn(connection)
        if new := found.keys() - self._reckoned:
            async with self._office.writing() as desk:
                for number in sorted(new):
                    record = await get(desk.connection, number)
                    await reckon(desk, record, rulebook, self._terms, self._clock())
            self._reckoned |= new
        counts = Counter(found.values())
        return {code: counts[code] for code in sorted({*codes, *counts})}
