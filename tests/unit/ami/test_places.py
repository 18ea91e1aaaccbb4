from __future__ import annotations

import pytest

from callcenter.ami.names import NEEDED
from callcenter.ami.places import FORMS, PARTY, out_of_place

OPENING = ("Event", "Privilege", "Timestamp", "SequenceNumber", "File", "Line", "Func", "SystemName")
DEST = tuple(f"Dest{header}" for header in PARTY)
CAUSE = ("Cause", "Cause-txt", "TechCause")
FROM_NUMBER = [
    header for header in PARTY if header in {"Channel", "CallerIDNum", "ConnectedLineNum", "Context", "Exten"}
]


def injected(headers: tuple[str, ...], after: str, *lines: str) -> tuple[str, ...]:
    place = headers.index(after) + 1
    return (*headers[:place], *lines, *headers[place:])


def refused(name: str, *headers: str, whole: bool = True) -> bool:
    return out_of_place(name, (*OPENING, *headers), whole=whole)


def test_every_event_that_names_a_party_has_a_form() -> None:
    naming = {name for name, headers in NEEDED.items() if any(header.endswith("Uniqueid") for header in headers)}

    assert naming - {"Rename", "BridgeMerge"} <= FORMS.keys()


@pytest.mark.parametrize("tail", [CAUSE, CAUSE[:2], (), ("ChanVariable", "ChanVariable", *CAUSE), ("Tenantid", *CAUSE)])
def test_a_hangup_as_asterisk_writes_it_is_in_place(tail: tuple[str, ...]) -> None:
    assert not refused("Hangup", *PARTY, *tail)


@pytest.mark.parametrize("after", FROM_NUMBER)
@pytest.mark.parametrize("line", ["TechCause", "Cause", "Unknown", "", "CallerIDNum", "Linkedid"])
def test_no_line_stands_where_a_caller_can_break_one_off(after: str, line: str) -> None:
    assert refused("Hangup", *injected(PARTY, after, line), *CAUSE[:2])
    assert refused("AgentRingNoAnswer", *injected(PARTY, after, line), *DEST, "Queue")
    assert refused("AgentRingNoAnswer", *PARTY, *injected(DEST, f"Dest{after}", line), "Queue")


@pytest.mark.parametrize("kept", range(1, len(PARTY)))
def test_a_party_that_was_broken_off_refuses_the_frame(kept: int) -> None:
    assert refused("Hangup", *PARTY[:kept], "Cause")


@pytest.mark.parametrize("kept", range(1, PARTY.index("Priority")))
def test_a_party_that_was_forged_to_its_end_refuses_the_frame(kept: int) -> None:
    assert refused("Hangup", *PARTY[:kept], "Priority", "Uniqueid", "Linkedid", "Cause")


def test_what_the_event_says_stands_behind_the_parties() -> None:
    assert refused("Hangup", "TechCause", *PARTY, *CAUSE[:2])
    assert refused("AgentCalled", *PARTY, "Queue", *DEST, "Interface", "MemberName")


def test_an_event_may_lack_a_party_but_what_was_dialled_forges_none() -> None:
    assert not refused("DialBegin", *DEST, "DialString")
    assert not refused("AgentComplete", "Queue", "Interface", "MemberName", "Reason")
    assert refused("DialBegin", *DEST, "DialString", *PARTY)
    assert refused("DialBegin", *DEST, "DialString", "Uniqueid")


def test_what_nobody_reads_may_stand_where_no_caller_writes() -> None:
    assert not refused("AgentCalled", "New", *PARTY, "Tenantid", *DEST, "DestTenantid", "New", "Queue", "New")


def test_each_event_has_its_own_headers() -> None:
    one, two = (tuple(f"Local{number}{header}" for header in PARTY) for number in ("One", "Two"))

    assert not refused("LocalBridge", *one, *two, "Context", "Exten", "LocalOptimization")
    assert refused("Hangup", *PARTY, "Cause", "Context")


def test_the_body_of_a_user_event_is_the_dialplans_own() -> None:
    assert not refused("UserEvent", *PARTY, "UserEvent", "Channel", "Exten")
    assert not refused("UserEvent", "UserEvent", "Channel", "CallerIDNum")
    assert refused("UserEvent", *injected(PARTY, "CallerIDNum", "UserEvent", "Queue"), "UserEvent", "Reason")


def test_a_shortened_tape_may_lack_headers_but_has_none_between() -> None:
    assert not refused("Hangup", "Channel", "Uniqueid", "Linkedid", "Cause", whole=False)
    assert not refused("Hangup", "Channel", "CallerIDNum", "Uniqueid", "Cause", "TechCause", whole=False)
    assert refused("Hangup", "Channel", "CallerIDNum", "TechCause", "Uniqueid", "Cause", whole=False)
    assert refused("Hangup", "Channel", "Uniqueid", "CallerIDNum", "Cause", whole=False)


def test_an_event_that_names_no_party_has_no_places() -> None:
    assert not refused("QueueMemberStatus", "Interface", "Queue", "")
