"""A lead acts on an agent in a real browser, and the agent reads it: both languages, keyboard, roles."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import expect

from callcenter.domain import company as co
from callcenter.domain import events as ev
from callcenter.web.desk.listening import ListenIn, ListenMode
from tests.browser.front import PATIENCE_MS, Front, filled, front, phone_in, serious
from tests.browser.leads import does

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(240)]

expect.set_options(timeout=PATIENCE_MS)

HOSTILE = "<img src=x onerror=alert(1)>\n=1+1"
TEXTS = json.loads((Path(__file__).parents[2] / "callcenter/web/ui/src/locale/texts.json").read_text())


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def there(nothing_left_by_all: None, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Front]:
    async with front(tmp_path_factory.mktemp("front")) as found:
        await filled(found)
        await found.hire("qian")
        for agent in ("Alice", "Li"):
            found.house.sign_in(agent)
        yield found


@pytest.mark.parametrize("language", ["en-GB", "zh-CN"])
async def test_a_lead_pauses_writes_and_whispers_and_the_agent_sees_who_and_why(there: Front, language: str) -> None:
    house, call = there.house, f"acts-{language}"
    word = 0 if language == "en-GB" else 1
    async with there.person(language) as one, there.person(language) as other:
        alice, lead = await one.sign_in("alice"), await other.sign_in("li-leads", "/floor/Alice")
        menu, told = lead.locator("[data-acts]"), alice.locator("[data-told]")
        await expect(menu.locator("[data-act=whisper]")).to_have_count(0)
        await does(lead, "pause", reason="tea", why="the new product")
        await expect(told.locator("[data-notice=paused]")).to_contain_text("the new product")
        await does(lead, "ready")
        await expect(told.locator("[data-notice=ready]")).to_contain_text(TEXTS["acts.why.waiting"][word])
        await does(lead, "message", message=HOSTILE)
        await expect(told.locator("[data-notice=message]")).to_contain_text(HOSTILE)
        await expect(told.locator("img")).to_have_count(0)

        house.join(call)
        house.ring(call)
        house.answer(call)
        await does(lead, "whisper")
        await expect(menu.locator("[data-code]")).to_contain_text(re.compile(r"\*48\d{6}"))
        line = f"l-{language}"
        who = ListenIn(name="Li-Leads", by="Li", agent="Alice", talk=0, mode=ListenMode.WHISPER)
        house.feed.listeners.dialled(line, who)
        house.tell(ev.ChannelStarted, line, f"PJSIP/1003-{line}", line, "*48", calling=True, number=None)
        house.tell(co.SpyBegan, line, f"{call}-Alice")
        await expect(told.locator("[data-listens]")).to_contain_text("Li-Leads")
        assert await serious(alice) == []
        await expect(lead.locator("[data-listening]")).to_contain_text("Alice")
        await expect(lead.locator("[data-listening]")).to_contain_text(TEXTS["listening.by_phone"][word])
        await expect(lead.locator("[data-person=Li] .tag")).to_contain_text(TEXTS["state.whisper"][word])
        await expect(menu.locator("[data-code]")).to_have_count(0)
        assert await serious(lead) == []
        house.tell(co.SpyEnded, line)
        house.tell(ev.ChannelEnded, line, "", 16, None)
        await expect(told.locator("[data-listens]")).to_have_count(0)
        await expect(lead.locator("[data-listening]")).to_have_count(0)
        house.hang_up(call)
        await expect(menu.locator("[data-code]")).to_have_count(0)

        for left in (2, 1, 0):
            await told.locator("[data-act=read]").first.click()
            await expect(told.locator("[data-notice]")).to_have_count(left)
        await alice.reload()
        await expect(alice.locator("[data-trust=followed]")).to_be_visible()
        await expect(told.locator("[data-notice]")).to_have_count(0)


async def test_a_lead_whose_phone_is_in_the_page_stops_to_listen_by_one_click(there: Front) -> None:
    house = there.house
    async with there.person() as one:
        lead = await one.sign_in("li-leads", "/desk")
        await phone_in(lead)
        await lead.locator("a[href='/floor']").click()
        await lead.locator("[data-person=Alice]").click()
        for step in ("join", "ring", "answer"):
            getattr(house, step)("stopped")
        await does(lead, "listen")
        strip = lead.locator("[data-listening]")
        await expect(strip).to_contain_text(TEXTS["acts.dials"][0])
        await expect(lead.locator("[data-acts] [data-code]")).to_have_count(0)
        house.tell(ev.ChannelStarted, "l-page", "PJSIP/1003-page", "l-page", "*48", calling=True, number=None)
        house.tell(co.SpyBegan, "l-page", "stopped-Alice")
        await expect(strip).to_contain_text("Alice")
        assert await serious(lead) == []
        await strip.locator("[data-act=stop-listening]").click()
        assert ["hangUp", "dialled"] in await lead.evaluate("phone.asked")
        house.tell(ev.ChannelEnded, "l-page", "", 16, None)
        await expect(strip).to_have_count(0)
        house.hang_up("stopped")


async def test_who_may_only_listen_is_offered_nothing_else_and_what_is_refused_is_said(there: Front) -> None:
    house = there.house
    async with there.person() as one, there.person() as other:
        inspector, lead = await one.sign_in("qian", "/floor/Alice"), await other.sign_in("li-leads", "/floor/Alice")
        one.expected.append("status of 409")
        acts = inspector.locator("[data-acts] [data-act]")
        house.join("heard")
        house.ring("heard")
        house.answer("heard")
        await expect(acts).to_have_count(1)
        await expect(acts).to_have_attribute("data-act", "listen")
        await acts.click()
        await inspector.locator("[data-acts] [data-act=go]").click()
        await expect(inspector.locator("[data-acts] [role=alert]")).to_contain_text("phone")
        house.hang_up("heard")
        await expect(lead.locator("[data-acts] [data-act=pause]")).to_be_visible()
