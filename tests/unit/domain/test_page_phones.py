"""A phone in a page: gone for a moment when the page is loaded anew, and lost only where it stays away."""

from __future__ import annotations

import pytest

from callcenter.domain import events as ev
from callcenter.domain import facts as fx
from callcenter.domain.vocabulary import AgentState as S
from callcenter.domain.vocabulary import OfferOutcome
from tests.unit.domain.switch import Switch, micros

PHONE = "PJSIP/1001"
FIRST, SECOND = (
    f"sip:x{n}@127.0.0.1:4000{n};transport={way};x-ast-orig-host=a.invalid" for n, way in ((1, "ws"), (2, "WSS"))
)


def contact(switch: Switch, at: float | None, uri: str, *, reachable: bool | None, removed: bool = False) -> None:
    switch.tell(ev.ContactSeen, at, device=PHONE, uri=uri, reachable=reachable, removed=removed)


def at_work(uri: str = FIRST) -> Switch:
    """Alice's page has registered, and is ready."""
    switch = Switch()
    contact(switch, 0, uri, reachable=None)
    contact(switch, 0.1, uri, reachable=True)
    switch.member(0.2)
    return switch


def leaves(switch: Switch, at: float | None, uri: str = FIRST) -> None:
    """The page signs off, or its WebSocket breaks: the switch says the same."""
    switch.tell(ev.PhoneSeen, at, device=PHONE, reachable=False)
    contact(switch, at, uri, reachable=False, removed=True)
    switch.tell(ev.DeviceSeen, at, device=PHONE, state="UNAVAILABLE")
    if at is not None:
        switch.member(at, status=5)


def comes_back(switch: Switch, at: float) -> None:
    contact(switch, at, SECOND, reachable=None)
    switch.phone(at, reachable=False)
    contact(switch, at + 0.1, SECOND, reachable=True)
    switch.phone(at + 0.1, reachable=True)


def told(switch: Switch) -> list[fx.PhoneLost | fx.PhoneUnregistered | fx.PhoneFound]:
    """Say what was told of phones: lost, signed off, found."""
    return [*switch.found(fx.PhoneLost), *switch.found(fx.PhoneUnregistered), *switch.found(fx.PhoneFound)]


def gone(switch: Switch) -> list[tuple[type, object, tuple[int, ...]]]:
    return [(type(fact), fact.at, fact.frames) for fact in told(switch) if not isinstance(fact, fx.PhoneFound)]


def test_page_that_is_loaded_anew_is_there_all_the_time() -> None:
    switch = at_work()
    before = told(switch)
    leaves(switch, 20)
    comes_back(switch, 29)
    switch.tell(ev.Tick, 100)
    assert (told(switch), switch.states("Alice")) == (before, [S.AVAILABLE])


@pytest.mark.parametrize("uri", [FIRST, SECOND])
def test_page_that_stays_away_is_lost_and_signed_off_after_ten_seconds(uri: str) -> None:
    switch = at_work(uri)
    leaves(switch, 20, uri)
    switch.tell(ev.Tick, 30)
    assert gone(switch) == []
    switch.tell(ev.Tick, 31)
    # by the first word of it, and by the sign-off
    assert gone(switch) == [(fx.PhoneLost, micros(30), (4,)), (fx.PhoneUnregistered, micros(30), (5,))]
    assert switch.state("Alice") is S.OFFLINE
    leaves(switch, 40, uri)
    comes_back(switch, 41)
    assert (len(switch.found(fx.PhoneLost)), switch.state("Alice")) == (1, S.AVAILABLE)


@pytest.mark.parametrize(
    "uri", ["sip:1001@10.0.0.7:5060", "sip:1001@10.0.0.7:5060;transport=tcp", "sip:a;transport=wsx"]
)
def test_phone_on_a_desk_is_lost_at_once(uri: str) -> None:
    switch = at_work(uri)
    leaves(switch, 20, uri)
    assert [at for _, at, _ in gone(switch)] == [micros(20), micros(20)]


def test_page_of_which_only_the_registration_is_told_waits_too() -> None:
    switch = at_work()
    contact(switch, 20, FIRST, reachable=False, removed=True)
    switch.tell(ev.Tick, 31)
    assert [at for _, at, _ in gone(switch)] == [micros(30), micros(30)]


def test_page_that_answers_no_more_and_then_does_was_there() -> None:
    switch = at_work()
    contact(switch, 20, FIRST, reachable=False)
    contact(switch, 25, FIRST, reachable=True)
    switch.tell(ev.Tick, 40)
    assert switch.found(fx.PhoneLost) == []


def test_page_that_leaves_twice_has_its_time_each_time() -> None:
    switch = at_work()
    leaves(switch, 20)
    comes_back(switch, 25)
    leaves(switch, 28, SECOND)
    switch.tell(ev.Tick, 37)
    assert switch.found(fx.PhoneLost) == []
    switch.tell(ev.Tick, 39)
    assert [fact.at for fact in switch.found(fx.PhoneLost)] == [micros(38)]


def test_page_that_leaves_at_no_known_time_is_gone_at_once() -> None:
    switch = at_work()
    leaves(switch, None)
    assert [fact.at for fact in switch.found(fx.PhoneLost)] == [None]
    switch = at_work()
    contact(switch, None, FIRST, reachable=False, removed=True)
    assert [fact.at for fact in switch.found(fx.PhoneLost)] == [None]


def test_page_that_was_away_before_a_gap_is_not_lost_by_it() -> None:
    switch = at_work()
    leaves(switch, 20)
    switch.tell(ev.LinkLost, 21)
    switch.tell(ev.LinkRestored, 22, restarted=False)
    switch.tell(ev.Tick, 40)
    assert switch.found(fx.PhoneLost) == []


def test_nobodys_phone_waits_without_a_fact() -> None:
    switch = Switch()
    contact(switch, 0, FIRST, reachable=True)
    contact(switch, 20, FIRST, reachable=False, removed=True)
    switch.tell(ev.Tick, 40)
    contact(switch, 50, FIRST, reachable=True)
    contact(switch, 51, FIRST, reachable=False, removed=True)
    switch.tell(ev.Tick, 70)
    assert switch.found(fx.PhoneUnregistered) == []


@pytest.mark.parametrize("back", [None, 14])
def test_ring_at_a_page_that_went_meanwhile_was_missed_by_nobody(back: float | None) -> None:
    switch = at_work()
    switch.joins(10)
    switch.calls(10)
    switch.rings(10, "a1")
    leaves(switch, 12)
    if back is not None:
        comes_back(switch, back)
    switch.ends(25, "a1", cause=0)
    switch.ticks(26)
    assert switch.offer().outcome is OfferOutcome.UNKNOWN


def test_agent_whose_page_is_gone_was_not_available_for_a_call() -> None:
    switch = at_work()
    leaves(switch, 20)
    switch.joins(21)
    switch.calls(21)
    switch.ends(21.1, "a1", cause=0)
    switch.ticks(23)
    offer = switch.offer()
    assert (offer.outcome, offer.available, offer.refuted) == (OfferOutcome.UNREACHABLE, False, "phone lost")
