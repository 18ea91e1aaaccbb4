"""The doctor's verdicts on phones, also on those that stand behind hints."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from callcenter.doctor.by_phones import inspect_members, inspect_phones, watched_devices
from callcenter.doctor.lookup import Nowhere
from tests.unit.doctor.doctor_links import FakeLink, found, logins, snapshot_of, verdicts

if TYPE_CHECKING:
    from callcenter.doctor.inspect import Check

HINT = "hint:1001@ext-local"
BUSY_AT = "PJSIP_ENDPOINT({},device_state_busy_at)"


def behind_a_hint(devices: str, **answers: str) -> FakeLink:
    """A control login to which the hint says these devices."""
    values = {name: {"Value": value} for name, value in answers.items()}
    return logins(**values, **{"ExtensionState 1001@ext-local": {"Response": "Success", "Hint": devices}})[1]


async def checks_of(control: FakeLink, *watched: str) -> list[Check]:
    checks = await inspect_phones(control.link, snapshot_of(watched=watched), Nowhere())
    return [check for check in checks if not check.name.startswith("feature code")]


@pytest.mark.parametrize(("value", "verdict"), [("0", "ok"), ("1", "fail"), ("2", "fail"), ("", "unknown")])
async def test_setting_that_hides_ringing_is_found(value: str, verdict: str) -> None:
    _, control = logins(**{BUSY_AT.format(1001): {"Value": value}})
    assert verdicts(await checks_of(control, "PJSIP/1001")) == {"device_state_busy_at": verdict, "contacts": "ok"}


async def test_contacts_that_cannot_be_asked_for_name_the_modules() -> None:
    _, control = logins()
    checks = await inspect_phones(control.link, snapshot_of(watched=("PJSIP/1001",), contacts=None), Nowhere())
    (warning,) = [check for check in checks if check.verdict == "warn"]
    assert "func_pjsip_contact.so" in warning.remedy


async def test_phone_behind_a_hint_is_checked_like_any_other() -> None:
    control = behind_a_hint("PJSIP/1001&Custom:DND1001,CustomPresence:1001", **{BUSY_AT.format(1001): "1"})
    checks = await checks_of(control, HINT)
    assert verdicts(checks) == {"hints": "ok", "device_state_busy_at": "fail", "contacts": "warn"}
    assert found(checks)["device_state_busy_at"] == "hides ringing of 1001"


async def test_contacts_of_a_phone_behind_a_hint_are_counted() -> None:
    control = behind_a_hint(
        "PJSIP/1001",
        **{
            BUSY_AT.format(1001): "0",
            "PJSIP_ENDPOINT(1001,aors)": "1001",
            "PJSIP_AOR(1001,contact)": "1001;@abc",
            "PJSIP_CONTACT(1001;@abc,uri)": "sip:1001@127.0.0.1",
            "PJSIP_CONTACT(1001;@abc,status)": "Reachable",
        },
    )
    checks = await checks_of(control, HINT)
    assert found(checks) == {
        "hints": "1, each leads to a phone",
        "device_state_busy_at": "unset for 1 phones",
        "contacts": "1 registered",
    }


async def test_two_phones_of_one_hint_are_both_known_and_its_switches_are_no_phones() -> None:
    control = behind_a_hint("PJSIP/1001 & SIP/1001&Custom:DND1001")
    watched = await watched_devices(control.link, snapshot_of(watched=(HINT, "PJSIP/1001", HINT)))
    assert watched.devices == ("PJSIP/1001", "SIP/1001")
    assert watched.hints == (HINT,)


@pytest.mark.parametrize("devices", ["", "Custom:DND1001", ",CustomPresence:1001"])
async def test_hint_that_leads_to_no_phone_fails_and_names_the_line(devices: str) -> None:
    check, *_ = await checks_of(behind_a_hint(devices), HINT)
    assert (check.name, check.verdict) == ("hints", "fail")
    assert check.found.startswith("hint:1001@ext-local name no phone")
    assert check.remedy.startswith("extensions.conf [ext-local]: exten => 1001,hint,PJSIP/1001")


async def test_hint_that_may_not_be_asked_for_is_unknown_and_says_where_to_look() -> None:
    refusal = {"Response": "Error", "Message": "Permission denied"}
    _, control = logins(**{"ExtensionState 1001@ext-local": refusal})
    check, *_ = await checks_of(control, HINT)
    assert (check.verdict, check.found) == ("unknown", "may not ask for hint:1001@ext-local")
    assert "core show hints" in check.remedy


async def test_hint_without_a_context_is_asked_for_in_the_default_one() -> None:
    _, control = logins(**{"ExtensionState 1001@default": {"Hint": "PJSIP/1001"}})
    assert (await watched_devices(control.link, snapshot_of(watched=("hint:1001",)))).devices == ("PJSIP/1001",)


async def test_phone_that_nothing_tells_of_is_unknown_and_names_its_member() -> None:
    _, control = logins()
    checks = await checks_of(control, "Local/1003@agents/n")
    assert verdicts(checks)["phones behind Local"] == "unknown"
    assert "Local/1003@agents/n" in found(checks)["phones behind Local"]
    assert found(checks)["device_state_busy_at"] == "no member's phone is a PJSIP endpoint that is known here"


async def test_many_names_are_cut_short_and_counted() -> None:
    _, control = logins()
    checks = await checks_of(control, *(f"Local/{n}@agents/n" for n in range(1001, 1009)))
    assert "Local/1005@agents/n and 3 more cannot be told" in found(checks)["phones behind Local"]


@pytest.mark.parametrize(
    ("memberships", "verdict", "names"),
    [
        ({}, None, ""),
        ({"PJSIP/1001": "dynamic"}, "ok", "sign in and out"),
        ({"PJSIP/1001": "static", "PJSIP/1002": "static"}, "ok", "2 stand in queues.conf"),
        ({"PJSIP/1001": "static", "PJSIP/1002": "dynamic"}, "warn", "PJSIP/1001 stand in queues.conf"),
    ],
)
async def test_members_of_queues_conf_are_named_where_others_sign_in(
    memberships: dict[str, str], verdict: str | None, names: str
) -> None:
    _, control = logins()
    control.items = (
        {"Event": "QueueParams"},
        *({"Event": "QueueMember", "Location": phone, "Membership": kind} for phone, kind in memberships.items()),
    )
    checks = await inspect_members(control.link)
    assert [check.verdict for check in checks] == ([] if verdict is None else [verdict])
    assert all(names in check.found for check in checks)
