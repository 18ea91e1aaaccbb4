"""`callcenter roster`."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from callcenter.cli.office.roster import app
from callcenter.errors import BadInput
from callcenter.files.roster import load_roster

RUNNER = CliRunner()
ROSTER = {
    "timezone": "Asia/Shanghai",
    "agents": [{"agent": "Alice", "interface": "PJSIP/1001"}],
    "shifts": [{"agent": "Alice", "from": "2026-11-23T09:00", "to": "2026-11-23T18:00"}],
}


def given(tmp_path: Path, **more: object) -> Path:
    path = tmp_path / "in.json"
    path.write_text(json.dumps(ROSTER | more))
    return path


def test_sound_roster_is_counted(tmp_path: Path) -> None:
    result = RUNNER.invoke(app, ["check", str(given(tmp_path))])
    assert (result.exit_code, result.stdout.endswith("1 agents, 1 shifts, 0 leave, 0 breaks: sound\n")) == (0, True)


def test_roster_goes_through_a_workbook_and_csv_files_unchanged(tmp_path: Path) -> None:
    source = given(tmp_path)
    for one, two in ((source, "r.xlsx"), (tmp_path / "r.xlsx", "r"), (tmp_path / "r", "out.json")):
        assert RUNNER.invoke(app, ["convert", str(one), str(tmp_path / two)]).exit_code == 0
    assert load_roster(tmp_path / "out.json") == load_roster(source)


def test_year_that_the_calendar_does_not_know_is_a_warning(tmp_path: Path) -> None:
    (tmp_path / "agents.csv").write_text("agent,interface\nAlice,PJSIP/1\n")
    pattern = "Alice,workday,9:00,18:00,2099-10-12,2099-10-13"
    (tmp_path / "patterns.csv").write_text(f"agent,days,from,to,first,last\n{pattern}\n")
    result = RUNNER.invoke(app, ["check", str(tmp_path)])
    assert (result.exit_code, "2 shifts" in result.stdout) == (0, True)
    assert result.stderr.startswith("warning: the calendar does not know 2099")


def test_every_fault_is_printed_and_nothing_is_written(tmp_path: Path) -> None:
    path = tmp_path / "agents.csv"
    path.write_text("agent,interface\n,PJSIP/1\nBob,\n")
    result = RUNNER.invoke(app, ["convert", str(path), str(tmp_path / "out.xlsx")])
    assert isinstance(result.exception, BadInput)
    assert str(result.exception).endswith("2 to put right")
    assert result.stdout.splitlines() == [
        "agents.csv, sheet agents, row 2, column agent: may not be empty",
        "agents.csv, sheet agents, row 3, column interface: may not be empty",
    ]
    assert [one.name for one in tmp_path.iterdir()] == ["agents.csv"]


def test_template_is_sound_as_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "roster.xlsx"
    assert RUNNER.invoke(app, ["template", str(path), "--lang", "en"]).exit_code == 0
    checked = RUNNER.invoke(app, ["check", str(path)])
    assert (checked.exit_code, "2 agents" in checked.stdout) == (0, True), checked.stdout


def test_template_speaks_the_language_of_whoever_fills_it_in(tmp_path: Path) -> None:
    RUNNER.invoke(app, ["template", str(tmp_path / "zh"), "--lang", "zh-CN"])
    assert (tmp_path / "zh" / "坐席.csv").read_text("utf-8-sig").startswith("坐席,话机,班组,队列,开始,结束")


def test_template_is_never_written_over_a_roster(tmp_path: Path) -> None:
    path = given(tmp_path)
    before = path.read_text()
    assert isinstance(RUNNER.invoke(app, ["template", str(path)]).exception, BadInput)
    assert path.read_text() == before
