"""The desk beside the phone, in a real browser: lists with an address, numbers for a reason, notes, a day, rights."""

from __future__ import annotations

import csv
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, Route, expect

from callcenter.domain import events as ev
from callcenter.domain.vocabulary import PageWord
from tests.browser.front import PATIENCE_MS, RAIL, Front, Person, filled, front, known, scored, serious, until_settled

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]

expect.set_options(timeout=PATIENCE_MS)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def there(nothing_left_by_all: None, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Front]:
    async with front(tmp_path_factory.mktemp("front")) as found:
        await filled(found)
        await scored(found)
        known(found.house, found.work.now)
        found.house.sign_in()
        yield found


async def picks(page: Page, label: str, choice: str) -> None:
    """Choose in the last list of choices that is called so."""
    await page.locator(".el-select").filter(has=page.get_by_role("combobox", name=label)).last.click()
    await page.get_by_role("option", name=choice, exact=True).click()


async def test_a_list_has_an_address_keeps_its_columns_and_is_taken_as_it_is_shown(
    there: Front, tmp_path: Path
) -> None:
    async with there.person() as lead:
        page = await lead.sign_in("sun", "/lost-calls")
        table = page.locator("[data-table=lost_calls]")
        await expect(table.locator("tbody tr")).to_have_count(3)
        await picks(page, "State", "closed")
        await expect(page).to_have_url(re.compile(r"/lost-calls\?state=closed$"))
        await expect(table.locator("[data-note=empty]")).to_contain_text("Nothing fits")
        await page.go_back()
        await expect(table.locator("tbody tr")).to_have_count(3)
        await table.get_by_role("button", name="Latest").click()
        await expect(page).to_have_url(re.compile("order=latest"))
        await expect(table.locator("tbody tr").first).to_contain_text("13900139001")
        await table.get_by_role("button", name="Columns").click()
        await page.locator(".el-checkbox").filter(has_text="Tries").click()
        await page.reload()
        await expect(table.locator("thead")).not_to_contain_text("Tries")
        await expect(table.locator("tbody tr").first).to_contain_text("13900139001")
        await table.get_by_role("button", name="Take as a file").click()
        async with page.expect_download() as coming:
            await page.get_by_role("menuitem", name="CSV").click()
        await (await coming.value).save_as(tmp_path / "lost.csv")
        head, first, *_ = csv.reader((tmp_path / "lost.csv").read_text("utf-8-sig").splitlines())
        alice = await there.work.signed_in("alice")
        number = (await alice.get("/lost-calls?order=latest")).json()["items"][0]["id"]
        assert (await alice.send("POST", f"/lost-calls/{number}/claim", {})).status_code == 200
        await page.get_by_role("textbox", name="Claimer (account)").fill("alice")
        await page.keyboard.press("Enter")
        await expect(table.locator("tbody tr")).to_have_count(1)
        await expect(table.locator("tbody tr")).to_contain_text("Alice, until")
        await table.get_by_role("button", name="Take over").click()
        await page.get_by_role("dialog").locator("textarea").fill("went home")
        assert await serious(page) == []
        await page.locator("[data-yes]").click()
        await expect(table.locator("[data-note=empty]")).to_contain_text("Nothing fits")
        await page.locator(".el-checkbox").filter(has_text="Claimed by me").click()
        await expect(table.locator("tbody tr")).to_contain_text("sun, until")
        await table.get_by_role("button", name="Give back").click()
        await expect(table.locator("[data-note=empty]")).to_contain_text("Nothing fits")
        assert (head, first[0]) == (
            ["caller", "state", "queues", "times", "since", "latest", "claimed by"],
            "13900139001",
        )


async def test_an_enquiry_is_recorded_taken_on_by_two_and_listed_by_what_is_due(there: Front) -> None:
    sun = await there.work.signed_in("sun")
    await sun.send("POST", "/classes", {"code": "late", "zh": "晚到", "en": "Came late"})
    async with there.person() as one, there.person("zh-CN") as other:
        one.expected.append("status of 412")
        page = await one.sign_in("alice", "/enquiries")
        await expect(page.locator("[data-note=empty]")).to_contain_text("Nothing waits")
        await page.locator("[data-act=receive]").click()
        await page.locator("textarea[name=words]").fill("where is my parcel?")
        await picks(page, "Channel", "chat")
        await page.reload()
        await expect(page.locator("textarea[name=words]")).to_have_value("where is my parcel?")
        assert await serious(page) == []
        await page.get_by_role("button", name="Record it").click()
        await expect(page).to_have_url(re.compile(r"/enquiries/[0-9a-f]{32}$"))
        await expect(page.locator("[data-table=enquiries] tbody tr")).to_have_count(1)
        await expect(page.locator("[data-step=close]")).to_have_count(0)
        await page.locator("[data-step=classify]").click()
        await picks(page, "What it was about", "Came late")
        number = page.url.split("/")[-1].split("?")[0]
        solved = {"step": "solve", "words": "sent anew"}
        assert (await sun.send("POST", f"/enquiries/{number}/steps", solved, If_Match='"1"')).status_code == 200
        await page.get_by_role("button", name="Give a class").click()
        await expect(page.locator("[data-part=steps] .meanwhile")).to_contain_text("sun: Solution written")
        await page.get_by_role("button", name="Give a class").click()
        await expect(page.locator("[data-part=facts]")).to_contain_text("Came late")
        await page.locator("[data-step=close]").click()
        assert await serious(page) == []
        await picks(page, "Outcome", "solved")
        await page.get_by_role("button", name="Close it").click()
        await expect(page.locator("[data-enquiry-state]")).to_have_text("closed")
        await expect(page.locator("[data-note=empty]")).to_contain_text("Nothing waits")
        lead = await other.sign_in("sun", f"/enquiries/{number}?order=newest")
        await expect(lead.locator("[data-line=close]")).to_contain_text("已解决")
        assert await serious(lead) == []
        await lead.get_by_role("link", name="服务承诺").click()
        await expect(lead.locator("[data-table=contact_promises] tbody tr")).to_have_count(2)
        assert await serious(lead) == []


async def test_who_gives_a_reason_reads_a_masked_number_wherever_it_stands(there: Front) -> None:
    async with there.person() as alice:
        page = await alice.sign_in("alice", "/lost-calls")
        row = page.locator("tbody tr").filter(has_text="139****9001")
        await row.get_by_role("button", name="Show the whole number").click()
        dialog = page.get_by_role("dialog")
        await expect(dialog.get_by_role("button", name="Show it")).to_be_disabled()
        assert await serious(page) == []
        await dialog.get_by_role("textbox").fill("the parcel came back")
        await dialog.get_by_role("button", name="Show it").click()
        await expect(page.locator("tbody tr").filter(has_text="13900139001")).to_have_count(1)
        await page.goto("/desk")
        unwritten = page.locator(".row").filter(has_text="138****0001")
        await unwritten.get_by_role("button", name="Show the whole number").click()
        await page.get_by_role("dialog").get_by_role("textbox").fill("to write it up")
        await page.keyboard.press("Enter")
        await expect(page.locator(".row").filter(has_text="13800250001")).to_have_count(1)
        found = (await (await there.work.signed_in("hua")).get("/audit?limit=200")).json()["items"]
        assert {one["kind"] for one in found if one["action"] == "reveal"} >= {"lost_call", "call"}


async def test_a_record_is_opened_from_its_list_and_back_is_the_list_as_it_was(there: Front) -> None:
    async with there.person() as alice:
        page = await alice.sign_in("alice", "/records?state=confirmed")
        link = page.locator("[data-table=records] tbody a")
        await expect(link).to_have_count(1)
        await link.click()
        await expect(page).to_have_url(re.compile(r"/records/[0-9a-f]{32}\?state=confirmed$"))
        await expect(page.locator("article")).to_contain_text("What it does to the month's score")
        await expect(page.get_by_role("button", name="Appeal")).to_be_visible()
        await page.reload()
        await expect(page.locator("article h1")).to_be_visible()
        await page.go_back()
        await expect(page.locator("article")).to_have_count(0)
        await expect(link).to_have_count(1)


async def test_each_line_of_the_month_s_score_leads_to_its_record(there: Front) -> None:
    async with there.person() as alice:
        page = await alice.sign_in("alice", "/day")
        score = page.locator("[data-score]")
        await expect(score.locator(".points")).to_contain_text("98")
        await score.get_by_role("link").first.click()
        await expect(page).to_have_url(re.compile(r"/records/[0-9a-f]{32}$"))


async def test_a_page_that_fails_its_agent_three_times_is_said_to_the_agent_and_to_the_lead(there: Front) -> None:
    async with there.person() as one, there.person() as other:
        alice, lead = await one.sign_in("alice"), await other.sign_in("li-leads")
        await expect(lead.locator(".age")).to_have_attribute("data-trust", "followed")
        for _ in range(2):
            there.house.tell(ev.PageTold, "Alice", PageWord.CUT_SHORT, None, None, None)
        await expect(alice.locator("[data-failures]")).to_contain_text("2 times")
        await expect(lead.locator("[data-alarm-tag=pages]")).to_have_count(0)
        there.house.tell(ev.PageTold, "Alice", PageWord.CUT_SHORT, None, None, None)
        await expect(lead.locator("[data-alarm-tag=pages]")).to_have_attribute("title", "Alice")
        await expect(alice.locator("[data-failures]")).to_contain_text("your lead sees")


async def test_a_note_is_kept_over_the_next_call_and_is_a_complaint_by_one_click(there: Front) -> None:
    house = there.house
    async with there.person() as alice:
        page = await alice.sign_in("alice")
        note = page.locator("textarea[name=note]")
        await page.get_by_role("button", name="Write it").first.click()
        await note.fill("the box was open")
        house.join("k1")
        house.ring("k1")
        await expect(page.locator("[data-promise]")).to_contain_text("Promised to call back by")
        await expect(note).to_have_value("the box was open")  # a ring takes no note out of anybody's hands
        house.answer("k1")
        await expect(page.locator("[data-phase=talking]")).to_be_visible()
        await expect(note).to_have_value("")
        house.hang_up("k1")
        await page.get_by_role("button", name="Later").click()
        await page.get_by_role("button", name="Write it").first.click()
        await expect(note).to_have_value("the box was open")
        await page.get_by_role("button", name="Make it a complaint").click()
        await expect(page.locator("[data-complaint]")).to_contain_text(re.compile(r"Complaint \d.* is|has no number"))
        assert await serious(page) == []


async def test_after_call_work_ends_with_the_note(there: Front) -> None:
    async with there.person() as alice:
        page = await alice.sign_in("alice")
        mine = page.get_by_role("group", name="My state")
        async with page.expect_response("**/api/v1/desk/state"):
            await mine.get_by_role("button", name="Wrap-up").click()
        assert paused(there)
        await page.get_by_role("button", name="Write it").last.click()
        await page.locator("textarea[name=note]").fill("wanted an invoice")
        await page.get_by_role("button", name="Finish").click()
        await expect(page.get_by_text("The note is saved.")).to_be_visible()
        while paused(there):
            await page.wait_for_timeout(20)


def paused(there: Front) -> bool:
    """Tell whether the switch keeps calls from Alice."""
    members = there.house.floor.state.people["Alice"].queues.values()
    return any(one.paused for of_queue in members for one in of_queue.values())


async def without(person: Person, right: str) -> None:
    """Let an account lack a right."""

    async def told(route: Route) -> None:
        answer = await route.fetch()
        me: dict[str, Any] = await answer.json()
        if "rights" in me:
            me["rights"] = [one for one in me["rights"] if one != right]
        await route.fulfill(response=answer, json=me)

    async def refused(route: Route) -> None:
        await route.fulfill(status=403, json={"type": "urn:callcenter:problem:forbidden", "title": "x", "status": 403})

    await person.context.route("**/api/v1/session", told)
    for path in {"use_desk": ("desk",), "record_call": ("my-day", "calls?*")}[right]:
        await person.context.route(f"**/api/v1/{path}", refused)
    person.expected.append("status of 403")


async def test_who_may_take_calls_and_write_no_notes_or_the_other_way_round_has_a_desk_all_the_same(
    there: Front,
) -> None:
    async with there.person() as one, there.person() as other:
        await without(one, "record_call")
        page = await one.sign_in("alice")
        await expect(page).to_have_url(re.compile("/desk$"))
        await expect(page.get_by_text("writes no call notes")).to_be_visible()
        await expect(page.get_by_role("group", name="My state").get_by_role("button", name="Pause")).to_be_visible()
        await expect(page.locator("nav a")).to_have_text([one for one in RAIL if one != "My day"])
        await expect(page.get_by_role("alert")).to_have_count(0)
        await without(other, "use_desk")
        page = await other.sign_in("bobby")
        await expect(page).to_have_url(re.compile("/desk$"))
        await expect(page.get_by_text("Calls without a note")).to_be_visible()
        await expect(page.get_by_role("button", name="Pause")).to_have_count(0)
        await expect(page.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize("language", ["en-GB", "zh-CN"])
async def test_nothing_keeps_anybody_from_reading_a_list_or_their_day(there: Front, language: str) -> None:
    async with there.person(language) as alice:
        page = await alice.sign_in("alice")
        await expect(page).to_have_url(re.compile("/desk$"))
        for n in range(1, len(RAIL)):
            await page.locator("nav a").nth(n).click()
            await expect(page.locator("nav a").nth(n)).to_have_class(re.compile("router-link-active"))
            await until_settled(page)
            assert await serious(page) == [], page.url
        await page.get_by_role("search").get_by_role("textbox").fill("13900139001")
        await page.keyboard.press("Enter")
        await expect(page.locator("[data-table=found_lost] tbody tr")).to_have_count(1)
        assert await serious(page) == []
