"""Closed cases are drawn by a seed that was fixed before; whoever had no hand in one records what its customer said."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from callcenter.cases.aftercare.follow_ups import commitment_of, drawn
from callcenter.tracker.aftercare.watch import watch_draws
from callcenter.usecases.aftercare.follow_ups import keep_drawing
from tests.integration.aftercare import MONTH, MONTH_END, ZONE, aftercare
from tests.integration.api import Department, Json
from tests.integration.complaints import HOUR
from tests.unit.rules.detection.people import MONDAY

pytestmark = pytest.mark.usefixtures("database")

CASE = "a" * 32
MADE = {"state": "made", "satisfaction": 2, "words": "all is well"}


@pytest.fixture
async def work(tmp_path: Path) -> AsyncIterator[Department]:
    async with aftercare(tmp_path, MONTH_END, CASE) as found:
        yield found


async def draw(work: Department, fixed_at: int = MONDAY) -> None:
    for now in (fixed_at, MONTH_END - 1, MONTH_END):
        async with work.decisions.writing() as unit:
            await keep_drawing(unit, 10, ZONE, now)


async def shown(work: Department, month: str = MONTH) -> Json:
    return (await (await work.signed_in("qian")).get(f"/follow-ups/{month}")).json()


async def test_seed_is_published_by_its_hash_and_shown_with_the_draw(work: Department) -> None:
    async with work.decisions.writing() as unit:
        await keep_drawing(unit, 10, ZONE, MONDAY)
    before = await shown(work)
    await draw(work)
    after = await shown(work)

    assert (before["seed"], before["candidates"], before["items"], before["announced"]) == (None, None, [], True)
    assert (after["commitment"], commitment_of(after["seed"])) == (before["commitment"], before["commitment"])
    assert [one["number"] for one in after["items"]] == drawn(after["seed"], after["candidates"], after["percent"])
    assert after["candidates"] == [f"{MONTH}-0001"]


async def test_month_is_drawn_once(work: Department) -> None:
    await draw(work)
    first = await shown(work)
    async with work.decisions.writing() as unit:
        assert await keep_drawing(unit, 10, ZONE, MONTH_END + HOUR) == []

    assert await shown(work) == first


@pytest.mark.one_database
async def test_month_whose_seed_nobody_fixed_is_unknown(work: Department) -> None:
    assert (await (await work.signed_in("qian")).get("/follow-ups/2001-01")).status_code == 404


async def test_what_the_customer_said_is_recorded_once_and_stands_in_the_figures(work: Department) -> None:
    await draw(work)
    qian = await work.signed_in("qian")

    told = await qian.send("POST", f"/follow-ups/{MONTH}/{CASE}", MADE)
    again = await qian.send("POST", f"/follow-ups/{MONTH}/{CASE}", {"state": "unreachable"})

    assert (told.status_code, told.json()["recorded_by"], again.status_code) == (200, "qian", 409)
    span = "from=2026-01-01T00:00:00Z&to=2027-01-01T00:00:00Z"
    figures = (await qian.get(f"/complaint-figures?{span}")).json()["all"]["follow_ups"]
    assert figures == {
        "planned": 1,
        "made": 1,
        "unreachable": 0,
        "open": 0,
        "rate": 1.0,
        "answers": {"1": 0, "2": 1, "3": 0},
        "satisfied": 1.0,
    }


async def test_whoever_had_a_hand_in_the_case_does_not_follow_it_up(work: Department) -> None:
    async with work.decisions.writing() as unit:
        await keep_drawing(unit, 10, ZONE, MONDAY)
    await draw(work)

    grace = work.browser(address="10.9.9.9")
    await grace.sign_in("grace")
    answer = await grace.send("POST", f"/follow-ups/{MONTH}/{CASE}", MADE)
    await grace.http.aclose()

    assert (answer.status_code, (await shown(work))["items"][0]["state"]) == (409, "open")


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({"state": "made"}, 422),
        ({"state": "unreachable", "satisfaction": 1}, 422),
        ({"state": "open"}, 422),
        ({"state": "made", "satisfaction": 4}, 422),
    ],
)
async def test_what_cannot_be_is_refused(work: Department, told: Json, status: int) -> None:
    await draw(work)

    answer = await (await work.signed_in("qian")).send("POST", f"/follow-ups/{MONTH}/{CASE}", told)

    assert answer.status_code == status


@pytest.mark.one_database
async def test_case_that_was_not_drawn_is_not_found(work: Department) -> None:
    await draw(work)

    answer = await (await work.signed_in("qian")).send("POST", f"/follow-ups/{MONTH}/{'b' * 32}", MADE)

    assert answer.status_code == 404


@pytest.mark.one_database
async def test_service_draws_by_itself(work: Department) -> None:
    asked, drew = iter((MONDAY, MONTH_END)), asyncio.Event()

    def clock() -> int:
        now = next(asked, None)
        if now is None:
            drew.set()
        return now or MONTH_END

    watching = asyncio.create_task(watch_draws(work.decisions, 10, ZONE, clock, every=0.001), name="follow-ups")
    await drew.wait()
    watching.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await watching

    assert [one["number"] for one in (await shown(work))["items"]] == [f"{MONTH}-0001"]
