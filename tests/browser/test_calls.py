"""Calls in a real browser: narrowed, looked up by a number that no address has, drawn as they went."""

from __future__ import annotations

import csv
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import expect
from sqlalchemy import insert, select

from callcenter.domain.frame import SECOND
from callcenter.store.record.models import GapRow, HoldRow, TalkRow
from tests.browser.front import PATIENCE_MS, Front, filled, front, serious, until_settled

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]

expect.set_options(timeout=PATIENCE_MS)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def there(nothing_left_by_all: None, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Front]:
    """A day whose fourth call was held, and partly not seen."""
    async with front(tmp_path_factory.mktemp("front")) as found:
        await filled(found)
        hold = {"node": "pbx", "uniqueid": "1.4", "agent": "Alice"}
        async with found.work.decisions.writing() as unit:
            at = await unit.connection.scalar(select(TalkRow.started_at).where(TalkRow.uniqueid == "1.4"))
            assert at is not None
            for n, held in ((20, True), (50, False)):
                row = {"id": f"hold {n}", "at": at + n * SECOND, "held": held, "position": n}
                await unit.execute(insert(HoldRow).values(**hold | row))
            gap = {"id": "gap", "node": "pbx", "cause": "link", "ended_position": 9}
            await unit.execute(insert(GapRow).values(**gap, started_at=at + 60 * SECOND, ended_at=at + 90 * SECOND))
        found.house.sign_in()
        yield found


async def test_calls_are_narrowed_taken_as_a_file_and_looked_up_by_a_number_that_no_address_has(
    there: Front, tmp_path: Path
) -> None:
    async with there.person() as lead:
        page = await lead.sign_in("sun", "/calls")
        table = page.locator("[data-table=calls]")
        await expect(table.locator("tbody tr")).to_have_count(5)
        await table.get_by_role("textbox", name="Rings over").fill("3")
        await page.keyboard.press("Enter")
        await expect(page).to_have_url(re.compile(r"rings_over=3$"))
        await expect(table.locator("tbody tr")).to_have_count(2)
        await table.get_by_role("button", name="Take as a file").click()
        async with page.expect_download() as coming:
            await page.get_by_role("menuitem", name="CSV").click()
        await (await coming.value).save_as(tmp_path / "calls.csv")
        head, *rows = csv.reader((tmp_path / "calls.csv").read_text("utf-8-sig").splitlines())
        assert (head[2], {row[2] for row in rows}) == ("caller", {"13800250004", "13800250005"})
        await page.reload()
        await expect(table.locator("tbody tr")).to_have_count(2)
        await page.goto("/calls")
        await page.locator("input[name=number]").fill("138 0025 0002")
        await page.keyboard.press("Enter")
        await expect(table.locator("tbody tr")).to_have_count(1)
        assert "2500" not in page.url
        await page.locator("header form[role=search] input").first.fill("13800250003")
        await page.keyboard.press("Enter")
        found = page.locator("[data-table=found_calls]")
        await expect(found.locator("tbody tr")).to_have_count(1)
        await found.get_by_role("button", name="All calls of this number").click()
        await expect(page).to_have_url(re.compile("/calls$"))
        await expect(page.locator("[data-number]")).to_contain_text("13800250003")
        await expect(table.locator("tbody tr")).to_have_count(1)
        await table.locator("tbody a").click()
        await expect(page).to_have_url(re.compile("/calls/1.3$"))


@pytest.mark.parametrize(
    ("language", "ring", "lost", "refused"),
    [
        ("en-GB", "4 rings", "connection lost", "This page is not for your role."),
        ("zh-CN", "振铃 4 声", "连接中断", "您的角色不能打开此页面。"),
    ],
)
async def test_a_call_is_drawn_and_told_with_rings_holds_and_gaps(
    there: Front, language: str, ring: str, lost: str, refused: str
) -> None:
    async with there.person(language, color_scheme="dark" if language == "zh-CN" else "light") as alice:
        page = await alice.sign_in("alice", "/calls/1.4")
        drawing = page.locator("[data-drawing]")
        await expect(drawing.locator("[data-ring]")).to_have_count(4)
        await expect(drawing.locator("[data-bar=held]")).to_have_count(1)
        await expect(drawing.locator("[data-gap]")).to_have_count(1)
        told = page.locator("[data-table=timeline]")
        await expect(told.locator("[data-part=ringing]")).to_contain_text(ring)
        await expect(told.locator("[data-part=held]")).to_contain_text("0:30")
        await expect(told.locator("[data-part=gap]")).to_contain_text(lost)
        await until_settled(page)
        assert await serious(page) == []
        await page.locator("article header a").first.click()
        await expect(page.locator("[data-table=calls] tbody tr")).to_have_count(5)
        assert await serious(page) == []
    async with there.person(language) as lead:
        page = await lead.sign_in("li-leads", "/calls/1.4")
        await page.locator("[data-act=report]").click()
        form = page.locator("[data-report]")
        await expect(form.locator("[data-call]")).to_contain_text("1.4")
        await form.locator(".el-select").last.click()
        await page.get_by_role("option", name=re.compile("V-EAT")).click()
        await form.locator("textarea").fill("ate while she talked")
        assert await serious(page) == []
        await page.reload()
        await expect(form.locator("textarea")).to_have_value("ate while she talked")  # nothing typed is lost
        await form.locator("[data-act=report] button").click()
        await page.locator("[data-yes]").click()
        await expect(page).to_have_url(re.compile("/review/[0-9a-f]{32}$"))
        await page.locator("[data-calls] a").click()
        await expect(page.locator("[data-about=records]")).to_contain_text("Alice")
        await page.locator("[data-about=records] .row a").first.click()
        await expect(page).to_have_url(re.compile("/review/[0-9a-f]{32}$"))
    async with there.person(language) as bob:
        page = await bob.sign_in("bobby", "/review/report")
        await expect(page.locator("main")).to_have_text(refused)
        bob.expected.append("status of 403")
        await page.goto("/calls/1.4")
        await expect(page.locator("[data-note=forbidden]")).to_be_visible()
