"""A system is given a token by which it reports contacts, or it is taken away again."""

from __future__ import annotations

import secrets

from callcenter.store.audit import Audited
from callcenter.store.conflicts import Conflict, Missing
from callcenter.store.customers.writes import Touch
from callcenter.store.enquiries.systems import ContactSystem, contact_systems, end_system, put_system
from callcenter.store.unit_of_work import UnitOfWork

_TOKEN_BYTES = 32


async def make_system(unit: UnitOfWork, name: str, touch: Touch) -> str:
    """Make a system; returns its token, which is told this once and kept as a hash.

    Raises:
        Conflict: There was one of this name: whose contacts are whose must stay plain.
    """
    if any(one.name == name for one in await contact_systems(unit.connection)):
        raise Conflict(f"there is or was a system {name!r}: take another name")
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    await put_system(unit, ContactSystem(name=name, made_by=touch.by, made_at=touch.at), token)
    await unit.note(_noted(touch.doing("create"), name))
    return token


async def withdraw_system(unit: UnitOfWork, name: str, touch: Touch) -> None:
    """Take a system's token away; what it has reported stays.

    Raises:
        Missing: There is none of this name that can report.
    """
    if not await end_system(unit, name, touch.by, touch.at):
        raise Missing("there is no such system, or it was withdrawn before")
    await unit.note(_noted(touch.doing("withdraw"), name))


def _noted(touch: Touch, name: str) -> Audited:
    return Audited(at=touch.at, actor=touch.by, action=touch.action, kind="contact_system", subject=name)
