"""A disposition that is refused is told to nobody; one that is half kept is said to be so."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from callcenter.errors import DiskFull
from tests.integration.api import Department, department
from tests.integration.test_api_calls import SAID, in_an_hour, talk

PATH = "/calls/1.0/dispositions"


@pytest.fixture
async def work(tmp_path: Path) -> AsyncIterator[Department]:
    async with department(tmp_path) as found:
        await talk(found, 0, "Alice")
        await talk(found, 1, "Alice")
        yield found


def alter(folder: Path, statement: str) -> None:
    with closing(sqlite3.connect(folder / "callcenter.sqlite", timeout=30)) as connection, connection:
        connection.execute(statement)


async def test_a_key_that_was_used_for_another_request_replaces_no_promise(work: Department) -> None:
    alice = await work.signed_in("alice")
    promise = SAID | {"callback_to": "0571-8800 1234", "callback_by": in_an_hour(work)}
    assert (await alice.send("POST", PATH, promise, Idempotency_Key="one-intent")).status_code == 201
    refused = await alice.send("POST", PATH, SAID, Idempotency_Key="one-intent")
    assert refused.status_code == 409
    assert [said.callback_to for said in work.disposed] == ["0571-8800 1234"]


async def test_the_same_request_again_is_told_once(work: Department) -> None:
    alice = await work.signed_in("alice")
    for _ in range(3):
        assert (await alice.send("POST", PATH, SAID, Idempotency_Key="one-intent")).status_code == 201
    assert len(work.disposed) == 1


async def test_what_the_database_does_not_take_is_not_told(work: Department, tmp_path: Path) -> None:
    alice = await work.signed_in("alice")
    alter(tmp_path, "CREATE TRIGGER full BEFORE INSERT ON answers BEGIN SELECT RAISE(FAIL, 'full'); END")
    refused = await alice.send("POST", PATH, SAID)
    assert (refused.status_code, refused.json()["type"].rpartition(":")[2]) == (503, "unavailable")
    assert work.disposed == []


async def test_what_the_journal_does_not_take_is_not_kept_and_said_so(work: Department) -> None:
    alice = await work.signed_in("alice")
    work.journal_fault = DiskFull("the journal is full")
    refused = await alice.send("POST", PATH, SAID)
    assert (refused.status_code, refused.json()["type"].rpartition(":")[2]) == (503, "journal-unavailable")
    work.journal_fault = None
    assert (await alice.get(PATH)).json()["items"] == []


async def test_what_only_the_journal_has_is_said_to_be_half_kept_and_made_whole_by_asking_again(
    work: Department, tmp_path: Path
) -> None:
    alice = await work.signed_in("alice")
    alter(tmp_path, "CREATE TABLE early (n INTEGER PRIMARY KEY)")
    alter(tmp_path, "CREATE TABLE late (n INTEGER REFERENCES early (n) DEFERRABLE INITIALLY DEFERRED)")
    trigger = "CREATE TRIGGER late AFTER INSERT ON answers BEGIN INSERT INTO late VALUES (7); END"
    alter(tmp_path, trigger)  # a deferred reference to nothing: the transaction fails at its commit and no earlier
    half = await alice.send("POST", PATH, SAID, Idempotency_Key="one-intent")
    assert (half.status_code, half.json()["type"].rpartition(":")[2]) == (503, "half-kept")
    assert len(work.disposed) == 1
    alter(tmp_path, "DROP TRIGGER late")
    assert (await alice.send("POST", PATH, SAID, Idempotency_Key="one-intent")).status_code == 201
    assert len((await alice.get(PATH)).json()["items"]) == 1
