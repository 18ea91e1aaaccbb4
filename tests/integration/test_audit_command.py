"""`callcenter user` and `callcenter audit`, as an administrator types them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from callcenter.cli import COMMANDS
from callcenter.cli.service import audit, db, user
from callcenter.errors import BadInput, BadSetting, MigrationMissing
from callcenter.store.audit import AuditDamaged
from callcenter.store.conflicts import Conflict, Missing
from tests.integration.office import PASSWORD


@pytest.fixture
def home(tmp_path: Path) -> Path:
    settings = tmp_path / "callcenter.toml"
    settings.write_text(
        f'[ami]\n[ami.events]\nusername = "e"\nsecret_file = "e"\n[ami.control]\nusername = "c"\nsecret_file = "c"\n'
        f'[store]\nurl = "sqlite:///{tmp_path}/callcenter.sqlite"\n'
        f'[web]\naudit_key_file = "{tmp_path}/audit.key"\naudit_heads = "{tmp_path}/heads.jsonl"\n'
    )
    (tmp_path / "audit.key").write_text("0123456789abcdef0123456789abcdef\n")
    return tmp_path


class Runner:
    """Runs commands with the settings of a home."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def __call__(self, command: str, *arguments: str, typed: str = "") -> str:
        """Run a command; gives what it printed, raises what it raised."""
        app = {"user": user.app, "audit": audit.app, "db": db.app}[command]
        settings = ["--settings", str(self._home / "callcenter.toml")]
        result = CliRunner().invoke(app, [*arguments, *settings], input=typed, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stdout


@pytest.fixture
def run(home: Path) -> Runner:
    runner = Runner(home)
    runner("db", "upgrade")
    return runner


def add(run: Runner, name: str = "root", role: str = "admin", *more: str) -> str:
    return run("user", "add", name, "--role", role, *more, typed=f"{PASSWORD}\n")


def give_roster(home: Path) -> None:
    """Let the settings name a roster with one agent."""
    (home / "roster.json").write_text('{"agents": [{"agent": "Alice", "interface": "PJSIP/1001"}], "shifts": []}')
    with (home / "callcenter.toml").open("a") as settings:
        settings.write(f'[rules]\nroster = "{home}/roster.json"\n')


def test_first_day_is_said_or_refused(run: Runner, home: Path) -> None:
    add(run, "carol", "agent", "--agent", "Carol", "--joined", "2026-02-10")
    with closing(sqlite3.connect(home / "callcenter.sqlite")) as connection:
        assert connection.execute("SELECT joined FROM accounts").fetchall() == [("2026-02-10",)]
    told = ["add", "dan", "--role", "agent", "--joined", "10.2.2026", "--settings", str(home / "callcenter.toml")]
    assert CliRunner().invoke(user.app, told, input=f"{PASSWORD}\n").exit_code == 2


def test_agent_whom_the_roster_lacks_is_refused_before_a_password_is_asked_for(run: Runner, home: Path) -> None:
    give_roster(home)
    with pytest.raises(BadInput, match=r"the roster has no 'Alise'; did you mean 'Alice'\?"):
        run("user", "add", "alice", "--role", "agent", "--agent", "Alise")
    with pytest.raises(BadInput, match="the roster has no 'Zoe'; Give a name"):
        run("user", "add", "zoe", "--role", "agent", "--agent", "Zoe")
    assert run("user", "list") == ""


def test_agent_whom_the_roster_has_is_taken(run: Runner, home: Path) -> None:
    give_roster(home)
    add(run, "alice", "agent", "--agent", "Alice")
    assert run("user", "list").split() == ["alice", "agent", "Alice", "-"]


def test_without_a_roster_an_agents_name_is_taken_with_a_warning(run: Runner, home: Path) -> None:
    told = ["add", "alice", "--role", "agent", "--agent", "Alice", "--settings", str(home / "callcenter.toml")]
    result = CliRunner().invoke(user.app, told, input=f"{PASSWORD}\n", catch_exceptions=False)
    assert result.exit_code == 0
    assert "warning: the settings name no roster" in result.stderr


def test_first_administrator_is_made_on_the_machine(run: Runner) -> None:
    assert add(run) == "root may sign in as admin\n"
    assert run("user", "list").split() == ["root", "admin", "-", "-"]


def test_accounts_are_disabled_and_enabled(run: Runner) -> None:
    add(run)
    add(run, "alice", "agent", "--agent", "Alice", "--team", "hotline", "--full-name", "爱丽丝")
    run("user", "disable", "alice")
    assert run("user", "list").splitlines()[0].split() == ["alice", "agent", "Alice", "hotline", "disabled"]
    run("user", "enable", "alice")
    run("user", "passwd", "alice", typed="quite another phrase\n")
    assert "disabled" not in run("user", "list")


def test_what_cannot_be_is_one_sentence(run: Runner) -> None:
    add(run)
    with pytest.raises(Conflict, match="there is an account root already"):
        add(run)
    with pytest.raises(Conflict, match="last administrator"):
        run("user", "disable", "root")
    with pytest.raises(Missing, match="no account 'nobody'"):
        run("user", "disable", "nobody")
    with pytest.raises(BadInput, match="from 12 to 128 characters"):
        run("user", "passwd", "root", typed="short\n")


def test_database_that_was_not_made_is_said_so(home: Path) -> None:
    with pytest.raises(MigrationMissing, match="callcenter db upgrade"):
        Runner(home)("user", "list")


def test_log_is_verified_and_its_heads_with_it(run: Runner) -> None:
    add(run)
    assert run("audit", "sign").startswith("signed the head at entry 1: ")
    add(run, "sun", "supervisor")
    run("audit", "sign")
    assert run("audit", "verify") == "2 entries are what was written; 2 signed heads agree\n"


def test_tampering_is_found(run: Runner, home: Path) -> None:
    add(run)
    add(run, "sun", "supervisor")
    with closing(sqlite3.connect(home / "callcenter.sqlite")) as connection, connection:
        connection.execute("""UPDATE audit SET detail = '{"role":"admin"}' WHERE seq = 2""")
    with pytest.raises(AuditDamaged, match="audit entry 2 was changed"):
        run("audit", "verify")


def test_heads_need_a_key(run: Runner, home: Path) -> None:
    settings = home / "callcenter.toml"
    settings.write_text(settings.read_text().partition("[web]")[0])
    with pytest.raises(BadSetting, match="no key to sign with"):
        run("audit", "sign")
    with pytest.raises(BadSetting, match="checked with a key"):
        run("audit", "verify", "--heads", str(home / "heads.jsonl"))
    key, heads = str(home / "audit.key"), str(home / "own.jsonl")
    run("audit", "sign", "--key", key, "--heads", heads)
    assert "1 signed heads agree" in run("audit", "verify", "--key", key, "--heads", heads)


def test_both_commands_are_listed() -> None:
    assert {"user", "audit"} <= set(COMMANDS)
