"""What leads and whoever judges do on their pages, and how a score is read everywhere."""

from __future__ import annotations

import csv
import io

from playwright.async_api import Page, expect

from tests.browser.front import serious
from tests.integration.api import Browser


async def does(page: Page, act: str, **fields: str) -> None:
    """Open an act by the keyboard, fill what it asks, and send it."""
    menu = page.locator("[data-acts]")
    await menu.locator(f"[data-act={act}]").focus()
    await page.keyboard.press("Enter")
    for name, value in fields.items():
        field = menu.locator(f"[name={name}]")
        await (field.select_option(value) if name == "reason" else field.fill(value))
    assert await serious(page) == []
    await menu.locator("[data-act=go]").click()
    await expect(menu.locator("form")).to_have_count(0)


async def takes(page: Page, step: str, words: str = "") -> None:
    """Take a step with the record that is open; one that needs words cannot be taken without."""
    chosen = page.locator(f"[data-step={step}]")
    form = page.locator("[data-steps] form")
    await chosen.or_(form).first.wait_for()
    if await chosen.count():
        await chosen.click()
    if words:
        await expect(form.locator("[data-act=take]")).to_be_disabled()
        await form.locator("textarea").fill(words)
    before = await page.locator("[data-talk] li").count()
    await form.locator("[data-act=take]").click()
    await expect(page.locator("[data-talk] li")).to_have_count(before + 1)


async def score_everywhere(boss: Browser, page: Page) -> str:
    """Read Alice's month on the screen, from the API and from the file; they say the same."""
    month = page.url.partition("month=")[2][:7]
    told = (await boss.get(f"/scores/Alice/{month}")).json()["points"]
    file = await boss.get(f"/scores/export?month={month}", **{"Accept-Language": "en"})
    rows = csv.DictReader(io.StringIO(file.text.removeprefix("\ufeff")))
    (written,) = [row["points"] for row in rows if row["agent"] == "Alice"]
    await expect(page.locator("[data-score] [data-points]").first).to_have_text(told)
    await expect(page.locator("[data-table=scores] tr").filter(has_text="Alice")).to_contain_text(told)
    assert written == told
    return str(told)
