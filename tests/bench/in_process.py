"""The service from the manager's socket to the record, in this process, for what is timed in it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

from pydantic import SecretStr

from callcenter.ami.client import AmiClient
from callcenter.ami.settings import AmiSettings, LoginSettings
from callcenter.journal import Journal, JournalSettings
from callcenter.store import Store, StoreSettings, upgrade
from callcenter.tracker import RecordKeeper, RulesInForce, Tracker, recover


class Parts(NamedTuple):
    """What may be wired before it runs."""

    client: AmiClient
    tracker: Tracker


@asynccontextmanager
async def closing(store: Store) -> AsyncIterator[None]:
    """Close the record, however its use ends."""
    try:
        yield
    finally:
        await store.close()


@asynccontextmanager
async def following(
    home: Path, port: int, secrets: Mapping[str, str], in_force: RulesInForce | None = None
) -> AsyncIterator[Parts]:
    """Follow a switch until the end; it begins to run when the caller first waits."""
    logins = {name: LoginSettings(username=name, secret=SecretStr(secrets[name])) for name in ("events", "control")}
    client, settings = AmiClient(AmiSettings(port=port, **logins)), StoreSettings(url=f"sqlite:///{home}/record.sqlite")
    await upgrade(settings)
    store = await Store.open(settings, "main")
    async with (
        closing(store),
        await Journal.open(JournalSettings(path=home / "journal.sqlite")) as journal,
        asyncio.TaskGroup() as group,
    ):
        record = RecordKeeper(store, journal)
        recording = group.create_task(record.run())
        tracker = Tracker("main", client, journal, record, await recover(journal, record, in_force))
        tracking = group.create_task(tracker.run())
        reading = group.create_task(client.run())
        yield Parts(client, tracker)
        reading.cancel()
        await tracking
        recording.cancel()
