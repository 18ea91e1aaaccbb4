"""States over a real broker: who is told what, and what stays when the broker, the service or the switch is gone."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import structlog

from callcenter.clock import wall_clock
from callcenter.domain import events as ev
from callcenter.domain.snapshot import ContactState, DeviceState, MemberState, QueueState, Snapshot
from callcenter.errors import BrokerAway
from callcenter.exporter.present import Changed
from callcenter.publish import client as publishing
from callcenter.store.outbox import OutboxEntry, OutboxKind, put
from callcenter.tracker.bus.events import MqttSink
from callcenter.tracker.outbox.publisher import Publisher
from callcenter.tracker.outbox.sink import SinkAway
from tests.integration.office import opened
from tests.integration.on_air import OnAir
from tests.support.asyncapi import require_described
from tests.support.mosquitto import Listener, Mosquitto
from tests.support.slow_way import SlowWay

SURVEY = {
    "id": "s1",
    "queue": "sales",
    "agent": "Alice",
    "asked_at": 1,
    "ended_at": 2,
    "result": "answered",
    "service": 1,
    "product": None,
    "platform": None,
    "handling": None,
}
HOSTILE = "a/#+\u202eb\r\n\0$"


async def until(true: Callable[[], bool], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110 - what nobody tells of
            await asyncio.sleep(0.005)


def entry_of(kind: OutboxKind, payload: dict[str, Any]) -> OutboxEntry:
    return OutboxEntry(id="a" * 32, kind=kind, key="k", n=1, made_at=1_790_000_000_000_000, payload=payload)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosquitto]:
    broker = Mosquitto(tmp_path_factory.mktemp("mosquitto"))
    broker.start()
    yield broker
    broker.kill()


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Mosquitto]:
    """Give a broker that a test may kill; what it had is there when it starts again."""
    lasting = (
        "persistence true",
        f"persistence_location {tmp_path}/",
        "max_inflight_messages 0",
    )
    broker = Mosquitto(tmp_path, "allow_anonymous true", *lasting)
    broker.start()
    yield broker
    broker.kill()


@contextlib.asynccontextmanager
async def listens(port: int, **login: Any) -> AsyncIterator[Listener]:
    async with Listener(port, require_described, **login).listening() as listener:
        yield listener


async def test_states_of_queues_and_agents_follow_the_floor(shared: Mosquitto) -> None:
    house = OnAir(shared.url, site="one")
    async with listens(shared.port) as listener, house.running():
        house.sign_in()
        house.join()
        house.ring()
        agent, queue = (f"callcenter/v1/one/{what}/state" for what in ("agent/Alice", "queue/sales"))
        await listener.until(lambda: listener.latest.get(agent, {}).get("state") == "ringing")
        assert listener.latest[queue]["waiting"] == 1
        assert listener.latest[queue]["oldest_joined_at"] == house.now / 1_000_000
        house.answer(after=3)
        house.hang_up(after=10)
        await listener.until(lambda: listener.latest[queue]["answered"] == 1)
        assert listener.latest[queue]["service_level_name"] == "sl-offered"
        assert listener.latest[queue]["service_level"] == 1.0
        seat = house.exporter._present.seats.pop("Alice")
        house.exporter.changed = Changed(seats=[(seat, None)])
        house.view.happened((), house.floor)
        await listener.until(lambda: listener.latest[agent] is None)
        await until(lambda: house.states._kept.keys() == {queue, house.bus.status_topic})


async def test_pause_that_is_there_before_and_after_a_gap_goes_on_as_on_screens(shared: Mosquitto) -> None:
    house = OnAir(shared.url, site="gap")
    members = (MemberState("sales", "Alice", "PJSIP/Alice", "PJSIP/Alice", 1, paused=True, reason="tea"),)
    devices, contacts = (DeviceState("PJSIP/Alice", "NOT_INUSE"),), (ContactState("Alice", "sip:a", "Reachable"),)
    queues = (QueueState("sales", "rrmemory", 0),)
    there = Snapshot(None, None, "22", "", "", queues, members, (), (), devices, contacts)
    async with listens(shared.port) as listener, house.running():

        async def told(state: str) -> dict[str, Any]:
            topic = "callcenter/v1/gap/agent/Alice/state"
            await listener.until(lambda: (listener.latest.get(topic) or {}).get("state") == state)
            now: dict[str, Any] = listener.latest[topic]
            return now

        house.sign_in(paused=True)
        begun = (await told("paused"))["since"]
        house.tell(ev.LinkLost, after=10)
        assert (await told("unknown"))["since"] == begun + 10
        house.tell(ev.LinkRestored, after=10, restarted=False)
        house.tell(ev.Resynced, after=1, snapshot=there)
        assert (await told("paused"))["since"] == begun


async def test_birth_and_will_name_one_session_and_an_orderly_end_says_so(shared: Mosquitto) -> None:
    async with listens(shared.port) as listener:
        house = OnAir(shared.url, site="two")
        async with house.running():
            await listener.until(lambda: listener.latest.get(house.bus.status_topic, {}).get("switch_up"))
        await listener.until(lambda: listener.on("/two/")[-1]["status"] == "offline")
        first, *_, last = listener.on("/two/")
        assert (first["status"], first["why"], last["why"]) == ("online", None, "stopped")
        assert first["session"] == last["session"]

        async with house.running():
            await listener.until(lambda: house.bus.up and listener.on("/two/")[-1]["status"] == "online")
            assert house.bus._link is not None
            house.bus._link._hang_up()  # as the network does: the broker sends the will
            await listener.until(lambda: listener.on("/two/")[-1]["why"] == "lost")
            lost = listener.on("/two/")[-1]
            assert (
                lost["session"]
                == next(one for one in listener.on("/two/")[::-1] if one["status"] == "online")["session"]
            )
            await listener.until(lambda: listener.on("/two/")[-1]["status"] == "online")
            assert listener.on("/two/")[-1]["session"] != lost["session"]


async def test_names_that_others_chose_stay_one_level_and_act_nowhere(shared: Mosquitto) -> None:
    house = OnAir(shared.url, site=HOSTILE)
    async with listens(shared.port) as listener, house.running():
        house.sign_in(HOSTILE, HOSTILE)
        house.sign_in("张三", "销售")
        await listener.until(lambda: {"张三", "销售"} <= {topic.split("/")[-2] for topic in listener.latest})
        await listener.until(lambda: len([topic for topic in listener.latest if "%23" in topic]) == 5)
        for topic in listener.latest:
            assert topic.isprintable()
            assert len(topic.split("/")) == 6 or not topic.startswith("callcenter/v1/a%2F")


async def test_silent_switch_lets_states_expire_and_the_status_says_why(shared: Mosquitto) -> None:
    house = OnAir(shared.url, site="four", expiry=5)
    house.states._expiry = 2
    async with house.running():
        house.sign_in()
        async with listens(shared.port) as listener:
            await listener.until(lambda: "callcenter/v1/four/agent/Alice/state" in listener.latest)
            house.figures = msgspec.structs.replace(house.figures, ami_up=False)
            await listener.until(lambda: listener.on("/four/node")[-1]["switch_up"] is False)
        await asyncio.sleep(2)
        async with listens(shared.port) as late:
            await late.until(lambda: late.on("/four/"))
            await asyncio.sleep(0.1)
            assert {topic.split("/")[-1] for topic in late.latest if "/four/" in topic} == {"status"}


async def test_broker_that_hangs_is_left_and_everything_told_anew_when_it_goes_on(
    own: Mosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "ANSWER_SECONDS", 0.3)
    house = OnAir(own.url)
    async with listens(own.port) as listener, house.running():
        house.sign_in()
        await listener.until(lambda: "callcenter/v1/main/agent/Alice/state" in listener.latest)
        os.kill(own.pid, signal.SIGSTOP)
        for n in range(100):
            house.sign_in(f"agent {n}")
        with pytest.raises(BrokerAway):
            await house.bus.send(house.bus.status_topic, house.bus.status())
        await until(lambda: not house.bus.up)
        os.kill(own.pid, signal.SIGCONT)
        await listener.until(lambda: len(listener.on("/agent/agent ")) >= 100)


async def test_broker_that_never_answers_leaves_nothing_behind_and_does_not_hold_up_a_stop() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        house = OnAir(f"mqtt://127.0.0.1:{silent.getsockname()[1]}")
        async with house.running():
            accepted, _ = await asyncio.to_thread(silent.accept)
            begun = time.monotonic()
        assert time.monotonic() - begun < 1
        accepted.close()


async def test_stop_that_meets_the_loss_of_the_connection_is_not_forgotten(shared: Mosquitto) -> None:
    for turns in range(5):
        house = OnAir(shared.url, site="stopped")
        running = asyncio.create_task(house.bus.run(house.states.run))
        await house.bus._there.wait()
        assert house.bus._link is not None
        house.bus._link._disconnected.set_exception(ConnectionResetError())
        for _ in range(turns):
            await asyncio.sleep(0)
        running.cancel()
        _, left = await asyncio.wait([running], timeout=3)
        assert not left


async def test_slow_broker_gets_each_state_as_it_is_then_and_delays_nobody(shared: Mosquitto) -> None:
    async with SlowWay(shared.port).open() as way, listens(shared.port) as listener:
        house = OnAir(f"mqtt://127.0.0.1:{way.port}", site="slow")
        async with house.running():
            await listener.until(lambda: listener.on("/slow/node"))
            way.bytes_a_second = 3_000
            longest = 0.0
            for round_ in range(20):
                for n in range(30):
                    begun = time.perf_counter()
                    house.sign_in(f"a{n}", paused=round_ % 2 == 0)
                    longest = max(longest, time.perf_counter() - begun)
                await asyncio.sleep(0.05)
            assert longest < 0.1
            await listener.until(lambda: len([t for t in listener.latest if "/slow/agent/" in t]) == 30, 20)
            way.bytes_a_second = 1_000_000
            await listener.until(
                lambda: all(said["state"] == "available" for t, said in listener.latest.items() if "/slow/agent/" in t)
            )
            assert len(listener.on("/slow/agent/")) < 120  # of 600 changes


async def test_only_who_is_let_in_is_connected_and_what_may_not_be_written_waits(tmp_path: Path) -> None:
    acl, users = tmp_path / "acl", tmp_path / "users"
    acl.write_text("user service\ntopic write callcenter/v1/main/node/#\nuser reader\ntopic read #\n")
    users.write_text("service:p4ss\nreader:p4ss\n")
    hashed = await asyncio.create_subprocess_exec("mosquitto_passwd", "-U", users)
    assert await hashed.wait() == 0
    broker = Mosquitto(tmp_path, "allow_anonymous false", f"password_file {users}", f"acl_file {acl}")
    broker.start()
    try:
        house = OnAir(broker.url, username="service", password="wrong")
        with structlog.testing.capture_logs() as logs:
            async with house.running():
                await until(lambda: len(logs) > 0)
                await asyncio.sleep(0.6)  # tried again, told of once
        assert [(one["event"], "Not authorized" in one["reason"]) for one in logs] == [("broker_lost", True)]

        house = OnAir(broker.url, username="service", password="p4ss")
        async with listens(broker.port, username="reader", password="p4ss") as listener, house.running():
            house.sign_in()
            await until(lambda: house.bus.refused == 2)  # a queue, an agent: after each, Debian's mosquitto hangs up
            await listener.until(lambda: len([1 for one in listener.on("/node/") if one["status"] == "online"]) == 3)
            sink = MqttSink(house.bus, "main", ("violation", "call"))
            with pytest.raises(SinkAway, match=r"callcenter/v1/main/call/queued.*let this user write there"):
                await sink.send(entry_of(OutboxKind.CALL, {"event": "queued"}))
            await until(lambda: house.bus.up)
    finally:
        broker.kill()


@pytest.mark.filterwarnings("ignore:.*SSLSocket")  # paho lets go of one that failed, and does not close it
async def test_certificate_is_verified(tmp_path: Path) -> None:
    keys = Path(__file__).parent / "tls"
    more = ("allow_anonymous true", f"certfile {keys}/cert.pem", f"keyfile {keys}/key.pem")
    broker = Mosquitto(tmp_path, *more)
    broker.start()
    try:
        url = broker.url.replace("mqtt://127.0.0.1", "mqtts://localhost")
        house = OnAir(url, tls_ca=keys / "cert.pem")
        async with house.running(), asyncio.timeout(5):
            await house.bus._there.wait()
        with structlog.testing.capture_logs() as logs:
            async with OnAir(url).running():
                await until(lambda: len(logs) > 0)
        assert "CERTIFICATE_VERIFY_FAILED" in logs[0]["reason"]
    finally:
        broker.kill()


class Acknowledging(MqttSink):
    """Keeps when the broker acknowledged each entry."""

    def __init__(self, house: OnAir) -> None:
        super().__init__(house.bus, "main", ("survey", "call"))
        self.acknowledged: dict[str, float] = {}

    async def send(self, entry: OutboxEntry) -> None:
        await super().send(entry)
        self.acknowledged[entry.id] = time.monotonic()


async def under_traffic(own: Mosquitto, tmp_path: Path, seconds: float) -> None:
    """Kill the broker again and again while calls come and entries leave; then hold what was heard against what was."""
    house, chance = OnAir(own.url), random.Random(seconds)
    put_in: set[str] = set()
    kills: list[float] = []
    async with listens(own.port, lasting=True) as listener, opened(tmp_path) as decisions, house.running():
        sink = Acknowledging(house)
        publisher = Publisher(decisions, [sink], wall_clock)
        await publisher.enlist()
        decisions.on_put = publisher.wake
        leaving = asyncio.create_task(publisher.run())
        os.kill(own.pid, signal.SIGUSR1)  # saves who listens: what comes while they are away is kept for them
        await until((tmp_path / "mosquitto.db").exists)
        ends, restart = time.monotonic() + seconds, time.monotonic() + 0.5
        while time.monotonic() < ends:
            async with decisions.adding() as unit:
                for _ in range(20):
                    key = f"agent {chance.randrange(5)}"
                    entry = await put(unit.connection, OutboxKind.SURVEY, key, SURVEY | {"agent": key}, wall_clock())
                    assert entry is not None
                    put_in.add(entry.id)
            house.sign_in(f"agent {chance.randrange(50)}", paused=chance.random() < 0.5)
            await asyncio.sleep(0.05)
            if time.monotonic() > restart:
                await listener.listens.wait()
                own.kill()
                kills.append(time.monotonic())
                await asyncio.sleep(chance.uniform(0.05, 0.5))
                await asyncio.to_thread(own.start)
                restart = time.monotonic() + chance.uniform(0.5, seconds / 10)
        at = time.monotonic()
        await until(lambda: sink.acknowledged.keys() == put_in, 60)
        await listener.until(lambda: right(house, listener))
        print(f"{len(kills)} kills, {len(put_in)} entries, all right {time.monotonic() - at:.2f} s after the last")
        leaving.cancel()
        await asyncio.wait([leaving])
    assert len(kills) > 1
    in_order(listener.on("/survey/"))
    # what a broker has acknowledged, and its listener not read, dies with it
    missed = [sink.acknowledged[one] for one in put_in - {one["id"] for one in listener.on("/survey/")}]
    assert all(any(0 <= kill - at < 1 for kill in kills) for at in missed)
    assert len(missed) < len(put_in) / 20


def in_order(heard: list[dict[str, Any]]) -> None:
    """Fail where a key's later entry was heard before an earlier one was."""
    first: dict[str, dict[int, None]] = {}
    for one in heard:
        first.setdefault(one["key"], {})[one["n"]] = None
    assert all([*numbers] == sorted(numbers) for numbers in first.values())


def right(house: OnAir, listener: Listener) -> bool:
    """Tell whether every retained state says what the floor does."""
    seats = {seat.agent: str(seat.state) for seat in house.exporter.live().agents}
    said = {one["agent"]: one["state"] for topic, one in listener.latest.items() if "/agent/" in topic}
    return seats == said


async def test_broker_killed_under_traffic_loses_nothing(own: Mosquitto, tmp_path: Path) -> None:
    await under_traffic(own, tmp_path, 5)


@pytest.mark.soak
@pytest.mark.timeout(300)
async def test_broker_killed_under_a_minute_of_traffic_loses_nothing(own: Mosquitto, tmp_path: Path) -> None:
    await under_traffic(own, tmp_path, 60)
