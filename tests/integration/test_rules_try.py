"""`callcenter rules try` over a real database: the table, JSON, CSV, and a sentence for whatever is wrong."""

from __future__ import annotations

import asyncio
import csv
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from callcenter.cli.office.rules import app
from callcenter.domain.vocabulary import OfferOutcome
from callcenter.errors import BadInput, StoreError
from callcenter.reports.trial.sides import sides
from callcenter.reports.trial.verdicts import TrialSpan, always, compared
from callcenter.rules.detection.pages import ArchivedMoment, ArchivedPage, packed
from callcenter.staff.duty import Roster
from callcenter.store import JournalledFacts, Store, StoreSettings
from tests.support.databases import DATABASES
from tests.unit.rules.detection.story import Story, micros, packaged, roster, rulebook

DAY = "2027-01-15"
"""The story begins at 16:00 of this day in Shanghai."""
RUNNER = CliRunner(env={"COLUMNS": "200", "LANG": "C.UTF-8"})
SETTINGS = """
[ami.events]
username = "events"
secret_file = "not read"
[ami.control]
username = "control"
secret_file = "not read"
[store]
url = "{store}"
[rules]
roster = "{home}/roster.json"
"""
SEATS: dict[str, Any] = {
    "agents": [{"agent": "=Alice", "interface": "PJSIP/1001"}, {"agent": "Bob", "interface": "PJSIP/1002"}],
    "shifts": [{"agent": name, "from": f"{DAY}T15:00:00", "to": f"{DAY}T23:00:00"} for name in ("=Alice", "Bob")],
    "legit_extensions": ["_10XX"],
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "settings.toml").write_text(SETTINGS.format(home=tmp_path, store=database_of(tmp_path).url))
    (tmp_path / "roster.json").write_text(json.dumps(SEATS))
    draft(tmp_path, "violations: {V-MISSED: {points: 4}, V-LATE-ANSWER: {mode: shadow}}")
    asyncio.run(fill(tmp_path, missed_and_late()))
    return tmp_path


def database_of(home: Path) -> StoreSettings:
    return DATABASES.of(home / "record.sqlite")


def draft(home: Path, body: str, version: str = "2027.1") -> None:
    (home / "draft.yaml").write_text(
        f"based_on: packaged\neditions: [{{version: '{version}', from: 2027-06-01, {body}}}]\n"
    )


def missed_and_late() -> Story:
    story = Story()
    story.ready("Alice", "Bob")
    story.offer(100, 20, OfferOutcome.TIMED_OUT, agent="Alice", uid="c1")
    story.offer(200, 20, OfferOutcome.TIMED_OUT, agent="Alice", uid="c2")
    story.offer(300, 17, OfferOutcome.ANSWERED, agent="Bob", uid="c3")
    story.state(500, "Bob")
    return story


async def fill(home: Path, story: Story) -> None:
    settings = database_of(home)
    await DATABASES.migrate(settings)
    store = await Store.open(settings, "pbx")
    told = [JournalledFacts(n, [fact]) for n, fact in enumerate(story.facts, store.position + 1)]
    await store.write(told, store.position + len(told))
    await store.close()


def run(home: Path, *arguments: str, first: str = DAY, last: str = DAY) -> Result:
    fixed = ("--rulebook", str(home / "draft.yaml"), "--settings", str(home / "settings.toml"))
    return RUNNER.invoke(app, ["try", *fixed, "--from", first, "--to", last, *arguments])


def rows(result: Result) -> list[list[str]]:
    assert result.exception is None, result.exception
    return [line.split() for line in result.stdout.splitlines() if " V-" in line]


@pytest.mark.usefixtures("database")
def test_differences_are_shown_for_each_agent(home: Path) -> None:
    assert rows(run(home)) == [
        ["=Alice", "V-MISSED", "2/0/0", "4", "2/0/0", "8", "0", "0", "2", "+4"],
        ["Bob", "V-LATE-ANSWER", "1/0/0", "2", "0/0/0", "0", "0", "1", "0", "-2"],
        ["Bob", "V-LATE-ANSWER", "0/0/0", "0", "1/0/0", "2", "1", "0", "0", "+2"],
    ]


def test_rows_without_a_difference_are_left_out_unless_asked_for(home: Path) -> None:
    draft(home, "violations: {V-LATE-ANSWER: {points: 3}}")
    assert [row[1] for row in rows(run(home))] == ["V-LATE-ANSWER"]
    assert [row[1] for row in rows(run(home, "--all", "--sort", "agent"))] == ["V-MISSED", "V-LATE-ANSWER"]
    assert "1 rows without a difference" in run(home, "--lang", "en").stdout


def test_draft_that_changes_nothing_says_so(home: Path) -> None:
    draft(home, "figures: {rings: 3}")
    assert "草案与现行规则的结果没有差别" in run(home, "--lang", "zh-CN").stdout


def test_json_has_every_row_with_examples(home: Path) -> None:
    told = json.loads(run(home, "--json").stdout)
    (row, _) = told["on"]["rows"]
    assert (told["from"], told["in_force"], told["draft"]) == (DAY, ["2026.1"], "2027.1")
    assert row["draft"]["proposed"] == {"records": 2, "points": 8}
    assert [(one["change"], one["in_force"]["points"], one["draft"]["points"]) for one in row["examples"]] == [
        ("changed", 2, 4),
        ("changed", 2, 4),
    ]
    assert told["shadow"]["total"]["gained"] == 1


def test_csv_is_inert_in_a_spreadsheet(home: Path) -> None:
    run(home, "--csv", str(home / "out.csv"))
    with (home / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        found = list(csv.DictReader(file))
    assert [(row["mode"], row["agent"], row["proposed_points_difference"]) for row in found] == [
        ("on", "'=Alice", "4"),
        ("on", "Bob", "-2"),
        ("shadow", "Bob", "2"),
    ]


def test_csv_that_cannot_be_written_is_said_so(home: Path) -> None:
    failed = run(home, "--csv", str(home / "none" / "out.csv")).exception
    assert isinstance(failed, BadInput)
    assert "cannot be written" in str(failed)


def test_progress_is_a_line_a_day_without_a_terminal(home: Path) -> None:
    assert f"reading {DAY}" in run(home).stderr


def test_progress_is_a_bar_on_a_terminal(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    told = run(home).stderr
    assert "reading" not in told
    assert DAY in told
    assert "━" in told


def test_remarks_are_in_chinese_too(home: Path) -> None:
    assert f"正在读取 {DAY}" in run(home, "--lang", "zh-CN").stderr


def test_what_the_archive_does_not_cover_is_said(home: Path) -> None:
    told = run(home, first="2027-01-14", last="2027-01-16").stderr
    assert "archived from 2027-01-15 16:00 on" in told
    assert "archived until 2027-01-15 16:08" in told


def test_without_a_roster_everything_is_undetermined_and_said_so(home: Path) -> None:
    path = home / "settings.toml"
    path.write_text(path.read_text().partition("[rules]")[0])
    result = run(home)
    assert "no roster is set" in result.stderr
    assert [row[2] for row in rows(result)][:1] == ["0/2/0"]


@pytest.mark.parametrize(
    ("days", "why"),
    [
        (("2027-01-16", "2027-01-15"), "--from 2027-01-16 is after --to 2027-01-15"),
        (("yesterday", "2027-01-15"), "'yesterday' is not a day"),
        (("2027-03-01", "2027-03-31"), "there are facts from 2027-01-15 16:00:00"),
    ],
)
def test_days_that_cannot_be_tried_are_refused(home: Path, days: tuple[str, str], why: str) -> None:
    failed = run(home, first=days[0], last=days[1]).exception
    assert isinstance(failed, BadInput)
    assert why in str(failed)


def test_everything_wrong_with_a_draft_is_said(home: Path) -> None:
    draft(home, "figures: {rings: 0}, violations: {V-SITE: {mode: 'on'}}")
    failed = run(home).exception
    assert isinstance(failed, BadInput)
    assert "rings must be more than 0" in str(failed)
    assert "V-SITE: points must be filled" in str(failed)


def test_language_that_is_not_spoken_is_refused(home: Path) -> None:
    assert isinstance(run(home, "--lang", "fr").exception, BadInput)


def test_empty_archive_says_that_nothing_is_archived(home: Path) -> None:
    DATABASES.sql(database_of(home), "DELETE FROM archived_facts")
    assert "no facts of pbx are archived yet" in str(run(home).exception)


@pytest.mark.usefixtures("database")
def test_damaged_archive_is_said_to_be_damaged(home: Path) -> None:
    DATABASES.sql(database_of(home), "UPDATE archived_facts SET page = ?", b"\0")
    failed = run(home).exception
    assert isinstance(failed, StoreError)
    assert "archive in the database is damaged" in str(failed)


SPAN = TrialSpan(micros(0), micros(3600))


def told(blobs: list[bytes], on: Roster, tmp_path: Path, *, apart: bool) -> Any:
    books = (packaged(), always(rulebook("violations: {V-MISSED: {points: 4}}")))
    with sides(books, on, SPAN, apart=apart) as both:
        for blob in blobs:
            for side in both:
                side.see(blob)
        return compared(*(side.finish() for side in both))


def test_judges_in_processes_of_their_own_find_the_same(tmp_path: Path) -> None:
    blobs = [
        packed(ArchivedPage([ArchivedMoment(n, graded=True, facts=[fact])]))
        for n, fact in enumerate(missed_and_late().facts)
    ]
    apart = told(blobs, roster(), tmp_path, apart=True)
    assert apart == told(blobs, roster(), tmp_path, apart=False)
    assert apart.on.total.changed == 2


def test_judge_that_ends_before_its_time_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="a process was ended"):
        told([b"no page"], roster(), tmp_path, apart=True)
