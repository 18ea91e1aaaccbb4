"""Screens on walls over HTTP: made by who may, by their token alone shown queues and nobody's name, taken away."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from callcenter.clock import wall_clock
from callcenter.domain.frame import SECOND
from callcenter.store.decisions.lost_calls import OpenLostCalls
from tests.integration.api import Department, Json, department
from tests.integration.lively import Lively

pytestmark = pytest.mark.usefixtures("database")

WALL = {"name": "hall", "title": "Hotline", "tiles": ["waiting", "queues", "waiting"]}


class Wall:
    """A department with a floor, and what its wall is told."""

    def __init__(self, work: Department, house: Lively) -> None:
        self.work = work
        self.house = house

    async def made(self, **told: Json) -> str:
        answer = await (await self.work.signed_in("root")).send("POST", "/walls", WALL | told)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["token"])

    async def shown(self, token: str, address: str = "10.1.1.1") -> httpx.Response:
        device = self.work.browser(address)
        answer = await device.get("/wall", Authorization=f"Bearer {token}")
        await device.http.aclose()
        return answer


@pytest.fixture
async def wall(tmp_path: Path) -> AsyncIterator[Wall]:
    house = Lively(since=wall_clock())
    async with department(tmp_path, house.feed) as work:
        work.now = wall_clock()
        yield Wall(work, house)


async def test_wall_shows_its_queues_and_no_person_by_its_token_alone(wall: Wall) -> None:
    token = await wall.made()
    house = wall.house
    house.sign_in()
    house.join("k1")
    house.ring("k1")
    told = (await wall.shown(token)).json()
    assert (told["title"], told["tiles"], told["theme"], told["lost_calls"]) == (
        "Hotline", ["waiting", "queues"], "auto", None
    )  # fmt: skip
    (queue,) = told["queues"]
    assert queue["name"] == "sales"  # the site gave it no other
    assert (queue["queue"], queue["waiting"]) == ("sales", 1)
    assert (told["service_level_name"], told["service_level"]) == ("sl-offered", None)
    assert told["speed_of_answer_seconds"] is None
    whole = json.dumps(told)
    assert [word for word in ("Alice", "13812345678", "PJSIP", "k1") if word in whole] == []
    oldest = wall.work.now - 60 * SECOND
    house.feed.lost_calls({"sales": OpenLostCalls(callers=3, oldest=oldest), "x": OpenLostCalls(callers=1, oldest=0)})
    assert (await wall.shown(token)).json()["lost_calls"] == 4
    house.now += 7 * SECOND
    house.answer("k1")
    answered = (await wall.shown(token)).json()
    assert answered["speed_of_answer_seconds"] == answered["queues"][0]["answer_wait_seconds"] >= 7
    others = await wall.shown(await wall.made(name="other", queues=["orders"]))
    assert (others.json()["queues"], others.json()["lost_calls"]) == ([], 0)


async def test_wall_is_changed_withdrawn_and_seen_by_who_keeps_walls(wall: Wall) -> None:
    token, root = await wall.made(), await wall.work.signed_in("root")
    assert (await wall.shown(token)).status_code == 200
    (one,) = (await root.get("/walls")).json()["items"]
    assert (one["seen_at"] is not None, one["version"], "token" in one) == (True, 1, False)
    body = {"title": "Night", "tiles": ["queues"], "theme": "night", "queues": ["sales"]}
    changed = await root.send("PUT", "/walls/hall", body, If_Match='"1"')
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    assert (await root.send("PUT", "/walls/hall", body, If_Match='"1"')).status_code == 412
    assert (await wall.shown(token)).json()["title"] == "Night"
    assert (await root.send("POST", "/walls", WALL)).status_code == 409
    alice = await wall.work.signed_in("alice")
    for method, path in (("GET", "/walls"), ("POST", "/walls"), ("POST", "/walls/hall/withdraw")):
        asked = alice.get(path) if method == "GET" else alice.send(method, path, WALL)
        assert (await asked).status_code == 403, path
    assert (await root.send("POST", "/walls/hall/withdraw")).json()["withdrawn_by"] == "root"
    assert (await wall.shown(token)).status_code == 401
    assert (await root.send("POST", "/walls/hall/withdraw")).status_code == 404
    entries = (await root.get("/audit?limit=50")).json()["items"]
    assert [entry["action"] for entry in entries if entry["kind"] == "wall"] == ["create", "change", "withdraw"]


async def test_token_of_a_wall_is_not_found_by_trying_and_opens_nothing_else(wall: Wall) -> None:
    token = await wall.made()
    device = wall.work.browser("10.1.1.2")
    for path in ("/walls", "/live", "/calls", "/customers/classes"):
        assert (await device.get(path, Authorization=f"Bearer {token}")).status_code == 401, path
    await device.http.aclose()
    answers = [(await wall.shown(f"wrong{n}", "10.1.1.3")).status_code for n in range(30)]
    assert (answers[0], answers[-1]) == (401, 429)
    assert (await wall.shown(token, "10.1.1.3")).status_code == 200


@pytest.mark.one_database
async def test_a_name_that_cannot_be_is_refused_by_what_a_name_may_be(wall: Wall) -> None:
    root = await wall.work.signed_in("root")
    refused = await root.send("POST", "/walls", WALL | {"name": "East Hall"}, Accept_Language="zh-CN")
    assert (refused.status_code, "小写字母、数字" in refused.json()["detail"]) == (422, True)
    assert "^" not in refused.json()["detail"]
