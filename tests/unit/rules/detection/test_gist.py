"""What is kept of facts for the rules: everything that a judge asks for, nothing about customers."""

from __future__ import annotations

import msgspec
import pytest

from callcenter.domain import facts as fx
from callcenter.domain.vocabulary import AgentState, EndedBy, OfferOutcome, VisitOutcome
from callcenter.rules.detection.gist import Lasting, gist, gists
from callcenter.rules.detection.pages import ArchivedMoment, ArchivedPage, joined, packed, unpacked
from tests.unit.rules.detection.story import PHONES, Story, micros


def told(tell: str, *arguments: float | str) -> list[fx.Fact]:
    story = Story()
    getattr(story, tell)(*arguments)
    return story.facts


def hung_up(by: EndedBy) -> fx.VisitEnded:
    story = Story()
    story.gone(0, 10, VisitOutcome.ANSWERED, agent="Alice", talk=2, by=by)
    (fact,) = story.facts
    assert isinstance(fact, fx.VisitEnded)
    return msgspec.structs.replace(fact, visit=msgspec.structs.replace(fact.visit, caller="13800250001", did="400"))


def test_nothing_of_the_caller_is_kept() -> None:
    kept = gist(hung_up(EndedBy.CALLER))
    assert isinstance(kept, fx.VisitEnded)
    assert (kept.visit.caller, kept.visit.did, kept.visit.frames) == (None, None, ())


def test_offer_is_kept_with_a_visit_that_the_agent_ended() -> None:
    kept = gist(hung_up(EndedBy.AGENT))
    assert isinstance(kept, fx.VisitEnded)
    assert [(offer.interface, offer.frames) for offer in kept.visit.offers] == [(PHONES["Alice"], ())]


def test_what_only_live_views_follow_is_not_kept() -> None:
    assert gists([fx.PhoneRang(at=1, agent="a", interface="i", queue="q", uniqueid="u")]) == []


def test_newest_state_service_and_phone_last() -> None:
    story = Story()
    story.ready("Alice", seconds=0)
    story.state(5, "Alice", AgentState.TALKING)
    story.loses_phone(9, "Bob")
    story.finds_phone(12, "Bob")
    kept = Lasting(gists(story.facts)).facts()
    assert [(type(fact).__name__, fact.at) for fact in kept] == [
        ("MembershipChanged", micros(0)),
        ("AgentStateChanged", micros(5)),
        ("PhoneFound", micros(12)),
        ("AgentStateChanged", micros(12)),
    ]


def test_last_sight_of_a_phone_outlasts_its_agents_signing_out() -> None:
    seen = [*told("state", 0, "Alice"), *told("state", 5, "Alice", AgentState.OFFLINE, "signed out")]
    assert Lasting(gists(seen)).facts() == gists(seen)


def test_page_is_read_as_it_was_packed() -> None:
    page = ArchivedPage([ArchivedMoment(7, graded=False, facts=gists(told("offer", 1, 4, OfferOutcome.DECLINED)))], [])
    assert unpacked(packed(page)) == page


def test_page_says_what_lasts_after_it() -> None:
    first = ArchivedPage([ArchivedMoment(7, graded=True, facts=told("serves", 0, "Bob"))], told("serves", 0, "Alice"))
    assert first.after() == [*told("serves", 0, "Alice"), *told("serves", 0, "Bob")]


def test_bound_pages_keep_their_moments_in_order() -> None:
    one, two = (ArchivedPage([ArchivedMoment(n, graded=True, facts=told("state", n, "Alice"))]) for n in (3, 9))
    assert joined([one, two], []) == ArchivedPage([*one.moments, *two.moments], [])


@pytest.mark.parametrize("blob", [b"", b"other bytes", packed(ArchivedPage([], []))[:-3]])
def test_other_bytes_are_no_page(blob: bytes) -> None:
    with pytest.raises(ValueError, match="not a page of archived facts"):
        unpacked(blob)


def test_own_call_is_kept_without_its_frames() -> None:
    story = Story()
    story.own_call(10, 80)
    began, ended = gists(story.facts)

    assert isinstance(began, fx.OwnCallBegan)
    assert isinstance(ended, fx.OwnCallEnded)
    assert (began.own.started_at, ended.own.ended_at) == (micros(10), micros(80))
    assert (began.own.frames, ended.own.frames) == ((), ())
