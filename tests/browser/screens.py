"""`make screens`: each page in both languages, both themes and two widths, into var/screens, for people to look at."""

from __future__ import annotations

import asyncio
import json
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from playwright.async_api import Page

from callcenter.domain.vocabulary import CANNOT_RING
from tests.browser.front import Front, Person, filled, front, known, phone_in, scored, until_settled
from tests.browser.house import PHONES, looked_after
from tests.integration.cases_over_api import ASSIGN, UPHELD, link, made, moved, warehouse

FOLDER = Path(__file__).parents[2] / "var" / "screens"
WIDTHS = {1280: 800, 1920: 1080}
LANGUAGES = {"zh-CN": "zh", "en-GB": "en"}
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


async def main() -> None:
    """Take them all."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        async with front(Path(folder)) as there:
            await filled(there)
            await scored(there)
            known(there.house, there.work.now)
            there.house.sign_in()
            there.house.sign_in("Bob")
            there.house.join("waits")
            there.house.ring("waits", agent="Bob")
            roster = there.folder / "roster.json"
            seats = [{"agent": name, "interface": phone, "queues": ["sales"]} for name, phone in PHONES.items()]
            today = datetime.now(tz=there.work.in_force.rulebook.zone).date()
            days = [today + timedelta(days=n) for n in range(-6, 7)]
            shifts = [{"agent": name, "from": f"{day}T09:00", "to": f"{day}T18:00"} for name in PHONES for day in days]
            roster.write_text(json.dumps({"agents": seats, "shifts": shifts}))
            looked_after(there.work, roster)
            pages = await _leads_pages(there)
            for locale, language in LANGUAGES.items():
                for theme in THEMES:
                    for width, height in WIDTHS.items():
                        options = {"viewport": {"width": width, "height": height}, "color_scheme": theme}
                        async with there.person(locale, **options) as person:
                            kind = f"{language}-{theme}-{width}"
                            await _leads(person, pages, kind)
                            await _all(there, person, kind)
    print(f"{len([*FOLDER.glob('*.png')])} pictures in {FOLDER}")


async def _all(there: Front, person: Person, kind: str) -> None:
    page = await person.context.new_page()
    await page.goto("/")
    await page.locator("form.sign-in").wait_for()
    await _take(page, f"sign-in-{kind}")
    await page.close()
    page = await person.sign_in("alice")
    await page.locator("[data-trust=followed]").wait_for()
    await _take(page, f"desk-idle-{kind}")
    await _phone(there, page, kind)
    await _lists(page, kind)


async def _leads_pages(there: Front) -> dict[str, dict[str, str]]:
    """Make what leads look at; gives the addresses of their pages by name, for each account."""
    work = there.work
    await there.hire("ma", "acc", "hua")
    await warehouse(work)
    case = str((await made(work))["id"])
    await moved(work, "sun", case, UPHELD)
    await moved(work, "alice", case, ASSIGN)
    notice = (await link(work, "alice", case))["token"]
    ma, root = await work.signed_in("ma"), await work.signed_in("root")
    cards = [
        (await ma.send("POST", "/customers", {"name": "王明", "numbers": [{"raw": f"1380013800{n}"}]})).json()["id"]
        for n in (1, 2)
    ]
    wall = {"name": "hall", "title": "热线", "tiles": ["waiting", "longest", "ready", "answered", "queues"]}
    token = (await root.send("POST", "/walls", wall | {"queues": [], "theme": "auto"})).json()["token"]
    records = (await ma.get("/violations")).json()["items"]
    sun = {
        "floor": "/floor",
        "floor-person": "/floor/Bob",
        "calls": "/calls",
        "enquiries": "/enquiries",
        "call": "/calls/1.4",
        "lost-lead": "/lost-calls",
        "cases-table": "/cases",
        "cases-board": "/cases?view=board",
        "case": f"/cases/{case}",
        "review": "/review?due=all",
        "review-record": f"/review/{records[0]['id']}?due=all",
        "scores": "/scores",
        "score": "/scores/Alice",
        "trial": "/rules/trial",
        "customers": "/customers?all=true",
        "card": f"/customers/{cards[0]}",
        "merge": f"/customers/{cards[0]}/merge?with={cards[1]}",
        "import": "/customers/import",
        "classes": "/customers/classes",
        "case-classes": "/admin/classes",
        **{f"care-{one}": f"/customers/care/{one}" for one in ("due", "plans", "contacts", "figures")},
        "card-care": f"/customers/{cards[0]}?part=care",
        "access": "/customers/access",
        "walls": "/walls",
        "wall": f"/wall#token={token}",
        "notice": f"/notices/{notice}",
        "help": "/help",
        "forbidden": "/admin/audit",
        **{f"aftercare-{one}": f"/aftercare/{one}" for one in ("measures", "remedies", "follow_ups", "reviews")},
        **{f"figures-{one}": f"/figures/{one}" for one in ("queues", "complaints", "surveys")},
        **{f"admin-{one}": f"/admin/{one}" for one in ("roster", "changes", "looks", "site")},
        "admin-amend": "/admin/changes/+",
    }
    looks_after = {f"admin-{one}": f"/admin/{one}" for one in ("accounts", "accounts/alice", "audit", "service")}
    return {"sun": sun, "root": {name.replace("/", "-"): path for name, path in looks_after.items()}}


async def _leads(person: Person, pages: dict[str, dict[str, str]], kind: str) -> None:
    """The leads' and administrators' pages, one after the other."""
    for name, addresses in pages.items():
        page = await person.sign_in(name)
        await page.locator("nav a").first.wait_for()
        for called, path in addresses.items():
            await page.goto(path)
            await page.locator("h1, [role=main], main").first.wait_for()
            if called == "cases-board":  # its columns are asked for once somebody sees them
                await page.locator("[data-card]").first.wait_for()
                await page.screenshot(path=FOLDER / f"{called}-{kind}.png", animations="disabled")
                continue
            await _take(page, f"{called}-{kind}")
        await page.close()
        await person.context.clear_cookies()


async def _lists(page: Page, kind: str) -> None:
    """What is beside the phone: one's day, lists, what a list says that has nothing, a number, a record."""
    for name in ("day", "lost-calls", "cases", "records", "account"):
        await page.locator(f"nav a[href='/{name}']").click()
        await _take(page, f"{name}-{kind}")
    await page.locator("nav a[href='/lost-calls']").click()
    await page.locator("tbody [data-act=reveal]").first.click()
    await page.locator("input[name=reveal-reason]").fill("回拨")
    await _take(page, f"number-{kind}")
    await page.keyboard.press("Escape")
    await page.locator("nav a[href='/records']").click()
    for n in (0, 1):
        await page.locator("[data-table=records] tbody a").nth(n).click()
        await page.locator("article h1").wait_for()
        await _take(page, f"record-{n + 1}-{kind}")
    await page.goto("/lost-calls?state=closed")
    await page.locator("[data-note=empty]").wait_for()
    await _take(page, f"nothing-{kind}")
    await page.get_by_role("search").get_by_role("textbox").fill("13900139001")
    await page.keyboard.press("Enter")
    await page.locator("[data-table=found_lost]").wait_for()
    await _take(page, f"search-{kind}")


async def _phone(there: Front, page: Page, kind: str) -> None:
    """The phone in the page: before it can ring, ringing, talking, handing on, in trouble; and the keys."""
    call = kind.replace("-", "")
    await phone_in(page, link="off", sound="unasked", microphone="unasked")
    await _take(page, f"phone-unprepared-{kind}")
    await page.evaluate("phone.is({link: 'registered', sound: 'open', microphone: 'open'})")
    await _take(page, f"phone-devices-{kind}")
    there.house.join(call)
    there.house.ring(call)
    await page.evaluate("key => phone.ring(key)", call)
    await page.locator("[data-rings='2']").wait_for()
    await _take(page, f"desk-ringing-{kind}")
    await page.keyboard.press("a")
    there.house.answer(call)
    await page.locator("[data-phase=talking]").wait_for()
    await page.locator("textarea[name=note]").fill("包裹三天未更新，客户希望周五前收到。")
    await page.evaluate("key => phone.of(key, {quality: {loss: 0.041, jitterMs: 9, roundTripMs: 180}})", call)
    await _take(page, f"desk-talking-{kind}")
    await page.evaluate("phone.ring('second', {channel: null, number: '1002', name: 'Bob'})")
    await page.locator("[data-act=keypad]").click()
    await page.keyboard.press("5")
    await _take(page, f"phone-keypad-{kind}")
    await page.evaluate("phone.is({calls: phone.calls().slice(0, 1)})")
    await page.locator("[data-act=transfer]").click()
    there.house.hold(call, on=True)
    await page.locator("[data-agent=Bob] button").click()
    await _take(page, f"phone-transfer-{kind}")
    await page.locator("[data-act=consult]").click()
    await page.evaluate("phone.of('asked', {phase: 'talking', name: 'Bob'})")
    await there.work.switch.pause("PJSIP/1001", reason="tea")
    await page.reload()
    await phone_in(page)
    await page.evaluate("key => phone.consulting(key)", call)
    await page.locator("[data-act=complete]").wait_for()
    await _take(page, f"phone-consult-{kind}")
    await page.evaluate("phone.is({calls: [], consultation: null})")
    there.house.hang_up(call)
    await page.locator("[data-phase=none]").wait_for()
    await _take(page, f"desk-note-{kind}")
    await there.work.switch.pause("PJSIP/1001", reason=CANNOT_RING)
    await page.locator("[data-state=system_paused]").wait_for()
    await page.evaluate("phone.is({microphone: 'lost', trouble: 'trouble.microphone'})")
    await _take(page, f"phone-trouble-{kind}")
    await page.evaluate("phone.is({microphone: 'open', trouble: null})")
    await there.work.switch.pause("PJSIP/1001", paused=False)
    await page.locator("#content").focus()
    await page.keyboard.press("?")
    await page.get_by_role("dialog").wait_for()
    await _take(page, f"keys-{kind}")
    await page.keyboard.press("Escape")
    await page.get_by_role("dialog").wait_for(state="hidden")


async def _take(page: Page, name: str) -> None:
    await until_settled(page)
    await page.screenshot(path=FOLDER / f"{name}.png", animations="disabled")


if __name__ == "__main__":
    asyncio.run(main())
