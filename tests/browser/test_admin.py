"""The pages of whoever looks after the service, and which pages each role is offered and may open at all."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect
from sqlalchemy import update

from callcenter.staff.dates import datetime_of
from callcenter.staff.rights import RIGHTS, Role
from callcenter.store.tables import SessionRow
from tests.browser.front import PATIENCE_MS, Front, front, serious, until_settled
from tests.browser.house import PHONES, looked_after
from tests.integration.api import BESIDE, PEOPLE
from tests.integration.office import PASSWORD

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]

expect.set_options(timeout=PATIENCE_MS)
ROUTER = Path(__file__).parents[2] / "callcenter/web/ui/src/router.ts"
OWN = "a phrase of one's own"
BOTH = pytest.mark.parametrize("language", ["en-GB", "zh-CN"])
WORDS = {
    "en-GB": {
        "propose": "Propose it",
        "approve": "Approve",
        "approved": "approved",
        "copy": "Copy the week before",
        "late": "Answered after the third ring",
    },
    "zh-CN": {
        "propose": "提交审批",
        "approve": "批准",
        "approved": "已批准",
        "copy": "复制上一周",
        "late": "三声铃响后才接听",
    },
}


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def there(nothing_left_by_all: None, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Front]:
    async with front(tmp_path_factory.mktemp("front")) as found:
        await found.hire(*PEOPLE, *BESIDE)
        path = found.folder / "roster.json"
        path.write_text(json.dumps(filed(found)))
        looked_after(found.work, path)
        yield found


def monday(there: Front) -> date:
    """Return the first day of next week."""
    today = datetime_of(there.work.now, there.work.in_force.rulebook.zone).date()
    return today + timedelta(days=7 - today.weekday())


def filed(there: Front) -> dict[str, Any]:
    """Make a roster in which Alice works on Monday and Tuesday of next week and of that in three weeks, nobody else."""
    days = [monday(there) + timedelta(days=n) for n in (0, 1, 14, 15)]
    shifts = [{"agent": "Alice", "from": f"{day}T09:00", "to": f"{day}T18:00"} for day in days]
    agents = [{"agent": name, "interface": phone, "queues": ["sales"]} for name, phone in PHONES.items()]
    return {"agents": agents, "shifts": shifts}


@BOTH
async def test_rulebook_and_calendar_are_changed_by_two_who_read_what_is_otherwise(there: Front, language: str) -> None:
    said, points = WORDS[language], "3" if language == "en-GB" else "4"
    tomorrow = datetime_of(there.work.now, there.work.in_force.rulebook.zone).date() + timedelta(days=1)
    async with there.person(language) as one, there.person(language) as two:
        ma = await one.sign_in("ma", "/admin/changes/+")
        sheet = ma.locator("[data-amend]")
        await sheet.locator("[data-rule=V-LATE-ANSWER] .figure input").fill(points)
        await sheet.locator("input[name=subject]").fill("late answers")
        await ma.reload()  # what was typed is kept
        await expect(sheet.locator("[data-rule=V-LATE-ANSWER] .figure input")).to_have_value(points)
        await expect(sheet.locator("input[name=subject]")).to_have_value("late answers")
        await sheet.locator("textarea[name=reason]").fill("as the department agreed")
        await sheet.locator("input[name=first]").fill(tomorrow.isoformat())
        await ma.keyboard.press("Enter")
        assert await serious(ma) == []
        await sheet.get_by_role("button", name=said["propose"]).click()
        await expect(ma.locator("[data-change]")).to_be_visible()
        await expect(ma.get_by_role("button", name=said["approve"])).to_have_count(0)  # who proposes does not decide
        hua = await two.sign_in("hua", re.sub(r"^.*?(/admin/.*)$", r"\1", ma.url))
        line = hua.locator("[data-difference] tr").filter(has_text="V-LATE-ANSWER")
        await expect(line.first).to_contain_text(said["late"])
        await expect(line.locator(".new").first).to_have_text(points)
        assert await serious(hua) == []
        await hua.get_by_role("button", name=said["approve"], exact=True).click()
        await hua.locator("[data-yes]").click()
        await expect(hua.locator("[data-change] header .tag")).to_have_text(said["approved"])
        day = tomorrow + timedelta(days=1 if language == "en-GB" else 2)
        await ma.goto(f"/admin/site?year={day.year}")
        await ma.locator("input[name=calendar-first]").fill(day.isoformat())
        await ma.keyboard.press("Enter")
        await ma.locator("[data-calendar-form] [data-add]").click()
        await expect(ma.locator("[data-queue=sales]")).to_contain_text("20")
        await ma.reload()  # the draft is kept
        await expect(ma.locator(f"[data-drafted='{day}']")).to_be_visible()
        await ma.locator("textarea[name=calendar-reason]").fill("as announced")
        assert await serious(ma) == []
        await ma.locator("[data-calendar-form] button[type=submit]").click()
        await expect(ma.locator("[data-difference]")).to_contain_text(day.isoformat())
        await hua.goto(re.sub(r"^.*?(/admin/.*)$", r"\1", ma.url))
        await hua.get_by_role("button", name=said["approve"], exact=True).click()
        await hua.locator("[data-yes]").click()
        await expect(hua.locator("[data-change] header .tag")).to_have_text(said["approved"])
        await there.work.enact()
        await hua.goto(f"/admin/site?year={day.year}")
        own = hua.locator(f"[data-calendar] .day.own[data-day='{day}']")
        head = hua.locator(f"[data-month='{day.month}'] .head").nth(day.weekday())
        await expect(own).to_be_visible()
        assert len({round((await one.bounding_box() or {"x": -1})["x"]) for one in (own, head)}) == 1
    (edition,) = (await (await there.work.signed_in("ma")).get("/rules")).json()["editions"][1:]
    assert (edition["from"], edition["violations"]["V-LATE-ANSWER"]["points"]) == (tomorrow.isoformat(), int(points))


@BOTH
async def test_what_the_site_says_of_itself_is_changed_by_two(there: Front, language: str) -> None:
    said, code = WORDS[language], "drill" if language == "en-GB" else "case drill"
    async with there.person(language) as one, there.person(language) as two:
        ma, hua = await one.sign_in("ma", "/admin/site"), await two.sign_in("hua", "/admin/site")
        await reasons_are_changed(there, ma, hua, said, code)
        await keeping_and_names_are_changed(there, ma, hua, said)


async def is_agreed(there: Front, ma: Page, hua: Page, said: dict[str, str], form: Locator, seen: str) -> None:
    """Let one propose what a form says, and the other read and approve it."""
    await form.locator("button[type=submit]").click()
    await expect(ma.locator("[data-difference]")).to_contain_text(seen)
    await hua.goto(re.sub(r"^.*?(/admin/.*)$", r"\1", ma.url))
    await expect(hua.locator("[data-difference]")).to_contain_text(seen)
    await hua.get_by_role("button", name=said["approve"], exact=True).click()
    await hua.locator("[data-yes]").click()
    await expect(hua.locator("[data-change] header .tag")).to_have_text(said["approved"])
    await there.work.enact()
    await hua.goto("/admin/site")


async def keeping_and_names_are_changed(there: Front, ma: Page, hua: Page, said: dict[str, str]) -> None:
    """Let two people keep something shorter, and give a queue a name."""
    await ma.goto("/admin/site")
    await ma.locator("[data-change-kept]").click()
    form = ma.locator("[data-kept-form]")
    days = str(int(await form.locator("input[name='store.outbox_days']").input_value()) - 1)
    await form.locator("input[name='store.outbox_days']").fill("0")
    await form.locator("textarea").fill("as agreed")
    await expect(form.locator("button[type=submit]")).to_be_disabled()
    await form.locator("input[name='store.outbox_days']").fill(days)
    await expect(form.locator("[role=status]")).to_be_visible()  # what goes for good is said
    assert await serious(ma) == []
    await is_agreed(there, ma, hua, said, form, days)
    await expect(hua.locator("[data-setting='store.outbox_days']")).to_contain_text(days)
    await ma.goto("/admin/site")
    await ma.locator("[data-change-queues]").click()
    form = ma.locator("[data-queues-form]")
    await form.locator("[data-queue-typed=sales] input").nth(1).fill(f"售前{days}")
    await form.locator("textarea").fill("as agreed")
    await is_agreed(there, ma, hua, said, form, f"售前{days}")
    await expect(hua.locator("[data-queue=sales] th")).to_contain_text(f"售前{days}")
    await expect(hua.locator("[data-queues] [data-last]")).to_contain_text("Hua")
    assert await serious(hua) == []


async def reasons_are_changed(there: Front, ma: Page, hua: Page, said: dict[str, str], code: str) -> None:
    """Let two people retire the first reason of pauses and offer another."""
    form = ma.locator("[data-reasons-form]")
    await ma.goto("/admin/site")
    await ma.locator("[data-change-reasons]").click()
    first = await form.locator("[data-reason] input").first.input_value()
    await form.locator(f"[data-reason='{first}'] button").last.click()
    await form.locator("[data-add]").click()
    await form.locator("[data-reason] input").nth(-3).fill(code)
    await form.locator("[data-reason] input").nth(-2).fill("演练")
    await ma.reload()  # the draft is kept
    await expect(form.locator(f"[data-reason='{code}']")).to_be_visible()
    await form.locator("textarea[name=reasons-reason]").fill("as agreed")
    assert await serious(ma) == []
    await is_agreed(there, ma, hua, said, form, "演练")
    await expect(hua.locator("[data-reasons] .row", has_text=first).locator(".tag.warn")).to_be_visible()
    await expect(hua.locator("[data-reasons] .row", has_text=code).locator(".tag")).to_have_count(0)


@BOTH
async def test_a_week_is_copied_a_conflict_is_shown_and_two_people_change_it(there: Front, language: str) -> None:
    said, first = WORDS[language], monday(there)
    week = first + timedelta(days=7 if language == "en-GB" else 21)
    async with there.person(language) as one, there.person(language) as two:
        sun = await one.sign_in("sun", f"/admin/roster?week={week}")
        cells = sun.locator("[data-agent=Alice] td")
        await expect(cells).to_have_count(7)
        await expect(sun.locator("[data-roster] .time")).to_have_count(0)
        await sun.get_by_role("button", name=said["copy"]).click()
        await expect(sun.locator("[data-agent=Alice] .time")).to_have_count(2)
        await cells.nth(0).locator(".time").focus()
        await sun.keyboard.press("ArrowRight")  # onto Tuesday, where Alice has a shift already
        await expect(cells.nth(1).locator(".time.wrong")).to_have_count(2)
        await expect(sun.locator("[data-conflict=overlap]")).to_contain_text("Alice")
        await sun.locator("textarea[name=reason]").fill("the week goes on")
        await expect(sun.get_by_role("button", name=said["propose"])).to_be_disabled()
        assert await serious(sun) == []
        await sun.reload()  # the draft is kept
        await expect(cells.nth(1).locator(".time")).to_have_count(2)
        await cells.nth(1).locator(".time").first.drag_to(sun.locator("[data-agent=Bob] td").nth(2))
        await expect(sun.locator("[data-agent=Bob] .time")).to_have_count(1)
        await expect(sun.locator("[data-conflict=overlap]")).to_have_count(0)
        await sun.locator("textarea[name=reason]").fill("the week goes on")
        await sun.get_by_role("button", name=said["propose"]).click()
        change = sun.locator("[data-change] [data-difference]").first
        await expect(change).to_contain_text("Alice")
        await expect(change).to_contain_text(re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d – "))  # as the clock says it
        hua = await two.sign_in("hua", re.sub(r"^.*?(/admin/.*)$", r"\1", sun.url))
        assert await serious(hua) == []
        await hua.get_by_role("button", name=said["approve"], exact=True).click()
        await hua.locator("[data-yes]").click()
        await expect(hua.locator("[data-change] header .tag")).to_have_text(said["approved"])
        await hua.goto(f"/admin/roster?week={week}")
        await expect(hua.locator("[data-roster] .time")).to_have_count(2)


async def test_what_a_draft_moved_in_the_week_before_is_copied_as_it_is_seen(there: Front) -> None:
    before = monday(there) + timedelta(days=14)
    async with there.person() as one:
        sun = await one.sign_in("sun", f"/admin/roster?week={before}")
        shifts = sun.locator("[data-agent=Alice] .time")
        await expect(shifts).to_have_count(2)
        await shifts.first.focus()
        await sun.keyboard.press("Delete")
        await expect(shifts).to_have_count(1)
        await sun.goto(f"/admin/roster?week={before + timedelta(days=7)}")
        days = sun.locator("[data-agent=Alice] td")
        await sun.get_by_role("button", name="Copy the week before").click()
        await expect(days.nth(1).locator(".time")).not_to_have_count(0)
        await expect(days.nth(0).locator(".time")).to_have_count(0)


async def test_a_role_that_approves_money_is_asked_for_and_confirmed_and_a_session_is_ended(there: Front) -> None:
    async with there.person() as one, there.person() as two, there.person("zh-CN") as three:
        root = await one.sign_in("root", "/admin/accounts/+")
        sheet = root.locator("[data-account]")
        await sheet.locator("input[name=name]").fill("new-hr")
        await sheet.locator("input[name=full_name]").fill("何新")
        await sheet.locator(".el-select").click()
        await root.get_by_role("option", name="HR", exact=True).click()
        await sheet.get_by_role("button", name="Make a password").click()
        password = await sheet.locator("[data-made]").inner_text()
        await sheet.get_by_role("button", name="Add an account").click()
        await expect(root).to_have_url(re.compile("/admin/accounts/new-hr$"))
        await expect(sheet).to_contain_text("waits to be: HR")
        await expect(root.get_by_role("button", name="Confirm: HR")).to_be_visible()
        ma = await two.sign_in("ma", "/admin/accounts/new-hr")
        await ma.get_by_role("button", name="Confirm: HR").click()
        await expect(ma.locator("[data-account]")).not_to_contain_text("waits to be")
        given = await three.sign_in("new-hr", "/floor", password)
        await expect(given.locator("[data-change-password]")).to_contain_text("由他人代设")
        assert await serious(given) == []
        for field, typed in (("old", password), ("new", OWN), ("again", OWN)):
            await given.locator(f"input[name={field}]").fill(typed)
        await given.keyboard.press("Enter")
        await given.locator("form.sign-in").wait_for()
        password = OWN
        hired = there.work.browser(address="10.0.9.9")
        assert (await hired.sign_in("new-hr", password)).status_code == 201
        await root.goto("/admin/accounts/new-hr")
        async with there.work.decisions.writing() as unit:  # as if the password had been typed long ago
            await unit.execute(update(SessionRow).values(proven_at=None))
        one.expected.append("status of 403")
        await root.locator("[data-session=new-hr]").get_by_role("button", name="End the session").click()
        await root.locator("[data-yes]").click()
        proof = root.locator("[data-prove]")
        await proof.locator("input[name=password]").fill("not the password")
        await root.keyboard.press("Enter")
        await expect(proof.get_by_role("alert")).to_have_text("the password is wrong")
        assert await serious(root) == []
        await proof.locator("input[name=password]").fill(PASSWORD)
        await root.keyboard.press("Enter")
        await expect(root.locator("[data-session]")).to_have_count(0)
        assert (await hired.get("/session")).status_code == 401
        await root.goto("/account")
        await expect(root.locator("[data-session=root] .tag")).to_have_text("this one")
        await hired.http.aclose()


async def test_classes_of_contacts_are_added_changed_closed_and_keep_their_versions(there: Front) -> None:
    async with there.person("zh-CN") as one:
        one.expected.append("status of 422")
        ma = await one.sign_in("ma", "/admin/classes/+")
        sheet, rows = ma.locator("[data-class-sheet]"), ma.locator("[data-table=classes] tbody tr")
        for field, typed in (("code", "bill"), ("zh", "账单"), ("en", "Bills")):
            await sheet.locator(f"input[name={field}]").fill(typed)
        await ma.keyboard.press("Enter")
        await expect(ma).to_have_url(re.compile("/admin/classes/bill$"))
        await ma.goto("/admin/classes/+?below=bill")
        for field, typed in (("code", "bill.late"), ("zh", "账单迟到"), ("en", "A bill comes late")):
            await sheet.locator(f"input[name={field}]").fill(typed)
        await ma.keyboard.press("Enter")
        await expect(rows.filter(has_text="bill.late").locator(".level-1")).to_be_visible()
        await sheet.locator("input[name=en]").fill("The bill is late")
        assert await serious(ma) == []
        await ma.keyboard.press("Enter")
        await expect(sheet.locator("[data-versions] li")).to_have_count(2)
        await expect(sheet.locator("[data-versions] li").first).to_contain_text("The bill is late")
        await ma.goto("/admin/classes/bill")  # what is above an open one stays open
        await sheet.get_by_role("button", name="停用").click()
        await ma.locator("[data-yes]").click()
        await expect(sheet.locator("[role=alert]")).to_contain_text("bill.late")
        await ma.goto("/admin/classes/bill.late?sought=LATE")
        await expect(rows).to_have_count(2)
        await sheet.get_by_role("button", name="停用").click()
        await ma.locator("[data-yes]").click()
        await expect(rows).to_have_count(0)
        await expect(sheet.get_by_role("button", name="重新启用")).to_be_visible()


async def test_the_audit_log_is_searched_by_its_address_and_verified(there: Front) -> None:
    async with there.person() as one:
        root = await one.sign_in("root", "/admin/audit?actor=root&action=sign_in")
        rows = root.locator("[data-table=audit] tbody tr")
        await expect(rows.first).to_contain_text("signed in")
        await root.get_by_role("button", name="Verify the log").click()
        await expect(root.locator("[data-verify]")).to_contain_text("are what was written")


class Address(NamedTuple):
    """A page of the router: who may open it."""

    path: str
    rights: frozenset[str]
    needs: frozenset[str]
    agents: bool


def addresses() -> list[Address]:
    """Read the router's pages."""
    pages = ROUTER.read_text(encoding="utf-8").partition("export const PAGES")[2].partition("\n];")[0]
    found = []
    for told in re.findall(r"path: \"(.*?)\".*?meta: \{(.*?)\},\n", pages, re.DOTALL):
        rights, needs = (_names(kind, told[1]) for kind in ("rights", "needs"))
        found.append(Address(re.sub(r"/:.*", "", told[0]), rights, needs, "agents: true" in told[1]))
    return found


def _names(kind: str, meta: str) -> frozenset[str]:
    found = re.search(rf"{kind}: \[(.*?)\]", meta)
    return frozenset(re.findall(r"\"(\w+)\"", found[1])) if found else frozenset()


def may_open(page: Address, role: Role, agent: str | None) -> bool:
    """Say by the roles' table alone whether a page is for somebody."""
    rights = {right.value for right in RIGHTS[role]}
    if page.agents and (agent is None or not rights & {"record_call", "use_desk"}):
        return False
    return page.needs <= rights and (not page.rights or bool(page.rights & rights))


async def offered(page: Page) -> set[str]:
    """Collect the addresses that the rail and every area of it offer."""
    rail = page.locator(".body > nav a")
    await rail.first.wait_for()
    found = {str(await link.get_attribute("href")) for link in await rail.all()}
    for path in [path for path in found if path.startswith("/admin/")]:
        await page.locator(f'.body > nav a[href="{path}"]').click()
        await page.locator("nav.tabs a").first.wait_for()
        found |= {str(await link.get_attribute("href")) for link in await page.locator("nav.tabs a").all()}
    return found


async def test_each_role_is_offered_the_pages_that_it_may_open_and_refused_the_others_in_words(there: Front) -> None:
    pages = addresses()
    assert {page.path for page in pages} >= {"/desk", "/records", "/admin/accounts", "/account"}
    async with there.person() as person:
        person.expected.append("status of 403")
        page = await person.context.new_page()
        for role in Role:
            name, (_, agent, _) = next((n, of) for n, of in (PEOPLE | BESIDE).items() if of[0] is role)
            answer = await person.context.request.post("/api/v1/session", data={"name": name, "password": PASSWORD})
            assert answer.status == 201
            await page.goto("/account")
            mine = {one.path for one in pages if may_open(one, role, agent)}
            assert await offered(page) == mine, role
            for one in sorted({one.path for one in pages} - mine):
                await page.evaluate(
                    "path => (history.pushState({}, '', path), dispatchEvent(new PopStateEvent('popstate')))", one
                )
                await expect(page).to_have_url(re.compile(f"{one}$"))
                await expect(page.locator("main")).to_have_text("This page is not for your role.")


WALKERS = ("root", "sun", "ma", "alice", "acc")
BESIDE_THE_RAIL = (*(f"/customers/{one}" for one in ("new", "import", "classes", "care", "access")), "/search", "/help")
_FOCUSED = """() => {
  const on = document.activeElement;
  const outlined = (one) => one !== null && getComputedStyle(one).outlineStyle !== "none";
  const framed = on.closest(".is-focus, .is-focused, .el-range-editor.is-active") !== null;
  const shown = framed || outlined(on) || outlined(on.nextElementSibling);
  return { inside: on.closest("main") !== null, shown, what: on.outerHTML.slice(0, 120) };
}"""
"""What has the focus, and whether that is seen: by an outline, its label's, or the frame that Element Plus draws."""


def walked(name: str) -> list[str]:
    """Say which pages somebody walks through: of those that they may open, all that nobody before them does."""
    opens = {one: (PEOPLE | BESIDE)[one] for one in WALKERS}
    first = {
        page.path: next(one for one, (role, agent, _) in opens.items() if may_open(page, role, agent))
        for page in addresses()
    }
    return [path for path, who in first.items() if who == name] + [*(BESIDE_THE_RAIL if name == "sun" else ())]


async def by_keyboard(page: Page) -> list[str]:
    """Skip to the content and go through it with Tab; name what has the focus and does not show it."""
    await page.keyboard.press("Tab")
    await expect(page.locator("a.skip")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("#content")).to_be_focused()
    unseen = []
    for _ in range(12):
        await page.keyboard.press("Tab")
        focused = await page.evaluate(_FOCUSED)
        if not focused["inside"]:
            break
        if not focused["shown"]:
            unseen.append(focused["what"])
    return unseen


@BOTH
@pytest.mark.parametrize("name", WALKERS)
async def test_every_page_is_read_gone_through_by_keyboard_and_explained_by_anybody(
    there: Front, name: str, language: str
) -> None:
    async with there.person(language) as person:
        page = await person.sign_in(name, "/account")
        await page.locator("nav a").first.wait_for()
        for path in walked(name):
            await page.goto(path)
            await page.locator("#content > *").first.wait_for()
            await until_settled(page)
            assert await serious(page) == [], path
            if language == "en-GB":
                assert await by_keyboard(page) == [], path
                await page.locator("#content").focus()
                await page.keyboard.press("?")
                helped = await page.locator("[data-help] a").first.get_attribute("href")
                assert str(helped).startswith("/help/"), path


@BOTH
async def test_help_opens_the_manual_at_the_place_that_is_about_the_page(there: Front, language: str) -> None:
    async with there.person(language) as person:
        page = await person.sign_in("sun", "/floor")
        await page.locator("nav a").first.wait_for()
        await page.locator("#content").focus()
        await page.keyboard.press("?")
        async with person.context.expect_page() as opened:
            await page.locator("[data-help] a").first.click()
        manual = await opened.value
        await expect(manual.locator("[data-manual] #floor")).to_be_in_viewport()
        assert await serious(manual) == []
        await manual.locator("[data-topics] a").first.click()
        await expect(manual.locator("[data-manual] table")).to_contain_text("ready" if language == "en-GB" else "空闲")
        await manual.goto("/help/nothing-like-it")
        await expect(manual.locator("[data-note=fault] a")).to_be_visible()
