"""Rules in shadow over HTTP and at the console: administrators review them, and nobody else hears of them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from callcenter.cli.office import rules
from callcenter.rules.records.standing import RecordState
from callcenter.rules.regulations.edition import Mode
from tests.integration.api import Department, Json, department
from tests.integration.office import propose, settings_of
from tests.unit.rules.detection.people import DAY, MONDAY, record


@pytest.fixture
async def work(tmp_path: Path) -> AsyncIterator[Department]:
    async with department(tmp_path) as found:
        yield found


async def raise_both(work: Department) -> str:
    """Raise one record of a rule in shadow, and two of a rule that is on: a confirmed one and one not decided."""
    number = await propose(work.decisions, 1, rule="V-AWAY", standing=record(mode=Mode.SHADOW))
    await propose(work.decisions, 2, standing=record(state=RecordState.CONFIRMED))
    await propose(work.decisions, 3, at=MONDAY + 2 * DAY)
    return number


async def rates(work: Department, name: str, query: str = "") -> Json:
    answer = await (await work.signed_in(name)).get(f"/rules/agreement{query}")
    assert answer.status_code == 200, answer.text
    return [(i["rule"], i["mode"], i["records"], i["decided"], i["rate"]) for i in answer.json()["items"]]


async def test_a_rule_is_called_by_its_title_in_the_readers_language(work: Department) -> None:
    await raise_both(work)
    told = {}
    for tag in ("zh-CN", "en"):
        shown = await (await work.signed_in("root")).get("/rules/agreement", **{"Accept-Language": tag})
        told[tag] = {one["rule"]: one["title"] for one in shown.json()["items"]}
    assert told["zh-CN"]["V-MISSED"] == "在岗未接或拒接来电"
    assert told["en"]["V-MISSED"] == "Offered call missed or declined"


ON = ("V-MISSED", "on", 2, 1, 1.0)


async def test_administrator_reviews_and_the_rate_follows(work: Department) -> None:
    number = await raise_both(work)
    root = await work.signed_in("root")
    before = await rates(work, "root")
    agreed = await root.act(number, "agree", {"note": ""})
    after = await rates(work, "root")
    doubted = await root.act(number, "disagree", {"note": "she was at the printer"})
    assert (agreed.status_code, doubted.status_code, doubted.json()["state"]) == (200, 200, "proposed")
    assert [step["action"] for step in doubted.json()["history"]] == ["agree", "disagree"]
    assert (before, after) == ([("V-AWAY", "shadow", 1, 0, None), ON], [("V-AWAY", "shadow", 1, 1, 1.0), ON])
    assert await rates(work, "root") == [("V-AWAY", "shadow", 1, 1, 0.0), ON]


async def test_review_is_one_step_like_any_other(work: Department) -> None:
    number = await raise_both(work)
    root = await work.signed_in("root")
    same = {"Idempotency_Key": "same-key-1", "If_Match": '"1"'}
    both = [await root.act(number, "agree", **same) for _ in range(2)]
    old = await root.act(number, "disagree", If_Match='"1"')
    assert [(b.status_code, b.headers["etag"]) for b in both] == [(200, '"2"')] * 2
    assert old.status_code == 412
    audit = (await root.get("/audit?limit=200")).json()["items"]
    assert [one["action"] for one in audit if one["subject"] == number] == ["propose", "agree"]


@pytest.mark.parametrize("name", ["ma", "hua"])
async def test_manager_and_hr_see_the_rules_that_are_on(work: Department, name: str) -> None:
    await raise_both(work)
    assert await rates(work, name) == [ON]


@pytest.mark.one_database
@pytest.mark.parametrize("name", ["alice", "li-leads", "sun", "tian", "qian"])
async def test_nobody_else_sees_a_rate(work: Department, name: str) -> None:
    assert (await (await work.signed_in(name)).get("/rules/agreement")).status_code == 403


@pytest.mark.one_database
@pytest.mark.parametrize("name", ["alice", "li-leads", "sun", "tian", "qian", "ma", "hua"])
async def test_nobody_else_reviews(work: Department, name: str) -> None:
    number = await raise_both(work)
    assert (await (await work.signed_in(name)).act(number, "agree")).status_code == 403


async def test_record_of_a_rule_that_is_on_is_not_reviewed(work: Department) -> None:
    number = await propose(work.decisions)
    answer = await (await work.signed_in("root")).act(number, "agree")
    assert (answer.status_code, answer.json()["why"]) == (409, "not_shadow")


@pytest.mark.parametrize(
    ("query", "records"),
    [
        ("?from=2026-03-03T00:00:00%2B08:00", [1]),
        ("?to=2026-03-03T00:00:00%2B08:00", [1, 1]),
        ("?from=2030-01-01T00:00:00Z", []),
    ],
)
async def test_span_is_by_when_it_happened(work: Department, query: str, records: list[int]) -> None:
    await raise_both(work)
    assert [one[2] for one in await rates(work, "root", query)] == records


@pytest.mark.one_database
@pytest.mark.parametrize("query", ["?from=2026-03-03", "?color=red"])
async def test_question_that_makes_no_sense_is_refused(work: Department, query: str) -> None:
    answer = await (await work.signed_in("root")).get(f"/rules/agreement{query}")
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


class TestCommand:
    @pytest.fixture
    def settings(self, tmp_path: Path) -> Path:
        path = tmp_path / "callcenter.toml"
        path.write_text(
            '[ami]\n[ami.events]\nusername = "e"\nsecret_file = "e"\n'
            '[ami.control]\nusername = "c"\nsecret_file = "c"\n'
            f'[store]\nurl = "{settings_of(tmp_path).url}"\n'
        )
        return path

    def shown(self, settings: Path, *arguments: str) -> str:
        runner = CliRunner(env={"COLUMNS": "160"})
        result = runner.invoke(rules.app, ["agreement", "--settings", str(settings), *arguments])
        assert result.exit_code == 0, result.output
        return result.stdout

    @pytest.fixture
    async def raised(self, work: Department) -> None:
        await raise_both(work)

    @pytest.mark.usefixtures("raised")
    def test_it_shows_the_rate_with_its_denominator(self, settings: Path) -> None:
        lines = [line.split() for line in self.shown(settings).splitlines()]
        assert ["V-AWAY", "shadow", "-", "1", "0", "0", "0", "0"] in lines
        assert ["V-MISSED", "on", "100.0%", "(1/1)", "2", "0", "0", "0", "0"] in lines

    @pytest.mark.usefixtures("raised")
    def test_json_has_the_figures_of_the_api(self, settings: Path) -> None:
        found = json.loads(self.shown(settings, "--json", "--from", "2026-03-03"))
        assert [(one["rule"], one["records"], one["rate"]) for one in found] == [("V-MISSED", 1, None)]

    def test_headings_are_told_in_chinese(self, work: Department, settings: Path) -> None:
        assert "一致率" in self.shown(settings, "--lang", "zh-CN")

    def test_time_that_is_none_is_said(self, work: Department, settings: Path) -> None:
        result = CliRunner().invoke(rules.app, ["agreement", "--settings", str(settings), "--from", "soon"])
        assert "--from: 'soon' is not a time" in str(result.exception)
