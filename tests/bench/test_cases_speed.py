"""100,000 complaints: a filtered list, one with its history, 200 opened at once; a long story told again."""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from callcenter.cases.complaints.case import Analysis, Case, CaseClock
from callcenter.cases.complaints.replay import replay_lines
from callcenter.cases.complaints.vocabulary import CaseChannel, CaseState, Move, Nature
from callcenter.domain.frame import SECOND
from callcenter.store.complaints.cases import CaseAbout, CaseStep, FiledCase, case_values, step_values
from callcenter.store.complaints.tables import CaseRow, CaseStepRow
from tests.integration.api import Browser, Department
from tests.integration.cases_over_api import listed, made, staying
from tests.integration.office import settings_of
from tests.support.databases import DATABASES, POSTGRESQL
from tests.unit.rules.detection.people import MONDAY

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1_800)]

MANY, AT_ONCE, LINES_EACH, OPENED, ASKED = 100_000, 5_000, 10, 200, 50
HOUR, DAY = 3_600 * SECOND, 86_400 * SECOND
STATES = (CaseState.ARCHIVED,) * 15 + (CaseState.RECORDED, CaseState.ANALYSED, CaseState.ASSIGNED)
OWNERS = [f"agent-{n}" for n in range(100)]
FILTERS = (
    "",
    "?owner=agent-7",
    "?state=assigned",
    "?open=true",
    "?overdue=true",
    "?department=warehouse",
    "?nature=quarrel&upheld=true",
    "?owner=agent-7&state=assigned&kept=false",
    "?owner=nobody",
    "?from=2026-02-01T00:00:00Z&to=2026-02-02T00:00:00Z",
    f"?customer={7:032x}",
)


def case(n: int) -> FiledCase:
    """Make the n-th of the cases that there are."""
    at = MONDAY - (MANY + 60 - n) * 60 * SECOND
    state = STATES[n % len(STATES)]
    clock = CaseClock(start=at, due=at + 48 * HOUR, stopped_at=at + HOUR if state is CaseState.ARCHIVED else None)
    nature = tuple(Nature)[n % len(Nature)]
    told = Case(
        name=f"{n:032x}",
        opened_at=at,
        owner=OWNERS[n % len(OWNERS)],
        state=state,
        clocks=[clock],
        since=at,
        number=f"2025-{n // 9_999 + 1:02}-{n % 9_999 + 1:04}",
        analysis=Analysis(by=("sun",), nature=nature, upheld=n % 3 == 0, agent=f"Agent {n % 50}"),
        department=("warehouse", "shop", "carrier")[n % 3],
    )
    about = CaseAbout(channel=CaseChannel.PHONE, customer=f"{n % 50_000:032x}", call=f"1.{n}", queue="sales")
    return FiledCase(id=told.name, case=told, about=about, version=LINES_EACH, changed_at=at)


def steps(n: int, filed: FiledCase) -> Iterator[CaseStep]:
    for k in range(LINES_EACH):
        yield CaseStep(
            case=filed.id,
            n=k + 1,
            seq=n * LINES_EACH + k + 1,
            at=filed.case.opened_at + k * 60 * SECOND,
            by=filed.case.owner,
            place=None,
            move=Move.OPEN if k == 0 else Move.ATTEMPT,
            state=filed.case.state,
            fields={"content": "the shoes are too small and nobody calls back " * 4, "wanted": "new shoes"},
        )


def row_of(filed: FiledCase) -> dict[str, object]:
    values = case_values(filed.case, filed.about, None, filed.changed_at)
    return {"id": filed.id, "version": filed.version, **values}


@asynccontextmanager
async def filled(folder: Path) -> AsyncIterator[Department]:
    async with staying(folder) as work:
        for start in range(0, MANY, AT_ONCE):
            some = [(n, case(n)) for n in range(start, start + AT_ONCE)]
            async with work.decisions.writing() as unit:
                rows = [
                    {"id": one.id, "version": 1, **case_values(one.case, one.about, None, one.changed_at)}
                    for _, one in some
                ]
                await unit.connection.execute(insert(CaseRow), rows)
                lines = [step_values(step) for n, one in some for step in steps(n, one)]
                await unit.connection.execute(insert(CaseStepRow), lines)
        if DATABASES.kind == POSTGRESQL:  # as its autovacuum does soon after
            DATABASES.sql(settings_of(folder), "ANALYZE")
        yield work


async def timed(work: Callable[[], Awaitable[object]], times: int = ASKED) -> tuple[float, float]:
    """Do something so many times; gives the median and the worst, in milliseconds."""
    spent = []
    for _ in range(times):
        begin = time.perf_counter()
        await work()
        spent.append((time.perf_counter() - begin) * 1e3)
    return statistics.median(spent), max(spent)


@pytest.mark.usefixtures("database")
async def test_lists_and_openings_among_a_hundred_thousand(tmp_path: Path) -> None:
    begin = time.perf_counter()
    async with filled(tmp_path) as work:
        took = time.perf_counter() - begin
        print(f"\n{DATABASES.kind}: {MANY:,} cases of {LINES_EACH} lines each, filled in {took:.0f} s")
        sun = await work.signed_in("sun")
        await lists(sun)
        median, worst = await timed(lambda: sun.get(f"/cases/{MANY // 2:032x}"))
        print(f"  one case with its history: median {median:.1f} ms, worst {worst:.1f} ms (30 ms)")
        begin = time.perf_counter()
        opened = await asyncio.gather(*(made(work, "sun") for _ in range(OPENED)))
        spent = time.perf_counter() - begin
        assert sorted(int(one["number"][-4:]) for one in opened) == list(range(1, OPENED + 1))
        print(f"  {OPENED} opened at once: {spent:.1f} s, {OPENED / spent:.0f} a second (10 s)")


async def lists(browser: Browser) -> None:
    for asked in FILTERS:
        found = await listed(browser, f"/cases{asked}")
        median, worst = await timed(lambda asked=asked: browser.get(f"/cases{asked}"), 10)  # type: ignore[misc]
        figures = f"{len(found):3} found: median {median:6.1f} ms, worst {worst:6.1f} ms (100 ms)"
        print(f"  list {asked or 'of all':60} {figures}")


def story(lines: int) -> Iterator[str]:
    """Tell a story of so many lines: cases that are opened, chased, analysed and told that they do not stand."""
    people = [{"account": "a", "role": "agent"}, {"account": "m", "role": "manager"}]
    yield json.dumps({"settings": {"people": people}})
    at = datetime(2026, 3, 2, tzinfo=UTC)
    each: list[dict[str, object]] = [
        {"by": "a", "do": "open", "channel": "phone", "content": "x", "wanted": "y"},
        {"by": "a", "do": "chase", "channel": "phone"},
        {"by": "m", "do": "analyse", "cause": "x", "nature": "other", "upheld": False},
        {"by": "a", "do": "tell_not_upheld", "contact": "called"},
        {"by": "m", "do": "archive"},
    ]
    for n in range(lines - 1):
        at += timedelta(seconds=30)
        yield json.dumps(each[n % len(each)] | {"at": at.isoformat(), "case": f"c{n // len(each)}"})


def test_story_of_100_000_lines_is_told_again() -> None:
    lines = list(story(MANY))
    begin = time.perf_counter()
    told = replay_lines(lines)
    spent = time.perf_counter() - begin
    assert {one.why for one in told.results} == {None}
    print(f"\ncases replay of {len(lines):,} lines: {spent:.1f} s, {len(lines) / spent:,.0f} lines a second (10 s)")
