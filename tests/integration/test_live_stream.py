"""The live stream over a real socket: what EventSource would be sent, and when it ends."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, NoReturn

import httpx
import pytest

from callcenter.domain.frame import SECOND
from callcenter.rules.regulations.edition import Mode
from callcenter.store import StoreAway
from callcenter.usecases.keep_accounts import change_account
from callcenter.web.live import feed
from callcenter.web.live.reader import MOST_UNREAD
from callcenter.web.server import serve_web, web_server
from callcenter.web.settings import WebSettings
from tests.integration.api import Browser, Department, department
from tests.integration.lively import Lively, parsed, violation

PATH = "/api/v1/live"


class Office:
    """A department that is served on a socket, and the floor that it follows."""

    def __init__(self, work: Department, house: Lively, port: int) -> None:
        self.work = work
        self.house = house
        self._base = f"http://127.0.0.1:{port}"
        self._open = contextlib.AsyncExitStack()

    async def signed_in(self, name: str) -> Browser:
        """Let somebody sign in at a browser that speaks over the socket."""
        await self.work.signed_in(name)
        http = httpx.AsyncClient(base_url=self._base, trust_env=False, timeout=10)
        browser = Browser(await self._open.enter_async_context(http))
        await browser.sign_in(name)
        return browser

    async def follows(self, browser: Browser, query: str = "", **headers: str) -> Stream:
        """Open a stream, and read its snapshot."""
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        asked = browser.http.stream("GET", f"{PATH}{query}", headers=told)
        return Stream(await self._open.enter_async_context(asked))

    async def shows(self, token: str) -> Stream:
        """Open the stream of a screen on a wall."""
        http = await self._open.enter_async_context(httpx.AsyncClient(base_url=self._base, trust_env=False, timeout=10))
        asked = http.stream("GET", "/api/v1/wall/live", headers={"Authorization": f"Bearer {token}"})
        return Stream(await self._open.enter_async_context(asked))

    async def close(self) -> None:
        await self._open.aclose()


class Stream:
    """One stream as it comes."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self._chunks = answer.aiter_bytes()
        self._left = b""
        self.over = False
        self.last = ""

    async def next(self) -> tuple[str, Any]:
        """Wait for the next event; ("", None) where the stream is over."""
        async with asyncio.timeout(8):
            name, said, number = await self._frame()
            while not (name or self.over):
                name, said, number = await self._frame()  # how long to wait before asking again is no event
        self.last = self.last if number is None else str(number)
        return name, said

    async def _frame(self) -> tuple[str, Any, int | None]:
        while b"\n\n" not in self._left:
            chunk = await anext(self._chunks, b"")
            if not chunk:
                self.over = True
                return "", None, None
            self._left += chunk
        frame, _, self._left = self._left.partition(b"\n\n")
        return parsed(frame)

    async def until(self, name: str) -> Any:
        """Wait for an event of one kind."""
        while True:
            found, said = await self.next()
            assert found, f"the stream was over before {name}"
            if found == name:
                return said

    async def is_over(self) -> bool:
        """Tell whether nothing more comes."""
        return await self.next() == ("", None)


@pytest.fixture
async def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Office]:
    monkeypatch.setattr(feed, "_FLOOR_SECONDS", 0)
    house = Lively()
    async with department(tmp_path, house.feed) as work:
        server = web_server(WebSettings(port=0), work.app)
        serving = asyncio.create_task(serve_web(server, work.service))
        found = Office(work, house, server.port)
        yield found
        await found.close()
        serving.cancel()
        await asyncio.wait([serving])


async def test_a_phone_rings_and_the_agents_page_is_told_who_calls(office: Office) -> None:
    house = office.house
    house.sign_in()
    stream = await office.follows(await office.signed_in("alice"))
    snapshot = await stream.until("snapshot")
    house.join()
    house.ring(after=2)
    pop = await stream.until("pops")

    headers = stream.answer.headers
    assert headers["content-type"] == "text/event-stream; charset=utf-8"
    assert (headers["x-accel-buffering"], headers["cache-control"]) == ("no", "no-store")
    assert snapshot["topics"] == ["acts", "calls", "cases", "floor", "lost_calls", "pops", "violations"]
    assert [one["agent"] for one in snapshot["floor"]["agents"]] == ["Alice"]
    assert (pop["caller"], pop["waited_seconds"], pop["kind"]) == ("13812345678", 2, "mobile")


async def test_who_was_cut_off_goes_on_after_the_last_event(office: Office) -> None:
    house, browser = office.house, await office.signed_in("sun")
    stream = await office.follows(browser, "?topics=calls")
    await stream.until("snapshot")
    house.join("c1")
    await stream.until("calls")
    last = stream.last
    await stream.answer.aclose()
    house.join("c2")

    again = await office.follows(browser, "?topics=calls", Last_Event_ID=last)
    name, said = await again.next()
    anew = await office.follows(browser, "?topics=calls", Last_Event_ID="7" * 5000)

    assert (name, said["uniqueid"]) == ("calls", "c2")
    assert (await anew.until("snapshot"))["topics"] == ["calls"]


async def test_signing_out_ends_the_streams_of_that_session_alone(office: Office) -> None:
    browser, other = await office.signed_in("alice"), await office.signed_in("alice")
    stream, stays = await office.follows(browser), await office.follows(other)
    await stream.until("snapshot")
    await stays.until("snapshot")

    await browser.send("DELETE", "/session")

    assert await stream.until("end") == {"why": "signed_out"}
    assert await stream.is_over()
    office.house.join()
    office.house.sign_in()
    assert (await stays.next())[0] in {"age", "floor"}


@pytest.mark.parametrize("by_command", [False, True])
async def test_another_role_ends_the_streams_of_an_account(
    office: Office, monkeypatch: pytest.MonkeyPatch, by_command: bool
) -> None:
    if by_command:
        monkeypatch.setattr(feed, "EVERY_SECONDS", 0.1)
    root = await office.signed_in("root")
    stream = await office.follows(await office.signed_in("alice"))
    await stream.until("snapshot")

    if by_command:
        async with office.work.decisions.writing() as unit:
            await change_account(unit, "alice", {"team": "orders"}, None, "console:root", office.work.now, None)
        office.house.feed.look()
    else:
        read = await root.get("/users/alice")
        done = await root.send("PATCH", "/users/alice", {"role": "qa"}, If_Match=read.headers["etag"])
        assert done.status_code == 200

    assert await stream.until("end") == {"why": "signed_out"}


async def test_a_session_that_is_over_by_time_is_told_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, office: Office
) -> None:
    stream = await office.follows(await office.signed_in("alice"))
    await stream.until("snapshot")
    office.work.now += 31 * 60 * SECOND
    office.house.feed.look()

    assert await stream.until("end") == {"why": "signed_out"}


async def test_the_end_of_the_service_ends_every_stream_at_once(tmp_path: Path) -> None:
    house = Lively()
    async with department(tmp_path, house.feed) as work:
        server = web_server(WebSettings(port=0), work.app)
        serving = asyncio.create_task(serve_web(server, work.service))
        office = Office(work, house, server.port)
        stream = await office.follows(await office.signed_in("sun"))
        await stream.until("snapshot")
        serving.cancel()
        async with asyncio.timeout(2):
            assert await stream.until("end") == {"why": "service_stops"}
            await asyncio.wait([serving])
        await office.close()


async def test_heartbeats_tell_the_datas_age(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = await office.follows(await office.signed_in("alice"))
    await stream.until("snapshot")
    first = await stream.until("age")
    for reader in office.house.feed._readers:
        reader.beat = True
        reader.news.set()

    assert first == await stream.until("age") == {"state": "not_followed", "data_age_seconds": None}


async def test_streams_are_refused_and_given_up_like_any_request(office: Office) -> None:
    browser = await office.signed_in("alice")
    stranger = Browser(httpx.AsyncClient(base_url=str(browser.http.base_url), trust_env=False, timeout=30))
    streams = [await office.follows(browser) for _ in range(feed.MOST_OF_ACCOUNT)]
    refused = [
        (await stranger.get("/live")).status_code,
        (await browser.get("/live")).status_code,
        (await browser.get("/live?topics=nothing")).status_code,
        (await browser.get("/live", Host="evil.example")).status_code,
    ]
    await stranger.http.aclose()
    await streams[0].answer.aclose()

    assert refused == [401, 429, 422, 400]
    async with asyncio.timeout(5):
        while (await office.follows(browser)).answer.status_code != httpx.codes.OK:
            pass  # the server has not noticed yet


async def test_a_service_that_follows_no_switch_has_no_stream(tmp_path: Path) -> None:
    async with department(tmp_path) as work:
        answer = await (await work.signed_in("alice")).get("/live")

    assert (answer.status_code, answer.json()["type"]) == (503, "urn:callcenter:problem:unavailable")


async def test_a_page_that_reads_nothing_holds_up_nobody_and_costs_a_bounded_line(office: Office) -> None:
    sleeps, reads = [await office.follows(await office.signed_in(name), "?topics=violations") for name in ("sun", "ma")]
    await sleeps.until("snapshot")
    await reads.until("snapshot")
    (asleep,) = (one for one in office.house.feed._readers if one.person.account == "sun")
    for _ in range(100):
        office.house.feed.judged([violation()] * 400)
        await reads.until("violations")
        await asyncio.sleep(0)

    assert len(asleep.pending) <= MOST_UNREAD
    assert asleep.stale or len(asleep.pending) < MOST_UNREAD
    office.house.feed.judged([violation(Mode.ON)])
    assert (await reads.until("violations"))["agent"] == "Alice"


async def test_a_wall_is_told_what_changes_until_it_is_withdrawn(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "EVERY_SECONDS", 0.1)
    root, house = await office.work.signed_in("root"), office.house
    house.sign_in()
    body = {"title": "Hall", "tiles": ["waiting", "queues"]}
    token = (await root.send("POST", "/walls", body | {"name": "hall"})).json()["token"]
    wall = await office.shows(token)
    shown = await wall.until("wall")
    assert (shown["title"], [one["waiting"] for one in shown["queues"]]) == ("Hall", [0])
    house.join("k1")
    while (shown := await wall.until("wall"))["queues"][0]["waiting"] == 0:
        pass
    assert "13812345678" not in str(shown)
    await root.send("PUT", "/walls/hall", body | {"title": "Night"}, If_Match='"1"')
    while (await wall.until("wall"))["title"] != "Night":
        pass
    await root.send("POST", "/walls/hall/withdraw")
    assert await wall.until("end") == {"why": "withdrawn"}
    assert await wall.is_over()
    assert (await office.shows(token)).answer.status_code == 401


async def test_a_wall_goes_on_while_the_database_is_away(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "EVERY_SECONDS", 0.1)
    root, decisions = await office.work.signed_in("root"), office.work.decisions
    office.house.sign_in()
    body = {"name": "hall", "title": "Hall", "tiles": ["queues"]}
    token = (await root.send("POST", "/walls", body)).json()["token"]
    wall = await office.shows(token)
    await wall.until("wall")

    def away() -> NoReturn:
        raise StoreAway("away")

    monkeypatch.setattr(decisions, "reading", away)
    monkeypatch.setattr(decisions, "writing", away)
    office.house.join("k1")
    while (await wall.until("wall"))["queues"][0]["waiting"] == 0:
        pass
    monkeypatch.undo()
    await root.send("POST", "/walls/hall/withdraw")
    assert await wall.until("end") == {"why": "withdrawn"}
