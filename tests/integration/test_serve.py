"""The service as a process: what stops it at its start, what never stops it later, and what it says meanwhile."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from callcenter.journal import Journal, JournalSettings
from tests.integration.loaded_switch import SECRETS, LoadedSwitch, stories
from tests.integration.service import Service, at_home

SPEED = 8.0
JOINS_SEEN = "SELECT count(*) FROM visits WHERE joined_at IS NOT NULL"


@pytest.fixture
async def switch() -> AsyncIterator[LoadedSwitch]:
    async with LoadedSwitch(stories(), SPEED) as loaded:
        yield loaded


@pytest.fixture
async def service(tmp_path: Path, switch: LoadedSwitch) -> AsyncIterator[Service]:
    async with at_home(tmp_path, switch.port) as home:
        yield home


def select(service: Service, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(service.home / "record.sqlite", timeout=30)) as connection:
        return connection.execute(query).fetchall()


async def refusal(service: Service) -> tuple[int, str]:
    """Start the service; gives its exit code and its last words."""
    code, errors = await service.run("serve")
    last = errors.splitlines()[-1]
    assert "Traceback" not in errors
    assert all(secret not in errors for secret in SECRETS.values())
    return code, last


def ready(answer: httpx.Response) -> bool:
    return answer.status_code == httpx.codes.OK


def unready(answer: httpx.Response) -> bool:
    return answer.status_code == httpx.codes.SERVICE_UNAVAILABLE


async def test_a_database_that_was_not_migrated_stops_it(tmp_path: Path) -> None:
    code, last = await refusal(Service(tmp_path, 1))
    assert code == 4
    assert last.endswith("run: callcenter db upgrade")


async def test_a_refused_login_stops_it(tmp_path: Path, switch: LoadedSwitch) -> None:
    async with at_home(tmp_path, switch.port, secrets={"events": "wrong", "control": "wrong"}) as service:
        code, last = await refusal(service)
    assert code == 3
    assert "refused manager login" in last


async def test_a_switch_that_is_not_there_stops_it(tmp_path: Path) -> None:
    async with at_home(tmp_path, 1) as service:
        code, last = await refusal(service)
    assert code == 3
    assert "nothing listens on 127.0.0.1:1" in last


async def test_a_misspelt_setting_stops_it(service: Service) -> None:
    with service.settings.open("a") as file:
        file.write("[sight]\nname = 'x'\n")
    code, last = await refusal(service)
    assert code == 2
    assert "sight is not a setting" in last


async def test_a_taken_port_stops_it(service: Service) -> None:
    taken = await asyncio.start_server(lambda _r, _w: None, "127.0.0.1", 0)
    port = taken.sockets[0].getsockname()[1]
    service.settings.write_text(service.settings.read_text().replace("port = 0", f"port = {port}"))
    code, last = await refusal(service)
    taken.close()
    assert code == 2
    assert f"cannot listen on 127.0.0.1:{port}" in last


async def test_a_disk_that_is_nearly_full_stops_it(service: Service) -> None:
    plenty = 1 << 60
    service.settings.write_text(
        service.settings.read_text().replace("min_free_bytes = 0", f"min_free_bytes = {plenty}")
    )
    code, last = await refusal(service)
    assert code == 4
    assert "free some space" in last


async def test_a_second_service_in_the_same_place_stops_at_once(service: Service) -> None:
    await service.start()
    code, last = await refusal(service)
    assert code == 4
    assert "already being written" in last


async def test_a_database_of_another_journal_stops_it(service: Service) -> None:
    await (await Journal.open(JournalSettings(path=service.home / "journal.sqlite", min_free_bytes=0))).close()
    with closing(sqlite3.connect(service.home / "record.sqlite")) as connection, connection:
        connection.execute("INSERT INTO position (node, journal_position) VALUES ('pbx', 5000)")
    code, last = await refusal(service)
    assert code == 4
    assert "it is another journal" in last


async def test_a_switch_that_comes_later_is_waited_for_where_settings_say_so(tmp_path: Path) -> None:
    async with LoadedSwitch(stories(), SPEED) as switch:
        await switch.vanish()
        async with at_home(tmp_path, switch.port, ami="wait_at_start = true") as service:
            await service.launch()
            answer = await service.until("/readyz", unready)
            assert "the switch is not connected" in answer.text
            await switch.listen()
            await service.until("/readyz", ready)
            assert await service.stop() == 0


async def test_a_lost_switch_is_found_again_and_the_gap_is_kept(service: Service, switch: LoadedSwitch) -> None:
    await service.start()
    await switch.vanish()
    await service.until("/metrics", lambda answer: 'callcenter_ami_up{node="pbx"} 0.0' in answer.text)
    assert (await service.health())["gap_open_at"] is not None
    await switch.listen()
    await service.until("/readyz", ready)
    health = await service.health()
    assert await service.stop() == 0
    assert health["gap_seconds"] > 0
    assert set(health["ledger"].values()) == {0}
    ((start, end, cause),) = select(service, "SELECT started_at, ended_at, cause FROM gaps")
    assert 0 < start < end
    assert cause == "link"


async def test_after_a_restart_of_the_switch_nobody_waits_from_before(service: Service, switch: LoadedSwitch) -> None:
    await service.start()
    # somebody of whom the service knows, and who has not left when the switch is gone
    known = "SELECT uniqueid FROM visits WHERE outcome IS NULL"
    await service.until("/healthz", lambda _: {(uid,) for uid in switch.waiting} & {*select(service, known)})
    await switch.vanish()
    await service.until("/readyz", unready)  # else it may still say that it is ready, of the login that was cut
    switch.restart()
    await switch.listen()
    await service.until("/readyz", ready)
    assert await service.stop() == 0
    ((position, cause),) = select(service, "SELECT ended_position, cause FROM gaps")
    assert cause == "restart"
    before = f"FROM visits WHERE joined_position < {position}"
    assert select(service, f"SELECT count(*) {before} AND outcome IS NULL") == [(0,)]
    assert select(service, f"SELECT count(*) {before} AND outcome = 'switch_down'") > [(0,)]


async def test_between_two_runs_lies_a_gap(service: Service) -> None:
    for _ in range(2):
        await service.start()
        await service.until("/healthz", lambda answer: answer.json()["frames"]["parsed"] > 300)
        assert await service.stop() == 0
    assert select(service, "SELECT cause FROM gaps") == [("link",)]
    stopped = [line["position"] for line in service.logged("state_saved")][-1]
    assert select(service, "SELECT journal_position FROM position") == [(stopped,)]


async def test_without_evidence_grade_settings_it_runs_and_says_so(tmp_path: Path) -> None:
    async with LoadedSwitch(stories(), SPEED, graded=False) as switch, at_home(tmp_path, switch.port) as service:
        await service.start()
        await service.until("/metrics", lambda answer: 'callcenter_evidence_grade{node="pbx"} 0.0' in answer.text)
        await service.until("/healthz", lambda _: select(service, JOINS_SEEN) > [(0,)])
        health = await service.health()
        assert await service.stop() == 0
        assert health["evidence_grade"] is False
        assert len(service.logged("evidence_grade_missing")) == 1


async def test_commands_tell_the_schema(service: Service) -> None:
    assert await service.run("db", "current") == (0, "")
