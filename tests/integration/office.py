"""A migrated database with a clock of its own, for the tests of what people enter."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher

from callcenter.domain.frame import Micros
from callcenter.files.rulebook import load_rulebook
from callcenter.rules.records.dossier import Dossier
from callcenter.rules.records.standing import Standing
from callcenter.rules.regulations.edition import Mode, Title
from callcenter.staff.rights import Role
from callcenter.store import DecisionStore, StoreSettings
from callcenter.store.decisions.violations import FiledRecord, get, put
from callcenter.store.sign_in.accounts import Account, Accounts, NewAccount
from callcenter.usecases.keep_accounts import add_account
from tests.support.databases import DATABASES
from tests.unit.rules.detection.people import MONDAY, record

PASSWORD = "correct horse battery"
QUICK = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
"""Argon2id that costs nothing: strength is not what these tests are about."""

BY_PEOPLE = [
    code
    for code, rule in load_rulebook().editions[-1].violations.items()
    if rule.known in {"M", "W"} and rule.mode is Mode.ON
]
"""Rules that people alone record, and may."""


def settings_of(folder: Path) -> StoreSettings:
    return DATABASES.of(folder / "callcenter.sqlite")


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[DecisionStore]:
    settings = settings_of(folder)
    await DATABASES.migrate(settings)
    decisions = await DecisionStore.open(settings)
    try:
        yield decisions
    finally:
        await decisions.close()


async def hire(
    decisions: DecisionStore, name: str, role: Role, agent: str | None = None, team: str | None = None
) -> Account:
    hashed = await Accounts(QUICK).hashed(name, PASSWORD)
    new = NewAccount(name=name, full_name=name.title(), role=role, agent=agent, team=team)
    async with decisions.writing() as unit:
        return await add_account(unit, new, hashed, "console:root", MONDAY, None)


def dossier(number: int = 1, **other: Any) -> Dossier:
    given: dict[str, Any] = {
        "id": f"{number:032x}",
        "rule": "V-MISSED",
        "title": Title("在岗未接或拒接来电", "Offered call missed or declined"),
        "agent": "Alice",
        "team": "hotline",
        "at": MONDAY + number,
        "rulebook": "2026.1",
        "measured": 20.0,
        "unit": "s",
        "why": Title("话机振铃20.0秒无人接听。", "the phone rang for 20.0 s and was not answered."),
        "evidence": [{"position": 7, "hash": "ab" * 32, "frame": {"Event": "DialEnd", "CallerIDNum": "13800250001"}}],
        "caller": "13800250001",
    }
    return Dossier(**given | other)


async def read(folder: Path, number: str) -> FiledRecord:
    """Read a record of a folder's database."""
    decisions = await DecisionStore.open(settings_of(folder))
    try:
        async with decisions.reading() as connection:
            return await get(connection, number)
    finally:
        await decisions.close()


async def propose(decisions: DecisionStore, number: int = 1, standing: Standing | None = None, **other: Any) -> str:
    said = dossier(number, **other)
    at: Micros = MONDAY
    async with decisions.writing() as unit:
        await put(unit, said, standing or record(agent=said.agent), at)
    return said.id
