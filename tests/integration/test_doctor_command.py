"""`callcenter doctor`, as far as it needs no switch."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from callcenter.cli.service.doctor import _print
from callcenter.doctor.inspect import Check
from callcenter.doctor.own import inspect_roster, judge_second_factor
from callcenter.staff.rights import Role
from callcenter.tracker.settings import RulesSettings

ROSTER = '{"agents": [{"agent": "Ann", "interface": "PJSIP/1001"}, {"agent": "Ann", "interface": "PJSIP/1002"}]}'


def roster(tmp_path: Path, text: str, name: str = "roster.json") -> Check:
    (tmp_path / name).write_text(text)
    return inspect_roster(RulesSettings(roster=tmp_path / name), "Asia/Shanghai")


def test_missing_roster_is_a_warning_that_says_what_it_costs() -> None:
    check = inspect_roster(RulesSettings(), "Asia/Shanghai")
    assert (check.verdict, check.found) == ("warn", "none: nothing is proposed, every record stays undetermined")


def test_roster_that_can_be_used_is_well(tmp_path: Path) -> None:
    check = roster(tmp_path, ROSTER)
    assert (check.verdict, check.found) == ("ok", "1 agents")


@pytest.mark.parametrize(("text", "name"), [("{", "roster.json"), ('{"agent": []}', "r.json"), ("", "roster.xlsx")])
def test_roster_that_cannot_be_used_fails_and_the_other_checks_go_on(tmp_path: Path, text: str, name: str) -> None:
    check = roster(tmp_path, text, name)
    assert check.verdict == "fail"
    assert check.remedy.startswith("`callcenter roster check")


def test_roles_that_decide_over_people_by_a_password_alone_are_a_warning() -> None:
    check = judge_second_factor((Role.MANAGER, Role.ADMIN))
    assert (check.verdict, check.name) == ("warn", "second factor")
    assert "manager" not in check.found.replace("general_manager", "")
    asked = [Role(name) for name in re.findall(r'"(\w+)"', check.remedy)]
    assert {Role.MANAGER, Role.ADMIN, Role.SUPERVISOR} <= {*asked}
    assert judge_second_factor(asked).verdict == "ok"


def test_lines_to_add_stand_one_below_the_other(capsys: pytest.CaptureFixture[str]) -> None:
    _print([Check("event filters", "fail", "2 do not pass", "add:\none\ntwo")], "en")
    assert "         -> add:\n            one\n            two\n" in capsys.readouterr().out
