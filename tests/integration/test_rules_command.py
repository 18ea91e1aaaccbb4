"""`callcenter rules`."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from callcenter.cli.office.rules import app
from callcenter.errors import BadInput

RUNNER = CliRunner(env={"COLUMNS": "160"})


def test_packaged_rulebook_is_sound() -> None:
    result = RUNNER.invoke(app, ["check"])
    assert (result.exit_code, "sound" in result.stdout) == (0, True)


def test_everything_that_is_wrong_is_said(tmp_path: Path) -> None:
    path = tmp_path / "rulebook.yaml"
    path.write_text(
        "based_on: packaged\neditions:\n"
        '  - {version: "1", from: 2026-01-01, figures: {rings: 0}, violations: {V-SITE: {mode: "on"}}}\n'
    )
    result = RUNNER.invoke(app, ["check", str(path)])
    assert isinstance(result.exception, BadInput)
    assert "rings must be more than 0" in result.stdout
    assert "V-SITE: points must be filled" in result.stdout


def test_rules_are_listed_with_points_and_mode() -> None:
    lines = RUNNER.invoke(app, ["list"]).stdout.splitlines()
    (missed,) = (line.split() for line in lines if line.strip().startswith("V-MISSED"))
    assert missed[:6] == ["V-MISSED", "minor", "2-5,", "choice", "T", "on"]
    (swap,) = (line for line in lines if line.strip().startswith("V-SWAP-GAP"))
    assert "20 yuan" in swap


def test_titles_are_listed_in_chinese() -> None:
    assert "三声铃响内接听" in RUNNER.invoke(app, ["list", "--lang", "zh-CN"]).stdout
