"""`callcenter outbox`: what waits and what stands still is shown, and let go on, with an entry in the audit log."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from callcenter.cli.database import at_desk
from callcenter.exporter.outgoing import SinkNow
from callcenter.store import StoreSettings, UnitOfWork, upgrade
from callcenter.store.audit import page
from callcenter.store.outbox import OutboxKind, put
from callcenter.store.outbox_progress import SinkState, enlist, keep_state, park, parked, ready
from callcenter.tracker.outbox.publisher import Publisher
from callcenter.tracker.outbox.watch import sinks_now
from tests.integration.leaving import FakeSink
from tests.integration.office import opened
from tests.support.commands import run_command
from tests.unit.rules.detection.people import MONDAY

SINK = "webhook:crm"
HOSTILE = "Al\x1b[2Jice"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One sink of which a key is parked, and that is disabled."""
    monkeypatch.setenv("COLUMNS", "160")
    store = StoreSettings(url=f"sqlite:///{tmp_path}/callcenter.sqlite")
    asyncio.run(upgrade(store))
    (tmp_path / "settings.toml").write_text(
        f'[ami.events]\nusername = "e"\nsecret_file = "e"\n[ami.control]\nusername = "c"\nsecret_file = "c"\n'
        f'[store]\nurl = "{store.url}"\n'
    )
    at_desk(store, stand_still)
    return tmp_path


async def stand_still(unit: UnitOfWork, kind: OutboxKind = OutboxKind.VIOLATION) -> None:
    await enlist(unit.connection, SINK, {OutboxKind.VIOLATION, kind}, MONDAY)
    for told in range(2):
        await put(unit.connection, kind, HOSTILE, {"told": told}, MONDAY)
    ((one,),) = (await ready(unit.connection, SINK, MONDAY, 1, 1)).values()
    await park(unit.connection, SINK, one, "the receiver answers 422", MONDAY)
    await keep_state(unit.connection, SINK, SinkState(100, MONDAY, "it hangs"))


def told(home: Path, *words: str) -> str:
    ended = run_command("outbox", *words, "--settings", home / "settings.toml")
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.decode()


def test_whatever_stands_still_is_shown_and_goes_on(home: Path) -> None:
    shown = told(home, "list")
    assert "disabled after 100 failures: it hangs" in " ".join(shown.split())
    assert r"Al\x1b[2Jice" in shown
    assert "the receiver answers 422" in " ".join(shown.split())

    assert "接收方应答 422" in told(home, "list", "--lang", "zh-CN")

    told(home, "enable", SINK)
    assert told(home, "skip", SINK, HOSTILE, "--reason", "their fault") == "number 1 was passed over\n"
    assert [*told(home, "list").splitlines()[-1].split()][1:3] == ["sends", "1"]
    for words in (["skip", SINK, HOSTILE, "--reason", "x"], ["retry", SINK], ["enable", "webhook:none"]):
        assert run_command("outbox", *words, "--settings", home / "settings.toml").returncode == 2
    told(home, "forget", SINK)
    assert told(home, "list") == "nobody takes what leaves the service: set [mqtt], [[webhooks]] or [mail]\n"

    store = StoreSettings(url=f"sqlite:///{home}/callcenter.sqlite")
    entries = at_desk(store, lambda unit: page(unit.connection, 0, 9))
    assert [(one.told.action, one.told.subject, one.told.detail.get("reason")) for one in entries] == [
        ("enable", SINK, None),
        ("skip", SINK, "their fault"),
        ("forget", SINK, None),
    ]


def test_why_a_sink_fails_is_shown_before_it_is_disabled(home: Path) -> None:
    store = StoreSettings(url=f"sqlite:///{home}/callcenter.sqlite")

    async def fails(unit: UnitOfWork) -> None:
        await keep_state(unit.connection, SINK, SinkState(3, None, "the receiver answers 500"))

    at_desk(store, fails)
    assert "failed 3 times in a row: the receiver answers 500" in " ".join(told(home, "list").split())
    assert "接收方应答 500" in told(home, "list", "--lang", "zh-CN")


def test_what_is_parked_is_tried_again(home: Path) -> None:
    assert told(home, "retry", SINK, HOSTILE) == "1 keys are tried again\n"
    assert "422" not in told(home, "list")


def test_sink_that_is_still_set_is_not_forgotten(home: Path) -> None:
    """Nothing more would be put for it, until the service is started again."""
    crm = '\n[[webhooks]]\nname = "crm"\nurl = "https://crm.example"\nsecret_file = "k"\nkinds = ["call"]\n'
    with (home / "settings.toml").open("a") as settings:
        settings.write(crm)
    ended = run_command("outbox", "forget", SINK, "--settings", home / "settings.toml")
    assert (ended.returncode, b"still set" in ended.stderr) == (2, True)
    assert SINK in told(home, "list")


def test_what_is_passed_over_is_named_where_entries_of_several_kinds_are_parked(home: Path) -> None:
    store = StoreSettings(url=f"sqlite:///{home}/callcenter.sqlite")
    at_desk(store, lambda unit: stand_still(unit, OutboxKind.POP))
    skip = ("skip", SINK, HOSTILE, "--reason", "it is late")
    ended = run_command("outbox", *skip, "--settings", home / "settings.toml")
    assert (ended.returncode, b"--kind" in ended.stderr) == (2, True)
    assert "passed over" in told(home, *skip, "--kind", "pop")

    (left,) = at_desk(store, lambda unit: parked(unit.connection))
    assert left.key.kind is OutboxKind.VIOLATION


@pytest.mark.parametrize("reason", ["", " ", "x" * 81, "a\nb"])
def test_reason_is_one_line(home: Path, reason: str) -> None:
    ended = run_command("outbox", "skip", SINK, HOSTILE, "--reason", reason, "--settings", home / "settings.toml")
    assert (ended.returncode, b"one line" in ended.stderr) == (2, True)


async def test_gauges_are_told_how_sinks_are(tmp_path: Path) -> None:
    async with opened(tmp_path) as decisions:
        publisher = Publisher(decisions, [FakeSink()], lambda: MONDAY)
        await publisher.enlist()
        async with decisions.writing() as unit:
            await stand_still(unit)
        found = await sinks_now(decisions, publisher)

    assert found[SINK] == SinkNow(waiting=2, oldest_at=MONDAY, parked=1, disabled=True)
    assert found["fake"].results == {"sent": 0, "failed": 0, "refused": 0}
