"""The roster to be filled in: sound as it stands, in every form and language."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from callcenter.errors import BadInput
from callcenter.files.roster_sheet import import_roster
from callcenter.files.roster_template import write_template
from callcenter.locale import Language
from callcenter.staff.dates import datetime_of
from callcenter.staff.roster import roster_of

ZONE = "Asia/Shanghai"
TODAY = date(2026, 12, 31)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("name", ["roster.xlsx", "roster", "roster.json"])
def test_template_is_a_sound_roster_of_next_month(tmp_path: Path, name: str, language: Language) -> None:
    write_template(tmp_path / name, language, ZONE, TODAY)
    roster = roster_of(import_roster(tmp_path / name).sound())
    assert (roster.timezone, len(roster.seats), roster.legit_extensions) == (ZONE, 2, ("_10XX",))
    one, two = (seat.agent for seat in roster.seats)
    assert roster.queues_of(one, None) == {"consumers", "products"}
    ((begins, _),) = roster.shifts[two]
    assert datetime_of(begins, ZoneInfo(ZONE)).isoformat() == "2027-01-01T09:00:00+08:00"
    (morning, afternoon) = roster.duty[two]  # the meal is no duty
    assert afternoon[0] - morning[1] == 30 * 60_000_000


def test_template_as_sheets_plans_the_whole_month_and_its_last_day_off(tmp_path: Path) -> None:
    write_template(tmp_path / "roster", "en", ZONE, TODAY)
    days = [shift["from"][:10] for shift in import_roster(tmp_path / "roster").sound()["shifts"]]
    assert {day[:7] for day in days} == {"2027-01"}
    assert "2027-01-29" in days
    assert "2027-01-31" not in days


def test_template_speaks_the_language_of_whoever_fills_it_in(tmp_path: Path) -> None:
    write_template(tmp_path / "zh-CN", "zh-CN", ZONE, TODAY)
    write_template(tmp_path / "en", "en", ZONE, TODAY)
    assert (tmp_path / "zh-CN" / "坐席.csv").read_text("utf-8-sig").startswith("坐席,话机,班组,队列,开始,结束\n张三,")
    assert (tmp_path / "en" / "agents.csv").read_text("utf-8-sig").startswith("agent,interface,team,queues,from,to\n")


def test_template_is_never_written_over_a_roster_nor_in_a_form_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "roster.xlsx"
    path.write_bytes(b"mine")
    with pytest.raises(BadInput, match="exists already"):
        write_template(path, "en", ZONE, TODAY)
    with pytest.raises(BadInput, match="no form of a roster"):
        write_template(tmp_path / "roster.pdf", "en", ZONE, TODAY)
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("roster.xlsx", b"mine")]
