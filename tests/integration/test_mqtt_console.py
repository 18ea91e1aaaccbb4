"""The broker as the example sets it up, and what the console makes of one: who reads what, doctor, `bus watch`."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from callcenter.doctor.by_broker import inspect_broker
from callcenter.errors import BrokerAway
from callcenter.publish import Bus, MqttSettings
from callcenter.publish.hearing import hear, takes
from tests.support.asyncapi import described
from tests.support.commands import run_command
from tests.support.mosquitto import Mosquitto

EXAMPLE = Path(__file__).parents[2] / "docker" / "mosquitto"
ROOT = "callcenter/v1/main"
USERS = ("service", "wall", "calls", "quality", "张三")
TOPICS = {
    "status": f"{ROOT}/node/pbx/status",
    "queue": f"{ROOT}/queue/sales/state",
    "agent": f"{ROOT}/agent/张三/state",
    "call": f"{ROOT}/call/queued",
    "violation": f"{ROOT}/violation/v1",
    "survey": f"{ROOT}/survey/Alice",
    "complaint": f"{ROOT}/complaint/1",
    "pop": f"{ROOT}/pop/张三",
    "other pop": f"{ROOT}/pop/Alice",
    "other agent": f"{ROOT}/agent/Alice/state",
}


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosquitto]:
    """Give the broker of the example, but for where it listens and keeps its files."""
    folder = tmp_path_factory.mktemp("mosquitto")
    (folder / "users").write_text("".join(f"{user}:p4ss\n" for user in USERS))
    subprocess.run(["mosquitto_passwd", "-U", folder / "users"], check=True)
    places = {"password_file": folder / "users", "acl_file": EXAMPLE / "acl", "persistence_location": f"{folder}/"}
    told = [line.split(" ", 1) for line in (EXAMPLE / "mosquitto.conf").read_text().splitlines() if line[:1].isalpha()]
    lines = [f"{name} {places.get(name, value)}" for name, value in told if name not in {"listener", "log_dest"}]
    found = Mosquitto(folder, *[line for line in lines if not line.startswith(("set_tcp", "max_queued"))])
    found.start()
    yield found
    found.kill()


def settings(broker: Mosquitto, user: str = "service") -> MqttSettings:
    return MqttSettings(url=broker.url, username=user, password="p4ss")


async def reads(broker: Mosquitto, user: str) -> set[str]:
    """Return which topics a user reads."""
    read = set()
    try:
        async with asyncio.timeout(0.5):
            async for one in hear(settings(broker, user), "callcenter/#"):
                read.add(one.topic)
    except TimeoutError:
        pass
    return {name for name, topic in TOPICS.items() if topic in read}


async def tell(broker: Mosquitto, words: dict[str, bytes]) -> None:
    """Retain words on topics, as the service does."""
    bus = Bus(settings(broker), "main", "pbx")

    async def each() -> None:
        for topic, body in words.items():
            await bus.send(topic, body, retain=True)
        raise BrokerAway("told")

    with pytest.raises(BrokerAway, match="told"):
        await bus._connected(each)


async def test_each_user_of_the_example_reads_what_is_for_them(broker: Mosquitto) -> None:
    await tell(broker, dict.fromkeys(TOPICS.values(), b"1"))
    read = dict(zip(USERS, await asyncio.gather(*(reads(broker, user) for user in USERS)), strict=True))
    assert read == {
        "service": {*TOPICS},
        "wall": {"status", "queue", "agent", "other agent"},
        "calls": {"status", "call"},
        "quality": {"violation", "survey", "complaint"},
        "张三": {"pop", "agent"},
    }
    assert [user for user in USERS if await takes(settings(broker, user), TOPICS["queue"])] == ["service"]


async def test_doctor_finds_a_broker_that_takes_anybodys_word(broker: Mosquitto, tmp_path: Path) -> None:
    found = await inspect_broker(settings(broker), ROOT)
    assert [(check.name, check.verdict) for check in found] == [("mqtt", "ok"), ("mqtt strangers", "ok")]
    (away,) = await inspect_broker(MqttSettings(url="mqtt://127.0.0.1:1"), ROOT)
    assert (away.verdict, "refused" in away.found) == ("fail", True)
    assert await inspect_broker(MqttSettings(), ROOT) == []
    careless = Mosquitto(tmp_path)
    careless.start()
    found = await inspect_broker(MqttSettings(url=careless.url), ROOT)
    careless.kill()
    assert [(check.name, check.verdict) for check in found] == [("mqtt", "ok"), ("mqtt strangers", "fail")]


def test_bus_watch_shows_what_is_told_and_nothing_that_acts(broker: Mosquitto, tmp_path: Path) -> None:
    hostile = '"\u202eAlice"\x1b[2J\r\n'.encode() + b"\xff"
    asyncio.run(tell(broker, {TOPICS["other agent"]: hostile, TOPICS["pop"]: b'{"a": 1}'}))
    (tmp_path / "password").write_text("p4ss")
    (tmp_path / "c.toml").write_text(
        '[ami.events]\nusername = "a"\nsecret_file = "x"\n[ami.control]\nusername = "b"\nsecret_file = "x"\n'
        f'[mqtt]\nurl = "{broker.url}"\nusername = "service"\npassword_file = "{tmp_path}/password"\n'
    )
    watch = ("bus", "watch", "--settings", tmp_path / "c.toml", "--seconds", "0.5", "--topic")

    shown = run_command(*watch, "agent/Alice/state", "--lang", "en").stdout.decode()
    assert shown.partition(" ")[2] == '(kept)  agent/Alice/state  "\\u202eAlice"\\x1b[2J\\r\\n\ufffd\n'
    (line,) = run_command(*watch, "pop/张三", "--json").stdout.splitlines()
    assert json.loads(line) == {"topic": TOPICS["pop"], "retained": True, "said": {"a": 1}}
    refused = run_command(*watch, "agent/#/x", "--lang", "en")
    assert refused.returncode == 2
    assert b"agent/#/x is no MQTT filter" in refused.stderr


def test_bus_schema_is_the_description() -> None:
    assert yaml.safe_load(run_command("bus", "schema").stdout) == described()
