"""The same figures, rulebook and roster through every part of the service give the same verdicts and numbers."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console
from typer.testing import CliRunner

from callcenter.cli.lab.replay import app
from callcenter.cli.office import report
from callcenter.domain.frame import SECOND
from callcenter.exporter.live import LiveDocument
from callcenter.files.rulebook import load_rulebook
from callcenter.reports.board.tables import Board
from callcenter.reports.records.explain import derive
from callcenter.rules.regulations.edition import Mode
from callcenter.tracker import RulesInForce
from tests.integration.one_shift import FIRST_QUEUE, QUEUE, roster, rulebook, tape
from tests.integration.shift_place import Place, serving

Numbers = dict[str, Any]
"""What one part of the service tells, by the name of the figure."""

OTHER_FIGURES = {
    "rings": 4,
    "engaged_seconds": 30,
    "service_threshold_seconds": 12,
    "queues": {QUEUE: {"wrap_up_seconds": 10}},
}
LATE, MISSED = ("V-LATE-ANSWER", "Alice", "proposed"), ("V-MISSED", "Alice", "proposed")
EXCUSED, BLOCKED = ("V-MISSED", "Alice", "excused"), ("V-HOTLINE", "Carol", "proposed")

PACKAGED: Numbers = {
    "records": [LATE, MISSED],
    "threshold": 20.0,
    "within": 3,
    "within_rings": {"rings-call": 2, "rings-offer": 3},
    "late_offers": ["Alice"],
    "figures": {
        "offered": 7,
        "answered": 4,
        "abandoned": 3,
        "sl-offered": 3 / 7,
        "sl-adjusted": 3 / 6,
        "sl-answered": 3 / 4,
        "sl-erlang": 5 / 7,
        "answered/offered": 4 / 7,
        "abandoned/offered": 3 / 7,
        "abandoned/(answered + abandoned)": 3 / 7,
        "asa": 14,
    },
    "wait-call": {QUEUE: (3, 2, 49 / 3), FIRST_QUEUE: (1, 1, 15)},
    "P-RING": (1, 2, 0),
    "P-WAIT": (2, 2, 0),
    "wrap_up_seconds": {"Alice": 0.0, "Bob": 0.0, "Carol": 0.0},
    "blocked_seconds": {"Alice": 0.0, "Bob": 0.0, "Carol": 0.0},
}
CHANGED: Numbers = {
    "records": [BLOCKED, EXCUSED],
    "threshold": 12.0,
    "within": 2,
    "within_rings": {"rings-call": 3, "rings-offer": 4},
    "late_offers": [],
    "figures": {
        "offered": 7,
        "answered": 4,
        "abandoned": 3,
        "sl-offered": 2 / 7,
        "sl-adjusted": 2 / 6,
        "sl-answered": 2 / 4,
        "sl-erlang": 4 / 7,
        "answered/offered": 4 / 7,
        "abandoned/offered": 3 / 7,
        "abandoned/(answered + abandoned)": 3 / 7,
        "asa": 14,
    },
    "wait-call": {QUEUE: (3, 1, 49 / 3), FIRST_QUEUE: (1, 0, 15)},
    "P-RING": (2, 1, 0),
    "P-WAIT": (1, 3, 0),
    "wrap_up_seconds": {"Alice": 4.5, "Bob": 10.0, "Carol": 20.0},
    "blocked_seconds": {"Alice": 0.0, "Bob": 0.0, "Carol": 15.0},
}
every_figure = pytest.mark.parametrize(
    ("figures", "expected"), [({}, PACKAGED), (OTHER_FIGURES, CHANGED)], ids=["packaged", "changed"]
)


def by_metrics(samples: dict[tuple[str, ...], float]) -> Numbers:
    def seconds(state: str) -> dict[str, float]:
        return {
            labels[1]: round(value, 3)
            for labels, value in samples.items()
            if labels[0] == "agent_state_seconds_total" and labels[2] == state
        }

    def counted(name: str, *labels: str) -> float:
        return samples[name, *labels]

    def of_visits(*outcomes: str) -> float:
        return sum(samples["visits_total", outcome, QUEUE] for outcome in outcomes)

    offered = sum(value for labels, value in samples.items() if labels[0] == "visits_total" and labels[2] == QUEUE)
    answered, gone, within = of_visits("answered"), of_visits("abandoned"), counted("within_threshold_total", QUEUE)
    left_within, short = counted("abandoned_within_threshold_total", QUEUE), counted("short_abandons_total", QUEUE)
    raised = [labels[1:] for labels, value in samples.items() if labels[0] == "violations_total" and value]
    return {
        "rules and verdicts": sorted((rule, verdict) for rule, _, verdict in raised),
        "threshold": samples["service_threshold_seconds", QUEUE],
        "within": samples["within_threshold_total", QUEUE],
        "within_rings": {kind: samples["within_rings_total", kind, QUEUE] for kind in ("rings-call", "rings-offer")},
        "wrap_up_seconds": seconds("wrap_up"),
        "blocked_seconds": seconds("blocked"),
        "figures": {
            "offered": offered - of_visits("refused"),
            "answered": answered,
            "abandoned": gone,
            "sl-offered": within / (answered + gone),
            "sl-adjusted": within / (answered + gone - short),
            "sl-answered": within / answered,
            "sl-erlang": (within + left_within) / (answered + gone),
            "answered/offered": answered / offered,
            "abandoned/offered": gone / offered,
            "abandoned/(answered + abandoned)": gone / (answered + gone),
            "asa": counted("wait_seconds_sum", "answered", QUEUE) / answered,
        },
        "wait-call": {
            queue: (
                counted("calls_answered_total", queue),
                counted("calls_within_threshold_total", queue),
                counted("call_wait_seconds_sum", queue) / counted("call_wait_seconds_count", queue),
            )
            for queue in (QUEUE, FIRST_QUEUE)
        },
    }


def by_board(document: LiveDocument) -> Numbers:
    (queue,) = [queue for queue in document.queues if queue.queue == QUEUE]
    offers = [offer for visit in document.recent for offer in visit.offers]
    return {
        "threshold": queue.threshold_seconds,
        "within": queue.within,
        "late_offers": [offer.agent for offer in offers if offer.late],
    }


def drawn(document: LiveDocument) -> str:
    console = Console(file=io.StringIO(), width=160, highlight=False)
    console.print(Board("en", ZoneInfo(document.timezone), plain=True).show(document, calls=9))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


async def by_api(place: Place) -> Numbers:
    begun = datetime.fromtimestamp(place.switch.begun / SECOND, UTC)
    span = f"from={begun:%Y-%m-%dT%H:%M:%SZ}&to={begun + timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"
    records = (await place.get("/violations"))["items"]
    promises = (await place.get(f"/promises?{span}"))["items"]
    figures = {one["queue"]: one for one in (await place.get(f"/figures?{span}"))["items"]}
    asked = figures[QUEUE]
    return {
        "records": sorted((record["rule"], record["agent"], record["verdict"]) for record in records),
        "repeats": (asked["repeats"]["repeated"], asked["repeats"]["counted"]),
        "figures": {
            "offered": asked["offered"],
            "answered": asked["answered"],
            "abandoned": asked["abandoned"],
            **asked["service_levels"],
            "answered/offered": asked["answered_rate"],
            "abandoned/offered": asked["lost_rate"],
            "abandoned/(answered + abandoned)": asked["abandon_rate"],
            "asa": asked["asa_seconds"],
        },
        "wait-call": {
            queue: (one["calls_answered"], one["calls_within"], one["wait_call_seconds"])
            for queue, one in figures.items()
        },
        **{one["promise"]: (one["kept"], one["broken"], one["unknown"]) for one in promises if one["queue"] == QUEUE},
    }


async def by_report(place: Place) -> Numbers:
    """Read the day's file; its rates have four digits."""
    day = datetime.fromtimestamp(place.switch.begun / SECOND, ZoneInfo(place.zone)).date()
    words = ["calls", f"{day}", "--csv", f"{place.service.home}/day.csv", "--settings", f"{place.service.settings}"]
    told = await asyncio.to_thread(
        CliRunner(env=place.service.environment).invoke, report.app, [*words, "--lang", "en"]
    )
    assert told.exit_code == 0, told.output
    with (place.service.home / "day.csv").open(encoding="utf-8-sig") as file:
        rows = {row["queue"]: row for row in csv.DictReader(file)}
    asked = {
        name.removeprefix("answered rate ").removeprefix("abandon rate "): told for name, told in rows[QUEUE].items()
    }
    share = next(name for name in asked if name.startswith("wait-call within"))
    return {
        "figures": {name: float(asked["ASA (s)" if name == "asa" else name]) for name in PACKAGED["figures"]},
        "wait-call": {
            queue: (
                calls := int(row["calls answered, by their first line"]),
                round(calls * float(row[share])),
                float(row["mean wait-call (s)"]),
            )
            for queue, row in rows.items()
            if queue in {QUEUE, FIRST_QUEUE}
        },
    }


def by_journal(place: Place) -> Numbers:
    """Derive the records again; that no rulebook of the settings is asked, a wrong one shows."""
    in_force = RulesInForce(load_rulebook(), None)
    found = [v for v in derive(place.service.home / "journal.sqlite", in_force) if v.mode is Mode.ON]
    return {"records": sorted((v.rule, v.agent, v.verdict.value) for v in found)}


def by_replay(folder: Path, login: bytes, book: dict[str, Any], *options: str) -> Numbers:
    (folder / "login.ami").write_bytes(login)
    for name, form in (("roster.json", roster()), ("replayed.yaml", book)):
        (folder / name).write_text(json.dumps(form))
    files = [
        "--ami",
        f"{folder}/login.ami",
        "--roster",
        f"{folder}/roster.json",
        "--rulebook",
        f"{folder}/replayed.yaml",
    ]
    result = CliRunner().invoke(app, [*files, *options], catch_exceptions=False)
    shown = json.loads(result.stdout)
    assert (shown["gaps"], shown["quarantined"]["total"]) == ([], 0)
    agents = shown["totals"]["agents"]
    return {
        "records": sorted((one["rule"], one["agent"], one["verdict"]) for one in shown["violations"]),
        "within": shown["totals"]["queues"][QUEUE]["within"],
        **{name: tuple(kept.values()) for name, kept in shown["promises"][QUEUE].items()},
        "wrap_up_seconds": {agent: told["seconds"]["wrap_up"] for agent, told in agents.items()},
        "blocked_seconds": {agent: told["seconds"]["blocked"] for agent, told in agents.items()},
    }


def part(expected: Numbers, *names: str) -> Numbers:
    return {name: expected[name] for name in names}


@every_figure
async def test_every_part_tells_the_same(tmp_path: Path, figures: dict[str, Any], expected: Numbers) -> None:
    async with serving(tmp_path, figures) as place:
        await place.play()
        samples, document, answered = await place.metrics(), await place.board(), await by_api(place)
        reported = await by_report(place)
    replayed = by_replay(tmp_path, place.switch.heard, rulebook({"figures": figures}), "--timezone", place.zone)
    exported = by_metrics(samples)
    assert exported.pop("rules and verdicts") == [(rule, verdict) for rule, _, verdict in expected["records"]]
    counted = ("figures", "wait-call")
    assert exported == part(
        expected, "threshold", "within", "within_rings", "wrap_up_seconds", "blocked_seconds", *counted
    )
    assert by_board(document) == part(expected, "threshold", "within", "late_offers")
    assert f"{expected['within'] / 7:.1%} / {expected['threshold']:g} s" in drawn(document)
    assert answered.pop("repeats") == (1, 1)
    assert answered == part(expected, "records", "P-RING", "P-WAIT", *counted)
    assert reported["figures"] == pytest.approx(expected["figures"], abs=0.0001)
    for queue, waits in expected["wait-call"].items():
        assert reported["wait-call"][queue] == pytest.approx(waits, abs=0.001)
    assert by_journal(place) == part(expected, "records")
    assert replayed == part(expected, "records", "within", "P-RING", "P-WAIT", "wrap_up_seconds", "blocked_seconds")


async def test_rulebook_that_changes_holds_in_every_part_from_there_on(tmp_path: Path) -> None:
    async with serving(tmp_path, {}) as place:
        await place.play(until=130)
        place.decree(OTHER_FIGURES)
        await place.until_metric("service_threshold_seconds", QUEUE, value=12)
        await place.play()
        exported, document, answered = by_metrics(await place.metrics()), await place.board(), await by_api(place)
    records = [BLOCKED, LATE, MISSED]
    assert exported["blocked_seconds"] == CHANGED["blocked_seconds"]
    assert exported["wrap_up_seconds"] == {"Alice": 0.0, "Bob": 0.0, "Carol": 20.0}
    assert exported["within"] == 3  # by the figures of when each was answered
    assert by_board(document)["threshold"] == 12
    assert answered["records"] == records
    assert by_journal(place)["records"] == records


def test_tape_that_crosses_an_editions_border_is_told_by_the_figures_of_each_moment(tmp_path: Path) -> None:
    midnight = datetime(2026, 7, 1, tzinfo=ZoneInfo("Asia/Shanghai"))
    begun = round(midnight.timestamp()) * SECOND - 130 * SECOND
    book = rulebook({"to": "2026-06-30"}, {"from": "2026-07-01", "figures": OTHER_FIGURES})
    told = by_replay(tmp_path, tape(begun), book)
    assert told["records"] == [BLOCKED, LATE, MISSED]
    assert told["wrap_up_seconds"] == {"Alice": 0.0, "Bob": 0.0, "Carol": 20.0}
    assert told["blocked_seconds"] == CHANGED["blocked_seconds"]
    assert (told["within"], told["P-RING"]) == (3, (1, 2, 0))


@every_figure
def test_tape_of_the_shift_is_told_the_same(tmp_path: Path, figures: dict[str, Any], expected: Numbers) -> None:
    told = by_replay(tmp_path, tape(1_795_400_000 * SECOND), rulebook({"figures": figures}))
    assert told == part(expected, *told)
