"""The doctor's verdicts on what a switch answers."""

from __future__ import annotations

import time

import msgspec
import pytest

from callcenter.doctor.inspect import Heard, inspect_live, inspect_rights, inspect_stream, inspect_switch
from tests.unit.doctor.doctor_links import BARE, CONTROL, OPENING, SNAPSHOT, logins, verdicts


async def test_heartbeat_with_the_whole_opening_is_well() -> None:
    events, control = logins()
    checks = await inspect_stream(events.link, control.link, 1.0, Heard())
    assert verdicts(checks) == {"heartbeat": "ok", "timestampevents": "ok", "debug": "ok"}


@pytest.mark.parametrize(
    ("header", "check", "line"),
    [("Timestamp", "timestampevents", "timestampevents = yes"), ("SequenceNumber", "debug", "debug = on")],
)
async def test_missing_part_of_the_opening_names_the_line_to_add(header: str, check: str, line: str) -> None:
    events, control = logins()
    control.opening = {name: value for name, value in OPENING.items() if name != header}
    checks = await inspect_stream(events.link, control.link, 1.0, Heard())
    (failed,) = [found for found in checks if found.verdict == "fail"]
    assert failed.name == check
    assert f"manager.conf [general]: {line}" in failed.remedy


async def test_heartbeat_that_does_not_come_back_names_the_login() -> None:
    events, control = logins()
    control.heard_by = None
    (check,) = await inspect_stream(events.link, control.link, 0.01, Heard())
    assert check.verdict == "fail"
    assert check.remedy.startswith("manager.conf [events]: read must have user")


async def test_logins_with_exactly_the_rights_they_need_are_well() -> None:
    events, control = logins()
    checks = await inspect_rights(events.link, control.link)
    assert set(verdicts(checks).values()) == {"ok"}


async def test_events_login_that_may_write_fails() -> None:
    events, control = logins()
    events.answers["ListCommands"] = {**BARE, "Originate": "Call. (Priv: originate,all)"}
    (failed,) = [check for check in await inspect_rights(events.link, control.link) if check.verdict == "fail"]
    assert (failed.name, failed.found) == ("events login", "may do Originate")


@pytest.mark.parametrize("action", ["Originate", "Command", "UpdateConfig", "GetConfig", "ModuleLoad"])
async def test_control_login_that_may_do_more_than_it_needs_fails(action: str) -> None:
    events, control = logins(ListCommands={**CONTROL, action: "Anything. (Priv: x,all)"})
    (failed,) = [check for check in await inspect_rights(events.link, control.link) if check.verdict == "fail"]
    assert (failed.name, failed.found) == ("control limits", f"may do {action}")


@pytest.mark.parametrize("action", ["UserEvent", "QueuePause", "CoreShowChannels"])
async def test_control_login_that_may_not_do_enough_fails(action: str) -> None:
    able = {name: text for name, text in CONTROL.items() if name != action}
    events, control = logins(ListCommands=able)
    (failed,) = [check for check in await inspect_rights(events.link, control.link) if check.verdict == "fail"]
    assert (failed.name, failed.found) == ("control rights", f"may not do {action}")
    assert failed.remedy == "manager.conf [control]: write = agent,reporting,user"


async def test_without_rights_for_a_snapshot_the_other_checks_still_speak() -> None:
    events, control = logins(ListCommands=BARE)
    checks, snapshot = await inspect_live(events.link, control.link, 1.0, Heard())
    assert snapshot is None
    assert verdicts(checks)["control rights"] == "fail"
    assert verdicts(checks)["events login"] == "ok"


async def test_switch_that_does_not_list_devices_names_the_module() -> None:
    able = {name: text for name, text in CONTROL.items() if name != "DeviceStateList"}
    events, control = logins(ListCommands=able)
    (failed,) = [check for check in await inspect_rights(events.link, control.link) if check.verdict == "fail"]
    assert failed.remedy == "modules.conf: load = res_manager_devicestate.so"


@pytest.mark.parametrize(
    ("version", "verdict"),
    [
        ("22.10.1+dfsg", "ok"),
        ("16.0.0", "ok"),
        ("certified/18.9-cert1", "ok"),
        ("13.38.3", "fail"),
        ("GIT-master-abc", "unknown"),
        ("", "unknown"),
    ],
)
async def test_version_is_judged(version: str, verdict: str) -> None:
    _, control = logins()
    checks = await inspect_switch(control.link, msgspec.structs.replace(SNAPSHOT, version=version))
    assert verdicts(checks)["version"] == verdict


async def test_missing_systemname_names_the_line_to_add() -> None:
    _, control = logins()
    checks = await inspect_switch(control.link, msgspec.structs.replace(SNAPSHOT, system_name=""))
    (warned,) = [check for check in checks if check.verdict == "warn"]
    assert warned.remedy.startswith("asterisk.conf [options]: systemname =")


@pytest.mark.parametrize(("ahead", "verdict"), [(0.0, "ok"), (30.0, "fail"), (-30.0, "fail")])
async def test_clock_of_the_switch_is_held_against_ours(ahead: float, verdict: str) -> None:
    _, control = logins(Ping={"Ping": "Pong", "Timestamp": f"{time.time() + ahead:.6f}"})
    assert verdicts(await inspect_switch(control.link, SNAPSHOT))["clock"] == verdict


async def test_clock_that_is_not_told_is_unknown() -> None:
    _, control = logins()
    assert verdicts(await inspect_switch(control.link, SNAPSHOT))["clock"] == "unknown"
