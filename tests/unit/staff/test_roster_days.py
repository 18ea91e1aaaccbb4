"""Some people's days of a roster said anew, what is in conflict in it, and what a change says otherwise."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from callcenter.errors import BadInput
from callcenter.staff.roster_conflicts import HARD, ConflictKind, conflicts
from callcenter.staff.roster_days import (
    RosterDays,
    RosterSaid,
    days_of,
    differing,
    roster_said,
    spanned,
    with_days,
    within,
)
from callcenter.staff.roster_form import Form

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = date(2026, 12, 7)


def time(agent: str, day: int, start: str = "09:00", end: str = "18:00", **more: str) -> dict[str, Any]:
    return {"agent": agent, "from": f"2026-12-{day:02}T{start}", "to": f"2026-12-{day:02}T{end}", **more}


def form(*shifts: dict[str, Any], **more: Any) -> Form:
    seats = [
        {"agent": agent, "interface": f"PJSIP/{n}", "team": "hotline", "queues": ["sales"]}
        for n, agent in enumerate(("Alice", "Bob"))
    ]
    return {"agents": seats, "shifts": [*shifts], **more}


def said(*shifts: dict[str, Any], agents: tuple[str, ...] = ("Alice",), **more: Any) -> dict[str, Any]:
    return {"first": "2026-12-07", "last": "2026-12-13", "agents": [*agents], "shifts": [*shifts], **more}


class TestDays:
    def test_what_some_people_had_on_the_days_is_replaced_and_nothing_else(self) -> None:
        before = form(time("Alice", 6), time("Alice", 8), time("Bob", 8), leave=[time("Alice", 9)])
        after = with_days(before, days_of(said(time("Alice", 10)), ZONE), ZONE)
        assert after["shifts"] == [time("Alice", 6), time("Bob", 8), time("Alice", 10)]
        assert after["leave"] == []
        assert after["agents"] == before["agents"]

    @pytest.mark.parametrize(
        ("content", "what"),
        [
            (said(time("Bob", 8)), "is not of the days and people"),
            (said(time("Alice", 14)), "is not of the days and people"),
            (said({"agent": "Alice", "from": 7}), "is not of the days and people"),
            (said() | {"last": "2026-12-06"}, "must be 1 to 366 days"),
            (said() | {"more": 1}, "no days of a roster"),
            ([], "no days of a roster"),
        ],
    )
    def test_what_is_of_other_days_or_people_is_refused(self, content: Any, what: str) -> None:
        with pytest.raises(BadInput, match=what):
            days_of(content, ZONE)

    @pytest.mark.parametrize(
        ("first", "last", "agents", "met"),
        [(13, 20, ("Alice",), True), (14, 20, ("Alice",), False), (1, 6, ("Alice",), False), (7, 7, ("Bob",), False)],
    )
    def test_two_meet_where_they_say_something_of_the_same_people_s_same_days(
        self, first: int, last: int, agents: tuple[str, ...], met: bool
    ) -> None:
        other = RosterDays(first=date(2026, 12, first), last=date(2026, 12, last), agents=agents)
        assert days_of(said(), ZONE).meets(other) is met

    def test_a_form_s_own_days_are_those_of_its_times(self) -> None:
        found = spanned(form(time("Alice", 8), leave=[time("Bob", 10)]), ZONE)
        assert found is not None
        assert (found.first, found.last, found.agents) == (date(2026, 12, 8), date(2026, 12, 10), ("Alice", "Bob"))
        assert spanned(form({"agent": "Alice", "from": "soon"}), ZONE) is None

    def test_within_some_days_is_what_lies_in_them_however_little(self) -> None:
        night = {"agent": "Alice", "from": "2026-12-06T22:00", "to": "2026-12-07T06:00"}
        broken = {"agent": "Alice", "from": "soon", "to": "later"}
        rows = [night, time("Alice", 8), time("Alice", 5), broken]
        assert [*within(rows, MONDAY, MONDAY, ZONE)] == [night, broken]


class TestSaid:
    def test_days_are_laid_over_the_file_and_a_whole_roster_takes_its_place(self) -> None:
        one = RosterSaid(whole=False, content=said(time("Alice", 8)))
        two = RosterSaid(whole=False, content=said(time("Bob", 9), agents=("Bob",)))
        assert roster_said(form, [one, two], ZONE)["shifts"] == [time("Alice", 8), time("Bob", 9)]
        whole = RosterSaid(whole=True, content=form(time("Bob", 10)))
        assert roster_said(pytest.fail, [one, whole], ZONE) == whole.content
        assert roster_said(pytest.fail, [whole, one], ZONE)["shifts"] == [time("Bob", 10), time("Alice", 8)]
        assert roster_said(lambda: None, [], ZONE) == {}
        with pytest.raises(BadInput, match="there is no roster"):
            roster_said(lambda: None, [one], ZONE)

    def test_a_change_is_told_by_day_person_and_list(self) -> None:
        before = form(time("Alice", 8), time("Bob", 8), {"agent": "Bob", "from": "soon", "to": "later"})
        found = differing(before, RosterSaid(whole=False, content=said(time("Alice", 9, note="swap"))), ZONE)
        assert [(one.day, one.agent, one.sheet, one.old, one.new) for one in found] == [
            ("2026-12-08", "Alice", "shifts", "2026-12-08T09:00 – 2026-12-08T18:00", None),
            ("2026-12-09", "Alice", "shifts", None, "2026-12-09T09:00 – 2026-12-09T18:00 (swap)"),
        ]
        whole = form(*before["shifts"]) | {"agents": before["agents"][:1]}
        (gone,) = differing(before, RosterSaid(whole=True, content=whole), ZONE)
        assert (gone.agent, gone.sheet, gone.old, gone.new) == ("Bob", "agents", "PJSIP/1 hotline sales", None)


def kinds(told: Form) -> list[tuple[ConflictKind, str]]:
    return [(one.kind, one.agent) for one in conflicts(told, ZONE)]


class TestConflicts:
    @pytest.mark.parametrize(
        ("told", "expected"),
        [
            (form(time("Alice", 7), time("Bob", 7), time("Alice", 8)), []),
            (form(time("Alice", 7), time("Alice", 7, "17:00", "20:00")), [(ConflictKind.OVERLAP, "Alice")]),
            (form(time("Alice", 7), time("Alice", 7, "18:00", "20:00")), [(ConflictKind.IN_A_ROW, "Alice")]),
            (form(time("Eve", 7)), [(ConflictKind.UNKNOWN_AGENT, "Eve")]),
            (form({"agent": "Bob", "from": "soon"}), [(ConflictKind.NO_TIME, "Bob")]),
            (form({"agent": "Bob", "from": "2026-12-07T09:00"}), [(ConflictKind.NO_TIME, "Bob")]),
            (form(time("Bob", 7, "18:00", "09:00")), [(ConflictKind.BACKWARDS, "Bob")]),
            (form(leave=[time("Bob", 7)]), [(ConflictKind.IDLE_LEAVE, "Bob")]),
            (form(time("Bob", 7), leave=[time("Bob", 7), {"agent": "Bob"}]), [(ConflictKind.NO_TIME, "Bob")]),
        ],
    )
    def test_each_is_named(self, told: Form, expected: list[tuple[ConflictKind, str]]) -> None:
        assert kinds(told) == expected

    def test_who_has_no_phone_or_queue_then_is_named(self) -> None:
        told = form(time("Alice", 7), time("Bob", 7))
        told["agents"][0]["from"] = "2026-12-08T00:00"
        told["agents"][1].pop("queues")
        assert kinds(told) == [(ConflictKind.NO_SEAT, "Alice"), (ConflictKind.NO_QUEUE, "Bob")]

    def test_only_rows_that_are_asked_about_are_told_of(self) -> None:
        told = form(time("Alice", 7), time("Alice", 7, "10:00", "12:00"))
        assert conflicts(told, ZONE, {"shifts": [time("Alice", 7)]}) == []

    def test_what_keeps_a_roster_from_being_used_is_hard(self) -> None:
        assert ConflictKind.OVERLAP in HARD
        assert ConflictKind.NO_QUEUE not in HARD
