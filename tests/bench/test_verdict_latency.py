"""From the moment at which a verdict can be known to its record, on a switch that has fallen quiet."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from callcenter.ami.client import AmiClient
from callcenter.domain import facts as fx
from callcenter.domain.floor import Floor
from callcenter.domain.frame import SECOND
from callcenter.rules.records.violation import Violation
from callcenter.tracker import RulesInForce, Tracker
from tests.bench.in_process import following
from tests.integration.loaded_switch import SECRETS, LoadedSwitch, story
from tests.unit.rules.detection.story import rulebook

pytestmark = [pytest.mark.bench, pytest.mark.timeout(200)]

NEAR = 20
QUIET_AFTER = 45.0


class Stopwatch:
    """Notes how long after it could be known each verdict was told."""

    def __init__(self) -> None:
        self.late: list[float] = []

    def happened(self, facts: Sequence[fx.Fact], floor: Floor) -> None:
        """Facts are not timed here."""

    def judged(self, violations: Sequence[Violation]) -> None:
        self.late += [time.time() - (v.end / SECOND + NEAR) for v in violations if v.end is not None]


def by_heartbeats_alone(_client: AmiClient, _tracker: Tracker) -> None:
    """Beats go every two seconds."""


def when_due(client: AmiClient, tracker: Tracker) -> None:
    """A beat goes when a verdict is due, too."""
    client.beat_in = tracker.due_in


@pytest.mark.parametrize("asked", [by_heartbeats_alone, when_due])
async def test_verdict_on_a_quiet_switch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: Callable[[AmiClient, Tracker], None]
) -> None:
    monkeypatch.setattr("tests.integration.loaded_switch._PAUSE", 3600 * SECOND)
    book = rulebook(f"figures: {{gap_nearness_seconds: {NEAR}, refused_apart_seconds: 1}}")
    stopwatch = Stopwatch()
    async with (
        LoadedSwitch([story("ring_no_answer")] * 6) as switch,
        following(tmp_path, switch.port, SECRETS, RulesInForce(book, None)) as parts,
    ):
        parts.tracker.attach(stopwatch)
        asked(parts.client, parts.tracker)
        await asyncio.sleep(QUIET_AFTER)
    late = sorted(stopwatch.late)
    print(
        f"{asked.__name__}: {len(late)} verdicts, {', '.join(f'{one:.2f}' for one in late)} s after they could be known"
    )
    assert len(late) == 6
