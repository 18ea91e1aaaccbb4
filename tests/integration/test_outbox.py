"""The outbox: with the transaction or not at all, in one order by key, and nothing personal in plain."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import structlog
from sqlalchemy import update

from callcenter.cases.customers import card_of, number_of
from callcenter.domain.frame import SECOND
from callcenter.rules.records.sealed import is_sealed
from callcenter.store import DecisionStore, JournalledFacts, Store
from callcenter.store.customers.sealing import MasterKeys, has_keys
from callcenter.store.customers.writes import Touch
from callcenter.store.outbox import OutboxEntry, OutboxKind, OutboxProgressRow, prune_outbox, put, put_all
from callcenter.store.outbox_progress import (
    OutboxKey,
    SinkBacklog,
    backlogs,
    enlist,
    failures_of,
    forget_sink,
    park,
    parked,
    put_off,
    ready,
    take_up,
    took,
)
from callcenter.tracker.pruning.database import KeepDays, delete_old, prune_database
from callcenter.usecases.customers.privacy import PrivacySettings
from callcenter.usecases.customers.save_customer import create_customer, delete_customer
from callcenter.usecases.file_records import Filed, file_records
from callcenter.usecases.tell_record import take_back
from tests.integration.api import Department, department, did
from tests.integration.office import dossier, propose, settings_of
from tests.integration.test_surveys import a_day
from tests.support.asyncapi import require_leaving_described
from tests.support.databases import DATABASES
from tests.unit.rules.detection.people import MONDAY, record

pytestmark = pytest.mark.usefixtures("database")

DAY = 86_400 * SECOND
KIND = OutboxKind.VIOLATION


SINK, OTHER = "webhook:one", "mqtt"


@pytest.fixture
async def work(tmp_path: Path) -> AsyncIterator[Department]:
    async with department(tmp_path) as found:
        await enlisted(found.decisions, SINK)
        yield found


async def enlisted(decisions: DecisionStore, sink: str, *kinds: OutboxKind) -> None:
    async with decisions.writing() as unit:
        await enlist(unit.connection, sink, kinds or tuple(OutboxKind), MONDAY)


async def runs(
    decisions: DecisionStore, sink: str = SINK, *, now: int = MONDAY, keys: int = 50, of_each: int = 1
) -> list[list[OutboxEntry]]:
    async with decisions.reading() as connection:
        return [*(await ready(connection, sink, now, keys, of_each)).values()]


async def waiting(decisions: DecisionStore, sink: str = SINK) -> list[OutboxEntry]:
    return [one for (one,) in await runs(decisions, sink)]


async def taken(decisions: DecisionStore, *entries: OutboxEntry, sink: str = SINK) -> None:
    async with decisions.adding() as unit:
        await took(unit.connection, sink, {OutboxKey(one.kind, one.key): one.n for one in entries}, MONDAY)


async def backlog(decisions: DecisionStore) -> dict[str, SinkBacklog]:
    async with decisions.reading() as connection:
        return await backlogs(connection)


async def puts(
    decisions: DecisionStore, key: str, told: int, *, desk: bool = True, then: Exception | None = None
) -> None:
    async with decisions.writing() if desk else decisions.adding() as unit:
        await put(unit.connection, KIND, key, {"told": told}, MONDAY)
        await asyncio.sleep(0)
        if then is not None:
            raise then


async def test_what_has_one_key_leaves_in_the_order_of_its_transactions_whoever_writes(
    work: Department, tmp_path: Path
) -> None:
    other = await DecisionStore.open(settings_of(tmp_path))
    stores = [work.decisions, other]
    await asyncio.gather(*(puts(stores[n % 2], f"k{n % 3}", n, desk=n % 4 > 1) for n in range(24)))
    await other.close()

    found: dict[str, list[int]] = {"k0": [], "k1": [], "k2": []}
    while now := await waiting(work.decisions):
        assert [one.key for one in now] == list(dict.fromkeys(one.key for one in now))
        for one in now:
            found[one.key].append(one.n)
        await taken(work.decisions, *now)

    assert list(found.values()) == [[*range(1, 9)]] * 3


async def test_what_is_put_together_is_numbered_as_one_after_the_other_and_only_where_somebody_wants_it(
    work: Department,
) -> None:
    await puts(work.decisions, "b", 0)
    async with work.decisions.adding() as unit:
        put_in = await put_all(unit.connection, KIND, [(key, {"told": n}) for n, key in enumerate("abba")], MONDAY)
        await forget_sink(unit.connection, SINK, MONDAY)
        unwanted = await put_all(unit.connection, KIND, [("a", {})], MONDAY)

    assert [(one.key, one.n, one.payload["told"]) for one in put_in] == [
        ("a", 1, 0),
        ("b", 2, 1),
        ("b", 3, 2),
        ("a", 2, 3),
    ]
    assert unwanted == []


async def test_look_at_what_came_since_passes_over_older_keys_and_never_gives_a_later_entry_first(
    work: Department,
) -> None:
    async with work.decisions.adding() as unit:
        await put_all(unit.connection, KIND, [("old", {}), ("both", {})], MONDAY)
        *_, tried = await put_all(unit.connection, KIND, [("both", {}), ("new", {}), ("tried", {})], MONDAY + 9)
        await put_off(unit.connection, SINK, tried, 1, MONDAY)
    async with work.decisions.reading() as connection:
        found = await ready(connection, SINK, MONDAY + 9, 50, 9, since=MONDAY + 9)
        everything = await ready(connection, SINK, MONDAY + 9, 50, 9)

    assert [key.key for key in found] == ["new"]
    assert {key.key: len(run) for key, run in everything.items()} == {"old": 1, "both": 2, "new": 1, "tried": 1}


async def test_what_is_taken_back_leaves_no_hole(work: Department, tmp_path: Path) -> None:
    await puts(work.decisions, "k", 1)
    with pytest.raises(KeyError):
        await puts(work.decisions, "k", 2, then=KeyError())
    await puts(work.decisions, "k", 3)

    rows = DATABASES.sql(settings_of(tmp_path), "SELECT n, payload FROM outbox ORDER BY n")
    assert [(n, told) for n, told in rows] == [(1, '{"told":1}'), (2, '{"told":3}')]


async def test_record_leaves_once_its_agent_was_notified_without_a_sentence_or_a_number(work: Department) -> None:
    made = await propose(work.decisions, caller="13812345678")
    assert await waiting(work.decisions) == []
    await did(work, made, ("sun", "notify"), ("alice", "explain"))

    (told,) = await waiting(work.decisions)

    require_leaving_described(told)
    assert (told.kind, told.key, told.n, told.made_at) == (KIND, "Alice", 1, work.now)
    assert told.payload == {
        "id": made,
        "rule": "V-MISSED",
        "agent": "Alice",
        "team": "hotline",
        "at": MONDAY + 1,
        "rulebook": "2026.1",
        "caller": None,
        "state": "notified",
        "verdict": "proposed",
        "severity": "minor",
        "points": 2,
        "decided_severity": None,
        "decided_points": None,
    }


async def test_whoever_heard_of_a_record_hears_what_becomes_of_it_and_of_others_nobody(work: Department) -> None:
    made = await propose(work.decisions)
    await did(work, made, ("sun", "notify"), ("alice", "explain"), ("sun", "confirm"))
    await did(work, made, ("alice", "appeal"), ("ma", "overturn"))
    unheard = await propose(work.decisions, 2)
    async with work.decisions.writing() as unit:
        await take_back(unit, unheard, "not so", work.now)
    faulty = await propose(work.decisions, 3)
    await did(work, faulty, ("sun", "notify"))
    async with work.decisions.writing() as unit:
        await take_back(unit, faulty, "not so", work.now)

    told = [await next_told(work) for _ in range(5)]

    assert [(one.n, one.payload["state"], one.payload["decided_points"]) for one in told] == [
        (1, "notified", None),
        (2, "confirmed", 2),
        (3, "overturned", None),
        (4, "notified", None),
        (5, "withdrawn", None),
    ]
    assert await waiting(work.decisions) == []


async def next_told(work: Department) -> OutboxEntry:
    (told,) = await waiting(work.decisions)
    require_leaving_described(told)
    await taken(work.decisions, told)
    return told


async def test_deleted_customer_cannot_be_read_in_what_is_to_leave(work: Department, tmp_path: Path) -> None:
    privacy, number = PrivacySettings(key_file=tmp_path / "keys"), "13812345678"
    MasterKeys.new().write(tmp_path / "keys")
    one = dossier(caller=number, evidence=[])
    async with work.decisions.writing() as unit:
        filed = Filed(one, record(agent="Alice"), work.in_force.rulebook, MONDAY)
        await file_records(unit, [filed], privacy)
        card = card_of({"name": "x", "numbers": [number_of(number)]})
        await create_customer(unit, "c" * 32, card, Touch(by="ma", at=MONDAY))
    await did(work, one.id, ("sun", "notify"))
    (told,) = await waiting(work.decisions)
    token = told.payload["caller"]
    require_leaving_described(told)
    async with work.decisions.writing() as unit:
        before = await has_keys(unit.connection, [token])
        await delete_customer(unit, "c" * 32, None, Touch(by="ma", at=MONDAY))
        after = await has_keys(unit.connection, [token])

    assert (is_sealed(token), before, after) == (True, True, False)
    ((kept,),) = DATABASES.sql(settings_of(tmp_path), "SELECT payload FROM outbox")
    assert number[-4:] not in kept.replace(token, "")


async def test_pop_of_a_customer_who_was_deleted_leaves_no_more(work: Department, tmp_path: Path) -> None:
    card = card_of({"name": "x", "numbers": [number_of("13812345678")]})
    async with work.decisions.writing() as unit:
        await create_customer(unit, "c" * 32, card, Touch(by="ma", at=MONDAY))
        for who in ("d", "c", "d"):
            told = {"caller": "138****5678", "customers": [{"id": who * 32, "class": "A%"}]}
            await put(unit.connection, OutboxKind.POP, "Alice", told, MONDAY)
        await delete_customer(unit, "c" * 32, None, Touch(by="ma", at=MONDAY))

    assert [[one.n for one in run] for run in await runs(work.decisions, of_each=9)] == [[1, 3]]


async def test_survey_that_was_asked_leaves_when_it_is_over(work: Department, tmp_path: Path) -> None:
    store = await Store.open(settings_of(tmp_path), "pbx")
    await store.write([JournalledFacts(1, a_day().facts)], 1)
    await store.close()

    surveys = [one for one in await waiting(work.decisions) if one.kind is OutboxKind.SURVEY]
    require_leaving_described(*surveys)
    told = [(one.key, one.n, one.payload["result"], one.payload["service"]) for one in surveys]

    assert sorted(told) == [("Alice", 1, "answered", 1), ("Zoe", 1, "partial", 2)]
    kept = DATABASES.sql(settings_of(tmp_path), "SELECT key, n FROM outbox WHERE kind = 'survey' ORDER BY key, n")
    assert kept == [("Alice", 1), ("Alice", 2), ("Zoe", 1)]


async def test_calls_leave_as_they_are_queued_answered_abandoned_and_ended_without_a_number(
    work: Department, tmp_path: Path
) -> None:
    store = await Store.open(settings_of(tmp_path), "pbx")
    await store.write([JournalledFacts(1, a_day().facts)], 1)
    await store.close()

    require_leaving_described(*await waiting(work.decisions))
    kept = DATABASES.sql(settings_of(tmp_path), "SELECT key, n, payload FROM outbox WHERE kind = 'call' ORDER BY n")
    calls: dict[str, list[dict[str, Any]]] = {}
    for key, _, payload in kept:
        calls.setdefault(key, []).append(msgspec.json.decode(payload))
    first = next(iter(calls.values()))
    assert [one["event"] for one in first] == ["queued", "answered", "ended"]
    assert (first[0]["queue"], first[2]["visits"][0]["queue"]) == (first[1]["queue"], first[1]["queue"])
    assert first[2]["visits"][0]["outcome"] == "answered"
    assert {[one["event"] for one in call][-1] for call in calls.values()} == {"ended"}
    callers = DATABASES.sql(settings_of(tmp_path), "SELECT caller FROM visits WHERE caller <> ''")
    assert callers
    assert not any(caller in payload for (caller,) in callers for _, _, payload in kept)


async def test_what_is_old_goes_whether_it_left_or_not_and_numbers_go_on(work: Department) -> None:
    for _ in range(2):
        await puts(work.decisions, "k", 1)
    await taken(work.decisions, *await waiting(work.decisions))
    async with work.decisions.writing() as unit:
        young = await prune_outbox(unit.connection, MONDAY, MONDAY)
    with structlog.testing.capture_logs() as logs:
        await delete_old(work.decisions, KeepDays(30, 0), MONDAY + 30 * DAY + 1, MONDAY + 30 * DAY + 1)
    await puts(work.decisions, "k", 3)

    assert (tuple(young), [(one["left_count"], one["untaken_count"]) for one in logs]) == ((0, 0), [(1, 1)])
    assert [one.n for one in await waiting(work.decisions)] == [3]


@pytest.mark.parametrize(("said", "left"), [((0, 90, 90, 90, 90, 90, 90, 0, 90), 1), ((90,) * 7, 0)])
async def test_clock_must_say_for_hours_that_something_is_old_which_nobody_took(
    work: Department, said: tuple[int, ...], left: int
) -> None:
    await puts(work.decisions, "k", 1)
    days = [*said]
    with pytest.raises(IndexError):
        await prune_database(work.decisions, lambda: KeepDays(30, 0), lambda: MONDAY + days.pop(0) * DAY, every=0)

    assert len(await waiting(work.decisions)) == left


async def test_call_that_is_long_over_leaves_no_number_behind(work: Department, tmp_path: Path) -> None:
    async with work.decisions.adding() as unit:
        for kind in (OutboxKind.CALL, OutboxKind.POP):
            await put(unit.connection, kind, "1.1", {}, MONDAY)
    async with work.decisions.writing() as unit:
        await prune_outbox(unit.connection, MONDAY + 1, MONDAY + 1)

    assert DATABASES.sql(settings_of(tmp_path), "SELECT kind FROM outbox_keys") == [("pop",)]


async def test_what_nobody_wants_is_not_put(tmp_path: Path) -> None:
    async with department(tmp_path) as nobody:
        await enlisted(nobody.decisions, SINK, OutboxKind.SURVEY)
        async with nobody.decisions.adding() as unit:
            assert await put(unit.connection, KIND, "k", {}, MONDAY) is None

    assert DATABASES.sql(settings_of(tmp_path), "SELECT 1 FROM outbox UNION SELECT 1 FROM outbox_keys") == []


async def test_sinks_come_on_each_at_its_pace_and_what_both_have_has_left(work: Department, tmp_path: Path) -> None:
    await puts(work.decisions, "k", 1)
    await enlisted(work.decisions, OTHER)
    for told in (2, 3):
        await puts(work.decisions, "k", told)

    assert [[one.n for one in run] for run in await runs(work.decisions, of_each=2)] == [[1, 2]]
    assert [[one.n for one in run] for run in await runs(work.decisions, OTHER, of_each=9)] == [[2, 3]]
    ((two, three),) = await runs(work.decisions, OTHER, of_each=9)
    await taken(work.decisions, three, sink=OTHER)
    assert await backlog(work.decisions) == {SINK: SinkBacklog(3, MONDAY), OTHER: SinkBacklog()}
    await taken(work.decisions, two)
    kept = DATABASES.sql(settings_of(tmp_path), "SELECT n FROM outbox WHERE left_at IS NULL")
    assert (kept, [one.n for one in await waiting(work.decisions)]) == ([(3,)], [3])
    await taken(work.decisions, three)
    await puts(work.decisions, "k", 4)

    assert DATABASES.sql(settings_of(tmp_path), "SELECT n FROM outbox WHERE left_at IS NULL") == [(4,)]
    assert DATABASES.sql(settings_of(tmp_path), "SELECT 1 FROM outbox_progress") == []
    assert [(await waiting(work.decisions, sink))[0].n for sink in (SINK, OTHER)] == [4, 4]


async def test_what_two_sinks_took_at_once_has_left_within_the_hour(work: Department, tmp_path: Path) -> None:
    await enlisted(work.decisions, OTHER)
    await puts(work.decisions, "k", 1)
    (one,) = await waiting(work.decisions)
    await taken(work.decisions, one)
    async with work.decisions.adding() as unit:  # as if the other had not seen it
        await unit.execute(update(OutboxProgressRow).values(done=0))
    await taken(work.decisions, one, sink=OTHER)
    async with work.decisions.adding() as unit:
        await unit.execute(update(OutboxProgressRow).values(done=1))
    before = DATABASES.sql(settings_of(tmp_path), "SELECT n FROM outbox WHERE left_at IS NULL")
    await delete_old(work.decisions, KeepDays(30, 0), MONDAY + 1, None)

    assert (before, DATABASES.sql(settings_of(tmp_path), "SELECT n FROM outbox WHERE left_at IS NULL")) == ([(1,)], [])


async def test_sink_that_is_forgotten_is_waited_for_no_longer(work: Department, tmp_path: Path) -> None:
    await enlisted(work.decisions, OTHER)
    for key in ("a", "b"):
        await puts(work.decisions, key, 1)
    await taken(work.decisions, (await waiting(work.decisions))[0])
    async with work.decisions.writing() as unit:
        assert await forget_sink(unit.connection, OTHER, MONDAY)
        assert not await forget_sink(unit.connection, OTHER, MONDAY)

    assert len(DATABASES.sql(settings_of(tmp_path), "SELECT key FROM outbox WHERE left_at IS NOT NULL")) == 1
    assert [*await backlog(work.decisions)] == [SINK]


async def test_sink_that_takes_less_lets_go_what_the_others_have(work: Department, tmp_path: Path) -> None:
    await enlisted(work.decisions, OTHER)
    await puts(work.decisions, "a", 1)
    await taken(work.decisions, *await waiting(work.decisions))
    await enlisted(work.decisions, OTHER, OutboxKind.POP)

    assert DATABASES.sql(settings_of(tmp_path), "SELECT 1 FROM outbox WHERE left_at IS NULL") == []


async def test_what_was_parked_of_a_kind_is_not_when_the_sink_takes_that_kind_again(work: Department) -> None:
    await enlisted(work.decisions, OTHER)
    await puts(work.decisions, "a", 1)
    (one,) = await waiting(work.decisions)
    async with work.decisions.adding() as unit:
        await park(unit.connection, SINK, one, "no", MONDAY)
    await enlisted(work.decisions, SINK, OutboxKind.POP)

    assert (await backlog(work.decisions))[SINK] == SinkBacklog()
    await enlisted(work.decisions, SINK)
    await puts(work.decisions, "a", 2)
    assert [one.n for one in await waiting(work.decisions)] == [2]


async def test_key_that_fails_waits_alone(work: Department) -> None:
    for key in ("a", "b"):
        await puts(work.decisions, key, 1)
    one, other = await waiting(work.decisions)
    async with work.decisions.adding() as unit:
        await put_off(unit.connection, SINK, one, 1, MONDAY + 2)
        await put_off(unit.connection, SINK, one, 2, MONDAY + 9)
        assert await failures_of(unit.connection, SINK, OutboxKey(one.kind, one.key)) == 2

    assert await waiting(work.decisions) == [other]
    assert {run.key for (run,) in await runs(work.decisions, now=MONDAY + 9)} == {"a", "b"}


async def test_key_that_failed_is_tried_again_however_much_waits_beside(work: Department) -> None:
    await puts(work.decisions, "failed", 1)
    (one,) = await waiting(work.decisions)
    for key in "abcdefgh":
        await puts(work.decisions, key, 1)
    async with work.decisions.adding() as unit:
        await put_off(unit.connection, SINK, one, 1, MONDAY)

    found = {keys: [run.key for (run,) in await runs(work.decisions, keys=keys)] for keys in (1, 4, 9)}

    assert ("failed" in found[1], "failed" in found[4], "failed" in found[9]) == (False, True, True)
    assert [len(keys) for keys in found.values()] == [1, 4, 9]


async def test_parked_key_goes_on_with_its_entry_or_behind_it(work: Department) -> None:
    for told in (1, 2):
        await puts(work.decisions, "a", told)
    (one,) = await waiting(work.decisions)
    for done in (None, one.n):
        async with work.decisions.writing() as unit:
            await park(unit.connection, SINK, one, "no", MONDAY + 5)
            (held,) = await parked(unit.connection)
        assert (held.key, held.n, held.at, held.why) == ((KIND, "a"), 1, MONDAY + 5, "no")
        assert (await waiting(work.decisions), (await backlog(work.decisions))[SINK].parked) == ([], 1)
        async with work.decisions.writing() as unit:
            assert await take_up(unit.connection, held, done)
            assert not await take_up(unit.connection, held, done)
        assert [run.n for run in await waiting(work.decisions)] == [1 if done is None else 2]
