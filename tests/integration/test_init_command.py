"""`callcenter init`: what it writes is what `serve` and the switch need, and nothing that exists is overwritten."""

from __future__ import annotations

import asyncio
import os
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from callcenter.cli.service import init
from callcenter.cli.service.init import app
from callcenter.config import load_settings
from callcenter.errors import BadInput, CallcenterError
from callcenter.store import newest_revision, revision_of
from tests.integration.scripted_switch import ScriptedSwitch


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("CALLCENTER_SETTINGS", raising=False)
    monkeypatch.setattr(init, "_ASTERISK", tmp_path / "no-asterisk-here")
    monkeypatch.setattr(init, "_is_user", lambda _name: False)
    return tmp_path / "etc"


def run(place: Path, *more: str, typed: str | None = None) -> Result:
    where = ["--dir", str(place), "--data", str(place.parent / "data"), "--switch", "127.0.0.1:1", "--lang", "en"]
    return CliRunner().invoke(app, [*where, *more], input=typed)


def sections_of(path: Path) -> dict[str, dict[str, str]]:
    """Read the plain settings of a configuration file of Asterisk."""
    found: dict[str, dict[str, str]] = {}
    for line in path.read_text().splitlines():
        name, equals, value = line.partition(" = ")
        if line.startswith("["):
            found[line[1:].partition("]")[0]] = {}
        elif equals and not line.startswith(";"):
            found[list(found)[-1]][name] = value
    return found


def test_it_writes_settings_that_are_whole_and_a_database(place: Path) -> None:
    result = run(place, "--yes", "--timezone", "Asia/Urumqi", "--queue-log", "-")
    assert result.exit_code == 0, result.exception
    settings = load_settings(place / "callcenter.toml")
    assert (settings.ami.port, settings.site.timezone, settings.ami.queue_log) == (1, "Asia/Urumqi", None)
    assert (settings.web.enabled, settings.journal.path) == (True, place.parent / "data" / "journal.sqlite")
    assert settings.attachments.folder == place.parent / "data" / "attachments"
    assert asyncio.run(revision_of(settings.store)) == newest_revision()
    assert "callcenter serve" in result.stdout


def test_secrets_are_their_owners_alone_and_the_same_in_the_snippet(place: Path) -> None:
    old = os.umask(0)
    try:
        run(place, "--yes", "--queue-log", "-")
    finally:
        os.umask(old)
    settings = load_settings(place / "callcenter.toml")
    snippet = place / "manager.conf"
    sections = sections_of(snippet)
    assert sections["events"]["secret"] == settings.ami.events.reveal()
    assert sections["control"]["secret"] == settings.ami.control.reveal() != settings.ami.events.reveal()
    assert sections["general"]["enabled"] == "yes"
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in place.iterdir()}
    secrets = {f"{name}.secret": 0o600 for name in ("events", "control", "dialplan")} | {"master.keys": 0o600}
    assert modes == secrets | {"callcenter.toml": 0o600, "manager.conf": 0o600}
    assert len(settings.web.dialplan.reveal() or "") >= 16
    assert settings.privacy.master_keys() is not None
    assert stat.S_IMODE((place.parent / "data").stat().st_mode) == 0o700


def test_five_questions_are_asked_and_what_is_typed_counts(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(init, "_at_a_terminal", lambda: True)
    log = place.parent / "queue_log"
    log.touch()
    typed = f"{place.parent}/kept\npbx.invalid:5039\nAsia/Urumqi\n{log}\nn\n\n"
    result = CliRunner().invoke(app, ["--dir", str(place), "--lang", "en"], input=typed)
    assert result.exit_code == 0, result.exception
    settings = load_settings(place / "callcenter.toml")
    assert [f"{n}/5" in result.stdout for n in range(1, 6)] == [True] * 5
    assert (settings.ami.host, settings.ami.port, settings.ami.queue_log) == ("pbx.invalid", 5039, log)
    assert (settings.web.enabled, settings.store.path) == (False, place.parent / "kept" / "callcenter.sqlite")


async def test_it_runs_doctor_on_the_switch(place: Path) -> None:
    async with ScriptedSwitch() as switch:
        result = await asyncio.to_thread(
            run, place, "--yes", "--queue-log", "-", "--switch", f"127.0.0.1:{switch.port}"
        )
        assert (result.exit_code, switch.logins) == (0, ["events"])
    assert "refused manager login" in result.stdout


def test_a_switch_that_is_not_there_yet_is_said_with_what_to_do_next(place: Path) -> None:
    result = run(place, "--yes", "--queue-log", "-")
    assert result.exit_code == 0
    assert "nothing listens on 127.0.0.1:1" in result.stdout
    assert "manager reload" in result.stdout


def test_settings_that_are_there_stop_it_and_nothing_is_changed(place: Path) -> None:
    run(place, "--yes", "--queue-log", "-")
    before = {path.name: path.read_bytes() for path in place.iterdir()}
    result = run(place, "--yes", "--queue-log", "-")
    assert isinstance(result.exception, BadInput)
    assert "exists already" in str(result.exception)
    assert {path.name: path.read_bytes() for path in place.iterdir()} == before


def test_secrets_that_are_there_are_kept(place: Path) -> None:
    run(place, "--yes", "--queue-log", "-")
    secret = (place / "events.secret").read_text()
    (place / "callcenter.toml").unlink()
    run(place, "--yes", "--queue-log", "-")
    assert (place / "events.secret").read_text() == secret


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--switch", "pbx:0"], "is no address"),
        (["--switch", ":5038"], "is no address"),
        (["--queue-log", "/nowhere/queue_log"], "cannot be read"),
        (["--timezone", "Mars/Olympus"], "there is no time zone"),
        (["--dir", "/proc/nowhere"], "cannot be written"),
        (["--owner", "nobody-of-this-name"], "there is no user"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_leaves_no_settings(place: Path, more: list[str], sentence: str) -> None:
    result = run(place, "--yes", "--queue-log", "-", *more)
    assert isinstance(result.exception, CallcenterError)
    assert sentence in str(result.exception)
    assert not (place / "callcenter.toml").exists()


def test_without_a_terminal_it_asks_for_options(place: Path) -> None:
    result = run(place)
    assert isinstance(result.exception, BadInput)
    assert "--yes" in str(result.exception)


def test_the_unit_for_systemd_names_the_settings_and_the_user(place: Path) -> None:
    unit = run(place, "--print-systemd", "--owner", "cc").stdout
    assert f"serve --settings {place}/callcenter.toml\n" in unit
    assert "User=cc\n" in unit
    assert f"ReadWritePaths={place.parent}/data\n" in unit
    assert not place.exists()
