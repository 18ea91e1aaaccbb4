"""The doctor's verdicts on what a test call showed the events login."""

from __future__ import annotations

import asyncio

import pytest

from callcenter.ami.names import NEEDED
from callcenter.doctor.by_call import (
    CALL_EVENTS,
    CONNECTIONS,
    UNCONNECTED,
    inspect_call,
    inspect_heard_classes,
    inspect_heard_filters,
    listen,
)
from callcenter.doctor.by_config import inspect_login
from callcenter.doctor.inspect import Heard, inspect_stream
from callcenter.doctor.lookup import Nowhere
from callcenter.doctor.manager_conf import filter_lines
from tests.unit.doctor.doctor_links import found, frames, logins, verdicts


def heard(*names: str, classes: tuple[str, ...] = ("system", "call", "agent", "user")) -> Heard:
    one = Heard()
    one.take(frames(*names))
    one.classes = set(classes)
    return one


def without(*names: str) -> tuple[str, ...]:
    return tuple(name for name in CALL_EVENTS if name not in names)


def test_events_that_tell_who_is_connected_to_whom_are_needed_ones() -> None:
    assert set(NEEDED) >= CONNECTIONS
    assert set(NEEDED) >= set(CALL_EVENTS)


@pytest.mark.parametrize(
    ("names", "verdict", "told"),
    [
        ((), "unknown", "no answered call was seen"),
        (("QueueCallerJoin", "Hangup"), "unknown", "no answered call was seen, only QueueCallerJoin, Hangup"),
        (CALL_EVENTS, "ok", "every event of an answered call was seen"),
        (without("AgentCalled"), "fail", "never saw AgentCalled"),
        (without("BridgeLeave", "AgentComplete", "Hangup"), "unknown", "the call had not ended"),
        (
            without("BridgeEnter", "BridgeLeave"),
            "fail",
            f"never saw BridgeEnter, BridgeLeave: {UNCONNECTED}",
        ),
    ],
)
def test_test_call_shows_which_events_come_through(names: tuple[str, ...], verdict: str, told: str) -> None:
    check = inspect_call("events", heard(*names))
    assert (check.verdict, check.found) == (verdict, told)


async def test_what_comes_while_it_listens_is_noted_with_its_class_and_the_calls_that_joined() -> None:
    events, _ = logins()
    one = Heard()
    listening = asyncio.create_task(listen(events.link, 0.01, one))
    await asyncio.sleep(0)
    assert events.sink is not None
    events.sink(frames("QueueCallerJoin", privilege="agent,all", Uniqueid="pbx-1795418218.3"))
    await listening
    assert one.names == {"QueueCallerJoin"}
    assert "agent" in one.classes
    assert one.calls == {"pbx-1795418218.3"}


async def test_heartbeat_that_came_back_is_heard_too() -> None:
    events, control = logins()
    one = Heard()
    await inspect_stream(events.link, control.link, 1.0, one)
    assert one.names == {"UserEvent"}


async def test_event_classes_are_known_after_a_good_test_call() -> None:
    checks = await inspect_login("events", Nowhere(), heard(*CALL_EVENTS))
    assert verdicts(checks) == {"event classes": "ok", "event class dialplan": "unknown", "writetimeout": "unknown"}
    assert found(checks)["event classes"] == "seen at work: system, call, agent, user"


def test_class_that_an_answered_call_does_not_show_says_which_call_does() -> None:
    _, dialplan = inspect_heard_classes("events", heard(*CALL_EVENTS))
    assert "let a caller's time in a queue run out" in dialplan.remedy


def test_event_classes_that_were_all_seen_are_well() -> None:
    every = ("system", "call", "agent", "user", "dialplan")
    (check,) = inspect_heard_classes("events", heard(classes=every))
    assert (check.verdict, check.found) == ("ok", "each was seen at work: system, call, agent, user, dialplan")


def test_event_classes_that_were_not_seen_are_named() -> None:
    (check,) = inspect_heard_classes("events", heard(classes=("user", "all", "")))
    assert check.verdict == "unknown"
    assert check.found.endswith("seen at work: user; not seen: system, call, agent")


def test_filters_of_an_older_print_are_told_by_an_answered_call_without_a_bridge() -> None:
    check = inspect_heard_filters("events", heard(*without("BridgeEnter", "BridgeLeave")))
    assert check.verdict == "fail"
    assert "nobody is accused of an engaged line" in check.found
    ordered = [name for name in NEEDED if name in CONNECTIONS]
    assert check.remedy.split("\n")[1:] == filter_lines(ordered, advanced=True)


def test_filters_are_not_blamed_where_the_whole_class_is_missing() -> None:
    names = ("QueueCallerJoin", "AgentCalled", "AgentConnect", "AgentComplete")
    assert inspect_heard_filters("events", heard(*names, classes=("agent",))).verdict == "unknown"


def test_events_that_the_test_call_did_not_show_are_named() -> None:
    check = inspect_heard_filters("events", heard(*CALL_EVENTS))
    assert check.verdict == "unknown"
    assert check.found.startswith(f"{len(CALL_EVENTS)} needed events were seen to pass; the call did not show Rename, ")
    assert "ParkedCall" in check.found


def test_filters_that_let_everything_through_are_well() -> None:
    assert inspect_heard_filters("events", heard(*NEEDED)).verdict == "ok"


def test_filters_are_unknown_without_a_test_call() -> None:
    check = inspect_heard_filters("events", heard("UserEvent"))
    assert (check.verdict, check.found) == ("unknown", "cannot be asked over AMI")
    assert "--listen" in check.remedy
