"""Whatever happens at a switchboard, and in whatever order threads tell it, what the floor tells is what was."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.domain import events as ev
from callcenter.domain import facts as fx
from callcenter.domain.floor import Floor
from callcenter.domain.settings import FloorSettings
from callcenter.domain.vocabulary import AgentState, VisitOutcome
from callcenter.rules.detection.judge import Judge
from callcenter.rules.records.violation import Violation
from callcenter.staff.duty import Roster, Seat, Stretch
from tests.properties.scenes import Lane, Scene, lanes, played, told_by
from tests.properties.switchboard import MORNING, SECOND, Heard, Switchboard
from tests.unit.rules.detection.story import packaged

PERMITTED = ("_10XX", "_11XX", "_0X.")
LIMIT, DOUBT = 60 * SECOND, SECOND // 5
NEAR = SECOND // 5
"""What is told within this long of the truth is the truth: one burst of words lasts for some milliseconds."""


def told(events: list[ev.Event]) -> tuple[Floor, list[fx.Fact]]:
    floor = Floor(FloorSettings(permitted=PERMITTED, blocked_after=LIMIT))
    facts = [fact for event in events for fact in floor.apply(event)]
    last = events[-1].at or 0
    return floor, facts + floor.apply(ev.Tick(last + 60 * SECOND, len(events)))


def judged(found: list[Lane], facts: list[fx.Fact], floor: Floor) -> list[Violation]:
    agents = [agent for lane in found for agent in lane.agents]
    day: tuple[Stretch, ...] = ((MORNING - 3600 * SECOND, MORNING + 86_400 * SECOND),)
    seats = tuple(Seat(agent=agent.name, interface=agent.phone) for agent in agents)
    on: dict[str, tuple[Stretch, ...]] = {agent.name: day for agent in agents}
    judge = Judge(packaged(), Roster("Asia/Shanghai", seats, on, on, PERMITTED))
    for fact in facts:
        judge.see(fact)
    return judge.finish(floor.state.now, floor.open_own_calls())


@given(lanes, st.booleans())
@settings(max_examples=400)
def test_a_line_is_held_against_whoever_kept_it_alone_for_too_long_and_nobody_else(
    plans: list[list[Scene]], linking: bool
) -> None:
    found = played(plans)
    floor, facts = told(told_by(found, linking=linking))
    engaged = {r.subject.removeprefix("engaged ") for r in judged(found, facts, floor) if r.rule == "V-HOTLINE"}

    for taken in (taken for lane in found for taken in lane.board.taken):
        if taken.excused or taken.alone < LIMIT - DOUBT:
            assert taken.uid not in engaged
        elif taken.alone > LIMIT + DOUBT:
            assert taken.uid in engaged


@given(lanes, st.booleans())
@settings(max_examples=400)
def test_each_talk_is_told_once_and_is_whose_it_was(plans: list[list[Scene]], linking: bool) -> None:
    found = played(plans)
    _, facts = told(told_by(found, linking=linking))
    left = [one for lane in found for one in lane.board.heard]
    for talk in (fact.talk for fact in facts if isinstance(fact, fx.TalkEnded)):
        same = [one for one in left if _is(talk, one)]
        assert same, (talk, left)
        left.remove(same[0])
    assert left == []


def _is(talk: fx.Talk, one: Heard) -> bool:
    return (
        talk.agent == one.agent
        and talk.uniqueid in one.customer
        and talk.start is not None
        and abs(talk.start - one.start) <= NEAR
        and talk.end is not None
        and abs(talk.end - one.end) <= NEAR
    )


@given(lanes, st.booleans())
@settings(max_examples=400)
def test_talks_of_an_agent_with_one_customer_do_not_overlap(plans: list[list[Scene]], linking: bool) -> None:
    _, facts = told(told_by(played(plans), linking=linking))
    talks: dict[tuple[str, str], list[fx.Talk]] = {}
    for fact in facts:
        if isinstance(fact, fx.TalkEnded):
            talks.setdefault((fact.talk.agent, fact.talk.uniqueid), []).append(fact.talk)
    for mine in talks.values():
        ordered = sorted(mine, key=lambda talk: talk.start or 0)
        assert all((before.end or 0) <= (after.start or 0) for before, after in pairwise(ordered))


@given(lanes, st.booleans())
@settings(max_examples=400)
def test_who_talks_is_shown_as_talking_and_nobody_else(plans: list[list[Scene]], linking: bool) -> None:
    found = played(plans)
    floor, facts = told(told_by(found, linking=linking))
    spans = [f.ended for f in facts if isinstance(f, fx.AgentStateChanged) and f.ended is not None]
    spans += floor.open_spans()
    for lane in found:
        for one in lane.board.heard:
            middle = (one.start + one.end) // 2
            state = {s.agent: s.state for s in spans if _covers(s, middle)}
            assert one.end - one.start < 2 * NEAR or state[one.agent] == one.shown
            engaged = _engaged(lane.board, middle)
            idle = [agent.name for agent in lane.agents if agent.name not in engaged]
            assert [state[agent] for agent in idle] == [AgentState.AVAILABLE] * len(idle)


def _engaged(board: Switchboard, at: int) -> set[str]:
    """Name who talks to anybody at a moment, or has the own line."""
    times = [(one.agent, one.start, one.end) for one in board.heard] + board.asked
    times += [(one.agent, one.start, one.end) for one in board.taken]
    return {agent for agent, start, end in times if start - NEAR <= at <= end + NEAR}


def _covers(span: fx.StateSpan, at: int) -> bool:
    return span.start is not None and span.start <= at and (span.end is None or at < span.end)


@given(lanes, st.booleans())
@settings(max_examples=400)
def test_nobody_is_busy_when_the_day_is_over_and_nothing_is_open(plans: list[list[Scene]], linking: bool) -> None:
    floor, facts = told(told_by(played(plans), linking=linking))
    assert {span.state for span in floor.open_spans()} == {AgentState.AVAILABLE}
    kept = floor.state
    assert (kept.channels, kept.calls, kept.visits, kept.talks, kept.bridges, kept.linked, kept.names) == (({},) * 7)
    # the queue's last word may come when both channels are gone
    assert {fact.event for fact in facts if isinstance(fact, fx.OutOfOrder)} <= {"MemberCompleted"}


@given(lanes, st.booleans())
@settings(max_examples=400)
def test_each_join_is_one_visit_and_each_member_that_was_called_one_offer(
    plans: list[list[Scene]], linking: bool
) -> None:
    events = told_by(played(plans), linking=linking)
    _, facts = told(events)
    joined = Counter((event.uid, event.queue, event.at) for event in events if isinstance(event, ev.CallerJoined))
    visits = [fact.visit for fact in facts if isinstance(fact, fx.VisitEnded)]
    ended = [fact.offer for fact in facts if isinstance(fact, fx.OfferEnded)]

    assert Counter((visit.uniqueid, visit.queue, visit.joined_at) for visit in visits) == joined
    assert len(ended) == sum(isinstance(event, ev.MemberCalled) for event in events)
    assert Counter(ended) == Counter(offer for visit in visits for offer in visit.offers)
    answers = Counter(visit.outcome for visit in visits)
    assert answers.total() == answers[VisitOutcome.ANSWERED] + answers[VisitOutcome.ABANDONED]
