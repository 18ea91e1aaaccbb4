"""Numbers go out of the rows that were derived from the journal, and out of what was recorded of calls.

Nothing needs them there once the customer is deleted: what was counted stays counted.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import InstrumentedAttribute

from callcenter.domain.frame import Micros
from callcenter.numbers import Numbering, read_number
from callcenter.rules.records.masks import masked_caller, worded
from callcenter.staff.roles import Sight
from callcenter.store.customers.writes import ending_of
from callcenter.store.record.models import LostCallRow, OwnCallRow, VisitRow
from callcenter.store.tables import DispositionRow
from callcenter.store.unit_of_work import UnitOfWork

_AT_ONCE = 500


async def forget_numbers(unit: UnitOfWork, keys: Collection[str], numbering: Numbering) -> int:
    """Take numbers out of calls, lost or not, own calls and dispositions; returns of how many calls."""
    if not keys:
        return 0
    visits = await _having(unit, VisitRow.id, VisitRow.caller, keys, numbering)
    for some in _parts(visits):
        await unit.execute(update(VisitRow).where(VisitRow.id.in_(some)).values(caller=None, caller_key=""))
    for some in _parts(keys):
        await unit.execute(update(LostCallRow).where(LostCallRow.key.in_(some)).values(caller=None, key=None))
    for row, dialled in (await _having(unit, OwnCallRow.id, OwnCallRow.dialled, keys, numbering)).items():
        await unit.execute(update(OwnCallRow).where(OwnCallRow.id == row).values(dialled=masked_caller(dialled)))
    for row in await _having(unit, DispositionRow.id, DispositionRow.callback_to, keys, numbering):
        await unit.execute(update(DispositionRow).where(DispositionRow.id == row).values(callback_to=None))
    await _mask_words(unit, keys)
    return len(visits)


async def called_since(unit: UnitOfWork, keys: Collection[str], numbering: Numbering, since: Micros) -> bool:
    """Tell whether somebody with one of some numbers has called after a moment."""
    calls = await _having(unit, VisitRow.id, VisitRow.caller, keys, numbering) if keys else {}
    for some in _parts(calls):
        recent = select(VisitRow.id).where(VisitRow.id.in_(some), VisitRow.joined_at > since)
        if (await unit.execute(recent.limit(1))).first() is not None:
            return True
    return False


async def _having(
    unit: UnitOfWork,
    number: InstrumentedAttribute[str],
    column: InstrumentedAttribute[Any],
    keys: Collection[str],
    numbering: Numbering,
) -> dict[str, str]:
    """Find rows whose column is one of some numbers, in any spelling."""
    asked = select(number, column).where(or_(*(column.contains(ending_of(key), autoescape=True) for key in keys)))
    rows = await unit.execute(asked)
    return {row[0]: row[1] for row in rows if read_number(row[1], numbering).key in keys}


async def _mask_words(unit: UnitOfWork, keys: Collection[str]) -> None:
    """Mask the numbers in what was said of calls in which one of them stands."""
    words = DispositionRow.words
    asked = select(DispositionRow.id, words).where(or_(*(words.contains(ending_of(key)) for key in keys)))
    for row in (await unit.execute(asked)).all():
        values = {"words": worded(row.words, Sight.MASKED)}
        await unit.execute(update(DispositionRow).where(DispositionRow.id == row.id).values(**values))


def _parts(ids: Collection[str]) -> list[list[str]]:
    listed = list(ids)
    return [listed[start : start + _AT_ONCE] for start in range(0, len(listed), _AT_ONCE)]
