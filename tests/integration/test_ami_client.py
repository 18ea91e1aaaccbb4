"""The client against a scripted switch: what a real one does only on its worst days."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from callcenter.ami.client import AmiClient
from callcenter.ami.items import FramesRead, HeartbeatSeen, Item, LoginLost, LoginOpened, RefusedItem, SnapshotTaken
from callcenter.ami.link import Link
from callcenter.ami.settings import check_ami
from callcenter.errors import (
    BadInput,
    BadSetting,
    CallcenterError,
    LoginRefused,
    RightsMissing,
    SwitchError,
    SwitchUnreachable,
    SwitchUnsuitable,
)
from callcenter.tracker.lookouts.certificates import expiry_of
from tests.integration.scripted_switch import OK, ScriptedSwitch, block, settings, until_true

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

PATIENCE = 20.0
CERTIFICATE = Path(__file__).parent / "tls" / "cert.pem"


@pytest.fixture
async def switch() -> AsyncIterator[ScriptedSwitch]:
    async with ScriptedSwitch() as fake:
        yield fake


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
    """Consume items up to and with the first of a kind."""
    items: list[Item] = []
    async for item in client:
        items.append(item)
        if isinstance(item, kind):
            break
    return items


async def failure(client: AmiClient) -> CallcenterError:
    with pytest.raises(CallcenterError) as caught:
        async with asyncio.timeout(PATIENCE):
            await client.run()
    return caught.value


async def channels(client: AmiClient, count: int) -> list[str]:
    """Consume until so many new channels were seen; returns their ids in order."""
    seen: list[str] = []
    while len(seen) < count:
        item = await anext(client)
        frames = item.frames if isinstance(item, FramesRead) else ()
        seen += [frame.headers["Uniqueid"] for frame in frames if frame.name == "Newchannel"]
    return seen


async def test_login_opens_then_beats_then_the_snapshot_stands_between_two_of_them(switch: ScriptedSwitch) -> None:
    async with running(AmiClient(settings(switch))) as client:
        items = await until(client, SnapshotTaken)
    assert isinstance(items[0], LoginOpened)
    assert (items[0].login, items[0].banner, items[0].node) == (1, "11.0.0", "pbx")
    taken = items[-1]
    assert isinstance(taken, SnapshotTaken)
    beats = [frame.at for item in items if isinstance(item, FramesRead) for frame in item.frames]
    assert taken.snapshot.after in beats
    assert taken.snapshot.before in beats
    assert (taken.snapshot.after or 0) < (taken.snapshot.before or 0)
    assert [queue.name for queue in taken.snapshot.queues] == ["consumers"]
    assert taken.snapshot.devices is None


async def test_heartbeat_stands_right_behind_its_own_frame(switch: ScriptedSwitch) -> None:
    async with running(AmiClient(settings(switch))) as client:
        items = await until(client, HeartbeatSeen)
    before, beat = items[-2:]
    assert isinstance(before, FramesRead)
    assert isinstance(beat, HeartbeatSeen)
    assert before.frames[-1].name == "UserEvent"
    assert beat.switch_at == before.frames[-1].at
    assert beat.round_trip > 0
    assert client.lag is None  # the login is over


async def test_heartbeat_goes_as_soon_as_the_switchs_time_is_needed(switch: ScriptedSwitch) -> None:
    client = AmiClient(settings(switch, heartbeat_every=60, heartbeat_deadline=120))
    client.beat_in = lambda: -1.0
    async with running(client):
        await until(client, SnapshotTaken)
        assert isinstance((await until(client, HeartbeatSeen))[-1], HeartbeatSeen)
        assert isinstance((await until(client, HeartbeatSeen))[-1], HeartbeatSeen)


async def test_each_frame_comes_with_the_bytes_it_was_read_from(switch: ScriptedSwitch) -> None:
    async with running(AmiClient(settings(switch))) as client:
        item = (await until(client, FramesRead))[-1]
    assert isinstance(item, FramesRead)
    assert len(item.raw) == len(item.frames)
    assert item.raw[0].startswith(b"Event: UserEvent\r\nPrivilege:")


async def test_a_needed_frame_that_is_refused_stands_between_those_before_and_after_it(switch: ScriptedSwitch) -> None:
    async with running(AmiClient(settings(switch))) as client:
        await until(client, SnapshotTaken)
        broken = switch.call(2).replace(b"<unknown>", b"1\r\nX: 1", 1)
        switch.say(switch.call(1) + broken + switch.call(3))
        before, item = (await until(client, RefusedItem))[-2:]
        after = await channels(client, 1)
    assert isinstance(before, FramesRead)
    assert isinstance(item, RefusedItem)
    assert before.frames[-1].headers["Uniqueid"] == "1.1"
    assert (item.refused.name, item.refused.hints.uniqueids) == ("Newchannel", ("1.2",))
    assert item.refused.raw == broken.removesuffix(b"\r\n")
    assert after == ["1.3"]


async def test_what_was_refused_while_nobody_took_events_is_not_lost(switch: ScriptedSwitch) -> None:
    link = await Link.open(settings(switch), settings(switch).events, events=True)
    broken = switch.call(2).replace(b"<unknown>", b"1\r\nX: 1", 1)
    switch.say(switch.call(1) + broken + switch.call(3))
    await until_true(lambda: link.frames_total["parsed"] >= 3)
    told: list[str] = []
    link.deliver(
        lambda batch: told.extend(frame.headers["Uniqueid"] for frame, _ in batch),
        lambda refused: told.append(refused.reason),
    )
    link.close()
    assert told == ["1.1", "header_out_of_place", "1.3"]


async def test_names_are_read_in_the_character_set_that_was_set(switch: ScriptedSwitch) -> None:
    async with running(AmiClient(settings(switch, charset="gbk"))) as client:
        await until(client, SnapshotTaken)
        switch.say(switch.call(1).replace(b"from-trunk", "一".encode("gbk")))
        told: dict[str, str | None] = {}
        while not told:
            item = (await until(client, FramesRead))[-1]
            assert isinstance(item, FramesRead)
            told = {frame.headers["Context"]: item.charset for frame in item.frames if frame.name == "Newchannel"}
    assert told == {"一": "gbk"}


async def test_wrong_secret_is_refused_in_one_sentence(switch: ScriptedSwitch) -> None:
    switch.secrets["events"] = "changed"
    error = await failure(AmiClient(settings(switch)))
    assert isinstance(error, LoginRefused)
    assert "'events' (Authentication failed): check its section in manager.conf" in str(error)
    assert "es" not in str(error).split()


async def test_what_is_not_a_manager_interface_is_unsuitable(switch: ScriptedSwitch) -> None:
    switch.banner = b"SSH-2.0-OpenSSH_9.2\r\n"
    error = await failure(AmiClient(settings(switch)))
    assert isinstance(error, SwitchUnsuitable)
    assert "not Asterisk's manager interface" in str(error)


async def test_endless_first_line_is_unsuitable(switch: ScriptedSwitch) -> None:
    switch.banner = b"\0" * 100_000
    assert isinstance(await failure(AmiClient(settings(switch))), SwitchUnsuitable)


@pytest.mark.parametrize("version", [b"4.0.3", b"1.1", b"x", b""])
async def test_manager_older_than_asterisk_16_is_unsuitable(switch: ScriptedSwitch, version: bytes) -> None:
    switch.banner = b"Asterisk Call Manager/" + version + b"\r\n"
    error = await failure(AmiClient(settings(switch)))
    assert isinstance(error, SwitchUnsuitable)
    assert "Asterisk 16 or newer is needed" in str(error)


async def test_switch_that_says_nothing_is_unreachable_within_the_deadline(switch: ScriptedSwitch) -> None:
    switch.banner = b""
    error = await failure(AmiClient(settings(switch, connect_timeout=0.2)))
    assert isinstance(error, SwitchUnreachable)
    assert "did not answer within 0.2 s" in str(error)


async def test_switch_that_cuts_off_during_the_login_is_unreachable(switch: ScriptedSwitch) -> None:
    switch.unanswered = {"Login"}
    opening = asyncio.create_task(Link.open(settings(switch), settings(switch).events, events=True))
    await until_true(lambda: switch.count("Login"))
    switch.hang_up()
    with pytest.raises(SwitchUnreachable, match="closed the connection"):
        await opening


async def test_port_where_nobody_listens_is_unreachable(switch: ScriptedSwitch) -> None:
    unused = settings(switch)
    await switch.vanish()
    error = await failure(AmiClient(unused))
    assert isinstance(error, SwitchUnreachable)
    assert "nothing listens on" in str(error)


async def test_unknown_host_is_unreachable(switch: ScriptedSwitch) -> None:
    error = await failure(AmiClient(settings(switch, host="no-such-host.invalid")))
    assert isinstance(error, SwitchUnreachable)
    assert "no host named 'no-such-host.invalid'" in str(error)


async def test_switch_that_is_not_up_yet_is_waited_for_when_told_so(switch: ScriptedSwitch) -> None:
    late = settings(switch, wait_at_start=True)
    await switch.vanish()
    async with running(AmiClient(late)) as client:
        await asyncio.sleep(0.1)
        await switch.listen()
        assert isinstance((await until(client, SnapshotTaken))[0], LoginOpened)


@pytest.mark.parametrize("action", ["UserEvent", "CoreSettings", "CoreShowChannels"])
async def test_control_login_without_a_needed_right_stops_the_start(switch: ScriptedSwitch, action: str) -> None:
    switch.denied = {action}
    error = await failure(AmiClient(settings(switch)))
    assert isinstance(error, RightsMissing)
    assert f"may not do {action}: see its write= line" in str(error)


async def test_events_login_that_does_not_see_heartbeats_stops_the_start(switch: ScriptedSwitch) -> None:
    switch.echoes = False
    error = await failure(AmiClient(settings(switch, heartbeat_deadline=0.3)))
    assert isinstance(error, RightsMissing)
    assert "does not see UserEvent" in str(error)


async def test_cut_login_is_a_gap_and_then_a_new_login_with_a_new_snapshot(switch: ScriptedSwitch) -> None:
    async with running(AmiClient(settings(switch))) as client:
        await until(client, SnapshotTaken)
        switch.cut("events")
        lost = (await until(client, LoginLost))[-1]
        later = await until(client, SnapshotTaken)
    assert isinstance(lost, LoginLost)
    assert "closed the connection" in lost.reason
    assert isinstance(later[0], LoginOpened)
    assert later[0].login == 2


async def test_half_open_login_is_noticed_by_the_heartbeat(switch: ScriptedSwitch) -> None:
    async with running(AmiClient(settings(switch, heartbeat_deadline=2))) as client:
        await until(client, SnapshotTaken)
        switch.echoes = False
        lost = (await until(client, LoginLost))[-1]
        switch.echoes = True
        await until(client, SnapshotTaken)
    assert isinstance(lost, LoginLost)
    assert lost.reason == "no heartbeat came back within 2 s"


async def test_login_refused_later_is_tried_until_it_is_allowed_again(switch: ScriptedSwitch) -> None:
    async with running(AmiClient(settings(switch))) as client:
        await until(client, SnapshotTaken)
        switch.secrets["events"] = "changed"
        switch.cut("events")
        await until_true(lambda: switch.logins.count("events") > 3)
        switch.secrets["events"] = "es"
        assert isinstance((await until(client, SnapshotTaken))[-1], SnapshotTaken)


async def test_control_login_comes_back_without_touching_the_events_login(switch: ScriptedSwitch) -> None:
    async with running(AmiClient(settings(switch))) as client:
        await until(client, SnapshotTaken)
        switch.cut("control")
        await until_true(lambda: "control" in switch.writers)
        while not isinstance(await anext(client), HeartbeatSeen):
            pass
    assert switch.logins.count("events") == 1
    assert switch.logins.count("control") == 2


async def test_half_open_control_login_is_cut_and_opened_again(switch: ScriptedSwitch) -> None:
    async with running(AmiClient(settings(switch, action_timeout=0.3))) as client:
        await until(client, SnapshotTaken)
        switch.unanswered = {"UserEvent"}
        await until_true(lambda: switch.logins.count("control") > 1)
        switch.unanswered = set()
        await until(client, HeartbeatSeen)
    assert switch.logins.count("events") == 1


async def test_unanswered_pause_fails_when_the_login_is_lost_and_is_never_sent_again(switch: ScriptedSwitch) -> None:
    switch.unanswered = {"QueuePause"}
    async with running(AmiClient(settings(switch))) as client:
        await until(client, SnapshotTaken)
        pausing = asyncio.create_task(client.pause("PJSIP/1001", reason="lunch"))
        await until_true(lambda: switch.count("QueuePause"))
        switch.unanswered = set()
        switch.cut("control")
        with pytest.raises(SwitchUnreachable, match="QueuePause was not answered, and is not sent again"):
            await pausing
        await until_true(lambda: switch.logins.count("control") == 2)
        await until(client, HeartbeatSeen)
    assert switch.count("QueuePause") == 1


async def test_pause_without_a_control_login_fails_at_once(switch: ScriptedSwitch) -> None:
    with pytest.raises(SwitchUnreachable, match="control login is away"):
        await AmiClient(settings(switch)).pause("PJSIP/1001")


async def test_members_are_added_paused_let_go_on_and_taken_out(switch: ScriptedSwitch) -> None:
    async with running(AmiClient(settings(switch))) as client:
        await until(client, SnapshotTaken)
        await client.add_member("PJSIP/1001", "consumers", name="Alice")
        await client.pause("PJSIP/1001", paused=False)
        await client.remove_member("PJSIP/1001", "consumers")
    added, unpaused, removed = (
        next(asked for asked in switch.received if asked["Action"] == action)
        for action in ("QueueAdd", "QueuePause", "QueueRemove")
    )
    assert (added["Queue"], added["Interface"], added["MemberName"], added["Paused"]) == (
        "consumers",
        "PJSIP/1001",
        "Alice",
        "true",
    )
    assert unpaused["Paused"] == "false"
    assert (removed["Queue"], removed["Interface"]) == ("consumers", "PJSIP/1001")


async def test_what_was_done_before_is_done_and_what_cannot_be_is_said(switch: ScriptedSwitch) -> None:
    switch.refusals = {
        "QueueAdd": "Unable to add interface: Already there",
        "QueueRemove": "Unable to remove interface: Not there",
    }
    async with running(AmiClient(settings(switch))) as client:
        await until(client, SnapshotTaken)
        await client.add_member("PJSIP/1001", "consumers", name="Alice")
        await client.remove_member("PJSIP/1001", "consumers")
        switch.refusals = {
            "QueueAdd": "Unable to add interface to queue: No such queue",
            "QueueRemove": "Unable to remove interface: Member not dynamic",
        }
        with pytest.raises(SwitchError, match="No such queue"):
            await client.add_member("PJSIP/1001", "nowhere", name="Alice")
        with pytest.raises(SwitchUnsuitable, match=r"a member of consumers by queues\.conf: take it out there"):
            await client.remove_member("PJSIP/1001", "consumers")
        switch.refusals = {"QueueRemove": "Unable to remove interface: Member is busy"}
        with pytest.raises(SwitchError, match="busy"):
            await client.remove_member("PJSIP/1001", "consumers")


async def test_pause_says_who_where_and_why(switch: ScriptedSwitch) -> None:
    async with running(AmiClient(settings(switch))) as client:
        await until(client, SnapshotTaken)
        await client.pause("PJSIP/1001", queue="consumers", reason="lunch")
        await client.pause("PJSIP/1001", reason="tea")
    sent = [asked for asked in switch.received if asked["Action"] == "QueuePause"]
    assert [asked.get("Paused") for asked in sent] == ["true", "true"]
    assert (sent[0]["Queue"], sent[0]["Reason"], sent[0]["Interface"]) == ("consumers", "lunch", "PJSIP/1001")
    assert "Queue" not in sent[1]


@pytest.mark.parametrize("evil", ["x\r\n\r\nAction: Originate", "x\nPaused: false", "x\0y", "\ud800"])
async def test_value_that_would_begin_another_header_is_never_sent(switch: ScriptedSwitch, evil: str) -> None:
    link = await Link.open(settings(switch), settings(switch).control, events=False)
    sent = len(switch.received)
    with pytest.raises(BadInput):
        await link.ask("QueuePause", {"Reason": evil})
    await link.ask("Ping")
    link.close()
    assert [asked["Action"] for asked in switch.received[sent:]] == ["Ping"]


async def test_header_name_with_a_line_break_is_never_sent(switch: ScriptedSwitch) -> None:
    link = await Link.open(settings(switch), settings(switch).control, events=False)
    with pytest.raises(BadInput):
        await link.ask("Ping", {"A\r\nB": "x"})
    link.close()


async def test_action_ids_cannot_be_guessed_from_one_another(switch: ScriptedSwitch) -> None:
    link = await Link.open(settings(switch), settings(switch).control, events=False)
    await link.ask("Ping")
    await link.ask("Ping")
    link.close()
    ids = [asked["ActionID"] for asked in switch.received]
    assert len(set(ids)) == len(ids)
    assert {len(action_id) for action_id in ids} == {32}


async def test_action_not_answered_in_time_says_so(switch: ScriptedSwitch) -> None:
    switch.unanswered = {"Ping"}
    link = await Link.open(settings(switch, action_timeout=0.1), settings(switch).control, events=False)
    with pytest.raises(SwitchUnreachable, match=r"Ping was not answered within 0\.1 s"):
        await link.ask("Ping")
    link.close()


async def test_action_after_the_end_is_not_sent(switch: ScriptedSwitch) -> None:
    link = await Link.open(settings(switch), settings(switch).control, events=False)
    link.close("enough")
    with pytest.raises(SwitchUnreachable, match="Ping was not sent: enough"):
        await link.ask("Ping")


async def test_refused_action_gives_asterisks_own_words(switch: ScriptedSwitch) -> None:
    link = await Link.open(settings(switch), settings(switch).control, events=False)
    with pytest.raises(SwitchError, match="Asterisk refused DeviceStateList: Invalid/unknown command"):
        await link.demand("DeviceStateList")
    link.close()


async def test_answer_to_an_action_that_was_never_sent_is_not_believed(switch: ScriptedSwitch) -> None:
    async with running(AmiClient(settings(switch))) as client:
        await until(client, SnapshotTaken)
        switch.say(block({**OK, "ActionID": "f" * 32, "Message": "Originate successfully queued"}))
        await until(client, HeartbeatSeen)
        assert client.frames_total["foreign_action"] == 1


async def test_garbage_between_frames_is_survived(switch: ScriptedSwitch) -> None:
    async with running(AmiClient(settings(switch))) as client:
        await until(client, SnapshotTaken)
        switch.say(bytes(range(256)) * 40 + b"\r\n\r\n" + switch.call(7))
        assert await channels(client, 1) == ["1.7"]


async def test_consumer_that_stops_loses_nothing_and_reading_is_paused(switch: ScriptedSwitch) -> None:
    calls = 20_000
    async with running(AmiClient(settings(switch, queue_frames=100, heartbeat_deadline=2))) as client:
        await until(client, SnapshotTaken)
        for number in range(calls):
            switch.say(switch.call(number))
        await until_true(lambda: client.waiting_frames > 100)
        waiting = client.waiting_frames
        assert client._session is not None
        await client._session._beat()
        # longer than the deadline of that beat, which is stuck behind the frames
        await asyncio.sleep(2.5)
        assert client.waiting_frames == waiting < calls / 2
        assert await channels(client, calls) == [f"1.{number}" for number in range(calls)]
    assert switch.logins.count("events") == 1


async def test_login_cut_while_reading_is_paused_is_reported_after_what_was_read(switch: ScriptedSwitch) -> None:
    async with running(AmiClient(settings(switch, queue_frames=10))) as client:
        await until(client, SnapshotTaken)
        switch.say(b"".join(switch.call(number) for number in range(50)))
        await until_true(lambda: client.waiting_frames >= 50)
        switch.cut("events")
        assert len(await channels(client, 50)) == 50
        assert isinstance((await until(client, LoginLost))[-1], LoginLost)


async def test_frame_that_the_cut_left_unfinished_is_counted_as_dropped(switch: ScriptedSwitch) -> None:
    async with running(AmiClient(settings(switch))) as client:
        await until(client, SnapshotTaken)
        switch.echoes = False
        switch.say(switch.call(1)[:-20])
        await asyncio.sleep(0.1)
        switch.cut("events")
        await until(client, LoginLost)
        assert client.frames_total["dropped"] == 1


async def test_action_that_cannot_be_written_leaves_no_secret_in_the_log(
    switch: ScriptedSwitch,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(_: bytes) -> None:
        raise RuntimeError("broken pipe")

    caplog.set_level("DEBUG")
    link = await Link.open(settings(switch, action_timeout=0.05), settings(switch).control, events=False)
    monkeypatch.setattr(link._protocol, "transport", SimpleNamespace(write=fail, abort=link._protocol.transport.abort))
    with pytest.raises(SwitchUnreachable):
        await link.ask("Login", {"Secret": "hunter2"})
    link.close()
    assert "hunter2" not in caplog.text + "".join(capsys.readouterr())


async def test_tee_gets_every_byte_from_the_banner_on(switch: ScriptedSwitch) -> None:
    heard = bytearray()
    async with running(AmiClient(settings(switch), tee=heard.extend)) as client:
        await until(client, HeartbeatSeen)
    assert heard.startswith(switch.banner + b"Response: Success\r\n")
    assert b"CallcenterHeartbeat" in heard


async def test_nothing_but_the_login_is_sent_on_the_events_login(switch: ScriptedSwitch) -> None:
    link = await Link.open(settings(switch), settings(switch).events, events=True)
    await asyncio.sleep(0.05)
    link.close()
    assert [asked["Action"] for asked in switch.received] == ["Login"]
    assert switch.received[0]["Events"] == "on"


async def test_control_login_asks_for_no_events(switch: ScriptedSwitch) -> None:
    link = await Link.open(settings(switch), settings(switch).control, events=False)
    link.close()
    assert switch.received[0]["Events"] == "off"


async def test_iteration_ends_with_the_client(switch: ScriptedSwitch) -> None:
    client = AmiClient(settings(switch))
    async with running(client):
        await until(client, SnapshotTaken)
    async with asyncio.timeout(PATIENCE):
        left = [item async for item in client]
    assert LoginLost not in {type(item) for item in left}


async def test_secret_file_that_is_missing_stops_the_start(switch: ScriptedSwitch, tmp_path: Path) -> None:
    login = {"username": "events", "secret_file": tmp_path / "none"}
    error = await failure(AmiClient(settings(switch, events=login)))
    assert isinstance(error, BadSetting)
    assert "the secret of login 'events' cannot be read" in str(error)


async def test_certificate_authority_that_is_missing_stops_the_start(switch: ScriptedSwitch, tmp_path: Path) -> None:
    error = await failure(AmiClient(settings(switch, tls=True, tls_ca=tmp_path / "none.pem")))
    assert isinstance(error, BadSetting)


@pytest.fixture
async def tls_switch() -> AsyncIterator[ScriptedSwitch]:
    fake = ScriptedSwitch()
    fake.tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    fake.tls.load_cert_chain(CERTIFICATE, CERTIFICATE.with_name("key.pem"))
    async with fake:
        yield fake


async def test_switch_is_followed_over_tls_and_backpressure_works_there_too(tls_switch: ScriptedSwitch) -> None:
    trusting = settings(tls_switch, host="localhost", tls=True, tls_ca=CERTIFICATE, queue_frames=100)
    async with running(AmiClient(trusting)) as client:
        await until(client, SnapshotTaken)
        assert client.certificate_ends == expiry_of(CERTIFICATE)
        for number in range(5_000):
            tls_switch.say(tls_switch.call(number))
        await until_true(lambda: client.waiting_frames > 100)
        assert await channels(client, 5_000) == [f"1.{number}" for number in range(5_000)]


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"host": "localhost"}, "CERTIFICATE_VERIFY_FAILED"),
        ({"host": "127.0.0.1", "tls_ca": CERTIFICATE}, "CERTIFICATE_VERIFY_FAILED"),
    ],
)
async def test_certificate_that_is_not_the_switchs_is_refused(
    tls_switch: ScriptedSwitch, changes: dict[str, Any], complaint: str
) -> None:
    error = await failure(AmiClient(settings(tls_switch, tls=True, **changes)))
    assert isinstance(error, SwitchUnreachable)
    assert complaint in str(error)
    assert tls_switch.received == []


async def test_tls_spoken_to_a_plain_port_is_unreachable(switch: ScriptedSwitch) -> None:
    error = await failure(AmiClient(settings(switch, tls=True, connect_timeout=1)))
    assert isinstance(error, SwitchUnreachable)


def test_settings_name_what_is_wrong_and_never_the_secret() -> None:
    with pytest.raises(BadSetting) as caught:
        check_ami({"events": {"username": "e", "secret": "hunter2", "colour": 1}}, "settings.toml")
    assert "settings.toml: ami.events.colour" in str(caught.value)
    assert "hunter2" not in str(caught.value)
