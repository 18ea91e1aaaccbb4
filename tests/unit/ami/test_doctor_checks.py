"""The doctor's verdicts on what a switch answers."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, cast

import msgspec
import pytest

from callcenter.ami.inspect import (
    CALL_EVENTS,
    Check,
    inspect_live,
    inspect_phones,
    inspect_rights,
    inspect_stream,
    inspect_switch,
    listen_for_call,
)
from callcenter.ami.link import Answer
from callcenter.ami.lookup import Nowhere, OnSwitch
from callcenter.domain.frame import Frame
from callcenter.domain.snapshot import MemberState, Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from callcenter.ami.link import Link
    from callcenter.ami.protocol import Batch

OPENING = {"Timestamp": "1795418218.000001", "SequenceNumber": "7"}
CONTROL = {
    "UserEvent": "Send. (Priv: user,all)",
    "QueuePause": "Pause. (Priv: agent,all)",
    "CoreSettings": "Show. (Priv: system,reporting,all)",
    "CoreShowChannels": "List. (Priv: system,reporting,all)",
    "Getvar": "Get. (Priv: call,reporting,all)",
    "DeviceStateList": "List. (Priv: call,reporting,all)",
    "Message": "no action",
}
BARE = {"Ping": "Keepalive command.  (Priv: <none>)", "ActionID": "x"}
SNAPSHOT = Snapshot(
    after=None,
    before=None,
    after_seq=None,
    before_seq=None,
    version="22.10.1+dfsg",
    system_name="pbx",
    started="",
    queues=(),
    members=(),
    waiting=(),
    channels=(),
    devices=(),
    contacts=(),
)


class FakeLink:
    """A login that answers from a table; a heartbeat sent on it comes back to whoever listens to `heard_by`."""

    def __init__(self, username: str, **answers: dict[str, str]) -> None:
        self.username = username
        self.answers = answers
        self.heard_by: FakeLink | None = None
        self.opening = OPENING
        self.sink: Callable[[Batch], None] | None = None

    def deliver(self, sink: Callable[[Batch], None]) -> None:
        self.sink = sink

    async def ask(self, action: str, fields: Mapping[str, str] | None = None) -> Answer:
        fields = dict(fields or {})
        if action == "UserEvent" and self.heard_by is not None:
            assert self.heard_by.sink is not None
            self.heard_by.sink([(Frame("UserEvent", {**self.opening, **fields}, None, None, 0), b"")])
        key = fields["Variable"] if action == "Getvar" else action
        return Answer(self.answers.get(key, {}), ())

    demand = ask

    @property
    def link(self) -> Link:
        return cast("Link", self)


def logins(**control: dict[str, str]) -> tuple[FakeLink, FakeLink]:
    events = FakeLink("events", ListCommands=BARE)
    asking = FakeLink("control", **{"ListCommands": CONTROL, **control})
    asking.heard_by = events
    return events, asking


def verdicts(checks: list[Check]) -> dict[str, str]:
    return {check.name: check.verdict for check in checks}


async def test_heartbeat_with_the_whole_opening_is_well() -> None:
    events, control = logins()
    checks = await inspect_stream(events.link, control.link, 1.0)
    assert verdicts(checks) == {"heartbeat": "ok", "timestampevents": "ok", "debug": "ok"}


@pytest.mark.parametrize(
    ("header", "check", "line"),
    [("Timestamp", "timestampevents", "timestampevents = yes"), ("SequenceNumber", "debug", "debug = on")],
)
async def test_missing_part_of_the_opening_names_the_line_to_add(header: str, check: str, line: str) -> None:
    events, control = logins()
    control.opening = {name: value for name, value in OPENING.items() if name != header}
    checks = await inspect_stream(events.link, control.link, 1.0)
    (failed,) = [found for found in checks if found.verdict == "fail"]
    assert failed.name == check
    assert f"manager.conf [general]: {line}" in failed.remedy


async def test_heartbeat_that_does_not_come_back_names_the_login() -> None:
    events, control = logins()
    control.heard_by = None
    (check,) = await inspect_stream(events.link, control.link, 0.01)
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
    checks, snapshot = await inspect_live(events.link, control.link, 1.0)
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
    (failed,) = [check for check in checks if check.verdict == "fail"]
    assert failed.remedy.startswith("asterisk.conf [options]: systemname =")


@pytest.mark.parametrize(("ahead", "verdict"), [(0.0, "ok"), (30.0, "fail"), (-30.0, "fail")])
async def test_clock_of_the_switch_is_held_against_ours(ahead: float, verdict: str) -> None:
    _, control = logins(Ping={"Ping": "Pong", "Timestamp": f"{time.time() + ahead:.6f}"})
    assert verdicts(await inspect_switch(control.link, SNAPSHOT))["clock"] == verdict


async def test_clock_that_is_not_told_is_unknown() -> None:
    _, control = logins()
    assert verdicts(await inspect_switch(control.link, SNAPSHOT))["clock"] == "unknown"


def with_phone() -> Snapshot:
    member = MemberState(
        queue="q",
        name="n",
        interface="Local/1001@agents",
        state_interface="PJSIP/1001",
        status=1,
        paused=False,
        reason="",
        in_call=False,
        wrapup_seconds=0,
    )
    return msgspec.structs.replace(SNAPSHOT, members=(member,))


@pytest.mark.parametrize(("value", "verdict"), [("0", "ok"), ("1", "fail"), ("2", "fail"), ("", "unknown")])
async def test_setting_that_hides_ringing_is_found(value: str, verdict: str) -> None:
    _, control = logins(**{"PJSIP_ENDPOINT(1001,device_state_busy_at)": {"Value": value}})
    checks = await inspect_phones(control.link, with_phone(), Nowhere())
    assert verdicts(checks)["device_state_busy_at"] == verdict


async def test_contacts_that_cannot_be_asked_for_name_the_modules() -> None:
    _, control = logins()
    snapshot = msgspec.structs.replace(with_phone(), contacts=None)
    (warning,) = [check for check in await inspect_phones(control.link, snapshot, Nowhere()) if check.verdict == "warn"]
    assert "func_pjsip_contact.so" in warning.remedy


@pytest.mark.parametrize(
    ("names", "verdict", "found"),
    [
        ((), "unknown", "no call was seen"),
        (CALL_EVENTS, "ok", "every event of an answered call was seen"),
        (CALL_EVENTS[:-1], "fail", f"never saw {CALL_EVENTS[-1]}"),
    ],
)
async def test_test_call_shows_which_events_come_through(names: tuple[str, ...], verdict: str, found: str) -> None:
    events, _ = logins()
    listening = asyncio.create_task(listen_for_call(events.link, 0.01))
    await asyncio.sleep(0)
    assert events.sink is not None
    events.sink([(Frame(name, {}, None, None, 0), b"") for name in names])
    check = await listening
    assert (check.verdict, check.found) == (verdict, found)


async def test_switch_that_answers_for_its_files_is_asked() -> None:
    _, control = logins(
        **{
            "AST_CONFIG(manager.conf,general,enabled)": {"Value": "yes"},
            "AST_CONFIG(queues.conf,consumers,timeout)": {"Value": "30"},
        }
    )
    assert await OnSwitch(control.link).works()
    assert await OnSwitch(control.link).get("queues.conf", "consumers", "timeout") == "30"


async def test_switch_without_the_function_is_known_by_its_silence() -> None:
    _, control = logins()
    assert not await OnSwitch(control.link).works()


async def test_section_name_that_could_leave_its_function_call_is_not_asked_for() -> None:
    _, control = logins()
    assert await OnSwitch(control.link).get("queues.conf", "x)${SHELL(id)}", "timeout") is None
