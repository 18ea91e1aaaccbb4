"""Records that were withdrawn: counted in the database, since the command that withdraws is another process."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping

import structlog

from callcenter.errors import StoreError
from callcenter.rules.regulations.edition import Mode, Rulebook
from callcenter.store import Office
from callcenter.store.decisions.withdrawals import withdrawn

EVERY_SECONDS = 30.0

log = structlog.get_logger()


class Withdrawals:
    """Watches the records that did not reproduce.

    Args:
        office: Where they are.
        rulebook: Tells which is in force.
    """

    def __init__(self, office: Office, rulebook: Callable[[], Rulebook]) -> None:
        self._office = office
        self._rulebook = rulebook

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
        edition = self._rulebook().at(None)
        codes = [] if edition is None else [c for c, rule in edition.violations.items() if rule.mode is Mode.ON]
        async with self._office.reading() as connection:
            counts = Counter((await withdrawn(connection)).values())
        return {code: counts[code] for code in sorted({*codes, *counts})}
