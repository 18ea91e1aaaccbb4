"""Every query of a page or a rule, asked of a real Prometheus that scrapes a busy service, gives what is to be seen."""

from __future__ import annotations

import asyncio
import math
import time
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tests.integration.asked import Asked, ask_all, filled, pages
from tests.integration.watched import Watched, watched
from tests.support.prometheus import METRICS_DIR, Answer, Prometheus

SECONDS = 16.0
"""Complaints are counted every 15 s: what is closed meanwhile is seen."""
ALL_SEEN_SECONDS = 60.0
"""A busy machine counts and scrapes later: so long the pages are asked again until they show what they can."""

TABLE = Path(__file__).parents[2] / "var" / "walls.md"
_NO_QUEUE_LOG = "the service reads no queue_log here"
_NO_SINK = "nobody takes what leaves here"
EMPTY = {
    ("agents", "Page could not ring, or lost a call"): "no page failed in these recordings",
    ("agents", "Sound lost in pages"): "no call in a page in these recordings",
    ("agents", "Line blocked"): "nobody's line is blocked in these recordings",
    ("operations", "Certificates"): "the switch speaks no TLS, and no other certificate is named",
    ("operations", "Certificate unreadable"): "no certificate is named",
    ("operations", "Joins that nobody saw"): _NO_QUEUE_LOG,
    ("operations", "queue_log behind"): _NO_QUEUE_LOG,
    ("operations", "Completed from queue_log"): _NO_QUEUE_LOG,
    ("operations", "queue_log says otherwise"): _NO_QUEUE_LOG,
    **{("operations", title): _NO_SINK for title in ("Waiting to leave", "Oldest that waits to leave", "Leaving")},
    **{("operations", title): _NO_SINK for title in ("Parked", "Disabled sinks", "MQTT connected", "Refused by MQTT")},
    ("queue-wall", "Longest wait"): "nobody waits at that moment",
    ("queue-wall", "Longest wait by queue"): "nobody waits at that moment",
    ("violations", "Warnings told"): "the first warning of a percent is there from its beginning",
}
"""Panels that have nothing to show here, and why."""


class Seen(NamedTuple):
    """What was answered while calls came.

    Attributes:
        desk: To every page.
        wall: To the pages of a wall, by its Prometheus.
        rules: Each alert and recording rule: its expression's answer.
        broken: Rules that Prometheus could not evaluate by itself.
        marks: What is marked on pages.
        values: Variable → its values, the fewest of any page.
        people: Series of agents and teams, there and on the wall.
    """

    desk: list[Asked]
    wall: list[Asked]
    rules: dict[str, Answer]
    broken: list[str]
    marks: dict[str, Answer]
    values: dict[str, int]
    people: tuple[int, int]


async def look(folder: Path) -> Seen:
    async with watched(folder, SECONDS) as found:
        desk = await until_shown(found.desk, found.began)
        wall = await until_shown(found.wall, found.began, below="wall")
        broken = [rule["name"] for rule in await found.desk.rules() if rule["health"] == "err"]
        people = [
            len(
                (
                    await one.query('{__name__=~"callcenter_.*",agent!=""} or {__name__=~"callcenter_.*",team!=""}')
                ).series
            )
            for one in (found.desk, found.wall)
        ]
        rules = {name: await found.desk.query(expr) for name, expr in every_rule().items()}
        marks = {name: await found.desk.query(filled(expr)) for name, expr in every_mark().items()}
        return Seen(desk, wall, rules, broken, marks, await values_of_variables(found), (people[0], people[1]))


async def until_shown(prometheus: Prometheus, began: float, *, below: str = "") -> list[Asked]:
    """Ask every page until no panel is empty that has something to show; the last answers, if that does not come."""
    last = time.monotonic() + ALL_SEEN_SECONDS
    while True:
        asked = await ask_all(prometheus, "en", began, below=below)
        if not empty(asked) or time.monotonic() > last:
            return asked
        await asyncio.sleep(1.0)


def empty(asked: list[Asked]) -> set[tuple[str, str]]:
    return {one.name for one in asked if one.rows == 0} - EMPTY.keys()


def every_rule() -> dict[str, str]:
    files = yaml.safe_load((METRICS_DIR / "prometheus.yml").read_text("utf-8"))["rule_files"]
    groups = [group for file in files for group in yaml.safe_load((METRICS_DIR / file).read_text("utf-8"))["groups"]]
    rules: list[dict[str, Any]] = [rule for group in groups for rule in group["rules"]]
    return {rule.get("alert") or rule["record"]: rule["expr"] for rule in rules}


def every_mark() -> dict[str, str]:
    marks = [mark for _, page in pages("en") for mark in page["annotations"]["list"]]
    return {mark["name"]: mark["target"]["expr"] for mark in marks}


async def values_of_variables(found: Watched) -> dict[str, int]:
    counts: dict[str, int] = {}
    for one in (one for _, page in pages("en") for one in page["templating"]["list"] if one["type"] == "query"):
        series, label = one["query"].removeprefix("label_values(").removesuffix(")").rsplit(", ", 1)
        answer = await found.desk.query(f"count by ({label}) ({filled(series)})")
        counts[one["name"]] = min(len(answer.series), counts.get(one["name"], len(answer.series)))
    return counts


def write_table(seen: Seen) -> None:
    rows = [(*one.name, f"{one.rows or EMPTY.get(one.name, 'NOTHING')}") for one in seen.desk]
    rows += [
        ("rule", name, f"{len(one.series) or 'nothing to record or alert of'}") for name, one in seen.rules.items()
    ]
    told = ["| page | panel | series |", "|---|---|---|", *(f"| {' | '.join(row)} |" for row in rows), ""]
    TABLE.parent.mkdir(exist_ok=True)
    TABLE.write_text("\n".join(told), "utf-8")


def is_right(one: Asked) -> bool:
    """Tell whether a panel's figures are numbers, and its shares between none and all."""
    latest = [value for answer in one.answers for _, value in answer.latest]
    shares = one.panel["fieldConfig"]["defaults"]["unit"] == "percentunit"
    return not any(math.isnan(value) or (shares and not 0 <= value < 1 + 1e-9) for value in latest)


def test_every_query_gives_what_is_to_be_seen(tmp_path: Path) -> None:
    """One test: whoever looks needs the service, its calls and two servers."""
    seen = asyncio.run(look(tmp_path))
    write_table(seen)

    assert empty(seen.desk) == set()
    assert [one.name for one in seen.desk if not is_right(one)] == []
    assert seen.broken == []
    assert [name for name, answer in seen.rules.items() if ":" in name and not answer.series] == []
    assert {name: len(answer.series) for name, answer in seen.marks.items()} == {
        "Gap": 0,
        "Restart": 0,
        "Rulebook changed": 0,
    }
    assert all(seen.values.values()), seen.values

    there, on_the_wall = seen.people
    assert there
    assert on_the_wall == 0
    assert empty(seen.wall) == set()
