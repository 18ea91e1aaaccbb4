"""What was answered under an idempotency key: the same request again gets the same answer and has no second effect."""

from __future__ import annotations

import hashlib

import msgspec
from sqlalchemy import delete, insert, select

from callcenter.domain.frame import SECOND, Micros
from callcenter.store.conflicts import KeyReused
from callcenter.store.tables import AnswerRow
from callcenter.store.unit_of_work import Desk

KEPT_FOR: Micros = 7 * 24 * 3600 * SECOND


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A request under a key: of whom, when, and a hash of all that it asks."""

    account: str
    key: str
    request: str
    at: Micros


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What was answered."""

    status: int
    etag: str
    body: str


def fingerprint(*parts: bytes) -> str:
    """Hash all that makes a request this one."""
    sizes = b",".join(b"%d" % len(part) for part in parts)
    return hashlib.sha256(sizes + b"\n" + b"".join(parts)).hexdigest()


async def recall(desk: Desk, asked: Asked) -> Answer | None:
    """Find what a request was answered before, None if it is new.

    Raises:
        KeyReused: The key came with another request.
    """
    await desk.execute(delete(AnswerRow).where(AnswerRow.at < asked.at - KEPT_FOR))
    found = select(AnswerRow).where(AnswerRow.account == asked.account, AnswerRow.key == asked.key)
    row = (await desk.execute(found)).one_or_none()
    if row is None:
        return None
    if row.request != asked.request:
        raise KeyReused("this idempotency key was used for another request; take a new one")
    return Answer(status=row.status, etag=row.etag, body=row.body)


async def remember(desk: Desk, asked: Asked, answer: Answer) -> None:
    """Keep an answer, in the transaction that did what it says."""
    values = msgspec.structs.asdict(asked) | msgspec.structs.asdict(answer)
    await desk.execute(insert(AnswerRow).values(**values))
