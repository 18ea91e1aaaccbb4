"""The service is killed while it publishes: whoever takes what leaves has all of it, and each key in its order."""

from __future__ import annotations

import asyncio
import random
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.integration.loaded_switch import LoadedSwitch, stories
from tests.integration.receiver import OK, Answer, Posted, Receiver, receiver
from tests.integration.service import Service, at_home

SPEED = 8.0
FAILS_EVERY = 50
BUSY = b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"
Entry = tuple[str, str, int]


def put(home: Path) -> set[Entry]:
    """Read what was put, whether it has left or not."""
    with closing(sqlite3.connect(home / "record.sqlite", timeout=30)) as connection:
        return set(connection.execute("SELECT id, key, n FROM outbox"))


def arrived(other: Receiver) -> list[Entry]:
    """List what was posted, each entry where it was first taken or not, and no broken body."""
    told = [one.told() for one in other.posted]
    return list(dict.fromkeys((one["id"], one["key"], one["n"]) for one in told))


def fails_now_and_then() -> Answer:
    """Answer one of so many entries that this is not the time, once."""
    failed: set[str] = set()

    async def answer(posted: Posted, writer: asyncio.StreamWriter) -> None:
        entry = posted.told()["id"]
        fails = int(entry, 16) % FAILS_EVERY == 0 and entry not in failed
        failed.add(entry)
        writer.write(BUSY if fails else OK)

    return answer


async def killed(service: Service, moments: random.Random) -> None:
    await service.start()
    await asyncio.sleep(moments.uniform(0.1, 1.2))
    assert await service.kill() == -signal.SIGKILL


async def all_arrived(service: Service, other: Receiver) -> None:
    """Run it until what was put by now is there."""
    await service.start()
    wanted = put(service.home)
    async with asyncio.timeout(60):
        while not wanted <= set(arrived(other)):  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.1)
    await service.stop()


@pytest.mark.parametrize("times", [3, pytest.param(50, marks=pytest.mark.soak)])
async def test_killed_publisher_loses_nothing_and_keeps_each_keys_order(tmp_path: Path, times: int) -> None:
    (tmp_path / "key").write_text("k" * 32)
    moments = random.Random(times)
    async with receiver() as other, LoadedSwitch(stories(), SPEED) as switch:
        other.answer = fails_now_and_then()
        hook = f'name = "crm"\nurl = "{other.url}"\nsecret_file = "{tmp_path}/key"\nkinds = ["call"]\n'
        async with at_home(tmp_path, switch.port, more=f"[[webhooks]]\n{hook}") as service:
            for _ in range(times):
                await killed(service, moments)
            await all_arrived(service, other)

    found = arrived(other)
    assert set(found) <= put(tmp_path)
    assert len(found) > 10 * times
    keys: dict[str, list[int]] = {}
    for _, key, n in found:
        keys.setdefault(key, []).append(n)
    assert [key for key, order in keys.items() if order != [*range(1, len(order) + 1)]] == []
