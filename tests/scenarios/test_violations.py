"""Every tape and what the rules make of it: few acts, many that only look like one.

Tapes are short, so limits are: a phone rings for 4 s at most, a line is engaged for 3 s, a phone is off for 1.5 s,
whoever hangs up within 2.5 s hung up on a customer, and 2.5 s of a pause are an absence unless its reason is a meal.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.scenarios.tapes import ALL, LOGINS, Shown, Tape, replayed, tape, written

RULEBOOK = """
based_on: packaged
editions:
  - version: short
    from: 1970-01-01
    figures: {rings: 1, cadence_seconds: 4, engaged_seconds: 3, off_seconds: 1.5, hangup_within_seconds: 2.5,
              away_seconds: 2.5, told_reasons: [meal]}
    violations:
      V-HANGUP: {mode: "on", severity: moderate, points: 10}
      V-AWAY: {mode: "on"}
"""
LEGIT = ["_12XX", "_1XXXXXXXXXX", "*45X", "*46", "*47"]
"""Colleagues, numbers outside, codes for pauses and for signing in; *60, which answers and is silent, is none."""

Expected = list[tuple[str, str, str, float, str]]
PROPOSED, UNDETERMINED = "proposed", "undetermined"

TRUE: dict[str, Expected] = {
    # acts
    "answered": [("V-LATE-ANSWER", "Alice 1204", PROPOSED, 4.3, "was answered")],
    "late_answer": [
        ("V-LATE-ANSWER", "Alice 1208", PROPOSED, 16.2, "was answered"),
        ("V-HANGUP", "Alice 1208", PROPOSED, 2.0, "hung up"),
    ],
    "ring_no_answer": [("V-MISSED", "Alice 1212", PROPOSED, 5.0, "was not answered")],
    "timed_out": [("V-MISSED", "Alice 1108", PROPOSED, 5.0, "was not answered")],
    "decline_603": [("V-MISSED", "Alice 1216", PROPOSED, 2.8, "was declined")],
    "local_member_no_answer": [("V-MISSED", "Alice 1244", PROPOSED, 5.0, "was not answered")],
    "withdrawn_ringing": [("V-MISSED", "Alice 1124", PROPOSED, 5.0, "was not answered")],
    "hotline_menu": [("V-HANGUP", "Alice 1156", PROPOSED, 1.0, "hung up")],
    "local_member": [("V-HANGUP", "Alice 1240", PROPOSED, 2.0, "hung up")],
    "two_callers": [
        ("V-HANGUP", "Alice 1184", PROPOSED, 2.0, "hung up"),
        ("V-HANGUP", "Alice 1184", PROPOSED, 1.0, "hung up"),
    ],
    "line_lying_open": [("V-HOTLINE", "Alice 1180", PROPOSED, 6.0, "was engaged")],
    "talks_to_an_echo": [("V-HOTLINE", "Alice 1372", PROPOSED, 5.0, "was engaged")],
    "alone_in_a_conference": [("V-HOTLINE", "Alice 1376", PROPOSED, 5.0, "was engaged")],
    "dials_what_never_answers": [("V-HOTLINE", "Alice 1380", PROPOSED, 5.0, "was engaged")],
    "chats_with_a_colleague": [("V-HOTLINE", "Alice 1384", PROPOSED, 5.7, "was engaged")],
    "pause": [("V-AWAY", "Alice 1160", PROPOSED, 3.0, "away for")],
    # nobody can tell
    "unregister": [("V-HOTLINE", "Alice 1168", UNDETERMINED, 2.4, "no customer was kept out")],
    "leave_empty": [("V-HOTLINE", "Alice 1120", UNDETERMINED, 4.1, "an outage cannot be ruled out")],
    "phone_dies_ringing": [("V-HOTLINE", "Alice 1232", UNDETERMINED, 6.1, "an outage cannot be ruled out")],
    # twins of a late answer: rung in time, by whoever took it; lifted in time and confirmed later; not seen to ring
    "ringall": [],
    "call_confirmed": [],
    "never_says_ringing": [],
    "hostile_number": [],
    "agent_on_the_line": [],
    # twins of a missed call: the caller left, somebody else took it, the phone was busy, dead or dying, the switch
    # went down, an operator took the caller away
    "abandoned_ringing": [],
    "abandoned_waiting": [],
    "busy_486": [],
    "dead_phone": [],
    "call_not_confirmed": [],
    "key_exit": [],
    "key_exit_waiting": [],
    "redirected": [],
    "withdrawn": [],
    "restart_now": [],
    "kill_9": [],
    "gap": [],
    "hostile_number_uncleaned": [],
    # twins of hanging up: the customer did, a transfer, a talk of some length
    "held_by_caller": [],
    "hold": [],
    "blind_transfer": [],
    "blind_transfer_to_queue": [],
    "blind_transfer_unanswered": [],
    "attended_transfer": [],
    "attended_transfer_by_key": [],
    "blind_transfer_by_key": [],
    "parked_and_given_up": [],
    "parked_back_unanswered": [],
    "parked_by_key": [],
    "fpbx_blind": [],
    "fpbx_blind_by_key": [],
    "fpbx_attended": [],
    "fpbx_attended_by_key": [],
    "fpbx_parked": [],
    "local_half_gone": [],
    "local_half_gone_then_transferred": [],
    # twins of a blocked line: a customer is on the other side, whoever brought her there
    "picked_up_by_colleague": [],
    "picked_up_by_group": [],
    "fpbx_picked_up": [],
    "parked_and_taken": [],
    "parked_and_back": [],
    "parked_by_dialplan": [],
    "attended_into_waiting": [],
    "three_in_a_talk": [],
    "conference_with_customer": [],
    "call_back": [],
    "called_directly": [],
    "fpbx_answered": [],
    "fpbx_follow_me": [],
    "fpbx_own_call": [],
    # twins of a blocked line: a supervisor at work
    "supervisor_listens": [],
    "supervisor_barges": [],
    # twins of a blocked line: a call outside, a question to a colleague, nobody there, nobody let in
    "outbound": [],
    "given_up_and_called_back": [],
    "consultation_only": [],
    "overflowed": [],
    "refused_full": [],
    "refused_join_empty": [],
    "phone_dies_idle": [],
    # twin of being away: the reason was told
    "pause_by_phone": [],
}

login = pytest.mark.parametrize("login", LOGINS)
guilty = pytest.mark.parametrize("one", [tape(name) for name, expected in TRUE.items() if expected], ids=str)


@pytest.fixture(scope="session")
def rulebook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("rules") / "short.yaml"
    path.write_text(RULEBOOK)
    return path


def roster(one: Tape, folder: Path, *, on_shift: bool = True) -> Path:
    """Write a roster of whoever is in a tape, all on shift, or none."""
    agents = [(found["agent"], found["interface"]) for found in replayed(one.logins("board"))["agents"]]
    shift = {"from": "2026-01-01T00:00", "to": "2027-01-01T00:00"}
    path = folder / "roster.json"
    path.write_text(
        json.dumps(
            {
                "agents": [{"agent": agent, "interface": interface} for agent, interface in agents],
                "shifts": [{"agent": agent} | shift for agent, _ in agents if on_shift],
                "legit_extensions": LEGIT,
            }
        )
    )
    return path


def judged(one: Tape, login: str, *options: str | Path, log: bool = False) -> Shown:
    return json.loads(written(one.logins(login), one.log if log else None, *map(str, options)))  # type: ignore[no-any-return]


def verdicts(shown: Shown) -> list[tuple[str, str, str]]:
    return [(found["rule"], found["agent"], found["verdict"]) for found in shown["violations"]]


def test_every_tape_is_told_of_and_twins_outnumber_acts() -> None:
    acts = [name for name, expected in TRUE.items() if any(verdict == PROPOSED for _, _, verdict, *_ in expected)]
    assert sorted(TRUE) == sorted(map(str, ALL))
    assert len(TRUE) >= 30
    assert len(TRUE) - len(acts) > len(acts)


@pytest.mark.parametrize("log", [False, True], ids=["alone", "with_queue_log"])
@login
@pytest.mark.parametrize("one", ALL, ids=str)
def test_tape_has_the_records_that_were_deserved_and_no_other(
    one: Tape, login: str, rulebook: Path, tmp_path: Path, *, log: bool
) -> None:
    shown = judged(one, login, "--roster", roster(one, tmp_path), "--rulebook", rulebook, log=log)
    expected = TRUE[str(one)]

    assert verdicts(shown) == [told[:3] for told in expected]
    for (*_, measured, words), found in zip(expected, shown["violations"], strict=True):
        assert found["measured"] == pytest.approx(measured, abs=0.05)
        assert words in found["why"]
        assert found["evidence"] or found["rule"] == "V-AWAY"


@guilty
def test_off_shift_nothing_is_held_against_anybody(one: Tape, rulebook: Path, tmp_path: Path) -> None:
    options = ("--roster", roster(one, tmp_path, on_shift=False), "--rulebook", rulebook)
    assert {found["verdict"] for found in judged(one, "board", *options)["violations"]} == {"excused"}


@guilty
def test_without_a_roster_nothing_is_proposed(one: Tape, rulebook: Path) -> None:
    assert {found["verdict"] for found in judged(one, "board", "--rulebook", rulebook)["violations"]} == {UNDETERMINED}


def test_customers_who_were_kept_out_are_named(rulebook: Path, tmp_path: Path) -> None:
    one = tape("line_lying_open")
    (found,) = judged(one, "board", "--roster", roster(one, tmp_path), "--rulebook", rulebook)["violations"]
    assert [(who["queue"], who["outcome"]) for who in found["impact"]] == [("line_lying_open", "abandoned")]
    assert found["severity"] == "dismissal"


def test_queue_log_is_among_what_was_ruled_out_where_it_was_given(rulebook: Path, tmp_path: Path) -> None:
    one = tape("ring_no_answer")
    options = ("--roster", roster(one, tmp_path), "--rulebook", rulebook)
    alone, beside = (judged(one, "board", *options, log=log)["violations"][0]["ruled_out"] for log in (False, True))
    assert ("log_differs" in alone, "log_differs" in beside) == (False, True)
