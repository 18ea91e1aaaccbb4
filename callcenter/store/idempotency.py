"""What was answered under an idempotency key: the same request again gets the same answer and has no second effect."""

from __future__ import annotations

import hashlib
from collections.abc import Collection

import msgspec
from sqlalchemy import delete, insert, or_, select, update

from callcenter.domain.frame import SECOND, Micros
from callcenter.store.conflicts import KeyReused
from callcenter.store.tables import AnswerRow
from callcenter.store.unit_of_work import UnitOfWork

KEPT_FOR: Micros = 7 * 24 * 3600 * SECOND

_AT_ONCE = 50
_NOBODYS = ("id", "case", "n", "number", "state", "version")
"""What is left of an answer about somebody who is forgotten."""


class KeyedRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request under a key: of whom, when, and a hash of all that it asks."""

    account: str
    key: str
    request: str
    at: Micros


class KeptAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What was answered."""

    status: int
    etag: str
    body: str


def fingerprint(*parts: bytes) -> str:
    """Hash all that makes a request this one."""
    sizes = b",".join(b"%d" % len(part) for part in parts)
    return hashlib.sha256(sizes + b"\n" + b"".join(parts)).hexdigest()


async def recall(unit: UnitOfWork, asked: KeyedRequest) -> KeptAnswer | None:
    """Find what a request was answered before, None if it is new.

    Raises:
        KeyReused: The key came with another request.
    """
    await unit.execute(delete(AnswerRow).where(AnswerRow.at < asked.at - KEPT_FOR))
    found = select(AnswerRow).where(AnswerRow.account == asked.account, AnswerRow.key == asked.key)
    row = (await unit.execute(found)).one_or_none()
    if row is None:
        return None
    if row.request != asked.request:
        raise KeyReused("this idempotency key was used for another request; take a new one")
    return KeptAnswer(status=row.status, etag=row.etag, body=row.body)


async def remember(unit: UnitOfWork, asked: KeyedRequest, answer: KeptAnswer) -> None:
    """Keep an answer, in the transaction that did what it says."""
    values = msgspec.structs.asdict(asked) | msgspec.structs.asdict(answer)
    await unit.execute(insert(AnswerRow).values(**values))


async def forget_answers(unit: UnitOfWork, subjects: Collection[str]) -> None:
    """Take out of what is kept of answers all that they say of customers, cases and enquiries of some ids.

    The same request again has no second effect still, and is told as much as is left.
    """
    a, ids = AnswerRow, sorted(subjects)
    for start in range(0, len(ids), _AT_ONCE):
        named = or_(*(a.body.contains(one, autoescape=True) for one in ids[start : start + _AT_ONCE]))
        for row in (await unit.execute(select(a.account, a.key, a.body).where(named))).all():
            told = msgspec.json.decode(row.body)
            body = msgspec.json.encode({name: told[name] for name in _NOBODYS if name in told}).decode()
            await unit.execute(update(a).where(a.account == row.account, a.key == row.key).values(body=body))
