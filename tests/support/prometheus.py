"""A Prometheus of the tests' own: on loopback, with the project's configuration, its data thrown away."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO, Any, NamedTuple

import httpx
import yaml

METRICS_DIR = Path(__file__).parents[2] / "metrics"
EVERY = "1s"
_PATIENCE = 30.0


class Answer(NamedTuple):
    """What a query gave: each series with its labels and its values, the latest last."""

    series: list[tuple[dict[str, str], list[tuple[float, float]]]]

    @property
    def latest(self) -> list[tuple[dict[str, str], float]]:
        """Each series with its latest value."""
        return [(labels, values[-1][1]) for labels, values in self.series]


class Prometheus:
    """One server that runs."""

    def __init__(self, address: str, client: httpx.AsyncClient) -> None:
        self._address = address
        self._client = client

    async def query(self, expr: str, at: float | None = None) -> Answer:
        """Ask for what is now, or was at a moment; raises AssertionError for what cannot be asked."""
        found = await self._ask("query", {"query": expr} | ({} if at is None else {"time": f"{at:.3f}"}))
        if found["resultType"] == "scalar":
            return Answer([({}, [_value(found["result"])])])
        return Answer([(one["metric"], [_value(one["value"])]) for one in found["result"]])

    async def query_range(self, expr: str, start: float, end: float, step: float) -> Answer:
        """Ask for what was over a time; raises AssertionError as `query`."""
        asked = {"query": expr, "start": str(start), "end": str(end), "step": str(step)}
        found = await self._ask("query_range", asked)
        return Answer([(one["metric"], [_value(each) for each in one["values"]]) for one in found["result"]])

    async def rules(self) -> list[dict[str, Any]]:
        """List every rule, as it was last evaluated."""
        return [rule for group in (await self._ask("rules", {}))["groups"] for rule in group["rules"]]

    async def answers(self) -> bool:
        """Say whether it is ready."""
        with contextlib.suppress(httpx.TransportError):
            return (await self._client.get(f"{self._address}/-/ready")).status_code == httpx.codes.OK
        return False

    async def _ask(self, what: str, asked: dict[str, str]) -> Any:
        answer = await self._client.get(f"{self._address}/api/v1/{what}", params=asked)
        told = answer.json()
        assert told["status"] == "success", f"{asked}: {told['error']}"
        return told["data"]


def _value(pair: list[Any]) -> tuple[float, float]:
    return float(pair[0]), float(pair[1])


def configured(name: str, target: str) -> dict[str, Any]:
    """Read one of the project's configurations, for a service elsewhere, looked at more often; nobody is alerted."""
    config: dict[str, Any] = yaml.safe_load((METRICS_DIR / name).read_text("utf-8"))
    config["global"] |= {"scrape_interval": EVERY, "evaluation_interval": EVERY}
    config["scrape_configs"][0]["static_configs"] = [{"targets": [target]}]
    config["rule_files"] = [str(METRICS_DIR / file) for file in config.get("rule_files", ())]
    config.pop("alerting", None)
    return config


@contextlib.asynccontextmanager
async def scraping(folder: Path, name: str, target: str) -> AsyncIterator[Prometheus]:
    """Let one run by a configuration; however a test ends, it does not outlive it."""
    port, log = _free_port(), _prepared(folder, configured(name, target))
    words = (f"--storage.tsdb.path={folder}/data", f"--web.listen-address=127.0.0.1:{port}")
    with log as stderr:
        process = await asyncio.create_subprocess_exec(
            "prometheus", f"--config.file={folder}/prometheus.yml", *words, stdout=DEVNULL, stderr=stderr
        )
    try:
        async with httpx.AsyncClient(trust_env=False) as client:
            running = Prometheus(f"http://127.0.0.1:{port}", client)
            await _until_ready(running, process)
            yield running
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _until_ready(running: Prometheus, process: Process) -> None:
    async with asyncio.timeout(_PATIENCE):
        while not await running.answers():
            assert process.returncode is None, "prometheus has ended: its log lies beside its configuration"
            await asyncio.sleep(0.05)


def _prepared(folder: Path, config: dict[str, Any]) -> IO[bytes]:
    folder.mkdir()
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config))
    return (folder / "log").open("wb")


def _free_port() -> int:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        port: int = holder.getsockname()[1]
        return port
