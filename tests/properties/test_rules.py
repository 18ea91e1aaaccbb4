"""The judge under any order of asking, and over any day: the same records, each act once, nobody wronged."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from callcenter.domain import facts as fx
from callcenter.domain.facts import AgentState, OfferOutcome, VisitOutcome
from callcenter.rules.duty import Roster
from callcenter.rules.edition import Mode
from callcenter.rules.gist import gists
from callcenter.rules.judge import Judge
from callcenter.rules.violation import Verdict, Violation
from tests.unit.rules.story import Story, micros, packaged, roster

AGENTS = ("Alice", "Bob", "Carol")
OFFERS = (
    OfferOutcome.ANSWERED, OfferOutcome.DECLINED, OfferOutcome.DECLINED, OfferOutcome.BUSY, OfferOutcome.TIMED_OUT,
    OfferOutcome.CALLER_LEFT, OfferOutcome.ANSWERED_ELSEWHERE,
)  # fmt: skip
ENDINGS = (VisitOutcome.ABANDONED, VisitOutcome.TIMED_OUT, VisitOutcome.REFUSED, VisitOutcome.UNKNOWN)

Move = tuple[str, str, int, int, int]
moves = st.lists(
    st.tuples(
        st.sampled_from(("offer", "offer", "offer", "visit", "visit", "answered", "own", "lose", "pause", "gap")),
        st.sampled_from(AGENTS),
        st.integers(1, 120),
        st.integers(1, 200),
        st.integers(0, 50),
    ),
    max_size=25,
)


def _tell(story: Story, move: Move, now: float, n: int) -> float:
    """Let one thing happen; returns when it is over."""
    kind, agent, _, lasts, which = move
    uid, end = f"c{n}", now + lasts
    match kind:
        case "offer":
            story.offer(now, lasts / 8, OFFERS[which % len(OFFERS)], agent=agent, uid=uid, available=which % 7 != 0)
            end = now + lasts / 8
        case "visit":
            outcome = ENDINGS[which % len(ENDINGS)]
            end = now if outcome is VisitOutcome.REFUSED else end  # told at once
            story.visit(now, end, outcome, uid=uid)
        case "answered":
            story.joins(now, uid)
            story.answers(end, agent, uid=uid)
        case "own":
            story.own_call(now, end, ("s", "999", "1002")[which % 3], agent=agent)
        case "lose":
            story.loses_phone(now, agent)
            story.finds_phone(end, agent)
        case "pause":
            story.state(now, agent, AgentState.PAUSED)
            story.state(end, agent)
        case _:
            story.gap(now, end, ("link", "restart")[which % 2])
    return end


def _facts(day: list[Move]) -> tuple[list[fx.Fact], float]:
    """Tell a day whose things happen side by side, but nothing while nothing is seen."""
    story = Story()
    story.ready(*AGENTS, seconds=-10)
    now = over = 0.0
    for n, move in enumerate(day):
        gap = move[0] == "gap"
        now = move[2] + (over if gap else now)
        end = _tell(story, move, now, n)
        now = end if gap else now
        over = max(over, end)
    return sorted(story.facts, key=lambda fact: fact.at or 0), over


def _at_the_end(facts: list[fx.Fact], end: float, on: Roster | None, *, graded: bool = True) -> list[Violation]:
    judge = Judge(packaged(), on, graded=graded)
    for fact in facts:
        judge.see(fact)
    return judge.finish(micros(end))


shifts = st.sampled_from((roster(), roster(start=100, end=700), roster(off=((200, 400),))))


@given(moves, st.sampled_from((1, 2, 3, 5, 8)), shifts)
def test_asking_early_or_only_at_the_end_gives_the_same_records(day: list[Move], every: int, on: Roster) -> None:
    facts, end = _facts(day)
    judge, found = Judge(packaged(), on), []
    for n, fact in enumerate(facts):
        judge.see(fact)
        found += judge.decide(fact.at or 0) if n % every == 0 else []
    found += judge.finish(micros(end))
    assert sorted(found, key=lambda v: v.order) == _at_the_end(facts, end, on)


@given(moves, shifts)
def test_gists_of_facts_give_the_same_records(day: list[Move], on: Roster) -> None:
    facts, end = _facts(day)
    without_frames = [_no_frames(record) for record in _at_the_end(facts, end, on)]
    assert [_no_frames(record) for record in _at_the_end(gists(facts), end, on)] == without_frames


def _no_frames(record: Violation) -> Violation:
    impact = None if record.impact is None else tuple(replace(one, frames=()) for one in record.impact)
    return replace(record, frames=(), impact=impact)


@given(moves, st.integers(0, 100))
def test_judge_that_was_packed_and_unpacked_gives_the_same_records(day: list[Move], cut: int) -> None:
    facts, end = _facts(day)
    first = Judge(packaged(), roster())
    for fact in facts[:cut]:
        first.see(fact)
    second = Judge.restore(first.save(), packaged(), roster())
    for fact in facts[cut:]:
        second.see(fact)
    assert second.finish(micros(end)) == _at_the_end(facts, end, roster())


@given(moves)
def test_no_act_has_two_records(day: list[Move]) -> None:
    facts, end = _facts(day)
    records = _at_the_end(facts, end, roster())
    acts = [r.subject for r in records if r.rule == "V-MISSED"] + [n.subject for r in records for n in r.names]
    assert len(acts) == len(set(acts))
    assert len({r.id for r in records}) == len(records)


@given(moves)
def test_nothing_is_proposed_without_roster_grade_or_duty(day: list[Move]) -> None:
    facts, end = _facts(day)
    assert all(r.verdict is Verdict.UNDETERMINED for r in _at_the_end(facts, end, None))
    assert all(r.verdict is Verdict.UNDETERMINED for r in _at_the_end(facts, end, roster(), graded=False))
    assert all(r.verdict is Verdict.EXCUSED for r in _at_the_end(facts, end, roster("Dave")))


@given(moves)
def test_nothing_is_proposed_near_a_gap(day: list[Move]) -> None:
    facts, end = _facts(day)
    gaps = [(f.start or 0, f.at or 0) for f in facts if isinstance(f, fx.GapSeen)]
    near = micros(60) - micros(0)
    proposed = [r for r in _at_the_end(facts, end, roster()) if r.verdict is Verdict.PROPOSED]
    touched = [(r.start or 0) - near < gap_end and gap < (r.end or 0) + near for r in proposed for gap, gap_end in gaps]
    assert not any(touched)


@given(moves)
def test_every_record_says_why_in_both_languages(day: list[Move]) -> None:
    facts, end = _facts(day)
    for record in _at_the_end(facts, end, roster()):
        assert record.why().endswith(".")
        assert record.why("zh").endswith("。")
        assert record.frames or record.mode is Mode.SHADOW
