"""From the moment at which a verdict can be known to its record, on a switch that has fallen quiet."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from pydantic import SecretStr

from callcenter.ami.client import AmiClient
from callcenter.ami.settings import AmiSettings, LoginSettings
from callcenter.domain import facts as fx
from callcenter.domain.floor import Floor
from callcenter.domain.frame import SECOND
from callcenter.journal import Journal, JournalSettings
from callcenter.rules.violation import Violation
from callcenter.store import Store, StoreSettings, upgrade
from callcenter.tracker import Court, Record, Tracker, recover
from tests.integration.loaded_switch import SECRETS, LoadedSwitch, story
from tests.unit.rules.story import rulebook

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


async def follow(
    home: Path, switch: LoadedSwitch, court: Court, asked: Callable[[AmiClient, Tracker], None]
) -> Stopwatch:
    logins = {name: LoginSettings(username=name, secret=SecretStr(secret)) for name, secret in SECRETS.items()}
    client = AmiClient(AmiSettings(port=switch.port, **logins))
    settings = StoreSettings(url=f"sqlite:///{home}/record.sqlite")
    await upgrade(settings)
    store = await Store.open(settings, "pbx")
    stopwatch = Stopwatch()
    async with (
        await Journal.open(JournalSettings(path=home / "journal.sqlite")) as journal,
        asyncio.TaskGroup() as group,
    ):
        record = Record(store, journal)
        recording = group.create_task(record.run())
        follower = await recover(journal, record, court)
        tracker = Tracker("pbx", client, journal, record, follower)
        tracker.attach(stopwatch)
        asked(client, tracker)
        tracking = group.create_task(tracker.run())
        reading = group.create_task(client.run())
        await asyncio.sleep(QUIET_AFTER)
        reading.cancel()
        await tracking
        recording.cancel()
    await store.close()
    return stopwatch


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
    book = rulebook(tmp_path, f"figures: {{gap_nearness_seconds: {NEAR}, refused_apart_seconds: 1}}")
    async with LoadedSwitch([story("ring_no_answer")] * 6) as switch:
        late = sorted((await follow(tmp_path, switch, Court(book, None), asked)).late)
    print(
        f"{asked.__name__}: {len(late)} verdicts, {', '.join(f'{one:.2f}' for one in late)} s after they could be known"
    )
