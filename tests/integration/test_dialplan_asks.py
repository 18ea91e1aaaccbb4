"""What the dialplan is told: by its token alone, one short line, quickly, and nothing of what was asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
from pydantic import SecretStr

from callcenter.cases.afterwards import SurveyPlan
from callcenter.cases.routing import Preference
from callcenter.domain.events import MemberSeen
from callcenter.domain.floor import Floor
from callcenter.domain.frame import SECOND, Micros
from callcenter.domain.vocabulary import Question
from callcenter.errors import BadSetting, StoreError
from callcenter.files.rulebook import load_rulebook
from callcenter.store import DecisionStore
from callcenter.tracker import RulesInForce, Tracker
from callcenter.web.service import Ports, build
from callcenter.web.settings import DialplanSettings, WebSettings
from callcenter.web.switchboard import Switchboard
from tests.integration.api import application_of
from tests.unit.domain.switch import Switch

TOKEN = "a-token-of-sixteen"
BY_TOKEN = {"X-Callcenter-Token": TOKEN}
NOW: Micros = 1_800_000_000 * SECOND


class Known:
    """What is known of callers."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.says: Preference | Exception = Preference()
        self.late = 0.0

    async def __call__(self, key: str) -> Preference:
        self.keys.append(key)
        await asyncio.sleep(self.late)
        if isinstance(self.says, Exception):
            raise self.says
        return self.says


class Dialplan:
    """A dialplan that asks a service whose floor has one agent."""

    def __init__(self, http: httpx.AsyncClient, known: Known, tracker: SimpleNamespace) -> None:
        self.http, self.known, self.tracker = http, known, tracker

    async def asks(self, **query: str) -> httpx.Response:
        return await self.http.get("/dialplan/route", params=query, headers=BY_TOKEN)


def floor() -> Floor:
    found = Floor()
    for n, queue in enumerate(("consumers", "key_accounts", "direct-1001")):
        found.apply(MemberSeen(NOW + n, n, queue, "PJSIP/1001", "Alice", "PJSIP/1001", 1, paused=False, reason=""))
    return found


NO_DATABASE = cast("DecisionStore", None)
"""What the dialplan asks is answered without one."""
IN_FORCE = RulesInForce(load_rulebook(), None)


@asynccontextmanager
async def asking(settings: WebSettings, ports: Ports) -> AsyncIterator[httpx.AsyncClient]:
    app = application_of(build(settings, NO_DATABASE, lambda: IN_FORCE, ports))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=("127.0.0.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080") as http:
        yield http


@pytest.fixture
async def dialplan() -> AsyncIterator[Dialplan]:
    known, tracker = Known(), SimpleNamespace(floor=floor(), in_sync=True)
    plan = SurveyPlan((Question.SERVICE, Question.PRODUCT), {"complaints": ()})
    board = Switchboard(cast("Tracker", tracker), lambda: IN_FORCE, plan)
    settings = WebSettings(dialplan=DialplanSettings(secret=SecretStr(TOKEN)))
    async with asking(settings, Ports(route=known, switchboard=board)) as http:
        yield Dialplan(http, known, tracker)


async def test_caller_of_whom_nothing_is_known_goes_to_the_line(dialplan: Dialplan) -> None:
    answer = await dialplan.asks(line="consumers", caller="013800000001")
    assert (answer.status_code, answer.text) == (200, "consumers/0/-")
    assert dialplan.known.keys == ["+8613800000001"]


async def test_key_account_with_an_open_matter_gets_queue_and_phone(dialplan: Dialplan) -> None:
    dialplan.known.says = Preference(queue="key_accounts", agent="Alice")
    assert (await dialplan.asks(line="consumers", caller="+8613800000001")).text == "key_accounts/10/1001"


@pytest.mark.parametrize("caller", ["", "anonymous", "1;rm -rf", "<script>"])
async def test_whoever_has_no_number_is_not_looked_up(dialplan: Dialplan, caller: str) -> None:
    assert (await dialplan.asks(line="consumers", caller=caller)).text == "consumers/0/-"
    assert dialplan.known.keys == []


@pytest.mark.parametrize("trouble", [StoreError("gone"), None])
async def test_look_up_that_fails_or_is_late_is_no_preference(dialplan: Dialplan, trouble: Exception | None) -> None:
    dialplan.known.says, dialplan.known.late = trouble or Preference(queue="key_accounts"), 0 if trouble else 5
    assert (await dialplan.asks(line="consumers", caller="13800000001")).text == "consumers/0/-"


@pytest.mark.parametrize("line", ["nowhere", "consumers/0/1001", "direct-1001", "consumers\n", "<b>"])
async def test_line_that_nobody_serves_is_answered_with_nothing(dialplan: Dialplan, line: str) -> None:
    answer = await dialplan.asks(line=line, caller="13800000001")
    assert (answer.status_code, answer.content) == (204, b"")


async def test_switch_that_is_not_followed_now_is_not_spoken_for(dialplan: Dialplan) -> None:
    dialplan.tracker.in_sync = False
    assert (await dialplan.asks(line="consumers", caller="13800000001")).status_code == 204


def after_a_talk(*, hung_up: bool) -> Floor:
    switch = Switch()
    switch.talking(0, 5)
    if hung_up:
        switch.hangs_up(20, "a1")
    switch.exits(20, "a1")
    switch.exits(20, "c1")
    return switch.floor


@pytest.mark.parametrize(
    ("hung_up", "query", "follows"),
    [
        (True, {"line": "support", "cause": "16"}, "survey/12"),
        (True, {"line": "complaints"}, "end/"),
        (False, {"line": "support", "cause": "44"}, "front/"),
        (False, {"line": "support", "cause": "16"}, "end/"),
    ],
)
async def test_what_follows_an_agents_leg_is_told(
    dialplan: Dialplan, hung_up: bool, query: dict[str, str], follows: str
) -> None:
    dialplan.tracker.floor = after_a_talk(hung_up=hung_up)
    answer = await dialplan.http.get("/dialplan/after", params={"call": "c1", **query}, headers=BY_TOKEN)
    assert (answer.status_code, answer.text) == (200, follows)


async def test_of_a_talk_whose_end_was_not_seen_nothing_is_said(dialplan: Dialplan) -> None:
    switch = Switch()
    switch.talking(0, 5)
    dialplan.tracker.floor = switch.floor
    for call in ("c1", "nobody", "c1" * 40):
        answer = await dialplan.http.get(f"/dialplan/after?call={call}&line=support", headers=BY_TOKEN)
        assert answer.status_code == 204
    dialplan.tracker.in_sync = False
    assert (await dialplan.http.get("/dialplan/after?call=c1&line=support", headers=BY_TOKEN)).status_code == 204


@pytest.mark.parametrize("query", [{"line": "x" * 41}, {"line": "consumers", "caller": "1" * 41}, {}])
async def test_too_much_or_too_little_is_refused_and_not_repeated(dialplan: Dialplan, query: dict[str, str]) -> None:
    answer = await dialplan.asks(**query)
    assert answer.status_code == 422
    assert "1111" not in answer.text


@pytest.mark.parametrize("headers", [{}, {"X-Callcenter-Token": "another-token-of-mine"}, {"X-Callcenter-Token": "ä"}])
async def test_whoever_lacks_the_token_is_told_nothing(dialplan: Dialplan, headers: dict[str, Any]) -> None:
    answer = await dialplan.http.get(
        "/dialplan/route?line=consumers", headers={k: v.encode() for k, v in headers.items()}
    )
    assert answer.status_code == 403


async def test_without_a_token_there_is_no_such_route() -> None:
    async with asking(WebSettings(), Ports()) as http:
        assert (await http.get("/dialplan/route?line=consumers", headers=BY_TOKEN)).status_code == 404


@pytest.mark.parametrize("text", ["", "short", "sixteen-letters;x", "sixteen letters x", "x" * 129])
def test_token_that_is_none_stops_the_start(tmp_path: Path, text: str) -> None:
    (tmp_path / "token").write_text(text + "\n")
    with pytest.raises(BadSetting, match="token must be"):
        DialplanSettings(secret_file=tmp_path / "token").reveal()


def test_token_that_cannot_be_read_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="cannot be read"):
        DialplanSettings(secret_file=tmp_path / "none").reveal()
