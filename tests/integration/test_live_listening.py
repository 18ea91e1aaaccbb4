"""Who listens to a colleague's call is shown so on the floor, to those who see them."""

from __future__ import annotations

import asyncio

from callcenter.domain import company as co
from callcenter.domain import events as ev
from callcenter.web.desk.listening import ListenIn, ListenMode
from callcenter.web.live.words import Topic
from tests.integration.api import Json
from tests.integration.lively import LEADER, SUPERVISOR, Lively


async def test_a_lead_is_shown_as_listening_to_whom_and_how_for_as_long_as_it_lasts() -> None:
    house = Lively()
    house.sign_in()
    house.sign_in("Li")
    house.join()
    house.ring()
    house.answer()
    floor, own = house.open(SUPERVISOR, Topic.FLOOR), house.open(LEADER, Topic.ACTS)
    assert (await own.next())[1]["acts"] == []

    async def shown() -> list[Json]:
        await asyncio.sleep(0.3)
        told = [said["agent"] for said in await floor.rest("floor") if "agent" in said]
        return [one["listens"] for one in told if one["agent"] == "Li"]

    (snapshot,) = [said["floor"] for _, said in [await floor.next()]]
    assert {one["agent"]: one["listens"] for one in snapshot["agents"]} == {"Alice": None, "Li": None}
    house.feed.listeners.dialled("l1", ListenIn(name="Ms Li", by="Li", agent="Alice", talk=1, mode=ListenMode.BARGE))
    phone = house.phone("Li")
    house.tell(ev.ChannelStarted, "l1", f"{phone}-l1", "l1", "*48", calling=True, number=None)
    house.tell(co.SpyBegan, "l1", "c1-Alice")
    assert (await shown())[-1] == {"agent": "Alice", "mode": "barge"}
    heard = {"what": "hears", "line": "l1", "agent": "Alice", "mode": "barge"}
    assert await own.rest("acts") == [heard]
    assert (await house.open(LEADER, Topic.ACTS).next())[1]["acts"] == [heard]
    house.tell(co.SpyEnded, "l1")
    assert await own.rest("acts") == [{"what": "listened", "line": "l1"}]
    house.tell(co.SpyBegan, "l1", "c1-Alice")
    again = (await house.open(SUPERVISOR, Topic.FLOOR).next())[1]["floor"]
    assert [one["listens"]["mode"] for one in again["agents"] if one["agent"] == "Li"] == ["barge"]
    house.tell(ev.ChannelEnded, "l1", "", 16, None)
    assert (await shown())[-1] is None
