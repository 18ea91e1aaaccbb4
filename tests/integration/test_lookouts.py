"""What is looked up every so often: certificates, who is on duty, customers who call again."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from callcenter.domain import facts as fx
from callcenter.domain.frame import SECOND, Micros
from callcenter.exporter.told import Staffing
from callcenter.files.rulebook import load_rulebook
from callcenter.rules.regulations.rulebook import rulebook_of
from callcenter.staff.dates import micros_of
from callcenter.staff.roster import roster_of
from callcenter.store import JournalledFacts, Store
from callcenter.tracker import RulesInForce
from callcenter.tracker.lookouts.certificates import expiry_of, watch_certificates
from callcenter.tracker.lookouts.repeats import watch_repeats
from callcenter.tracker.lookouts.staffing import staffing_at, watch_staffing
from tests.integration.office import opened, settings_of
from tests.integration.test_stored_calls import NOON, answered, told

CERTIFICATE = Path(__file__).parent / "tls" / "cert.pem"


def test_chain_ends_with_the_certificate_that_ends_first(tmp_path: Path) -> None:
    chain = tmp_path / "chain.pem"
    chain.write_bytes(CERTIFICATE.read_bytes() * 2)
    assert expiry_of(chain) == expiry_of(CERTIFICATE) > datetime(2027, 1, 1, tzinfo=UTC).timestamp()


@pytest.mark.parametrize("content", [b"", b"no certificate", CERTIFICATE.read_bytes()[:200]])
async def test_file_that_holds_no_certificate_hides_none_of_the_others(tmp_path: Path, content: bytes) -> None:
    broken = tmp_path / "broken.pem"
    broken.write_bytes(content)
    seen = asyncio.Queue[Mapping[str, float | None]]()
    files = [broken, tmp_path / "none.pem", CERTIFICATE]
    watch = watch_certificates(files, lambda: {"pbx": 5.0}, seen.put_nowait, every=0)
    task = asyncio.create_task(watch)
    async with asyncio.timeout(10):
        found = [await seen.get() for _ in range(2)]
    task.cancel()
    unread = {str(broken): None, str(tmp_path / "none.pem"): None}
    assert found == [{"pbx": 5.0, str(CERTIFICATE): expiry_of(CERTIFICATE), **unread}] * 2


async def test_roster_and_rulebook_are_told_as_of_now() -> None:
    agents = [{"agent": "Alice", "interface": "PJSIP/1001", "team": "hotline", "queues": ["sales"]}]
    times = [{"agent": "Alice", "from": "2026-11-23T09:00", "to": "2026-11-23T18:00"}]
    roster = roster_of({"timezone": "UTC", "agents": agents, "shifts": times})
    now = micros_of(datetime(2026, 11, 23, 10, tzinfo=UTC))
    rules, seen = RulesInForce(load_rulebook(), roster), asyncio.Queue[Staffing]()
    task = asyncio.create_task(watch_staffing(lambda: rules, seen.put_nowait, lambda: now))
    async with asyncio.timeout(10):
        found = await seen.get()
    task.cancel()
    assert (found.teams, found.rostered) == ({"Alice": "hotline"}, {"sales": 1})
    assert found.rulebook_since is not None
    later = rulebook_of({"based_on": "packaged", "editions": [{"version": "1", "from": "2030-01-01"}]})
    assert staffing_at(RulesInForce(later, None), now) == Staffing()


@pytest.mark.usefixtures("database")
async def test_customer_who_calls_again_is_counted_once(tmp_path: Path) -> None:
    now = NOON
    seen = asyncio.Queue[Mapping[str, int]]()

    def clock() -> Micros:
        nonlocal now
        now += 300 * SECOND
        return now

    facts: list[fx.Fact] = []
    for uid, minute in (("1", 0), ("2", 6), ("3", 8)):
        facts += told(answered(uid, NOON + minute * 60 * SECOND, caller="13800138000"))
    async with opened(tmp_path) as decisions:
        store = await Store.open(settings_of(tmp_path), "pbx")
        await store.write([JournalledFacts(1, facts)], 1)
        await store.close()
        task = asyncio.create_task(watch_repeats(decisions, lambda: ["key_accounts"], seen.put_nowait, clock, every=0))
        async with asyncio.timeout(10):
            found = [await seen.get() for _ in range(12)]
        task.cancel()
        await asyncio.wait([task])
    assert [one for one in found if one] == [{"key_accounts": 1}] * 2
