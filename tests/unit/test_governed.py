"""A floor that runs by the rulebook: each edition's figures from its own first midnight, whoever looks and whenever."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from callcenter.domain import facts as fx
from callcenter.domain.frame import SECOND
from callcenter.domain.vocabulary import AgentState
from callcenter.rules.regulations.edition import Rulebook
from callcenter.staff.dates import day_start
from callcenter.tracker import RulesInForce
from callcenter.tracker.follower import Follower
from callcenter.tracker.inputs import SiteFacts
from tests.unit.domain.switch import EPOCH, Switch
from tests.unit.rules.detection.story import packaged, read, roster

MIDNIGHT = 8 * 3600.0
"""Of 2027-01-16 in Shanghai, in seconds of the switch's story."""

EDITIONS = """
based_on: packaged
editions:
  - version: old
    from: 2026-01-01
    to: 2027-01-15
    figures: {engaged_seconds: 60, queues: {support: {wrap_up_seconds: 3}}}
  - version: new
    from: 2027-01-16
    figures: {engaged_seconds: 30, queues: {support: {wrap_up_seconds: 10}}}
"""


@pytest.fixture
def book() -> Rulebook:
    return read(EDITIONS)


class Followed(Switch):
    """A switch whose floor is a follower's; it may be packed and unpacked between two events."""

    def __init__(self, in_force: RulesInForce) -> None:
        super().__init__()
        self.follower = Follower(in_force)

    def tell(self, kind: type, at: float | None, **fields: object) -> None:
        self.pos += 1
        event = kind(at=None if at is None else EPOCH + round(at * SECOND), pos=self.pos, **fields)
        self.facts += self.follower.follow(None, event).facts
        self.floor = self.follower.floor

    def restarts(self, in_force: RulesInForce) -> None:
        self.follower = Follower.restore(self.follower.save(), in_force)
        self.floor = self.follower.floor

    def talks_once(self, start: float, end: float, uid: str) -> None:
        dest = f"a-{uid}"
        self.joins(start, uid)
        self.calls(start, dest, uid=uid)
        self.rings(start, dest)
        self.picks_up(start + 1, dest)
        self.leaves(start + 1, uid)
        self.connects(start + 1, dest, uid=uid)
        self.completes(end, uid=uid, dest=dest)
        self.ends(end, dest)
        self.ends(end, uid)

    def wrap_ups(self) -> list[float]:
        spans = [fact.ended for fact in self.found(fx.AgentStateChanged)]
        times = [(span.start, span.end) for span in spans if span and span.state is AgentState.WRAP_UP]
        return [(end - start) / SECOND for start, end in times if start is not None and end is not None]


def test_midnight_is_the_sites() -> None:
    assert day_start(date(2027, 1, 16), packaged().zone) == EPOCH + round(MIDNIGHT * SECOND)


@pytest.mark.parametrize("restarted", [False, True])
def test_wrap_up_is_that_of_the_edition_in_which_the_talk_ended(book: Rulebook, *, restarted: bool) -> None:
    in_force = RulesInForce(book, None)
    switch = Followed(in_force)
    switch.member(0)
    switch.talks_once(MIDNIGHT - 60, MIDNIGHT - 1, "c1")
    if restarted:
        switch.restarts(in_force)
    switch.ticks(MIDNIGHT + 20)
    switch.talks_once(MIDNIGHT + 30, MIDNIGHT + 40, "c2")
    switch.ticks(MIDNIGHT + 60)
    assert switch.wrap_ups() == [3, 10]


def test_line_is_blocked_by_the_edition_in_which_it_was_taken(book: Rulebook) -> None:
    switch = Followed(RulesInForce(book, None, SiteFacts(permitted=("_0X.",))))
    switch.member(0)
    for start, uid in ((MIDNIGHT - 1, "o1"), (MIDNIGHT + 100, "o2")):
        switch.starts(start, uid, f"PJSIP/1001-{uid}", dialled="8888", calling=True)
        switch.ticks(start + 90)
        switch.ends(start + 90, uid)
    blocked = [fact.at for fact in switch.found(fx.LineBlocked)]
    assert [round((at - EPOCH) / SECOND - MIDNIGHT) for at in blocked if at is not None] == [59, 130]


def test_event_that_comes_late_over_midnight_has_the_figures_of_its_own_time(book: Rulebook) -> None:
    switch = Followed(RulesInForce(book, None))
    switch.ticks(MIDNIGHT + 0.2)
    assert switch.floor.settings.wrap_up == {"support": 10 * SECOND}
    switch.ticks(MIDNIGHT - 0.1)
    assert switch.floor.settings.wrap_up == {"support": 3 * SECOND}


def test_nothing_seen_is_forgotten_when_other_figures_come_into_force(book: Rulebook) -> None:
    switch = Followed(RulesInForce(book, None))
    switch.member(0)
    switch.joins(MIDNIGHT - 5)
    before = msgspec.msgpack.encode(switch.floor.state.visits)
    switch.ticks(MIDNIGHT + 5)
    assert msgspec.msgpack.encode(switch.floor.state.visits) == before


def test_rulebook_that_comes_into_force_holds_from_there_on(book: Rulebook) -> None:
    switch = Followed(RulesInForce(packaged(), None))
    switch.ticks(MIDNIGHT - 10)
    assert switch.floor.settings.wrap_up == {}
    switch.follower.follow(None, None, RulesInForce(book, None))
    assert switch.follower.floor.settings.wrap_up == {"support": 3 * SECOND}


def test_roster_says_who_sits_where_and_what_may_be_dialled_though_settings_say_it_too() -> None:
    in_force = RulesInForce(
        packaged(), roster(legit=("_1X.",)), SiteFacts(names={"PJSIP/9": "Nobody"}, permitted=("_9X.",))
    )
    settings = in_force.floor_at(None).settings
    assert settings.permitted == ("_1X.",)
    assert (settings.names, settings.seats) == ({}, roster().tenures())
