"""The service is killed at random moments under load: what it promised is there, and everything adds up."""

from __future__ import annotations

import asyncio
import json
import random
import re
import signal
import sqlite3
from collections import Counter
from contextlib import closing
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from callcenter.domain import facts as fx
from callcenter.files.rulebook import load_rulebook
from callcenter.journal import Journal, JournalReader, JournalSettings, verify
from callcenter.store import Store, StoreSettings, ledger, open_engine, upgrade
from callcenter.tracker import Follower, RecordKeeper, RulesInForce, recover
from callcenter.tracker.entries import reread
from tests.integration.loaded_switch import LoadedSwitch, stories
from tests.integration.service import Service, at_home
from tests.support.tally import TALLY

TABLES = ("calls", "visits", "offers", "agent_states", "own_calls", "gaps")
SPEED = 8.0
IN_ITS_WORK = "SIGKILL of serve in the middle of its writes"
IN_ITS_START = "SIGKILL of serve while it starts"
AFTER_ITS_START = "SIGKILL of serve just after its start"
STARTS_WITHIN = 0.6

Rows = dict[str, set[tuple[Any, ...]]]


def rows(database: Path) -> Rows:
    with closing(sqlite3.connect(database, timeout=30)) as connection:
        return {table: set(connection.execute(f"SELECT * FROM {table}")) for table in (*TABLES, "archived_facts")}  # noqa: S608 - our names


def ended_rows(database: Path) -> Rows:
    """Read what the service has promised never to lose or change: accounts that are closed."""
    with closing(sqlite3.connect(database, timeout=30)) as connection:
        return {
            table: set(connection.execute(f"SELECT * FROM {table} WHERE ended_position IS NOT NULL"))  # noqa: S608 - our names
            for table in TABLES
        }


def open_from_before_the_last_gap(database: Path) -> set[str]:
    """Name the visits from before the last gap that are not told yet."""
    query = (
        "SELECT uniqueid FROM visits WHERE ended_position IS NULL "
        "AND joined_position < (SELECT max(ended_position) FROM gaps)"
    )
    with closing(sqlite3.connect(database, timeout=30)) as connection:
        return {uniqueid for (uniqueid,) in connection.execute(query)}


def journal_end(journal: Path) -> int:
    with JournalReader(journal) as reader:
        return reader.info().last


def replayed(journal: Path, until: int, start: Follower | None = None, after: int = 0) -> tuple[str, list[fx.Fact]]:
    """Follow the journal from its beginning, or from a saved state; gives the digest and every fact."""
    follower = start or Follower()
    facts: list[fx.Fact] = []
    with JournalReader(journal) as reader:
        for stored in reader.read(after + 1):
            if stored.position <= until:
                facts += follower.follow(*reread(stored)).facts
    return follower.floor.state.digest(), facts


def digests(journal: Path, positions: set[int]) -> dict[int, str]:
    """Follow the journal from its beginning, and take the digest at each of these positions."""
    follower, found = Follower(), dict.fromkeys(positions & {0}, Follower().floor.state.digest())
    with JournalReader(journal) as reader:
        for stored in reader.read():
            follower.follow(*reread(stored))
            if stored.position in positions:
                found[stored.position] = follower.floor.state.digest()
    return found


async def rebuilt(journal: Path, home: Path) -> Rows:
    """Fill a new database from the journal alone."""
    settings = StoreSettings(url=f"sqlite:///{home}/record.sqlite")
    await upgrade(settings)
    store = await Store.open(settings, "pbx")
    async with await Journal.open(JournalSettings(path=journal, min_free_bytes=0)) as opened:
        record = RecordKeeper(store, opened)
        writing = asyncio.create_task(record.run())
        await recover(opened, record)
        await record.reached(opened.durable_position)
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)
    await store.close()
    return rows(home / "record.sqlite")


async def killed(service: Service, fault: str) -> None:
    """Kill it, and see that what it had promised by then is there."""
    promised, promised_end = ended_rows(service.home / "record.sqlite"), journal_end(service.home / "journal.sqlite")
    assert await service.kill() == -signal.SIGKILL
    TALLY.happened(fault, say=True)
    kept = ended_rows(service.home / "record.sqlite")
    with TALLY.holds(fault, "every closed account is there, unchanged"):
        assert all(promised[table] <= kept[table] for table in TABLES)
    with TALLY.holds(fault, "every promised journal entry is there, and every seal is right"):
        assert journal_end(service.home / "journal.sqlite") >= promised_end
        assert verify(service.home / "journal.sqlite").sound


async def killed_under_load(service: Service, moments: random.Random) -> None:
    """Start it, and kill it at some moment in the middle of its work."""
    await service.start()
    await asyncio.sleep(moments.uniform(0.1, 1.2))
    await killed(service, IN_ITS_WORK)


async def killed_while_starting(service: Service, moments: random.Random) -> None:
    """Kill it while the floor is recovered, or the switch is asked."""
    await service.launch()
    await asyncio.sleep(moments.uniform(0.0, STARTS_WITHIN))
    await killed(service, AFTER_ITS_START if service.started else IN_ITS_START)


def rules_of(home: Path) -> str:
    """Put everybody on duty under a rulebook whose records settle within seconds; gives the settings for that."""
    people = [{"agent": f"Agent {phone}", "interface": f"PJSIP/{phone}"} for phone in sorted(phones())]
    duty = {"from": "2020-01-01T00:00:00+08:00", "to": "2060-01-01T00:00:00+08:00"}
    shifts = [{"agent": one["agent"], **duty} for one in people]
    (home / "roster.json").write_text(json.dumps({"agents": people, "shifts": shifts}))
    (home / "rules.yaml").write_text(
        "based_on: packaged\neditions:\n  - {version: short, from: 1970-01-01, "
        "figures: {gap_nearness_seconds: 1, together_seconds: 1, refused_apart_seconds: 1}}\n"
    )
    return f'[rules]\nrulebook = "{home}/rules.yaml"\nroster = "{home}/roster.json"\n'


def phones() -> set[str]:
    """Name the phones of every story that is told."""
    return {phone for line in chain(*stories()) for phone in re.findall(r"PJSIP/(\d{4})\b", repr(line))}


async def crash_and_recover(home: Path, kills: int, in_start: int = 0) -> None:
    moments = random.Random(kills)
    more = rules_of(home)
    async with LoadedSwitch(stories(), SPEED) as switch, at_home(home, switch.port, more=more) as service:
        ways = [killed_under_load] * kills + [killed_while_starting] * in_start
        moments.shuffle(ways)
        for way in ways:
            await way(service, moments)
        await service.start()
        living = switch.living
        await asyncio.sleep(2)
        health = await service.health()
        assert await service.stop() == 0

    with TALLY.holds(IN_ITS_WORK, "after all kills: offers, joins and the ledger add up, nothing twice"):
        assert set(health["ledger"].values()) == {0}
        await everything_adds_up(home)
    with TALLY.holds(IN_ITS_WORK, "after all kills: records, state and every row are the journal's again"):
        await the_same_from_the_journal(home, service.logged("floor_recovered"))
    with TALLY.holds(IN_ITS_WORK, "after all kills: each is a gap, and no account stays open behind one"):
        gaps, recovered = len(rows(home / "record.sqlite")["gaps"]), len(service.logged("floor_recovered"))
        assert kills <= gaps <= recovered - 1 <= kills + in_start
        assert in_start or gaps == kills
        assert open_from_before_the_last_gap(home / "record.sqlite") <= living


async def everything_adds_up(home: Path) -> None:
    facts = replayed(home / "journal.sqlite", journal_end(home / "journal.sqlite"))[1]
    each_offer_ended_once_and_has_its_row(facts, home / "record.sqlite")
    await every_join_is_accounted_for(facts, home / "record.sqlite")


async def the_same_from_the_journal(home: Path, recovered: list[dict[str, Any]]) -> None:
    journal, database = home / "journal.sqlite", home / "record.sqlite"
    the_same_journal_gives_the_same_records(journal, database)
    the_same_journal_gives_the_same_state(journal, recovered)
    assert await rebuilt(journal, home / "rebuilt") == rows(database)


def each_offer_ended_once_and_has_its_row(facts: list[fx.Fact], database: Path) -> None:
    ended = [fact for fact in facts if isinstance(fact, fx.OfferEnded)]
    offers = Counter((f.uniqueid, f.queue, f.visit, f.offer.interface, f.offer.frames) for f in ended)
    assert offers.total() > 50
    assert set(offers.values()) == {1}
    assert len(rows(database)["offers"]) == offers.total()


async def every_join_is_accounted_for(facts: list[fx.Fact], database: Path) -> None:
    engine = open_engine(StoreSettings(url=f"sqlite:///{database}"))
    accounts = await ledger(engine)
    await engine.dispose()
    assert [account.difference for account in accounts] == [0] * len(accounts)
    joins = Counter(fact.queue for fact in facts if isinstance(fact, fx.VisitJoined))
    assert {account.queue: account.joined for account in accounts if account.joined} == joins


def the_same_journal_gives_the_same_records(journal: Path, database: Path) -> None:
    """Judge it again from its beginning, by what it says was in force: the same records, the same ids."""
    follower, told = Follower(RulesInForce(load_rulebook(), None)), set[tuple[str, str, str]]()
    with JournalReader(journal) as reader:
        for stored in reader.read():
            told |= {(v.id, v.rule, v.verdict.value) for v in follower.follow(*reread(stored)).violations}
    with closing(sqlite3.connect(database, timeout=30)) as connection:
        filed = set(connection.execute("SELECT id, rule, verdict FROM violations"))
    print(f"{len(filed)} records, the same from the journal", flush=True)
    assert filed == told
    assert len({one[0] for one in filed}) == len(filed)
    assert {"proposed"} <= {verdict for *_, verdict in filed}


def the_same_journal_gives_the_same_state(journal: Path, recovered: list[dict[str, Any]]) -> None:
    """Replay it again, from a saved state, and up to where each process recovered."""
    end = journal_end(journal)
    digest = replayed(journal, end)[0]
    with JournalReader(journal) as reader:
        state = reader.latest_state()
    assert state is not None
    restored = Follower.restore(state.blob)
    assert replayed(journal, end, restored, state.position)[0] == digest
    told = {line["position"]: line["hash"] for line in recovered}
    assert digests(journal, set(told)) == told


async def test_killed_at_random_moments_the_service_loses_nothing_that_it_promised(tmp_path: Path) -> None:
    await crash_and_recover(tmp_path, 4, 2)


@pytest.mark.soak
@pytest.mark.timeout(2400)
async def test_killed_two_hundred_times_the_service_loses_nothing_that_it_promised(tmp_path: Path) -> None:
    await crash_and_recover(tmp_path, 150, 50)
