"""The roster: who is on duty when, and files that are refused row by row."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from callcenter.errors import BadInput
from callcenter.staff.dates import micros_of
from callcenter.staff.roster import roster_of

ALICE = {"agent": "Alice", "interface": "PJSIP/1001", "team": "hotline"}
BOB = {"agent": "Bob", "interface": "PJSIP/1002"}


def shift(start: str, end: str, agent: str = "Alice") -> dict[str, str]:
    return {"agent": agent, "from": start, "to": end}


def made(**more: Any) -> dict[str, Any]:
    return {"timezone": "Asia/Shanghai", "agents": [ALICE, BOB], **more}


def utc(*moment: int) -> int:
    return micros_of(datetime(*moment, tzinfo=UTC))  # type: ignore[arg-type,misc]


def test_shift_is_duty_from_its_first_moment_to_before_its_last() -> None:
    roster = roster_of(made(shifts=[shift("2026-11-23T15:00:00+08:00", "2026-11-23T18:00:00+08:00")]))
    start, end = utc(2026, 11, 23, 7), utc(2026, 11, 23, 10)
    assert [roster.on_duty("Alice", at) for at in (start - 1, start, end - 1, end)] == [False, True, True, False]
    assert roster.agents == {"Alice", "Bob"}
    assert not roster.on_duty("Bob", start)
    assert not roster.on_duty("Mallory", start)


def test_time_without_an_offset_belongs_to_the_rosters_zone_and_may_run_past_midnight() -> None:
    roster = roster_of(made(shifts=[shift("2026-11-23T18:30", "2026-11-24T00:30")]))
    assert roster.shifts["Alice"] == ((utc(2026, 11, 23, 10, 30), utc(2026, 11, 23, 16, 30)),)


def test_zone_of_the_caller_holds_where_the_file_names_none() -> None:
    roster = roster_of({"agents": [ALICE], "shifts": [shift("2026-11-23T18:00", "2026-11-23T19:00")]}, "UTC")
    assert roster.on_duty("Alice", utc(2026, 11, 23, 18))


def test_leave_and_breaks_are_no_duty() -> None:
    roster = roster_of(
        made(
            shifts=[shift("2026-11-23T09:00", "2026-11-23T18:00")],
            breaks=[shift("2026-11-23T12:00", "2026-11-23T13:00")],
            leave=[shift("2026-11-23T16:00", "2026-11-24T00:00"), shift("2026-11-22T00:00", "2026-11-22T23:00")],
        )
    )
    day = [(utc(2026, 11, 23, a), utc(2026, 11, 23, b)) for a, b in ((1, 4), (5, 8))]
    assert roster.duty["Alice"] == tuple(day)
    assert roster.duty_within("Alice", utc(2026, 11, 23, 3), utc(2026, 11, 23, 6)) == [
        (utc(2026, 11, 23, 3), utc(2026, 11, 23, 4)),
        (utc(2026, 11, 23, 5), utc(2026, 11, 23, 6)),
    ]
    assert roster.shift_of("Alice", utc(2026, 11, 23, 4)) == (utc(2026, 11, 23, 1), utc(2026, 11, 23, 10))


def test_leave_for_the_whole_shift_leaves_no_duty() -> None:
    roster = roster_of(
        made(
            shifts=[shift("2026-11-23T09:00", "2026-11-23T18:00")],
            leave=[shift("2026-11-23T00:00", "2026-11-24T00:00")],
        )
    )
    assert roster.duty["Alice"] == ()


def test_shifts_that_touch_are_one_time_on_duty() -> None:
    roster = roster_of(
        made(shifts=[shift("2026-11-23T12:00", "2026-11-23T14:00"), shift("2026-11-23T10:00", "2026-11-23T12:00")])
    )
    assert len(roster.duty["Alice"]) == 1
    assert len(roster.shifts["Alice"]) == 2


def test_shared_phone_is_whose_turn_it_is() -> None:
    unit = {"interface": "PJSIP/1001"}
    roster = roster_of(
        {
            "agents": [
                {"agent": "Alice", "to": "2026-11-23T12:00", **unit},
                {"agent": "Bob", "from": "2026-11-23T12:00", "queues": ["support"], **unit},
            ],
            "shifts": [],
        }
    )
    noon = utc(2026, 11, 23, 4)
    assert [roster.agent_of("PJSIP/1001", at) for at in (noon - 1, noon, None)] == ["Alice", "Bob", "Alice"]
    assert roster.agent_of("PJSIP/9999", noon) is None
    assert {i: t[0].agent for i, t in roster.tenures().items()} == {"PJSIP/1001": "Alice"}
    assert roster.queues_of("Bob", noon) == {"support"}


def test_agent_who_changes_phone_and_team_has_those_of_the_moment() -> None:
    roster = roster_of(
        {
            "agents": [
                {"agent": "Alice", "interface": "PJSIP/1001", "team": "hotline", "to": "2026-11-23T12:00"},
                {"agent": "Alice", "interface": "PJSIP/2001", "from": "2026-11-23T12:00", "to": "2026-11-24T12:00"},
                {"agent": "Alice", "interface": "PJSIP/2002", "team": "orders", "from": "2026-11-23T12:00"},
            ],
        }
    )
    noon = utc(2026, 11, 23, 4)
    assert [roster.interface_of("Alice", at) for at in (noon - 1, noon, None)] == [
        "PJSIP/1001",
        "PJSIP/2001",
        "PJSIP/1001",
    ]
    assert [roster.team_of("Alice", at) for at in (noon - 1, noon)] == ["hotline", "orders"]
    assert (roster.interface_of("Mallory", noon), roster.team_of("Mallory", noon)) == (None, None)


@pytest.mark.parametrize(
    ("legit", "number", "may"),
    [
        (["_10XX", "_0X.", "400"], "1002", True),
        (["_10XX", "_0X.", "400"], "013800000001", True),
        (["_10XX", "_0X.", "400"], "400", True),
        (["_10XX", "_0X.", "400"], "999", False),
        (["_10XX"], "", False),
        ([], "1002", False),
        (None, "1002", None),
        (None, "s", False),
        (None, "", False),
    ],
)
def test_numbers_that_may_be_dialled(legit: list[str] | None, number: str, may: bool | None) -> None:
    assert roster_of(made(legit_extensions=legit)).may_dial(number) is may


@pytest.mark.parametrize(
    ("roster", "sentence"),
    [
        (made(shifts=[shift("2026-11-23T09:00", "2026-11-23T18:00", "Mallory")]), r"shifts\[0\]: 'Mallory' is not"),
        (made(leave=[shift("2026-11-23T09:00", "2026-11-23T18:00", "Mallory")]), r"leave\[0\]: 'Mallory' is not among"),
        (made(shifts=[shift("2026-11-23T18:00", "2026-11-23T09:00")]), "is not after"),
        (made(shifts=[shift("2026-11-23T18:00", "2026-11-23T18:00")]), "is not after"),
        (
            made(shifts=[shift("2026-11-23T09:00", "2026-11-23T12:00"), shift("2026-11-23T11:00", "2026-11-23T13:00")]),
            "Alice's shifts overlap: 2026-11-23T09:00:00\\+08:00",
        ),
        (made(shifts=[shift("half past nine", "2026-11-23T12:00")]), "'half past nine' is not a time like"),
        (made(shifts=[shift("0001-01-01T00:00:00+23:59", "2026-11-23T12:00")]), "out of range"),
        (made(shifts=[{"agent": "Alice", "from": "2026-11-23T09:00"}]), r"shifts\[0\].*to"),
        (made(shifts=[{**shift("2026-11-23T09:00", "2026-11-23T10:00"), "colour": "red"}]), "colour"),
        (made(shifts=["Alice"]), r"shifts\[0\]"),
        (made(shifts={"Alice": 1}), "shifts must be a list"),
        (made(agents=[{"agent": "", "interface": "PJSIP/1"}]), "may not be empty"),
        (made(agents=[ALICE, {"agent": "Bob", "interface": "PJSIP/1001"}]), "PJSIP/1001 is Alice's and Bob's"),
        (made(agents=[{**ALICE, "from": "2026-11-23T12:00", "to": "2026-11-23T11:00"}]), "before coming to it"),
        (made(legit_extensions="_10XX"), "legit_extensions must be a list"),
        (made(legit_extensions=[""]), "legit_extensions must be a list"),
        (made(timezone="Mars/Olympus"), "no time zone 'Mars/Olympus'"),
        (made(timezone=8), "no time zone 8"),
        (made(colour="red"), "unknown key 'colour'"),
        ([], "an object with agents and shifts"),
    ],
)
def test_wrong_row_is_named_with_what_is_wrong(roster: object, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        roster_of(roster)


def test_every_wrong_row_is_told_at_once_up_to_a_number() -> None:
    rows = [shift("2026-11-23T09:00", "2026-11-23T10:00", f"Nobody {n}") for n in range(25)]
    with pytest.raises(BadInput, match=r"Nobody 0.*Nobody 19.*; and 5 more$"):
        roster_of(made(shifts=rows))


@pytest.mark.parametrize(("moment", "what"), [("2026-03-29T02:30", "never"), ("2026-10-25T02:30", "twice")])
def test_time_that_the_zone_skips_or_repeats_needs_its_offset(moment: str, what: str) -> None:
    rows = [shift(moment, "2026-12-01T00:00")]
    with pytest.raises(BadInput, match=f"comes {what} in Europe/Berlin"):
        roster_of(made(timezone="Europe/Berlin", shifts=rows))


def test_shift_over_a_change_of_clocks_is_as_long_as_it_is() -> None:
    rows = [shift("2026-10-25T00:00", "2026-10-25T08:00")]
    roster = roster_of(made(timezone="Europe/Berlin", shifts=rows))
    ((start, end),) = roster.shifts["Alice"]
    assert end - start == utc(2026, 1, 1, 9) - utc(2026, 1, 1)


def test_agents_on_duty_are_counted_by_queue_and_known_by_their_team() -> None:
    moved = {"agent": "Cleo", "interface": "PJSIP/1003", "queues": ["sales"], "team": "orders"}
    agents = [
        ALICE | {"queues": ["sales", "support"]},
        ALICE | {"interface": "PJSIP/1009", "queues": ["sales"], "team": "late shift"},
        BOB | {"queues": ["sales"]},
        moved | {"to": "2026-11-01T00:00"},
    ]
    times = [shift("2026-11-23T09:00", "2026-11-23T18:00"), shift("2026-10-01T09:00", "2026-10-01T18:00", "Cleo")]
    roster = roster_of(made(agents=agents, shifts=times))
    now, before = utc(2026, 11, 23, 2), utc(2026, 10, 1, 2)
    assert roster.on_duty_by_queue(now) == {"sales": 1, "support": 1}
    assert roster.on_duty_by_queue(before) == {"sales": 1, "support": 0}
    assert roster.teams_at(now) == {"Alice": "hotline"}
    assert roster.teams_at(before) == {"Alice": "hotline", "Cleo": "orders"}
