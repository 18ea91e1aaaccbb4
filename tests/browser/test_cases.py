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
    card = page.locator(f"[data-column={state}] [data-card='{case}']")
    await card.get_by_role("link").click()
    await expect(page).to_have_url(re.compile(f"/cases/{case}$"))


async def test_a_complaint_is_walked_over_the_board_by_six_accounts_to_its_archive(there: Front) -> None:
    case = (await made(there.work, about="Bob"))["id"]
    async with AsyncExitStack() as stack:
        people = {
            name: await stack.enter_async_context(there.person()) for name in ("sun", "alice", "x", "li", "acc", "ma")
        }
        sun = await people["sun"].sign_in("sun", "/cases?view=board")
        await on_board(sun, case, "recorded")
        await begun(sun, "analyse", cause="the wrong size was sent")
        await chosen(sun, "nature", "attitude")
        await sun.locator("[data-field=upheld]").get_by_text("Yes").click()
        await chosen(sun, "responsible.agent", "Bob")
        await sent(sun, "analysed")
        await expect(sun.locator("[data-part=facts]")).to_contain_text("Bob")

        alice = await people["alice"].sign_in("alice", "/cases?view=board")
        await on_board(alice, case, "analysed")
        await begun(alice, "assign", notice="send the right one")
        await chosen(alice, "department", "warehouse")
        await sent(alice, "assigned")
        await alice.locator("[data-act=link]").click()
        address = await alice.locator("[data-notice-address]").input_value()

        department = await people["x"].context.new_page()
        await department.goto(address)
        await expect(department.locator("dl")).to_contain_text("send the right one")
        assert await serious(department) == []
        await begun(department, "propose", solution="sent anew")
        await department.get_by_role("button", name="Add a remedy").click()
        await department.locator("input[name=remedy-kind]").fill("voucher")
        await department.locator("input[name=remedy-amount]").fill("200")
        await department.locator("[data-part=moves] button[type=submit]").click()
        await expect(department.locator("[data-case-state]")).to_have_text("solution proposed")

        leader = await people["li"].sign_in("li-leads", "/cases?view=board")
        await on_board(leader, case, "proposed")
        await begun(leader, "approve")
        await sent(leader, "approved")

        await on_board(alice, case, "approved")
        await begun(alice, "agree", contact="called, agrees")
        await sent(alice, "agreed")
        accounting = await people["acc"].sign_in("acc", "/cases?view=board")
        await on_board(accounting, case, "agreed")
        await begun(accounting, "check")
        await accounting.locator("[data-field=ok]").get_by_text("Yes").click()
        await accounting.locator("[data-part=moves] button[type=submit]").click()
        await expect(accounting.locator("[data-line=check]")).to_be_visible()
        await department.locator("[data-move=carry_out]").click()
        await department.locator("[data-field=what] textarea").fill("sent")
        await department.locator("[data-part=moves] button[type=submit]").click()

        await on_board(alice, case, "carried_out")
        await begun(alice, "feedback", contact="called, content")
        await chosen(alice, "satisfaction", "1 very satisfied")
        await sent(alice, "feedback")
        await begun(alice, "summarise", lesson="look twice", improvement="labels")
        await sent(alice, "summed up")
        await expect(alice.locator("[data-others=archive]")).to_contain_text("manager")
        manager = await people["ma"].sign_in("ma", "/cases?view=board")
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
        await expect(page.locator(".meanwhile")).to_contain_text("alice: called in vain")
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
