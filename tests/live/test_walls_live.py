"""The demo on a real Asterisk, scraped by a real Prometheus: every page has something to show of it."""

from __future__ import annotations

import asyncio
import time
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.integration.asked import Asked, ask_all
from tests.integration.service import command
from tests.support.prometheus import scraping

pytestmark = [pytest.mark.live, pytest.mark.alone, pytest.mark.soak, pytest.mark.timeout(600)]

STORY_SECONDS = 105.0
NOT_IN_THE_STORY = {
    ("agents", "Page could not ring, or lost a call"),
    ("agents", "Sound lost in pages"),
    ("agents", "Line blocked"),
    ("operations", "Certificates"),
    ("operations", "Certificate unreadable"),
    *(("operations", title) for title in ("Waiting to leave", "Oldest that waits to leave", "Leaving", "Parked")),
    *(("operations", title) for title in ("Disabled sinks", "MQTT connected", "Refused by MQTT")),
    ("queue-wall", "Longest wait"),
    ("queue-wall", "Longest wait by queue"),
    ("queue-wall", "Longest without a call-back"),
    ("service-level", "Agents rostered and there"),
    ("violations", "Closed within 48 h"),
    ("violations", "Warnings told"),
    ("voice", "Satisfied"),
    ("voice", "Satisfied over time"),
    ("voice", "Answer rate"),
}
"""Nobody complains in it, and nobody may be waiting when it is looked at."""


async def watch_the_demo(folder: Path) -> list[Asked]:
    quiet: dict[str, Any] = {"stdout": asyncio.subprocess.DEVNULL, "stderr": asyncio.subprocess.DEVNULL}
    async with command("demo", "--lang", "en", "--work-dir", folder / "demo", **quiet) as process:
        while (port := exporter_port(folder / "demo" / "callcenter.toml")) is None:
            assert process.returncode is None
            await asyncio.sleep(0.2)
        async with scraping(folder / "desk", "prometheus.yml", f"127.0.0.1:{port}") as desk:
            began = time.time()
            await asyncio.sleep(STORY_SECONDS)
            assert process.returncode is None
            found = await ask_all(desk, "en", began)
        process.terminate()
        await process.wait()
        return found


def exporter_port(settings: Path) -> int | None:
    if not settings.is_file():
        return None
    port: int | None = tomllib.loads(settings.read_text("utf-8")).get("exporter", {}).get("port")
    return port


def test_pages_show_what_happens_on_a_real_switch(tmp_path: Path) -> None:
    found = asyncio.run(watch_the_demo(tmp_path))
    for one in found:
        print(f"| {one.page} | {one.panel['title']} | {one.rows} |")
    assert {one.name for one in found if one.rows == 0} - NOT_IN_THE_STORY == set()
