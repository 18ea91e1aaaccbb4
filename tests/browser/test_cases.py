"""Complaints in a real browser: one walked over the board by six accounts, what changed meanwhile, both languages."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.browser.front import PATIENCE_MS, Front, filled, front, serious, until_settled
from tests.integration.cases_over_api import made, moved, warehouse

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(600)]

expect.set_options(timeout=PATIENCE_MS)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def there(nothing_left_by_all: None, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Front]:
    async with front(tmp_path_factory.mktemp("front")) as found:
        await filled(found)
        await found.hire("ma", "acc", "gus")
        await warehouse(found.work)
        yield found


async def begun(page: Page, move: str, **words: str) -> None:
    """Begin a move, and write what it asks."""
    await page.locator(f"[data-move={move}]").click()
    for name, said in words.items():
        await page.locator(f"[data-field={name}] textarea").fill(said)


async def chosen(page: Page, field: str, choice: str) -> None:
    """Choose in a list of a form."""
    await page.locator(f"[data-field='{field}'] .el-select").click()
    await page.get_by_role("option", name=choice, exact=True).click()


async def sent(page: Page, state: str) -> None:
    """Make the move that was begun; the case comes to a state."""
    await page.locator("[data-part=moves] button[type=submit]").click()
    await expect(page.locator("[data-case-state]")).to_have_text(state)
    await expect(page.locator("[data-part=moves] form")).to_have_count(0)


async def on_board(page: Page, case: str, state: str) -> None:
    """Find the case in a column of the board, to which somebody has just come or goes now, and open it."""
    if "/cases/" in page.url:
        await page.goto("/cases?view=board")
    column = page.locator(f"[data-column={state}]")
    await column.scroll_into_view_if_needed()  # a column asks for its cases once somebody sees it
    card = column.locator(f"[data-card='{case}']")
    await card.get_by_role("link").click()
    await expect(page).to_have_url(re.compile(f"/cases/{case}$"))


async def analysed(page: Page, case: str) -> None:
    """The supervisor analyses a case: it is upheld, and Bob's doing."""
    await on_board(page, case, "recorded")
    await begun(page, "analyse", cause="the wrong size was sent")
    await chosen(page, "nature", "attitude")
    await page.locator("[data-field=upheld]").get_by_text("Yes").click()
    await chosen(page, "responsible.agent", "Bob")
    await sent(page, "analysed")
    await expect(page.locator("[data-part=facts]")).to_contain_text("Bob")
    await expect(page.locator("[data-part=clocks] [data-turn=ours] .tag")).to_be_visible()


async def assigned(page: Page, case: str) -> str:
    """The owner assigns a case to the warehouse; gives the address of its notice."""
    await on_board(page, case, "analysed")
    await begun(page, "assign", notice="send the right one")
    await chosen(page, "department", "warehouse")
    await sent(page, "assigned")
    await page.locator("[data-act=link]").click()
    return await page.locator("[data-notice-address]").input_value()


async def proposed(page: Page) -> None:
    """The department proposes a solution."""
    await expect(page.locator("dl")).to_contain_text("send the right one")
    assert await serious(page) == []
    await begun(page, "propose", solution="sent anew")
    await page.get_by_role("button", name="Add a remedy").click()
    await page.locator("input[name=remedy-kind]").fill("voucher")
    await page.locator("input[name=remedy-amount]").fill("200")
    await sent(page, "solution proposed")


async def closed(page: Page, case: str) -> None:
    """The owner closes a case that was carried out."""
    await on_board(page, case, "carried_out")
    await begun(page, "feedback", contact="called, content")
    await chosen(page, "satisfaction", "1 very satisfied")
    await sent(page, "feedback")
    await begun(page, "summarise", lesson="look twice", improvement="labels")
    await sent(page, "summed up")
    await expect(page.locator("[data-others=archive]")).to_contain_text("manager")


async def test_a_complaint_is_walked_over_the_board_by_six_accounts_to_its_archive(there: Front) -> None:
    case = (await made(there.work, about="Bob"))["id"]
    async with AsyncExitStack() as stack:
        everybody = [await stack.enter_async_context(there.person()) for _ in range(6)]
        board = "/cases?view=board"
        await analysed(await everybody[0].sign_in("sun", board), case)
        alice = await everybody[1].sign_in("alice", board)
        department = await everybody[2].context.new_page()
        await department.goto(await assigned(alice, case))
        await proposed(department)
        leader = await everybody[3].sign_in("li-leads", board)
        await on_board(leader, case, "proposed")
        await begun(leader, "approve")
        await sent(leader, "approved")
        await on_board(alice, case, "approved")
        await begun(alice, "agree", contact="called, agrees")
        await sent(alice, "agreed")
        accounting = await everybody[4].sign_in("acc", board)
        await on_board(accounting, case, "agreed")
        await begun(accounting, "check")
        await accounting.locator("[data-field=ok]").get_by_text("Yes").click()
        await sent(accounting, "agreed")
        await department.reload()
        await begun(department, "carry_out", what="sent")
        await sent(department, "carried out")
        await closed(alice, case)
        manager = await everybody[5].sign_in("ma", board)
        await on_board(manager, case, "summarised")
        await begun(manager, "archive")
        await sent(manager, "archived")
        await expect(manager.locator("[data-part=way] li.now")).to_contain_text("archived")
        await expect(manager.locator("[data-line]")).to_have_count(11)


async def test_what_somebody_did_meanwhile_is_told_and_nothing_typed_is_lost(there: Front) -> None:
    case = (await made(there.work))["id"]
    async with there.person() as person:
        person.expected.append("status of 412")
        page = await person.sign_in("sun", f"/cases/{case}?do=withdraw")
        await expect(page.get_by_text("cannot be done")).to_be_visible()  # it is the owner's
        await page.goto(f"/cases/{case}?do=analyse")
        await page.locator("[data-field=cause] textarea").fill("the wrong size was sent")
        await chosen(page, "nature", "slow")
        await page.locator("[data-field=upheld]").get_by_text("No").click()
        await page.reload()
        await expect(page.locator("[data-field=cause] textarea")).to_have_value("the wrong size was sent")
        await moved(there.work, "alice", case, {"do": "attempt", "contact": "nobody answered"})
        await page.locator("[data-part=moves] button[type=submit]").click()
        # it was typed against the case as it stood when the page was opened, before the attempt
        await expect(page.locator(".meanwhile")).to_contain_text("Alice: called in vain")
        await expect(page.locator("[data-field=cause] textarea")).to_have_value("the wrong size was sent")
        await sent(page, "analysed")


@pytest.mark.parametrize("language", ["en-GB", "zh-CN"])
async def test_nothing_keeps_anybody_from_the_board_a_case_or_what_comes_after(there: Front, language: str) -> None:
    case = (await made(there.work))["id"]
    async with there.person(language) as person:
        page = await person.sign_in("sun", "/cases?view=board")
        await expect(page.locator(f"[data-card='{case}']")).to_be_visible()
        assert await serious(page) == []
        await page.goto(f"/cases/{case}?do=analyse")
        await expect(page.locator("[data-part=moves] form")).to_be_visible()
        await until_settled(page)
        assert await serious(page) == []


@pytest.mark.parametrize("language", ["en-GB", "zh-CN"])
async def test_what_comes_after_cases_and_what_they_came_to_can_be_read_by_anybody_who_may(
    there: Front, language: str
) -> None:
    await made(there.work)
    async with there.person(language) as person:
        page = await person.sign_in("sun", "/aftercare")
        await expect(page.locator("[data-table=measures]")).to_be_visible()
        for part in ("remedies", "follow_ups", "reviews"):
            await page.locator(f"a[href='/aftercare/{part}']").click()
            await expect(page.locator(f"a[href='/aftercare/{part}'][aria-current=page]")).to_be_visible()
            await until_settled(page)
            assert await serious(page) == [], part
        for part in ("queues", "complaints", "surveys"):
            await page.goto(f"/figures/{part}")
            await until_settled(page)
            assert await serious(page) == [], part
        await page.goto("/figures/complaints")
        await expect(page.locator("[data-chart] canvas").first).to_be_visible()
        received = page.locator("figure").first.locator("tbody td").first
        await expect(received).to_have_text(re.compile("^[1-9]"))  # the picture's numbers, as a table
