"""The page in a real browser: signing in, languages, a ring from its first burst to its note, tabs, what axe finds."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.browser.front import PATIENCE_MS, RAIL, Front, filled, front, known, serious

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]

LEADING = ["Calls", "Figures", "Review", "Rules tried", "Walls", "Admin", "Account"]
"""The pages of an administrator."""

expect.set_options(timeout=PATIENCE_MS)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def there(nothing_left_by_all: None, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Front]:
    async with front(tmp_path_factory.mktemp("front")) as found:
        await filled(found)
        known(found.house, found.work.now)
        found.house.sign_in()
        yield found


async def test_whoever_signs_in_comes_to_the_page_of_their_role(there: Front) -> None:
    async with there.person() as alice, there.person() as admin:
        page = await alice.sign_in("alice")
        await expect(page).to_have_url(re.compile("/desk$"))
        await expect(page.locator("nav a")).to_have_text(RAIL)
        other = await admin.sign_in("root")
        await expect(other).to_have_url(re.compile("/calls$"))
        await expect(other.locator("nav a")).to_have_text(LEADING)
        assert await serious(page) == []
        assert await serious(other) == []


async def test_a_wrong_password_is_told_and_the_address_that_was_asked_for_is_opened_after(there: Front) -> None:
    async with there.person("zh-CN") as alice:
        page = await alice.sign_in("alice", "/account", password="not this one")
        await expect(page.get_by_role("alert")).to_have_text("用户名或口令错误")
        assert await serious(page) == []
        await page.locator("input[name=password]").fill("correct horse battery")
        await page.keyboard.press("Enter")
        await expect(page).to_have_url(re.compile("/account$"))


async def test_the_language_is_the_browser_s_until_another_is_chosen_and_that_is_kept(there: Front) -> None:
    async with there.person("zh-CN") as alice:
        page = await alice.sign_in("alice")
        await expect(page.locator("nav a").first).to_have_text("工作台")
        await page.get_by_role("button", name="English").click()
        await expect(page.locator("nav a").first).to_have_text("Desk")
        await page.reload()
        await expect(page.locator("nav a").first).to_have_text("Desk")
        assert await page.locator("html").get_attribute("lang") == "en"


async def test_a_ring_is_counted_and_the_customer_is_there_and_the_note_survives_a_reload(there: Front) -> None:
    house = there.house
    async with there.person(timezone_id="Asia/Shanghai") as alice:
        page = await alice.sign_in("alice")
        await expect(page.locator(".age")).to_have_attribute("data-trust", "followed")
        house.join("n1")
        house.ring("n1")
        call = page.locator("[data-phase]").first
        await expect(call).to_have_attribute("data-phase", "ringing")
        await expect(page.locator(".pop .who")).to_have_text("陈女士")
        await expect(page.locator(".pop")).to_contain_text("Key account")
        await expect(call).to_have_attribute("data-rings", "2", timeout=8_000)
        house.answer("n1")
        await expect(call).to_have_attribute("data-phase", "talking")
        await page.locator("textarea[name=note]").fill("wants it on Friday")
        house.hang_up("n1")
        await expect(page.locator("[data-phase]").first).to_have_attribute("data-phase", "none")
        await page.reload()
        await expect(page.locator("textarea[name=note]")).to_have_value("wants it on Friday")
        await expect(page.locator(".pop .who")).to_have_text("陈女士")


async def test_a_note_that_is_kept_over_a_lost_session_is_saved_once_somebody_has_signed_in_again(there: Front) -> None:
    async with there.person() as alice:
        page = await alice.sign_in("alice")
        await page.get_by_role("button", name="Write it").first.click()
        note = page.locator("textarea[name=note]")
        await note.fill("the second parcel")
        await alice.context.clear_cookies()
        # a list that asks at this moment opens the dialog before the click does
        await page.get_by_role("button", name="Finish").dispatch_event("click")
        await expect(page.get_by_role("dialog")).to_contain_text("Sign in again")
        await page.get_by_role("dialog").locator("input[name=password]").fill("correct horse battery")
        await page.get_by_role("dialog").get_by_role("button", name="Sign in").click()
        await expect(page.get_by_role("dialog")).to_have_count(0)
        await expect(note).to_have_value("the second parcel")
        await page.get_by_role("button", name="Finish").click()
        await expect(note).to_have_count(0)
        await expect(page.get_by_text("The note is saved.")).to_be_visible()


async def test_what_is_typed_is_there_after_a_reload_and_the_browser_shows_nothing_of_it(there: Front) -> None:
    async with there.person() as alice:
        page = await alice.sign_in("alice")
        await page.get_by_role("button", name="Write it").first.click()
        note = page.locator("textarea[name=note]")
        await note.fill("call back after nine")
        await expect(page.get_by_text("(kept on this browser)")).to_be_visible()
        await page.reload()
        await expect(note).to_have_value("call back after nine")
        told = "JSON.stringify([{...localStorage}, {...sessionStorage}])"
        for plain in ("after nine", "陈女士", "1381"):
            assert plain not in await page.evaluate(told)
        assert "callcenter.sealed.alice/note." in await page.evaluate(told)


async def test_whoever_comes_after_in_the_same_tab_has_nothing_of_what_was_typed(there: Front) -> None:
    async with there.person() as alice:
        page = await alice.sign_in("alice")
        await page.get_by_role("button", name="Write it").first.click()
        note = page.locator("textarea[name=note]")
        await note.fill("call back after nine")
        told = "JSON.stringify([{...localStorage}, {...sessionStorage}])"
        await page.locator("[data-act=sign-out]").click()
        await expect(page).to_have_url(re.compile("/sign-in"))
        assert (await alice.context.request.get("/api/v1/session")).status == 401
        # whoever comes after, in the same tab, has neither the note nor the call that it is of
        await there.hire("bobby")
        await page.locator("input[name=name]").fill("bobby")
        await page.locator("input[name=password]").fill("correct horse battery")
        await page.keyboard.press("Enter")
        await expect(page.locator("nav a").first).to_have_text("Desk")
        await expect(note).to_have_count(0)
        assert "after nine" not in await page.evaluate(told)


async def test_one_agent_claims_a_lost_call_and_everybody_else_sees_the_lock_at_once(there: Front) -> None:
    async with there.person() as one, there.person() as other:
        await there.hire("bobby")
        alice, bob = await one.sign_in("alice"), await other.sign_in("bobby")
        row, same = alice.locator("[data-lost]").first, bob.locator("[data-lost]").first
        await expect(same.get_by_role("button", name="Claim")).to_be_visible()
        await row.get_by_role("button", name="Claim").click()
        await expect(row.get_by_role("button", name="Give back")).to_be_visible()
        await expect(same).to_contain_text("Alice has it")
        await row.get_by_role("button", name="Give back").click()
        await expect(same.get_by_role("button", name="Claim")).to_be_visible()


async def test_eight_tabs_have_one_stream_and_all_are_told(there: Front) -> None:
    async with there.person() as alice:
        pages = [await alice.sign_in("alice")]
        await expect(pages[0].locator(".age")).to_have_attribute("data-trust", "followed")
        for _ in range(7):
            pages.append(await alice.context.new_page())
            await pages[-1].goto("/desk")
        for page in pages:
            await expect(page.locator(".age")).to_have_attribute("data-trust", "followed")
        assert len(there.house.feed._readers) == 1
        await pages[0].close()
        there.house.join("t8", number="13700000000")
        there.house.ring("t8")
        for page in pages[1:]:
            await expect(page.locator("[data-phase]").first).to_have_attribute("data-phase", "ringing")
        there.house.give_up("t8")
        alice.context.remove_listener("page", alice.watch)


async def test_an_agent_explains_a_record_in_their_own_words(there: Front) -> None:
    async with there.person() as alice:
        page = await alice.sign_in("alice")
        await page.get_by_role("link", name="Offered call missed or declined", exact=True).click()
        await expect(page.get_by_text("the phone rang for 20.0 s")).to_be_visible()
        assert await serious(page) == []
        await page.get_by_role("textbox", name="In your own words").fill("my headset was dead")
        await page.get_by_role("button", name="Explain").click()
        await expect(page.get_by_text("Done: Explain")).to_be_visible()
        await expect(page.locator("article")).to_contain_text("my headset was dead")


async def test_search_is_a_key_away_and_finds_who_is_on_the_floor(there: Front) -> None:
    async with there.person() as alice:
        page = await alice.sign_in("alice")
        await expect(page.locator(".age")).to_have_attribute("data-trust", "followed")
        await page.keyboard.press("/")
        await page.keyboard.type("ali")
        await page.keyboard.press("Enter")
        await expect(page).to_have_url(re.compile("/search$"))
        await expect(page.locator("#content")).to_contain_text("Alice")
        await page.get_by_role("search").get_by_role("textbox").fill("nobody of that name")
        await page.keyboard.press("Enter")
        await expect(page.locator("h1")).to_contain_text("nobody of that name")
        await expect(page.locator("#content")).not_to_contain_text("Alice")
        await page.locator("h1").click()
        await page.keyboard.press("/")
        await page.keyboard.type("ali")  # in the place of what was sought before
        await page.keyboard.press("Enter")
        await expect(page.locator("#content")).to_contain_text("Alice")
        await page.go_back()
        await expect(page.locator("h1")).to_contain_text("nobody of that name")
        await page.go_back()
        await expect(page.locator("#content")).to_contain_text("Alice")
        await page.go_back()
        await expect(page).to_have_url(re.compile("/desk$"))


async def test_nothing_is_asked_of_another_host(there: Front) -> None:
    async with there.person() as alice:
        asked: list[str] = []
        alice.context.on("request", lambda request: asked.append(request.url))
        page = await alice.sign_in("alice")
        await expect(page.locator(".age")).to_have_attribute("data-trust", "followed")
        assert [url for url in asked if not url.startswith(there.url)] == []


async def test_what_would_run_in_the_page_is_refused_by_its_policy(there: Front) -> None:
    async with there.person() as alice:
        page = await alice.sign_in("alice")
        await page.evaluate(
            "document.body.append(Object.assign(document.createElement('img'), {src: 'https://x.invalid/'}))"
        )
        while not await alice.wrongs():
            await page.wait_for_timeout(20)
        await page.evaluate("window.violated = []")
        alice.expected.append("Content Security Policy")
