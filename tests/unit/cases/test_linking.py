from __future__ import annotations

import msgspec
import pytest

from callcenter.cases.linking import LOST, LinkMemory, LinkSettings, LostVisit
from callcenter.domain import facts as fx
from callcenter.domain.frame import SECOND
from callcenter.domain.vocabulary import FollowUpState, How, OfferOutcome, VisitOutcome
from tests.unit.cases.desk import DAY, KEY, OTHER, PHONE, Desk, micros, visit

OPEN = ("open", None, None)


@pytest.fixture
def desk() -> Desk:
    return Desk()


# what is lost


@pytest.mark.parametrize("outcome", VisitOutcome)
def test_a_visit_that_was_lost_is_open_and_no_other_is(desk: Desk, outcome: VisitOutcome) -> None:
    told = visit("a", 0, 10, outcome)

    desk.ends(told)

    followed = desk.linking.followed_up(told)
    assert (followed is not None) == (outcome in LOST)
    assert followed is None or followed.state is FollowUpState.OPEN


def test_the_outcomes_that_are_lost_are_those_of_the_definition() -> None:
    assert {str(outcome) for outcome in LOST} == {
        "abandoned",
        "timed_out",
        "queue_empty",
        "key_pressed",
        "refused",
        "withdrawn",
        "switch_down",
    }


def test_a_lost_call_of_a_colleague_is_nobodys_matter(desk: Desk) -> None:
    assert desk.linking.followed_up(desk.lost("a", 0, 10, "8001")) is None


@pytest.mark.parametrize("caller", ["anonymous", None, "", "1-800-FLOWERS"])
def test_nobodys_number_is_unreachable(desk: Desk, caller: str | None) -> None:
    told = desk.lost("a", 0, 10, caller)

    assert desk.state(told) == ("unreachable", None, None)
    assert [*desk.linking.open_visits()] == []


def test_new_and_changed_lost_visits_are_returned(desk: Desk) -> None:
    told = visit("a", 0, 10)

    assert desk.ends(told) == ["u-a support 1"]
    assert desk.ends(told) == []
    assert [lost.key for lost in desk.linking.open_visits()] == [KEY]
    assert desk.ends(visit("b", 20, 30, VisitOutcome.ANSWERED, ended=40)) == ["u-a support 1"]
    assert desk.ends(visit("c", 50, 60, VisitOutcome.ANSWERED, ended=70)) == []


def test_facts_that_are_about_something_else_say_nothing(desk: Desk) -> None:
    assert desk.linking.see(fx.VisitJoined(at=0, uniqueid="u", queue="support", n=1)) == []


# a later stay of the same call


def overflow(caller: str | None = PHONE) -> tuple[fx.Visit, fx.Visit]:
    first = visit("a", 0, 10, VisitOutcome.TIMED_OUT, caller=caller)
    return first, visit("a", 10, 14, VisitOutcome.ANSWERED, caller=caller, ended=20, queue="second")


@pytest.mark.parametrize("caller", [PHONE, "anonymous", None])
def test_a_later_stay_of_the_call_closes_it_from_any_number(desk: Desk, caller: str | None) -> None:
    first, second = overflow(caller)
    desk.ends(first)
    desk.ends(second)

    assert desk.state(first) == ("closed", "same_call", 14)


def test_an_earlier_stay_of_the_call_closes_nothing(desk: Desk) -> None:
    desk.ends(visit("a", 0, 3, VisitOutcome.ANSWERED, ended=9, queue="first"))
    told = desk.lost("a", 9, 20)

    assert desk.state(told) == OPEN


def test_a_stay_that_began_before_and_is_told_after_closes_nothing(desk: Desk) -> None:
    told = desk.lost("a", 5, 20)
    desk.ends(visit("a", 0, 30, VisitOutcome.ANSWERED, ended=40, queue="first"))

    assert desk.state(told) == OPEN


def test_a_stay_whose_times_nobody_saw_is_as_late_as_it_is_told(desk: Desk) -> None:
    told = desk.lost("a", 0, 10)
    desk.ends(visit("a", None, None, VisitOutcome.ANSWERED, queue="second"))

    assert desk.state(told) == ("closed", "same_call", None)
    desk.answered("b", 20, 30, 40)
    assert desk.state(told) == ("closed", "same_call", None)


# the same number calls again


def test_whoever_calls_again_and_is_answered_closes_all_that_was_lost(desk: Desk) -> None:
    lost = [desk.lost("a", 0, 10), desk.lost("b", 20, 30)]
    desk.answered("c", 40, 45, 60)

    assert [desk.state(one) for one in lost] == [("closed", "called_again", 45)] * 2


def test_another_number_closes_nothing(desk: Desk) -> None:
    told = desk.lost("a", 0, 10)
    desk.answered("b", 20, 30, 40, OTHER)
    desk.answered("c", 20, 30, 40, "anonymous")

    assert desk.state(told) == OPEN


@pytest.mark.parametrize("joined", [5, 10, None])
def test_a_call_that_did_not_begin_later_closes_nothing(desk: Desk, joined: float | None) -> None:
    told = desk.lost("a", 0, 10)
    desk.ends(visit("b", joined, 30, VisitOutcome.ANSWERED, ended=40))

    assert desk.state(told) == OPEN


def test_a_refused_caller_who_calls_again_is_answered(desk: Desk) -> None:
    told = visit("a", None, None, VisitOutcome.REFUSED, queue=None, refused=10)
    desk.ends(told)
    desk.answered("b", 20, 30, 40)

    assert desk.state(told) == ("closed", "called_again", 30)


def test_of_a_call_whose_end_nobody_saw_the_latest_known_moment_counts(desk: Desk) -> None:
    offer = fx.Offer(
        agent="Alice",
        interface="PJSIP/1001",
        offered_at=micros(12),
        rang_at=None,
        ended_at=None,
        connected_at=None,
        outcome=OfferOutcome.SWITCH_DOWN,
        available=True,
        refuted=None,
        in_gap=True,
        frames=(),
    )
    told = visit("a", 0, None, VisitOutcome.SWITCH_DOWN, offers=(offer,))
    desk.ends(told)

    desk.answered("b", 11, 13, 40)
    assert desk.state(told) == OPEN
    desk.answered("c", 20, 30, 40)
    assert desk.state(told) == ("closed", "called_again", 30)


def test_what_has_no_times_is_closed_by_nothing(desk: Desk) -> None:
    told = visit("a", None, None, VisitOutcome.SWITCH_DOWN)
    desk.ends(told)
    desk.answered("b", 20, 30, 40)
    desk.dials(50, 60, reached=55)

    assert desk.state(told) == OPEN


# agents call


def test_an_agent_who_calls_back_and_is_answered_closes_it(desk: Desk) -> None:
    told = desk.lost("a", 0, 10)
    desk.dials(20, 60, "013800138000", reached=25)

    assert desk.state(told) == ("closed", "called_back", 25)


@pytest.mark.parametrize("reached", [8, 10])
def test_a_call_that_was_answered_before_it_was_lost_closes_nothing(desk: Desk, reached: float) -> None:
    told = desk.lost("a", 0, 10)
    desk.dials(5, 60, reached=reached)

    assert desk.state(told) == OPEN


def test_a_colleague_who_is_fetched_on_such_a_line_is_no_call_back(desk: Desk) -> None:
    told = desk.lost("a", 0, 10)
    desk.dials(20, 60, reached=25, how=How.PICKUP)

    assert desk.state(told) == OPEN


def test_a_talk_on_no_line_that_is_known_closes_nothing(desk: Desk) -> None:
    told = desk.lost("a", 0, 10)
    desk.dials(20, 60, "8001", reached=25)

    assert desk.state(told) == OPEN


def test_the_third_call_in_vain_closes_it(desk: Desk) -> None:
    told = desk.lost("a", 0, 10)
    for start in (20, 40, 60):
        assert desk.state(told) == OPEN
        desk.dials(start, start + 9)

    assert desk.state(told) == ("closed", "tried", 69)


def test_tries_before_it_was_lost_do_not_count(desk: Desk) -> None:
    told = desk.lost("a", 100, 110)
    for start in (20, 110, 120, 140):
        desk.dials(start, start + 9)

    assert desk.state(told) == OPEN


@pytest.mark.parametrize(
    ("in_gap", "unseen", "up", "ended", "counts"),
    [
        (False, False, 25, 30, True),
        (False, True, None, 30, True),
        (False, True, 25, 30, False),
        (True, False, None, 30, False),
        (False, False, None, None, False),
    ],
)
def test_a_call_of_which_nobody_knows_whether_it_was_answered_is_no_try(
    in_gap: bool, unseen: bool, up: float | None, ended: float | None, counts: bool
) -> None:
    desk = Desk(settings=LinkSettings(tries=1))
    told = desk.lost("a", 0, 10)
    desk.dials(20, ended, up=up, in_gap=in_gap, unseen=unseen)

    assert (desk.state(told)[1] == "tried") == counts


def test_a_call_whose_begin_nobody_saw_is_no_try() -> None:
    desk = Desk(settings=LinkSettings(tries=1))
    told = desk.lost("a", 0, 10)
    desk.dials(None, 30)

    assert desk.state(told) == OPEN


# what became true first


def test_what_is_told_later_and_became_true_earlier_is_what_closed_it() -> None:
    desk = Desk(settings=LinkSettings(tries=1))
    told = desk.lost("a", 0, 10)
    desk.dials(50, 60)
    assert desk.state(told) == ("closed", "tried", 60)

    desk.answered("b", 20, 30, 900)

    assert desk.state(told) == ("closed", "called_again", 30)
    desk.answered("c", 12, 20, 910)
    assert desk.state(told) == ("closed", "called_again", 20)


def test_of_two_at_one_moment_the_first_of_the_definition_counts() -> None:
    desk = Desk(settings=LinkSettings(tries=1))
    told = desk.lost("a", 0, 10)
    desk.dials(20, 30)
    desk.answered("b", 20, 30, 40)
    desk.dials(25, 30, reached=30)

    assert desk.state(told) == ("closed", "called_again", 30)


# repeats


def test_a_call_repeats_the_latest_answered_one_of_its_number(desk: Desk) -> None:
    desk.answered("a", 0, 5, 60)
    desk.answered("b", 100, 105, 160)
    desk.answered("c", 100, 105, 150, OTHER)

    assert desk.repeat_of("d", 1000) == "u-b"
    assert desk.repeat_of("d", 159) == "u-a"


@pytest.mark.parametrize(
    ("joined", "repeat"),
    [(59, None), (60, "u-a"), (60 + 7 * DAY, "u-a"), (61 + 7 * DAY, None), (None, None)],
)
def test_a_repeat_comes_within_seven_days_of_the_end(desk: Desk, joined: float | None, repeat: str | None) -> None:
    desk.answered("a", 0, 5, 60)

    assert desk.repeat_of("b", joined) == repeat


def test_another_stay_of_the_same_call_is_no_repeat(desk: Desk) -> None:
    desk.answered("b", 0, 5, 60)
    desk.answered("a", 70, 75, 80)

    assert desk.repeat_of("a", 80) == "u-b"


def test_a_customers_other_number_is_repeated_and_a_shared_one_is_not() -> None:
    shared = "+8657188881234"
    desk = Desk({"C1": [KEY, "+8613900139000", shared], "C2": [shared]})
    desk.answered("a", 0, 5, 60, OTHER)
    desk.answered("b", 100, 105, 160, shared)

    assert desk.repeat_of("c", 1000) == "u-a"
    assert desk.repeat_of("c", 1000, shared) is None


@pytest.mark.parametrize("caller", ["anonymous", "1-800-FLOWERS", "8001"])
def test_whoever_cannot_be_told_apart_repeats_nothing(desk: Desk, caller: str) -> None:
    desk.answered("a", 0, 5, 60, caller)

    assert desk.repeat_of("b", 100, caller) is None


def test_a_visit_that_was_lost_is_repeated_by_nothing(desk: Desk) -> None:
    desk.lost("a", 0, 10)

    assert desk.repeat_of("b", 100) is None


# memory


def test_memory_is_saved_and_goes_on() -> None:
    desk = Desk()
    told = desk.lost("a", 0, 10)
    desk.dials(20, 30)
    desk.answered("z", 0, 5, 6, OTHER)

    saved = msgspec.msgpack.decode(msgspec.msgpack.encode(desk.linking.memory), type=LinkMemory)
    again = Desk(memory=saved)
    for start in (40, 60):
        again.dials(start, start + 9)

    assert again.state(told) == ("closed", "tried", 69)
    assert again.repeat_of("y", 100, OTHER) == "u-z"


def test_what_nothing_can_ask_for_is_forgotten() -> None:
    desk = Desk()
    stays_open = desk.lost("a", 0, 10, OTHER)
    closed, nobodys = desk.lost("b", 0, 10), desk.lost("c", 0, 10, "anonymous")
    desk.answered("d", 20, 30, 40)

    desk.linking.forget(micros(DAY) or 0)
    assert desk.state(closed) == ("closed", "called_again", 30)
    desk.linking.forget((8 * DAY) * SECOND)

    memory = desk.linking.memory
    assert desk.state(stays_open) == OPEN
    assert desk.linking.followed_up(closed) is desk.linking.followed_up(nobodys) is None
    assert (memory.answered, memory.closed, [*memory.open], [*memory.stays]) == ({}, {}, ["+8613900139000"], ["a"])


def test_answers_within_the_days_are_kept() -> None:
    desk = Desk()
    desk.answered("a", 0, 5, 60)
    desk.linking.forget(60 * SECOND)

    assert desk.repeat_of("b", 100) == "u-a"


def test_a_call_that_is_over_leaves_no_stays_and_nothing_of_nobodys_number() -> None:
    desk = Desk()
    told = [desk.lost("a", 0, 10), visit("a", 10, 20, caller=None, queue="second")]
    desk.ends(told[1])
    over = fx.Call(call="a", order=1, visits=tuple(told))
    desk.linking.see(fx.CallEnded(at=None, call=over))

    assert desk.linking.memory.stays == {}
    assert desk.state(told[0]) == OPEN
    assert desk.linking.followed_up(told[1]) is None
    desk.linking.see(fx.VisitFilled(at=None, visit=visit("b", 30, 40, VisitOutcome.ANSWERED, ended=50)))
    desk.linking.forget(2 * DAY * SECOND)
    assert desk.linking.memory.lost == {}


def test_the_oldest_lost_call_gives_way_where_there_are_too_many() -> None:
    desk = Desk(settings=LinkSettings(most_lost=2))
    told = [desk.lost(name, n * 10, n * 10 + 5) for n, name in enumerate("abc")]

    assert desk.linking.followed_up(told[0]) is None
    assert [lost.call for lost in desk.linking.open_visits()] == ["b", "c"]
    assert desk.linking.memory.dropped == 1


def test_a_stay_that_gives_way_leaves_the_others_of_its_call() -> None:
    desk = Desk(settings=LinkSettings(most_lost=1))
    desk.lost("a", 0, 10)
    desk.ends(visit("a", 10, 20, queue="second"))
    desk.ends(visit("a", 20, 25, VisitOutcome.ANSWERED, ended=30, queue="third"))

    assert [(lost.queue, lost.by) for lost in desk.linking.memory.lost.values()] == [("second", "same_call")]


def test_who_calls_is_told_by_the_number() -> None:
    assert Desk({"C1": [KEY]}).linking.match("86 138 0013 8000").id == "C1"


def test_a_number_that_was_called_for_a_code_counts_as_dialled() -> None:
    desk = Desk()
    told = desk.lost("a", 0, 10)
    desk.dials(20, 60, "*47123456", reached=30, calls_back=PHONE)
    assert desk.state(told) == ("closed", "called_back", 30)


def test_each_try_is_told_and_the_last_one_closes() -> None:
    desk = Desk()
    desk.lost("a", 0, 10)
    for start in (20, 40, 60):
        desk.dials(start, start + 9)
    assert [(lost.tries, lost.state, lost.by, lost.closed_at) for lost in map(LostVisit.told, desk.changed)] == [
        (1, "open", None, None),
        (2, "open", None, None),
        (3, "closed", "tried", 69 * SECOND),
    ]
    (lost, *_) = map(LostVisit.told, desk.changed)
    assert (lost.uniqueid, lost.queue, lost.n, lost.caller, lost.key, lost.lost_at) == (
        "u-a",
        "support",
        1,
        PHONE,
        KEY,
        10 * SECOND,
    )
