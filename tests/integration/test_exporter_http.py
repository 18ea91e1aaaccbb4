"""The exporter over real sockets: its pages, its end, and a port that is taken."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import httpx
import msgspec
import pytest
from prometheus_client.parser import text_string_to_metric_families

from callcenter.clock import wall_clock
from callcenter.domain.floor import Floor
from callcenter.errors import BadSetting
from callcenter.exporter import Exporter, ExporterSettings, LiveDocument, exporter_server
from callcenter.exporter.health import Health
from callcenter.exporter.table import METRICS
from callcenter.files.rulebook import load_rulebook

SETTINGS = ExporterSettings(port=0)


class Service:
    """A service whose health is whatever the test says."""

    def __init__(self) -> None:
        self.health = Health(node="pbx", started_at=wall_clock())
        self.exporter = Exporter(SETTINGS, lambda: self.health, load_rulebook().figures)
        self.exporter.happened((), Floor())
        self.server = exporter_server(SETTINGS, self.exporter)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[httpx.AsyncClient]:
        serving = asyncio.create_task(self.server.run())
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.server.port}", trust_env=False) as client:
            try:
                yield client
            finally:
                serving.cancel()
                await asyncio.wait([serving])


async def test_metrics_page_is_what_prometheus_reads() -> None:
    async with Service().running() as client:
        page = await client.get("/metrics")
    assert page.headers["content-type"].startswith("text/plain; version=")
    families = {family.name: family for family in text_string_to_metric_families(page.text)}
    ours = {name for name in families if not name.startswith("process_")}
    assert ours == {metric.name.removesuffix("_total") for metric in METRICS}
    assert families["process_resident_memory_bytes"].samples[0].value > 0
    assert [(one.labels, one.value) for one in families["callcenter_info"].samples] == [({"site": "main"}, 1.0)]


async def test_readyz_turns_with_the_service_and_says_why_not() -> None:
    service = Service()
    async with service.running() as client:
        before = await client.get("/readyz")
        service.health = Health(node="pbx", started_at=0, ami_up=True, ready=True, last_seen_at=wall_clock())
        after = await client.get("/readyz")
    assert (before.status_code, after.status_code) == (503, 200)
    assert "the switch is not connected" in before.text


async def test_healthz_says_alive_while_nothing_else_is_well() -> None:
    async with Service().running() as client:
        page = await client.get("/healthz")
    assert page.status_code == 200
    assert page.json()["status"] == "alive"


async def test_live_page_is_the_boards_document() -> None:
    async with Service().running() as client:
        page = await client.get("/live.json")
    document = msgspec.json.decode(page.content, type=LiveDocument)
    assert document.link.node == "pbx"
    assert page.headers["cache-control"] == "no-store"


async def test_what_is_no_page_or_no_question_is_refused() -> None:
    async with Service().running() as client:
        assert (await client.get("/admin")).status_code == 404
        assert (await client.post("/metrics")).status_code == 405
        head = await client.head("/metrics")
    assert (head.status_code, head.content) == (200, b"")


@pytest.mark.parametrize("host", ["evil.example", "evil.example:9464", "127.0.0.1.evil.example", "[", ""])
async def test_page_under_another_name_is_not_served_to_a_browser_that_was_led_astray(host: str) -> None:
    async with Service().running() as client:
        page = await client.get("/live.json", headers={"Host": host})
    assert page.status_code == 403
    assert b"agents" not in page.content


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:9464", "LOCALHOST", "[::1]", "[::1]:9464"])
async def test_page_is_served_under_the_machines_own_names(host: str) -> None:
    async with Service().running() as client:
        assert (await client.get("/live.json", headers={"Host": host})).status_code == 200


async def test_port_is_free_again_once_the_server_has_ended() -> None:
    service = Service()
    async with service.running() as client:
        await client.get("/healthz")
    again = exporter_server(ExporterSettings(port=service.server.port), service.exporter)
    assert again.port == service.server.port
    again.close()


def test_port_that_is_taken_is_told_in_one_sentence() -> None:
    service = Service()
    with pytest.raises(BadSetting, match=r"cannot listen on 127\.0\.0\.1:") as told:
        exporter_server(ExporterSettings(port=service.server.port), service.exporter)
    assert "\n" not in str(told.value)
    service.server.close()
