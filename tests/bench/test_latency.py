"""From Asterisk's Timestamp to the changed gauge, at 40 calls a second on a real switch."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from callcenter.ami.names import NEEDED
from callcenter.doctor.by_call import CONNECTIONS
from callcenter.doctor.manager_conf import filter_lines
from callcenter.domain import facts as fx
from callcenter.domain.floor import Floor
from callcenter.exporter import Exporter, ExporterSettings
from callcenter.files.rulebook import load_rulebook
from callcenter.lab.switch import LabState, load_state
from callcenter.rules.records.violation import Violation
from tests.bench.in_process import following

pytestmark = [pytest.mark.bench, pytest.mark.timeout(400)]

CALLS, PER_SECOND = 1200, 40


class Stopwatch:
    """A live view that comes after the exporter: what it sees, the gauges show already."""

    def __init__(self) -> None:
        self.lags: list[float] = []

    def happened(self, facts: Sequence[fx.Fact], floor: Floor) -> None:
        now = time.time()
        self.lags += [
            now - fact.at / 1e6
            for fact in facts
            if isinstance(fact, fx.VisitJoined | fx.PhoneRang | fx.CallAnswered | fx.VisitLeft) and fact.at is not None
        ]

    def judged(self, violations: Sequence[Violation]) -> None:
        """Records take their time: they settle a minute after the act."""


def unconnect(state: LabState) -> None:
    """Let the switch keep back the events that say who is connected to whom."""
    lines = filter_lines([name for name in NEEDED if name not in CONNECTIONS], advanced=True)
    (state.instance / "etc" / "manager_filters.conf").write_text("\n".join([*lines, ""]))
    with socket.socket(socket.AF_UNIX) as console:
        console.connect(str(state.instance / "run" / "asterisk.ctl"))
        console.settimeout(30.0)
        console.recv(4096)
        console.sendall(b"manager reload\0core show version\0")  # a reload says nothing: what comes next tells its end
        said = b""
        while b"Asterisk" not in said:
            said += (more := console.recv(4096))
            assert more


@asynccontextmanager
async def loading(home: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """Let calls come on a switch of their own, until they are over or the test is."""
    load = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "callcenter",
        "lab",
        "load",
        home / "out",
        "--calls",
        str(CALLS),
        "--per-second",
        str(PER_SECOND),
        "--work-dir",
        home / "lab",
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        yield load
    finally:
        if load.returncode is None:
            load.send_signal(signal.SIGINT)  # it takes its switch along
        await load.wait()


async def started(work_dir: Path, load: asyncio.subprocess.Process) -> LabState:
    async with asyncio.timeout(120):
        while (state := load_state(work_dir)) is None or not state.alive():
            assert load.returncode is None
            await asyncio.sleep(0.1)
    return state


async def watch(state: LabState, home: Path, load: asyncio.subprocess.Process) -> Stopwatch:
    """Run the whole service in this process until the load is over."""
    stopwatch = Stopwatch()
    async with following(home, state.ami_port, state.manager_secrets) as parts:
        parts.tracker.attach(Exporter(ExporterSettings(port=0), parts.tracker.health, load_rulebook().figures))
        parts.tracker.attach(stopwatch)
        await load.wait()
    return stopwatch


@pytest.mark.parametrize("connected", [True, False], ids=["all events", "without who is connected to whom"])
async def test_gauge_follows_the_switch(tmp_path: Path, *, connected: bool) -> None:
    async with loading(tmp_path) as load:
        state = await started(tmp_path / "lab" / "load", load)
        if not connected:
            unconnect(state)
        stopwatch = await watch(state, tmp_path, load)
    assert load.returncode == 0
    lags = sorted(stopwatch.lags)
    shown = {name: lags[int(len(lags) * share)] * 1000 for name, share in (("p50", 0.5), ("p99", 0.99))}
    print(
        f"\nTimestamp → gauge at {PER_SECOND} calls/s, {len(lags)} changes, callers, phones and switch on the same "
        f"machine, {'all events' if connected else 'without who is connected to whom'}: "
        f"p50 {shown['p50']:.1f} ms, p99 {shown['p99']:.1f} ms, worst {lags[-1] * 1000:.1f} ms"
    )
    assert len(lags) > CALLS * 2
