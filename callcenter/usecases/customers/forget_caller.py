"""Who is forgotten: a caller who is no customer, a customer of whom nothing is heard; and the master key is changed."""

from __future__ import annotations

from callcenter.domain.frame import SECOND, Micros
from callcenter.errors import BadInput
from callcenter.numbers import Numbering, read_number
from callcenter.store.audit import Audited
from callcenter.store.complaints.forgetting import forget_in_cases, has_open_case
from callcenter.store.conflicts import Conflict
from callcenter.store.customers.cards import family_of, of_key
from callcenter.store.customers.contacts import contacts_of
from callcenter.store.customers.forgetting import called_since, forget_numbers
from callcenter.store.customers.holds import held
from callcenter.store.customers.sealing import MasterKeys, drop_keys, rewrap
from callcenter.store.customers.search import classes, of_class
from callcenter.store.customers.told import noted_since
from callcenter.store.customers.writes import Touch
from callcenter.store.sign_in.authenticators import rewrap_authenticators
from callcenter.store.unit_of_work import UnitOfWork

_DAY: Micros = 86_400 * SECOND


async def forget_caller(unit: UnitOfWork, number: str, numbering: Numbering, touch: Touch) -> int:
    """Take a number out of calls and their cases, and with its key out of records; returns out of how many calls.

    Raises:
        BadInput: It is nobody's number.
        Conflict: A customer has it.
    """
    key = read_number(number, numbering).key
    if key is None:
        raise BadInput("this is nobody's number: write it as it is dialled")
    for customer in await of_key(unit.connection, key, 1):
        raise Conflict(f"customer {customer} has this number: delete the customer, and it goes along")
    cases = await forget_in_cases(unit, (), {key})
    calls = await forget_numbers(unit, {key}, numbering)
    keys = await drop_keys(unit, {key})
    told = {"calls": calls, "keys": keys, "cases": cases}
    await unit.note(Audited(at=touch.at, actor=touch.by, action="forget", kind="caller", subject="one", detail=told))
    return calls


async def expired_customers(unit: UnitOfWork, numbering: Numbering, now: Micros) -> list[str]:
    """Name customers of whom nothing was heard for as long as their class is kept; not held, without an open case."""
    found = []
    for kept in await classes(unit.connection):
        if kept.keep_days is None:
            continue
        since = now - kept.keep_days * _DAY
        for one in await of_class(unit.connection, kept.name):
            keys = {number.key for number in one.card.numbers if number.key is not None}
            written = one.changed_at > since or await noted_since(unit.connection, one.id, since)
            latest = await contacts_of(unit.connection, one.id, None, 1)  # those that are its by somebody's word, too
            called = any(call.at > since for call in latest)
            heard = written or called or await called_since(unit, keys, numbering, since)
            family = await family_of(unit.connection, one.id)
            if not heard and not await held(unit.connection, family) and not await has_open_case(unit, family):
                found.append(one.id)
    return found


async def rotate_master(unit: UnitOfWork, masters: MasterKeys, touch: Touch) -> int:
    """Wrap each number's key, and each authenticator's secret, by the newest master key; returns how many.

    Raises:
        BadSetting: A master key is missing.
    """
    count = await rewrap(unit, masters) + await rewrap_authenticators(unit, masters)
    name, told = masters.keys[0][0], {"keys": count}
    await unit.note(Audited(at=touch.at, actor=touch.by, action="rotate", kind="master_key", subject=name, detail=told))
    return count
