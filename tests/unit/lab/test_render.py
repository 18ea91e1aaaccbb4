from __future__ import annotations

import re

import pytest

from callcenter.ami.names import NEEDED
from callcenter.errors import LabError
from callcenter.lab.render import dialplans_dir, fill, manager_filters, render
from callcenter.lab.settings import AgentSpec, LabSettings, QueueSpec

ALICE = AgentSpec(number="1001", name="Alice", queues=("consumers", "extra"))
BOB = AgentSpec(number="1002", name="Bob", queues=("overflow",))
NAMES = {
    name for path in dialplans_dir().rglob("*.conf") for name in re.findall(r"@([A-Z][A-Z0-9_]+)@", path.read_text())
}


def rendered(**more: str) -> dict[str, str]:
    values = dict.fromkeys(NAMES, "1") | more
    secrets = {"1001": "alices-secret", "1002": "bobs-secret"}
    return render(values, (ALICE, BOB), secrets, (QueueSpec(name="extra", ring_seconds=7),))


def test_no_placeholder_is_left() -> None:
    left = [name for name, text in rendered().items() if re.search(r"@[A-Z][A-Z0-9_]+@", text)]

    assert left == []


def test_placeholder_without_a_value_is_one_clear_error() -> None:
    with pytest.raises(LabError, match=r"@NOBODY@"):
        fill("port = @NOBODY@", {}, "manager.conf")


@pytest.mark.parametrize("value", ["1\nsecret = x", "1\r", "1 ; rest"])
def test_value_cannot_break_out_of_its_line(value: str) -> None:
    with pytest.raises(LabError, match="AMI_PORT"):
        fill("port = @AMI_PORT@", {"AMI_PORT": value}, "manager.conf")


def test_each_agent_is_a_phone_with_a_fixed_caller_id() -> None:
    phones = rendered()["pjsip_agents.conf"]

    assert 'callerid = "Alice" <1001>' in phones
    assert "password = alices-secret" in phones
    assert phones.count("(agent)") == 2


def test_agent_is_a_member_of_each_of_her_queues_and_no_other() -> None:
    files = rendered()

    assert "member => PJSIP/1001,0,Alice,PJSIP/1001" in files["queue_members_consumers.conf"]
    assert "Alice" not in files["queue_members_overflow.conf"]
    assert "Alice" in files["lab/queues.conf"]


def test_phone_in_a_page_has_a_file_of_its_own_and_is_a_member_by_signing_in_alone() -> None:
    iris = AgentSpec(number="1003", name="Iris", queues=("consumers", "extra"), page=True)
    values, secrets = dict.fromkeys(NAMES, "1"), {"1001": "s", "1003": "iris-has-this-secret"}
    files = render(values, (ALICE, iris), secrets, (QueueSpec(name="extra"),))

    assert [name for name, text in files.items() if "1003" in text] == ["pjsip_pages.conf", "agents.conf"]
    assert "password = iris-has-this-secret" in files["pjsip_pages.conf"]


def test_page_that_falls_silent_is_given_up_after_what_the_lab_says() -> None:
    said = rendered(PAGE_SILENCE_SECONDS="75")["pjsip.conf"]
    told = re.findall(r"^rtp_timeout(?:_hold)? = (\w+)$", said, re.MULTILINE)

    assert told == ["1", "75", "75"]
    assert LabSettings().page_silence_seconds == 8


def test_voice_of_every_endpoint_is_heard_at_the_media_address_alone() -> None:
    endpoints = re.split(r"^\[", rendered(MEDIA_ADDRESS="here")["pjsip.conf"], flags=re.MULTILINE)
    said = [one for one in endpoints if re.search(r"^type = endpoint$", one, re.MULTILINE)]

    assert [one.partition("]")[0] for one in said] == ["trunk", "agent", "page"]
    assert [one for one in said if "media_address = here\nbind_rtp_to_media_address = yes\n" not in one] == []


def test_lab_files_are_added_only_when_asked_for() -> None:
    values = dict.fromkeys(NAMES, "1")
    files = render(values, (ALICE,), {"1001": "s"})

    assert [name for name in files if name.startswith("lab/")] == []


def test_what_is_the_labs_alone_stands_where_asterisk_reads_it() -> None:
    files = rendered()

    assert {"res_parking.conf", "confbridge.conf", "lab/extensions.conf"} <= set(files)
    assert "res_parking.conf" not in render(dict.fromkeys(NAMES, "1"), (ALICE,), {"1001": "s"})


def test_every_file_of_the_lab_is_read_by_some_file_or_by_its_name() -> None:
    files = rendered(PAGES_FILE="pjsip_pages.conf")
    included = {name for text in files.values() for name in re.findall(r"^#tryinclude (\S+)", text, re.MULTILINE)}

    assert {name for name in files if name.startswith("lab/")} | {"pjsip_pages.conf"} == included


def test_events_login_hears_every_needed_event_and_one_variable() -> None:
    filters = manager_filters()

    assert [name for name in NEEDED if f"name({name})" not in filters] == []
    assert "name(VarSet),header(Variable),method(exact)) = QUEUESTATUS" in filters
    assert "name(VarSet)) =" not in filters


def test_manager_logins_of_the_service_may_neither_originate_nor_run_commands() -> None:
    manager = rendered()["manager.conf"]
    granted = set(re.findall(r"\w+", " ".join(re.findall(r"^write = (.*)$", manager, re.MULTILINE))))

    assert granted == {"agent", "reporting", "user"}


def test_every_business_queue_rings_longer_than_three_rings() -> None:
    assert LabSettings().ring_seconds > 15


def test_switch_listens_only_where_it_is_told() -> None:
    files = rendered(AMI_BIND="127.0.0.1", SIP_BIND="127.0.0.1", HTTP_BIND="127.0.0.1")
    listening = "".join(files[name] for name in ("manager.conf", "pjsip.conf", "http.conf"))

    assert set(re.findall(r"^(?:bind|bindaddr) = ([\d.]+)", listening, re.MULTILINE)) == {"127.0.0.1"}
    assert "0.0.0.0" not in re.sub(r"deny = .*", "", listening)
