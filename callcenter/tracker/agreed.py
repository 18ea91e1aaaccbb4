"""What two people agreed on of the site, its working days and reasons of pauses, laid over its settings."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import structlog

from callcenter.rules.records.steps import Terms
from callcenter.staff.pauses import SiteReasons, reasons_kept
from callcenter.staff.workdays import days_said, laid_over
from callcenter.store import DecisionStore, StoreAway
from callcenter.store.decisions.changes import ChangeKind, approved

EVERY_SECONDS = 5.0
"""A change that was approved holds this much later at the latest."""

log = structlog.get_logger()


class SiteAgreed:
    """Lets hold what was approved.

    Args:
        decisions: Where changes are approved.
        terms: By which deadlines are counted, with the days as settings have them.
        reasons: Of pauses, as settings have them.
    """

    def __init__(self, decisions: DecisionStore, terms: Terms, reasons: SiteReasons) -> None:
        self.terms = terms
        self.reasons = reasons
        self._decisions = decisions
        self._filed = terms.days.own

    @classmethod
    async def begun(cls, decisions: DecisionStore, terms: Terms, reasons: Mapping[str, str]) -> SiteAgreed:
        """Look before anybody counts by these days, or is offered these reasons, named as settings have them."""
        agreed = cls(decisions, terms, SiteReasons(reasons))
        await agreed.look()
        return agreed

    async def look(self) -> None:
        """Look once; what was approved holds from now on."""
        async with self._decisions.reading() as connection:
            days = await approved(connection, ChangeKind.CALENDAR)
            reasons = await approved(connection, ChangeKind.REASONS)
        own = laid_over(self._filed, (days_said(one.content) for one in days))
        if own != self.terms.days.own:
            self.terms.days.own = own
            log.info("calendar_enacted", days=len(own), change=days[-1].id if days else None)
        if self.reasons.lay_over(reasons_kept(one.content) for one in reasons):
            log.info("reasons_enacted", count=len(self.reasons.offered), change=reasons[-1].id if reasons else None)

    async def keep(self, every: float = EVERY_SECONDS) -> None:
        """Look again and again, until cancelled."""
        while True:
            try:
                await self.look()
            except StoreAway as error:
                log.warning("agreed_unread", reason=str(error))
            await asyncio.sleep(every)
