"""The next moves of a case over the API: whose each is, why not whoever reads, and the form of what one may do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.api import Department
from tests.integration.cases_over_api import (
    ASSIGN,
    HOUR,
    PROPOSE,
    UPHELD,
    answered,
    link,
    made,
    move,
    moved,
    staying,
    warehouse,
)

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.one_database]


@pytest.fixture
async def work(tmp_path: Path) -> AsyncIterator[Department]:
    async with staying(tmp_path) as found:
        for name in ("alice", "bobby", "li-leads", "sun", "ma", "gus"):
            await found.signed_in(name)
        await warehouse(found)
        yield found


async def offered(work: Department, name: str, case: str) -> dict[str, dict[str, Any]]:
    answer = await (await work.signed_in(name)).get(f"/cases/{case}")
    assert answer.status_code == 200, answer.text
    return {one["move"]: one for one in answer.json()["moves"]}


def fields(one: dict[str, Any]) -> list[str]:
    return [field["name"] for field in one["form"]]


async def test_each_move_says_whose_it_is_and_why_not_whoever_reads(work: Department) -> None:
    case = (await made(work, about="Alice"))["id"]
    mine = await offered(work, "alice", case)
    assert (mine["analyse"]["why"], mine["analyse"]["to"]) == ("own_matter", "analysed")
    assert mine["analyse"]["roles"] == ["group_leader", "manager", "supervisor"]
    assert mine["analyse"]["accounts"] == []  # an agent reads no names
    assert mine["analyse"]["form"] == []
    assert mine["attempt"]["why"] is None
    assert fields(mine["extend"]) == ["until", "reason", "approved_by", "contact", "told_at"]
    theirs = await offered(work, "sun", case)
    assert (theirs["analyse"]["why"], theirs["withdraw"]["why"]) == (None, "not_allowed")
    assert theirs["withdraw"]["accounts"] == ["alice"]
    assert fields(theirs["analyse"])[:3] == ["cause", "nature", "upheld"]
    asked = {field["name"]: field for field in theirs["analyse"]["form"]}
    assert asked["responsible.department"]["choices"] == ["warehouse"]
    assert asked["responsible.department"]["where"] == {"field": "upheld", "answer": True}
    assert theirs["chase"]["hands"] == ["any"]
    assert "archive" not in theirs


async def test_what_is_proposed_is_approved_by_those_whose_level_covers_it_and_not_by_who_proposed_it(
    work: Department,
) -> None:
    case = (await made(work))["id"]
    await moved(work, "sun", case, UPHELD)
    await moved(work, "alice", case, ASSIGN)
    token = (await link(work, "alice", case))["token"]
    notice = (await work.browser("192.0.2.9").get(f"/notices/{token}")).json()
    assert [(one["move"], fields(one)) for one in notice["moves"]] == [
        ("return_notice", ["reason"]),
        ("propose", ["solution", "remedies"]),
        ("carry_out", ["what", "urgent"]),
        ("measure", ["text", "tracked", "reason"]),
    ]
    await answered(work, token, PROPOSE | {"remedies": [{"kind": "voucher", "amount": "900"}]})
    approval = (await offered(work, "li-leads", case))["approve"]
    assert (approval["why"], approval["accounts"]) == ("not_allowed", ["ma", "sun"])
    assert (await offered(work, "sun", case))["approve"]["accounts"] == ["ma"]


async def test_what_comes_too_late_is_not_offered_and_a_refusal_names_its_fields(work: Department) -> None:
    case = (await made(work))["id"]
    assert "extend" in await offered(work, "alice", case)
    refused = await move(work, "sun", case, {"do": "analyse", "nature": "slow"})
    assert (refused.status_code, refused.json()["fields"]) == (422, ["cause", "upheld"])
    work.now += 49 * HOUR
    assert "extend" not in await offered(work, "alice", case)


async def test_the_report_has_its_time_from_the_first_analysis_on(work: Department) -> None:
    case = (await made(work))["id"]
    supervisor = await work.signed_in("sun")
    assert (await supervisor.get(f"/cases/{case}")).json()["report_due"] is None
    await moved(work, "sun", case, UPHELD)
    told = (await supervisor.get(f"/cases/{case}")).json()
    assert told["report_due"] is not None
    assert told["report_due"] > told["analysed_at"]
