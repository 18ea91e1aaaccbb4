"""queue_log as a database's client exports it, and times that are text."""

from __future__ import annotations

from datetime import UTC
from zoneinfo import ZoneInfo

import pytest

from callcenter.domain.frame import SECOND
from callcenter.queuelog.layout import export_of, moment, piped
from callcenter.queuelog.lines import QueueLog, QueueLogLine
from callcenter.queuelog.logged_visits import visits

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
CALL = (
    ("2026-11-02 09:00:00.123456", "1793581200.5", "hotline", "NONE", "ENTERQUEUE", "", "13700000001", "2", "", ""),
    ("2026-11-02 09:00:07.900001", "1793581200.5", "hotline", "Lin", "CONNECT", "7", "1793581200.6", "6", "", ""),
    ("2026-11-02 09:00:20.000000", "1793581200.5", "hotline", "Lin", "COMPLETEAGENT", "7", "13", "2", "", ""),
)
COLUMNS = ("time", "callid", "queuename", "agent", "event", "data1", "data2", "data3", "data4", "data5")


def lines_of(text: str) -> tuple[list[QueueLogLine], QueueLog]:
    log = QueueLog(zone=SHANGHAI)
    return log.feed(text.encode()) + log.close(), log


def exported(delimiter: str, *, named: bool = True, quote: str = "", whole: bool = False, end: str = "\n") -> str:
    """Write the call as a client would; `whole`: a column `data` stands before data1 to data5."""
    rows: list[tuple[str, ...]] = [COLUMNS, *CALL] if named else [*CALL]
    if whole:
        rows = [(*row[:5], "data" if row is COLUMNS else "NULL", *row[5:]) for row in rows]
    numbered = [("id" if row[0] == "time" else str(n), *row) for n, row in enumerate(rows)]
    return "".join(delimiter.join(f"{quote}{cell}{quote}" for cell in row) + end for row in numbered)


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize(("delimiter", "quote", "end"), [("\t", "", "\n"), (",", '"', "\r\n"), (";", "", "\n")])
def test_export_of_the_table_tells_the_same_call(
    delimiter: str, quote: str, end: str, *, named: bool, whole: bool
) -> None:
    lines, log = lines_of(exported(delimiter, named=named, quote=quote, whole=whole, end=end))

    (visit,) = visits(lines)
    nine = 1793581200 * SECOND
    assert (visit.caller, visit.position, visit.agent, visit.ended_by) == ("13700000001", 2, "Lin", "agent")
    assert (visit.joined_at, visit.answered_at, visit.ended_at) == (nine, nine + 7 * SECOND, nine + 20 * SECOND)
    assert log.set_aside == {}


def test_old_table_holds_all_data_in_one_column_and_the_epoch_as_text() -> None:
    lines, log = lines_of(
        "\ufefftime,callid,queuename,agent,event,data\n"
        "1793581200,1793581200.5,hotline,NONE,ENTERQUEUE,|13700000001|1\n"
        '1793581209,1793581200.5,hotline,NONE,ABANDON,"1|1|9"\n'
    )
    (visit,) = visits(lines)
    assert (visit.caller, visit.outcome, log.set_aside) == ("13700000001", "abandoned", {})


def test_row_that_is_none_is_set_aside_and_the_next_file_may_be_another_kind() -> None:
    log = QueueLog(zone=SHANGHAI)
    text = exported("\t").encode()
    lines = log.feed(text + b"no row\n1\t2\t3\t4\t5\tnot an event\t7\n") + log.close()
    lines += log.feed(b"1793581300|NONE|hotline|Lin|PAUSE|tea\n") + log.close()

    assert [line.event for line in lines] == ["ENTERQUEUE", "CONNECT", "COMPLETEAGENT", "PAUSE"]
    assert log.set_aside == {"not_a_line": 2}


def test_file_that_names_its_times_in_text_is_read_as_any_other() -> None:
    lines, _ = lines_of("2026-11-02 09:00:00.123456|1793581200.5|hotline|NONE|ENTERQUEUE||137|1\n")
    assert (lines[0].at, lines[0].figures.caller) == (1793581200 * SECOND, "137")


def test_time_that_there_is_not_makes_no_line() -> None:
    lines, log = lines_of("2026-13-02 09:00:00|1793581200.5|hotline|NONE|ENTERQUEUE||137|1\n")
    assert (lines, log.set_aside) == ([], {"not_a_line": 1})


def test_caller_cannot_turn_a_log_into_an_export() -> None:
    lines, _ = lines_of("time,callid,queuename,agent,event\n1793581200|1793581200.5|hotline|NONE|ENTERQUEUE||137|1\n")
    assert [line.event for line in lines] == ["ENTERQUEUE"]


@pytest.mark.parametrize(
    "first", ["", "a,b,c,d,e", "1\t2\t3\t4\t5", "time\tcallid\tagent\tevent\tdata", "x" * 9000, '"']
)
def test_other_lines_begin_no_export(first: str) -> None:
    assert export_of(first) is None
    assert piped(first.split("|")) is None


@pytest.mark.parametrize(
    ("text", "epoch"),
    [
        ("1793581200", 1793581200),
        ("1793581200.987654", 1793581200),
        ("2026-11-02 09:00:00", 1793581200),
        ("2026-11-02T09:00:00.999999", 1793581200),
        ("2026-11-02 01:00:00Z", 1793581200),
        ("2026-11-02 02:00:00+01", 1793581200),
        ("2026-11-02 02:00:00.5 +01:00", 1793581200),
        ("2026-13-02 09:00:00", None),
        ("2026-11-02", None),
        ("17935812", None),
        ("now", None),
    ],
)
def test_time_is_the_whole_second_that_it_lies_in(text: str, epoch: int | None) -> None:
    assert moment(text, SHANGHAI) == (None if epoch is None else epoch * SECOND)


def test_hour_that_a_clock_shows_twice_is_told_apart_by_the_line_before() -> None:
    log = QueueLog(zone=BERLIN)
    lines = log.feed(
        b"2026-10-25 02:50:00|NONE|NONE|NONE|QUEUESTART|\n2026-10-25 02:10:00|NONE|hotline|Lin|PAUSE|\n"
        b"2026-10-25 02:20:00|NONE|hotline|Lin|UNPAUSE|\n"
    )
    assert [line.at // SECOND - lines[0].at // SECOND for line in lines] == [0, 1200, 1800]
    assert moment("2026-10-25 02:50:00", UTC, later=True) == moment("2026-10-25 02:50:00", UTC)
