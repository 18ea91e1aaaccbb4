"""The judge under any order of asking, and over any day: the same records, each act once, nobody wronged."""

from __future__ import annotations

from functools import cache

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from callcenter.domain import facts as fx
from callcenter.domain.frame import SECOND
from callcenter.domain.vocabulary import AgentState, EndedBy, OfferOutcome, VisitOutcome
from callcenter.rules.detection.gist import gist
from callcenter.rules.detection.inputs import Disposition
from callcenter.rules.detection.judge import Judge
from callcenter.rules.records.violation import Verdict, Violation
from callcenter.rules.regulations.edition import Mode, Rulebook
from callcenter.staff.duty import Roster, Seat, Stretch
from tests.unit.rules.detection.story import PHONES, Story, micros, packaged, roster

AGENTS = ("Alice", "Bob", "Carol")
OFFERS = (
    OfferOutcome.ANSWERED,
    OfferOutcome.DECLINED,
    OfferOutcome.DECLINED,
    OfferOutcome.BUSY,
    OfferOutcome.TIMED_OUT,
    OfferOutcome.CALLER_LEFT,
    OfferOutcome.ANSWERED_ELSEWHERE,
)
ENDINGS = (VisitOutcome.ABANDONED, VisitOutcome.TIMED_OUT, VisitOutcome.REFUSED, VisitOutcome.UNKNOWN)

Move = tuple[str, str, int, int, int]
NUMBERS = ("13800010001", "13900020002")
Told = fx.Fact | Disposition


@cache
def strict() -> Rulebook:
    """Make a rulebook with every rule of telephony on, and every figure filled."""
    (edition,) = packaged().editions
    figures = msgspec.structs.replace(edition.figures, disposition_within=90 * SECOND, relief_within=120 * SECOND)
    own = {"V-RELIEF": 5, "V-EARLY": 2, "V-LATE": 2, "V-ABSENT": 20, "V-SKIPPED": 10, "V-AWAY": 5}
    rules = {
        code: msgspec.structs.replace(rule, mode=Mode.ON, points=own[code]) if code in own else rule
        for code, rule in edition.violations.items()
    }
    return Rulebook("Asia/Shanghai", (msgspec.structs.replace(edition, figures=figures, violations=rules),))


def _handover() -> Roster:
    """Alice has the first shift; Bob, of her team, relieves her, after a break; Carol is there from the beginning."""
    times = {"Alice": (100, 400), "Bob": (380, 1500), "Carol": (0, 1500)}
    shifts: dict[str, tuple[Stretch, ...]] = {a: ((micros(s), micros(e)),) for a, (s, e) in times.items()}
    seats = tuple(Seat(agent=agent, interface=PHONES[agent], team="hotline") for agent in AGENTS)
    return Roster("Asia/Shanghai", seats, shifts, shifts | {"Bob": ((micros(410), micros(1500)),)}, ("_10XX",))


KINDS = (
    "offer",
    "offer",
    "offer",
    "visit",
    "visit",
    "answered",
    "talk",
    "record",
    "promise",
    "own",
    "lose",
    "pause",
    "sign_out",
    "leave",
    "leave",
    "gap",
)
moves = st.lists(
    st.tuples(
        st.sampled_from(KINDS),
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
        case "talk":
            story.answers(now, agent, uid=uid, caller=NUMBERS[which % 2])
            by = (EndedBy.CALLER, EndedBy.AGENT, EndedBy.TRANSFER)[which % 3]
            story.gone(now, now, VisitOutcome.ANSWERED, uid=uid, agent=agent, talk=lasts, by=by)
        case "record":
            story.recorded(now, agent, uid=f"c{which % (n + 1)}")
            end = now
        case "promise":
            story.recorded(
                now, agent, uid=f"c{which % (n + 1)}", callback_to=NUMBERS[which % 2], callback_by=now + lasts
            )
            end = now
        case "gap":
            story.gap(now, end, ("link", "restart")[which % 2])
        case _:
            _tell_agent(story, move, now, end)
    return end


def _tell_agent(story: Story, move: Move, now: float, end: float) -> None:
    kind, agent, _, _, which = move
    match kind:
        case "own":
            story.own_call(now, end, ("s", "999", "1002", NUMBERS[0], f"9{NUMBERS[1]}")[which % 5], agent=agent)
        case "lose":
            story.loses_phone(now, agent)
            story.finds_phone(end, agent)
        case "pause":
            story.state(now, agent, AgentState.PAUSED)
            story.state(end, agent)
        case "sign_out":
            story.state(now, agent, AgentState.OFFLINE, "signed out")
            story.state(end, agent)
        case _:
            story.state(now, agent, AgentState.OFFLINE, "signed out")


def _tell_judge(judge: Judge, told: Told) -> None:
    if isinstance(told, Disposition):
        judge.disposed(told)
    else:
        judge.see(told)


def _facts(day: list[Move]) -> tuple[list[Told], float]:
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
    return sorted([*story.facts, *story.entered], key=lambda told: told.at or 0), over


def _at_the_end(
    facts: list[Told], end: float, on: Roster | None, *, graded: bool = True, book: Rulebook | None = None
) -> list[Violation]:
    judge = Judge(book or packaged(), on, graded=graded)
    for fact in facts:
        _tell_judge(judge, fact)
    return judge.finish(micros(end))


shifts = st.sampled_from((roster(), roster(start=100, end=700), roster(off=((200, 400),)), _handover()))
books = st.sampled_from((packaged(), strict()))


@given(moves, st.sampled_from((1, 2, 3, 5, 8)), shifts, books)
def test_asking_early_or_only_at_the_end_gives_the_same_records(
    day: list[Move], every: int, on: Roster, book: Rulebook
) -> None:
    facts, end = _facts(day)
    judge, found = Judge(book, on), []
    for n, fact in enumerate(facts):
        _tell_judge(judge, fact)
        found += judge.decide(fact.at or 0) if n % every == 0 else []
    found += judge.finish(micros(end))
    assert sorted(found, key=lambda v: v.order) == _at_the_end(facts, end, on, book=book)


@given(moves, shifts, books)
def test_gists_of_facts_give_the_same_records(day: list[Move], on: Roster, book: Rulebook) -> None:
    facts, end = _facts(day)
    without_frames = [_no_frames(record) for record in _at_the_end(facts, end, on, book=book)]
    told = [one for fact in facts if (one := fact if isinstance(fact, Disposition) else gist(fact)) is not None]
    assert [_no_frames(record) for record in _at_the_end(told, end, on, book=book)] == without_frames


def _no_frames(record: Violation) -> Violation:
    impact = None if record.impact is None else tuple(replace(one, frames=()) for one in record.impact)
    return replace(record, frames=(), impact=impact)


@given(moves, st.integers(0, 100), shifts, books)
def test_judge_that_was_packed_and_unpacked_gives_the_same_records(
    day: list[Move], cut: int, on: Roster, book: Rulebook
) -> None:
    facts, end = _facts(day)
    first = Judge(book, on)
    for fact in facts[:cut]:
        _tell_judge(first, fact)
    second = Judge.restore(first.save(), book, on)
    for fact in facts[cut:]:
        _tell_judge(second, fact)
    assert second.finish(micros(end)) == _at_the_end(facts, end, on, book=book)


@given(moves, shifts, books)
def test_no_act_has_two_records(day: list[Move], on: Roster, book: Rulebook) -> None:
    facts, end = _facts(day)
    records = _at_the_end(facts, end, on, book=book)
    own = [(r.rule, r.agent, r.at, r.subject) for r in records]
    acts = own + [(n.rule, r.agent, n.at, n.subject) for r in records for n in r.names]
    assert len(acts) == len(set(acts))
    assert len({r.id for r in records}) == len(records)


@given(moves, books)
def test_nothing_is_proposed_without_roster_grade_or_duty(day: list[Move], book: Rulebook) -> None:
    facts, end = _facts(day)
    ungraded = _at_the_end(facts, end, _handover(), graded=False, book=book)
    assert all(r.verdict is Verdict.UNDETERMINED for r in _at_the_end(facts, end, None, book=book))
    assert all(r.verdict is Verdict.UNDETERMINED for r in ungraded)
    assert all(r.verdict is Verdict.EXCUSED for r in _at_the_end(facts, end, roster("Dave"), book=book))


@given(moves, shifts, books)
def test_nothing_is_proposed_near_a_gap(day: list[Move], on: Roster, book: Rulebook) -> None:
    facts, end = _facts(day)
    gaps = [(f.start or 0, f.at or 0) for f in facts if isinstance(f, fx.GapSeen)]
    near = micros(60) - micros(0)
    proposed = [r for r in _at_the_end(facts, end, on, book=book) if r.verdict is Verdict.PROPOSED]
    touched = [(r.start or 0) - near < gap_end and gap < (r.end or 0) + near for r in proposed for gap, gap_end in gaps]
    assert not any(touched)


@given(moves, shifts, books)
def test_every_record_says_why_in_both_languages(day: list[Move], on: Roster, book: Rulebook) -> None:
    facts, end = _facts(day)
    for record in _at_the_end(facts, end, on, book=book):
        assert record.why().endswith(".")
        assert record.why("zh-CN").endswith("。")


@given(moves)
def test_every_record_that_counts_as_packaged_stands_on_frames(day: list[Move]) -> None:
    facts, end = _facts(day)
    assert all(record.frames for record in _at_the_end(facts, end, roster()) if record.mode is Mode.ON)
