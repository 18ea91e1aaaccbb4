"""The review desk in a real browser: a record through four hands, and the score at each step."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from callcenter.domain.frame import SECOND
from callcenter.domain.vocabulary import AgentState
from callcenter.files.rulebook import written
from callcenter.rules.records.dossier import DossierMoment
from callcenter.rules.records.violation import StateSince
from callcenter.rules.regulations.edition import Title
from callcenter.staff.rights import Role
from callcenter.store import JournalledFacts, Store
from callcenter.web.api.review.trying import ArchiveTrials
from tests.browser.front import MINUTE, PATIENCE_MS, Front, front, serious
from tests.browser.leads import score_everywhere, takes
from tests.integration.api import agreed
from tests.integration.office import hire, propose, settings_of
from tests.integration.test_rules_try import DAY, missed_and_late

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]

expect.set_options(timeout=PATIENCE_MS)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def there(nothing_left_by_all: None, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Front]:
    async with front(tmp_path_factory.mktemp("front")) as found:
        await agreed(found.work)
        await found.hire("alice", "li-leads", "ma", "tian", "root", "qian")
        await hire(found.work.decisions, "tang", Role.MANAGER)
        await archived(found)
        yield found


async def archived(there: Front) -> None:
    """Let the service have an archive, of a day with two missed offers and a late answer."""
    settings = settings_of(there.folder)
    store = await Store.open(settings, "pbx")
    told = [JournalledFacts(n, [fact]) for n, fact in enumerate(missed_and_late().facts, store.position + 1)]
    await store.write(told, store.position + len(told))
    await store.close()

    async def in_force(_: object) -> dict[str, Any]:
        return written()

    ports = there.work.service.ports._replace(trials=ArchiveTrials(settings, "pbx"), written=in_force)
    object.__setattr__(there.work.service, "ports", ports)


async def late_answer(there: Front, number: int) -> str:
    """Let the service have raised a late answer of a minute ago, with a customer who waited meanwhile."""
    at = there.work.now - MINUTE
    said: list[tuple[float, str, str]] = [
        (0, "来电开始排队", "the caller joined the queue"),
        (4, "坐席话机开始振铃", "the agent's phone began to ring"),
        (22, "坐席接听", "the agent answered"),
    ]
    told: dict[str, Any] = {
        "rule": "V-LATE-ANSWER",
        "title": Title("三声后接听", "Answered after the third ring"),
        "why": Title("振铃18.0秒后接听。", "the phone was answered after 18.0 s."),
        "at": at,
        "start": at + 4 * SECOND,
        "end": at + 22 * SECOND,
        "measured": 18.02,
        "limit": 15.0,
        "uncertainty": 0.5,
        "ruled_out": ("gap", "page", "off_duty"),
        "queue": "sales",
        "before": (
            StateSince(AgentState.WRAP_UP, at - 20 * SECOND),
            StateSince(AgentState.AVAILABLE, at - 8 * SECOND),
        ),
        "impact": [
            {
                "queue": "sales",
                "uniqueid": "1.9",
                "visit": 1,
                "outcome": "abandoned",
                "frames": [],
                "joined": at + 6 * SECOND,
                "left": at + 21 * SECOND,
            }
        ],
        "timeline": tuple(DossierMoment(at + round(after * SECOND), Title(zh, en)) for after, zh, en in said),
    }
    return await propose(there.work.decisions, number, **told)


async def is_told(lead: Page, told: Page, number: str) -> None:
    """Let a lead tell the agent, whose page says so until the record is opened."""
    notice = told.locator(f"[data-told-record='{number}']")
    await expect(told.get_by_role("region", name="我的违规记录")).to_be_visible()
    await expect(notice).to_have_count(0)
    await takes(lead, "notify")
    await expect(notice).to_contain_text("有一条关于您的违规记录：三声后接听")
    assert await serious(told) == []
    await notice.get_by_role("link").click()
    await expect(told).to_have_url(re.compile(f"/records/{number}$"))
    await expect(notice).to_have_count(0)


async def is_overturned(last: Page, told: Page, number: str) -> None:
    """Let an appeal be granted; the agent's page says so until it is read."""
    notice = told.locator(f"[data-told-record='{number}']")
    await told.goto("/desk")
    await expect(told.get_by_role("region", name="我的违规记录")).to_contain_text("三声后接听")
    await expect(notice).to_have_count(0)
    await takes(last, "overturn", "the headset was reported in time")
    await expect(last.locator("[data-record] .tag")).to_have_text("overturned")
    await expect(notice).to_contain_text("作出裁定：三声后接听（撤销）")
    await notice.get_by_role("link").click()
    await expect(told.locator("[data-talk]")).to_contain_text("the headset was reported in time")
    await expect(notice).to_have_count(0)


async def test_a_late_answer_goes_its_whole_way_and_the_score_with_it(there: Front) -> None:
    number = await late_answer(there, 21)
    month, api = await month_of(there), await there.work.signed_in("ma")
    async with (
        there.person() as lead,
        there.person("zh-CN") as agent,
        there.person("zh-CN") as boss,
        there.person() as other,
    ):
        page = await lead.sign_in("li-leads", "/review")
        row = page.locator(f"[data-row='{number}']")
        await expect(row).to_contain_text("to be told to the agent")
        assert await serious(page) == []
        await expect(row).to_contain_text("sales")
        await row.get_by_role("link").click()
        await expect(page).to_have_url(re.compile(f"/review/{number}$"))
        await expect(row.locator(".about")).to_have_text(re.compile(r"^Alice · .*\d\d:\d\d · sales$"))
        await expect(page.locator("[data-before]")).to_have_text(
            re.compile(r"^Until then: wrap-up from [\d:]{8} for 0:12 · ready from [\d:]{8} for 0:12$")
        )
        await expect(page.locator("[data-rule]")).to_contain_text("V-LATE-ANSWER")
        await expect(page.locator("[data-waited]")).to_contain_text("waited 0:15")
        await expect(page.locator("[data-steps]")).to_contain_text("a group leader may not do this here")
        await page.locator("[data-act=frames]").click()
        await expect(page.locator(".frame").first).to_contain_text("Journal entry 7")
        await expect(page.locator(".frame").first).not_to_contain_text("\\n")
        await expect(page.locator("[data-rule]")).to_contain_text("service and satisfaction policy")
        assert await serious(page) == []
        scores = await boss.sign_in("ma", f"/scores/Alice?month={month}")
        assert await score_everywhere(api, scores) == "100"
        assert await serious(scores) == []
        await expect(page.locator("[data-effect] [data-confirmed]")).to_have_text("98")
        told = await agent.sign_in("alice", "/desk")
        await is_told(page, told, number)
        await takes(told, "explain", "耳机坏了，打 13900139001 报修。")
        assert await serious(told) == []
        judge = await boss.context.new_page()
        await judge.goto(f"/review/{number}")
        await expect(judge.locator("[data-talk]")).to_contain_text("耳机坏了")
        assert await serious(judge) == []
        await takes(judge, "confirm", "the repair was not reported")
        await expect(judge.locator("[data-effect]")).to_contain_text("98")
        assert await score_everywhere(api, scores) == "98"
        await expect(scores.get_by_role("link", name="三声后接听")).to_have_count(1)
        await expect(told.locator("[data-talk] li")).to_have_count(3)
        await takes(told, "appeal", "我当天报过修。")
        await expect(told.locator("[data-awaited]")).to_contain_text("申诉：须于")
        await expect(judge.locator("[data-steps]")).to_contain_text("作出原裁定的人不得裁定申诉")
        assert await score_everywhere(api, scores) == "100"
        last = await other.sign_in("tang", "/review?due=now&state=appealed")
        await expect(
            last.locator("[data-note=empty]")
        ).to_be_visible()  # its time has not come, and yet it may be decided
        await last.goto("/review?state=appealed")
        await expect(last.locator(f"[data-row='{number}']")).to_contain_text("appeal: decide by")
        await last.locator(f"[data-row='{number}']").get_by_role("link").click()
        await is_overturned(last, told, number)
        assert await score_everywhere(api, scores) == "100"
        await expect(scores.get_by_role("link", name="三声后接听")).to_have_count(0)


async def test_what_is_given_counts_and_is_taken_back_with_a_reason(there: Front) -> None:
    await late_answer(there, 31)
    month = await month_of(there)
    async with there.person() as specialist:
        page = await specialist.sign_in("tian", f"/scores/Alice?month={month}")
        given = page.locator("[data-given]")
        await given.locator(".el-select").first.click()
        await page.get_by_role("option", name="daily assessment").click()
        await given.get_by_placeholder("For which day").fill(f"{month}-01")
        await page.keyboard.press("Enter")
        await given.get_by_role("spinbutton", name="Points").fill("78")
        await page.keyboard.press("Tab")
        assert await serious(page) == []
        await given.locator("[data-act=give]").click()
        await expect(page.locator("[data-points]").first).to_have_text("98")
        await expect(page.get_by_role("link", name="daily assessment")).to_have_count(1)
        await given.locator("[data-act=withdraw]").click()
        await given.locator("input[name=withdraw-reason]").fill("the wrong day")
        await page.keyboard.press("Enter")
        await expect(given.locator("[data-entry=mark]")).to_contain_text("withdrawn: the wrong day")
        await expect(page.locator("[data-points]").first).to_have_text("100")


async def test_a_rule_otherwise_is_tried_over_past_days_and_who_may_not_is_told(there: Front) -> None:
    async with there.person("zh-CN") as boss, there.person() as other:
        page = await boss.sign_in("ma", "/rules/trial")
        await page.locator(".el-select").filter(has=page.get_by_role("combobox", name="规则")).click()
        await page.get_by_role("option", name="在岗未接或拒接来电（V-MISSED）", exact=True).click()
        await page.locator(".el-select").filter(has=page.get_by_role("combobox", name="模式")).click()
        await page.get_by_role("option", name="关闭", exact=True).click()
        await page.get_by_placeholder("首日").fill(DAY)
        await page.get_by_placeholder("末日").fill(DAY)
        await page.keyboard.press("Enter")
        assert await serious(page) == []
        await page.locator("[data-act=try]").click()
        await expect(page.locator("[data-trial=done]")).to_contain_text("在岗未接或拒接来电")
        await expect(page).to_have_url(re.compile("trial="))
        await expect(page.locator("[data-agreement]")).to_contain_text("认同率")
        there.work.service.ports.trials._runs.clear()  # type: ignore[union-attr]  # as a service that was started anew
        await page.reload()
        await expect(page.locator("[data-note=empty]").first).to_contain_text("此次试算已不存在")
        gone = page.url
        await page.locator("[data-act=anew]").click()
        await expect(page.locator("[data-trial=done]")).to_contain_text("在岗未接或拒接来电")
        assert page.url != gone
        assert await serious(page) == []
        refused = await other.sign_in("qian", "/scores")
        await expect(refused.locator("main")).to_have_text("This page is not for your role.")
        await expect(refused.locator("nav a").filter(has_text="Scores")).to_have_count(0)


async def month_of(there: Front) -> str:
    """Say which month it is in the department."""
    boss = await there.work.signed_in("ma")
    (one,) = (await boss.get("/violations?limit=1")).json()["items"]
    return str(one["at"][:7])
