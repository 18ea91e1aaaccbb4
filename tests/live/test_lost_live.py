"""Lost callers on a real switch: one is called back by the feature code, one tried in vain, one calls again."""

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
from callcenter.lab.sipphone import SipCall, SipPhone
from tests.integration.api import Browser
from tests.integration.office import PASSWORD
from tests.integration.service import PATIENCE, Service, at_home
from tests.live.hotline import RING_SECONDS, Hotline, hotline

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]

BACK, TRIED, AGAIN = "13810010001", "13810010002", "13810010003"
BUSY = 486


class Desk:
    """A hotline, the service beside it, an agent at phone and browser, and whoever is called outside."""

    def __init__(self, line: Hotline, service: Service) -> None:
        self.line, self.service = line, service
        self.phone: SipPhone
        self.outside: SipPhone
        self.alice: Browser

    async def gives_up(self, number: str) -> None:
        """Let a caller hang up while the agent's phone rings."""
        call = await self.line.call(number=number)
        ring = await self.phone.next_call(10)
        ring.ring()
        call.hang_up()
        await ring.over.wait()

    async def entry(self, number: str, by: str | None) -> dict[str, Any]:
        """Read the entry of a number, once it is closed so (None: open)."""
        async with asyncio.timeout(PATIENCE):
            while True:
                answer = await self.alice.send("POST", "/lost-calls/search", {"number": number})
                assert answer.status_code == httpx.codes.OK, answer.text
                for one in answer.json()["items"]:
                    if (one["state"], one["by"]) == ("open" if by is None else "closed", by):
                        return dict(one)
                await asyncio.sleep(0.1)

    async def calls_back(self, number: str) -> SipCall:
        """Let the agent ask for a code and dial it."""
        entry = await self.entry(number, None)
        given = await self.alice.send("POST", f"/lost-calls/{entry['id']}/call", {})
        assert given.status_code == httpx.codes.OK, given.text
        return self.phone.dial(given.json()["dial"])


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    home = tmp_path / "home"
    home.mkdir()
    async with AsyncExitStack() as opened:
        line = await opened.enter_async_context(hotline(tmp_path / "lab", ring_seconds=RING_SECONDS))
        state = line.lab.state
        seats = [{"agent": agent.name, "interface": f"PJSIP/{agent.number}"} for agent in line.lab.agents]
        (home / "roster.json").write_text(json.dumps({"agents": seats}))
        (home / "dialplan.secret").write_text(state.lookup_token or "")
        more = (
            f'[rules]\nroster = "{home}/roster.json"\n[web]\nenabled = true\nport = {state.lookup_port}\n'
            f'[web.dialplan]\nsecret_file = "{home}/dialplan.secret"\n'
        )
        service = await opened.enter_async_context(
            at_home(home, state.ami_port, secrets=state.manager_secrets, more=more)
        )
        found = Desk(line, service)
        found.phone = await line.phone("1001")
        found.outside = SipPhone("outside", (line.lab.settings.bind, state.sip_port), LabDiary())
        await found.outside.open(state.trunk_host, state.trunk_port)
        opened.callback(found.outside.close)
        await service.start()
        await service.add_account(PASSWORD, "alice", "--role", "agent", "--agent", line.lab.agents[0].name)
        http = await opened.enter_async_context(httpx.AsyncClient(base_url=service.api(), trust_env=False, timeout=30))
        found.alice = Browser(http)
        await found.alice.sign_in("alice")
        yield found


async def test_lost_callers_are_called_back_tried_in_vain_or_call_again(desk: Desk) -> None:
    for number in (BACK, TRIED, AGAIN):
        await desk.gives_up(number)
    shown = 'callcenter_lost_calls_open{queue="consumers"} 3.0'
    await desk.service.until("/metrics", lambda answer: shown in answer.text)

    own = await desk.calls_back(BACK)
    there = await desk.outside.next_call(10)
    there.ring()
    there.answer()
    await asyncio.wait_for(own.answered.wait(), 5)
    closed = await desk.entry(BACK, "called_back")  # while they talk
    own.hang_up()
    await there.over.wait()
    assert (closed["count"], closed["caller"]) == (1, "138****0001")

    code = (await desk.alice.send("POST", f"/lost-calls/{(await desk.entry(TRIED, None))['id']}/call", {})).json()
    stranger = await desk.line.phone("1002")
    for phone, dialled in ((stranger, code["dial"]), (desk.phone, "*47000000")):
        beep = phone.dial(dialled)
        await asyncio.wait_for(beep.over.wait(), 10)
    assert desk.outside.incoming.empty()

    for _ in range(3):
        own = await desk.calls_back(TRIED)
        (await desk.outside.next_call(10)).refuse(BUSY)
        await asyncio.wait_for(own.over.wait(), 10)
        await asyncio.sleep(0.3)
    assert (await desk.entry(TRIED, "tried"))["tries"] == 3

    stranger.close()
    call = await desk.line.call(number=AGAIN)
    ring = await desk.phone.next_call(20)
    ring.answer()
    await asyncio.sleep(0.5)
    call.hang_up()
    await desk.entry(AGAIN, "called_again")
