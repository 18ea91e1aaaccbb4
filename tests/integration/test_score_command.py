"""`callcenter score`, as somebody at the machine types it."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from rich.cells import cell_len
from typer.testing import CliRunner

from callcenter.cli.office.score import app
from callcenter.errors import BadInput
from callcenter.files.rulebook import load_rulebook
from callcenter.staff.rights import Role
from callcenter.store.conflicts import Missing, NoTerms
from callcenter.store.decisions.changes import Change, ChangeKind, ChangeState
from callcenter.store.decisions.score_entries import ScoreEntry, ScoreEntryKind
from callcenter.usecases.change_rules import Grounds, decide, propose
from callcenter.usecases.give_score_entry import give
from tests.integration.office import hire, opened
from tests.unit.rules.detection.people import HR, MANAGER, MONDAY, SHANGHAI

BOOK = load_rulebook()

TERMS = {"from": "2025-01", "base": "100", "money": True, "least_yuan": "-200", "most_yuan": "200"}
RUNNER = CliRunner()


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Path]:
    """A department with a base, Alice and a mark of hers."""
    (tmp_path / "callcenter.toml").write_text(
        f'[ami]\n[ami.events]\nusername = "e"\nsecret_file = "e"\n[ami.control]\nusername = "c"\nsecret_file = "c"\n'
        f'[store]\nurl = "sqlite:///{tmp_path}/callcenter.sqlite"\n'
    )
    async with opened(tmp_path) as decisions:
        await hire(decisions, "alice", Role.AGENT, "Alice", "[hotline]")
        mark = ScoreEntry(
            id="m1",
            kind=ScoreEntryKind.MARK,
            agent="Alice",
            day=date(2025, 3, 3),
            points=Decimal("78.5"),
            note="",
            given_by="tian",
            given_at=MONDAY,
        )
        change = Change(
            id="c1", kind=ChangeKind.AMOUNT, subject="score", content=TERMS, reason="x", proposed_by="ma", proposed_at=0
        )
        async with decisions.writing() as unit:
            await propose(unit, change, MANAGER, Grounds(BOOK))
            await decide(unit, "c1", 1, ChangeState.APPROVED, HR, MONDAY, Grounds(BOOK))
            await give(unit, mark, SHANGHAI, group_leader=False)
        yield tmp_path


async def run(home: Path, *arguments: str, columns: int = 200) -> str:
    told = [*arguments, "--settings", str(home / "callcenter.toml")]
    env = {"COLUMNS": str(columns)}
    result = await asyncio.to_thread(RUNNER.invoke, app, told, catch_exceptions=False, env=env)
    assert result.exit_code == 0, result.output
    return result.stdout


async def test_agent_s_month_is_shown_with_the_record_of_every_line(home: Path) -> None:
    shown = [line.split() for line in (await run(home, "show", "Alice", "2025-03")).splitlines()]
    assert ["Alice", "[hotline]", "2025-03", "98.5", "100", "-1.5", "0", "0", "0", "0"] in shown
    assert ["Alice", "2025-03", "base", "c1", "100"] in shown
    assert ["Alice", "2025-03", "daily", "assessment", "m1", "-1.5", "2025-03-03"] in shown


async def test_money_is_shown_to_whoever_asks_for_it(home: Path) -> None:
    without, with_it = await run(home, "list", "2025-03"), await run(home, "list", "2025-03", "--money")
    assert ("yuan" in without, "yuan" in with_it, "185" in with_it) == (False, True, True)


async def test_words_are_in_the_language_asked_for(home: Path) -> None:
    assert "日常考核" in await run(home, "show", "Alice", "2025-03", "--lang", "zh-CN")


async def test_language_that_is_not_spoken_is_refused(home: Path) -> None:
    with pytest.raises(BadInput, match="'fr', but zh-CN and en are the languages"):
        await run(home, "show", "Alice", "2025-03", "--lang", "fr")


async def test_files_are_written_and_never_over_others(home: Path) -> None:
    files = ["--csv", str(home / "scores.csv"), "--xlsx", str(home / "scores.xlsx")]
    assert await run(home, "list", "2025-03", *files) == f"wrote {files[1]}\nwrote {files[3]}\n"
    rows = list(csv.reader(io.StringIO(await asyncio.to_thread(Path(files[1]).read_text, "utf-8-sig"))))
    book = await asyncio.to_thread(openpyxl.load_workbook, files[3])
    assert (rows[1][0], rows[1][3], book["lines"]["D3"].value) == ("Alice", "98.5", "m1")
    with pytest.raises(BadInput, match="exists already"):
        await run(home, "list", "2025-03", *files)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["show", "Nobody", "2025-03"], Missing),
        (["show", "Alice", "2024-12"], NoTerms),
        (["list", "2024-12"], NoTerms),
        (["list", "2025-3"], BadInput),
        (["list", "2999-01"], BadInput),
        (["list", "2025-03", "--csv", "/nowhere/scores.csv"], BadInput),
    ],
)
async def test_what_cannot_be_answered_is_one_sentence(home: Path, arguments: list[str], error: type[BadInput]) -> None:
    with pytest.raises(error):
        await run(home, *arguments)


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
@pytest.mark.parametrize("command", [("list", "2025-03"), ("list", "2025-03", "--money"), ("show", "Alice", "2025-03")])
async def test_scores_are_readable_on_80_columns(home: Path, command: tuple[str, ...], lang: str) -> None:
    shown = (await run(home, *command, "--lang", lang, columns=80)).splitlines()
    assert [line for line in shown if line.startswith("Alice") and "98.5" in line] != []  # a row is one line
    assert max(map(cell_len, shown)) <= 80
