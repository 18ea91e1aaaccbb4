"""The calendar's gauge, and the doctor's line on it."""

from __future__ import annotations

import asyncio
from datetime import date, datetime
from itertools import chain, repeat
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from callcenter.cli.service.doctor_calendar import inspect_calendar
from callcenter.config import Settings, load_settings
from callcenter.rules.records.steps import Terms
from callcenter.staff.dates import micros_of
from callcenter.staff.workdays import Workdays
from callcenter.tracker.calendar_watch import CalendarWatch

SHANGHAI = ZoneInfo("Asia/Shanghai")
KNOWN, UNKNOWN = (micros_of(datetime(year, 3, 2, 12, tzinfo=SHANGHAI)) for year in (2026, 2055))


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.delenv("CALLCENTER_SETTINGS", raising=False)
    path = tmp_path / "callcenter.toml"
    logins = "".join(f"[ami.{name}]\nusername = '{name}'\nsecret_file = 'secret'\n" for name in ("events", "control"))
    path.write_text(f"{logins}[rules]\nroster = '{tmp_path / 'roster.json'}'\n")
    return load_settings(path)


def rostered(settings: Settings, day: str) -> None:
    assert settings.rules.roster is not None
    settings.rules.roster.write_text(
        '{"timezone": "Asia/Shanghai", "agents": [{"agent": "Alice", "interface": "PJSIP/1001"}],'
        f' "shifts": [{{"agent": "Alice", "from": "{day}T09:00", "to": "{day}T18:00"}}]}}'
    )


async def test_gauge_follows_the_calendar() -> None:
    told: asyncio.Queue[bool] = asyncio.Queue()
    moments = chain([KNOWN, KNOWN, UNKNOWN], repeat(KNOWN))
    watch = CalendarWatch(Terms(days=Workdays(SHANGHAI)), lambda: None, lambda: next(moments))
    task = asyncio.create_task(watch.watch(told.put_nowait, every=0))
    async with asyncio.timeout(10):
        assert [await told.get() for _ in range(4)] == [False, False, True, False]
    task.cancel()


def test_doctor_says_that_every_day_is_known(settings: Settings) -> None:
    rostered(settings, "2026-03-10")
    check = inspect_calendar(settings, KNOWN)
    assert (check.name, check.verdict, check.remedy) == ("calendar", "ok", "")


def test_doctor_warns_of_a_roster_that_reaches_into_days_that_nobody_has_announced(settings: Settings) -> None:
    rostered(settings, "2055-03-10")
    check = inspect_calendar(settings, micros_of(datetime(2055, 3, 9, tzinfo=SHANGHAI)))
    assert (check.verdict, str(date(2055, 3, 9)) in check.found, "web.free_days" in check.remedy) == (
        "warn",
        True,
        True,
    )


def test_doctor_does_not_know_where_the_roster_cannot_be_read(settings: Settings) -> None:
    check = inspect_calendar(settings, KNOWN)
    assert (check.verdict, "roster.json" in check.found) == ("unknown", True)
