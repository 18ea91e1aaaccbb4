"""By what complaints are moved now: figures, people, shifts."""

from __future__ import annotations

from typing import NamedTuple

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.cases.complaints.settings import CaseDesk
from callcenter.domain.frame import SECOND, Micros
from callcenter.rules.regulations.edition import Rulebook
from callcenter.staff.duty import Roster
from callcenter.store.complaints.people import people
from callcenter.usecases.complaints.settings import ComplaintsSettings

_HOUR: Micros = 3_600 * SECOND
_HOURS = {"P-COMP": 48.0, "P-REPORT": 72.0}
"""Where no rulebook says otherwise."""


class CaseOffice(NamedTuple):
    """Settings, rulebook and roster in force."""

    settings: ComplaintsSettings
    rulebook: Rulebook
    roster: Roster | None

    async def desk(self, connection: AsyncConnection, at: Micros) -> CaseDesk:
        """Return what the machine goes by at a moment."""
        hours = {code: self._hours(code, at) for code in _HOURS}
        figures = self.settings.figures(self.rulebook.zone.key, hours["P-COMP"], hours["P-REPORT"])
        told = msgspec.structs.replace(figures, people=await people(connection))
        return CaseDesk(told, self.rulebook.zone, self._duty)

    def _hours(self, code: str, at: Micros) -> float:
        edition = self.rulebook.at(at)
        limit = None if edition is None or code not in edition.promises else edition.promises[code].limit
        return _HOURS[code] if limit is None else limit / _HOUR

    def _duty(self, agent: str, start: Micros, end: Micros) -> Micros | None:
        if self.roster is None:
            return None
        return sum(over - begin for begin, over in self.roster.duty_within(agent, start, end))
