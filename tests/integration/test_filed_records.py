"""`callcenter violations list` and `explain` know what was filed: states, dates, steps, and what no journal gives."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from callcenter import logs
from callcenter.cli.database import moment, moment_after
from callcenter.errors import BadInput, MigrationMissing
from callcenter.rules.records.steps import Action
from callcenter.rules.regulations.edition import Mode
from callcenter.store import DecisionStore
from callcenter.store.decisions.violations import act
from tests.integration.filed import Home
from tests.integration.office import propose, settings_of
from tests.unit.rules.detection.people import DAY, MONDAY, SHANGHAI, SUPERVISOR, TERMS, record, step


@pytest.fixture
async def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setattr(logs, "configure", lambda *_: None)  # a command's stderr ends with the command
    found = Home(tmp_path)
    await found.fill()
    return found


@pytest.fixture
async def decided(home: Home) -> str:
    """Have people confirm the late answer, in the agent's absence."""
    late = home.id_of("V-LATE-ANSWER")
    decisions = await DecisionStore.open(settings_of(home.folder))
    for n, action in enumerate((Action.NOTIFY, Action.CONFIRM)):
        async with decisions.writing() as unit:
            await act(unit, late, None, step(action, SUPERVISOR, MONDAY + n * 10 * DAY, note=f"note {n}"), TERMS)
    await decisions.close()
    return late


@pytest.fixture
async def form(home: Home) -> str:
    """Have a person record what they saw on a Monday."""
    decisions = await DecisionStore.open(settings_of(home.folder))
    number = await propose(decisions, standing=record(proposed_by="li"))
    await propose(decisions, 2, standing=record(proposed_by="li", mode=Mode.SHADOW))
    await decisions.close()
    return number


def lines_of(home: Home, *filters: str) -> list[str]:
    result = home.run("list", *filters)
    assert result.exit_code == 0, result.exception
    return result.stdout.splitlines()


def test_list_says_confirmed_of_a_record_that_people_confirmed(home: Home, decided: str) -> None:
    (line,) = [line for line in lines_of(home) if line.startswith(decided[:12])]
    assert line.split()[3:5] == ["V-LATE-ANSWER", "confirmed"]


def test_list_holds_what_people_filed_by_form(home: Home, form: str) -> None:
    (line,) = [line for line in lines_of(home) if line.startswith(form[:12])]
    assert "2026-03-02 09:00:00" in line


def test_list_shows_shadow_records_where_it_is_asked_to(home: Home, form: str) -> None:
    assert len(lines_of(home, "--shadow")) == len(lines_of(home)) + 2


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        (("--agent", "Alice", "--from", "2026-03-02", "--to", "2026-03-02"), 1),
        (("--to", "2026-03-02T09:00:01"), 1),
        (("--to", "2026-03-02T08:59:59"), 0),
        (("--from", "2026-03-03", "--agent", "Alice", "--rule", "V-DESK"), 0),
        (("--state", "proposed", "--agent", "Alice", "--to", "2026-03-02"), 1),
        (("--state", "confirmed"), 0),
        (("--verdict", "excused", "--to", "2026-03-02"), 0),
    ],
)
def test_list_keeps_to_its_filters_whose_end_belongs_to_the_span(
    home: Home, form: str, filters: tuple[str, ...], count: int
) -> None:
    shown = [line for line in lines_of(home, *filters) if not line.startswith(" ")]
    assert len([line for line in shown if line != "no record fits"]) == count


def test_list_without_a_database_says_how_to_make_one(home: Home) -> None:
    home.base.unlink()
    assert isinstance(home.run("list").exception, MigrationMissing)


def test_list_derives_from_the_journal_alone_where_asked(home: Home, decided: str) -> None:
    home.base.unlink()
    (line,) = [line for line in lines_of(home, "--derived", "--rule", "V-LATE-ANSWER") if not line.startswith(" ")]
    assert line.split()[:3] == [decided[:12], "proposed", "V-LATE-ANSWER"]
    assert isinstance(home.run("list", "--derived", "--state", "confirmed").exception, BadInput)


def test_explanation_of_a_confirmed_record_says_so_and_names_every_step(home: Home, decided: str) -> None:
    result = home.run("explain", decided[:8])
    assert result.exit_code == 0, result.exception
    first, *rest = result.stdout.splitlines()
    assert "  confirmed  " in first
    assert [line.split()[3] for line in rest if line.startswith("  step ")] == ["notified", "confirmed"]
    assert {"note 0", "note 1"} <= {line.strip() for line in rest}
    assert "reproduced from the journal: yes" in result.stdout


def test_explanation_of_a_form_needs_no_journal(home: Home, form: str) -> None:
    home.journal.unlink()
    result = home.run("explain", form, "--lang", "zh-CN")
    assert result.exit_code == 0, result.exception
    assert result.stdout.splitlines()[0].split()[2] == "拟定"


async def test_explanation_of_a_settled_record_that_the_journal_does_not_give_shows_what_was_filed(home: Home) -> None:
    late = home.id_of("V-LATE-ANSWER")
    decisions = await DecisionStore.open(settings_of(home.folder))
    async with decisions.writing() as unit:
        await act(unit, late, None, step(Action.OVERTURN, SUPERVISOR), TERMS)
    await decisions.close()
    number = "f" * 32
    home.sql(
        home.base, "UPDATE violations SET id = ?, dossier = replace(dossier, id, ?) WHERE id = ?", number, number, late
    )
    home.sql(home.base, "UPDATE violation_steps SET violation = ? WHERE violation = ?", number, late)
    result = await asyncio.to_thread(home.run, "explain", number[:8])
    assert result.exit_code == 0, result.exception
    assert "  overturned  " in result.stdout.splitlines()[0]
    assert "does not give this record" in result.stdout


@pytest.mark.parametrize(
    ("told", "after"),
    [("2026-03-02", "2026-03-03T00:00"), ("2026-03-02T09:00", "2026-03-02T09:00:00.000001"), (None, None)],
)
def test_the_end_of_a_span_belongs_to_it_as_a_day_and_as_a_moment(told: str | None, after: str | None) -> None:
    assert moment_after(told, "--to", SHANGHAI) == moment(after, "--from", SHANGHAI)
