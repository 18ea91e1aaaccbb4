from __future__ import annotations

import pytest

from callcenter.domain.frame import SECOND
from callcenter.queuelog.lines import QueueLog, QueueLogLine
from callcenter.queuelog.words import OF_A_CALL, OF_A_MEMBER, LoggedFigures

START = "1795418218|NONE|NONE|NONE|QUEUESTART|\n"
ENTER = "1795418300|1795418300.7|support|NONE|ENTERQUEUE||13811110001|1\n"
CONNECT = "1795418308|1795418300.7|support|Alice|CONNECT|8|1795418300.8|7\n"
COMPLETE = "1795418317|1795418300.7|support|Alice|COMPLETECALLER|8|9|1\n"
CALL = START + ENTER + CONNECT + COMPLETE


def parsed(text: str) -> tuple[list[QueueLogLine], QueueLog]:
    log = QueueLog()
    lines = log.feed(text.encode()) + log.close()
    return lines, log


def test_an_honest_call_is_read_in_full() -> None:
    lines, log = parsed(CALL)

    assert [line.event for line in lines] == ["QUEUESTART", "ENTERQUEUE", "CONNECT", "COMPLETECALLER"]
    assert lines[2] == QueueLogLine(
        at=1795418308 * SECOND,
        call_id="1795418300.7",
        queue="support",
        agent="Alice",
        event="CONNECT",
        data=("8", "1795418300.8", "7"),
        pos=len(START + ENTER),
        figures=LoggedFigures(wait=8),
    )
    assert (lines[0].queue, lines[0].agent) == (None, None)
    assert (log.lines, log.set_aside) == (4, {})


@pytest.mark.parametrize("size", [1, 2, 5, 64])
def test_any_cut_gives_the_same_lines(size: int) -> None:
    data = (CALL + "junk\n" + COMPLETE.replace("\n", "\r\n") + "\n\r\n").encode()
    log, lines = QueueLog(), []

    for start in range(0, len(data), size):
        lines += log.feed(data[start : start + size])

    assert lines == parsed(data.decode())[0]
    assert log.set_aside == {"not_a_line": 1}


def test_a_last_line_without_line_feed_counts_when_the_file_ends() -> None:
    log = QueueLog()

    assert log.feed(ENTER.removesuffix("\n").encode()) == []
    assert len(log.close()) == 1
    assert log.close() == []


HONEST = {
    "CONNECT": "8|1795418300.8|7",
    "EXITWITHKEY": "1|1|1|9",
    "WITHDRAW": "1|1|9|a reason",
    "SYSCOMPAT": "",
    "AGENTDUMP": "",
    "RINGNOANSWER": "15000",
    "RINGCANCELED": "6204",
    "BLINDTRANSFER": "1005|agents|1|5|1",
    "ATTENDEDTRANSFER": "BRIDGE|e3a|1|5|1",
    "TRANSFER": "1005|agents|1|5|1",
    "ADDMEMBER": "PAUSED",
    "REMOVEMEMBER": "",
    "PAUSE": "tea",
    "UNPAUSE": "",
    "PAUSEALL": "",
    "UNPAUSEALL": "",
    "PENALTY": "5",
    "RINGINUSE": "1",
    "AGENTLOGIN": "SIP/1",
    "AGENTLOGOFF": "SIP/1|60",
    "AGENTCALLBACKLOGIN": "1001@phones",
    "AGENTCALLBACKLOGOFF": "1001@phones|60|Autologoff",
    "CONFIGRELOAD": "",
    "QUEUESTART": "",
    "DID": "400",
}


@pytest.mark.parametrize("event", sorted(OF_A_CALL | OF_A_MEMBER))
@pytest.mark.parametrize("more", ["", "|5|of a later version"])
def test_each_event_is_read_with_its_own_fields_and_with_more(event: str, more: str) -> None:
    data = HONEST.get(event, "1|1|9") + more
    lines, log = parsed(f"{ENTER}1795418300|1795418300.7|support|Alice|{event}|{data}")

    assert lines[-1].data == tuple(data.split("|"))
    assert log.set_aside == {}


@pytest.mark.parametrize("event", sorted(OF_A_CALL | OF_A_MEMBER))
@pytest.mark.parametrize("end", ["", "|"])
def test_each_event_is_read_without_any_field(event: str, end: str) -> None:
    lines, log = parsed(f"{ENTER}1795418300|1795418300.7|support|Alice|{event}{end}")

    assert (lines[-1].event, lines[-1].figures, log.set_aside) == (event, LoggedFigures(), {})


@pytest.mark.parametrize(
    ("event", "data", "figures"),
    [
        ("CONNECT", "8", LoggedFigures(wait=8)),
        ("CONNECT", "8|1795418300.8", LoggedFigures(wait=8)),
        ("EXITWITHTIMEOUT", "1", LoggedFigures()),
        ("EXITWITHTIMEOUT", "1|1|30", LoggedFigures(wait=30)),
        ("EXITWITHKEY", "1|1", LoggedFigures()),
        ("EXITWITHKEY", "1|1|1|30", LoggedFigures(wait=30)),
        ("WITHDRAW", "1|1|30|moved|by hand", LoggedFigures(wait=30)),
        ("TRANSFER", "200|inside|3|29", LoggedFigures(wait=3, talk=29)),
        ("BLINDTRANSFER", "200|inside|3|29|1", LoggedFigures(wait=3, talk=29)),
        ("ATTENDEDTRANSFER", "APP|Queue|3|29|1", LoggedFigures(wait=3, talk=29)),
        ("ATTENDEDTRANSFER", "LINK|PJSIP/1-1|PJSIP/2-1|3|29|1", LoggedFigures(wait=3, talk=29)),
        ("RINGNOANSWER", "15000", LoggedFigures(ring=15000)),
    ],
)
def test_figures_are_read_as_far_as_the_version_writes_them(event: str, data: str, figures: LoggedFigures) -> None:
    lines, _ = parsed(f"{ENTER}1795418300|1795418300.7|support|Alice|{event}|{data}")
    assert lines[-1].figures == figures


@pytest.mark.parametrize(
    ("data", "caller", "position"),
    [
        ("|138", "138", None),
        ("|138|2", "138", 2),
        ("http://crm|138|2|Zhang San", "138", 2),
        ("|138|2|", "138", 2),
        ("||2|Zhang | Li", "", 2),
        ("|138|100000", "138", 100000),
        ("|138|0", "138", None),
        ("|138|9999999999", "138", None),
    ],
)
def test_join_is_read_as_each_version_writes_it(data: str, caller: str, position: int | None) -> None:
    lines, log = parsed(f"1795418300|1795418300.7|support|NONE|ENTERQUEUE|{data}")
    assert (lines[0].figures.caller, lines[0].figures.position) == (caller, position)
    assert log.set_aside == {}


def test_a_figure_that_is_no_figure_is_set_aside() -> None:
    assert parsed(ENTER + CONNECT.replace("|8|", "|eight|"))[1].set_aside == {"fields": 1}
    assert parsed(ENTER + CONNECT.replace("1795418300.8", "PJSIP/1001\x07"))[1].set_aside == {"fields": 1}


@pytest.mark.parametrize("call_id", ["order-4711", "7", "a call of ours", "pbx-1-1795418300.7"])
def test_any_channel_id_is_a_call(call_id: str) -> None:
    lines, log = parsed((ENTER + CONNECT).replace("1795418300.7", call_id))
    assert [line.call_id for line in lines] == [call_id, call_id]
    assert log.set_aside == {}


def test_events_that_a_dialplan_writes_itself_are_handed_on() -> None:
    lines, log = parsed("1795418300|1795418300.7|support|NONE|INFO|a|b|c|d\n")

    assert lines[0].data == ("a", "b", "c", "d")
    assert log.set_aside == {}


def test_a_pipe_in_a_number_costs_the_number_and_not_the_join() -> None:
    lines, log = parsed(START + ENTER.replace("138", "1|x38") + CONNECT)

    assert [line.event for line in lines] == ["QUEUESTART", "ENTERQUEUE", "CONNECT"]
    assert lines[1].figures == LoggedFigures()
    assert log.set_aside == {"fields": 1}
    assert log.refused[0].pos == len(START)
    assert "1|x38" in log.refused[0].text


def test_a_line_break_in_a_number_costs_the_number_and_not_the_join() -> None:
    lines, log = parsed(START + ENTER + ENTER.replace(".7", ".8").replace("138", "138\n9") + CONNECT)

    assert [line.event for line in lines] == ["QUEUESTART", "ENTERQUEUE", "ENTERQUEUE", "CONNECT"]
    assert lines[2].figures == LoggedFigures()
    assert log.set_aside == {"fields": 1, "not_a_line": 1}


@pytest.mark.parametrize(
    "join",
    [
        "1795418200|1795418300.7|support|NONE|ENTERQUEUE||138|1",
        "1795418300|1795418300.7|support|NONE|ENTERQUEUE||1\x0738|1",
        "1795418300|1795418300.7|support|NONE|ENTERQUEUE|",
        "1795418300|1795418300.7|support|NONE|ENTERQUEUE",
    ],
)
def test_each_join_counts_whatever_is_wrong_with_it(join: str) -> None:
    lines, log = parsed(START + join + "\n")
    assert [line.event for line in lines] == ["QUEUESTART", "ENTERQUEUE"]
    assert log.set_aside.total() == 1


@pytest.mark.parametrize(
    ("forged", "fault"),
    [
        ("1795418300|NONE|support|Bob|CONNECT|8|1795418299.1|7", "call_id"),
        ("1795418300||support|Bob|CONNECT|8|1795418299.1|7", "call_id"),
        ("1795418200|1795418300.7|support|Bob|CONNECT|8|1795418299.1|7", "time"),
        ("1795418301|1795418300.7|support|Bob|CONNECT|x|7", "fields"),
        ("1795418301|1795418300.7|support|Bob", "not_a_line"),
        ("17954183xx|1795418300.7|support|Bob|CONNECT|8|1795418299.1|7", "not_a_line"),
        ("1795418301|1795418300.7|support|Bob||", "not_a_line"),
    ],
)
def test_a_forged_line_is_set_aside(forged: str, fault: str) -> None:
    lines, log = parsed(START + ENTER + forged + "\n" + CONNECT)

    assert [line.event for line in lines] == ["QUEUESTART", "ENTERQUEUE", "CONNECT"]
    assert log.set_aside == {fault: 1}


def test_a_call_that_entered_before_the_log_began_is_believed() -> None:
    lines, _ = parsed(CONNECT.replace("1795418300.7", "pbx-1-1795418100.7"))

    assert lines[0].call_id == "pbx-1-1795418100.7"


def test_a_little_disorder_is_normal() -> None:
    assert parsed(CALL + "1795418313|NONE|support|Bob|PAUSE|tea\n")[1].set_aside == {}


def test_one_wild_time_in_the_future_costs_no_honest_line() -> None:
    lines, log = parsed(ENTER + "1795999999|NONE|support|Bob|PAUSE|\n" + CONNECT + COMPLETE)

    assert len(lines) == 4
    assert log.set_aside == {}


def test_a_clock_set_back_costs_one_line() -> None:
    before = "1795410000|NONE|support|Bob|PAUSE|\n"

    assert parsed(ENTER + CONNECT + before * 3)[1].set_aside == {"time": 1}


def test_a_line_without_end_is_set_aside_in_bounded_memory() -> None:
    log = QueueLog()
    log.feed(ENTER.encode())
    for _ in range(100):
        log.feed(b"x" * 65536)
        assert len(log._tail) <= 8192

    lines = log.feed(b"\n" + CONNECT.encode())

    assert log.set_aside == {"too_long": 1}
    assert lines[0].pos == len(ENTER) + 100 * 65536 + 1
