"""The wall in a real browser: opened by its link, never signed out, honest when data is old."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.browser.front import PATIENCE_MS, Front, front, serious

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]

expect.set_options(timeout=PATIENCE_MS)

FIRST_OF_TURNS = """queues => {
    const turns = /^1[/](\\d)$/.exec(document.querySelector("thead .quiet")?.textContent ?? "");
    const rows = [...document.querySelectorAll("tr[data-queue]")];
    const room = document.querySelector(".place")?.getBoundingClientRect().bottom ?? 0;
    const all = turns !== null && rows.length > 1 && rows.length < queues && rows.length * Number(turns[1]) >= queues;
    return all && rows.every((row) => row.getBoundingClientRect().bottom < room);
}"""
"""The first of the turns is shown, all turns have room for so many queues, and no row is cut."""


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def there(nothing_left_by_all: None, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Front]:
    async with front(tmp_path_factory.mktemp("front")) as found:
        await found.hire("root")
        found.house.sign_in()
        yield found


@pytest.mark.parametrize("language", ["en-GB", "zh-CN"])
async def test_a_wall_shows_what_the_site_chose_and_lives_through_a_restart(there: Front, language: str) -> None:
    async with (
        there.person(language) as admin,
        there.person(language, viewport={"width": 1920, "height": 1080}) as wall,
    ):
        page = await admin.sign_in("root", "/walls")
        await page.locator("input[name=wall-name]").fill(f"hall-{language.lower()}")
        await page.locator("input[name=wall-title]").fill("Hotline")
        await page.locator("[data-wall-form] button[type=submit]").click()
        link = await page.locator("[data-link]").inner_text()
        assert await serious(page) == []
        await page.close()
        there.house.join(f"w-{language}")
        wall.expected += ["ERR_CONNECTION_REFUSED", "ERR_CONNECTION_RESET", "ERR_EMPTY_RESPONSE", "status of 401"]
        screen = await wall.context.new_page()
        await screen.goto(link)
        waiting = screen.locator("[data-tile=waiting] strong")
        await expect(waiting).not_to_have_text("0")
        await expect(screen.locator("[data-queue=sales]")).to_be_visible()
        assert "token" not in screen.url
        assert await serious(screen) == []
        assert await screen.evaluate("document.documentElement.scrollHeight <= innerHeight")
        smallest = await screen.evaluate(
            "Math.min(...[...document.querySelectorAll('.wall *')]"
            ".filter((one) => one.childElementCount === 0 && one.textContent.trim() && one.closest('svg') === null)"
            ".map((one) => parseFloat(getComputedStyle(one).fontSize)))"
        )
        assert smallest >= 0.03 * 1080  # an eighth of a millimetre for each metre, on a screen of 55 inches
        await there.stop()
        await expect(screen.locator("[data-old=true]")).to_be_visible()
        await expect(screen.get_by_role("alert")).to_be_visible()
        await there.serve()
        there.house.give_up(f"w-{language}")
        await expect(screen.locator("[data-old=false]")).to_be_visible()
        await screen.reload()
        await expect(screen.locator("[data-old=false]")).to_be_visible()


async def test_no_row_of_a_wall_is_cut_and_queues_that_have_no_room_take_turns(there: Front) -> None:
    queues = [f"queue-{n}" for n in range(7)]
    for queue in queues:
        there.house.join(f"at-{queue}", queue)
    root = await there.work.signed_in("root")
    tiles = ["waiting", "longest", "ready", "service_level", "speed_of_answer", "answered", "abandoned", "lost_calls"]
    wall = {"name": "full", "title": "Hotline", "tiles": [*tiles, "queues"], "queues": queues, "theme": "day"}
    token = (await root.send("POST", "/walls", wall)).json()["token"]
    async with there.person("en-GB", viewport={"width": 1280, "height": 720}) as watcher:
        watcher.expected.append("status of 401")
        screen = await watcher.context.new_page()
        await screen.goto(f"/wall#token={token}")
        for width, height in ((1280, 720), (1920, 1080), (1280, 600)):
            await screen.set_viewport_size({"width": width, "height": height})
            await screen.wait_for_function(FIRST_OF_TURNS, arg=len(queues), timeout=PATIENCE_MS)
    for queue in queues:
        there.house.give_up(f"at-{queue}")
