"""A call on a real switch becomes a complaint in one action, and goes the whole way over the API by six accounts."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from callcenter.lab.diary import LabDiary
from callcenter.lab.sipphone import SipPhone
from tests.integration.api import Browser, Json
from tests.integration.office import PASSWORD
from tests.integration.service import PATIENCE, Service, at_home
from tests.integration.test_live_stream import PATH, Stream
from tests.live.hotline import RING_SECONDS, Hotline, hotline

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]

NUMBER = "13810010001"
ROLES = {
    "sun": "supervisor",
    "li-leads": "group_leader",
    "ma": "manager",
    "acc": "accounting",
    "gus": "general_manager",
}
REMEDIES = [{"kind": "voucher", "amount": "100"}]


class Complaints:
    """A hotline, the service beside it, and everybody who works on a complaint."""

    def __init__(self, line: Hotline, service: Service) -> None:
        self.line, self.service = line, service
        self.opened = AsyncExitStack()
        self.phone: SipPhone
        self.outside: SipPhone
        self.browsers: dict[str, Browser] = {}

    async def hire(self, name: str, *words: str) -> None:
        await self.service.add_account(PASSWORD, name, *words)
        self.browsers[name] = await self.browser()
        await self.browsers[name].sign_in(name)

    async def browser(self) -> Browser:
        http = httpx.AsyncClient(base_url=self.service.api(), trust_env=False, timeout=20)
        return Browser(await self.opened.enter_async_context(http))

    async def ask(self, name: str, method: str, path: str, body: Json = None, **headers: str) -> dict[str, Any]:
        """Ask for something that is given."""
        answer = await self.browsers[name].send(method, path, body, **headers)
        assert answer.is_success, answer.text
        return dict(answer.json())

    async def move(self, name: str, case: str, **body: Json) -> dict[str, Any]:
        """Read a case, and move it."""
        read = await self.browsers[name].get(f"/cases/{case}")
        return await self.ask(name, "POST", f"/cases/{case}/moves", body, If_Match=read.headers["etag"])

    async def answer(self, token: str, **body: Json) -> None:
        """Let the department that has a link answer its notice, with no account."""
        stranger = await self.browser()
        read = await stranger.get(f"/notices/{token}")
        done = await stranger.send("POST", f"/notices/{token}", body, If_Match=read.headers["etag"])
        assert done.is_success, done.text

    async def talk(self) -> str:
        """Let the customer call and talk to Alice; gives the call's name."""
        call = await self.line.call(number=NUMBER)
        ring = await self.phone.next_call(20)
        ring.answer()
        await asyncio.sleep(0.5)
        call.hang_up()
        await ring.over.wait()
        async with asyncio.timeout(PATIENCE):
            while not (calls := (await self.browsers["alice"].get("/calls")).json()["items"]):  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.1)
        return str(calls[0]["uniqueid"])

    async def call_back(self) -> None:
        """Let Alice call the customer, who answers."""
        own = self.phone.dial(NUMBER)
        there = await self.outside.next_call(10)
        there.answer()
        await asyncio.wait_for(own.answered.wait(), 10)
        own.hang_up()
        await there.over.wait()


@pytest.fixture
async def work(tmp_path: Path) -> AsyncIterator[Complaints]:
    home = tmp_path / "home"
    home.mkdir()
    async with AsyncExitStack() as opened:
        line = await opened.enter_async_context(hotline(tmp_path / "lab", ring_seconds=RING_SECONDS))
        state = line.lab.state
        seats = [{"agent": one.name, "interface": f"PJSIP/{one.number}", "team": "hotline"} for one in line.lab.agents]
        (home / "roster.json").write_text(json.dumps({"agents": seats}))
        web = "[web]\nenabled = true\nport = 0\n[complaints]\naccounting = true\n"
        more = f'[rules]\nroster = "{home}/roster.json"\n{web}'
        service = await opened.enter_async_context(
            at_home(home, state.ami_port, secrets=state.manager_secrets, more=more)
        )
        found = Complaints(line, service)
        opened.push_async_callback(found.opened.aclose)
        found.phone = await line.phone("1001")
        found.outside = SipPhone("outside", (line.lab.settings.bind, state.sip_port), LabDiary())
        await found.outside.open(state.trunk_host, state.trunk_port)
        opened.callback(found.outside.close)
        await service.start()
        await found.hire("alice", "--role", "agent", "--agent", line.lab.agents[0].name, "--team", "hotline")
        for name, role in ROLES.items():
            await found.hire(name, "--role", role, *(["--team", "hotline"] if role == "group_leader" else []))
        yield found


async def test_call_becomes_a_complaint_that_goes_the_whole_way(work: Complaints) -> None:
    bob = work.line.lab.agents[1].name
    customer = await work.ask("ma", "POST", "/customers", {"name": "张三", "numbers": [{"raw": NUMBER}]})
    await work.ask("ma", "POST", "/departments", {"name": "warehouse", "full_name": "仓库"})
    stream = Stream(
        await work.opened.enter_async_context(work.browsers["sun"].http.stream("GET", f"{PATH}?topics=cases"))
    )
    call = await work.talk()
    await work.ask("alice", "POST", f"/calls/{call}/dispositions", {"note": "Bob shouted at me"})
    case = (await work.ask("alice", "POST", "/cases", {"call": call, "wanted": "an excuse"}))["id"]
    told = await stream.until("cases")
    assert (told["what"], told["id"], told["owner"]) == ("opened", case, "alice")

    quarrel = {"nature": "quarrel", "upheld": True, "responsible": {"agent": bob}}
    await work.move("sun", case, do="analyse", cause="a bad day", **quarrel)
    await work.move("alice", case, do="assign", department="warehouse", notice="send a present")
    token = (await work.ask("alice", "POST", f"/cases/{case}/links"))["token"]
    await work.answer(token, do="propose", solution="a present", remedies=REMEDIES)
    await work.move("li-leads", case, do="approve")
    await work.call_back()
    await work.move("alice", case, do="agree", contact="called, agrees")
    await work.answer(token, do="carry_out", what="sent")
    await work.move("acc", case, do="check", ok=True)
    await work.move("alice", case, do="feedback", contact="called, content", satisfaction=1)
    await work.move("sun", case, do="report", text="what we found", to="gus")
    await work.move("alice", case, do="summarise", lesson="be calm", improvement="breaks")
    await work.move("ma", case, do="archive")

    shown = (await work.browsers["gus"].get(f"/cases/{case}")).json()
    assert (shown["state"], shown["kept"], shown["owner"]) == ("archived", True, "alice")
    whole = (await work.browsers["sun"].get(f"/cases/{case}")).json()
    assert (whole["customer"], whole["call"], whole["queue"]) == (customer["id"], call, "consumers")
    assert whole["lines"][0]["fields"]["content"] == "Bob shouted at me"
    assert {one["by"] for one in whole["lines"]} == {"alice", "sun", "li-leads", "acc", "ma", "department:warehouse"}
    (record,) = (await work.browsers["sun"].get("/violations?rule=V-CONFLICT")).json()["items"]
    assert (record["agent"], record["verdict"], record["state"]) == (bob, "proposed", "proposed")
    assert await work.service.stop() == 0
