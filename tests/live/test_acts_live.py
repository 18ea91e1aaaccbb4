"""A lead acts on an agent on a real switch: states and queues; listening, whispering, barging, and how each ends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from callcenter.lab.logins import Operator
from callcenter.lab.sipphone import SipCall, SipPhone
from callcenter.lab.troupe import operator_of
from tests.integration.api import Browser
from tests.integration.lively import parsed
from tests.integration.office import PASSWORD
from tests.integration.service import PATIENCE, Service, at_home
from tests.live.hotline import RING_SECONDS, Hotline, hotline
from tests.live.page.sound import AGENT_HERTZ, ALAW, CALLER_HERTZ, COLLEAGUE_HERTZ, Ear, hears

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]

LEAD = "Eve"
MOVED = "PJSIP/1999"
"""The seat of an agent whom the API signs in, without a phone that could ring."""


class Floor:
    """A hotline, the service beside it, Alice at her phone, her lead at another, and their browsers."""

    def __init__(self, line: Hotline, service: Service, operator: Operator) -> None:
        self.line, self.service, self.operator = line, service, operator
        self.browsers: dict[str, Browser] = {}
        self.alice: SipPhone
        self.lead: SipPhone
        self.ears: list[Ear] = []

    async def asks(self, who: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Let somebody ask, and be answered."""
        answer = await self.browsers[who].send("POST", path, body)
        assert answer.is_success, answer.text
        return dict(answer.json())

    async def shows(self, queue: str, *words: str, absent: str = "\0") -> None:
        """Wait until the switch itself says so of a queue."""
        ends = asyncio.get_running_loop().time() + PATIENCE
        while True:
            said = await self.queue(queue)
            if all(word in said for word in words) and absent not in said:
                return
            assert asyncio.get_running_loop().time() < ends, said
            await asyncio.sleep(0.2)

    async def queue(self, name: str) -> str:
        """Ask the switch for the members of a queue, a line each."""
        members = await self.operator.list("QueueStatus", Queue=name)
        return "\n".join(
            f"{one['Name']} {one.get('Location')} paused={one.get('Paused')} {one.get('PausedReason')}"
            for one in members
            if one["Event"] == "QueueMember"
        )

    def listen(self, call: SipCall, tone: int) -> Ear:
        """Let somebody say a tone in a call, and hear."""
        self.ears.append(Ear(call, tone))
        return self.ears[-1]

    @asynccontextmanager
    async def talk(self) -> AsyncIterator[tuple[SipCall, SipCall, Ear, Ear]]:
        """Let a customer and Alice talk, and hear each other."""
        call = await self.line.call(codecs=ALAW)
        ring = await self.alice.next_call(20)
        ring.ring()
        ring.answer()
        theirs, hers = self.listen(call, CALLER_HERTZ), self.listen(ring, AGENT_HERTZ)
        await hears(theirs, {AGENT_HERTZ: True})
        await hears(hers, {CALLER_HERTZ: True})
        yield call, ring, theirs, hers
        for one in (call, ring):
            one.hang_up()
            await asyncio.wait_for(one.over.wait(), 10)
        self.close_ears()

    async def joins(self, mode: str) -> tuple[SipCall, Ear]:
        """Let the lead ask for a code and dial it; both of the talk are heard."""
        given = await self.asks("eve", "/acts/agents/Alice/listen", {"mode": mode, "why": "coaching"})
        own = self.lead.dial(given["dial"])
        await asyncio.wait_for(own.answered.wait(), 10)
        ear = self.listen(own, COLLEAGUE_HERTZ)
        await hears(ear, {AGENT_HERTZ: True, CALLER_HERTZ: True})
        return own, ear

    def close_ears(self) -> None:
        """Hear no more."""
        for ear in self.ears:
            ear.close()
        self.ears.clear()


@pytest.fixture
async def floor(tmp_path: Path) -> AsyncIterator[Floor]:
    home = tmp_path / "home"
    home.mkdir()
    async with AsyncExitStack() as opened:
        line = await opened.enter_async_context(hotline(tmp_path / "lab", ring_seconds=RING_SECONDS))
        state = line.lab.state
        seats = [{"agent": agent.name, "interface": f"PJSIP/{agent.number}"} for agent in line.lab.agents]
        seats.append({"agent": "Moved", "interface": MOVED})
        (home / "roster.json").write_text(json.dumps({"agents": seats}))
        (home / "dialplan.secret").write_text(state.lookup_token or "")
        more = (
            f'[rules]\nroster = "{home}/roster.json"\n[web]\nenabled = true\nport = {state.lookup_port}\n'
            f'[web.dialplan]\nsecret_file = "{home}/dialplan.secret"\n[desk]\nqueues = ["merchants"]\n'
        )
        service = await opened.enter_async_context(
            at_home(home, state.ami_port, secrets=state.manager_secrets, more=more)
        )
        operator = operator_of(line.lab)
        await operator.open()
        opened.push_async_callback(operator.close)
        found = Floor(line, service, operator)
        numbers = {agent.name: agent.number for agent in line.lab.agents}
        found.alice, found.lead = await line.phone("1001"), await line.phone(numbers[LEAD])
        for phone in (found.alice, found.lead):
            phone.media.codecs = {**ALAW}
        opened.callback(found.close_ears)
        await service.start()
        for name, role, agent in (
            ("alice", "agent", "Alice"),
            ("moved", "agent", "Moved"),
            ("eve", "supervisor", LEAD),
        ):
            await service.add_account(PASSWORD, name, "--role", role, "--agent", agent)
            http = await opened.enter_async_context(
                httpx.AsyncClient(base_url=service.api(), trust_env=False, timeout=30)
            )
            found.browsers[name] = Browser(http)
            await found.browsers[name].sign_in(name)
        yield found


async def test_lead_pauses_makes_ready_moves_and_signs_out_at_the_switch(floor: Floor) -> None:
    state = {"state": "paused", "reason": "training", "why": "the new product"}
    await floor.asks("eve", "/acts/agents/Alice/state", state)
    await floor.shows("consumers", "PJSIP/1001 paused=1 training")
    await floor.asks("eve", "/acts/agents/Alice/state", {"state": "ready", "why": "too many wait"})
    await floor.shows("consumers", "PJSIP/1001 paused=0")
    await floor.asks("moved", "/desk/sign-in", {})
    await floor.shows("merchants", f"{MOVED} paused=1 sign-in")
    await floor.asks("eve", "/acts/agents/Moved/queues", {"join": ["products"], "leave": ["merchants"], "why": "more"})
    await floor.shows("products", f"{MOVED} paused=1 sign-in")
    await floor.shows("merchants", absent=MOVED)
    await floor.asks("eve", "/acts/agents/Moved/state", {"state": "signed_out", "why": "went home"})
    await floor.shows("products", absent=MOVED)
    refused = await floor.browsers["eve"].send(
        "POST", "/acts/agents/Alice/state", {"state": "signed_out", "why": "went home"}
    )
    assert (refused.status_code, "queues.conf" in refused.json()["detail"]) == (409, True)
    told = (await floor.browsers["moved"].get("/acts/notices")).json()["items"]
    assert [(one["what"], one["words"]) for one in told] == [("signed_out", "went home"), ("moved", "more")]


async def test_lead_listens_whispers_and_barges_and_is_out_once_any_of_the_three_has_gone(floor: Floor) -> None:
    url = floor.browsers["alice"].http.build_request("GET", "/api/v1/live", params={"topics": "acts"})
    stream = await floor.browsers["alice"].http.send(url, stream=True)
    told: list[tuple[str, str | None, str | None]] = []
    following = asyncio.create_task(follow(stream, told))

    async with floor.talk() as (call, _, theirs, hers):
        own, _ear = await floor.joins("listen")
        await hears(theirs, {AGENT_HERTZ: True, COLLEAGUE_HERTZ: False})
        await hears(hers, {CALLER_HERTZ: True, COLLEAGUE_HERTZ: False})
        call.hang_up()
        await asyncio.wait_for(own.over.wait(), 5)

    async with floor.talk() as (_, ring, theirs, hers):
        own, _ear = await floor.joins("whisper")
        await hears(hers, {CALLER_HERTZ: True, COLLEAGUE_HERTZ: True})
        await hears(theirs, {AGENT_HERTZ: True, COLLEAGUE_HERTZ: False})
        ring.hang_up()
        await asyncio.wait_for(own.over.wait(), 5)

    async with floor.talk() as (_, _ring, theirs, hers):
        own, _ear = await floor.joins("barge")
        await hears(hers, {CALLER_HERTZ: True, COLLEAGUE_HERTZ: True})
        await hears(theirs, {AGENT_HERTZ: True, COLLEAGUE_HERTZ: True})
        own.hang_up()
        await asyncio.wait_for(own.over.wait(), 5)
        await hears(theirs, {AGENT_HERTZ: True, COLLEAGUE_HERTZ: False})
        await hears(hers, {CALLER_HERTZ: True, COLLEAGUE_HERTZ: False})

    carol = await floor.line.phone("1003")
    carol.media.codecs = {**ALAW}
    async with floor.talk() as (call, ring, theirs, _hers):
        own, _ear = await floor.joins("listen")
        ring.transfer_blind("1003")
        second = await carol.next_call(20)
        second.answer()
        await asyncio.wait_for(own.over.wait(), 5)
        assert not call.over.is_set()
        second.hang_up()

    async with asyncio.timeout(PATIENCE):
        while len(told) < 8:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.1)
    following.cancel()
    await stream.aclose()
    begun = [("listens", "eve", mode) for mode in ("listen", "whisper", "barge", "listen")]
    assert told == [one for first in begun for one in (first, ("listened", None, None))]
    await is_nobodys_call(floor)


async def follow(stream: httpx.Response, told: list[tuple[str, str | None, str | None]]) -> None:
    """Take in what the agent is told."""
    left = b""
    async for chunk in stream.aiter_bytes():
        *frames, left = (left + chunk).split(b"\n\n")
        for frame in frames:
            if b"event: acts\n" in frame:
                _, said, _ = parsed(frame + b"\n\n")
                told.append((said["what"], said.get("by"), said.get("mode")))


async def is_nobodys_call(floor: Floor) -> None:
    """See that what is on record are the customers' calls, and neither a call nor an engaged line of the lead's."""
    eve, ends = floor.browsers["eve"], asyncio.get_running_loop().time() + PATIENCE
    while True:
        items = (await eve.get("/calls?agent=Alice")).json()["items"]
        if len([one for one in items if one["ended_at"]]) == 4:
            break
        assert asyncio.get_running_loop().time() < ends, items
        await asyncio.sleep(0.2)
    assert (await eve.get(f"/calls?agent={LEAD}")).json()["items"] == []
    records = (await eve.get("/violations")).json()["items"]
    assert [one for one in records if one["agent"] == LEAD] == []
    shown = (await eve.get("/desk")).json()
    assert shown["state"] not in {"talking", "ringing", "outbound", "blocked"}
