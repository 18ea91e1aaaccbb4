"""`callcenter calls` and `callcenter report` give what the database holds, also after a restart."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from rich.cells import cell_len
from typer import Typer
from typer.testing import CliRunner

from callcenter.cli.office import calls, report, rules, violations
from callcenter.domain import facts as fx
from callcenter.domain.frame import SECOND, Micros
from callcenter.domain.vocabulary import AgentState, EndedBy, OfferOutcome, VisitOutcome
from callcenter.errors import BadInput, MigrationMissing
from callcenter.store import JournalledFacts, Store
from callcenter.store.decisions.call_qualities import CallDirection, MeasuredCall, keep_measured
from tests.integration.loaded_switch import LoadedSwitch, stories
from tests.integration.office import opened, settings_of
from tests.integration.service import at_home

pytestmark = pytest.mark.usefixtures("database")

ZONE = ZoneInfo("Asia/Shanghai")
NOON: Micros = round(datetime.now(ZONE).replace(hour=12, minute=0, second=0, microsecond=0).timestamp()) * SECOND
DAY = 86_400 * SECOND
PHONE = "13812345678"

OFFER = fx.Offer(
    agent="Alice",
    interface="PJSIP/1001",
    offered_at=NOON,
    rang_at=NOON,
    ended_at=NOON + 9 * SECOND,
    connected_at=NOON + 9 * SECOND,
    outcome=OfferOutcome.ANSWERED,
    available=True,
    refuted=None,
    in_gap=False,
    frames=(),
)


def visit(uid: str, outcome: VisitOutcome, at: Micros = NOON, wait: float = 9, **other: Any) -> fx.Visit:
    given: dict[str, Any] = {
        "call": uid,
        "uniqueid": uid,
        "queue": "key_accounts",
        "n": 1,
        "caller": PHONE,
        "did": "400",
        "joined_at": at,
        "left_at": at + round(wait * SECOND),
        "position": 1,
        "outcome": outcome,
        "agent": None,
        "answered_at": None,
        "ended_at": None,
        "hold": None,
        "transferred": None,
        "ended_by": None,
        "refused_at": None,
        "offers": (),
        "in_gap": False,
        "frames": (),
    }
    return fx.Visit(**given | other)


def answered(uid: str, at: Micros = NOON, wait: float = 9, **other: Any) -> fx.Visit:
    end = {"answered_at": at + round(wait * SECOND), "ended_at": at + 70 * SECOND, "ended_by": EndedBy.CALLER}
    return visit(uid, VisitOutcome.ANSWERED, at, wait, agent="Alice", offers=(OFFER,), **end, **other)


def told(one: fx.Visit) -> list[fx.Fact]:
    offers = [
        fx.OfferEnded(at=0, queue=one.queue or "", uniqueid=one.uniqueid, visit=one.n, offer=o) for o in one.offers
    ]
    joined = fx.VisitJoined(at=one.joined_at, uniqueid=one.uniqueid, queue=one.queue or "", n=one.n)
    return [joined, *offers, fx.VisitEnded(at=one.left_at, visit=one)]


STORED: list[list[fx.Fact]] = [
    told(answered("1.1")),
    told(answered("1.2", NOON + SECOND, 30)),
    told(answered("1.3", NOON + 2 * SECOND, 5, queue="orders")),
    told(visit("1.4", VisitOutcome.ABANDONED, NOON + 3 * SECOND, 4)),
    told(visit("1.5", VisitOutcome.TIMED_OUT, NOON + 4 * SECOND, 60)),
    told(answered("0.1", NOON - DAY)),
    [fx.VisitJoined(at=NOON + 5 * SECOND, uniqueid="1.6", queue="key_accounts", n=1)],
    [fx.GapSeen(at=NOON + 90 * SECOND, start=NOON + 30 * SECOND, cause="link")],
    [
        fx.AgentStateChanged(
            at=NOON,
            agent="Dave",
            interface="PJSIP/1004",
            ended=None,
            state=AgentState.OFFLINE,
            reason="phone lost",
            queues=(),
        )
    ],
]

Run = Callable[..., str]


@pytest.fixture
async def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COLUMNS", "160")
    async with opened(tmp_path):
        store = await Store.open(settings_of(tmp_path), "pbx")
        await store.write([JournalledFacts(n, facts) for n, facts in enumerate(STORED, 1)], len(STORED))
        await store.close()
    (tmp_path / "callcenter.toml").write_text(
        '[ami]\n[ami.events]\nusername = "e"\nsecret_file = "e"\n[ami.control]\nusername = "c"\nsecret_file = "c"\n'
        f'[store]\nurl = "{settings_of(tmp_path).url}"\n'
    )
    return tmp_path


def run(app: Typer, home: Path, *arguments: str) -> str:
    told = [
        *arguments,
        "--settings",
        str(home / "callcenter.toml"),
        *([] if "--lang" in arguments else ["--lang", "en"]),
    ]
    result = CliRunner().invoke(app, told, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def row(text: str, start: str) -> list[str]:
    return next(line.split() for line in text.splitlines() if line.startswith(start))


def test_report_of_today_has_each_figure_by_its_definition(home: Path) -> None:
    text = run(report.app, home, "today")
    assert row(text, "key_accounts") == ["key_accounts", "5", "2", "1", "40.0%", "20.0%", "19.5", "30.0", "33.3%/20s"]
    assert row(text, "all")[:6] == ["all", "6", "3", "1", "50.0%", "16.7%"]
    assert "sl-offered" in text
    assert "first-contact resolution -; left out: 0 of unknown callers, 3 whose 7 days are not over" in " ".join(
        text.split()
    )


def test_report_says_what_was_not_seen_and_whose_phone_was_lost(home: Path) -> None:
    text = run(report.app, home, "today")
    assert "12:00:30" in row(text, "not seen from")
    assert row(text, "phone lost")[2] == "Dave:"


def test_report_of_another_day_and_of_a_queue_leaves_the_rest_out(home: Path) -> None:
    assert row(run(report.app, home, "yesterday"), "all")[1:4] == ["1", "1", "0"]
    assert row(run(report.app, home, "--queue", "orders"), "all")[1:4] == ["1", "1", "0"]
    assert "no call is recorded" in run(report.app, home, "2001-01-01")


def test_report_speaks_chinese_with_the_words_of_the_floor(home: Path) -> None:
    text = run(report.app, home, "--lang", "zh-CN")
    assert all(word in text for word in ("进线量", "接通率", "放弃率", "平均应答", "合计"))


def test_report_in_files_has_every_service_level_by_name(home: Path) -> None:
    files = {kind: home / f"report.{kind}" for kind in ("csv", "xlsx")}
    run(report.app, home, "--csv", str(files["csv"]), "--xlsx", str(files["xlsx"]))
    heading, sales, _, everything = csv.reader(io.StringIO(files["csv"].read_text("utf-8-sig")))
    figures = dict(zip(heading, sales, strict=True))
    assert {name: value for name, value in figures.items() if name.startswith("sl-")} == {
        "sl-offered": "0.3333",
        "sl-adjusted": "0.5000",
        "sl-answered": "0.5000",
        "sl-erlang": "0.6667",
    }
    assert (figures["still there"], figures["threshold (s)"], everything[0]) == ("1", "20", "all")
    book = openpyxl.load_workbook(files["xlsx"])
    assert [sheet.max_row for sheet in book] == [4, 7]


@pytest.mark.one_database
@pytest.mark.parametrize("span", ["tomorrow", "2026-13", "2026-11-31", ""])
def test_report_of_what_is_no_day_is_refused(home: Path, span: str) -> None:
    with pytest.raises(BadInput):
        run(report.app, home, span)


def test_calls_of_today_are_listed_with_their_rings_and_a_masked_number(home: Path) -> None:
    text = run(calls.app, home)
    lines = [line for line in text.splitlines() if line.startswith("12:00:0")]
    assert len(lines) == 6
    assert PHONE not in text
    assert "Alice 9.0: answered" in lines[0]
    assert "still there" in lines[-1]


@pytest.mark.parametrize(
    ("filters", "uids"),
    [
        ((), ["1.1", "1.2", "1.3", "1.4", "1.5", "1.6"]),
        (("--queue", "orders"), ["1.3"]),
        (("--agent", "Alice"), ["1.1", "1.2", "1.3"]),
        (("--outcome", "abandoned"), ["1.4"]),
        (("--to", f"{datetime.now(ZONE) - timedelta(days=1):%Y-%m-%d}"), ["0.1"]),
        (("--from", "2001-01-01"), ["0.1", "1.1", "1.2", "1.3", "1.4", "1.5", "1.6"]),
    ],
)
def test_calls_keep_to_their_filters(home: Path, filters: tuple[str, ...], uids: list[str]) -> None:
    run(calls.app, home, *filters, "--csv", str(home / "calls.csv"), "--numbers")
    rows = list(csv.DictReader(io.StringIO((home / "calls.csv").read_text("utf-8-sig"))))
    assert [one["call"] for one in rows] == uids
    assert {one["caller"] for one in rows} <= {PHONE, ""}


async def test_what_the_page_of_the_answering_agent_measured_is_in_the_file(home: Path) -> None:
    async with opened(home) as decisions, decisions.writing() as unit:
        for n, agent in enumerate(("Alice", "Bob"), 1):
            measured = MeasuredCall(
                id=f"{n}",
                uniqueid="1.1",
                agent=agent,
                at=NOON,
                direction=CallDirection.IN,
                lasted=60 * SECOND,
                loss=0.004 * n,
                worst_loss=0.03,
                jitter_ms=4.56,
                round_trip_ms=None,
                codec="opus",
            )
            await keep_measured(unit, measured)
    await asyncio.to_thread(run, calls.app, home, "--csv", str(home / "calls.csv"))
    rows = list(csv.DictReader(io.StringIO((home / "calls.csv").read_text("utf-8-sig"))))
    told = [(one["sound lost"], one["jitter (ms)"], one["round trip (ms)"]) for one in rows]
    assert told == [("0.4%", "4.6", ""), *[("", "", "")] * 5]


@pytest.mark.one_database
@pytest.mark.parametrize("lang", ["en", "zh-CN"])
@pytest.mark.parametrize("app", [calls.app, report.app], ids=["calls", "report"])
def test_tables_are_readable_on_80_columns(home: Path, monkeypatch: pytest.MonkeyPatch, app: Typer, lang: str) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = run(app, home, "--lang", lang).splitlines()
    table = [line for line in lines if line.startswith(("12:00:0", "key_accounts", "orders"))]
    assert len(table) == (6 if app is calls.app else 2)  # no row takes two lines
    assert max(map(cell_len, [*table, *lines[:4]])) <= 80


def test_only_the_newest_calls_are_shown_and_it_is_said(home: Path) -> None:
    text = run(calls.app, home, "--last", "1")
    assert "the newest 1 only" in text
    assert "timed out" in text
    assert "abandoned" not in text


def test_no_call_is_said_so(home: Path) -> None:
    assert run(calls.app, home, "--queue", "nobody") == "no call fits\n"


@pytest.mark.one_database
def test_no_database_is_said_so_and_how_to_make_one(home: Path) -> None:
    (home / "callcenter.sqlite").unlink()
    with pytest.raises(MigrationMissing):
        run(calls.app, home)


@pytest.mark.one_database
async def test_after_a_restart_the_board_goes_on_with_the_day_so_far(tmp_path: Path) -> None:
    async with (
        LoadedSwitch(stories(), 8.0) as switch,
        at_home(tmp_path, switch.port, ami="wait_at_start = true") as service,
    ):
        await service.start()
        await service.until("/live.json", lambda page: sum(q["answered"] for q in page.json()["queues"]) > 5)
        await switch.vanish()
        await service.until("/readyz", lambda page: page.status_code == 503)
        before = (await service.until("/live.json", lambda _: True)).json()
        assert await service.stop() == 0
        await service.launch()
        after = (await service.until("/live.json", lambda _: True)).json()
    assert counts(after) == counts(before)
    assert dated(after) == dated(before)
    assert after["counted_since"] <= before["now"]
    assert {one["agent"] for one in after["agents"]} == {one["agent"] for one in before["agents"]}


def dated(document: dict[str, Any]) -> list[str]:
    """The last calls, but those of which no time is known: they belong to no day."""
    return sorted(str(one) for one in document["recent"] if one["at"] is not None)


def counts(document: dict[str, Any]) -> dict[str, tuple[int, ...]]:
    names = ("answered", "abandoned", "other_exits", "refused", "within")
    told = {one["queue"]: tuple(one[name] for name in names) for one in document["queues"]}
    return {queue: numbers for queue, numbers in told.items() if any(numbers)}


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("app", "command"),
    [(calls.app, ()), (violations.app, ("list",)), (violations.app, ("verify",)), (rules.app, ("agreement",))],
)
def test_a_span_that_is_turned_round_is_said_to_be(home: Path, app: Typer, command: tuple[str, ...]) -> None:
    with pytest.raises(BadInput, match="turn them round"):
        run(app, home, *command, "--from", "2026-11-30", "--to", "2026-11-29")


def test_more_calls_than_any_database_counts_are_refused(home: Path) -> None:
    told = ["--last", "99999999999999999999", "--settings", str(home / "callcenter.toml")]
    assert CliRunner().invoke(calls.app, told).exit_code == 2
