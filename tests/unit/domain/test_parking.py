"""Parking: the talk of whoever parked is over, and what brings the caller back is the park."""

from __future__ import annotations

from itertools import permutations

import pytest

from callcenter.domain import company as co
from callcenter.domain import events as ev
from callcenter.domain import facts as fx
from callcenter.domain.vocabulary import EndedBy, How
from tests.unit.domain.switch import Switch, micros

LOT = ""
ORDERS = list(permutations(("transferred", "parked", "left")))


def enters(switch: Switch, at: float, uid: str, bridge: str) -> None:
    switch.tell(co.BridgeEntered, at, uid=uid, name="", linked="", bridge=bridge, swapped=None)


def talking() -> Switch:
    """Alice talks with a caller; Bob is a member too."""
    switch = Switch()
    switch.member(0)
    switch.member(0, "Bob", "PJSIP/1002")
    switch.answered(1, 2)
    enters(switch, 2, "a1", "first")
    enters(switch, 2, "c1", "first")
    return switch


def talks(switch: Switch) -> list[fx.Talk]:
    return [fact.talk for fact in switch.over().found(fx.TalkEnded)]


def dials_and_talks(switch: Switch, at: float, uid: str, phone: str) -> None:
    """A phone is called for the caller, who hears it at once."""
    switch.starts(at, uid, f"{phone}-{uid}", linked="c1")
    switch.tell(
        ev.DialBegan, at, uid="c1", name="", linked="c1", dest=uid, dest_name=f"{phone}-{uid}", dial_string=phone
    )
    switch.picks_up(at, uid)
    enters(switch, at, uid, uid)
    enters(switch, at, "c1", uid)


@pytest.mark.parametrize("order", ORDERS)
def test_parked_caller_who_comes_back_is_back_by_the_park_whichever_word_came_first(order: tuple[str, ...]) -> None:
    switch = talking()
    for step, word in enumerate(order):
        at = 5 + step / 10_000
        if word == "transferred":
            switch.tell(ev.BlindTransferred, at, by="a1", moved="c1", target="700")
        elif word == "parked":
            switch.tell(co.Parked, at, uid="c1", name="")
        else:
            switch.tell(co.BridgeLeft, at, uid="c1", bridge="first")
    enters(switch, 5.01, "c1", LOT)
    switch.hangs_up(5.1, "a1")
    switch.ends(5.1, "a1")
    dials_and_talks(switch, 20, "a2", "PJSIP/1001")
    switch.hangs_up(25, "c1")
    switch.ends(25, "c1")

    before, after = talks(switch)

    assert (before.how, before.ended_by) == (How.QUEUE, EndedBy.TRANSFER)
    assert (after.how, after.start, after.end) == (How.PARK, micros(20), micros(25))


def test_talk_of_a_colleague_who_had_the_caller_by_transfer_ends_when_she_parks_them() -> None:
    switch = talking()
    switch.tell(ev.BlindTransferred, 5, by="a1", moved="c1", target="1002")
    switch.tell(co.BridgeLeft, 5, uid="c1", bridge="first")
    switch.completes(5)
    switch.ends(5, "a1")
    dials_and_talks(switch, 8, "b1", "PJSIP/1002")
    switch.tell(co.Parked, 12, uid="c1", name="")
    enters(switch, 12, "c1", LOT)
    switch.hangs_up(15, "b1")
    switch.ends(15, "b1")

    parked = talks(switch)[-1]

    assert (parked.agent, parked.how) == ("Bob", How.TRANSFER)
    assert (parked.end, parked.ended_by) == (micros(12), EndedBy.TRANSFER)
