"""V-ACCUMULATED in step with what stands: proposed when a month's count is full, withdrawn when its ground is gone.

    a step was taken ─▶ the agent's month is counted anew ─▶ put | renewed | withdrawn by the service, or left alone

* A record is carried by those that it names itself: when these no longer fill a count it is withdrawn, confirmed or
  not, even where others would. The agent was heard on those and on no others.
* An open appeal holds a violation up, and so takes it out of the count. When it stands again, or others fill the
  count, a new record is proposed and goes the whole way; the withdrawn one stays to be read.
* One that people overturned or withdrew is settled: its month gets no other. While one is open there is no second.
* Where the rulebook has none, or has it off, nothing happens.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.domain.frame import Micros
from callcenter.locale import LANGUAGES, Words
from callcenter.rules.records.dossier import from_violation
from callcenter.rules.records.standing import SERVICE, RecordState
from callcenter.rules.records.violation import Violation, identity
from callcenter.rules.regulations.edition import Edition, Mode, Rulebook
from callcenter.rules.scores.accumulated import CODE, Confirmed, accumulated
from callcenter.staff.months import month_of, month_span
from callcenter.store.decisions.violations import FiledRecord, RecordQuery, confirmed_in, found, history, put
from callcenter.store.unit_of_work import UnitOfWork
from callcenter.usecases.tell_record import take_back

_UNDECIDED = frozenset({RecordState.PROPOSED, RecordState.NOTIFIED, RecordState.EXPLAINED})
_SETTLED = frozenset({RecordState.WITHDRAWN, RecordState.OVERTURNED})
_NOTES = Words(
    "note", {"ground_gone": "The violations that it names no longer add up: the ground of this record is gone."}
)


async def recount_month(unit: UnitOfWork, changed: FiledRecord, rulebook: Rulebook, at: Micros) -> None:
    """Count the month of a record that a step was taken with; in the same transaction.

    Args:
        unit: The transaction.
        changed: The record, after the step; a V-ACCUMULATED itself moves nothing.
        rulebook: What says whether, and how, violations accumulate.
        at: When the step was taken.
    """
    said = changed.dossier
    if said.rule == CODE or said.at is None or changed.standing.state in _UNDECIDED:
        return
    span = month_span(month_of(said.at, rulebook.zone), rulebook.zone)
    edition = rulebook.at(span[0])  # one month, one reading: that of its first moment
    if edition is None or edition.violations.get(CODE) is None or edition.violations[CODE].mode is Mode.OFF:
        return
    confirmed = await confirmed_in(unit.connection, said.agent, *span)
    count = _Count(edition, rulebook.zone)
    kept = await found(unit.connection, RecordQuery(agent=said.agent, rule=CODE, since=span[0], until=span[1]))
    for record in kept:
        if record.standing.state in _SETTLED or count.carries(record, confirmed):
            continue
        await take_back(unit, record.dossier.id, "".join(_NOTES.say("ground_gone", one) for one in LANGUAGES), at)
    for derived in count.full(confirmed):
        number = await _number(unit.connection, derived, kept)
        told = msgspec.structs.replace(derived, id=number)
        held = msgspec.structs.replace(rulebook, editions=(msgspec.structs.replace(edition, last=None),))
        await put(unit, *from_violation(told, held, team=said.team, evidence=[]), at)


class _Count(NamedTuple):
    """How one month is counted."""

    edition: Edition
    zone: ZoneInfo

    def full(self, confirmed: Iterable[Confirmed]) -> list[Violation]:
        """Give the month's record, or nothing."""
        return accumulated(confirmed, self.edition, self.zone)

    def carries(self, record: FiledRecord, confirmed: Iterable[Confirmed]) -> bool:
        """Tell whether those that a record names fill a count by themselves."""
        named = {one["subject"] for one in record.dossier.names}
        return bool(self.full(one for one in confirmed if one.id in named))


async def _number(connection: AsyncConnection, derived: Violation, kept: list[FiledRecord]) -> str:
    """Name the record of a month: the one there is, or, where the service has withdrawn each, the next."""
    for record in kept:
        last = (await history(connection, record.dossier.id))[-1:]
        if not last or last[0].after is not RecordState.WITHDRAWN or last[0].by != SERVICE:
            return record.dossier.id
    return identity(derived.id, derived.agent, None, f"again {len(kept)}") if kept else derived.id
