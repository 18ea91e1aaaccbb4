from __future__ import annotations

import pytest

from callcenter.ami.decode import _TABLE, decode
from callcenter.ami.names import BRINGS_A_CALLER, NEEDED, OF_A_CHANNEL
from callcenter.domain import events as ev
from callcenter.domain.frame import Frame

CHANNEL = {"Channel": "PJSIP/1001-1", "Uniqueid": "u", "Linkedid": "l"}


def told(name: str, **headers: str) -> ev.Event | None:
    return decode(Frame(name, headers, 5, 1, 7))


def answered(name: str, **headers: str) -> ev.Event | None:
    return decode(Frame(name, headers, 5, 1, 7, answer=True))


@pytest.mark.parametrize("name", sorted(NEEDED.keys() - {"FullyBooted"}))
def test_a_frame_with_only_the_headers_it_cannot_do_without_never_raises(name: str) -> None:
    headers = dict.fromkeys(NEEDED[name], "1")

    event = told(name, **headers)

    assert event is None or (event.at, event.pos) == (5, 7)


@pytest.mark.parametrize("name", sorted(NEEDED.keys() - {"FullyBooted"}))
def test_a_frame_whose_headers_are_all_empty_never_raises(name: str) -> None:
    headers = dict.fromkeys(NEEDED[name], "")

    event = told(name, **headers)

    assert event is None or event.at == 5


def test_a_frame_of_another_name_means_nothing() -> None:
    assert told("Newexten") is None
    assert told("FullyBooted") is None
    assert told("") is None


@pytest.mark.parametrize(("state", "calling"), [("4", True), ("2", True), ("0", False), ("5", False)])
def test_a_channel_that_begins_off_the_hook_or_dialling_is_its_owners_call(state: str, calling: bool) -> None:
    event = told("Newchannel", ChannelState=state, Exten="400", CallerIDNum="<unknown>", **CHANNEL)

    assert event == ev.ChannelStarted(5, 7, "u", "PJSIP/1001-1", "l", "400", calling, None)


def test_states_other_than_ringing_and_up_mean_nothing() -> None:
    assert told("Newstate", ChannelState="5", **CHANNEL) == ev.ChannelRang(5, 7, "u", "PJSIP/1001-1")
    assert told("Newstate", ChannelState="6", **CHANNEL) == ev.ChannelUp(5, 7, "u", "PJSIP/1001-1", "l")
    assert told("Newstate", ChannelState="4", **CHANNEL) is None


def test_a_dial_state_other_than_ringing_means_nothing() -> None:
    dest = {"DestChannel": "PJSIP/1001-1", "DestUniqueid": "d"}

    assert told("DialState", DialStatus="RINGING", **dest) == ev.ChannelRang(5, 7, "d", "PJSIP/1001-1")
    assert told("DialState", DialStatus="PROGRESS", **dest) is None


def test_a_masquerade_renames() -> None:
    assert told("Rename", Channel="a", Newname="b", Uniqueid="u") == ev.ChannelRenamed(5, 7, "u", "b")


@pytest.mark.parametrize(
    ("cause", "tech", "read"),
    [("17", "486", (17, 486)), ("0", "", (0, None)), ("x", "-1", (None, None)), ("9" * 16, "٣", (None, None))],
)
def test_causes_are_numbers_or_nothing(cause: str, tech: str, read: tuple[int | None, int | None]) -> None:
    event = told("Hangup", Cause=cause, TechCause=tech, **CHANNEL)

    assert event == ev.ChannelEnded(5, 7, "u", "PJSIP/1001-1", *read)


@pytest.mark.parametrize(("told_place", "read"), [("3", 3), ("999999", 999_999), ("4294967296", None), ("-1", None)])
def test_a_place_in_a_queue_is_one_that_the_record_has_room_for(told_place: str, read: int | None) -> None:
    heard = told("QueueCallerJoin", Queue="q", Position=told_place, **CHANNEL)
    assert isinstance(heard, ev.CallerJoined)
    assert heard.position == read


@pytest.mark.parametrize(
    ("status", "reachable"),
    [("Reachable", True), ("Registered", True), ("Unreachable", False), ("Unregistered", False), ("Lagged", False)],
)
def test_a_peers_status_says_whether_it_can_be_reached(status: str, reachable: bool) -> None:
    assert told("PeerStatus", Peer="PJSIP/1001", PeerStatus=status) == ev.PhoneSeen(5, 7, "PJSIP/1001", reachable)


def test_a_peers_status_of_another_kind_means_nothing() -> None:
    assert told("PeerStatus", Peer="PJSIP/1001", PeerStatus="Rejected") is None


def test_a_contact_newly_there_is_not_yet_tried() -> None:
    contact = {"EndpointName": "1001", "URI": "sip:1"}

    assert told("ContactStatus", ContactStatus="NonQualified", **contact) == ev.ContactSeen(
        5, 7, "PJSIP/1001", "sip:1", None, removed=False
    )
    assert told("ContactStatus", ContactStatus="Removed", **contact) == ev.ContactSeen(
        5, 7, "PJSIP/1001", "sip:1", reachable=False, removed=True
    )


def test_a_queues_own_device_is_nobodys_phone() -> None:
    assert told("DeviceStateChange", Device="Queue:support_avail", State="INUSE") is None
    assert told("DeviceStateChange", Device="", State="INUSE") is None


def test_an_answer_may_tell_of_members_and_devices_and_of_nothing_else() -> None:
    member = answered("QueueMember", Queue="q", Location="PJSIP/1001", Name="Alice", Paused="1", Status="1")

    assert member == ev.MemberSeen(
        5, 7, "q", "PJSIP/1001", "Alice", "PJSIP/1001", 1, paused=True, reason="", answer=True
    )
    assert answered("QueueMember", Queue="q") is None
    assert answered("Hangup", Cause="16", **CHANNEL) is None


@pytest.mark.parametrize("name", ["BlindTransfer", "AttendedTransfer"])
def test_a_transfer_that_failed_means_nothing(name: str) -> None:
    headers = dict.fromkeys(NEEDED[name], "u")

    assert told(name, **(headers | {"Result": "Fail"})) is None
    assert told(name, **(headers | {"Result": "Success"})) is not None


def test_a_variable_of_another_name_or_of_no_channel_means_nothing() -> None:
    assert told("VarSet", Variable="QUEUESTATUS", Value="FULL", Uniqueid="u") == ev.QueueResult(
        5, 7, "u", "", "u", None, None, "FULL"
    )
    assert told("VarSet", Variable="QUEUESTATUS", Value="FULL", Uniqueid="") is None
    assert told("VarSet", Variable="X", Value="FULL", Uniqueid="u") is None


def test_user_events_of_our_dialplan_are_known_and_others_are_not() -> None:
    assert told("UserEvent", UserEvent="CallcenterHeartbeat") == ev.Tick(5, 7)
    assert told("UserEvent", UserEvent="CallcenterRefused", Uniqueid="u", Queue="q") == ev.DoorRefused(
        5, 7, "u", "q", ""
    )
    assert told("UserEvent", UserEvent="CallcenterKeyExit", Uniqueid="u", Queue="q") == ev.KeyPressed(5, 7, "u", "q")
    assert told("UserEvent", UserEvent="CallcenterRefused", Queue="q") is None
    assert told("UserEvent", UserEvent="CallcenterKeyExit", Uniqueid="u") is None


def test_survey_is_told_step_by_step_in_numbers() -> None:
    step = {"UserEvent": "CallcenterSurvey", "Uniqueid": "u"}
    asked = told("UserEvent", **step, Step="asked", Queue="q", Questions="124" + "9" * 90)
    assert asked == ev.SurveyHeard(5, 7, "u", "asked", "q", "124999999")
    answered = told("UserEvent", **step, Step="answered", Question="2", Answer="3")
    assert answered == ev.SurveyHeard(5, 7, "u", "answered", None, "", 2, 3)
    nonsense = told("UserEvent", **step, Step="answered", Question="x", Answer="-1")
    assert nonsense == ev.SurveyHeard(5, 7, "u", "answered")
    assert told("UserEvent", **step, Step="begged") is None
    assert told("UserEvent", UserEvent="CallcenterSurvey", Step="asked") is None
    assert told("UserEvent", UserEvent="Other") is None


def test_an_agents_completion_may_lack_its_channels() -> None:
    event = told("AgentComplete", Queue="q", Interface="PJSIP/1001", MemberName="Alice", Reason="caller")

    assert event == ev.MemberCompleted(5, 7, None, None, "q", "PJSIP/1001", "Alice", None)


def test_every_event_that_is_needed_means_something() -> None:
    assert NEEDED.keys() - _TABLE.keys() == {"FullyBooted"}
    assert NEEDED.keys() >= OF_A_CHANNEL | BRINGS_A_CALLER
