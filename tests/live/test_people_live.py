"""A call on a real switch becomes a record, and people decide on it over the API of the running service."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
import yaml

from callcenter.lab.sipphone import SipCall, SipPhone
from callcenter.lab.stage import StoryStage
from tests.integration.api import Browser
from tests.integration.office import PASSWORD
from tests.integration.service import PATIENCE, Service, at_home
from tests.live.staged import staged

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]

FIGURES = {"gap_nearness_seconds": 2, "together_seconds": 2, "disposition_within_seconds": 8}
TALKS_SECONDS = 1.5
SHIFT_SECONDS = 6 * 3600
WORDS = {"note": "because"}


class Department:
    """A switch, the service beside it, and everybody who works there."""

    def __init__(self, stage: StoryStage, service: Service) -> None:
        self.stage = stage
        self.service = service
        self.agent = stage.agents[0]
        self._open = AsyncExitStack()
        self._browsers: dict[str, Browser] = {}

    async def signed_in(self, name: str, role: str = "agent") -> Browser:
        """Give somebody's browser; the first time, an administrator makes the account at the console."""
        if name not in self._browsers:
            who = ["--agent", self.agent.name] if role == "agent" else []
            await self.service.add_account(PASSWORD, name, "--role", role, *who)
            http = await self._open.enter_async_context(
                httpx.AsyncClient(base_url=self.service.api(), trust_env=False, timeout=30)
            )
            self._browsers[name] = Browser(http)
            await self._browsers[name].sign_in(name)
        return self._browsers[name]

    async def talk(self, phone: SipPhone) -> SipCall:
        """Let a customer talk to the agent for a moment; the customer hangs up."""
        call = await self.stage.call()
        ring = await phone.next_call()
        ring.ring()
        await asyncio.sleep(0.5)
        ring.answer()
        await asyncio.sleep(TALKS_SECONDS)
        call.hang_up()
        await ring.over.wait()
        return call

    async def listed(self, browser: Browser, path: str, wanted: int) -> list[dict[str, Any]]:
        """Read a list until it is so long."""
        async with asyncio.timeout(PATIENCE):
            while len(items := (await browser.get(path)).json()["items"]) < wanted:  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.1)
        return list(items)

    async def close(self) -> None:
        await self._open.aclose()


def roster(stage: StoryStage, *, on_duty: bool = True) -> dict[str, Any]:
    now = time.time()
    spans = [(now - SHIFT_SECONDS, now + SHIFT_SECONDS)] if on_duty else []
    return {
        "agents": [{"agent": agent.name, "interface": agent.interface} for agent in stage.agents],
        "shifts": [
            {"agent": agent.name, "from": _told(start), "to": _told(end)}
            for agent in stage.agents
            for start, end in spans
        ],
    }


def _told(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat()


def this_month() -> str:
    return datetime.now(ZoneInfo("Asia/Shanghai")).strftime("%Y-%m")


@pytest.fixture
async def work(tmp_path: Path) -> AsyncIterator[Department]:
    home = tmp_path / "home"
    async with AsyncExitStack() as opened:
        stage = await opened.enter_async_context(staged("answered", tmp_path / "lab"))
        state = stage.lab.state
        home.mkdir()
        (home / "roster.json").write_text(json.dumps(roster(stage)))
        edition = {
            "version": "live",
            "from": "1970-01-01",
            "figures": FIGURES,
            "violations": {"V-SKIPPED": {"mode": "on"}},
        }
        (home / "rules.yaml").write_text(yaml.safe_dump({"based_on": "packaged", "editions": [edition]}))
        more = (
            f'[rules]\nrulebook = "{home}/rules.yaml"\nroster = "{home}/roster.json"\n[web]\nenabled = true\nport = 0\n'
        )
        watched = f'queue_log = "{state.queue_log}"'
        service = await opened.enter_async_context(
            at_home(home, state.ami_port, secrets=state.manager_secrets, more=more, ami=watched)
        )
        await service.start()
        department = Department(stage, service)
        opened.push_async_callback(department.close)
        yield department


async def test_talk_that_was_not_recorded_goes_to_the_score_and_back_and_by_a_new_roster_is_excused(
    work: Department,
) -> None:
    phone = await work.stage.phone()
    alice, sun = await work.signed_in("alice"), await work.signed_in("sun", "supervisor")
    ma, hua = await work.signed_in("ma", "manager"), await work.signed_in("hua", "hr")
    await agree_on_a_base(ma, hua)

    await work.talk(phone)
    (first,) = await work.listed(alice, "/calls", 1)
    said = {"note": "asked for an invoice"}
    recorded = await alice.send("POST", f"/calls/{first['uniqueid']}/dispositions", said)
    await work.talk(phone)
    (record,) = await work.listed(sun, "/violations?rule=V-SKIPPED", 1)

    shown = (await sun.get(f"/violations/{record['id']}")).json()
    month = record["at"][:7]
    scores = [await score(ma, work.agent.name, month)]
    for browser, action in [
        (sun, "notify"),
        (alice, "explain"),
        (sun, "confirm"),
        (alice, "appeal"),
        (hua, "overturn"),
    ]:
        taken = await browser.act(record["id"], action, WORDS)
        assert taken.status_code == 200, taken.text
        scores.append(await score(ma, work.agent.name, month))

    assert recorded.status_code == 201
    assert (shown["verdict"], shown["agent"]) == ("proposed", work.agent.name)
    assert "log_differs" in shown["ruled_out"]  # queue_log was looked at
    assert [moment["what"] for moment in shown["timeline"]][1:] == ["通话结束", "应完成登记"]
    assert scores == ["100", "100", "100", "90", "100", "100"]
    assert first["uniqueid"] not in json.dumps(shown["evidence"])
    code, errors = await work.service.run("violations", "explain", record["id"])
    assert (code, errors) == (0, errors)
    await roster_that_is_saved_while_the_service_runs_holds_from_then_on(work, phone, sun)


async def roster_that_is_saved_while_the_service_runs_holds_from_then_on(
    work: Department, phone: SipPhone, sun: Browser
) -> None:
    """Let the shift be taken back; the second talk that is not recorded is excused, the one before stands."""
    (work.service.home / "roster.json").write_text(json.dumps(roster(work.stage, on_duty=False)))
    async with asyncio.timeout(PATIENCE):
        while len(work.service.logged("rules_enacted")) < 2:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.1)
    await work.talk(phone)
    newest, before = await work.listed(sun, "/violations?rule=V-SKIPPED", 2)
    assert (before["verdict"], newest["verdict"]) == ("proposed", "excused")
    assert await work.service.stop() == 0
    for one in (before, newest):
        code, errors = await work.service.run("violations", "explain", one["id"])
        assert (code, errors) == (0, errors)


async def agree_on_a_base(manager: Browser, hr: Browser) -> None:
    """Set what a month begins with, which takes two people."""
    terms = {"from": this_month(), "base": "100"}
    change = {"kind": "amount", "subject": "score", "content": terms, "reason": "as agreed"}
    number = (await manager.send("POST", "/changes", change)).json()["id"]
    approved = await hr.send("POST", f"/changes/{number}/approve", If_Match='"1"')
    assert approved.status_code == 200, approved.text


async def score(browser: Browser, agent: str, month: str) -> str:
    answer = await browser.get(f"/scores/{agent}/{month}")
    assert answer.status_code == 200, answer.text
    return str(answer.json()["points"])
