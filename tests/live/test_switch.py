"""The lab's Asterisk itself: who may do what, where it listens, and that nothing stays behind."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from callcenter.errors import LabError
from callcenter.lab import switch
from callcenter.lab.diary import LabDiary
from callcenter.lab.logins import Operator
from callcenter.lab.root import asterisk_version, remove_instance_dir
from callcenter.lab.settings import LabSettings
from callcenter.lab.sipphone import SipPhone
from callcenter.lab.switch import Lab, LabState, load_state

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]

LOOPBACK = {"0100007F"}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    lab = Lab(LabSettings(work_dir=tmp_path_factory.mktemp("lab")))
    lab.start()
    yield lab
    lab.discard()


async def login(lab: Lab, name: str) -> Operator:
    operator = Operator(lab.state.ami_port, name, lab.state.manager_secrets[name])
    await operator.open()
    return operator


def sockets(pid: int, tables: tuple[str, ...]) -> list[str]:
    """Local addresses (hexadecimal) of a process's sockets."""
    inodes = {str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir()}
    rows = [row.split() for table in tables for row in Path(f"/proc/net/{table}").read_text().splitlines()[1:]]
    return [row[1].split(":")[0] for row in rows if f"socket:[{row[9]}]" in inodes]


async def test_switch_is_reached_through_loopback_only(lab: Lab) -> None:
    caller = SipPhone("138", ("127.0.0.1", lab.state.sip_port), LabDiary())
    await caller.open(lab.state.trunk_host)
    call = caller.dial("400")
    await call.answered.wait()

    tcp, udp = (sockets(lab.state.pid, (name, f"{name}6")) for name in ("tcp", "udp"))
    call.hang_up()
    caller.close()

    assert set(tcp) <= LOOPBACK
    assert udp.count("0100007F") >= 2
    assert set(udp) <= LOOPBACK, "Asterisk listens for the whole network"


@pytest.mark.parametrize("action", ["QueueStatus", "CoreShowChannels", "DeviceStateList"])
async def test_control_login_may_ask_for_every_snapshot(lab: Lab, action: str) -> None:
    control = await login(lab, "control")

    items = await control.list(action)
    await control.close()

    assert all("Event" in item for item in items)


@pytest.mark.parametrize(
    ("action", "headers"),
    [
        ("UserEvent", {"UserEvent": "Heartbeat"}),
        ("QueuePause", {"Interface": "PJSIP/1001", "Paused": "true", "Reason": "tea"}),
        ("CoreStatus", {}),
        ("CoreSettings", {}),
        ("Ping", {}),
    ],
)
async def test_control_login_may_do_what_the_service_does(lab: Lab, action: str, headers: dict[str, str]) -> None:
    control = await login(lab, "control")

    answer = await control.act(action, **headers)
    await control.close()

    assert answer["Response"] == "Success"


@pytest.mark.parametrize("name", ["control", "events"])
@pytest.mark.parametrize(
    ("action", "headers"),
    [
        ("Originate", {"Channel": "PJSIP/1001", "Application": "Wait", "Data": "1"}),
        ("Command", {"Command": "core show version"}),
        ("GetConfig", {"Filename": "manager.conf"}),
        ("Redirect", {"Channel": "PJSIP/1001-1", "Context": "agents", "Exten": "1002", "Priority": "1"}),
        ("Hangup", {"Channel": "PJSIP/1001-1"}),
        ("ModuleLoad", {"LoadType": "reload"}),
        ("Filter", {"Operation": "Add", "Filter": "Event: Newchannel"}),
    ],
)
async def test_no_login_of_the_service_may_steer_the_switch(
    lab: Lab, name: str, action: str, headers: dict[str, str]
) -> None:
    service = await login(lab, name)

    answer = await service.act(action, **headers)
    await service.close()

    assert (answer["Response"], answer["Message"]) == ("Error", "Permission denied")


@pytest.mark.parametrize(("action", "headers"), [("UserEvent", {"UserEvent": "x"}), ("QueuePause", {"Paused": "1"})])
async def test_events_login_writes_nothing(lab: Lab, action: str, headers: dict[str, str]) -> None:
    events = await login(lab, "events")

    answer = await events.act(action, **headers)
    await events.close()

    assert answer["Message"] == "Permission denied"


async def test_phone_with_a_wrong_secret_is_refused(lab: Lab) -> None:
    phone = SipPhone("1001", ("127.0.0.1", lab.state.sip_port), LabDiary(), secret="wrong")
    await phone.open("127.0.0.3")

    with pytest.raises(LabError, match="401"):
        await phone.register()
    phone.close()


async def test_caller_who_claims_an_agents_number_is_still_only_a_caller(lab: Lab) -> None:
    caller = SipPhone("1001", ("127.0.0.1", lab.state.sip_port), LabDiary())
    await caller.open(lab.state.trunk_host)

    call = caller.dial("*46")
    await call.over.wait()
    caller.close()

    assert call.status == 404


def running(instance: str) -> list[str]:
    """Name the processes that run an instance."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            found += [path.parent.name] if instance.encode() in path.read_bytes() else []
    return found


@pytest.mark.parametrize("ended_by", [LabError("full"), KeyboardInterrupt()], ids=repr)
def test_start_that_cannot_be_noted_leaves_nothing_running(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ended_by: BaseException
) -> None:
    saved: list[LabState] = []

    def fail(_work_dir: Path, state: LabState) -> None:
        saved.append(state)
        assert running(state.instance.name)
        raise ended_by

    monkeypatch.setattr(switch, "_save_state", fail)
    with pytest.raises(type(ended_by)):
        Lab(LabSettings(work_dir=tmp_path)).start()
    remove_instance_dir(saved[0].instance)

    assert running(saved[0].instance.name) == []
    assert not (tmp_path / "lab.json").exists()


def test_second_lab_in_the_same_place_is_refused(lab: Lab) -> None:
    with pytest.raises(LabError, match="runs already"):
        Lab(lab.settings).start()


def test_two_labs_run_side_by_side_and_leave_nothing(lab: Lab, tmp_path: Path) -> None:
    other = Lab(LabSettings(work_dir=tmp_path))

    state = other.start()
    both = state.alive() and lab.state.alive()
    other.discard()

    assert both
    assert not state.alive()
    assert not state.instance.exists()
    assert load_state(tmp_path) is None
    assert lab.state.alive()


def test_secrets_are_readable_by_their_owner_only(lab: Lab) -> None:
    holding = [lab.settings.work_dir / "lab.json", *(lab.state.instance / "etc").glob("*.conf")]

    assert {path.stat().st_mode & 0o077 for path in holding} == {0}


def test_root_without_asterisk_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="version"):
        asterisk_version(tmp_path)
