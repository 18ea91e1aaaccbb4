"""How many records were withdrawn: counted in the database, since the command that withdraws is another process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import structlog

from callcenter.errors import StoreError
from callcenter.rules.edition import Mode, Rulebook
from callcenter.store import Office
from callcenter.store.withdrawals import withdrawn

EVERY_SECONDS = 30.0

log = structlog.get_logger()


async def watch_withdrawals(
    office: Office, rulebook: Rulebook, tell: Callable[[Mapping[str, int]], None], every: float = EVERY_SECONDS
) -> None:
    """Tell a live view, until cancelled, how many records of each rule did not reproduce.

    Rules that are on are told at 0 as well: Prometheus does not see a rise from nothing to one.
    """
    edition = rulebook.at(None)
    codes = [] if edition is None else [c for c, rule in edition.violations.items() if rule.mode is Mode.ON]
    while True:
        try:
            async with office.reading() as connection:
                counts = await withdrawn(connection)
            tell({code: counts[code] for code in sorted({*codes, *counts})})
        except StoreError as error:
            log.warning("withdrawals_not_counted", error=str(error))
        await asyncio.sleep(every)
