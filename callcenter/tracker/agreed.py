"""What two people agreed on of the site, its working days, reasons, queues and times of keeping, laid over settings."""

from __future__ import annotations

import asyncio

import structlog

from callcenter.rules.records.steps import Terms
from callcenter.staff.site.own import OwnSite
from callcenter.staff.workdays import days_said, laid_over
from callcenter.store import DecisionStore, StoreAway
from callcenter.store.decisions.changes import OF_THE_SITE, ChangeKind, approved

EVERY_SECONDS = 5.0
"""A change that was approved holds this much later at the latest."""

log = structlog.get_logger()


class SiteAgreed:
    """Lets hold what was approved.

    Args:
        decisions: Where changes are approved.
        terms: By which deadlines are counted, with the days as settings have them.
        own: What else the site says of itself, as settings have it.
    """

    def __init__(self, decisions: DecisionStore, terms: Terms, own: OwnSite) -> None:
        self.terms = terms
        self.own = own
        self._decisions = decisions
        self._filed = terms.days.own

    @classmethod
    async def begun(cls, decisions: DecisionStore, terms: Terms, own: OwnSite) -> SiteAgreed:
        """Look before anybody counts by these days, or goes by what else the site says."""
        agreed = cls(decisions, terms, own)
        await agreed.look()
        return agreed

    async def look(self) -> None:
        """Look once; what was approved holds from now on."""
        async with self._decisions.reading() as connection:
            days = await approved(connection, ChangeKind.CALENDAR)
            changes = {kind: await approved(connection, kind) for kind in OF_THE_SITE}
        own = laid_over(self._filed, (days_said(one.content) for one in days))
        if own != self.terms.days.own:
            self.terms.days.own = own
            log.info("calendar_enacted", days=len(own), change=days[-1].id if days else None)
        for kind, found in changes.items():
            if self.own.lay_over(kind, (one.content for one in found)):
                log.info("site_enacted", of=kind.value, change=found[-1].id if found else None)

    async def keep(self, every: float = EVERY_SECONDS) -> None:
        """Look again and again, until cancelled."""
        while True:
            try:
                await self.look()
            except StoreAway as error:
                log.warning("agreed_unread", reason=str(error))
            await asyncio.sleep(every)
