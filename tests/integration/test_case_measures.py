"""What follows an answered complaint: measures to their end, the month's review, reports, remedies, what HR notes."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import update

from callcenter.cases.complaints.vocabulary import Move
from callcenter.rules.records.standing import RecordState
from callcenter.staff.rights import Role
from callcenter.store.tables import ViolationRow
from tests.integration import api
from tests.integration.aftercare import MONTH, MONTH_END, aftercare, opened_for
from tests.integration.api import Department
from tests.integration.complaints import HOUR, UPHELD, WAREHOUSE, Desk

pytestmark = pytest.mark.usefixtures("database")

CASE, OTHER = "a" * 32, "b" * 32
PLANNED = {"state": "open", "due": "2026-03-10", "responsible": "warehouse"}


@pytest.fixture
async def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Department]:
    """An archived case with two measures; another that is analysed and not reported."""
    monkeypatch.setitem(api.PEOPLE, "cai", (Role.ACCOUNTING, None, None))
    async with aftercare(tmp_path, MONTH_END, CASE) as found:
        desk = Desk(found.decisions)
        await desk.move(CASE, Move.MEASURE, "alice", 10, {"text": "label the shelves", "tracked": True})
        await desk.move(CASE, Move.MEASURE, "alice", 10, {"text": "-", "tracked": False, "reason": "a slip"})
        await opened_for(found, OTHER, "alice", 11)
        await desk.move(OTHER, Move.ANALYSE, "sue", 12, UPHELD | {"nature": "quarrel"})
        yield found


async def measure(work: Department) -> tuple[str, dict[str, object]]:
    (told,) = (await (await work.signed_in("sun")).get("/case-measures")).json()["items"]
    return f"/case-measures/{told['number']}/{told['n']}", told


async def test_measure_that_is_tracked_is_open_until_it_is_done_and_checked_by_another(work: Department) -> None:
    sun, ma = await work.signed_in("sun"), await work.signed_in("ma")
    path, first = await measure(work)

    planned = await sun.send("PUT", path, PLANNED, If_Match='"0"')
    late = (await measure(work))[1]
    done = await sun.send("PUT", path, PLANNED | {"state": "done"}, If_Match='"1"')
    own = await sun.send("PUT", path, PLANNED | {"state": "done", "effect": "none any more"}, If_Match='"2"')
    checked = await ma.send("PUT", path, PLANNED | {"state": "done", "effect": "none any more"}, If_Match='"2"')

    assert (first["text"], first["state"], first["due"], first["overdue"]) == ("label the shelves", "open", None, False)
    assert (planned.status_code, planned.headers["etag"], late["overdue"]) == (200, '"1"', True)
    assert (done.status_code, own.status_code, checked.json()["checked_by"]) == (200, 422, "ma")


async def test_of_two_who_change_a_measure_the_second_is_told(work: Department) -> None:
    sun = await work.signed_in("sun")
    path, _ = await measure(work)
    await sun.send("PUT", path, PLANNED, If_Match='"0"')

    assert (await sun.send("PUT", path, PLANNED, If_Match='"0"')).status_code == 412


async def test_measures_are_listed_by_state_and_page(work: Department) -> None:
    sun = await work.signed_in("sun")
    assert [
        len((await sun.get(f"/case-measures?state={state}")).json()["items"]) for state in ("open", "done", "dropped")
    ] == [1, 0, 0]
    first = (await sun.get("/case-measures?limit=1")).json()
    second = (await sun.get(f"/case-measures?limit=1&cursor={first['next']}")).json()
    assert (first["items"], [one["text"] for one in second["items"]]) == ([], ["label the shelves"])


@pytest.mark.one_database
async def test_line_that_is_no_measure_is_not_found(work: Department) -> None:
    sun = await work.signed_in("sun")

    for n in (1, 99):
        assert (await sun.get(f"/case-measures/{CASE}/{n}")).status_code == 404


async def test_cases_of_a_month_are_reviewed_by_the_tenth_of_the_next(work: Department) -> None:
    sun = await work.signed_in("sun")
    before = (await sun.get(f"/case-reviews/{MONTH}")).json()
    work.now = MONTH_END + 10 * 24 * HOUR
    await sun.sign_in("sun")
    late = (await sun.get(f"/case-reviews/{MONTH}")).json()
    number = before["items"][0]["number"]
    told = await sun.send("POST", f"/case-reviews/{MONTH}/{number}", {"words": "well done"})
    again = await sun.send("POST", f"/case-reviews/{MONTH}/{CASE}", {"words": "well done"})
    missing = await sun.send("POST", f"/case-reviews/{MONTH}/{OTHER}", {"words": "still open"})
    after = (await sun.get(f"/case-reviews/{MONTH}")).json()

    assert ([one["case"] for one in before["items"]], before["due"][-2:], before["overdue"]) == ([CASE], "10", 0)
    assert (late["overdue"], told.status_code, again.status_code, missing.status_code) == (1, 200, 409, 404)
    assert (after["overdue"], after["items"][0]["reviewed_by"]) == (0, "sun")


async def test_investigations_that_are_not_reported_are_listed(work: Department) -> None:
    items = (await (await work.signed_in("ma")).get("/case-reports")).json()["items"]

    assert [(one["case"], one["overdue"]) for one in items] == [(CASE, True), (OTHER, True)]


async def test_record_that_was_decided_waits_for_hr(work: Department) -> None:
    hua = await work.signed_in("hua")
    undecided = (await hua.get("/case-discipline")).json()["items"]
    async with work.decisions.writing() as unit:
        await unit.execute(
            update(ViolationRow).where(ViolationRow.rule == "V-CONFLICT").values(state=RecordState.CONFIRMED)
        )
    (waiting,) = (await hua.get("/case-discipline")).json()["items"]
    path = f"/case-discipline/{OTHER}/{waiting['n']}"
    noted = await hua.send("POST", path, {"words": "in the personnel file"})
    again = await hua.send("POST", path, {"words": "in the personnel file"})
    unknown = await hua.send("POST", f"/case-discipline/{OTHER}/9", {"words": "none"})

    assert (undecided, waiting["agent"], waiting["rule"]) == ([], "Bob", "V-CONFLICT")
    assert (noted.json()["noted_by"], again.status_code, unknown.status_code) == ("hua", 409, 404)
    assert (await hua.get("/case-discipline")).json()["items"] == []
    assert len((await hua.get("/case-discipline?noted=true")).json()["items"]) == 1


async def test_accounting_lists_what_was_promised(work: Department) -> None:
    cai = await work.signed_in("cai")
    found = (await cai.get(f"/case-remedies?month={MONTH}")).json()

    assert [(one["kind"], one["amount"], one["proposed_by"], one["approved_by"]) for one in found["items"]] == [
        ("voucher", "200", WAREHOUSE, "grace")
    ]
    assert found["sums"] == [
        {"kind": "voucher", "count": 1, "amount": "200", "unknown": 0, "unchecked": 1, "faulty": 0}
    ]
    assert (await cai.get("/case-remedies?month=2001-01")).json() == {"items": [], "sums": []}


@pytest.mark.one_database
async def test_remedies_are_written_to_a_file(work: Department) -> None:
    cai, english = await work.signed_in("cai"), {"Accept-Language": "en"}
    told = await cai.get(f"/case-remedies/export?month={MONTH}", **english)
    book = await cai.get(f"/case-remedies/export?month={MONTH}&format=xlsx", **english)

    (row,) = csv.DictReader(io.StringIO(told.text.removeprefix("\ufeff")))
    assert (row["case"], row["kind"], row["amount (yuan)"], row["checked"]) == (f"{MONTH}-0001", "voucher", "200", "")
    assert len([name for name in zipfile.ZipFile(io.BytesIO(book.content)).namelist() if "sheets/sheet" in name]) == 2


@pytest.mark.one_database
@pytest.mark.parametrize("path", ["/case-measures", f"/case-reviews/{MONTH}", "/case-discipline", "/case-reports"])
async def test_agents_are_told_none_of_it(work: Department, path: str) -> None:
    assert (await (await work.signed_in("alice")).get(path)).status_code == 403
