"""Devices from which somebody has signed in before: they are not kept out when others guess at the name."""

from __future__ import annotations

import hashlib
import secrets

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.domain.frame import SECOND, Micros
from callcenter.store.tables import DeviceRow
from callcenter.store.unit_of_work import Desk

KEPT_FOR: Micros = 180 * 86_400 * SECOND
_OF_AN_ACCOUNT = 20


async def is_known(connection: AsyncConnection, account: str, token: str, at: Micros) -> bool:
    """Tell whether an account has signed in from a device, not too long ago."""
    known = select(DeviceRow.token).where(
        DeviceRow.token == digest(token), DeviceRow.account == account, DeviceRow.seen_at > at - KEPT_FOR
    )
    return await connection.scalar(known) is not None


async def remember(desk: Desk, account: str, known: str | None, at: Micros) -> str | None:
    """Note that an account has signed in from a device; returns the token of one that was not known before."""
    if known is not None:
        await desk.execute(update(DeviceRow).where(DeviceRow.token == digest(known)).values(seen_at=at))
        return None
    token = secrets.token_urlsafe(32)
    await desk.execute(insert(DeviceRow).values(token=digest(token), account=account, seen_at=at))
    newest = select(DeviceRow.token).where(DeviceRow.account == account)
    newest = newest.order_by(DeviceRow.seen_at.desc(), DeviceRow.token).limit(_OF_AN_ACCOUNT)
    await desk.execute(delete(DeviceRow).where(DeviceRow.account == account, DeviceRow.token.not_in(newest)))
    await desk.execute(delete(DeviceRow).where(DeviceRow.seen_at <= at - KEPT_FOR))
    return token


def digest(token: str) -> str:
    """Hash a token as it is kept."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
