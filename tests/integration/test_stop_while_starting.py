"""A stop that is asked for while the service starts: always clean, never a hang and never a traceback."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.scripted_switch import ScriptedSwitch
from tests.integration.service import Service, at_home, command

MOMENTS = 40
FIRST = 0.01
SECRETS = {"events": "es", "control": "cs"}


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    async with ScriptedSwitch() as switch, at_home(tmp_path, switch.port, secrets=SECRETS) as home:
        yield home


@pytest.mark.timeout(400)  # forty starts, beside whatever else the machine does; each that hangs is told by itself
async def test_a_stop_at_forty_moments_of_the_start_is_clean(service: Service) -> None:
    words = (service.settings, str(MOMENTS), str(FIRST))
    async with command(
        *words,
        module="tests.integration.started_and_stopped",
        env=service.environment,
        cwd=Path(__file__).parents[2],
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    ) as driver:
        told, errors = await driver.communicate()
    ends = [line.split() for line in told.decode().splitlines()]
    assert [end for end in ends if end[2] != "0"] == []
    assert len(ends) == MOMENTS
    assert "Traceback" not in errors.decode()
    assert errors.decode().count("service_stopped") == MOMENTS
    assert 0 < errors.decode().count("service_started") < MOMENTS  # some came before, the last one after


@pytest.mark.parametrize(
    ("number", "seconds"), [(signal.SIGTERM, 0.0), (signal.SIGINT, 0.0), (signal.SIGTERM, 0.5), (signal.SIGINT, 1.5)]
)
async def test_a_stop_while_its_modules_are_loaded_is_clean(
    service: Service, number: signal.Signals, seconds: float
) -> None:
    words = ("serve", "--settings", service.settings)
    async with command(*words, env=service.environment, stderr=asyncio.subprocess.PIPE) as process:
        while not held_back(process.pid):  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.005)
        await asyncio.sleep(seconds)
        process.send_signal(number)
        async with asyncio.timeout(30):
            _, errors = await process.communicate()
    assert process.returncode == 0
    assert "Traceback" not in errors.decode()
    assert "service_stopped" in errors.decode()


def held_back(pid: int) -> bool:
    """Whether a process holds back a signal to stop, as the command does from its first line on."""
    lines = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return bool(int(lines["SigBlk"], 16) & 1 << (signal.SIGTERM - 1))
