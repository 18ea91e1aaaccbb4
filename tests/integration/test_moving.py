"""The database moves from its file to a server: all of it, whenever it was interrupted, and into nothing else's place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from callcenter.cli.service.db import app
from callcenter.staff.roles import Role
from callcenter.store import StoreSettings
from callcenter.store.moving import MoveProgress
from tests.integration.office import hire, opened, propose, settings_of
from tests.support.databases import DATABASES

pytestmark = pytest.mark.postgresql

RECORDS = 40
KILLED = """
import asyncio, os, signal, sys
from callcenter.store import StoreSettings, moving
moving._AT_ONCE = 7
left = int(sys.argv[3])

def told(_):
    global left
    left -= 1
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(moving.move(StoreSettings(url=sys.argv[1]), StoreSettings(url=sys.argv[2]), told))
"""


@pytest.fixture
async def source(tmp_path: Path) -> StoreSettings:
    async with opened(tmp_path) as decisions:
        for name, role in (("ma", Role.MANAGER), ("Zoë".lower().replace("ë", "e"), Role.QA), ("a-b", Role.HR)):
            await hire(decisions, name, role)
        for number in range(1, RECORDS + 1):
            await propose(decisions, number)
    return settings_of(tmp_path)


@pytest.fixture
def target() -> StoreSettings:
    return DATABASES.blank_on_server()


def quietly(_: MoveProgress) -> None:
    """Nobody looks."""


def rows(settings: StoreSettings) -> dict[str, list[tuple[Any, ...]]]:
    tables = ("accounts", "audit", "audit_head", "violations", "vouchers", "alembic_version")
    return {table: sorted(DATABASES.sql(settings, f"SELECT * FROM {table}")) for table in tables}  # noqa: S608 - ours


def run(folder: Path, *arguments: str) -> Result:
    (folder / "callcenter.toml").write_text(
        '[ami]\n[ami.events]\nusername = "e"\nsecret_file = "e"\n[ami.control]\nusername = "c"\nsecret_file = "c"\n'
        f'[journal]\npath = "{folder}/journal.sqlite"\n[store]\nurl = "{settings_of(folder).url}"\n'
    )
    return CliRunner().invoke(app, ["move", "--settings", str(folder / "callcenter.toml"), *arguments])
