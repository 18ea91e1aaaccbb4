"""Surveys from the floor's facts to the record, the API and the command; each role sees its own reach."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from callcenter.cli.office import surveys as command
from callcenter.domain import events as ev
from callcenter.domain.frame import SECOND, Micros
from callcenter.staff.dates import datetime_of
from callcenter.store import JournalledFacts, Store
from tests.integration.api import Department, department
from tests.integration.office import settings_of
from tests.unit.domain.switch import EPOCH, Switch

UTC = ZoneInfo("UTC")
DAY: Micros = 86_400 * SECOND
SPAN = f"from={datetime_of(EPOCH, UTC):%Y-%m-%dT%H:%M:%SZ}&to={datetime_of(EPOCH + DAY, UTC):%Y-%m-%dT%H:%M:%SZ}"


def served(switch: Switch, at: float, agent: str, phone: str, *said: tuple[int, int], by: str = "a") -> None:
    """Let an agent serve a caller from `at` on; where the agent hangs up (`a`), the dialplan asks."""
    uid, line = f"c{at:g}", f"a{at:g}"
    switch.joins(at, uid)
    switch.calls(at, line, agent, phone, uid=uid)
    switch.rings(at + 1, line)
    switch.picks_up(at + 2, line)
    switch.leaves(at + 2, uid)
    switch.connects(at + 2, line, agent, phone, uid=uid)
    switch.meet(at + 2, line, uid, bridge=uid)
    switch.hangs_up(at + 9, line if by == "a" else uid)
    switch.exits(at + 9, line, uid)
    switch.exits(at + 9, uid, uid)
    switch.completes(at + 9, agent, phone, uid=uid, dest=line)
    switch.ends(at + 9, line)
    if by == "a":
        switch.tell(ev.SurveyHeard, at + 10, uid=uid, step="asked", queue="consumers", asks="12")
        if said:
            switch.tell(ev.SurveyHeard, at + 11, uid=uid, step="agreed")
        for question, answer in said:
            switch.tell(ev.SurveyHeard, at + 12, uid=uid, step="answered", question=question, answer=answer)
        switch.tell(ev.SurveyHeard, at + 13, uid=uid, step="done")
    switch.ends(at + 14, uid)
    switch.ticks(at + 20)


def a_day() -> Switch:
    switch = Switch()
    served(switch, 0, "Alice", "PJSIP/0", (1, 1), (2, 3))
    served(switch, 100, "Alice", "PJSIP/0")
    served(switch, 200, "Zoe", "PJSIP/3", (1, 2))
    served(switch, 300, "Zoe", "PJSIP/3", by="c")
    return switch


@pytest.fixture
async def work(tmp_path: Path) -> AsyncIterator[Department]:
    async with department(tmp_path) as found:
        store = await Store.open(settings_of(tmp_path), "pbx")
        await store.write([JournalledFacts(1, a_day().facts)], 1)
        await store.close()
        yield found


async def test_surveys_are_listed_by_page_the_newest_first(work: Department) -> None:
    sun = await work.signed_in("sun")
    first = (await sun.get(f"/surveys?{SPAN}&limit=2")).json()
    second = (await sun.get(f"/surveys?{SPAN}&limit=2&cursor={first['next']}")).json()
    told = [(one["agent"], one["result"], one["answers"]) for one in first["items"] + second["items"]]
    assert told == [
        ("Zoe", "partial", {"service": 2}),
        ("Alice", "not_agreed", {}),
        ("Alice", "answered", {"service": 1, "product": 3}),
    ]
    assert (second["next"], second["items"][0]["queue"], second["items"][0]["hung_up"]) == (None, "consumers", False)


@pytest.mark.parametrize(
    ("by", "names"), [("agent", ["Alice", "Zoe"]), ("queue", ["consumers", "support"]), ("day", ["2027-01-15"])]
)
async def test_figures_tell_every_stage_apart(work: Department, by: str, names: list[str]) -> None:
    sun = await work.signed_in("sun")
    items = (await sun.get(f"/surveys/figures?{SPAN}&by={by}")).json()["items"]
    assert [item["name"] for item in items] == names
    stages = ("eligible", "caller_first", "asked", "agreed", "answered", "partial", "not_agreed", "hung_up")
    assert [sum(item[stage] for item in items) for stage in stages] == [3, 1, 3, 2, 1, 1, 1, 0]
    shares = {one["question"]: one["share"] for item in items[:1] for one in item["satisfaction"]}
    assert shares == {"service": 1.0, "product": 0.0}


async def test_talk_that_led_to_a_survey_belongs_to_the_line_that_it_asked_about(work: Department) -> None:
    sun = await work.signed_in("sun")
    asked = (await sun.get(f"/surveys/figures?{SPAN}&by=queue&queue=consumers")).json()["items"]
    assert [(one["name"], one["eligible"], one["asked"]) for one in asked] == [("consumers", 3, 3)]
    other = (await sun.get(f"/surveys/figures?{SPAN}&by=queue&queue=support")).json()["items"]
    assert [(one["name"], one["caller_first"], one["asked"]) for one in other] == [("support", 1, 0)]


@pytest.mark.parametrize(("name", "seen"), [("alice", {"Alice"}), ("li-leads", {"Alice"}), ("sun", {"Alice", "Zoe"})])
async def test_each_role_sees_as_far_as_it_reaches(work: Department, name: str, seen: set[str]) -> None:
    browser = await work.signed_in(name)
    assert {one["agent"] for one in (await browser.get(f"/surveys?{SPAN}")).json()["items"]} == seen
    figures = (await browser.get(f"/surveys/figures?{SPAN}&by=agent")).json()["items"]
    assert {one["name"] for one in figures} == seen
    other = await browser.get(f"/surveys?{SPAN}&agent=Zoe")
    assert other.status_code == (200 if "Zoe" in seen else 403)
    file = await browser.get(f"/surveys/export?{SPAN}&columns=agent&columns=service", **{"Accept-Language": "en"})
    head, *rows = csv.reader(io.StringIO(file.content.decode("utf-8-sig")))
    assert (head, {row[0] for row in rows}) == (["agent", "service (1 best, 3 worst)"], seen)
    assert sorted(row[1] for row in rows) == (["", "1", "2"] if "Zoe" in seen else ["", "1"])


async def test_administrators_do_not_read_what_callers_said(work: Department) -> None:
    assert (await (await work.signed_in("root")).get(f"/surveys?{SPAN}")).status_code == 403


async def test_span_that_cannot_be_meant_is_refused(work: Department) -> None:
    sun = await work.signed_in("sun")
    backwards = "from=2026-02-01T00:00:00Z&to=2026-02-01T00:00:00Z"
    assert [(await sun.get(f"/surveys{path}?{backwards}")).status_code for path in ("", "/figures", "/export")] == [
        422
    ] * 3


async def run(*words: str) -> str:
    """Run the command in a thread: it has a loop of its own."""
    result = await asyncio.to_thread(CliRunner().invoke, command.app, words, catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


async def test_command_shows_and_writes_the_same_figures(
    work: Department, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert work is not None
    settings = tmp_path / "settings.toml"
    logins = "".join(f'[ami.{login}]\nusername = "{login}"\nsecret_file = "x"\n' for login in ("events", "control"))
    settings.write_text(f'[ami]\n{logins}[store]\nurl = "{settings_of(tmp_path).url}"\n')
    monkeypatch.setenv("COLUMNS", "200")
    asked = ["2027-01-15", "--by", "agent", "--settings", str(settings), "--lang", "en"]
    for more in ([], ["--csv", str(tmp_path / "s.csv")], ["--xlsx", str(tmp_path / "s.xlsx")]):
        assert "wrote" in await run(*asked, *more) or not more
    assert "who hangs up first is never asked" in await run(*asked)
    rows = {row[0]: row[1:] for row in csv.reader(io.StringIO((tmp_path / "s.csv").read_text("utf-8-sig")))}
    assert rows["Alice"] == ["2", "0", "2", "1", "1", "0", "0", "1", "0", "0.5000", "1.0000", "0.0000", "", ""]
    assert rows["all"][:4] == ["3", "1", "3", "2"]
    assert "no survey is recorded for 2020-01-01" in await run("2020-01-01", *asked[1:])
