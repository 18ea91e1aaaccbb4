"""A customer who is deleted, merged or split, and its cases: what was written goes, what was done stays."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from callcenter.cases.complaints.replay import replay_lines
from callcenter.numbers import PLAIN
from callcenter.store.audit import verify
from callcenter.store.customers.writes import Touch
from callcenter.usecases.customers.forget_caller import forget_caller
from tests.integration.api import Department
from tests.integration.cases_over_api import HOUR, NUMBER, SAID, listed, made, moved, staying, walk
from tests.integration.office import settings_of
from tests.integration.test_api_cases import called
from tests.support.databases import DATABASES

pytestmark = pytest.mark.usefixtures("database")

OTHER = "13900139000"


@pytest.fixture
async def work(tmp_path: Path) -> AsyncIterator[Department]:
    async with staying(tmp_path) as found:
        yield found


async def customer(work: Department, name: str, *numbers: str) -> str:
    told = {"name": name, "numbers": [{"raw": one} for one in numbers]}
    answer = await (await work.signed_in("ma")).send("POST", "/customers", told)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def written(work: Department, folder: Path) -> str:
    """Read all that is kept of lines."""
    return str(DATABASES.sql(settings_of(folder), "SELECT fields FROM case_steps"))


async def outcome(work: Department, case: str) -> Any:
    """Tell a case's story again; gives what it comes to."""
    story = await (await work.signed_in("ma")).get(f"/cases/{case}/story")
    told = replay_lines(story.text.splitlines())
    assert {one.why for one in told.results} == {None}
    return told.cases, told.violations


async def test_deleted_customers_cases_keep_their_story_without_the_words(work: Department, tmp_path: Path) -> None:
    zhang = await customer(work, "张三", NUMBER)
    case = await made(work, customer=zhang)
    await walk(work, case["id"])
    still = await made(work, content=f"a colleague of {NUMBER} says so", wanted="an answer")
    before = await outcome(work, case["id"])
    ma = await work.signed_in("ma")
    gone = await ma.send("DELETE", f"/customers/{zhang}", If_Match='"1"')
    assert gone.status_code == 200, gone.text

    shown = (await ma.get(f"/cases/{case['id']}")).json()
    assert (shown["customer"], shown["customer_card"], shown["state"]) == (None, None, "archived")
    assert shown["lines"][0]["fields"] == SAID | {"content": "***", "wanted": "***"}
    assert shown["lines"][3]["fields"]["remedies"] == [{"kind": "***", "amount": "200"}]
    kept = written(work, tmp_path)
    for word in ("张三", NUMBER, "it does not fit", "wrong size", "voucher", "look twice", "called"):
        assert word not in kept
    assert "138****5678 says so" in kept
    assert await outcome(work, case["id"]) == before
    assert (await ma.get(f"/cases/{still['id']}")).json()["lines"][0]["fields"]["wanted"] == "an answer"
    async with work.decisions.writing() as unit:
        assert await verify(unit.connection) > 0


async def test_caller_who_is_no_customer_is_forgotten_in_the_cases_of_their_calls(
    work: Department, tmp_path: Path
) -> None:
    await called(work)
    await made(work, "ma", call="1.1")
    async with work.decisions.writing() as unit:
        await forget_caller(unit, NUMBER, PLAIN, Touch(by="ma", at=work.now))
    assert "it does not fit" not in written(work, tmp_path)


async def test_cases_of_a_merged_customer_are_the_kept_ones_until_that_is_undone(work: Department) -> None:
    zhang, san = await customer(work, "张三", NUMBER), await customer(work, "老三", OTHER)
    theirs = await made(work, customer=san)
    work.now += HOUR
    his = await made(work, customer=zhang)
    ma = await work.signed_in("ma")
    merge = {"other": san, "other_version": 1}
    done = await ma.send("POST", f"/customers/{zhang}/merge", merge, If_Match='"1"')
    assert done.status_code == 200, done.text
    both = {theirs["id"], his["id"]}
    assert await listed(ma, f"/cases?customer={zhang}") == both
    span = "from=2026-03-01T00:00:00%2B08:00&to=2026-04-01T00:00:00%2B08:00"
    assert (await ma.get(f"/complaint-figures?{span}")).json()["all"]["repeats"] == 1
    (waiting,) = (await ma.get("/care/due")).json()["items"]
    assert (waiting["customer"], waiting["signs"]) == (zhang, ["complains"])
    assert await listed(ma, f"/cases?customer={san}") == both
    card = (await ma.get(f"/cases/{theirs['id']}")).json()["customer_card"]
    assert card["id"] == zhang
    offered = await ma.send("POST", "/cases", SAID | {"customer": zhang})
    assert {one["id"] for one in offered.json()["cases"]} == both
    merges = (await ma.get(f"/customers/{zhang}/merges")).json()["items"]
    undone = await ma.send("POST", f"/customers/merges/{merges[0]['id']}/undo")
    assert undone.status_code == 200, undone.text
    assert await listed(ma, f"/cases?customer={san}") == {theirs["id"]}


async def test_numbers_that_are_split_off_take_the_cases_of_their_calls_along(work: Department) -> None:
    both = await customer(work, "张三", OTHER, NUMBER)
    await called(work)
    by_call, by_hand = await made(work, "ma", call="1.1"), await made(work, customer=both, new=True)
    ma = await work.signed_in("ma")
    split = await ma.send("POST", f"/customers/{both}/split", {"places": [1], "name": "李四"}, If_Match='"1"')
    assert split.status_code in {200, 201}, split.text
    new = split.json()["id"]
    assert await listed(ma, f"/cases?customer={new}") == {by_call["id"]}
    assert await listed(ma, f"/cases?customer={both}") == {by_hand["id"]}
    await moved(work, "ma", by_call["id"], {"do": "chase", "channel": "phone"})
