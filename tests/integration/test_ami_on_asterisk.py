"""The client, record and doctor on a real Asterisk from the lab."""

from __future__ import annotations

import asyncio
import contextlib
from subprocess import CompletedProcess
from typing import TYPE_CHECKING, Any

import pytest

from callcenter.ami.client import AmiClient
from callcenter.ami.items import FramesRead, HeartbeatSeen, Item, LoginLost, LoginOpened, SnapshotTaken
from callcenter.ami.link import Link
from callcenter.ami.settings import AmiSettings
from callcenter.ami.snapshot import take_snapshot
from callcenter.clock import wall_clock
from callcenter.domain.frame import SECOND
from callcenter.domain.vocabulary import LEG_LOST
from callcenter.errors import LoginRefused, RightsMissing, SwitchError, SwitchUnreachable, SwitchUnsuitable
from callcenter.files.phones import read_phones
from callcenter.lab.diary import LabDiary
from callcenter.lab.settings import AgentSpec, LabSettings, QueueSpec
from callcenter.lab.sipphone import SipPhone
from callcenter.lab.switch import Lab
from tests.integration.page_phone import PagePhone
from tests.integration.scripted_switch import until_true
from tests.support.commands import run_command

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from callcenter.domain.frame import Frame
    from callcenter.domain.snapshot import Snapshot

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]

PATIENCE = 60.0


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    queue = QueueSpec(name="holding", strategy="ringall", ring_seconds=25)
    iris = AgentSpec(number="1011", name="Iris", queues=("consumers",), page=True)
    place = tmp_path_factory.mktemp("lab")
    lab = Lab(LabSettings(work_dir=place, for_tests=True, extra_queues=(queue,), extra_agents=(iris,)))
    lab.start()
    yield lab
    lab.stop()


def settings(lab: Lab, **changes: Any) -> AmiSettings:
    secrets = lab.state.manager_secrets
    values: dict[str, Any] = {
        "port": lab.state.ami_port,
        "events": {"username": "events", "secret": secrets["events"]},
        "control": {"username": "control", "secret": secrets["control"]},
        "heartbeat_every": 0.2,
        "heartbeat_deadline": 5,
        "backoff_min": 0.05,
        "backoff_max": 0.5,
    }
    return AmiSettings.model_validate(values | changes)


@contextlib.asynccontextmanager
async def running(client: AmiClient) -> AsyncIterator[AmiClient]:
    task = asyncio.create_task(client.run())
    try:
        async with asyncio.timeout(PATIENCE):
            yield client
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(client: AmiClient, kind: type[Item]) -> list[Item]:
    items: list[Item] = []
    async for item in client:
        items.append(item)
        if isinstance(item, kind):
            break
    return items


async def failure(client: AmiClient) -> SwitchError:
    with pytest.raises(SwitchError) as caught:
        async with asyncio.timeout(PATIENCE):
            await client.run()
    return caught.value


async def someone_waits(lab: Lab) -> Snapshot:
    """Take snapshots until one shows a caller who waits."""
    link = await Link.open(settings(lab), settings(lab).control, events=False)
    try:
        async with asyncio.timeout(PATIENCE):
            while True:
                snapshot = await take_snapshot(link)
                if snapshot.waiting:
                    return snapshot
                await asyncio.sleep(0.1)
    finally:
        link.close()


def secret_files(lab: Lab, folder: Path) -> list[str]:
    """Write both secrets into files and return the doctor's options for them."""
    for name in ("events", "control"):
        (folder / name).write_text(lab.state.manager_secrets[name])
    return ["--events-secret-file", str(folder / "events"), "--control-secret-file", str(folder / "control")]


def callcenter(*arguments: str) -> CompletedProcess[str]:
    done = run_command(*arguments)
    return CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


async def test_wrong_password_is_refused(lab: Lab) -> None:
    wrong = {"username": "events", "secret": "wrong"}
    error = await failure(AmiClient(settings(lab, events=wrong)))
    assert isinstance(error, LoginRefused)
    assert "Authentication failed" in str(error)


async def test_unknown_login_is_refused(lab: Lab) -> None:
    error = await failure(AmiClient(settings(lab, control={"username": "nobody", "secret": "x"})))
    assert isinstance(error, LoginRefused)


async def test_login_without_rights_cannot_be_the_control_login(lab: Lab) -> None:
    secrets = lab.state.manager_secrets
    swapped = {
        "events": {"username": "lab", "secret": secrets["lab"]},
        "control": {"username": "events", "secret": secrets["events"]},
    }
    error = await failure(AmiClient(settings(lab, **swapped)))
    assert isinstance(error, RightsMissing)
    assert "manager login 'events' may not do" in str(error)


async def test_control_login_that_reads_nothing_cannot_be_the_events_login(lab: Lab) -> None:
    secrets = lab.state.manager_secrets
    swapped = {
        "events": {"username": "control", "secret": secrets["control"]},
        "control": {"username": "lab", "secret": secrets["lab"]},
    }
    error = await failure(AmiClient(settings(lab, heartbeat_deadline=1, **swapped)))
    assert isinstance(error, RightsMissing)
    assert "'control' does not see UserEvent" in str(error)


async def test_control_login_can_neither_call_nor_command_nor_configure(lab: Lab) -> None:
    link = await Link.open(settings(lab), settings(lab).control, events=False)
    refused = [(await link.ask(action)).refusal for action in ("Originate", "Command", "GetConfig", "UpdateConfig")]
    link.close()
    assert refused == ["Permission denied"] * 4


async def test_first_snapshot_knows_queues_members_devices_and_the_switch(lab: Lab) -> None:
    async with running(AmiClient(settings(lab))) as client:
        taken = (await until(client, SnapshotTaken))[-1]
    assert isinstance(taken, SnapshotTaken)
    snapshot = taken.snapshot
    assert {"consumers", "complaints", "holding"} <= {queue.name for queue in snapshot.queues}
    assert {(member.queue, member.interface) for member in snapshot.members} >= {("consumers", "PJSIP/1001")}
    assert {member.status for member in snapshot.members} == {5}
    assert snapshot.devices is not None
    assert ("PJSIP/1001", "UNAVAILABLE") in {(device.device, device.state) for device in snapshot.devices}
    assert snapshot.version.startswith("22.")
    assert snapshot.system_name == "lab"
    assert (snapshot.after or 0) < (snapshot.before or 0)


async def test_snapshot_shows_the_caller_who_waits_and_the_channels(lab: Lab) -> None:
    caller = SipPhone("13800000001", (lab.settings.bind, lab.state.sip_port), LabDiary())
    await caller.open(lab.state.trunk_host)
    call = caller.dial("safe_q_holding")
    snapshot = await someone_waits(lab)
    call.hang_up()
    await call.over.wait()
    caller.close()
    (waiting,) = snapshot.waiting
    assert (waiting.queue, waiting.position, waiting.caller) == ("holding", 1, "13800000001")
    assert {queue.name: queue.calls for queue in snapshot.queues}["holding"] == 1
    (channel,) = [channel for channel in snapshot.channels if channel.uniqueid == waiting.uniqueid]
    assert (channel.name, channel.state, channel.application) == (waiting.channel, 6, "Queue")
    assert channel.seconds is not None


async def test_heartbeat_lag_is_small_and_on_the_switchs_clock(lab: Lab) -> None:
    async with running(AmiClient(settings(lab))) as client:
        beat = (await until(client, HeartbeatSeen))[-1]
        assert client.lag is not None
    assert isinstance(beat, HeartbeatSeen)
    assert beat.switch_at is not None
    assert abs(beat.at - beat.switch_at) < SECOND
    assert 0 < beat.round_trip < SECOND


async def test_login_of_the_lab_is_evidence_grade(lab: Lab) -> None:
    async with running(AmiClient(settings(lab))) as client:
        await until(client, HeartbeatSeen)
        assert client.graded is True
        assert set(client.frames_total) <= {"parsed", "skipped", "dropped"}


async def test_restarted_asterisk_is_a_gap_and_then_in_sync_again(lab: Lab) -> None:
    async with running(AmiClient(settings(lab))) as client:
        first = (await until(client, SnapshotTaken))[-1]
        await asyncio.to_thread(lab.command, "core restart now")
        before_end = await until(client, LoginLost)
        opened, *_, second = await until(client, SnapshotTaken)
    assert isinstance(first, SnapshotTaken)
    assert isinstance(second, SnapshotTaken)
    assert isinstance(opened, LoginOpened)
    names = [frame.name for item in before_end if isinstance(item, FramesRead) for frame in item.frames]
    assert names[-1] == "Shutdown"
    assert first.snapshot.started != second.snapshot.started
    assert {queue.name for queue in first.snapshot.queues} == {queue.name for queue in second.snapshot.queues}


async def test_asterisk_that_stalls_shows_as_lag_and_is_heard_again_when_it_goes_on(lab: Lab) -> None:
    async with running(AmiClient(settings(lab, heartbeat_deadline=3, action_timeout=3))) as client:
        await until(client, SnapshotTaken)
        lab.freeze()
        await until_true(lambda: (client.lag or 0) > 0.5)
        await asyncio.sleep(3.5)  # longer than both deadlines
        await asyncio.to_thread(lab.thaw)
        went_on = wall_clock()
        beat: Item | None = None
        while not isinstance(beat, HeartbeatSeen) or beat.at < went_on:
            beat = await anext(client)
    assert beat.at >= went_on


async def test_reader_that_stops_for_a_while_loses_nothing(lab: Lab) -> None:
    count = 3000
    async with running(AmiClient(settings(lab, queue_frames=100, heartbeat_deadline=5))) as client:
        await until(client, SnapshotTaken)
        link = await Link.open(settings(lab), settings(lab).control, events=False)
        for number in range(count):
            await link.demand("UserEvent", {"UserEvent": "Numbered", "Number": str(number)})
        link.close()
        await asyncio.sleep(5.5)  # longer than the deadline
        assert client.waiting_frames < count
        seen: list[int] = []
        while len(seen) < count:
            item = await anext(client)
            assert not isinstance(item, LoginLost)
            frames = item.frames if isinstance(item, FramesRead) else ()
            seen += [int(frame.headers["Number"]) for frame in frames if "Number" in frame.headers]
    assert seen == list(range(count))


async def test_pause_with_a_reason_is_seen_on_the_events_login(lab: Lab) -> None:
    async with running(AmiClient(settings(lab))) as client:
        await until(client, SnapshotTaken)
        await client.pause("PJSIP/1001", queue="consumers", reason="lunch")
        await client.pause("PJSIP/1001", queue="consumers", reason="tea")
        pauses: list[tuple[str, str]] = []
        while len(pauses) < 2:
            item = await anext(client)
            frames = item.frames if isinstance(item, FramesRead) else ()
            found = [frame.headers for frame in frames if frame.name == "QueueMemberPause"]
            pauses += [(headers["Paused"], headers["PausedReason"]) for headers in found]
    assert pauses == [("1", "lunch"), ("1", "tea")]


async def test_pause_of_nobody_is_refused_in_asterisks_words(lab: Lab) -> None:
    async with running(AmiClient(settings(lab))) as client:
        await until(client, SnapshotTaken)
        with pytest.raises(SwitchError, match="Asterisk refused QueuePause: Interface not found"):
            await client.pause("PJSIP/9999")


async def seen(client: AmiClient, *names: str) -> list[Frame]:
    """Wait for frames of these names, in order."""
    found: list[Frame] = []
    while len(found) < len(names):
        item = await anext(client)
        for frame in item.frames if isinstance(item, FramesRead) else ():
            if len(found) < len(names) and frame.name == names[len(found)]:
                found.append(frame)
    return found


async def test_agent_of_a_page_signs_in_and_out_and_a_member_of_queues_conf_does_not(lab: Lab) -> None:
    async with running(AmiClient(settings(lab))) as client:
        await until(client, SnapshotTaken)
        for _ in range(2):
            await client.add_member("PJSIP/1011", "consumers", name="Iris")
        await client.pause("PJSIP/1011", reason="sign-in")
        await client.pause("PJSIP/1011", paused=False)
        for _ in range(2):
            await client.remove_member("PJSIP/1011", "consumers")
        added, paused, unpaused, _ = await seen(
            client, "QueueMemberAdded", "QueueMemberPause", "QueueMemberPause", "QueueMemberRemoved"
        )
        assert (added.headers["MemberName"], added.headers["Paused"]) == ("Iris", "1")
        assert (paused.headers["PausedReason"], unpaused.headers["Paused"]) == ("sign-in", "0")
        with pytest.raises(SwitchUnsuitable, match=r"queues\.conf"):
            await client.remove_member("PJSIP/1001", "consumers")


async def test_phone_in_a_page_registers_by_its_own_secret_and_is_gone_with_its_tab(lab: Lab) -> None:
    secret = read_phones(lab.state.instance / "etc" / "pjsip_pages.conf")["1011"]
    async with running(AmiClient(settings(lab))) as client, PagePhone("1011", "x" * 32) as stranger:
        await until(client, SnapshotTaken)
        await stranger.open(lab.state.http_port)
        assert (await stranger.register()).code == 401
        async with PagePhone("1011", secret) as phone:
            await phone.open(lab.state.http_port)
            assert (await phone.register()).code == 200
            found = await seen(client, "ContactStatus", "ContactStatus")
        lost = await seen(client, "ContactStatus")
    told = [(frame.headers["EndpointName"], frame.headers["ContactStatus"]) for frame in (*found, *lost)]
    assert told == [("1011", "NonQualified"), ("1011", "Reachable"), ("1011", "Removed")]


async def test_call_of_a_page_that_was_left_ends_by_its_reason(lab: Lab) -> None:
    where = (lab.settings.bind, lab.state.sip_port)
    bob = SipPhone("1002", where, LabDiary(), secret=lab.state.phone_secrets["1002"])
    caller = SipPhone("13800000002", where, LabDiary())
    async with running(AmiClient(settings(lab))) as client, contextlib.AsyncExitStack() as opened:
        opened.callback(bob.close)
        opened.callback(caller.close)
        await until(client, SnapshotTaken)
        await bob.open(lab.settings.bind)
        await bob.register()
        await caller.open(lab.state.trunk_host)
        await client.add_member("PJSIP/1002", "holding", name="Bob")
        await client.pause("PJSIP/1002", queue="holding", paused=False)
        dialled = caller.dial("safe_q_holding")
        call = await bob.next_call()
        call.ring()
        call.answer()
        await seen(client, "AgentConnect")
        bob.send(call.dialog.request("BYE", (("reason", f'Q.850;cause={LEG_LOST};text="page left"'),)))
        (ended,) = await seen(client, "HangupRequest")
        dialled.hang_up()
        await bob.register(0)
        await client.remove_member("PJSIP/1002", "holding")
    assert (ended.headers["Channel"].partition("-")[0], ended.headers["Cause"]) == ("PJSIP/1002", str(LEG_LOST))


def test_doctor_finds_nothing_wrong_with_the_lab(lab: Lab, tmp_path: Path) -> None:
    files = ["--config-dir", str(lab.state.instance / "etc"), "--queue-log", str(lab.state.queue_log)]
    done = callcenter("doctor", "--port", str(lab.state.ami_port), *secret_files(lab, tmp_path), *files)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "FAIL" not in done.stdout
    assert "ok       ring timeout of consumers: 25 s" in done.stdout
    assert "ok       event filters" in done.stdout


def test_doctor_fails_a_login_that_may_write(lab: Lab, tmp_path: Path) -> None:
    (tmp_path / "lab").write_text(lab.state.manager_secrets["lab"])
    logins = [*secret_files(lab, tmp_path), "--events", "lab", "--events-secret-file", str(tmp_path / "lab")]
    done = callcenter("doctor", "--port", str(lab.state.ami_port), *logins)
    assert done.returncode == 1
    assert "FAIL     events login: may do" in done.stdout
    assert "-> manager.conf [lab]: write = (nothing)" in done.stdout


def test_doctor_that_cannot_connect_says_one_sentence(lab: Lab, tmp_path: Path) -> None:
    done = callcenter("doctor", "--port", "1", *secret_files(lab, tmp_path))
    assert done.returncode == 3
    assert done.stderr.startswith("callcenter: nothing listens on 127.0.0.1:1")
    assert done.stderr.count("\n") == 1


def test_recorded_login_is_read_again_frame_by_frame(lab: Lab, tmp_path: Path) -> None:
    secret_files(lab, tmp_path)
    login = ["--username", "events", "--secret-file", str(tmp_path / "events")]
    tape = tmp_path / "board.ami.gz"
    done = callcenter("record", str(tape), "--seconds", "2", "--port", str(lab.state.ami_port), *login)
    assert done.returncode == 0, done.stderr
    assert "1 login recorded." in done.stderr
    again = callcenter("record", str(tape), "--seconds", "1", "--port", str(lab.state.ami_port), *login)
    assert again.returncode == 2
    assert "exists already" in again.stderr
    shown = callcenter("replay", "--ami", str(tape))
    assert shown.returncode == 0, shown.stderr


def test_recording_with_a_wrong_secret_leaves_no_file(lab: Lab, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("wrong")
    login = ["--username", "events", "--secret-file", str(tmp_path / "secret")]
    done = callcenter("record", str(tmp_path / "x.ami"), "--port", str(lab.state.ami_port), *login)
    assert done.returncode == 3
    assert not (tmp_path / "x.ami").exists()


@pytest.mark.starts_anew
async def test_switched_off_manager_is_unreachable(lab: Lab) -> None:
    gone = settings(lab)
    await asyncio.to_thread(lab.stop)
    error = await failure(AmiClient(gone))
    await asyncio.to_thread(lab.start)
    assert isinstance(error, SwitchUnreachable)
    assert "nothing listens on" in str(error)
