"""`callcenter cases`: complaints opened, moved, listed, shown and told again, at the console."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from callcenter.cases.complaints.vocabulary import CaseState, MoveWhy
from callcenter.cli.casework import moves as case_moves
from callcenter.cli.office.cases import app
from callcenter.clock import wall_clock
from callcenter.errors import BadInput, UnreadableFile
from callcenter.store.audit import page
from callcenter.store.complaints.cases import all_steps, get_case
from callcenter.store.conflicts import Conflict, Missing, Outdated
from callcenter.store.sign_in.sessions import SignInRefused
from callcenter.usecases.complaints.move_case import MoveRefused
from tests.integration.complaints import HOUR, Desk, complaints
from tests.integration.office import PASSWORD
from tests.integration.test_file_command import quick
from tests.support.chinese import english_in
from tests.unit.rules.detection.people import MONDAY

HOSTILE = "=cmd()\x1b[2J \u202eecafe"
UPHELD = ("cause=wrong size", "nature=attitude", "upheld=true", 'responsible={"agent": "Bob"}')


def settings_in(folder: Path) -> Path:
    path = folder / "callcenter.toml"
    path.write_text(
        '[ami]\n[ami.events]\nusername = "e"\nsecret_file = "e"\n[ami.control]\nusername = "c"\nsecret_file = "c"\n'
        f'[store]\nurl = "sqlite:///{folder}/callcenter.sqlite"\n'
    )
    return path


class Office:
    """A machine with a database, and people who type."""

    def __init__(self, folder: Path, desk: Desk) -> None:
        self.folder = folder
        self.desk = desk
        self.settings = settings_in(folder)

    async def say(self, *words: str, typed: str | bytes = f"{PASSWORD}\n", plain: bool = False) -> Result:
        settings = () if plain else ("--settings", str(self.settings))
        runner = CliRunner(env={"COLUMNS": "300"})
        return await asyncio.to_thread(runner.invoke, app, [*words, *settings], input=typed)

    async def done(self, *words: str, typed: str | bytes = f"{PASSWORD}\n", plain: bool = False) -> str:
        result = await self.say(*words, typed=typed, plain=plain)
        assert result.exit_code == 0, result.exception
        return result.stdout

    async def opened(self, account: str = "alice", *more: str) -> str:
        told = ("--channel", "phone", "--content", "it does not fit", "--wanted", "the right one", *more)
        return (await self.done("open", "--as", account, *told)).strip()

    async def take(self, case: str, move: str, account: str, *fields: str, more: tuple[str, ...] = ()) -> Result:
        told = [part for field in fields for part in ("--field", field)]
        return await self.say("take", case, move, "--as", account, *told, *more)


@pytest.fixture
async def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Office]:
    monkeypatch.setattr(case_moves, "Accounts", quick)
    async with complaints(tmp_path) as desk:
        yield Office(tmp_path, desk)


async def test_complaint_is_opened_moved_listed_shown_and_told_again(office: Office) -> None:
    number = await office.opened()
    taken = await office.take(number, "analyse", "sue", *UPHELD)
    assert (taken.stdout, taken.exit_code) == (f"{number} analysed 2\n", 0)

    listed = await office.done("list", "--state", "analysed", "--nature", "attitude", "--upheld", "--open")
    assert number in listed
    assert await office.done("list", "--overdue") == "no complaint is like that.\n"
    shown = await office.done("show", number)
    for line in ("version: 2", "whose turn: ours: alice", "in time: open", "content: it does not fit", "LADDER  Bob"):
        assert line in shown
    chinese = await office.done("show", number, "--lang", "zh-CN") + await office.done("list", "--lang", "zh-CN")
    assert [found for one in chinese.splitlines() for found in english_in(one)] == [
        "it does not fit",
        "the right one",
        "wrong size",
    ]
    story = await office.done("story", number)
    told = json.loads(await office.done("replay", "-", typed=story, plain=True))
    assert [(one["state"], one["why"]) for one in told["results"]] == [("recorded", None), ("analysed", None)]
    assert [(one["rule"], one["agent"]) for one in told["violations"]] == [("LADDER", "Bob")]


async def test_story_of_all_is_read_again_and_one_brings_the_older_one_that_it_follows(office: Office) -> None:
    first = await office.opened()
    other = await office.opened("bob")
    later = await office.opened("alice", "--follows", first)

    every = (await office.done("story", "--all")).splitlines()
    one = (await office.done("story", later)).splitlines()

    assert [len(every), len(one)] == [5, 4]
    told = json.loads(await office.done("replay", "-", typed="\n".join(one), plain=True))
    assert [result["why"] for result in told["results"]] == [None, None]
    async with office.desk.decisions.reading() as connection:
        entries = [entry.told for entry in await page(connection, 0, 100)]
        ids = [(await get_case(connection, number)).id for number in (first, other, later)]
    assert [(entry.subject) for entry in entries if entry.action == "export"] == ["all", ids[2]]
    assert [json.loads(line)["case"] for line in every[1:-1]] == ids


async def test_refused_move_is_one_sentence_and_changes_nothing(office: Office) -> None:
    number = await office.opened()
    refused = await office.take(number, "assign", "alice", "department=warehouse", "notice=send it")
    assert isinstance(refused.exception, MoveRefused)
    assert refused.exception.why is MoveWhy.WRONG_STATE
    assert refused.exception.exit_code == 2
    outdated = await office.take(number, "analyse", "sue", *UPHELD, more=("--version", "7"))
    assert isinstance(outdated.exception, Outdated)
    wrong = await office.say("take", number, "chase", "--as", "sue", "--field", "channel=chat", typed="wrong\n")
    assert isinstance(wrong.exception, SignInRefused)
    assert isinstance((await office.take("2020-01-0001", "chase", "sue")).exception, Missing)
    async with office.desk.decisions.reading() as connection:
        assert len(await all_steps(connection)) == 1


async def test_fields_come_from_a_file_and_what_is_typed_wins(office: Office) -> None:
    number = await office.opened()
    fields = {"cause": "wrong size", "nature": "attitude", "upheld": True, "responsible": {"agent": "Bob"}}
    (office.folder / "move.json").write_text(json.dumps(fields))
    more = ("--from", str(office.folder / "move.json"))
    taken = await office.take(number, "analyse", "sue", "nature=quarrel", "cause=true", more=more)
    assert taken.exit_code == 0, taken.exception
    async with office.desk.decisions.reading() as connection:
        (_, step) = await all_steps(connection)
    assert step.fields == fields | {"nature": "quarrel", "cause": "true"}


@pytest.mark.parametrize(
    ("fields", "file", "sentence"),
    [
        (("nonsense",), None, "write NAME=VALUE"),
        (("cause=a", "cause=b"), None, "is given twice"),
        (("upheld=yes",), None, "this is no JSON"),
        (("by=mia",), None, "it is said by --as"),
        (("cause=\x1b[2J",), None, "control characters"),
        (("cause=\udcff",), None, "control characters"),
        ((f"cause={'x' * 20_001}",), None, "20000 are the most"),
        ((), "[]", "is no JSON object"),
        ((), "{", "this is no JSON"),
        ((), f'{{"cause": "{"x" * 1_000_000}"}}', "is larger than 256 kB"),
        ((), '{"responsible": {"a\\u0000": []}}', "control characters"),
    ],
)
def test_fields_that_cannot_be_are_refused(
    tmp_path: Path, fields: tuple[str, ...], file: str | None, sentence: str
) -> None:
    told = [part for field in fields for part in ("--field", field)]
    if file is not None:
        (tmp_path / "move.json").write_text(file)
        told += ["--from", str(tmp_path / "move.json")]
    words = ["take", "2020-01-0001", "analyse", "--as", "sue", *told, "--settings", str(settings_in(tmp_path))]
    error = CliRunner().invoke(app, words).exception
    assert isinstance(error, BadInput)
    assert sentence in str(error)


async def test_open_complaint_of_the_same_call_is_offered_before_another(office: Office) -> None:
    told = ("open", "--as", "alice", "--channel", "phone", "--call", "1.1", "--content", "x", "--wanted", "y")
    number = (await office.done(*told)).strip()

    refused = (await office.say(*told)).exception

    assert isinstance(refused, Conflict)
    assert number in str(refused)
    assert (await office.done(*told, "--new")).strip() != number


async def test_what_cannot_be_opened_is_refused(office: Office) -> None:
    told = ("open", "--as", "alice", "--channel", "phone")
    assert isinstance((await office.say(*told, "--customer", "nobody")).exception, Missing)
    assert isinstance((await office.say(*told, "--owner", "nobody")).exception, MoveRefused)
    assert isinstance((await office.say(*told, "--call", "1" * 81)).exception, BadInput)
    assert isinstance((await office.take("x", "open", "alice")).exception, BadInput)
    assert isinstance((await office.say("story")).exception, BadInput)
    received = await office.done(*told)
    assert (await office.take(received.strip(), "record", "alice", "content=x", "wanted=y")).exit_code == 0


async def test_hostile_text_is_inert_in_a_terminal_and_in_files(office: Office) -> None:
    await office.desk.open("a" * 32, content=f"{HOSTILE}\nforged: line", department=HOSTILE)
    shown = await office.done("show", "a" * 32)
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "\n    forged: line\n" in shown
    story = await office.done("story", "--all")
    assert all(line.isprintable() for line in story.splitlines())
    assert json.loads(story.splitlines()[1])["content"] == f"{HOSTILE}\nforged: line"
    path = office.folder / "cases.csv"
    await office.done("list", "--csv", str(path), "--xlsx", str(office.folder / "cases.xlsx"))
    heads, row = csv.reader(io.StringIO(path.read_text("utf-8-sig")))
    assert dict(zip(heads, row, strict=True))["id"] == "a" * 32
    assert isinstance((await office.say("list", "--csv", str(path))).exception, BadInput)


async def test_overdue_is_said_before_the_service_has_looked(office: Office) -> None:
    late = (wall_clock() - MONDAY) / HOUR - 50
    await office.desk.open("a" * 32, at=late)
    assert "a" * 32 in await office.done("list", "--overdue")
    shown = await office.done("show", "a" * 32)
    assert ", overdue" in shown
    assert "in time: broken" in shown


async def test_departments_and_deputies_are_kept_and_audited(office: Office) -> None:
    await office.done("department", "add", "billing", "--full-name", "财务部", "--contact", "fin@example.com")
    assert "财务部" in await office.done("department", "list")
    await office.done("department", "close", "billing")
    assert "billing" not in await office.done("department", "list")
    assert isinstance((await office.say("department", "close", "billing")).exception, Missing)
    assert isinstance((await office.say("department", "add", "a\x1bb")).exception, BadInput)
    assert isinstance((await office.say("department", "add", "x", "--full-name", "\u202e")).exception, BadInput)

    assert "nobody is away" in await office.done("deputy")
    await office.done("deputy", "sue", "--deputy", "mia", "--away")
    assert "mia" in await office.done("deputy")
    for words in (("sue",), ("sue", "--away", "--deputy", "sue"), ("nobody", "--away"), ("--deputy", "mia")):
        assert isinstance((await office.say("deputy", *words)).exception, BadInput)
    number = await office.opened()
    assert (await office.take(number, "analyse", "mia", *UPHELD)).exit_code == 0
    async with office.desk.decisions.reading() as connection:
        entries = [entry.told for entry in await page(connection, 0, 100)]
        filed = await get_case(connection, number)
    assert [(one.action, one.kind) for one in entries if one.kind in {"department", "deputy"}] == [
        ("add", "department"),
        ("close", "department"),
        ("set", "deputy"),
    ]
    assert filed.case.state is CaseState.ANALYSED


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (b"", "line 1: it is no JSON"),
        (b"{}\n\n", "line 1: there is no time"),
        (b"\xff\n", "line 1: it is not UTF-8"),
        (b"x" * (16 * 1024 * 1024 + 1), "line 1: it is longer than 16 MB"),
    ],
)
def test_input_that_is_no_story_is_refused(typed: bytes, sentence: str) -> None:
    result = CliRunner().invoke(app, ["replay", "-"], input=typed)
    assert isinstance(result.exception, BadInput)
    assert sentence in str(result.exception)
    assert result.stdout == ""


def test_story_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    assert isinstance(CliRunner().invoke(app, ["replay", str(tmp_path)]).exception, UnreadableFile)


def test_replay_says_what_somebody_wrote_without_acting_on_the_terminal() -> None:
    line = {"at": "2026-03-02T09:00:00+08:00", "by": "x", "do": "open", "case": HOSTILE}
    result = CliRunner().invoke(app, ["replay", "-"], input="\ufeff" + json.dumps(line))
    assert json.loads(result.stdout)["results"][0]["case"] == HOSTILE
    assert "\u202e" not in result.stdout
