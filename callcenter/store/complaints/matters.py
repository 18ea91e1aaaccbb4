"""A customer's matters as whoever is called needs them: the open complaints, and who answers for them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.cases.complaints.vocabulary import CaseState, Move
from callcenter.domain.frame import Micros
from callcenter.store.complaints.cases import OPEN
from callcenter.store.complaints.tables import CaseRow, CaseStepRow
from callcenter.store.tables import AccountRow

_C, _S, _A = CaseRow, CaseStepRow, AccountRow
_MOST_WHAT = 200
_fields = msgspec.json.Decoder(dict[str, Any]).decode


class OpenMatter(msgspec.Struct, frozen=True, kw_only=True):
    """A complaint that is not archived.

    Attributes:
        due: Until when it has to be closed; None: its clock has stopped.
        owner: The account that answers for it.
        agent: Who that is on the floor; None: nobody there.
        first_responder: The account that owned it first, as whoever took the first contact does.
        what: How its content begins; None: it is not recorded yet.
    """

    id: str
    number: str | None
    state: CaseState
    due: Micros | None
    owner: str
    agent: str | None
    first_responder: str
    what: str | None


async def open_matters(connection: AsyncConnection, family: Collection[str], limit: int) -> list[OpenMatter]:
    """Read the open complaints of a customer, by all ids that lead to it; the newest first."""
    asked = select(_C.id, _C.number, _C.state, _C.due, _C.stopped_at, _C.owner, _A.agent)
    asked = asked.outerjoin(_A, _A.name == _C.owner).where(_C.customer.in_(list(family)), _C.state.in_(OPEN))
    rows = [*await connection.execute(asked.order_by(_C.opened_at.desc(), _C.id.desc()).limit(limit))]
    told = await _told(connection, [row.id for row in rows])
    return [
        OpenMatter(
            id=row.id,
            number=row.number,
            state=CaseState(row.state),
            due=row.due if row.stopped_at is None else None,
            owner=row.owner,
            agent=row.agent,
            first_responder=told[row.id][0] or row.owner,
            what=told[row.id][1],
        )
        for row in rows
    ]


async def matter_agent(connection: AsyncConnection, family: Collection[str]) -> str | None:
    """Return who on the floor answers for the newest open complaint of a customer; None: nobody, or there is none."""
    asked = select(_A.agent).join(_C, _A.name == _C.owner)
    asked = asked.where(_C.customer.in_(list(family)), _C.state.in_(OPEN))
    agent: str | None = await connection.scalar(asked.order_by(_C.opened_at.desc(), _C.id.desc()).limit(1))
    return agent


async def _told(connection: AsyncConnection, cases: Collection[str]) -> dict[str, tuple[str | None, str | None]]:
    """Read who owned each case first, and what it is about, from the lines that opened and recorded it."""
    if not cases:
        return {}
    asked = select(_S.case, _S.move, _S.by, _S.place, _S.fields).where(_S.case.in_(list(cases)))
    asked = asked.where(_S.move.in_([Move.OPEN, Move.RECORD])).order_by(_S.case, _S.n)
    found: dict[str, tuple[str | None, str | None]] = dict.fromkeys(cases, (None, None))
    for row in await connection.execute(asked):
        fields = _fields(row.fields)
        first, what = found[row.case]
        opener = fields.get("owner") or row.place or row.by if row.move == Move.OPEN else first
        content = fields.get("content")
        found[row.case] = opener, content[:_MOST_WHAT] if isinstance(content, str) and content.strip() else what
    return found
