"""`callcenter lab` and `callcenter doctor` as somebody types them, on a real Asterisk."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from callcenter.lab.settings import LabSettings
from callcenter.lab.switch import Lab, load_state

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]


def callcenter(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "callcenter", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)


def test_lab_goes_up_takes_calls_and_goes_down(tmp_path: Path) -> None:
    place = ("--work-dir", str(tmp_path))

    try:
        up = callcenter("lab", "up", *place)
        status = callcenter("lab", "status", *place)
        calls = callcenter("lab", "calls", *place, "--callers", "3", "--per-minute", "600", "--patience", "3")
        state = load_state(tmp_path)
    finally:
        down = callcenter("lab", "down", *place)
    after = callcenter("lab", "status", *place)

    assert up.stdout.startswith("Asterisk 22.")
    assert up.stdout.startswith(status.stdout)
    assert sum(int(line.split()[-1]) for line in calls.stdout.splitlines()) == 3
    assert down.stdout == "Stopped.\n"
    assert after.returncode == 1
    assert state is not None
    assert not state.alive()


def test_lab_gives_settings_that_are_ready_for_a_service(tmp_path: Path) -> None:
    place = ("--work-dir", str(tmp_path))
    settings = ("--settings", str(tmp_path / "callcenter.toml"))
    try:
        up = callcenter("lab", "up", *place)
        upgraded = callcenter("db", "upgrade", *settings)
        examined = callcenter("doctor", *settings)
    finally:
        callcenter("lab", "down", *place)

    assert (tmp_path / "callcenter.toml").read_text() in up.stdout
    assert upgraded.returncode == 0, upgraded.stderr
    assert "FAIL" not in examined.stdout
    assert examined.returncode == 0, examined.stderr
    assert {path.stat().st_mode & 0o777 for path in tmp_path.glob("*.secret")} == {0o600}


def test_lab_in_a_place_that_cannot_be_written_is_one_sentence_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = callcenter("lab", "up", "--work-dir", str(tmp_path / "file" / "lab"))

    assert done.returncode == 5
    assert done.stderr.count("\n") == 1
    assert "cannot be written" in done.stderr


def test_calls_without_a_lab_are_one_clear_sentence(tmp_path: Path) -> None:
    done = callcenter("lab", "calls", "--work-dir", str(tmp_path))

    assert done.returncode == 5
    assert done.stderr.count("\n") == 1
    assert "callcenter lab up" in done.stderr


def test_story_that_does_not_exist_is_bad_input(tmp_path: Path) -> None:
    done = callcenter("lab", "record", str(tmp_path), "--story", "nonsense")

    assert done.returncode == 2
    assert "nonsense" in done.stderr


def test_load_is_recorded_through_both_logins(tmp_path: Path) -> None:
    done = callcenter("lab", "load", str(tmp_path / "out"), "--calls", "12", "--work-dir", str(tmp_path))

    assert done.returncode == 0, done.stderr
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"board.ami.gz", "unfiltered.ami.gz"}


def test_doctor_finds_nothing_to_change_on_our_own_configuration(tmp_path: Path) -> None:
    lab = Lab(LabSettings(work_dir=tmp_path))
    state = lab.start()
    try:
        options = ["--port", str(state.ami_port), "--config-dir", str(state.instance / "etc")]
        for name in ("events", "control"):
            (tmp_path / name).write_text(state.manager_secrets[name] + "\n")
            options += [f"--{name}-secret-file", str(tmp_path / name)]

        done = callcenter("doctor", *options, "--queue-log", str(state.queue_log))
    finally:
        lab.discard()

    assert done.returncode == 0, done.stdout
    told = [
        line.split(maxsplit=1)[1] for line in done.stdout.splitlines() if line.startswith(("warn", "unknown", "fail"))
    ]
    # the packaged rulebook has no wrap-up, no settings are given, and Debian's SQLite is what it is
    assert [line for line in told if not line.startswith(("wrap-up of ", "figures: ", "sqlite: "))] == []
