"""Records that the rules raised go to people; one that the journal gives otherwise by now is withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from callcenter.domain.frame import Micros
from callcenter.rules.records.dossier import Dossier
from callcenter.rules.records.reproduction import differences
from callcenter.rules.records.standing import Standing
from callcenter.rules.regulations.edition import Rulebook
from callcenter.store import Desk
from callcenter.store.decisions.violations import Kept, get, put
from callcenter.usecases.withdraw_record import withdraw_record


class Filed(NamedTuple):
    """A record of a rule: what it says, where it stands, by which rulebook, and when it was filed (our clock)."""

    dossier: Dossier
    standing: Standing
    rulebook: Rulebook
    at: Micros


async def file_records(desk: Desk, filed: Sequence[Filed]) -> list[str]:
    """File records; again with the same changes nothing.

    Returns:
        Ids of records that were derived anew, say something else than the one people were told of, and so were
        withdrawn.
    """
    return [
        one.dossier.id
        for one in filed
        if await put(desk, one.dossier, one.standing, one.at) is Kept.DIFFERS and await _take_back(desk, one)
    ]


async def _take_back(desk: Desk, anew: Filed) -> bool:
    """Withdraw the record that people were told of: the journal gives another."""
    told = await get(desk.connection, anew.dossier.id)
    found = differences(told.dossier, told.standing, anew.dossier, anew.standing)
    return await withdraw_record(desk, told.dossier, found, anew.rulebook, anew.at)
