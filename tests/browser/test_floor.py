"""The floor in a real browser: a call seen as it comes, who needs attention first, filters, a person beside, roles."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import msgspec
import pytest
import pytest_asyncio
from playwright.async_api import expect

from callcenter.domain import events as ev
from tests.browser.front import PATIENCE_MS, Front, filled, front, serious

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]

expect.set_options(timeout=PATIENCE_MS)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def there(nothing_left_by_all: None, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Front]:
    async with front(tmp_path_factory.mktemp("front")) as found:
        await filled(found)
        await found.hire("hua")
        found.house.sign_in("Alice")
        found.house.sign_in("Bob", "orders")
        yield found


def pauses(there: Front, agent: str, queue: str, *, on: bool) -> None:
    phone = there.house.phone(agent)
    there.house.tell(ev.MemberSeen, queue, phone, agent, phone, 1, paused=on, reason="tea" if on else "")


@pytest.mark.parametrize("language", ["en-GB", "zh-CN"])
async def test_a_lead_sees_a_call_from_its_wait_to_its_end(there: Front, language: str) -> None:
    house, call = there.house, f"f-{language}"
    async with there.person(language) as lead:
        page = await lead.sign_in("sun")
        await expect(page).to_have_url(re.compile("/floor$"))
        sales, alice = page.locator("[data-queue=sales]"), page.locator("[data-person=Alice]")
        await expect(sales.locator("[data-figure=ready]")).to_have_text("1 / 1")
        await expect(page.locator("thead [title=sl-offered]")).to_be_visible()
        house.join(call)
        await expect(sales.locator("[data-figure=waiting]")).to_have_text("1")
        house.ring(call)
        await expect(alice.locator(".what")).to_contain_text("sales")
        await expect(sales.locator("[data-figure=ready]")).to_have_text("0 / 1")
        await expect(page.locator("[data-person] .name")).to_have_text(["Alice", "Bob"])
        house.tell(ev.Tick, after=16)
        await page.reload()  # the page learns how far the switch's clock is by now
        await expect(alice).to_have_attribute("data-attention", "rings_late")
        house.answer(call)
        await expect(sales.locator("[data-figure=waiting]")).to_have_text("0")
        await alice.click()
        await expect(page).to_have_url(re.compile("/floor/Alice$"))
        beside = page.locator("[data-aside]")
        await expect(beside.locator("[data-call] a")).to_have_attribute("href", f"/calls/{call}")
        await expect(beside.locator("dl")).to_contain_text(re.compile(r"\d"))
        answered = page.locator("[data-queue=sales] [data-figure=answered] a")
        await expect(answered).to_have_attribute(
            "href", re.compile(r"^/calls\?queue=sales&from=\S+Z&outcome=answered$")
        )
        assert await serious(page) == []
        await page.keyboard.press("Escape")
        await expect(alice).to_be_focused()
        house.hang_up(call)
        house.tell(ev.Tick, after=5)
        await expect(sales.locator("[data-figure=ready]")).to_have_text("1 / 1")
        await expect(page.locator("[data-aside]")).to_have_count(0)
        assert await serious(page) == []


async def test_who_is_shown_stands_in_the_address_and_how_is_kept(there: Front) -> None:
    async with there.person() as lead:
        page = await lead.sign_in("sun", "/floor?state=paused")
        await expect(page.locator("[data-note=empty]")).to_contain_text("Nothing fits")
        pauses(there, "Bob", "orders", on=True)
        await expect(page.locator("[data-person=Bob]")).to_contain_text("Tea")
        await expect(page.locator("[data-person] .name")).to_have_text(["Bob"])
        await page.locator("[data-queue=sales] button").click()
        await expect(page).to_have_url(re.compile(r"state=paused&queue=sales$"))
        await page.get_by_role("button", name="Show all").click()
        await expect(page.locator("[data-person]")).to_have_count(2)
        await page.go_back()
        await expect(page.locator("[data-person]")).to_have_count(0)
        more = page.locator("nav [data-more=after]")
        await expect(more).to_have_count(0)
        await page.set_viewport_size({"width": 1280, "height": 480})
        await expect(more).to_be_visible()  # the rail goes on below
        await page.set_viewport_size({"width": 1280, "height": 800})
        await expect(more).to_have_count(0)
        await page.goto("/floor?order=name&team=hotline")
        await page.locator(".el-radio-button").filter(has_text="Rows").click()
        await expect(page.locator(".people.rows [data-person]")).to_have_text(re.compile("Alice"))
        await page.reload()
        await expect(page.locator(".people.rows [data-person]")).to_have_count(1)
        pauses(there, "Bob", "orders", on=False)


async def test_a_group_leader_sees_their_own_and_whom_the_floor_is_not_for_is_told_so(there: Front) -> None:
    async with there.person() as leader, there.person() as agent, there.person() as hr:
        page = await leader.sign_in("li-leads", "/floor")
        await expect(page.locator("[data-person] .name")).to_have_text(["Alice"])
        await page.goto("/floor/Bob")
        await expect(page.locator("[data-aside]")).to_contain_text("nobody of yours")
        for person, name in ((agent, "alice"), (hr, "hua")):
            page = await person.sign_in(name, "/floor")
            await expect(page.locator("#content")).to_contain_text("not for your role")
            await expect(page.locator("nav")).not_to_contain_text("Floor")
        answer = await (await there.work.signed_in("hua")).get("/floor/Alice/day", Accept_Language="en")
        assert (answer.status_code, answer.json()["type"]) == (403, "urn:callcenter:problem:forbidden")


async def test_what_is_old_is_said_to_be_old(there: Front) -> None:
    house = there.house
    async with there.person() as lead:
        page = await lead.sign_in("sun")
        await expect(page.locator("[data-person=Alice]")).to_be_visible()
        await expect(page.locator("[data-old]")).to_have_count(0)
        house.figures = msgspec.structs.replace(house.figures, gap_open_at=house.now)
        await expect(page.locator("[data-old]")).to_contain_text("not followed")
        house.figures = msgspec.structs.replace(house.figures, gap_open_at=None)
        await expect(page.locator("[data-old]")).to_have_count(0)


async def test_of_many_those_in_view_are_made_and_who_has_the_focus_stays(there: Front) -> None:
    agents: list[dict[str, object]] = [
        {"agent": f"Agent {n:03}", "state": "available", "reason": None, "since": 1.0, "queues": [], "team": None}
        | {"missed": 0, "unreachable": False, "phone_losses": 0, "page_failures": 0}
        for n in range(300)
    ]
    floor = {"now": 2.0, "timezone": "Asia/Shanghai", "queues": [], "agents": agents}
    said = {"floor": floor, "age": {"state": "followed", "data_age_seconds": 0.1}}
    stream = f"event: snapshot\nid: 1\ndata: {msgspec.json.encode(said).decode()}\n\n"
    async with there.person() as lead:
        await lead.context.route(
            "**/api/v1/live", lambda route: route.fulfill(content_type="text/event-stream", body=stream)
        )
        page = await lead.sign_in("sun", "/floor?order=name")
        first, last = page.locator("[data-person='Agent 000']"), page.locator("[data-person='Agent 299']")
        await expect(page.get_by_role("heading", name="300")).to_be_visible()
        await expect(first).to_be_in_viewport()
        await expect(last).to_have_count(0)
        assert await page.locator("[data-person]").count() < len(agents) / 2
        await first.focus()
        await page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
        await expect(last).to_be_in_viewport()
        await expect(page.locator("li", has=last)).to_have_attribute("aria-posinset", "300")
        await expect(first).to_be_focused()
        await expect(page.locator("[data-person='Agent 150']")).to_have_count(0)
        assert await serious(page) == []
