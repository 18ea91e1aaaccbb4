"""One figure of one day is one number wherever it is read: wall, floor, feed, API, file, Grafana's query, Prometheus.

Grafana itself is not started: what its panels ask is asked of a real Prometheus, at the moment of its latest sample.
Between two samples Prometheus draws a rise on, and a day's count is off by the seconds since the last.
"""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from playwright.async_api import Locator, Page, async_playwright, expect

from callcenter.domain.frame import SECOND
from callcenter.web.pages.built import is_built
from tests.browser.front import HEADLESS, PATIENCE_MS
from tests.integration.api import Browser
from tests.integration.asked import filled, pages
from tests.integration.lively import parsed
from tests.integration.office import PASSWORD
from tests.integration.one_shift import FIRST_QUEUE, LASTS, QUEUE, joins
from tests.integration.shift_place import Place, serving
from tests.support.prometheus import Prometheus, scraping

expect.set_options(timeout=PATIENCE_MS)

ALL = "all"
Told = dict[str, str]
"""What somebody reads, by the figure's name, as it is shown."""

DAY: Told = {
    "waiting": "1",
    "answered": "4",
    "abandoned": "3",
    "other exits": "0",
    "sl-offered": "42.9%",
    "rings-call": "50.0%",
}
"""Of the queue; all queues together differ in one figure, and whoever was lost is counted with them."""
TOGETHER = DAY | {"other exits": "1", "to call back": "3"}
TILES = ("waiting", "longest", "service_level", "answered", "abandoned", "lost_calls", "queues")


@asynccontextmanager
async def played(folder: Path) -> AsyncIterator[tuple[Place, Prometheus]]:
    """Let the shift be seen by the service and by its Prometheus, and one more caller wait when it is over."""
    async with serving(folder, {}) as place:
        place.switch.begun -= place.switch.begun % SECOND
        place.switch.add(joins(LASTS, "c8"))
        async with scraping(folder / "prometheus", "prometheus.yml", place.url.removeprefix("http://")) as prometheus:
            for until, queue in ((1, QUEUE), (304, FIRST_QUEUE)):
                await place.play(until)
                await scraped(prometheus, f'callcenter_visits_total{{queue="{queue}"}}')
            await place.play()
            await place.until_metric("waiting_callers", QUEUE, value=1)
            await place.until_metric("lost_calls_open", QUEUE, value=int(TOGETHER["to call back"]))
            await scraped(prometheus, "sum(callcenter_waiting_callers) == 1 and sum(callcenter_lost_calls_open) > 0")
            yield place, prometheus


async def scraped(prometheus: Prometheus, expr: str) -> None:
    async with asyncio.timeout(60):
        while not (await prometheus.query(expr)).series:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.1)


class Reader:
    """A lead who reads over the API."""

    def __init__(self, place: Place, http: httpx.AsyncClient) -> None:
        self.place = place
        self.lead = Browser(http)
        begun = datetime.fromtimestamp(place.switch.begun / SECOND, UTC)
        self.span = f"from={begun:%Y-%m-%dT%H:%M:%SZ}&to={begun + timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"
        self.joined = f"{place.switch.begun / SECOND + LASTS:.1f}"

    async def token(self) -> str:
        """Make a wall; gives its token."""
        answer = await self.lead.send("POST", "/walls", {"name": "hall", "title": "Hall", "tiles": TILES})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["token"])

    async def ask(self, path: str, **headers: str) -> Any:
        answer = await self.lead.get(path, **headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def by_wall(self, token: str) -> tuple[Told, Told]:
        """Ask what the wall asks; what it is not told it adds up."""
        told = await self.ask("/wall", Authorization=f"Bearer {token}")
        queue, both = by_rows(told["queues"])
        return queue, both | {"sl-offered": percent(told["service_level"]), "to call back": f"{told['lost_calls']}"}

    async def by_feed(self) -> tuple[Told, Told]:
        """Read the snapshot that the floor is drawn from."""
        async with self.lead.http.stream("GET", "/api/v1/live") as stream:
            said = b""
            async for piece in stream.aiter_bytes():
                said += piece
                for frame in said.split(b"\n\n")[:-1]:
                    name, told, _ = parsed(frame) if b"data: " in frame else ("", {}, None)
                    if name == "snapshot":
                        queue, both = by_rows(told["floor"]["queues"])
                        lost = sum(one["open"] for one in told["lost_calls"].values())
                        return queue, both | {"to call back": f"{lost}"}
        raise AssertionError(said)

    async def by_api(self) -> tuple[Told, Told]:
        """Ask for the figures of the day, for the promises, and for who is to be called back."""
        figures, promises = await self.ask(f"/figures?{self.span}"), await self.ask(f"/promises?{self.span}")
        lost = await self.ask("/lost-calls?state=open&limit=100")
        (queue,) = [one for one in figures["items"] if one["queue"] == QUEUE]
        rings = [one for one in promises["items"] if one["promise"] == "P-RING"]
        kept, due = sum(one["kept"] for one in rings), sum(one["kept"] + one["broken"] for one in rings)
        more = {"to call back": f"{len(lost['items'])}", "rings-call": percent(kept / due)}
        return by_figures(queue), by_figures(figures["all"]) | more

    async def by_file(self) -> tuple[Told, Told]:
        """Read the file of the day's figures; its rates have four digits."""
        answer = await self.lead.get(f"/figures/export?{self.span}", **{"Accept-Language": "en"})
        rows = {row["queue"]: row for row in csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff")))}
        names = {"waiting": "still there"} | {name: name for name in ("answered", "abandoned", "other exits")}
        queue, both = (
            {name: rows[of][column] for name, column in names.items()}
            | {"sl-offered": percent(float(rows[of]["sl-offered"]))}
            for of in (QUEUE, ALL)
        )
        return queue, both


def percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f}%"


def by_rows(queues: list[dict[str, Any]]) -> tuple[Told, Told]:
    """Read a queue, and all together, of what is so now."""
    (asked,) = [one for one in queues if one["queue"] == QUEUE]
    names = {"waiting": "waiting", "answered": "answered", "abandoned": "abandoned", "other exits": "other_exits"}
    level, joined = {"sl-offered": percent(asked["service_level"])}, [one["oldest_joined_at"] for one in queues]
    queue = {name: f"{asked[key]}" for name, key in names.items()} | level
    both = {name: f"{sum(one[key] for one in queues)}" for name, key in names.items()}
    earliest = f"{min(at for at in joined if at is not None):.1f}"
    return queue | {"joined": f"{asked['oldest_joined_at']:.1f}"}, both | {"joined": earliest}


def by_figures(told: dict[str, Any]) -> Told:
    names = {"waiting": "lasting", "answered": "answered", "abandoned": "abandoned", "other exits": "other_exits"}
    level = percent(told["service_levels"]["sl-offered"])
    return {name: f"{told[key]}" for name, key in names.items()} | {"sl-offered": level}


async def table(rows: Locator, heads: Locator, names: Mapping[str, str]) -> Told:
    """Read a row of a page by its headings; what stands beside a figure in brackets is left out."""
    headings = await heads.all_inner_texts()
    cells = dict(zip(headings, await rows.all_inner_texts(), strict=True))
    return {name: cells[heading].partition(" (")[0].strip() for name, heading in names.items()}


async def by_floor_page(page: Page) -> Told:
    """Read the queue on the lead's floor."""
    await page.goto("/floor")
    await page.locator("input[name=name]").fill("sun")
    await page.locator("input[name=password]").fill(PASSWORD)
    await page.locator("form.sign-in button[type=submit]").click()
    row = page.locator(f"tr[data-queue={QUEUE}]")
    await expect(row.locator("[data-figure=waiting]")).to_have_text("1")
    names = {
        "waiting": "Waiting",
        "sl-offered": "Service level (in time of answered and abandoned)",
        "other exits": "Other exits",
    }
    names |= {"answered": "Answered today, and over", "abandoned": "Abandoned today", "to call back": "To call back"}
    return await table(row.locator("th, td"), page.locator("table:has(tr[data-queue]) thead th"), names)


async def by_wall_page(page: Page, token: str) -> tuple[Told, Told]:
    """Read the wall: its row of the queue, and its tiles."""
    await page.goto(f"/wall#token={token}")
    row = page.locator(f"tr[data-queue={QUEUE}]")
    await expect(row).to_be_visible()
    names = {"waiting": "Waiting", "answered": "Answered", "abandoned": "Abandoned", "sl-offered": "Service level"}
    queue = await table(row.locator("th, td"), page.locator(".queues thead th"), names)
    tiles = {"waiting": "waiting", "answered": "answered", "abandoned": "abandoned"}
    tiles |= {"sl-offered": "service_level", "to call back": "lost_calls"}
    texts = {name: await page.locator(f"[data-tile={tile}] strong").inner_text() for name, tile in tiles.items()}
    return queue, texts


async def by_grafana(prometheus: Prometheus, at: float) -> tuple[Told, Told]:
    """Ask what the queue wall's panels ask; a panel that says a thing in two colours has one answer of two."""
    (page,) = [page for name, page in pages("en") if name == "queue-wall"]
    panels = {panel["title"]: panel for panel in page["panels"]}

    async def one(title: str) -> float:
        answers = [await prometheus.query(filled(target["expr"]), at) for target in panels[title]["targets"]]
        (found,) = [value for answer in answers for _, value in answer.latest]
        return found

    columns = dict(zip(headings(panels["Queues"]), panels["Queues"]["targets"], strict=True))

    async def cell(heading: str) -> float:
        answer = await prometheus.query(filled(columns[heading]["expr"]), at)
        (found,) = [value for labels, value in answer.latest if labels["queue"] == QUEUE]
        return found

    together = {"answered": f"{await one('Answered today'):.0f}", "waiting": f"{await one('Waiting now'):.0f}"}
    together |= {"to call back": f"{await one('Lost calls to call back'):.0f}"}
    together |= {"joined": f"{at - await one('Longest wait'):.1f}"}
    for name, title in {
        "sl-offered": "Service level sl-offered",
        "rings-call": "Within the promised rings, rings-call",
    }.items():
        together[name] = percent(await one(title))
    queue = {"waiting": f"{await cell('Waiting'):.0f}", "joined": f"{at - await cell('Longest'):.1f}"}
    queue |= {name: percent(await cell(name)) for name in ("sl-offered", "rings-call")}
    return queue, together


def headings(panel: dict[str, Any]) -> list[str]:
    """List the headings of a table's columns, one for each of its queries."""
    (named,) = [one["options"]["renameByName"] for one in panel["transformations"] if one["id"] == "organize"]
    return [named[f"Value #{target['refId']}"] for target in panel["targets"]]


async def by_prometheus(prometheus: Prometheus, at: float) -> tuple[Told, Told]:
    """Ask for the counters themselves: the service began with this day."""

    async def asked(expr: str) -> float:
        (found,) = (await prometheus.query(expr, at)).latest
        return found[1]

    told = []
    for chosen in (f'queue="{QUEUE}"', 'queue!=""'):
        visits = "sum(callcenter_visits_total{" + chosen + ',outcome{}"})'
        answered = await asked(visits.replace("{}", '="answered'))
        served = await asked(visits.replace("{}", '=~"answered|abandoned'))
        others = await asked(visits.replace("{}", '!~"answered|abandoned|refused'))
        waiting = await asked(f"sum(callcenter_waiting_callers{{{chosen}}})")
        within = await asked(f"sum(callcenter_within_threshold_total{{{chosen}}})")
        rings = await asked(f'sum(callcenter_within_rings_total{{{chosen},kind="rings-call"}})')
        joined = await asked(f"min(callcenter_oldest_wait_start_timestamp_seconds{{{chosen}}})")
        told.append(
            {
                "waiting": f"{waiting:.0f}",
                "answered": f"{answered:.0f}",
                "abandoned": f"{served - answered:.0f}",
                "other exits": f"{others:.0f}",
                "sl-offered": percent(within / served),
                "rings-call": percent(rings / answered),
                "joined": f"{joined:.1f}",
            }
        )
    lost = {"to call back": f"{await asked('sum(callcenter_lost_calls_open)'):.0f}"}
    return told[0], told[1] | lost


async def test_a_figure_is_one_number_wherever_it_is_read(tmp_path: Path) -> None:
    assert is_built(), "the page is not built: run make ui"
    async with played(tmp_path) as (place, prometheus), async_playwright() as playwright:
        async with httpx.AsyncClient(base_url=place.service.api(), trust_env=False, timeout=60) as http:
            reader = Reader(place, http)
            await reader.lead.sign_in("sun")
            token = await reader.token()
            ((_, at),) = (await prometheus.query("max(timestamp(callcenter_visits_total))")).latest
            told = {
                "the wall": await reader.by_wall(token),
                "the live feed": await reader.by_feed(),
                "the API": await reader.by_api(),
                "the file": await reader.by_file(),
                "Grafana's queries": await by_grafana(prometheus, at),
                "Prometheus": await by_prometheus(prometheus, at),
            }
            browser = await playwright.chromium.launch(executable_path=HEADLESS, args=["--no-sandbox"])
            context = await browser.new_context(locale="en-GB", base_url=place.service.api())
            told["the wall's page"] = await by_wall_page(await context.new_page(), token)
            told["the floor's page"] = await by_floor_page(await context.new_page()), {}
            await browser.close()
        one = {"joined": reader.joined}
    print(*told.items(), sep="\n")
    wrong = {
        f"{where}, {name}": (shown, owed[name])
        for where, both in told.items()
        for owed, figures in zip((DAY | one | {"to call back": "3"}, TOGETHER | one), both, strict=True)
        for name, shown in figures.items()
        if shown != owed[name]
    }
    assert wrong == {}
