"""Records that the rules raised go to people; one that the journal gives otherwise by now is withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from callcenter.domain.frame import Micros
from callcenter.errors import BadSetting, StoreError
from callcenter.numbers import PLAIN, Numbering, read_number
from callcenter.rules.records.dossier import Dossier
from callcenter.rules.records.reproduction import differences
from callcenter.rules.records.sealed import as_filed, tokens_in
from callcenter.rules.records.standing import Standing
from callcenter.rules.regulations.edition import Rulebook
from callcenter.store import UnitOfWork
from callcenter.store.customers.sealing import MasterKeys, has_keys, sealed
from callcenter.store.decisions.violations import Filing, find, get, put
from callcenter.usecases.customers.privacy import PrivacySettings
from callcenter.usecases.withdraw_record import withdraw_record


class Filed(NamedTuple):
    """A record of a rule: what it says, where it stands, by which rulebook, when it was filed (our clock).

    `numbering` says how its caller's number is read.
    """

    dossier: Dossier
    standing: Standing
    rulebook: Rulebook
    at: Micros
    numbering: Numbering = PLAIN


async def file_records(unit: UnitOfWork, filed: Sequence[Filed], privacy: PrivacySettings | None = None) -> list[str]:
    """File records, what they hold of a caller sealed where there are master keys; again with the same changes nothing.

    Returns:
        Ids of records that were derived anew, say something else than the one people were told of, and so were
        withdrawn.

    Raises:
        StoreError: The master keys cannot be read now.
    """
    try:
        masters = None if privacy is None else privacy.master_keys()
        filed = [one._replace(dossier=await _sealed(unit, masters, one)) for one in filed]
    except BadSetting as error:
        raise StoreError(str(error)) from error
    return [
        one.dossier.id
        for one in filed
        if await put(unit, one.dossier, one.standing, one.at) is Filing.DIFFERS and await _take_back(unit, one)
    ]


async def _sealed(unit: UnitOfWork, masters: MasterKeys | None, one: Filed) -> Dossier:
    """Seal a record as the same one is that was filed before: in plain, or under keys that may be gone."""
    before = await find(unit.connection, one.dossier.id)
    tokens = [] if before is None else tokens_in(before.dossier)
    if before is not None and not (tokens and masters is not None and await has_keys(unit.connection, tokens)):
        return as_filed(before.dossier, one.dossier)
    key = read_number(one.dossier.caller or "", one.numbering).key
    return one.dossier if masters is None or key is None else await sealed(unit, masters, one.dossier, key, one.at)


async def _take_back(unit: UnitOfWork, anew: Filed) -> bool:
    """Withdraw the record that people were told of: the journal gives another."""
    told = await get(unit.connection, anew.dossier.id)
    found = differences(told.dossier, told.standing, anew.dossier, anew.standing)
    return await withdraw_record(unit, told.dossier, found, anew.rulebook, anew.at)
