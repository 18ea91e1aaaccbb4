"""Who sits where, asked at a moment."""

from __future__ import annotations

from callcenter.domain import events as ev
from callcenter.domain.agents.directory import Directory, Tenure
from callcenter.domain.snapshot import HintState, Snapshot
from tests.unit.domain.switch import Switch, micros

NOON = 100.0
SHIFTS = {"PJSIP/1001": (Tenure("Alice", None, micros(NOON)), Tenure("Bob", micros(NOON), micros(300)))}


def members(switch: Switch) -> dict[str, dict[str, list[str]]]:
    people = switch.floor.state.people.values()
    return {p.name: {q: list(ms) for q, ms in p.queues.items()} for p in people if p.queues}


def hints(switch: Switch, at: float, **devices: str) -> None:
    told = tuple(HintState(hint=f"hint:{hint}@ext-local", device=device) for hint, device in devices.items())
    snapshot = Snapshot(None, None, "22", "", "", (), (), (), (), None, None, told)
    switch.tell(ev.Resynced, at, snapshot=snapshot)


# the directory


def test_directory_names_who_has_a_seat_from_the_first_moment_to_before_the_last() -> None:
    seats = Directory(SHIFTS, {"PJSIP/1001": "Nobody", "PJSIP/1002": "Carol"})
    assert [seats.at("PJSIP/1001", micros(at)) for at in (0, NOON - 0.000001, NOON, 299, 300)] == [
        "Alice",
        "Alice",
        "Bob",
        "Bob",
        None,
    ]
    assert seats.at("PJSIP/1001", None) == "Alice"  # a moment that nobody knows speaks against nobody
    assert (seats.at("PJSIP/1002", micros(0)), seats.at("PJSIP/9", micros(0))) == ("Carol", None)


def test_directory_names_the_interface_of_an_agent_and_the_phone_of_a_number() -> None:
    seats = Directory(SHIFTS | {"SIP/1004": (Tenure("Dave"),)}, {"PJSIP/1002": "Carol", "PJSIP/1004": "Dave"})
    assert [seats.interface_of(name) for name in ("Bob", "Carol", "Eve")] == ["PJSIP/1001", "PJSIP/1002", None]
    assert seats.phone_of("Local/1002@from-queue/n") == "PJSIP/1002"
    assert (seats.phone_of("Local/1004@from-queue/n"), seats.phone_of("PJSIP/1002")) == (None, None)
    assert (seats.knows("PJSIP/1001"), seats.knows("PJSIP/1002"), seats.knows("PJSIP/9")) == (True, True, False)
    assert (bool(seats), bool(Directory({}, {}))) == (True, False)


def test_directory_tells_when_seats_change_hands_next() -> None:
    seats = Directory(SHIFTS, {})
    assert [seats.next_border(at) for at in (0, micros(NOON), micros(300))] == [micros(NOON), micros(300), None]
