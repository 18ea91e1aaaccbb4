"""A month's complaints as figures: the same from the API, as files and at the console, each role within its reach."""

from __future__ import annotations

import asyncio
import csv
import io
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from callcenter.cases.aftercare.figures import ComplaintsNow
from callcenter.cases.complaints.vocabulary import Move
from callcenter.cli.office import report
from callcenter.staff.dates import datetime_of
from callcenter.staff.rights import Role
from callcenter.store.complaints.counts import complaints_now
from tests.integration.aftercare import MONTH, aftercare, opened_for
from tests.integration.api import Department
from tests.integration.complaints import HOUR, UPHELD, Desk
from tests.integration.office import hire, settings_of
from tests.unit.rules.detection.people import MONDAY

pytestmark = pytest.mark.usefixtures("database")

UTC = ZoneInfo("UTC")
SPAN = (
    f"from={datetime_of(MONDAY - 24 * HOUR, UTC):%Y-%m-%dT%H:%M:%SZ}"
    f"&to={datetime_of(MONDAY + 240 * HOUR, UTC):%Y-%m-%dT%H:%M:%SZ}"
)


@pytest.fixture
async def work(tmp_path: Path) -> AsyncIterator[Department]:
    """A case that went the whole way; a repeat of the same customer that is overdue; one of another team."""
    async with aftercare(tmp_path, MONDAY + 69 * HOUR, "a" * 32, customer="c1", case_class="late") as found:
        await hire(found.decisions, "zoe", Role.AGENT, "Zoe", "orders")
        await opened_for(found, "b" * 32, "alice", 20, customer="c1")
        await opened_for(found, "c" * 32, "zoe", 21)
        await Desk(found.decisions).move("c" * 32, Move.CHASE, "zoe", 22, {"channel": "chat"})
        yield found


async def test_every_figure_stands_beside_what_it_is_a_share_of(work: Department) -> None:
    table = (await (await work.signed_in("sun")).get(f"/complaint-figures?{SPAN}")).json()

    whole = table["all"]
    assert [one["name"] for one in table["items"]] == [MONTH]
    assert table["items"][0] | {"name": ""} == whole
    assert whole["accepted"] == {"kept": 3, "broken": 0, "open": 0, "rate": 1.0}
    assert whole["complaint"] == {"kept": 1, "broken": 1, "open": 1, "rate": 0.5}
    assert whole["report"] == {"kept": 0, "broken": 0, "open": 1, "rate": None}
    assert (whole["closed"], whole["in_time"], whole["closed_in_time"], whole["resolution_rate"]) == (1, 1, 1.0, 1.0)
    assert (whole["answers"], whole["satisfied"]) == ({"1": 1, "2": 0, "3": 0}, 1.0)
    assert (whole["customer_known"], whole["repeats"], whole["repeat_rate"]) == (2, 1, 0.5)
    assert (whole["natures"], whole["unjudged"]) == ({"attitude": 1}, 2)
    assert whole["hours"] == {"ours": 4.0, "department": 1.0, "customer": 1.0}
    assert whole["departments"] == [{"department": "warehouse", "cases": 1, "closed": 1, "returned": 0, "hours": 1.0}]


@pytest.mark.parametrize(
    ("by", "names"),
    [("team", {"hotline": 2, "orders": 1}), ("owner", {"alice": 2, "zoe": 1}), ("class", {"": 2, "late": 1})],
)
async def test_figures_are_told_apart_by_what_is_asked(work: Department, by: str, names: dict[str, int]) -> None:
    items = (await (await work.signed_in("sun")).get(f"/complaint-figures?{SPAN}&by={by}")).json()["items"]

    assert {one["name"]: one["received"] for one in items} == names


@pytest.mark.parametrize(("name", "received"), [("alice", 2), ("li-leads", 2), ("sun", 3)])
async def test_each_role_counts_what_it_may_know_of(work: Department, name: str, received: int) -> None:
    table = (await (await work.signed_in(name)).get(f"/complaint-figures?{SPAN}")).json()

    assert table["all"]["received"] == received


@pytest.mark.one_database
async def test_span_that_is_none_or_too_long_is_refused(work: Department) -> None:
    sun = await work.signed_in("sun")
    for span in (
        "from=2026-03-02T00:00:00Z&to=2026-03-02T00:00:00Z",
        "from=2026-01-01T00:00:00Z&to=2027-03-01T00:00:00Z",
    ):
        assert (await sun.get(f"/complaint-figures?{span}")).status_code == 422


@pytest.mark.one_database
async def test_administrators_are_told_nothing(work: Department) -> None:
    assert (await (await work.signed_in("root")).get(f"/complaint-figures?{SPAN}")).status_code == 403


async def test_file_has_every_figure_by_its_formula(work: Department) -> None:
    sun = await work.signed_in("sun")
    answer = await sun.get(f"/complaint-figures/export?{SPAN}&by=owner", **{"Accept-Language": "en"})
    book = await sun.get(f"/complaint-figures/export?{SPAN}&by=owner&format=xlsx")

    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [(row["owner"], row["received"], row["48 h rate closed in time/closed"]) for row in rows] == [
        ("alice", "2", "1.0000"),
        ("zoe", "1", ""),
        ("all", "3", "1.0000"),
    ]
    assert len([name for name in zipfile.ZipFile(io.BytesIO(book.content)).namelist() if "sheets/sheet" in name]) == 3


@pytest.mark.one_database
async def test_command_shows_the_same(work: Department, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert work is not None
    settings = tmp_path / "settings.toml"
    logins = "".join(f'[ami.{login}]\nusername = "{login}"\nsecret_file = "x"\n' for login in ("events", "control"))
    settings.write_text(f'[ami]\n{logins}[store]\nurl = "{settings_of(tmp_path).url}"\n')
    runner, more = CliRunner(env={"COLUMNS": "160"}), ["--settings", str(settings), "--lang", "en"]
    shown = await asyncio.to_thread(runner.invoke, report.app, ["complaints", "--month", MONTH, *more])
    empty = await asyncio.to_thread(runner.invoke, report.app, ["complaints", "--month", "2001-01", *more])

    assert [line.split()[:3] for line in shown.stdout.splitlines() if line.startswith(("hotline", "all"))] == [
        ["hotline", "2", "1"],
        ["all", "3", "1"],
    ]
    assert empty.stdout.strip() == "no complaint was received in 2001-01"


async def test_gauges_count_complaints_as_they_stand(work: Department) -> None:
    desk = Desk(work.decisions)
    await desk.move("b" * 32, Move.ANALYSE, "sue", 60, UPHELD)
    await desk.move("b" * 32, Move.ASSIGN, "alice", 61, {"department": "warehouse", "notice": "send the right one"})
    async with work.decisions.reading() as connection:
        now = await complaints_now(connection, MONDAY + 67 * HOUR, 6 * HOUR)
        later = await complaints_now(connection, MONDAY + 67 * HOUR + 1, 6 * HOUR)

    assert now == ComplaintsNow(
        open={"recorded": 1, "assigned": 1},
        overdue=0,
        due_soon={"4h": 2, "24h": 2},
        warnings={"50": 1, "80": 1},
        closed={True: 1},
        notices_open=1,
        notices_overdue=0,
    )
    assert (later.notices_open, later.notices_overdue) == (1, 1)
