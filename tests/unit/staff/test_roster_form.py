"""What the sheets of a roster say, what is refused and where."""

from __future__ import annotations

import pytest

from callcenter.errors import BadInput
from callcenter.locale import Language
from callcenter.staff.roster_columns import column_named, heading, sheet_named, title
from callcenter.staff.roster_form import imported
from tests.unit.staff.sheets import AGENTS, form, read, sheets, told


def test_column_without_a_heading_is_nobodys() -> None:
    sound = form(agents="agent,,interface\nAlice,scribbled,PJSIP/1001\n")
    assert sound["agents"] == [{"agent": "Alice", "interface": "PJSIP/1001"}]


def test_every_fault_is_told_with_its_place() -> None:
    shifts = [
        "agent,from,to,colour",
        "Alice,2026-11-23 09:00,2026-11-23 18:00",
        "Mallory,2026-11-23 09:00,2026-11-23 18:00",
        "Alice,soon,2026-11-23 18:00",
        "",
        "Alice,2026-11-24 18:00,2026-11-24 09:00",
        "Alice,2026-11-23 17:00,2026-11-23 19:00",
        "Alice,,2026-11-25 09:00",
        "Alice,2026-11-26 09:00,2026-11-26 10:00,,more",
    ]
    roster = read(agents=AGENTS, shifts="\n".join(shifts))
    assert sorted(map(str, roster.faults)) == [
        "shifts.csv, sheet shifts, row 1, column colour: the column is unknown",
        "shifts.csv, sheet shifts, row 3, column agent: 'Mallory' is not among the agents",
        "shifts.csv, sheet shifts, row 4, column from: 'soon' is not a time like 2026-11-23T15:00:00+08:00",
        "shifts.csv, sheet shifts, row 6, column to: 2026-11-24T09:00 is not after 2026-11-24T18:00",
        "shifts.csv, sheet shifts, row 7, column from: the shift overlaps the one of row 2",
        "shifts.csv, sheet shifts, row 8, column from: may not be empty",
        "shifts.csv, sheet shifts, row 9: the row is longer than the heading",
    ]
    with pytest.raises(BadInput, match="and 6 more"):
        roster.sound()


def test_row_that_has_a_line_break_in_a_cell_keeps_the_numbers_right() -> None:
    hour = "2026-11-23 09:00,2026-11-23 10:00"
    leave = f'agent,from,to,note\nAlice,{hour},"two\nlines"\nBob,{hour}\n'
    (fault,) = told(agents=AGENTS, leave=leave)
    assert "row 4, column agent: 'Bob'" in fault


def test_leave_may_overlap_and_touching_shifts_do_not() -> None:
    twice = "agent,from,to\n" + "Alice,2026-11-23 09:00,2026-11-23 12:00\n" * 2
    touching = "agent,from,to\nAlice,2026-11-23 09:00,2026-11-23 12:00\nAlice,2026-11-23 12:00,2026-11-23 18:00\n"
    assert told(agents=AGENTS, leave=twice, shifts=touching) == []


@pytest.mark.parametrize("heading", ["agent,interface,姓名", "interface,team"])
def test_heading_that_is_twice_or_missing_is_told(heading: str) -> None:
    (fault,) = told(agents=f"{heading}\nAlice,PJSIP/1001,Alice\n")[:1]
    assert "row 1, column" in fault


def test_interface_of_two_agents_at_once_is_refused() -> None:
    with pytest.raises(BadInput, match="at the same time"):
        form(agents=AGENTS + "Bob,PJSIP/1001\n")


def test_unknown_zone_and_time_that_comes_twice_are_told() -> None:
    zones = told(agents=AGENTS, site="timezone\nMars/Olympus\n")
    twice = "agent,from,to\nAlice,2026-10-25 02:30,2026-10-25 09:00\n"
    clocks = told(agents=AGENTS, site="timezone\nEurope/Berlin\n", shifts=twice)
    assert [fault.partition(": ")[2][:22] for fault in (*zones, *clocks)] == [
        "there is no time zone ",
        "'2026-10-25T02:30' com",
    ]


def test_sheet_that_is_none_of_a_rosters_or_comes_twice_is_told() -> None:
    faults = told(agents=AGENTS, 坐席=AGENTS, wages="agent\n")
    assert [fault.partition(": ")[2][:10] for fault in faults] == ["agents hol", "is no shee"]


def test_roster_whose_only_sheet_is_misnamed_says_so() -> None:
    (fault,) = told(workers=AGENTS)
    assert "sheet workers: is no sheet of a roster; known are agents (坐席)" in fault


def test_cell_that_could_not_be_read_is_told_with_its_column_as_people_name_it() -> None:
    tables = sheets(agents=AGENTS)
    tables[0].faults = [(2, 1, "is a formula"), (2, 9, "is long"), (0, 0, "has too many rows")]
    assert [str(fault) for fault in imported("r", tables, "Asia/Shanghai").faults] == [
        "agents.csv, sheet agents, row 2, column agent: is a formula",
        "agents.csv, sheet agents, row 2, column 9: is long",
        "agents.csv, sheet agents: has too many rows",
    ]


def test_more_faults_than_anybody_reads_are_not_kept() -> None:
    tables = sheets(agents=AGENTS)
    tables[0].faults = [(row, 1, "is a formula") for row in range(2000)]
    assert len(imported("r", tables, "Asia/Shanghai").faults) == 1000


def test_extensions_are_numbers_that_may_be_dialled_for_work() -> None:
    assert form(agents=AGENTS, extensions="extension\n_10XX\n_0X.\n")["legit_extensions"] == ["_10XX", "_0X."]


def test_site_names_the_zone_of_its_times() -> None:
    assert form(agents=AGENTS, site="timezone\nEurope/Berlin\n")["timezone"] == "Europe/Berlin"


@pytest.mark.parametrize(("language", "named"), [("en", ("agents", "agent")), ("zh-CN", ("坐席", "坐席"))])
def test_sheets_and_columns_have_names_in_each_language(language: Language, named: tuple[str, str]) -> None:
    assert (title("agents", language), heading("agent", language)) == named
    assert (sheet_named(named[0]), column_named("agents", named[1])) == ("agents", "agent")


def test_roster_without_agents_is_refused() -> None:
    with pytest.raises(BadInput, match="no sheet or file agents"):
        form(shifts="agent,from,to\n")


def test_one_interface_cannot_fill_a_sheet() -> None:
    (fault,) = told(agents="agent,interface\n" + "Alice,PJSIP/1\n" * 1_001)
    assert "more than 1000 rows" in fault


def test_faults_show_what_a_terminal_would_obey() -> None:
    (fault,) = told(agents="agent,interface,\x1b[2J\nAlice,PJSIP/1\n")
    assert fault.isprintable()


def test_one_agent_cannot_fill_a_sheet() -> None:
    rows = "".join(f"Alice,{2000 + n}-01-01,{2000 + n}-01-02\n" for n in range(1_001))
    (fault,) = told(agents=AGENTS, breaks="agent,from,to\n" + rows)
    assert "more than 1000 rows" in fault
