"""Customers in a real browser: looked for, changed by two at once, merged and taken apart, brought in from a list."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from callcenter.staff.dates import datetime_of
from tests.browser.front import PATIENCE_MS, Front, front, serious, until_settled

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]

expect.set_options(timeout=PATIENCE_MS)
LIST = "姓名,手机,甲\n李四,13800138011,\n,13800138012,\n李四,13800138011,老客户\n"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def there(nothing_left_by_all: None, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Front]:
    async with front(tmp_path_factory.mktemp("front")) as found:
        await found.hire("alice", "sun", "ma")
        yield found


async def made(there: Front, name: str, **told: Any) -> str:
    ma = await there.work.signed_in("ma")
    answer = await ma.send("POST", "/customers", {"name": name} | told)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def read(there: Front, number: str) -> dict[str, Any]:
    answer = await (await there.work.signed_in("ma")).get(f"/customers/{number}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def confirmed(page: Page, label: str, reason: str | None = None) -> None:
    """Press a button that asks once, and say yes."""
    await page.get_by_role("button", name=label, exact=True).first.click()
    dialog = page.get_by_role("dialog")
    if reason is not None:
        await dialog.get_by_role("textbox").fill(reason)
    await dialog.locator("[data-yes]").click()
    await expect(dialog).to_have_count(0)


async def test_two_who_save_one_card_lose_nothing_and_a_merge_is_undone(there: Front) -> None:
    number = await made(there, "Wang Ming", numbers=[{"raw": "13800138001"}], credit="good")
    other = await made(there, "Wang Ming", numbers=[{"raw": "13800138002"}], address="by the lake")
    async with there.person() as lead:
        lead.expected.append("status of 412")
        page = await lead.sign_in("sun", "/customers")
        table = page.locator("[data-table=customers]")
        await expect(table.locator("[data-note=empty]")).to_contain_text("list all")
        await page.locator("input[name=customer]").fill("8001")
        await page.keyboard.press("Enter")
        await expect(table.locator("tbody tr")).to_have_count(1)
        assert "8001" not in page.url
        assert await serious(page) == []
        await table.get_by_role("link", name="Wang Ming").click()
        await expect(page.locator("[data-completeness]")).to_contain_text("Completeness 55 %")
        await page.get_by_role("button", name="Change", exact=True).click()
        await page.locator("textarea[name=credit]").fill("mine")
        await page.locator("textarea[name=situation]").fill("grows")
        told = {"credit": "theirs", "address": "at the gate"}
        ma = await there.work.signed_in("ma")
        assert (await ma.send("PATCH", f"/customers/{number}", told, If_Match='"1"')).status_code == 200
        await page.get_by_role("button", name="Save").click()
        clash = page.locator("[data-clash=credit]")
        await expect(clash).to_contain_text("theirs")
        await expect(page.locator("textarea[name=situation]")).to_have_value("grows")
        await expect(page.locator("textarea[name=address]")).to_have_value("at the gate")
        assert await serious(page) == []
        await clash.get_by_role("button", name="Keep mine").click()
        await page.get_by_role("button", name="Save").click()
        await expect(page.locator("[data-card-form]")).to_have_count(0)
        card = await read(there, number)
        assert (card["credit"], card["situation"], card["address"]) == ("mine", "grows", "at the gate")
        await page.get_by_role("link", name="Merge with another").click()
        await page.locator(f"[data-pick='{other}']").click()
        await page.locator("[data-field=address] input[value=other]").check()
        assert await serious(page) == []
        await page.get_by_role("button", name="Merge", exact=True).click()
        await expect(page.locator("[data-part=merges]")).to_be_visible()
        card = await read(there, other)
        assert (card["id"], card["address"], len(card["numbers"])) == (number, "by the lake", 2)
        await confirmed(page, "Undo the merge")
        await expect(page.locator("[data-part=merges]")).to_contain_text("taken back by sun")
        card = await read(there, number)
        assert (card["address"], len(card["numbers"])) == ("at the gate", 1)
        assert (await read(there, other))["id"] == other


async def test_a_list_comes_in_by_its_columns_says_its_faults_and_is_taken_back(there: Front) -> None:
    async with there.person() as lead:
        page = await lead.sign_in("sun", "/customers/import")
        sent = {"name": "list.csv", "mimeType": "text/csv", "buffer": LIST.encode("gb18030")}
        await page.locator("input[name=list]").set_input_files(sent)  # type: ignore[arg-type]
        column = page.get_by_role("combobox", name="甲 is read as")
        await expect(column).to_have_value("")
        await column.select_option("situation")
        await page.get_by_role("button", name="See what would become of it").click()
        await expect(page.locator("[data-fate=faulty]")).to_contain_text("1")
        await expect(page.locator("[data-told] tbody tr")).to_contain_text(["needs a name"])
        assert await serious(page) == []
        await page.get_by_role("button", name="Bring it in").click()
        await expect(page.locator("[data-done]")).to_be_visible()
        found = await (await there.work.signed_in("ma")).send("POST", "/customers/search", {"name": "李四"})
        assert len(found.json()["items"]) == 1
        await confirmed(page, "Take back")
        await expect(page.locator("[data-imports]")).to_contain_text("taken back by sun")
        found = await (await there.work.signed_in("ma")).send("POST", "/customers/search", {"name": "李四"})
        assert found.json()["items"] == []


async def care_filled(page: Page, told: dict[str, str], *, choice: str | None = None) -> None:
    """Fill in the form that is open, and send it."""
    dialog = page.get_by_role("dialog")
    if choice is not None:
        await dialog.locator(".el-select").first.click()
        await page.get_by_role("option", name=choice, exact=True).click()
    for name, words in told.items():
        field = dialog.locator(f"[name={name}]") if name != "day" else dialog.locator(".el-date-editor input")
        await field.fill(words)
    if "day" in told:
        await page.keyboard.press("Enter")
        await expect(page.locator(".el-picker-panel:visible")).to_have_count(0)
    assert await serious(page) == []
    await dialog.locator("button[type=submit]").click()
    await expect(dialog).to_have_count(0)


async def test_care_is_planned_by_one_decided_by_others_made_and_counted(there: Front) -> None:
    number = await made(there, "Qian Care", key_account=True)
    async with there.person() as one, there.person("zh-CN") as two:
        sun = await one.sign_in("sun", f"/customers/{number}?part=care")
        part, said = sun.locator("[data-part=care]"), {"care_method": "a visit each quarter", "care_owner": "sun"}
        await part.locator("[data-care=plan]").click()
        await care_filled(sun, {**said, "care_cost": "200"})
        await expect(part).to_contain_text("a visit each quarter")
        # nobody decides on a plan of their own
        await expect(part.get_by_role("button", name="Endorse")).to_have_count(0)
        await part.locator("[data-care=contact]").click()
        told = {"care_owner": "sun", "care_purpose": "hear how it goes", "day": "2026-03-05"}
        await care_filled(sun, told, choice="visit")
        await part.locator("[data-care=rating]").click()
        await care_filled(sun, {"words": "pays in time"}, choice="A")
        await expect(part).to_contain_text("pays in time")
        ma = await two.sign_in("ma", "/customers/care/contacts?state=planned")
        await confirmed(ma, "批准")
        await expect(ma.locator("[data-table=care_contacts] [data-note=empty]")).to_be_visible()
        await sun.goto("/customers/care/contacts")
        rows = sun.locator("[data-table=care_contacts] tbody tr")
        await rows.first.get_by_role("button", name="Tell what came of it").click()
        await care_filled(sun, {"care_result": "all is well"}, choice="2 satisfied")
        await expect(rows.first).to_contain_text("2 satisfied · all is well")
        year = datetime_of(there.work.now, there.work.in_force.rulebook.zone).year
        filed = {"customer": number, "year": year, "method": "a call a month", "owner": "sun", "cost": "10"}
        for _ in range(2):
            answer = await (await there.work.signed_in("ma")).send("POST", "/care-plans", filed)
            assert answer.status_code == 201, answer.text
        await sun.goto("/customers/care/plans?state=filed")
        plans = sun.locator("[data-table=care_plans] tbody tr")
        await plans.filter(has_text="a call a month").first.get_by_role("button", name="Endorse").click()
        await sun.locator("[data-yes]").click()
        await expect(plans.filter(has_text="a call a month")).to_have_count(1)
        await confirmed(sun, "Reject", "one is enough")
        await expect(plans.filter(has_text="a call a month")).to_have_count(0)
        await ma.goto("/customers/care/figures")
        await expect(ma.locator("[data-care-figures] tbody tr").nth(4)).to_contain_text("1")


async def test_nothing_keeps_anybody_from_a_customer_s_pages(there: Front) -> None:
    number = await made(there, "Zhao", numbers=[{"raw": "13800138021"}, {"raw": "13800138022"}])
    async with there.person("zh-CN") as lead, there.person() as agent:
        page = await lead.sign_in("sun", "/customers?all=true")
        for path in (
            "",
            "/new",
            "/import",
            "/classes",
            "/access",
            "/care",
            "/care/plans",
            "/care/contacts",
            "/care/figures",
            f"/{number}",
            f"/{number}/merge",
            f"/{number}/split",
        ):
            await page.goto(f"/customers{path}")
            await until_settled(page)
            assert await serious(page) == [], path
        await page.goto(f"/customers/{number}")
        parts = page.locator("nav.parts button")
        for n in range(await parts.count()):
            await parts.nth(n).click()
            await until_settled(page)
            assert await serious(page) == [], n
        page = await agent.sign_in("alice", f"/customers/{number}")
        await expect(page.locator("[data-customer]")).to_contain_text("138****8021")
        await expect(page.get_by_role("link", name=re.compile("Merge|Split"))).to_have_count(0)
        await confirmed(page, "Show in full", "the parcel came back")
        await expect(page.locator("[data-customer]")).to_contain_text("13800138021")
        await page.goto(f"/customers/{number}/merge")
        await expect(page.get_by_text("not for")).to_be_visible()
