"""One sets an authenticator up by its picture's words, signs in by its code, loses it, and is let in again."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import expect

from callcenter.staff.rights import Role
from tests.browser.front import PATIENCE_MS, Front, front, serious
from tests.integration.authenticator_app import App, with_keys
from tests.integration.office import PASSWORD

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]

expect.set_options(timeout=PATIENCE_MS)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def there(nothing_left_by_all: None, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Front]:
    async with front(tmp_path_factory.mktemp("front")) as found:
        await found.hire("ma", "hua", "qian", "root")
        with_keys(found.work, found.folder / "master.keys")
        yield found


@pytest.mark.parametrize(("language", "name"), [("en-GB", "ma"), ("zh-CN", "hua")])
async def test_one_sets_it_up_signs_in_by_it_and_is_let_in_without_it_once_it_is_lost(
    there: Front, language: str, name: str
) -> None:
    async with there.person(language) as person:
        person.expected.append("status of 422")  # a code is tried that is none
        page = await person.sign_in(name, "/account")
        card = page.locator("[data-authenticator]")
        await card.locator("[data-act=begin]").click()
        app = App(there.work, f"otpauth://totp/x?secret={await card.locator('[data-secret]').inner_text()}")
        await expect(card.locator("svg path")).to_be_visible()
        assert await serious(page) == []
        await card.locator("input[name=code]").fill("000000")
        await page.keyboard.press("Enter")
        await expect(card.get_by_role("alert")).to_be_visible()
        await card.locator("input[name=code]").fill(app.shows())
        await page.keyboard.press("Enter")
        await expect(card.locator(".codes li")).to_have_count(10)
        recovery = await card.locator(".codes li").first.inner_text()
        assert await serious(page) == []
        await card.locator("[data-act=kept]").click()
        await expect(card.locator("form button")).to_be_visible()
        for code in (None, recovery):
            await page.context.clear_cookies()
            await page.goto("/sign-in")
            await page.locator("input[name=name]").fill(name)
            await page.locator("input[name=password]").fill(PASSWORD)
            await page.keyboard.press("Enter")
            await expect(page.locator("input[name=code]")).to_be_focused()
            assert await serious(page) == []
            await page.keyboard.type(app.shows(1) if code is None else code)
            await page.keyboard.press("Enter")
            await expect(page.locator("input[name=code]")).to_have_count(0)
        async with there.person(language) as other:
            root = await other.sign_in("root", f"/admin/accounts/{name}")
            await root.get_by_role(
                "button", name="Remove the authenticator" if language == "en-GB" else "移除身份验证器"
            ).click()
            await root.locator("[data-yes]").click()
            await expect(root.locator("[data-account] .acts button")).to_have_count(3)
        await page.context.clear_cookies()
        await person.sign_in(name, "/account")


async def test_role_that_must_have_one_sees_nothing_but_how_to_set_it_up(there: Front) -> None:
    settings = there.work.service.settings
    must = settings.model_copy(update={"authenticator_roles": (Role.QA,)})
    object.__setattr__(there.work.service, "settings", must)
    try:
        async with there.person() as person:
            page = await person.sign_in("qian", "/records")
            card = page.locator("[data-authenticator]")
            await expect(page.locator("nav")).to_have_count(0)
            assert await serious(page) == []
            await card.locator("[data-act=begin]").click()
            app = App(there.work, f"otpauth://totp/x?secret={await card.locator('[data-secret]').inner_text()}")
            await card.locator("input[name=code]").fill(app.shows())
            await page.keyboard.press("Enter")
            await card.locator("[data-act=kept]").click()
            await expect(page.locator("nav").first).to_be_visible()
    finally:
        object.__setattr__(there.work.service, "settings", settings)
