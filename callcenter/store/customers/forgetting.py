"""Numbers go out of the rows that were derived from the journal, and out of what was recorded of calls.

Nothing needs them there once the customer is deleted: what was counted stays counted. A lost call that waited for a
call-back is one of nobody's number now.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, case, delete, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute

from callcenter.domain.frame import Micros
from callcenter.domain.vocabulary import FollowUpState
from callcenter.numbers import Numbering, read_number
from callcenter.rules.records.masks import masked_caller, without_numbers, worded
from callcenter.staff.roles import Sight
from callcenter.store.customers.writes import ending_of
from callcenter.store.enquiries.enquiries import forget_enquirers
from callcenter.store.enquiries.tables import EnquiryRow
from callcenter.store.record.models import LostCallRow, OwnCallRow, VisitRow
from callcenter.store.tables import AnswerRow, DispositionRow, LostCallClaimRow
from callcenter.store.unit_of_work import UnitOfWork

_AT_ONCE = 500
_LOCAL = 7
"""Digits of a number's end that are its own: fewer have several."""


async def forget_numbers(unit: UnitOfWork, keys: Collection[str], numbering: Numbering) -> int:
    """Take numbers out of calls, lost or not, own calls, dispositions and enquiries; returns of how many calls."""
    if not keys:
        return 0
    visits = await _having(unit, VisitRow.id, VisitRow.caller, keys, numbering)
    for some in _parts(visits):
        await unit.execute(update(VisitRow).where(VisitRow.id.in_(some)).values(caller=None, caller_key=""))
    for some in _parts(keys):
        await unit.execute(update(LostCallRow).where(LostCallRow.key.in_(some)).values(**_of_nobody()))
        await unit.execute(delete(LostCallClaimRow).where(LostCallClaimRow.entry.in_(some)))
    for row, dialled in (await _having(unit, OwnCallRow.id, OwnCallRow.dialled, keys, numbering)).items():
        await unit.execute(update(OwnCallRow).where(OwnCallRow.id == row).values(dialled=masked_caller(dialled)))
    for row in await _having(unit, DispositionRow.id, DispositionRow.callback_to, keys, numbering):
        await unit.execute(update(DispositionRow).where(DispositionRow.id == row).values(callback_to=None))
    await _mask_words(unit, keys)
    await _mask_answers(unit, keys)
    for some in _parts(keys):
        await forget_enquirers(unit, EnquiryRow.address.in_(some))
    return len(visits)


async def called_since(unit: UnitOfWork, keys: Collection[str], numbering: Numbering, since: Micros) -> bool:
    """Tell whether somebody with one of some numbers has called after a moment."""
    calls = await _having(unit, VisitRow.id, VisitRow.caller, keys, numbering) if keys else {}
    for some in _parts(calls):
        late = or_(VisitRow.joined_at > since, VisitRow.refused_at > since)
        recent = select(VisitRow.id).where(VisitRow.id.in_(some), late)
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
    rows = await unit.execute(select(number, column).where(_may_have(column, keys)))
    return {row[0]: row[1] for row in rows if read_number(row[1], numbering).key in keys}


async def _mask_words(unit: UnitOfWork, keys: Collection[str]) -> None:
    """Mask the numbers in what was said of calls in which one of them stands."""
    for words in (DispositionRow.words, DispositionRow.follow_up):
        for number, said in (await unit.execute(select(DispositionRow.id, words).where(_may_have(words, keys)))).all():
            if _has(said, keys):
                values = {words.key: worded(said, Sight.MASKED)}
                await unit.execute(update(DispositionRow).where(DispositionRow.id == number).values(**values))


async def _mask_answers(unit: UnitOfWork, keys: Collection[str]) -> None:
    """Mask the numbers in what is kept of answers to be given again, where one of them stands."""
    a = AnswerRow
    for row in (await unit.execute(select(a.account, a.key, a.body).where(_may_have(a.body, keys)))).all():
        if _has(row.body, keys):
            body = msgspec.json.encode(without_numbers(msgspec.json.decode(row.body))).decode()
            await unit.execute(update(a).where(a.account == row.account, a.key == row.key).values(body=body))


def _of_nobody() -> dict[str, Any]:
    """Say that a lost call is of nobody's number: whoever waits in vain is not open, for nobody can call back."""
    state = case((LostCallRow.state == FollowUpState.OPEN, FollowUpState.UNREACHABLE.value), else_=LostCallRow.state)
    return {"caller": None, "key": None, "state": state}


def _may_have(column: InstrumentedAttribute[Any], keys: Collection[str]) -> ColumnElement[bool]:
    """Ask for the last digits of one of some numbers, whatever stands between them."""
    return or_(*(column.like(f"%{'%'.join(ending_of(key) or '')}%") for key in keys))


def _has(text: str, keys: Collection[str]) -> bool:
    """Tell whether one of some numbers stands in a text, with its area code or without."""
    digits = "".join(sign for sign in text if sign.isdecimal())
    return any(key[-_LOCAL:] in digits for key in keys)


def _parts(ids: Collection[str]) -> list[list[str]]:
    listed = list(ids)
    return [listed[start : start + _AT_ONCE] for start in range(0, len(listed), _AT_ONCE)]
