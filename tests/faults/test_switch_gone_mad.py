"""A logged-in switch tells of channels, callers or agents without end: what it makes us hold has a bound."""

from __future__ import annotations

import asyncio
import gzip
import json
from pathlib import Path

import pytest

from callcenter.ami.items import FramesRead, HeartbeatSeen, Item, LoginLost, LoginOpened, SnapshotTaken
from callcenter.ami.logins import Logins
from callcenter.ami.wire import Wire
from callcenter.domain import events as ev
from callcenter.domain import facts as fx
from callcenter.domain.floor import Floor
from callcenter.domain.state import State
from callcenter.domain.vocabulary import AgentState
from callcenter.tracker import Follower, reread
from callcenter.tracker.bound import OpenBound
from tests.integration.house import EPOCH, NOW, SNAPSHOT, Script, house, run_to_the_end, together
from tests.integration.scripted_switch import ScriptedSwitch, until_true
from tests.integration.service import at_home
from tests.support.party import party
from tests.unit.domain.switch import Switch

TAPES = Path(__file__).parents[1] / "tapes"
STORIES = sorted(path.parent.name for path in TAPES.glob("*/board.ami.gz"))
MOST = 20


def opened(login: int = 1) -> LoginOpened:
    return LoginOpened("pbx", NOW, login, "11.0.0")


def member(number: int, queue: str = "q") -> dict[str, str]:
    name = f"PJSIP/{number}"
    return {
        "Queue": queue,
        "MemberName": f"A{number}",
        "Interface": name,
        "StateInterface": name,
        "Status": "1",
        "Membership": "dynamic",
        "Penalty": "0",
        "CallsTaken": "0",
        "LastCall": "0",
        "LastPause": "0",
        "Paused": "0",
        "LoginTime": "0",
        "InCall": "0",
        "PausedReason": "",
        "Wrapuptime": "0",
        "Ringinuse": "0",
    }


def channels(script: Script, count: int) -> FramesRead:
    told = (party(Channel=f"PJSIP/t-{n}", Uniqueid=f"2.{n}", ChannelState="0") for n in range(count))
    return together([script.frame(n, "Newchannel", **one) for n, one in enumerate(told)])


def callers(script: Script, count: int) -> FramesRead:
    return script.joins(count)


def agents(script: Script, count: int) -> FramesRead:
    return together([script.frame(n, "QueueMemberAdded", **member(n)) for n in range(count)])


def places(script: Script, count: int) -> FramesRead:
    """One agent in ten times as many queues."""
    return together([script.frame(n, "QueueMemberAdded", **member(1, f"q{n}")) for n in range(10 * count)])


def devices(script: Script, count: int) -> FramesRead:
    told = ({"Device": f"PJSIP/{n}", "State": "NOT_INUSE"} for n in range(10 * count))
    return together([script.frame(n, "DeviceStateChange", **one) for n, one in enumerate(told)])


def registrations(script: Script, count: int) -> FramesRead:
    told = (
        {"URI": f"sip:{n}@x", "ContactStatus": "Reachable", "AOR": "1", "EndpointName": "1", "RoundtripUsec": "1"}
        for n in range(10 * count)
    )
    return together([script.frame(n, "ContactStatus", **one) for n, one in enumerate(told)])


FLOODS = pytest.mark.parametrize("flood", [channels, callers, agents, places, devices, registrations])
BEAT = HeartbeatSeen("pbx", NOW, NOW, 1)


def held(state: State) -> list[int]:
    return [len(one) for one in (state.channels, state.visits, state.people, state.devices, state.contacts)]


@FLOODS
async def test_beyond_the_bound_the_login_is_ended_and_what_it_told_is_let_go(tmp_path: Path, flood: object) -> None:
    assert callable(flood)
    async with house(tmp_path) as home:
        home.bound = OpenBound(MOST)
        script = home.script
        late = channels(script, 5)
        items: list[Item] = [opened(), flood(script, MOST + 1), BEAT, late, LoginLost("pbx", NOW, "cut")]
        await run_to_the_end(home, *items)
        assert len(script.cuts) == 1
        assert "raise ami.max_open" in script.cuts[0]
        assert held(home.follower.floor.state) == [0, 0, 0, 0, 0]
        assert home.tracker is not None
        assert home.tracker.health().overfull

        replayed = Follower()
        async for stored in home.journal.read():
            replayed.follow(*reread(stored))
        assert replayed.floor.state.digest() == home.follower.floor.state.digest()


@FLOODS
async def test_up_to_the_bound_nothing_is_ended(tmp_path: Path, flood: object) -> None:
    assert callable(flood)
    async with house(tmp_path) as home:
        home.bound = OpenBound(MOST)
        await run_to_the_end(home, opened(), flood(home.script, MOST), BEAT)
        assert home.script.cuts == []
        assert max(held(home.follower.floor.state)) > 0


async def test_a_switch_that_is_well_again_is_followed_as_before(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        home.bound = OpenBound(MOST)
        script = home.script
        items: list[Item] = [opened(), agents(script, MOST + 1), LoginLost("pbx", NOW, "cut"), opened(2)]
        again = together([script.frame(60, "QueueMemberAdded", **member(1))])
        await run_to_the_end(home, *items, again, SnapshotTaken("pbx", NOW, SNAPSHOT))
        assert home.tracker is not None
        assert not home.tracker.health().overfull
        (person,) = home.follower.floor.state.people.values()
        assert (person.name, person.state) == ("A1", AgentState.AVAILABLE)
    gaps = [fact for fact in home.watcher.facts if isinstance(fact, fx.GapSeen)]
    assert [(gap.cause, (gap.at or 0) // 1_000_000 - EPOCH) for gap in gaps] == [("restart", MOST), ("link", 60)]


@pytest.mark.parametrize("story", STORIES)
def test_whatever_is_open_then_nothing_is_left_and_the_rest_can_be_told(story: str) -> None:
    logins = Logins()
    frames = Wire().feed(gzip.decompress((TAPES / story / "board.ami.gz").read_bytes()))
    events = [event for frame in frames for event in logins.events(frame)]
    for every in (7, 31):
        floor = Floor()
        for n, event in enumerate(events, 1):
            floor.apply(event)
            if n % every == 0:
                floor.apply(ev.Overfull(floor.state.now, event.pos))
                state = floor.state
                assert [*held(state), len(state.talks), len(state.bridges), len(state.calls)] == [0] * 8
        floor.finish()


def test_a_wrap_up_of_who_is_known_no_more_ends_without_a_word() -> None:
    switch = Switch(wrap_up={"consumers": 10_000_000})
    switch.talking(1, 5)
    switch.completes(20)
    switch.tell(ev.Overfull, 21)
    switch.ticks(60)
    assert switch.floor.state.people == {}


async def test_the_service_says_why_and_is_ready_again_when_the_switch_is_well(tmp_path: Path) -> None:
    async with (
        ScriptedSwitch() as switch,
        at_home(tmp_path, switch.port, ami=f"max_open = {MOST}", secrets={"events": "es", "control": "cs"}) as service,
    ):
        await service.start()
        before = len(switch.logins)
        switch.unanswered = {"CoreShowChannels"}  # until it is well, nobody can know its state
        switch.say(b"".join(switch.call(number) for number in range(MOST + 1)))
        page = await service.until("/readyz", lambda page: "ami.max_open" in page.text)
        assert page.status_code == 503
        async with asyncio.timeout(30):
            await until_true(lambda: len(switch.logins) > before)
        switch.unanswered = set()
        await service.until("/readyz", lambda page: page.status_code == 200)
        log = [json.loads(line) for line in (tmp_path / "serve.log").read_text().splitlines() if "{" in line]
        assert await service.stop() == 0
    (told,) = [line for line in log if line["event"] == "events_login_lost"]
    assert "raise ami.max_open" in told["reason"]
