"""The agent's register of callers: made of the day's calls, signed as it is, seen by a superior; later changes show."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, update
from typer.testing import CliRunner

from callcenter.cli.office import report
from callcenter.domain.frame import SECOND
from callcenter.staff.dates import datetime_of
from callcenter.store.record.models import VisitRow
from callcenter.store.tables import DispositionRow
from tests.integration.aftercare import ZONE
from tests.integration.api import Department, Json, department
from tests.integration.office import settings_of
from tests.unit.rules.detection.people import MONDAY

pytestmark = pytest.mark.usefixtures("database")

DAY = datetime_of(MONDAY, ZONE).date()
PATH = f"/caller-registers/Alice/{DAY}"


async def answered(work: Department, n: int, agent: str = "Alice") -> None:
    row: dict[str, Any] = dict.fromkeys(column.name for column in VisitRow.__table__.columns)
    row |= {"id": f"{n:032x}", "node": "pbx", "uniqueid": f"1.{n}", "queue": "consumers", "n": 1, "agent": agent}
    row |= {"caller": f"1380025000{n}", "answered_at": MONDAY + n * SECOND, "outcome": "answered"}
    async with work.decisions.writing() as unit:
        await unit.execute(insert(VisitRow).values(**row))


async def noted(work: Department, n: int, words: str) -> None:
    row = {"id": f"note {n}", "uniqueid": f"1.{n}", "agent": "Alice", "at": MONDAY, "words": words}
    async with work.decisions.writing() as unit:
        told = {"given_by": "alice", "given_at": MONDAY, "callback_to": None, "callback_by": None}
        await unit.execute(insert(DispositionRow).values(**row, **told))


@pytest.fixture
async def work(tmp_path: Path) -> AsyncIterator[Department]:
    async with department(tmp_path) as found:
        for n in (0, 1):
            await answered(found, n)
        await answered(found, 2, "Zoe")
        await noted(found, 0, "=1+1 call 13800250000")
        yield found


async def shown(work: Department, name: str = "sun") -> Json:
    return (await (await work.signed_in(name)).get(PATH)).json()


async def test_register_has_the_days_calls_with_their_notes_masked_as_elsewhere(work: Department) -> None:
    full, masked = await shown(work), await shown(work, "alice")

    assert [(one["uniqueid"], one["caller"]) for one in full["items"]] == [
        ("1.0", "13800250000"),
        ("1.1", "13800250001"),
    ]
    assert masked["items"][0]["caller"] == "138****0000"
    assert masked["items"][0]["notes"][0]["words"] == "=1+1 call 138****0000"
    assert {one["since_signed"] for one in full["items"]} == {None}


async def test_what_comes_after_the_signature_shows(work: Department) -> None:
    alice = await work.signed_in("alice")
    signed = await alice.send("POST", f"{PATH}/sign")
    again = await alice.send("POST", f"{PATH}/sign")
    await noted(work, 1, "one more word")
    await answered(work, 3)
    async with work.decisions.writing() as unit:
        await unit.execute(update(VisitRow).where(VisitRow.uniqueid == "1.0").values(agent="Bob"))
    after = await shown(work)

    assert (signed.status_code, signed.json()["signed_by"], again.status_code) == (200, "alice", 409)
    assert {one["uniqueid"]: one["since_signed"] for one in after["items"]} == {"1.1": "changed", "1.3": "added"}
    assert (after["gone"], after["hash"]) == (["1.0"], signed.json()["hash"])


async def test_superior_sees_it_once_and_the_agent_does_not(work: Department) -> None:
    alice, leader = await work.signed_in("alice"), await work.signed_in("li-leads")
    early = await leader.send("POST", f"{PATH}/seen")
    await alice.send("POST", f"{PATH}/sign")
    own = await alice.send("POST", f"{PATH}/seen")
    seen = await leader.send("POST", f"{PATH}/seen")
    again = await leader.send("POST", f"{PATH}/seen")

    assert [answer.status_code for answer in (early, own, seen, again)] == [404, 403, 200, 409]
    assert seen.json()["seen_by"] == "li-leads"


async def test_superior_lists_who_talked_and_who_signed(work: Department) -> None:
    await (await work.signed_in("alice")).send("POST", f"{PATH}/sign")
    everybody = (await (await work.signed_in("sun")).get(f"/caller-registers?day={DAY}")).json()["items"]
    team = (await (await work.signed_in("li-leads")).get(f"/caller-registers?day={DAY}")).json()["items"]

    assert [(one["agent"], one["signed_by"]) for one in everybody] == [("Alice", "alice"), ("Zoe", None)]
    assert [one["agent"] for one in team] == ["Alice"]


@pytest.mark.one_database
async def test_nobody_signs_for_another_or_ahead(work: Department) -> None:
    alice, sun = await work.signed_in("alice"), await work.signed_in("sun")

    assert (await sun.send("POST", f"{PATH}/sign")).status_code == 403
    assert (await alice.send("POST", "/caller-registers/Alice/2099-01-01/sign")).status_code == 409
    assert (await alice.get(f"/caller-registers/Zoe/{DAY}")).status_code == 403


@pytest.mark.one_database
async def test_file_is_inert_and_masked(work: Department) -> None:
    alice = await work.signed_in("alice")
    told = await alice.get(f"{PATH}/export", **{"Accept-Language": "en"})
    book = await alice.get(f"{PATH}/export?format=xlsx")

    rows = list(csv.DictReader(io.StringIO(told.text.removeprefix("\ufeff"))))
    assert [(row["caller"], row["notes"]) for row in rows] == [
        ("138****0000", "'=1+1 call 138****0000"),
        ("138****0001", ""),
    ]
    assert book.content.startswith(b"PK")


@pytest.mark.one_database
async def test_command_shows_how_the_register_stands(work: Department, tmp_path: Path) -> None:
    settings = tmp_path / "settings.toml"
    logins = "".join(f'[ami.{login}]\nusername = "{login}"\nsecret_file = "x"\n' for login in ("events", "control"))
    settings.write_text(f'[ami]\n{logins}[store]\nurl = "{settings_of(tmp_path).url}"\n')
    words = ["register", "Alice", "--day", str(DAY), "--settings", str(settings), "--lang", "en"]

    async def run(*more: str) -> str:
        runner = CliRunner(env={"COLUMNS": "200"})
        return (await asyncio.to_thread(runner.invoke, report.app, [*words, *more], catch_exceptions=False)).stdout

    unsigned = await run("--numbers")
    await (await work.signed_in("alice")).send("POST", f"{PATH}/sign")
    await (await work.signed_in("sun")).send("POST", f"{PATH}/seen")
    signed = await run()
    words[1] = "Nobody"

    assert ("13800250001" in unsigned, unsigned.splitlines()[-1]) == (True, "not signed yet")
    assert "signed by alice at" in signed
    assert "seen by sun at" in signed
    assert "13800250001" not in signed
    assert f"Nobody talked with nobody on {DAY}" in await run()
