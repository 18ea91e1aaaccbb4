"""Agents as queue_log alone tells of them: never more than the log says, and nobody blamed for what it does not."""

from __future__ import annotations

import pytest

from callcenter.domain.agents.directory import Directory
from callcenter.domain.frame import SECOND, Micros
from callcenter.queuelog.lines import QueueLog
from callcenter.queuelog.logged_agents import AgentBook, LoggedAgent
from callcenter.queuelog.logged_visits import LogBook

T0 = 1_794_000_000
CALL, OTHER = f"{T0}.5", f"{T0}.8"
Told = list[tuple[str, str | None, int, int | None]]


def told(*lines: str, names: dict[str, str] | None = None, wrap_up: int = 0) -> dict[str, LoggedAgent]:
    """Read lines of `second|rest`, after a QUEUESTART at second 0."""

    def lasts(queue: str | None, _at: Micros) -> Micros:
        return wrap_up * SECOND if queue == "desk" else 0

    book, agents = LogBook(), AgentBook(Directory({}, names or {}), lasts)
    all_lines = ["0|NONE|NONE|NONE|QUEUESTART|", *lines]
    text = "".join(f"{T0 + int(line.partition('|')[0])}|{line.partition('|')[2]}\n" for line in all_lines)
    for line in QueueLog().feed(text.encode()):
        agents.note(line, book.note(line))
    book.finish()
    return {agent.name: agent for agent in agents.agents(book.visits)}


def states(agent: LoggedAgent) -> Told:
    def second(at: Micros | None) -> int | None:
        return None if at is None else at // SECOND - T0

    return [(s.state.value, s.reason, second(s.start) or 0, second(s.end)) for s in agent.spans]


def call(*ends: str, uid: str = CALL, at: int = 10) -> tuple[str, ...]:
    return (f"{at}|{uid}|desk|NONE|ENTERQUEUE||1370|1", *(end.replace("|CALL|", f"|{uid}|desk|") for end in ends))


ANSWERED = call("14|CALL|Mei|CONNECT|4|x.1|3", "30|CALL|Mei|COMPLETECALLER|4|16|1")


def test_talk_is_known_and_so_is_the_time_after_it() -> None:
    mei = told(*ANSWERED)["Mei"]
    assert (mei.answered, mei.missed, mei.interface) == (1, 0, None)
    assert states(mei) == [("unknown", None, 0, 14), ("talking", None, 14, 30), ("available", None, 30, None)]


def test_wrap_up_is_reckoned_by_the_rulebook_and_ends_when_it_does_or_with_the_next_call() -> None:
    alone = told(*ANSWERED, "50|NONE|desk|Mei|PAUSE|tea", wrap_up=5)["Mei"]
    assert states(alone)[2:] == [
        ("wrap_up", None, 30, 35),
        ("available", None, 35, 50),
        ("paused", "tea", 50, None),
    ]
    again = call("33|CALL|Mei|CONNECT|1|x.2|1", uid=OTHER, at=32)
    assert states(told(*ANSWERED, *again, wrap_up=5)["Mei"])[2:] == [
        ("wrap_up", None, 30, 33),
        ("talking", None, 33, None),
    ]


def test_after_call_work_is_wrap_up_while_that_lasts_and_a_pause_of_the_service_is_its_own_state() -> None:
    mei = told(*ANSWERED, "32|NONE|desk|Mei|PAUSE|acw", "60|NONE|desk|Mei|PAUSE|page_cannot_ring", wrap_up=9)["Mei"]
    assert states(mei)[2:] == [
        ("wrap_up", None, 30, 39),
        ("paused", "acw", 39, 60),
        ("system_paused", "page_cannot_ring", 60, None),
    ]
    done = told(*ANSWERED, "32|NONE|desk|Mei|PAUSE|acw", "34|NONE|desk|Mei|UNPAUSE|", wrap_up=9)["Mei"]
    assert states(done)[2:] == [("wrap_up", None, 30, 34), ("available", None, 34, None)]


def test_sign_in_and_sign_out_are_spans() -> None:
    mei = told(
        "5|MANAGER|desk|PJSIP/801|ADDMEMBER|",
        "6|x.1|night|PJSIP/801|ADDMEMBER|PAUSED",
        "9|MANAGER|night|PJSIP/801|REMOVEMEMBER|",
        "20|REALTIME|desk|PJSIP/801|REMOVEMEMBER|",
    )["PJSIP/801"]
    assert mei.interface == "PJSIP/801"
    assert states(mei) == [
        ("unknown", None, 0, 5),
        ("available", None, 5, 6),
        ("paused", None, 6, 9),
        ("available", None, 9, 20),
        ("offline", "signed out", 20, None),
    ]


@pytest.mark.parametrize(
    ("word", "out"), [("AGENTLOGIN", "AGENTLOGOFF"), ("AGENTCALLBACKLOGIN", "AGENTCALLBACKLOGOFF")]
)
def test_logins_of_old_versions_are_sign_ins(word: str, out: str) -> None:
    agent = told(f"5|{CALL}|NONE|Agent/801|{word}|801@phones", f"9|{CALL}|NONE|Agent/801|{out}|801@phones|4|Autologoff")
    assert states(agent["Agent/801"]) == [
        ("unknown", None, 0, 5),
        ("available", None, 5, 9),
        ("offline", "signed out", 9, None),
    ]


def test_pause_in_one_queue_and_in_all_is_a_span_with_its_reason() -> None:
    mei = told(
        "5|NONE|desk|Mei|UNPAUSE|",
        "6|NONE|NONE|Mei|PAUSEALL|",
        "6|NONE|desk|Mei|PAUSE|lunch",
        "6|NONE|night|Mei|PAUSE|lunch",
        "9|NONE|desk|Mei|UNPAUSE|",
        "12|NONE|NONE|Mei|UNPAUSEALL|",
    )["Mei"]
    assert states(mei) == [
        ("unknown", None, 0, 5),
        ("available", None, 5, 6),
        ("paused", "lunch", 6, 9),
        ("paused", "lunch", 9, 12),
        ("available", None, 12, None),
    ]
    assert [span.queues for span in mei.spans] == [(), (), ("desk", "night"), ("night",), ()]


def test_pause_everywhere_holds_for_a_queue_that_is_joined_later() -> None:
    mei = told("5|NONE|NONE|Mei|PAUSEALL|tea", "7|NONE|desk|Mei|UNPAUSE|")["Mei"]
    assert states(mei)[1:] == [("paused", "tea", 5, 7), ("available", None, 7, None)]


def test_talking_goes_before_signed_out_and_signed_out_stays_after_it() -> None:
    mei = told(
        *call("14|CALL|SIP/8|CONNECT|4|x.1|3", "20|CALL|SIP/8|COMPLETEAGENT|4|6|1")[:2],
        "16|NONE|desk|SIP/8|REMOVEMEMBER|",
        f"20|{CALL}|desk|SIP/8|COMPLETEAGENT|4|6|1",
    )["SIP/8"]
    assert states(mei)[1:] == [("talking", None, 14, 20), ("offline", "signed out", 20, None)]


def test_restart_makes_everybody_unknown_but_who_had_signed_out() -> None:
    agents = told(
        "3|NONE|desk|SIP/9|ADDMEMBER|",
        "4|NONE|desk|SIP/9|REMOVEMEMBER|",
        "5|NONE|desk|Lin|PAUSE|tea",
        *ANSWERED[:2],
        "40|NONE|NONE|NONE|QUEUESTART|",
        "50|NONE|desk|Lin|UNPAUSE|",
    )
    assert states(agents["Mei"])[1:] == [("talking", None, 14, 40), ("unknown", None, 40, None)]
    assert states(agents["SIP/9"])[-1] == ("offline", "signed out", 4, None)
    assert states(agents["Lin"])[1:] == [
        ("paused", "tea", 5, 40),
        ("unknown", None, 40, 50),
        ("available", None, 50, None),
    ]


def test_ring_in_vain_is_missed_and_proves_her_signed_in() -> None:
    mei = told(*call("25|CALL|Mei|RINGNOANSWER|15000", "45|CALL|Mei|RINGNOANSWER|15000"))["Mei"]
    assert (mei.answered, mei.missed) == (0, 2)
    assert states(mei) == [("unknown", None, 0, 25), ("available", None, 25, None)]


@pytest.mark.parametrize(
    "lines",
    [
        ("10|CALL|Mei|RINGNOANSWER|0",),
        ("13|CALL|Mei|RINGCANCELED|3000", "13|CALL|NONE|ABANDON|1|1|3"),
        ("13|CALL|Mei|RINGNOANSWER|3000", "13|CALL|NONE|EXITWITHTIMEOUT|1|1|3"),
        ("13|CALL|Mei|RINGNOANSWER|3000", "13|CALL|NONE|ABANDON|1|1|3", "15|NONE|NONE|NONE|QUEUESTART|"),
    ],
)
def test_ring_that_somebody_else_ended_is_not_missed(lines: tuple[str, ...]) -> None:
    assert told(*call(*lines))["Mei"].missed == 0


def test_ring_of_an_unknown_length_is_missed() -> None:
    assert told(*call("13|CALL|Mei|RINGNOANSWER"))["Mei"].missed == 1


def test_talk_whose_end_is_not_in_the_log_is_not_told_as_one_that_went_on() -> None:
    lost = call("14|CALL|Mei|CONNECT|4|x.1|3")
    later = call("94|CALL|Mei|CONNECT|4|x.3|3", "99|CALL|Mei|COMPLETECALLER|4|5|1", uid=OTHER, at=90)
    mei = told(*lost, *later)["Mei"]
    assert mei.answered == 2
    assert states(mei) == [("unknown", None, 0, 94), ("talking", None, 94, 99), ("available", None, 99, None)]


def test_two_talks_at_once_end_with_the_later_one() -> None:
    second = call("16|CALL|Mei|CONNECT|4|x.3|3", "40|CALL|Mei|BLINDTRANSFER|8|in|4|24|1", uid=OTHER, at=12)
    mei = told(*ANSWERED[:2], *second[:2], ANSWERED[2], second[2])["Mei"]
    assert states(mei)[1:] == [("talking", None, 14, 40), ("available", None, 40, None)]


def test_visit_that_contradicts_itself_credits_nobody() -> None:
    assert told(*call("11|CALL|Eve|ABANDON|1|1|1", "14|CALL|Mei|CONNECT|4|x.1|3")) == {}


def test_who_only_rang_for_a_visit_that_was_moved_is_there_too() -> None:
    moved = call("20|y.1|desk|Mei|RINGNOANSWER|9000", "22|y.1|desk|Lin|CONNECT|12|x.4|1")
    agents = told(*moved)
    assert (agents["Mei"].missed, agents["Lin"].answered) == (1, 1)
    assert states(agents["Mei"]) == [("unknown", None, 0, None)]


def test_roster_names_interfaces_and_agent_numbers() -> None:
    names = {"PJSIP/801": "Zhao Mei", "Agent:802": "Qian Lin", "PJSIP/803": "Sun Bo"}
    agents = told(
        "1|MANAGER|desk|PJSIP/801|ADDMEMBER|",
        "2|x.1|NONE|802|AGENTLOGIN|PJSIP/900-00000001",
        "3|x.2|NONE|803|AGENTLOGIN|PJSIP/803-0000000a",
        "9|x.2|NONE|803|AGENTLOGOFF|PJSIP/803-0000000a|6",
        *(line.replace("Mei", "Zhao Mei") for line in ANSWERED),
        names=names,
    )
    assert {name: agent.interface for name, agent in agents.items()} == {
        "Zhao Mei": "PJSIP/801",
        "Qian Lin": "Agent:802",
        "Sun Bo": "PJSIP/803",
    }
    assert [state for state, *_ in states(agents["Zhao Mei"])] == ["unknown", "available", "talking", "available"]
    assert states(agents["Sun Bo"])[-1][0] == "offline"


def test_pause_in_all_queues_ties_an_interface_to_the_name_that_follows_it() -> None:
    agents = told(
        "1|NONE|desk|SIP/801|ADDMEMBER|",
        "4|NONE|NONE|SIP/801|PAUSEALL|",
        "4|NONE|desk|Mei|PAUSE|tea",
        "8|NONE|desk|SIP/801|REMOVEMEMBER|",
    )
    assert (list(agents), agents["Mei"].interface) == (["Mei"], "SIP/801")
    assert states(agents["Mei"]) == [
        ("unknown", None, 0, 1),
        ("available", None, 1, 4),
        ("paused", "tea", 4, 8),
        ("offline", "signed out", 8, None),
    ]


@pytest.mark.parametrize(
    "follows",
    [
        "4|NONE|desk|Mei|UNPAUSE|",
        "9|NONE|desk|Mei|PAUSE|tea",
        "4|x.9|desk|Mei|PAUSE|tea",
        "4|NONE|NONE|SIP/802|PAUSEALL|",
        "4|NONE|NONE|NONE|CONFIGRELOAD|",
    ],
)
def test_interface_is_tied_to_no_name_by_chance(follows: str) -> None:
    agents = told("4|NONE|NONE|SIP/801|PAUSEALL|", follows, "10|NONE|desk|Mei|PAUSE|tea")
    assert {"SIP/801", "Mei"} <= set(agents)


def test_line_that_comes_late_does_not_turn_time_back() -> None:
    mei = told("10|NONE|desk|Mei|PAUSE|tea", "7|NONE|desk|Mei|UNPAUSE|")["Mei"]
    assert states(mei) == [("unknown", None, 0, 10), ("available", None, 10, None)]
