"""A department with its page, served on a socket over a floor that tests move, and the browsers of its people."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect
from playwright.async_api import Error as PlaywrightError
from sqlalchemy import insert

from callcenter.cases.complaints.vocabulary import CaseChannel, CaseState
from callcenter.cases.owners import CustomerMatch, MatchKind
from callcenter.clock import wall_clock
from callcenter.domain import facts as fx
from callcenter.domain.frame import SECOND, Micros
from callcenter.domain.visits.lost import LostCall
from callcenter.domain.vocabulary import FollowUpState, VisitOutcome
from callcenter.rules.records.dossier import DossierMoment
from callcenter.rules.records.steps import Action
from callcenter.rules.regulations.edition import Title
from callcenter.store import JournalledFacts, Store
from callcenter.store.complaints.cases import CaseAbout
from callcenter.store.complaints.matters import OpenMatter
from callcenter.store.customers.contacts import Contact
from callcenter.store.decisions.lost_calls import OpenLostCalls
from callcenter.store.record.models import OfferRow, TalkRow, VisitRow
from callcenter.usecases.complaints.move_case import open_case
from callcenter.usecases.customers.tell_caller import CallerCard, KnownCaller
from callcenter.web.pages.built import is_built
from callcenter.web.server import serve_web, web_server
from callcenter.web.settings import WebSettings
from tests.browser.house import DESK, FrontHouse, HouseSwitch, seated
from tests.integration.api import CONFIRMED, Department, agreed, department, did
from tests.integration.office import PASSWORD, propose, settings_of

CHROMIUM = "/usr/bin/chromium"
HEADLESS = "/usr/bin/chromium-headless-shell"
"""The same without a browser's own windows, a third cheaper: for what a page says, not for sound or figures."""
AXE = Path(__file__).parents[2] / "callcenter/web/ui/node_modules/axe-core/axe.min.js"
RAIL = ["Desk", "My day", "Calls", "Lost calls", "Cases", "Enquiries", "Figures", "My records", "Account"]
"""The pages of an agent."""
PATIENCE_MS = 30_000
"""A busy machine is slow, not wrong."""
PHONE = Path(__file__).with_name("page_phone.js")
"""A phone as `callcenter/web/ui/src/phone/port.ts` has it, for tests alone."""
MINUTE: Micros = 60 * SECOND
DAY: Micros = 86_400 * SECOND
_WATCH = """
window.violated = [];
addEventListener("securitypolicyviolation", (told) => window.violated.push(told.violatedDirective));
"""


class Front:
    """The department, its floor and its address."""

    def __init__(self, folder: Path, work: Department, house: FrontHouse, browser: Browser) -> None:
        self.folder = folder
        self.work = work
        self.house = house
        self.browser = browser
        self._port = 0
        self._serving: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    async def serve(self) -> None:
        """Serve the department, at the address that it had before."""
        server = web_server(WebSettings(port=self._port), self.work.app)
        self._port = server.port
        self._serving = asyncio.create_task(serve_web(server, self.work.service))

    async def stop(self) -> None:
        """Serve nothing any more."""
        if self._serving is not None:
            self._serving.cancel()
            await asyncio.wait([self._serving])

    @asynccontextmanager
    async def person(self, language: str = "en-GB", **options: Any) -> AsyncIterator[Person]:
        """Let somebody sit down at a browser of their own; what their pages did wrong is raised when they leave."""
        options = {"viewport": {"width": 1280, "height": 800}, "reduced_motion": "reduce"} | options
        context = await self.browser.new_context(locale=language, base_url=self.url, **options)
        context.set_default_timeout(PATIENCE_MS)
        person = Person(self, context)
        await context.add_init_script(_WATCH)
        await context.add_init_script(path=AXE)
        context.on("page", person.watch)
        try:
            yield person
            wrongs = await person.wrongs()
            assert wrongs == [], wrongs
        except BaseException as error:
            error.add_note(await person.seen())
            raise
        finally:
            await context.close()

    async def hire(self, *names: str) -> None:
        """Give people accounts; again is no harm."""
        for name in names:
            await self.work.signed_in(name)


class Person:
    """Somebody at a browser.

    Attributes:
        expected: What their pages' console may say: a browser itself tells there that nobody is signed in yet, or that
            something that was asked for is not there.
    """

    def __init__(self, front: Front, context: BrowserContext) -> None:
        self.front = front
        self.context = context
        self.expected = ["status of 401", "status of 404"]
        self._said: list[str] = []
        self._failed: list[str] = []

    def watch(self, page: Page) -> None:
        """Note what goes wrong on a page."""
        page.on("console", lambda told: self._said.append(told.text) if told.type == "error" else None)
        page.on("pageerror", lambda error: self._said.append(str(error)))
        page.on("requestfailed", lambda asked: self._failed.append(f"{asked.url}: {asked.failure}"))
        page.on("crash", lambda _: self._said.append("the page crashed"))

    async def wrongs(self) -> list[str]:
        """Return what pages said that nobody expected, and what the page's policy refused."""
        refused = [told for page in self.context.pages for told in await page.evaluate("window.violated")]
        return refused + [told for told in self._said if not any(words in told for words in self.expected)]

    async def seen(self) -> str:
        """Tell what their pages show, said and were not answered."""
        shown = []
        for page in self.context.pages:
            try:
                text = await page.locator("body").inner_text(timeout=2_000)
            except PlaywrightError as error:
                text = f"not to be read: {error.message}"
            shown.append(f"{page.url} shows {text[:1_000]!r}")
        return "\n".join(
            [*shown, *(f"said: {told}" for told in self._said), *(f"failed: {one}" for one in self._failed)]
        )

    async def sign_in(self, name: str, path: str = "/", password: str = PASSWORD) -> Page:
        """Open a page and sign in."""
        page = await self.context.new_page()
        await page.goto(path)
        await page.locator("input[name=name]").fill(name)
        await page.locator("input[name=password]").fill(password)
        await page.locator("form.sign-in button[type=submit]").click()
        return page


@asynccontextmanager
async def front(folder: Path) -> AsyncIterator[Front]:
    """Serve a department, and start a browser."""
    assert is_built(), "the page is not built: run make ui"
    house = FrontHouse(since=wall_clock())
    async with department(folder, house.feed, DESK, HouseSwitch(house)) as work, async_playwright() as playwright:
        work.now = wall_clock()
        seated(work, house)
        keeping = asyncio.create_task(_keep_time(work, house))
        browser = await playwright.chromium.launch(executable_path=HEADLESS, args=["--no-sandbox"])
        found = Front(folder, work, house, browser)
        await found.serve()
        try:
            yield found
        finally:
            await browser.close()
            await found.stop()
            keeping.cancel()
            await asyncio.wait([keeping])


async def _keep_time(work: Department, house: FrontHouse) -> None:
    """Let the department's clock go with the browsers', and the switch be heard."""
    while True:
        work.now = wall_clock()
        house.now = max(house.now, work.now)
        house.figures = msgspec.structs.replace(house.figures, last_seen_at=wall_clock(), ami_up=True)
        await asyncio.sleep(0.2)


def known(house: FrontHouse, now: Micros) -> None:
    """Let a caller be a customer with a history."""
    card = CallerCard(
        id="ab" * 16, name="陈女士", customer_class="B", key_account=True, queue=None, group=None, owner="Alice"
    )
    matter = OpenMatter(
        id="cd" * 16,
        number="2026-11-0032",
        state=CaseState.AGREED,
        due=now + 340 * MINUTE,
        owner="alice",
        agent="Alice",
        first_responder="alice",
        what="包裹三天未更新",
    )
    house.known["+8613812345678"] = KnownCaller(
        customer=CustomerMatch(card.id, MatchKind.KNOWN),
        cards=(card,),
        contacts=(
            _contact(2, now - 2 * DAY, VisitOutcome.ABANDONED, None, None),
            _contact(1, now - 3 * DAY, VisitOutcome.ANSWERED, "Alice", "包裹三天未更新", promised=now + 90 * MINUTE),
        ),
        open_lost=1,
        served_last="Alice",
        cases=(matter,),
    )


def _contact(
    n: int, at: Micros, outcome: VisitOutcome, agent: str | None, words: str | None, promised: Micros | None = None
) -> Contact:
    return Contact(
        id=f"o{n}",
        uniqueid=f"o{n}",
        at=at,
        queue="sales",
        outcome=outcome,
        agent=agent,
        words=words,
        callback_by=promised,
    )


async def filled(front: Front) -> None:
    """Give the department a day behind it: talks, rings, lost calls, records, cases."""
    work, now = front.work, front.work.now
    await front.hire("alice", "bobby", "li-leads", "sun", "root")
    store = await Store.open(settings_of(front.folder), "pbx")
    lost = [_lost(n, now - n * 20 * MINUTE) for n in (1, 2, 3)]
    await store.write([JournalledFacts(1, [fx.LostCallChanged(at=now, lost=one) for one in lost])], 1)
    await store.close()
    async with work.decisions.writing() as unit:
        for n in range(1, 6):
            await unit.execute(insert(VisitRow).values(**_visit(n, now - n * 10 * MINUTE)))
            await unit.execute(insert(TalkRow).values(**_talk(n, now - n * 10 * MINUTE)))
            await unit.execute(insert(OfferRow).values(**_offer(n, now - n * 10 * MINUTE)))
        for n, text in ((1, "it does not fit"), (0, "it came late")):
            said = {"by": "alice", "content": text, "wanted": "the right one"}
            about = CaseAbout(channel=CaseChannel.PHONE, customer=None, call=None)
            await open_case(unit, work.service.case_office, f"{n + 1:032x}", about, said, now - 30 * n * 60 * MINUTE)
    front.house.feed.lost_calls({"sales": OpenLostCalls(callers=3, oldest=now - 60 * MINUTE)})
    number = await propose(work.decisions, 7, at=now - 86_400 * SECOND)
    lead = await work.signed_in("sun")
    told = await lead.act(number, Action.NOTIFY)
    assert told.status_code == 200, told.text


async def scored(front: Front) -> None:
    """Say with what a month begins, and let a record of today be confirmed."""
    await agreed(front.work)
    at = front.work.now - MINUTE
    said: list[tuple[float, str, str]] = [
        (0, "来电开始排队", "the caller joined the queue"),
        (4, "坐席话机开始振铃", "the agent's phone began to ring"),
        (22, "坐席接听", "the agent answered"),
    ]
    told: dict[str, Any] = {
        "at": at,
        "start": at + 4 * SECOND,
        "end": at + 22 * SECOND,
        "measured": 18.02,
        "limit": 15.0,
        "unit": "s",
        "uncertainty": 0.5,
        "ruled_out": ("gap", "page", "off_duty"),
        "timeline": tuple(DossierMoment(at + round(after * SECOND), Title(zh, en)) for after, zh, en in said),
    }
    await did(front.work, await propose(front.work.decisions, 8, **told), *CONFIRMED)


def _lost(n: int, at: Micros) -> LostCall:
    number = f"1390013900{n}"
    return LostCall(
        uniqueid=f"lost-{n}",
        queue="sales",
        n=1,
        call=f"lost-{n}",
        caller=number,
        key=f"+86{number}",
        lost_at=at,
        state=FollowUpState.OPEN,
        tries=n - 1,
        by=None,
        closed_at=None,
    )


def _blank(table: Any) -> dict[str, Any]:
    return dict.fromkeys(column.name for column in table.columns) | {"id": "", "node": "pbx"}


def _visit(n: int, at: Micros) -> dict[str, Any]:
    return _blank(VisitRow.__table__) | {
        "id": f"{n:032x}",
        "uniqueid": f"1.{n}",
        "queue": "sales",
        "n": 1,
        "caller": f"1380025000{n}",
        "caller_key": f"+861380025000{n}",
        "agent": "Alice",
        "joined_at": at - 20 * SECOND,
        "answered_at": at,
        "ended_at": at + 200 * SECOND,
        "outcome": VisitOutcome.ANSWERED,
        "frames": "[7]",
        "in_gap": False,
    }


def _talk(n: int, at: Micros) -> dict[str, Any]:
    return {
        "id": f"talk {n}",
        "node": "pbx",
        "call": f"1.{n}",
        "uniqueid": f"1.{n}",
        "agent": "Alice",
        "interface": "PJSIP/0",
        "how": "queue",
        "queue": "sales",
        "started_at": at,
        "ended_at": at + (180 + 10 * n) * SECOND,
        "ended_by": "caller",
        "in_gap": False,
        "frames": "[7]",
        "began_position": 7,
        "ended_position": 9,
    }


def _offer(n: int, at: Micros) -> dict[str, Any]:
    rang = (4, 6, 9, 17, 20)[n - 1] * SECOND
    missed = n == 5
    return {
        "id": f"offer {n}",
        "visit_id": f"{n:032x}",
        "agent": "Alice",
        "interface": "PJSIP/0",
        "queue": "sales",
        "offered_at": at - rang,
        "rang_at": at - rang,
        "connected_at": None if missed else at,
        "ended_at": at,
        "outcome": "timed_out" if missed else "answered",
        "available": True,
        "refuted": None,
        "in_gap": False,
        "frames": "[7]",
        "ended_position": 9,
    }


async def phone_in(page: Page, **state: Any) -> None:
    """Put a phone into a page that does what it is asked and keeps what that was (`phone` in the page)."""
    await page.locator("[data-phase]").first.wait_for()
    # the file is one expression: a function of the state in which the phone begins
    function = PHONE.read_text(encoding="utf-8").split("\n", 1)[1]
    await page.evaluate(f"({function.rstrip().rstrip(';')})({json.dumps(state)})")


async def until_settled(page: Page) -> None:
    """Wait until a page has been answered what it shows."""
    await page.wait_for_timeout(100)  # what it is about to ask
    await expect(page.get_by_text(re.compile("^(Loading|正在加载)$"))).to_have_count(0, timeout=PATIENCE_MS)


async def serious(page: Page) -> list[str]:
    """Name what axe finds that keeps somebody from working, once no colour is on its way to another."""
    await page.evaluate(
        "Promise.allSettled(document.getAnimations()"
        ".filter((one) => one instanceof CSSTransition).map((one) => one.finished))"
    )
    found = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']}: {node['html'][:120]} {node['failureSummary'][:200]}"
        for one in found["violations"]
        if one["impact"] in {"serious", "critical"}
        for node in one["nodes"]
    ]
