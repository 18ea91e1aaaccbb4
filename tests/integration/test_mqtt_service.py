"""The service as a process beside a real broker: what a whole run tells, and what stays when it is killed."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

from tests.integration.loaded_switch import LoadedSwitch, stories
from tests.integration.service import at_home
from tests.support.asyncapi import require_described
from tests.support.mosquitto import Listener, Mosquitto

SPEED = 30.0
MORE = """
[site]
name = "recorded"
[mqtt]
url = "{url}"
expiry_seconds = 2
"""


async def test_run_of_recorded_calls_is_told_as_described_and_its_end_by_the_will(tmp_path: Path) -> None:
    broker = Mosquitto(tmp_path)
    broker.start()
    try:
        async with contextlib.AsyncExitStack() as entered:
            switch = await entered.enter_async_context(LoadedSwitch(stories(), SPEED))
            listener = await entered.enter_async_context(Listener(broker.port, require_described).listening())
            service = await entered.enter_async_context(
                at_home(tmp_path, switch.port, more=MORE.format(url=broker.url))
            )
            await service.start()
            told = ("/call/queued", "/call/answered", "/call/ended", "/agent/", "/queue/")
            await listener.until(lambda: all(listener.on(topic) for topic in told), 30)
            health = await service.health()
            assert health["mqtt"] == {"up": True, "refused": 0}
            assert health["sinks"]["mqtt"]["disabled"] is False
            metrics = (await service.until("/metrics", lambda answer: answer.is_success)).text
            assert "callcenter_mqtt_up 1.0" in metrics
            status = "callcenter/v1/recorded/node/pbx/status"
            session = listener.latest[status]["session"]

            await service.kill()
            await listener.until(lambda: listener.latest[status]["status"] == "offline")
            assert (listener.latest[status]["why"], listener.latest[status]["session"]) == ("lost", session)

        await asyncio.sleep(2.2)
        async with Listener(broker.port, require_described).listening() as late:
            await late.until(lambda: late.heard)
            await asyncio.sleep(0.2)
            assert {one.topic for one in late.heard} == {status}
    finally:
        broker.kill()
