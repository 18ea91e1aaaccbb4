"""Items of the client become entries with their meaning; a replay of the entries comes to the same state."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pytest

from callcenter.ami.items import FramesRead, HeartbeatSeen, Item, LoginLost, LoginOpened, RefusedItem, SnapshotTaken
from callcenter.ami.wire import Wire
from callcenter.domain import events as ev
from callcenter.domain import facts as fx
from callcenter.domain.frame import SECOND, Frame
from callcenter.domain.settings import FloorSettings
from callcenter.domain.snapshot import ChannelState, Snapshot
from callcenter.domain.vocabulary import OfferOutcome
from callcenter.errors import JournalDamaged
from callcenter.files.rulebook import load_rulebook
from callcenter.journal import EntryKind, Stored
from callcenter.numbers import Numbering
from callcenter.staff.duty import Roster, Seat
from callcenter.tracker import RulesInForce
from callcenter.tracker.entries import EntryMeaning, input_step, mark_step, refused_of, reread, timed, words_of
from callcenter.tracker.follower import Follower, LastSeen
from callcenter.tracker.inputs import SiteFacts
from callcenter.tracker.intake import Intake
from callcenter.tracker.ledger import Ledger
from tests.support.party import party

OURS = 1_900_000_000 * SECOND
MISSED = fx.Offer(
    agent="Alice",
    interface="PJSIP/1001",
    offered_at=OURS,
    rang_at=OURS,
    ended_at=OURS,
    connected_at=None,
    outcome=OfferOutcome.TIMED_OUT,
    available=True,
    refuted=None,
    in_gap=False,
    frames=(),
)
SNAPSHOT = Snapshot(None, None, "22.10.1", "", "", (), (), (), (), None, None)


def raw(name: str, seq: int, at: str = "1800000000", **headers: str) -> bytes:
    opening = (
        f"Event: {name}\r\nPrivilege: call,all\r\nTimestamp: {at}.000000\r\nSequenceNumber: {seq}\r\n"
        "File: a.c\r\nLine: 1\r\nFunc: f\r\n"
    )
    return (opening + "".join(f"{key}: {value}\r\n" for key, value in headers.items())).encode()


def joined(seq: int, uid: str = "lab-1800000000.1", at: str = "1800000000") -> bytes:
    return raw("QueueCallerJoin", seq, at, **party(Channel="PJSIP/t-1", Uniqueid=uid), Queue="consumers", Position="1")


def beat(seq: int, at: str) -> bytes:
    return raw("UserEvent", seq, at, UserEvent="CallcenterHeartbeat")


def read(*blocks: bytes) -> FramesRead:
    frames = [Wire().feed(block + b"\r\n")[0] for block in blocks]
    return FramesRead("pbx", OURS, tuple(frames), blocks)


class Line:
    """A tracker's pure part: takes items, keeps what it journalled and what became true."""

    def __init__(self, follower: Follower | None = None) -> None:
        self.follower = follower or Follower()
        self.intake = Intake("pbx", self.follower.seen)
        self.stored: list[Stored] = []
        self.facts: list[fx.Fact] = []

    def take(self, *items: Item) -> list[fx.Fact]:
        self.facts = []
        for item in items:
            self.do(self.intake.steps(item))
        return self.facts

    def do(self, steps: Sequence[EntryMeaning]) -> None:
        for step in steps:
            position = len(self.stored) + 1
            entry = step.entry
            self.stored.append(Stored(position, entry.kind, entry.source, entry.recorded_at, entry.payload, b""))
            event = None if step.event is None else msgspec.structs.replace(step.event, pos=position)
            self.facts += self.follower.follow(step.frame, event, step.said).facts

    def replayed(self) -> Follower:
        follower = Follower()
        for stored in self.stored:
            follower.follow(*reread(stored))
        return follower


def opened(login: int = 1) -> LoginOpened:
    return LoginOpened("pbx", OURS, login, "11.0.0")


def lost() -> LoginLost:
    return LoginLost("pbx", OURS, "gone")


def test_a_frame_is_journalled_by_its_own_bytes_and_applied_at_its_position() -> None:
    line = Line()
    facts = line.take(opened(), read(beat(1, "1800000000"), joined(2)))
    assert [(entry.kind, entry.payload) for entry in line.stored] == [
        (EntryKind.FRAME, beat(1, "1800000000")),
        (EntryKind.FRAME, joined(2)),
    ]
    assert facts == [fx.VisitJoined(at=1_800_000_000 * SECOND, uniqueid="lab-1800000000.1", queue="consumers", n=1)]
    (visit,) = line.follower.floor.state.visits.values()
    assert visit.frames == [2]


def test_the_first_login_of_all_closes_no_gap() -> None:
    line = Line()
    assert line.take(opened(), read(beat(1, "1800000000"))) == []
    assert [entry.kind for entry in line.stored] == [EntryKind.FRAME]


def test_a_lost_login_is_told_at_once_by_the_last_time_that_was_seen() -> None:
    line = Line()
    line.take(opened(), read(joined(1)), lost())
    assert line.stored[-1].kind == EntryKind.EVENT
    assert reread(line.stored[-1]).event == ev.LinkLost(1_800_000_000 * SECOND, 2)
    (visit,) = line.follower.floor.state.visits.values()
    assert visit.in_gap


def test_a_login_lost_before_it_said_anything_makes_no_second_gap() -> None:
    line = Line()
    line.take(opened(), read(joined(1)), lost(), opened(2), lost(), opened(3), lost())
    assert [entry.kind for entry in line.stored] == [EntryKind.FRAME, EntryKind.EVENT]


def test_a_login_lost_before_anything_was_ever_seen_is_no_gap() -> None:
    line = Line()
    line.take(opened(), lost())
    assert line.stored == []


def test_the_first_timed_frame_of_the_next_login_closes_the_gap() -> None:
    line = Line()
    line.take(opened(), read(joined(1)), lost(), opened(2))
    booted = Frame("FullyBooted", {"Uptime": "5000"}, None, None, 0)
    facts = line.take(FramesRead("pbx", OURS, (booted,), (b"Event: FullyBooted\r\nUptime: 5000\r\n",)))
    assert facts == []
    facts = line.take(read(beat(900, "1800000030")))
    assert facts == [
        fx.GapSeen(at=1_800_000_030 * SECOND, start=1_800_000_000 * SECOND, cause="link"),
    ]


def test_sequence_numbers_that_begin_anew_are_a_restart() -> None:
    line = Line()
    line.take(opened(), read(joined(500)), lost(), opened(2))
    (end, *_, gap, _lost) = line.take(read(beat(3, "1800000030")))
    assert isinstance(gap, fx.GapSeen)
    assert gap.cause == "restart"
    assert isinstance(end, fx.VisitEnded)
    assert end.visit.outcome == "switch_down"


def test_a_restart_of_ours_between_two_logins_hides_no_restart_of_the_switch() -> None:
    before = Line()
    before.take(opened(), read(joined(500)))
    after = Line(Follower.restore(before.follower.save()))
    after.do(after.intake.lost(OURS))
    (*_, gap, _lost) = after.take(opened(), read(beat(3, "1800000030")))
    assert gap == fx.GapSeen(at=1_800_000_030 * SECOND, start=1_800_000_000 * SECOND, cause="restart")


def test_a_restart_of_ours_after_shutdown_was_seen_knows_it() -> None:
    before = Line()
    before.take(opened(), read(joined(500), raw("Shutdown", 501, Shutdown="Cleanly", Restart="True")))
    after = Line(Follower.restore(before.follower.save()))
    after.do(after.intake.lost(OURS))
    (*_, gap) = after.take(opened(), read(beat(900, "1800000030")))
    assert isinstance(gap, fx.GapSeen)
    assert gap.cause == "restart"


def test_a_restart_of_ours_is_a_gap_only_once() -> None:
    before = Line()
    before.take(opened(), read(joined(500)), lost())
    after = Line(Follower.restore(before.follower.save()))
    assert after.intake.lost(OURS) == []


def test_a_snapshot_stands_at_its_second_heartbeat() -> None:
    line = Line()
    snapshot = msgspec.structs.replace(SNAPSHOT, before=1_800_000_009 * SECOND)
    line.take(opened(), read(beat(1, "1800000000")), SnapshotTaken("pbx", OURS, snapshot))
    assert reread(line.stored[-1]).event == ev.Resynced(1_800_000_009 * SECOND, 2, snapshot)


def test_a_login_without_timestamps_is_timed_by_our_clock_live_and_in_replay() -> None:
    line = Line()
    block = joined(1).split(b"Func: f\r\n")[1]
    plain = b"Event: QueueCallerJoin\r\nPrivilege: agent,all\r\n" + block
    (fact,) = line.take(opened(), read(plain))
    assert fact.at == OURS
    frame, event, _ = reread(line.stored[0])
    assert frame is not None
    assert event is not None
    assert frame.at == event.at == OURS


def test_the_greeting_of_a_login_gets_no_time_of_ours() -> None:
    booted = Frame("FullyBooted", {"Uptime": "5000"}, None, None, 0)
    assert timed(booted, OURS) is booted


def test_heartbeats_noted_by_the_client_are_not_journalled_twice() -> None:
    line = Line()
    line.take(HeartbeatSeen("pbx", OURS, OURS, 1000))
    assert line.stored == []


def test_a_replay_of_the_entries_comes_to_the_same_state() -> None:
    line = Line()
    channel = ChannelState("PJSIP/t-2", "lab-1800000000.2", "lab-1800000000.2", 6, "400", "1390", "", "", "Queue", 5)
    snapshot = msgspec.structs.replace(SNAPSHOT, before=1_800_000_041 * SECOND, channels=(channel,))
    line.do([mark_step("pbx", OURS, mark="started", version="1")])
    line.take(opened(), read(beat(500, "1800000000"), joined(501)), lost())
    line.take(opened(2), read(beat(9, "1800000040")), SnapshotTaken("pbx", OURS, snapshot))
    line.take(read(joined(10, "lab-1800000000.2", "1800000042")))
    replayed = line.replayed()
    assert replayed.floor.state.digest() == line.follower.floor.state.digest()
    assert replayed.seen == line.follower.seen == LastSeen(1_800_000_042 * SECOND, 10)


def test_a_saved_follower_is_the_same_one() -> None:
    line = Line()
    line.take(opened(), read(beat(500, "1800000000"), joined(501)), lost())
    restored = Follower.restore(line.follower.save())
    assert restored.floor.state.digest() == line.follower.floor.state.digest()
    assert restored.seen == line.follower.seen


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        (EntryKind.FRAME, b"Sail: ho\r\n"),
        (EntryKind.EVENT, b'{"type":"Never"}'),
        (EntryKind.INPUT, b'{"type":"Never"}'),
    ],
)
def test_an_entry_that_this_version_cannot_read_is_said_so(kind: EntryKind, payload: bytes) -> None:
    with pytest.raises(JournalDamaged, match=r"entry 7 .* another version"):
        reread(Stored(7, kind, "pbx", OURS, payload, b""))


def test_what_is_in_force_changes_at_its_place_and_is_saved_with_the_rest() -> None:
    line = Line(Follower(RulesInForce(load_rulebook(), None)))
    before = line.follower.enacted
    assert before is None
    besides = SiteFacts(names={"PJSIP/1001": "Alice"}, permitted=("_10XX",))
    enacted = RulesInForce(load_rulebook(), None, besides, numbering=Numbering("0571", "9", ("801",)))
    told = FloorSettings(names={"PJSIP/1001": "Alice"}, permitted=("_10XX",), blocked_after=60 * SECOND)
    line.take(opened(), read(beat(1, "1800000000"), joined(2)))
    line.do([input_step("pbx", OURS, enacted)])
    assert reread(line.stored[-1]).said == line.follower.in_force == line.follower.enacted == enacted
    assert line.follower.floor.settings == told
    assert list(line.follower.floor.state.visits)  # what was known before still is
    restored = Follower.restore(line.follower.save(), RulesInForce(load_rulebook(), None))
    assert (restored.in_force, restored.enacted, restored.floor.settings) == (enacted, enacted, told)
    assert restored.floor.state.digest() == line.follower.floor.state.digest()


def test_rules_of_a_journal_from_before_runs_the_floor_by_the_settings_of_then() -> None:
    floor = FloorSettings(names={"PJSIP/1001": "Alice"}, wrap_up={"consumers": 9 * SECOND}, blocked_after=7)
    roster = Roster("Asia/Shanghai", (Seat(agent="Bob", interface="PJSIP/1001"),), {}, {}, ("_0X.",))
    said = {"type": "RulesInForce", "rulebook": load_rulebook(), "roster": roster, "floor": floor}
    line = Line(Follower(RulesInForce(load_rulebook(), None)))
    line.take(opened(), read(beat(1, "1800000000")))
    in_force = reread(Stored(2, EntryKind.INPUT, "pbx", OURS, msgspec.json.encode(said), b"")).said
    assert isinstance(in_force, RulesInForce)
    line.do([input_step("pbx", OURS, in_force)])
    line.take(read(joined(2)))
    assert line.follower.floor.settings == floor
    assert in_force.directory.at("PJSIP/1001", None) == "Alice"


def test_rules_of_an_older_journal_says_nothing_of_how_numbers_are_read() -> None:
    enacted = RulesInForce(load_rulebook(), None, numbering=Numbering())
    older = msgspec.json.decode(input_step("pbx", OURS, enacted).entry.payload)
    del older["numbering"]
    said = reread(Stored(7, EntryKind.INPUT, "pbx", OURS, msgspec.json.encode(older), b"")).said
    assert said == RulesInForce(load_rulebook(), None, numbering=None)


def test_promise_is_judged_by_what_the_journal_says_of_numbers_then() -> None:
    line = Line(Follower(RulesInForce(load_rulebook(), None, numbering=Numbering("010"))))
    assert line.follower.judge is not None
    line.do([input_step("pbx", OURS, RulesInForce(load_rulebook(), None, numbering=Numbering("0571")))])
    assert line.follower.judge._context.numbering == Numbering("0571")
    restored = Follower.restore(line.follower.save(), RulesInForce(load_rulebook(), None, numbering=Numbering("010")))
    assert restored.judge is not None
    assert restored.judge._context.numbering == Numbering("0571")


def test_a_frame_that_is_not_believed_is_journalled_in_its_place_with_its_bytes() -> None:
    line = Line()
    wire = Wire()
    wire.feed(joined(1) + b"\r\n" + raw("Hangup", 2, Channel="PJSIP/t-1", Uniqueid="1.1") + b"\r\n")
    (refused,) = wire.refused_needed
    facts = line.take(opened(), read(joined(1)), RefusedItem("pbx", OURS, refused), read(joined(3, "lab-1800000000.3")))
    at = 1_800_000_000 * SECOND
    assert fx.GapSeen(at=at, start=at, cause="quarantined") in facts
    assert [stored.kind for stored in line.stored] == [EntryKind.FRAME, EntryKind.REFUSED, EntryKind.FRAME]
    again = refused_of(line.stored[1])
    assert again == msgspec.structs.replace(refused, pos=2)
    assert again.raw == raw("Hangup", 2, Channel="PJSIP/t-1", Uniqueid="1.1")
    assert reread(line.stored[1]).event == ev.FrameRefused(at, 2, ("1.1",), ("PJSIP/t-1",), (), (), alone=True)
    assert line.replayed().floor.state.digest() == line.follower.floor.state.digest()


def test_an_entry_of_a_refused_frame_that_is_none_is_said_so() -> None:
    with pytest.raises(JournalDamaged, match=r"entry 7 .* another version"):
        refused_of(Stored(7, EntryKind.REFUSED, "pbx", OURS, b"Event: Hangup", b""))


@pytest.mark.parametrize("charset", [None, "gbk"])
def test_a_name_is_read_again_in_the_character_set_in_which_it_was_read(charset: str | None) -> None:
    line = Line()
    block = joined(1).replace(b"from-trunk", "一".encode("gbk"))
    frame = Wire(charset=charset).feed(block + b"\r\n")[0]
    line.take(opened(), FramesRead("pbx", OURS, (frame,), (block,), charset))
    again = reread(line.stored[0]).frame
    assert again is not None
    assert again.headers["Context"] == frame.headers["Context"] == ("һ" if charset is None else "一")
    assert f"Context: {again.headers['Context']}\r\n" in words_of(line.stored[0])
    assert line.stored[0].payload.endswith(block)


def test_a_name_in_a_character_set_that_is_not_known_here_is_said_so() -> None:
    with pytest.raises(JournalDamaged, match="another version"):
        reread(Stored(7, EntryKind.FRAME, "pbx", OURS, b"#c klingon\nEvent: Hangup\r\nX: \xd2\xbb\r\n", b""))


def test_what_was_believed_when_it_came_is_believed_in_a_replay() -> None:
    block = joined(1).replace(b"<unknown>", b"1\r\nX: 1", 1)
    frame = reread(Stored(7, EntryKind.FRAME, "pbx", OURS, block, b"")).frame
    assert Wire().feed(block + b"\r\n") == []
    assert frame is not None
    assert frame.headers["Queue"] == "consumers"


def test_marks_mean_nothing_to_the_floor() -> None:
    assert reread(Stored(7, EntryKind.MARK, "pbx", OURS, b"{}", b"")) == (None, None, None)


def test_the_ledger_agrees_with_the_floor_and_notices_when_it_does_not() -> None:
    line = Line()
    ledger = Ledger(line.follower.floor)
    ledger.happened(line.take(opened(), read(beat(1, "1800000000"), joined(2))))
    assert ledger.differences(line.follower.floor) == {"consumers": 0}
    line.follower.floor.state.visits.clear()
    assert ledger.differences(line.follower.floor) == {"consumers": 1}


def test_the_ledger_begins_with_who_is_there() -> None:
    line = Line()
    line.take(opened(), read(beat(1, "1800000000"), joined(2)))
    assert Ledger(line.follower.floor).differences(line.follower.floor) == {"consumers": 0}


def test_no_verdict_is_due_while_the_login_is_lost() -> None:
    line = Line(Follower(RulesInForce(load_rulebook(), None)))
    assert line.follower.judge is not None
    line.follower.judge.see(fx.OfferEnded(at=OURS, queue="consumers", uniqueid="1.1", visit=1, offer=MISSED))
    line.take(opened(), read(joined(1)))
    assert line.follower.due is not None
    line.take(lost())
    assert line.follower.due is None


def test_what_makes_a_stream_evidence_is_followed_without_a_judge() -> None:
    follower = Follower()
    (graded,) = read(joined(1)).frames
    plain = msgspec.structs.replace(graded, seq=None)
    assert [follower.follow(frame, None).graded for frame in (graded, plain, graded)] == [True, False, True]


def test_state_whose_judge_an_older_version_saved_is_refused_so_that_the_journal_is_read_again() -> None:
    saved = msgspec.msgpack.decode(Follower(RulesInForce(load_rulebook(), None)).save())
    saved["judge"] = msgspec.msgpack.encode({"now": 1, "people": {}, "acts": []})

    with pytest.raises(msgspec.MsgspecError):
        Follower.restore(msgspec.msgpack.encode(saved), RulesInForce(load_rulebook(), None))
