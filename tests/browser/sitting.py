"""An agent of a service that is fed sits down at a browser with a phone, whose other side a test is."""

from __future__ import annotations

from playwright.async_api import Browser, Page, expect

from tests.browser.page_line import PageLine
from tests.integration.fed import WEBSOCKET, Fed, account_of
from tests.integration.office import PASSWORD

WITH_SOUND = ["--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
PATIENCE = 30_000.0


async def at_desk(
    there: Fed, browser: Browser, agent: str, line: PageLine | None = None, script: str | None = None
) -> Page:
    """Sign an agent in, a script being in all their pages; gives the page once it follows the switch."""
    context = await browser.new_context(
        base_url=there.service.api(), viewport={"width": 1280, "height": 800}, locale="en-GB"
    )
    context.set_default_timeout(PATIENCE)
    await (line or PageLine()).serve(context, WEBSOCKET)
    if script is not None:
        await context.add_init_script(script)
    page = await context.new_page()
    await page.goto("/")
    await page.locator("input[name=name]").fill(account_of(agent))
    await page.locator("input[name=password]").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-trust=followed]")).to_be_visible(timeout=PATIENCE)
    if line is not None:
        # the switch says that it reaches the phone, and nobody's page has it: it is not taken unasked
        await page.locator("[data-act=take-over]").first.click()
        await line.until_registered()
    return page
