"""What the switch answers becomes one typed snapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from callcenter.ami.hints import phone_of
from callcenter.ami.link import SwitchAnswer
from callcenter.ami.snapshot import take_snapshot
from callcenter.domain import events as ev
from callcenter.domain.snapshot import (
    ChannelState,
    ContactState,
    DeviceState,
    HintState,
    MemberState,
    QueueState,
    Snapshot,
    WaitingState,
)
from callcenter.errors import RightsMissing, SwitchError
from callcenter.journal import Stored
from callcenter.tracker.entries import event_step, reread

if TYPE_CHECKING:
    from collections.abc import Mapping

CONSUMERS = {"Event": "QueueParams", "Queue": "consumers", "Strategy": "rrmemory", "Calls": "1"}
MERCHANTS = {"Event": "QueueParams", "Queue": "merchants", "Strategy": "ringall", "Calls": "0"}
MEMBER = {
    "Event": "QueueMember",
    "Queue": "consumers",
    "Name": "Li Si",
    "Location": "Local/1002@agents/n",
    "StateInterface": "PJSIP/1002",
    "InCall": "1",
    "Status": "2",
    "Paused": "1",
    "PausedReason": "lunch",
    "Wrapuptime": "0",
}
ENTRY = {
    "Event": "QueueEntry",
    "Queue": "consumers",
    "Position": "1",
    "Channel": "PJSIP/trunk-00000001",
    "Uniqueid": "pbx-1.1",
    "CallerIDNum": "13800000000",
    "Wait": "7",
}
CHANNEL = {
    "Event": "CoreShowChannel",
    "Channel": "PJSIP/trunk-00000001",
    "ChannelState": "6",
    "CallerIDNum": "13800000000",
    "ConnectedLineNum": "1002",
    "Exten": "400",
    "Uniqueid": "pbx-1.1",
    "Linkedid": "pbx-1.1",
    "Application": "Queue",
    "Duration": "01:00:07",
    "BridgeId": "",
}


class FakeControl:
    """A control login that answers from a table and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.answers: dict[tuple[str, str], SwitchAnswer] = {
            ("CoreSettings", ""): reply({"AsteriskVersion": "22.10.1", "SystemName": "pbx"}),
            ("CoreStatus", ""): reply({"CoreStartupDate": "2026-11-23", "CoreStartupTime": "20:23:11"}),
            ("QueueStatus", "callcenter-nobody"): reply({}, CONSUMERS, MERCHANTS),
            ("QueueStatus", "consumers"): reply({}, CONSUMERS, MEMBER, ENTRY),
            ("QueueStatus", "merchants"): reply({}, MERCHANTS),
            ("CoreShowChannels", ""): reply({}, CHANNEL, {"Event": "CoreShowChannelsComplete"}),
            ("DeviceStateList", ""): reply(
                {}, {"Event": "DeviceStateChange", "Device": "PJSIP/1002", "State": "INUSE"}
            ),
            ("Getvar", "PJSIP_ENDPOINT(1002,aors)"): reply({"Value": "1002"}),
            ("Getvar", "PJSIP_AOR(1002,contact)"): reply({"Value": "1002;@ab12,bad(name"}),
            ("Getvar", "PJSIP_CONTACT(1002;@ab12,uri)"): reply({"Value": "sip:1002@127.0.0.1:5090"}),
            ("Getvar", "PJSIP_CONTACT(1002;@ab12,status)"): reply({"Value": "Reachable"}),
        }

    async def ask(self, action: str, fields: Mapping[str, str] | None = None) -> SwitchAnswer:
        fields = dict(fields or {})
        self.asked.append((action, fields))
        return self.answers.get((action, next(iter(fields.values()), "")), reply({"Value": ""}))

    async def demand(self, action: str, fields: Mapping[str, str] | None = None) -> SwitchAnswer:
        answer = await self.ask(action, fields)
        if answer.refusal:
            raise RightsMissing(action)
        return answer


def reply(headers: dict[str, str], *items: dict[str, str]) -> SwitchAnswer:
    return SwitchAnswer({"Response": "Success", **headers}, items)


async def test_a_switch_that_names_members_without_end_gives_no_snapshot() -> None:
    control = FakeControl()
    queues = [CONSUMERS | {"Queue": f"q{n}"} for n in range(300)]
    control.answers["QueueStatus", "callcenter-nobody"] = reply({}, *queues)
    whole = reply({}, *[MEMBER] * 300)
    control.answers |= {("QueueStatus", f"q{n}"): whole for n in range(300)}

    with pytest.raises(SwitchError, match="without end"):
        await take_snapshot(control)


DENIED = SwitchAnswer({"Response": "Error", "Message": "Permission denied"}, ())


async def test_every_part_of_the_switch_is_in_the_snapshot() -> None:
    assert await take_snapshot(FakeControl()) == Snapshot(
        after=None,
        before=None,
        version="22.10.1",
        system_name="pbx",
        started="2026-11-23 20:23:11",
        queues=(QueueState("consumers", "rrmemory", 1), QueueState("merchants", "ringall", 0)),
        members=(
            MemberState(
                queue="consumers",
                name="Li Si",
                interface="Local/1002@agents/n",
                state_interface="PJSIP/1002",
                status=2,
                paused=True,
                reason="lunch",
            ),
        ),
        waiting=(WaitingState("consumers", 1, "PJSIP/trunk-00000001", "pbx-1.1", "13800000000", 7),),
        channels=(
            ChannelState(
                "PJSIP/trunk-00000001", "pbx-1.1", "pbx-1.1", 6, "400", "13800000000", "1002", "", "Queue", 3607
            ),
        ),
        devices=(DeviceState("PJSIP/1002", "INUSE"),),
        contacts=(ContactState("1002", "sip:1002@127.0.0.1:5090", "Reachable"),),
    )


async def test_queues_are_asked_one_at_a_time() -> None:
    control = FakeControl()
    await take_snapshot(control)
    asked = [fields for action, fields in control.asked if action == "QueueStatus"]
    assert asked == [{"Member": "callcenter-nobody"}, {"Queue": "consumers"}, {"Queue": "merchants"}]


async def test_missing_device_list_is_unknown_and_not_empty() -> None:
    control = FakeControl()
    control.answers["DeviceStateList", ""] = SwitchAnswer(
        {"Response": "Error", "Message": "Invalid/unknown command"}, ()
    )
    assert (await take_snapshot(control)).devices is None


async def test_missing_contact_functions_are_unknown_and_tried_no_more_than_three_times() -> None:
    control = FakeControl()
    members = [{**MEMBER, "StateInterface": f"PJSIP/{number}"} for number in range(2000, 2100)]
    control.answers["QueueStatus", "consumers"] = reply({}, CONSUMERS, *members)
    assert (await take_snapshot(control)).contacts is None
    assert len([action for action, _ in control.asked if action == "Getvar"]) == 3


async def test_switch_without_sip_members_has_no_contacts() -> None:
    control = FakeControl()
    control.answers["QueueStatus", "consumers"] = reply({}, CONSUMERS, {**MEMBER, "StateInterface": "Agent:1001"})
    assert (await take_snapshot(control)).contacts == ()


async def test_name_that_could_leave_its_function_call_is_not_asked_for() -> None:
    control = FakeControl()
    evil = {**MEMBER, "StateInterface": "PJSIP/1)${SHELL(id)}"}
    control.answers["QueueStatus", "consumers"] = reply({}, CONSUMERS, evil, MEMBER)
    await take_snapshot(control)
    assert all("SHELL" not in fields.get("Variable", "") for _, fields in control.asked)


async def test_missing_right_is_an_error_and_no_half_snapshot() -> None:
    control = FakeControl()
    control.answers["CoreShowChannels", ""] = DENIED
    with pytest.raises(RightsMissing):
        await take_snapshot(control)


@pytest.mark.parametrize(
    ("header", "value", "field"),
    [
        ("Status", "two", "status"),
        ("Status", "9" * 400, "status"),
        ("Status", "²", "status"),
    ],
)
async def test_figure_that_is_no_number_is_unknown(header: str, value: str, field: str) -> None:
    control = FakeControl()
    control.answers["QueueStatus", "consumers"] = reply({}, CONSUMERS, {**MEMBER, header: value})
    assert getattr((await take_snapshot(control)).members[0], field) is None


@pytest.mark.parametrize("duration", ["", "7", "00:61:00", "x", "99999999:00:00"])
async def test_duration_that_is_no_clock_is_unknown(duration: str) -> None:
    control = FakeControl()
    control.answers["CoreShowChannels", ""] = reply({}, {**CHANNEL, "Duration": duration})
    assert (await take_snapshot(control)).channels[0].seconds is None


async def test_member_without_state_interface_is_watched_by_its_interface() -> None:
    control = FakeControl()
    control.answers["QueueStatus", "consumers"] = reply({}, {**MEMBER, "StateInterface": ""})
    assert (await take_snapshot(control)).members[0].state_interface == "Local/1002@agents/n"


async def test_snapshot_survives_being_written_and_read() -> None:
    snapshot = await take_snapshot(FakeControl())
    assert msgspec.json.decode(msgspec.json.encode(snapshot), type=Snapshot) == snapshot


HINT = "hint:1002@ext-local"
HINTED = MEMBER | {"Location": "Local/1002@from-queue/n", "StateInterface": HINT}


def behind_a_hint(answer: SwitchAnswer) -> FakeControl:
    control = FakeControl()
    control.answers["QueueStatus", "consumers"] = reply({}, CONSUMERS, HINTED, HINTED | {"Queue": "merchants"})
    control.answers["ExtensionState", "1002"] = answer
    return control


def hint(devices: str) -> SwitchAnswer:
    return reply({"Exten": "1002", "Context": "ext-local", "Hint": devices, "Status": "0"})


async def test_phone_behind_a_hint_is_named_and_its_contacts_are_asked_for() -> None:
    control = behind_a_hint(hint("Custom:DND1002&PJSIP/1002&PJSIP/991002,CustomPresence:1002"))
    snapshot = await take_snapshot(control)
    assert snapshot.hints == (HintState(HINT, "PJSIP/1002"),)
    assert snapshot.contacts == (ContactState("1002", "sip:1002@127.0.0.1:5090", "Reachable"),)
    asked = [fields for action, fields in control.asked if action == "ExtensionState"]
    assert asked == [{"Exten": "1002", "Context": "ext-local"}]


async def test_hint_that_leads_to_no_phone_names_none() -> None:
    snapshot = await take_snapshot(behind_a_hint(hint("Custom:DND1002&Queue:consumers")))
    assert (snapshot.hints, snapshot.contacts) == ((), ())


async def test_hints_that_may_not_be_asked_for_are_unknown_and_not_empty() -> None:
    assert (await take_snapshot(behind_a_hint(DENIED))).hints is None


async def test_nobody_is_asked_for_hints_where_queues_watch_phones() -> None:
    control = FakeControl()
    assert (await take_snapshot(control)).hints is None
    assert "ExtensionState" not in {action for action, _ in control.asked}


@pytest.mark.parametrize(
    ("devices", "phone"),
    [
        (["SIP/1001"], "SIP/1001"),
        (["park:701@lot", "IAX2/home"], "IAX2/home"),
        (["Local/1001@x", "DAHDI/1"], "DAHDI/1"),
        (["confbridge:1", "PJSIP/", "Queue:a/b"], None),
        ([], None),
    ],
)
def test_first_real_phone_of_a_hint_is_taken(devices: list[str], phone: str | None) -> None:
    assert phone_of(devices) == phone


def journalled(payload: bytes) -> Snapshot:
    """Read a journal's entry as a replay does."""
    stored = Stored(position=7, kind=2, source="pbx", recorded_at=5, payload=payload, hash=b"")
    event = reread(stored).event
    assert isinstance(event, ev.Resynced)
    return event.snapshot


async def test_hints_are_journalled_with_their_snapshot() -> None:
    snapshot = await take_snapshot(behind_a_hint(hint("PJSIP/1002")))
    assert journalled(event_step("pbx", 5, ev.Resynced(5, 0, snapshot)).entry.payload) == snapshot


async def test_snapshot_of_a_journal_from_before_hints_is_read() -> None:
    snapshot = await take_snapshot(behind_a_hint(hint("PJSIP/1002")))
    told = msgspec.json.decode(event_step("pbx", 5, ev.Resynced(5, 0, snapshot)).entry.payload)
    del told["snapshot"]["hints"]
    assert journalled(msgspec.json.encode(told)) == msgspec.structs.replace(snapshot, hints=None)
