"""A gap in the record is filled from queue_log: what ended in it, what came and went in it, and nothing else."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from callcenter.ami.items import FramesRead, LoginLost, LoginOpened
from callcenter.files.rulebook import load_rulebook
from callcenter.tracker import RulesInForce
from callcenter.tracker.inputs import SiteFacts
from tests.integration.gaps import QUEUE, Logged, at, beats, gives_up, is_there, joins, lines, logged, read_at, write
from tests.integration.house import EPOCH, NOW, Script, together, until_true

ABANDONS, STAYS, SERVED, JOINS_UNSEEN = (f"{EPOCH - 10}.{number}" for number in range(4))


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callcenter.tracker.switch_log.log_watch.LOOK_SECONDS", 0.01)


BEFORE = lines(f"1|{ABANDONS}|{QUEUE}|NONE|ENTERQUEUE||138|1", f"2|{STAYS}|{QUEUE}|NONE|ENTERQUEUE||139|2")
MEANWHILE = lines(
    f"10|{ABANDONS}|{QUEUE}|NONE|ABANDON|1|1|9",
    f"12|{SERVED}|{QUEUE}|NONE|ENTERQUEUE||137|2",
    f"15|{SERVED}|{QUEUE}|Alice|CONNECT|3|{SERVED}9|2",
    f"20|{JOINS_UNSEEN}|{QUEUE}|NONE|ENTERQUEUE||136|2",
    f"25|{SERVED}|{QUEUE}|Alice|COMPLETECALLER|3|10|2",
)
AFTER = lines(f"45|{STAYS}|{QUEUE}|NONE|ABANDON|1|2|43", f"46|{JOINS_UNSEEN}|{QUEUE}|NONE|ABANDON|1|2|26")


def both_join(script: Script) -> FramesRead:
    """Two callers, by AMI."""
    blocks = [b for n, uid in enumerate((ABANDONS, STAYS), 1) for b in joins(script, n, uid)]
    return together(blocks)


def rows(home: Path) -> dict[str, tuple[Any, ...]]:
    question = "SELECT uniqueid, outcome, agent, joined_at, left_at, ended_at, ended_by, filled, n FROM visits"
    with closing(sqlite3.connect(home / "record.sqlite", timeout=30)) as connection:
        return {row[0]: row[1:] for row in connection.execute(question)}


def account(home: Path) -> tuple[int, int]:
    """Count joins, and visits that ended."""
    question = "SELECT count(joined_position), count(outcome) FROM visits"
    with closing(sqlite3.connect(home / "record.sqlite", timeout=30)) as connection:
        found: tuple[int, int] = connection.execute(question).fetchone()
    return found


WANTED = {
    ABANDONS: ("abandoned", None, at(1), at(10), None, "caller", '["ended_by","left_at","outcome"]', 1),
    STAYS: ("abandoned", None, at(2), at(45), None, "caller", None, 1),
    SERVED: (
        "answered",
        "Alice",
        at(12),
        at(15),
        at(25),
        "caller",
        '["joined_at","left_at","answered_at","ended_at","outcome"]',
        1,
    ),
    JOINS_UNSEEN: ("abandoned", None, at(20), at(46), None, "caller", '["joined_at"]', 1),
}


async def login_lost(home: Logged) -> None:
    """The login is lost while the service runs: it reads the log on, and then learns what is there."""
    script = home.script
    script.say(LoginOpened("pbx", NOW, 1, "11"), both_join(script))
    living = asyncio.create_task(home.live())
    await until_true(lambda: read_at(home) is not None)
    script.say(LoginLost("pbx", NOW, "gone"))
    write(home.path, MEANWHILE)
    await comes_back(home)
    await living


async def comes_back(home: Logged) -> None:
    script = home.script
    script._seq += 50
    script.say(LoginOpened("pbx", NOW, 2, "11"), *beats(script, 40), is_there((STAYS, 38), (JOINS_UNSEEN, 20)))
    script.say(together(gives_up(script, 45, STAYS) + gives_up(script, 46, JOINS_UNSEEN)))
    write(home.path, AFTER)
    script.say(*beats(script, *range(48, 60)))
    await until_true(lambda: home.filled == 3)
    script.end()


async def test_a_gap_between_two_logins_is_filled(tmp_path: Path) -> None:
    async with logged(tmp_path) as home:
        write(home.path, BEFORE)
        await login_lost(home)
    assert rows(tmp_path) == WANTED
    assert account(tmp_path) == (4, 4)


async def test_a_gap_between_two_runs_is_filled_through_a_rotation_of_the_log(tmp_path: Path) -> None:
    async with logged(tmp_path) as home:
        write(home.path, BEFORE)
        home.script.say(LoginOpened("pbx", NOW, 1, "11"), both_join(home.script))
        home.script.end()
        await home.live()
    write(home.path, MEANWHILE[:200])
    rotated = home.path.rename(home.path.with_suffix(".1"))
    os.utime(rotated, (EPOCH + 15, EPOCH + 15))
    write(home.path, MEANWHILE[200:])
    async with logged(tmp_path) as again:
        again.script._seq = 50
        living = asyncio.create_task(again.live())
        await comes_back(again)
        await living
    assert rows(tmp_path) == WANTED
    assert account(tmp_path) == (4, 4)


async def test_what_was_filled_is_not_filled_again_and_comes_back_from_the_journal(tmp_path: Path) -> None:
    async with logged(tmp_path) as home:
        write(home.path, BEFORE)
        await login_lost(home)
    async with logged(tmp_path) as again:
        again.script._seq = 500
        again.script.say(LoginOpened("pbx", NOW, 1, "11"), *beats(again.script, 70), is_there(at_second=70))
        again.script.say(*beats(again.script, *range(71, 80)))
        living = asyncio.create_task(again.live())
        await until_true(lambda: again.looked > at(70))
        again.script.end()
        await living
        assert again.filled == 0
    (tmp_path / "record.sqlite").unlink()
    async with logged(tmp_path) as rebuilt:
        rebuilt.script.end()
        await rebuilt.live()
    assert rows(tmp_path) == WANTED


async def test_a_call_that_was_not_hidden_is_never_taken_from_the_log(tmp_path: Path) -> None:
    forged = lines(f"50|{SERVED}|{QUEUE}|NONE|ENTERQUEUE||137|2", f"52|{SERVED}|{QUEUE}|NONE|ABANDON|1|2|2")
    async with logged(tmp_path) as home:
        write(home.path, BEFORE)
        home.script.say(LoginOpened("pbx", NOW, 1, "11"), both_join(home.script))
        living = asyncio.create_task(home.live())
        await until_true(lambda: read_at(home) is not None)
        home.script.say(LoginLost("pbx", NOW, "gone"), LoginOpened("pbx", NOW, 2, "11"), *beats(home.script, 4))
        home.script.say(is_there((ABANDONS, 3), (STAYS, 2), at_second=4))
        write(home.path, forged)
        home.script.say(*beats(home.script, *range(50, 60)))
        await until_true(lambda: home.looked > at(54))
        home.script.end()
        await living
        assert home.filled == 0
    assert set(rows(tmp_path)) == {ABANDONS, STAYS}


async def test_agents_are_called_by_the_roster_or_not_at_all(tmp_path: Path) -> None:
    async with logged(tmp_path) as home:
        home.in_force = RulesInForce(load_rulebook(), None, SiteFacts(names={"PJSIP/1001": "王芳"}))
        write(home.path, BEFORE)
        await login_lost(home)
    assert rows(tmp_path)[SERVED][:2] == ("answered", None)
