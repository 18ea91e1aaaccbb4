from __future__ import annotations

import pytest

from callcenter.domain import facts as fx
from callcenter.domain.frame import SECOND, Micros
from callcenter.domain.vocabulary import EndedBy, How, VisitOutcome
from callcenter.queuelog.lines import QueueLog
from callcenter.queuelog.logged_visits import visits
from callcenter.reports.replay.reconcile import Reconcile

NOON = 1_800_000_000


def at(seconds: float) -> Micros:
    return NOON * SECOND + round(seconds * SECOND)


def seen(uid: str = f"{NOON}.1", **fields: object) -> fx.Call:
    known: dict[str, object] = {
        "call": uid,
        "uniqueid": uid,
        "queue": "support",
        "n": 1,
        "caller": "138",
        "did": "400",
        "joined_at": at(10),
        "left_at": at(14),
        "position": 1,
        "outcome": VisitOutcome.ANSWERED,
        "agent": "Alice",
        "answered_at": at(14),
        "ended_at": at(20),
        "hold": 0,
        "transferred": None,
        "ended_by": EndedBy.CALLER,
        "refused_at": None,
        "offers": (),
        "in_gap": False,
        "frames": (1,),
    }
    return fx.Call(call=uid, order=1, visits=(fx.Visit(**known | fields),))  # type: ignore[arg-type]


def log(*lines: str, names: bool = False) -> Reconcile:
    """Read lines of `second|rest`, with a quiet one long before and long after."""
    around = ["0|NONE|NONE|NONE|QUEUESTART|", *lines]
    text = "".join(f"{NOON + int(line.partition('|')[0])}|{line.partition('|')[2]}\n" for line in around)
    return Reconcile(visits(QueueLog().feed(text.encode())), names=names)


def answered(uid: str = f"{NOON}.1", agent: str = "Alice", *, start: int = 10) -> tuple[str, ...]:
    return (
        f"{start}|{uid}|support|NONE|ENTERQUEUE||138|1",
        f"{start + 4}|{uid}|support|{agent}|CONNECT|4|{uid}9|4",
        f"{start + 10}|{uid}|support|{agent}|COMPLETECALLER|4|6|1",
    )


def abandoned(uid: str, *, start: int) -> tuple[str, ...]:
    return f"{start}|{uid}|support|NONE|ENTERQUEUE||139|1", f"{start + 5}|{uid}|support|NONE|ABANDON|1|1|5"


def whats(reconcile: Reconcile) -> list[str]:
    return [found["what"] for found in reconcile.differences()]


def test_log_that_says_the_same_changes_nothing_and_differs_in_nothing() -> None:
    reconcile = log(*answered())
    call = seen()

    assert reconcile.calls([call], at(0), at(60)) == [call]
    assert reconcile.differences() == []


@pytest.mark.parametrize(("figure", "told"), [(4, []), (6, []), (8, []), (9, ["talk_seconds"]), (0, ["talk_seconds"])])
def test_talk_that_the_log_says_was_longer_or_shorter_is_told(figure: int, told: list[str]) -> None:
    *begun, ended = answered()
    reconcile = log(*begun, ended.replace("|4|6|1", f"|4|{figure}|1"))
    call = seen()

    assert reconcile.calls([call], at(0), at(60)) == [call]
    assert whats(reconcile) == told
    if told:
        assert [(one["ami"], one["queue_log"]) for one in reconcile.differences()] == [(6.0, float(figure))]


def test_end_that_differs_is_told_once_and_not_its_length_too() -> None:
    *begun, ended = answered()
    reconcile = log(*begun, ended.replace("20|", "25|", 1).replace("|4|6|1", "|4|11|1"))
    reconcile.calls([seen()], at(0), at(60))
    assert whats(reconcile) == ["ended_at"]


def test_talk_whose_end_the_queue_did_not_see_is_not_compared() -> None:
    *begun, ended = answered()
    reconcile = log(*begun, ended.replace("20|", "32|", 1).replace("|4|6|1", "|4|18|1"))
    reconcile.calls([seen(past_queue=True, transferred="blind")], at(0), at(60))
    assert whats(reconcile) == []


def test_outcome_that_differs_is_told_and_ami_wins() -> None:
    reconcile = log(*answered())
    call = seen(outcome=VisitOutcome.ABANDONED, agent=None, answered_at=None, ended_at=None)

    assert reconcile.calls([call], at(0), at(60))[0].visits[0].outcome is VisitOutcome.ABANDONED
    assert whats(reconcile) == ["outcome"]


def test_agent_that_differs_is_told_unless_a_roster_names_agents() -> None:
    plain, named = log(*answered(agent="Bob")), log(*answered(agent="Bob"), names=True)
    plain.calls([seen()], at(0), at(60))
    named.calls([seen()], at(0), at(60))

    assert (whats(plain), whats(named)) == (["agent"], [])


def test_time_two_seconds_off_is_the_same_moment_and_three_is_not() -> None:
    near, far = log(*answered()), log(*answered())
    near.calls([seen(ended_at=at(22))], at(0), at(60))
    far.calls([seen(ended_at=at(23.1))], at(0), at(60))

    assert (whats(near), whats(far)) == ([], ["ended_at"])


def test_call_that_ami_should_have_seen_is_a_difference_and_no_visit() -> None:
    reconcile = log(*answered(), *abandoned(f"{NOON}.7", start=30))

    assert [call.call for call in reconcile.calls([seen()], at(0), at(60))] == [f"{NOON}.1"]
    assert whats(reconcile) == ["not seen on AMI"]


def test_call_in_a_gap_is_filled_at_whole_seconds_and_marked() -> None:
    reconcile = log(*answered(), *abandoned(f"{NOON}.7", start=30))
    reconcile.gap(at(28), at(40))
    _, added = reconcile.calls([seen()], at(0), at(60))

    (visit,) = added.visits
    assert (visit.outcome, visit.joined_at, visit.left_at) == (VisitOutcome.ABANDONED, at(30), at(35))
    assert (visit.filled, visit.in_gap) == (("joined_at", "left_at", "outcome"), True)
    assert reconcile.differences() == []


def test_calls_before_the_first_frame_and_after_the_last_are_filled_in_their_order() -> None:
    early, late = f"{NOON - 5}.7", f"{NOON}.8"
    reconcile = log(*abandoned(early, start=2), *answered(), *abandoned(late, start=50))
    calls = reconcile.calls([seen()], at(8), at(30))

    assert [call.call for call in calls] == [early, f"{NOON}.1", late]
    assert reconcile.differences() == []


def test_end_that_a_gap_hid_is_filled() -> None:
    reconcile = log(*answered())
    reconcile.gap(at(16), at(30))
    call = seen(ended_at=None, ended_by=EndedBy.UNKNOWN, in_gap=True)
    (visit,) = reconcile.calls([call], at(0), at(60))[0].visits

    assert (visit.ended_at, visit.ended_by) == (at(20), EndedBy.CALLER)
    assert visit.filled == ("ended_at", "ended_by")


def test_visit_that_the_log_should_have_is_a_difference() -> None:
    reconcile = log(*abandoned(f"{NOON}.7", start=0), *answered(f"{NOON}.9", start=40))
    reconcile.calls([seen(), seen(f"{NOON}.7"), seen(f"{NOON}.9")], at(0), at(60))

    assert "not in queue_log" in whats(reconcile)


def test_redirected_caller_is_logged_as_abandoned_and_that_is_no_difference() -> None:
    uid = f"{NOON}.1"
    reconcile = log(*abandoned(uid, start=10))
    call = seen(
        outcome=VisitOutcome.REDIRECTED, left_at=at(15), agent=None, answered_at=None, ended_at=None, ended_by=None
    )
    reconcile.calls([call], at(0), at(60))

    assert reconcile.differences() == []


def test_log_covers_from_its_first_visit_to_its_last() -> None:
    assert log(*answered(), *abandoned(f"{NOON}.2", start=30)).covered == (at(10), at(35))
    assert log().covered is None


def test_without_a_log_there_is_nothing_to_reconcile() -> None:
    assert not Reconcile().present
    assert log(*answered()).present


def test_key_that_ami_took_for_a_redirection_is_told_and_marked_and_is_no_difference() -> None:
    uid = f"{NOON}.1"
    reconcile = log(f"10|{uid}|support|NONE|ENTERQUEUE||138|1", f"15|{uid}|support|NONE|EXITWITHKEY|0|1|1|5")
    call = seen(
        outcome=VisitOutcome.REDIRECTED, left_at=at(15), agent=None, answered_at=None, ended_at=None, ended_by=None
    )
    (visit,) = reconcile.calls([call], at(0), at(60))[0].visits

    assert (visit.outcome, visit.filled) == (VisitOutcome.KEY_PRESSED, ("outcome",))
    assert reconcile.differences() == []


def test_key_at_another_time_is_a_difference_and_refines_nothing() -> None:
    uid = f"{NOON}.1"
    reconcile = log(f"10|{uid}|support|NONE|ENTERQUEUE||138|1", f"25|{uid}|support|NONE|EXITWITHKEY|0|1|1|15")
    call = seen(
        outcome=VisitOutcome.REDIRECTED, left_at=at(15), agent=None, answered_at=None, ended_at=None, ended_by=None
    )

    assert reconcile.calls([call], at(0), at(60)) == [call]
    assert whats(reconcile) == ["left_at"]


MOVED = (
    f"10|{NOON}.1|support|NONE|ENTERQUEUE||138|1",
    f"14|{NOON}.1|support|Alice|CONNECT|4|{NOON}.9|4",
    f"17|{NOON}.4|second|NONE|ENTERQUEUE||1001|1",
    f"20|{NOON}.1|support|Alice|ATTENDEDTRANSFER|APP|Queue|4|6|1",
    f"25|{NOON}.1|second|Bob|CONNECT|8|{NOON}.5|2",
    f"30|{NOON}.1|second|Bob|COMPLETEAGENT|8|5|1",
)


def test_moved_visit_stands_once_in_the_call_of_the_customer() -> None:
    (call,) = log(*MOVED).calls([], None, None)

    assert call.call == f"{NOON}.1"
    assert [(v.uniqueid, v.queue, v.agent) for v in call.visits] == [
        (f"{NOON}.1", "support", "Alice"),
        (f"{NOON}.4", "second", "Bob"),
    ]


def test_moved_visit_is_found_by_either_of_its_channels() -> None:
    for uid in (f"{NOON}.1", f"{NOON}.4"):
        reconcile = log(*MOVED)
        first = seen(ended_at=at(20), transferred="attended", ended_by=EndedBy.TRANSFER)
        second = seen(
            uid, queue="second", joined_at=at(17), left_at=at(25), answered_at=at(25), ended_at=at(30), agent="Bob"
        )
        reconcile.calls([first, second], at(0), at(60))
        assert reconcile.differences() == []


def talked(uid: str, start: float, end: float) -> fx.Call:
    """A call of which a talk alone was seen."""
    talk = fx.Talk(
        call=uid,
        uniqueid=uid,
        agent="Alice",
        interface="PJSIP/1001",
        how=How.DIRECT,
        queue=None,
        start=at(start),
        end=at(end),
        ended_by=EndedBy.CALLER,
        in_gap=False,
        frames=(9,),
    )
    return fx.Call(call=uid, order=2, visits=(), talks=(talk,))


def test_call_of_a_talk_alone_stands_where_it_began() -> None:
    calls = log(*answered()).calls([seen(), talked(f"{NOON}.5", 30, 40)], at(0), at(60))

    assert [(call.call, len(call.visits), len(call.talks)) for call in calls] == [
        (f"{NOON}.1", 1, 0),
        (f"{NOON}.5", 0, 1),
    ]


def test_visit_that_the_log_alone_knows_stands_in_the_call_of_its_talk() -> None:
    uid = f"{NOON}.1"
    (call,) = log(*answered()).calls([talked(uid, 14, 20)], at(16), at(60))

    assert [(visit.queue, visit.call) for visit in call.visits] == [("support", uid)]
    assert len(call.talks) == 1
