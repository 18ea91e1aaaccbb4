"""`callcenter violations file`: the quick form at the console, with the rights and the throttle of the API."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from typer.testing import CliRunner, Result

from callcenter.cli.office import filing
from callcenter.cli.office.violations import app
from callcenter.errors import BadInput, UnreadableFile
from callcenter.rules.records.standing import RecordState
from callcenter.staff.rights import Role
from callcenter.store.conflicts import NotAllowed
from callcenter.store.decisions.violations import FiledRecord
from callcenter.store.sign_in.accounts import Accounts
from callcenter.store.sign_in.sessions import FREE_ATTEMPTS, SignInBlocked, SignInRefused
from tests.integration.office import BY_PEOPLE, PASSWORD, QUICK, hire, opened, read

SEATS = {"Alice": "hotline", "Zoe": "orders", "Li": "hotline"}


def quick(hasher: PasswordHasher = QUICK) -> Accounts:
    return Accounts(hasher)


class Console:
    """A machine with a database, and somebody who types."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = folder / "callcenter.toml"
        self.settings.write_text(
            '[ami]\n[ami.events]\nusername = "e"\nsecret_file = "e"\n[ami.control]\nusername = "c"\nsecret_file = "c"\n'
            f'[store]\nurl = "sqlite:///{folder}/callcenter.sqlite"\n[rules]\nroster = "{folder}/roster.json"\n'
        )
        agents = [{"agent": a, "interface": f"PJSIP/{a}", "team": team} for a, team in SEATS.items()]
        roster = {"timezone": "Asia/Shanghai", "agents": agents, "shifts": []}
        (folder / "roster.json").write_text(json.dumps(roster))

    async def file(self, account: str = "sun", *more: str, typed: str = PASSWORD, **other: str) -> Result:
        options = {"rule": "V-DESK", "agent": "Alice", "at": "2026-03-02T08:00", "note": "papers everywhere"} | other
        told = [part for name, value in options.items() for part in (f"--{name}", value)]
        arguments = ["file", "--as", account, *told, "--settings", str(self.settings), *more]
        return await asyncio.to_thread(CliRunner().invoke, app, arguments, input=f"{typed}\n")


@pytest.fixture
async def console(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Console:
    monkeypatch.setattr(filing, "Accounts", quick)
    async with opened(tmp_path) as decisions:
        await hire(decisions, "sun", Role.SUPERVISOR)
        await hire(decisions, "li", Role.GROUP_LEADER, "Li", "hotline")
        await hire(decisions, "alice", Role.AGENT, "Alice", "hotline")
        await hire(decisions, "root", Role.ADMIN)
    return Console(tmp_path)


async def filed(console: Console, result: Result) -> FiledRecord:
    assert result.exit_code == 0, result.exception
    return await read(console.folder, result.stdout.strip())


async def test_it_prints_the_id_of_a_record_that_goes_the_usual_way(console: Console) -> None:
    result = await console.file(note=" papers everywhere ")
    made = await filed(console, result)
    assert (made.dossier.rule, made.dossier.agent, made.dossier.team) == ("V-DESK", "Alice", "hotline")
    assert (made.dossier.why.en, made.standing.proposed_by) == ("papers everywhere", "sun")
    assert (made.standing.state, made.standing.points) == (RecordState.PROPOSED, 2)


async def test_time_without_an_offset_is_the_departments(console: Console) -> None:
    made = await filed(console, await console.file(at="2026-03-02T08:00"))
    assert made.dossier.at == datetime(2026, 3, 2, tzinfo=UTC).timestamp() * 1_000_000


@pytest.mark.parametrize("rule", BY_PEOPLE)
async def test_every_rule_that_people_record_goes_by_form(console: Console, rule: str) -> None:
    assert (await filed(console, await console.file(rule=rule))).dossier.rule == rule


@pytest.mark.parametrize(
    ("account", "agent"),
    [("alice", "Alice"), ("alice", "Li"), ("li", "Zoe"), ("li", "Li"), ("root", "Alice")],
)
async def test_who_may_not_record_it_is_refused(console: Console, account: str, agent: str) -> None:
    assert isinstance((await console.file(account, agent=agent)).exception, NotAllowed)


async def test_group_leader_records_what_their_own_team_did(console: Console) -> None:
    assert (await filed(console, await console.file("li"))).standing.proposed_by == "li"


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        ({"agent": "Nobody"}, "the roster has no agent"),
        ({"rule": "V-MISSED"}, "found by the service"),
        ({"rule": "V-NONE"}, "has no rule"),
        ({"at": "yesterday"}, "--at: 'yesterday' is not a time"),
        ({"at": "2036-01-01"}, "not happened yet"),
        ({"note": " "}, "from 1 to 2000 characters"),
    ],
)
async def test_form_that_cannot_be_is_refused_in_a_sentence(
    console: Console, other: dict[str, str], sentence: str
) -> None:
    error = (await console.file(**other)).exception
    assert isinstance(error, BadInput)
    assert sentence in str(error)


async def test_wrong_password_is_refused_and_guessing_is_slowed(console: Console) -> None:
    results = [await console.file(typed="wrong password!") for _ in range(FREE_ATTEMPTS)]
    assert {type(result.exception) for result in results} == {SignInRefused}
    assert isinstance((await console.file()).exception, SignInBlocked)


async def test_name_that_nobody_has_is_refused_like_a_wrong_password(console: Console) -> None:
    refusals = {
        str((await console.file("nobody")).exception),
        str((await console.file(typed="wrong password!")).exception),
    }
    assert refusals == {"the name or the password is wrong"}


async def test_password_may_stand_in_a_file(console: Console) -> None:
    path = console.folder / "sun.password"
    path.write_text(f"{PASSWORD}\nnot this\n")
    assert (
        await filed(console, await console.file("sun", "--password-file", str(path), typed="x"))
    ).standing.points == 2


async def test_file_that_cannot_be_read_is_said(console: Console) -> None:
    error = (await console.file("sun", "--password-file", str(console.folder / "none"))).exception
    assert isinstance(error, UnreadableFile)


async def test_rule_is_told_in_the_language_asked_for(console: Console) -> None:
    assert (await console.file("sun", "--lang", "zh-CN")).stderr == "已拟定：V-DESK 交班后桌面不整洁\n"
