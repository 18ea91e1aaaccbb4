"""Numbers by the month of the site, customers who chase, and what lines may be beside what is done."""

from __future__ import annotations

import json

import pytest

from tests.unit.cases.complaints.told import (
    PEOPLE,
    TO_ASSIGNED,
    TO_CARRIED_OUT,
    answers,
    case,
    counted,
    done,
    now,
    opened,
    raw,
    received,
    road,
    settings,
    told,
    turns,
    whys,
)

# -- numbers --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "last", "first"),
    [
        ("Asia/Shanghai", "2026-03-31T15:59:59Z", "2026-03-31T16:00:00Z"),
        ("Europe/Berlin", "2026-03-31T21:59:59Z", "2026-03-31T22:00:00Z"),  # after the clocks went forward
        ("America/New_York", "2026-04-01T03:59:59Z", "2026-04-01T04:00:00Z"),
        ("UTC", "2026-04-01T00:59:59+01:00", "2026-04-01T01:00:00+01:00"),
    ],
)
def test_numbers_begin_anew_at_midnight_of_the_sites_month(zone: str, last: str, first: str) -> None:
    found = told(
        settings(timezone=zone),
        opened("2026-03-10T00:00:00Z", case="a"),
        opened(last, case="b"),
        opened(first, case="d"),
        opened(first, case="e"),
    )

    assert [one["number"] for one in found["cases"]] == [
        "2026-03-0001",
        "2026-03-0002",
        "2026-04-0001",
        "2026-04-0002",
    ]


def test_the_winters_midnight_is_another() -> None:
    found = told(
        settings(timezone="Europe/Berlin"),
        opened("2026-10-31T22:59:59Z", case="a"),
        opened("2026-10-31T23:00:00Z", case="b"),
    )

    assert [one["number"] for one in found["cases"]] == ["2026-10-0001", "2026-11-0001"]


def test_a_case_is_numbered_when_it_is_recorded_not_when_it_is_opened() -> None:
    found = told(
        received("2026-03-31T15:00:00Z", case="a"),
        opened("2026-03-31T15:30:00Z", case="b"),
        opened("2026-03-31T16:00:00Z", case="d"),
        done("record", "2026-03-31T16:00:01Z", case="a"),
        received("2026-03-31T16:00:02Z", case="e"),
    )

    assert [(one["case"], one["number"]) for one in found["cases"]] == [
        ("a", "2026-04-0002"),
        ("b", "2026-03-0001"),
        ("d", "2026-04-0001"),
        ("e", None),
    ]
    assert [one["number"] for one in found["results"]] == [
        None,
        "2026-03-0001",
        "2026-04-0001",
        "2026-04-0002",
        None,
    ]


def test_a_refused_line_takes_no_number() -> None:
    found = told(
        opened(case="a", owner="log"),
        received(1, case="b"),
        done("record", 2, case="b", content=None),
        opened(3, case="d"),
        done("record", 4, case="b"),
    )

    assert whys(found) == [(1, "not_possible"), (3, "incomplete")]
    assert [(one["case"], one["number"]) for one in found["cases"]] == [("b", "2026-03-0002"), ("d", "2026-03-0001")]


def test_a_number_stays_whatever_becomes_of_the_case() -> None:
    found = told(opened(), done("withdraw", 1), done("archive", 2, "max"), opened(3, case="d"))

    assert [one["number"] for one in found["results"]] == [*["2026-03-0001"] * 3, "2026-03-0002"]


# -- chases ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chased", "level"), [(0, 0), (2, 0), (3, 1), (5, 1), (6, 2), (8, 2), (9, 3), (11, 3), (12, 3), (30, 3)]
)
def test_every_third_chase_goes_one_level_up_to_the_manager(chased: int, level: int) -> None:
    found = told(opened(), *(done("chase", 1, "log") for _ in range(chased)), now(2))

    assert found["cases"] == [case("recorded", chases=chased, level=level, turns=turns(2))]


def test_how_many_chases_is_a_setting() -> None:
    found = told(settings(chases=1), opened(), done("chase", 1), done("chase", 2))

    assert (found["cases"][0]["chases"], found["cases"][0]["level"]) == (2, 2)


def test_a_chase_that_is_refused_is_none() -> None:
    found = told(
        opened(),
        done("chase", 1, "nobody"),
        done("chase", 1, channel=None),
        done("chase", 1, case="d"),
        done("withdraw", 2),
        done("archive", 3, "max"),
        done("chase", 4),
    )

    assert whys(found) == [(2, "not_allowed"), (3, "incomplete"), (4, "unknown_case"), (7, "wrong_state")]
    assert (found["cases"][0]["chases"], found["cases"][0]["level"]) == (0, 0)


# -- several cases --------------------------------------------------------------------------------------------------


def test_cases_do_not_touch_each_other() -> None:
    found = told(
        *road(*TO_ASSIGNED, case="a"),
        opened(2, "cho", case="b"),
        done("analyse", 3, case="b"),
        done("analyse", 4, "cho", case="b", upheld=False),
        done("tell_not_upheld", 5, "cho", case="b"),
        done("return_notice", 6, "log", case="a"),
        now(49),
    )

    assert whys(found) == [(5, "not_allowed")]
    assert [(one["state"], one["kept"], one["turns"]) for one in found["cases"]] == [
        ("analysed", False, turns(2 + 43, 4)),
        ("not_upheld", True, turns(3)),
    ]
    assert found["violations"] == [("V-APPEAL-SLOW", "1001", "48:00:00", "proposed", "a", None, None)]
    assert found["promises"] == {"P-COMP": counted(kept=1, broken=1), "P-REPORT": counted(still_open=2)}


# -- lines ----------------------------------------------------------------------------------------------------------

EMPTY_PROMISES = {"P-COMP": counted(), "P-REPORT": counted()}
NOTHING = {"results": [], "cases": [], "violations": [], "promises": EMPTY_PROMISES}


def test_no_line_gives_nothing() -> None:
    assert raw() == NOTHING
    assert raw('{"settings": {}}') == NOTHING
    assert raw('{"at": "2026-03-02T10:00:00+08:00", "do": "now"}') == NOTHING


def test_lines_are_counted_with_settings_and_moments() -> None:
    found = told(settings(), now(0), opened(1), now(2), now(2), done("chase", 3))

    assert [one["n"] for one in found["results"]] == [3, 6]


def test_a_story_without_settings_has_nobody_in_it() -> None:
    opening = json.dumps(opened() | {"at": "2026-03-02T10:00:00+08:00"})

    (result,) = raw(opening)["results"]
    assert (result["n"], result["ok"], result["why"], result["state"]) == (1, False, "not_allowed", None)


def test_lines_may_end_as_lines_do() -> None:
    lines = [json.dumps({"settings": {"people": PEOPLE}}), json.dumps(opened() | {"at": "2026-03-02T10:00:00+08:00"})]

    assert raw(*(f"{one}\n" for one in lines)) == raw(*(f"  {one} \r\n" for one in lines)) == raw(*lines)


def test_extra_keys_are_ignored() -> None:
    more = {"note": {"n": [1]}, "state": "archived", "number": "2026-01-0001", "ok": False, "owner_": "cho"}
    plain, extra = road(*TO_CARRIED_OUT), [one | more for one in road(*TO_CARRIED_OUT)]

    assert told(*extra) == told(*plain)
    assert told(settings(colour="red"), *plain) == told(settings(), *plain)


def test_the_same_moment_in_any_zone_is_the_same() -> None:
    found = told(opened("2026-03-02T10:00:00+08:00"), done("chase", "2026-03-01T21:00:00-05:00"), now(1))

    assert whys(found) == []
    assert found["cases"] == [case("recorded", chases=1, turns=turns(1))]


def test_a_day_that_is_an_hour_short_takes_no_hour_from_the_customer() -> None:
    # Berlin: the night before 29 March has one hour less
    found = told(
        settings(timezone="Europe/Berlin"), opened("2026-03-28T10:00:00+01:00"), now("2026-03-30T10:59:59+02:00")
    )

    assert (found["cases"][0]["kept"], answers(found)) == (None, ["recorded"])
    assert told(opened("2026-03-28T10:00:00+01:00"), now("2026-03-30T11:00:00+02:00"))["cases"][0]["kept"] is False


def test_a_case_that_was_withdrawn_before_it_was_recorded_has_no_number() -> None:
    found = told(received(), done("withdraw", 1), done("archive", 2, "max"), opened(3, case="d"))

    assert [one["number"] for one in found["results"]] == [None, None, None, "2026-03-0001"]
    assert [(one["state"], one["number"]) for one in found["cases"]] == [
        ("archived", None),
        ("recorded", "2026-03-0001"),
    ]


def test_keys_that_a_line_does_not_need_name_nobody() -> None:
    found = told(*road("analyse"), done("assign", 2, upheld=True, responsible={"agent": "1001"}))

    assert answers(found)[-1] == "assigned"
