"""A draft tried over archived facts: what is gained, lost and changed, for whom, and nothing from outside the span."""

from __future__ import annotations

import pytest

from callcenter.domain.vocabulary import AgentState, OfferOutcome
from callcenter.reports.trial.verdicts import Findings, Outcome, Trial, TrialFinding, TrialSpan, always, compared
from callcenter.rules.detection.gist import Lasting, gists
from callcenter.rules.detection.inputs import Disposition
from callcenter.rules.detection.judge import Judge
from callcenter.rules.detection.pages import ArchivedMoment, ArchivedPage
from callcenter.rules.records.violation import Verdict
from callcenter.rules.regulations.edition import Mode, Rulebook, Severity
from callcenter.staff.duty import Roster
from tests.unit.rules.detection.story import Story, micros, packaged, roster, rulebook

SPAN = TrialSpan(micros(0), micros(3600))


def pages(story: Story, *, graded: bool = True, size: int = 3, after: int = 0) -> list[ArchivedPage]:
    """Every fact a moment, some moments a page; from a fact on, with what lasted before it."""
    moments = [ArchivedMoment(n, graded, [fact]) for n, fact in enumerate(gists(story.facts))]
    before = Lasting(gists(story.facts[:after])).facts()
    return [ArchivedPage(moments[n : n + size], before if n == after else []) for n in range(after, len(moments), size)]


def tried(
    told: list[ArchivedPage], book: Rulebook | None = None, span: TrialSpan = SPAN, on: Roster | None = None
) -> Findings:
    trial = Trial(book or packaged(), on or roster(), span)
    for page in told:
        trial.see(page)
    return trial.finish()


def misses(*seconds: float) -> Story:
    story = Story()
    story.ready()
    for n, moment in enumerate(seconds):
        story.offer(moment, 20, OfferOutcome.TIMED_OUT, agent=("Alice", "Bob")[n % 2], uid=f"c{n}")
    return story


def finding(
    verdict: Verdict = Verdict.PROPOSED, *, mode: Mode = Mode.ON, agent: str = "Alice", points: int = 2
) -> TrialFinding:
    return TrialFinding(agent, "V-MISSED", mode, verdict, Severity.MINOR, points, micros(5))


def counts(outcome: Outcome) -> tuple[int, int, int]:
    return outcome.on.total.gained, outcome.on.total.lost, outcome.on.total.changed


def test_what_began_within_the_span_counts_once() -> None:
    found = tried(pages(misses(-100, 100, 3000, 3700)))
    assert sorted(f.at or 0 for f in found.values()) == [micros(120), micros(3020)]


def test_records_are_those_of_a_judge_that_saw_everything() -> None:
    story = misses(100, 200, 300)
    story.state(400, "Carol", AgentState.PAUSED)
    story.loses_phone(500, "Dave")
    story.finds_phone(600, "Dave")
    found = tried(pages(story))
    judge = Judge(packaged(), roster())
    for fact in story.facts:
        judge.see(fact)
    assert found.keys() == {record.id for record in judge.finish(micros(600))}


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_pages_may_be_cut_anywhere(size: int) -> None:
    assert tried(pages(misses(100, 200, 300), size=size)) == tried(pages(misses(100, 200, 300)))


def test_what_lasted_is_known_to_a_trial_that_begins_in_the_middle() -> None:
    story = Story()
    story.ready("Alice", "Bob", "Carol", seconds=-9000)
    ready = len(story.facts)
    story.loses_phone(100)
    story.visit(110, 120, uid="c1")
    story.finds_phone(200)
    found = tried(pages(story, after=ready))
    assert found == tried(pages(story))
    assert [f.verdict for f in found.values()] == [Verdict.PROPOSED]


def test_what_was_no_evidence_is_held_against_nobody() -> None:
    found = tried(pages(misses(100), graded=False))
    assert [f.verdict for f in found.values()] == [Verdict.UNDETERMINED]


def test_stream_that_becomes_evidence_does_not_make_evidence_of_what_was_settled() -> None:
    story = misses(100)
    story.gap(300, 305)
    seen = len(story.facts)
    story.offer(400, 20, OfferOutcome.TIMED_OUT, uid="c9")
    found = tried([*pages(story, graded=False, size=1)[:seen], *pages(story, size=1)[seen:]])
    assert [f.verdict for f in found.values()] == [Verdict.UNDETERMINED, Verdict.PROPOSED]


def test_shift_that_lasts_when_the_facts_end_is_judged_as_it_stands() -> None:
    story = Story()
    story.state(-50, "Alice", AgentState.OFFLINE, "signed out")
    story.state(60, "Alice")
    (late,) = tried(pages(story), on=roster("Alice", start=0)).values()
    assert (late.rule, late.mode) == ("V-LATE", Mode.SHADOW)


def test_nothing_archived_gives_nothing() -> None:
    assert tried([]) == {}


def test_newest_edition_of_a_draft_is_taken_to_have_always_held() -> None:
    book = rulebook("to: 2000-01-01")
    always_on = always(book)
    assert always_on.at(micros(0)) == always_on.editions[0]
    assert always_on.editions[0].violations == book.editions[-1].violations


def test_draft_with_other_points_changes_records() -> None:
    draft = rulebook("violations: {V-MISSED: {points: 4}}")
    told = pages(misses(100, 200, 300))
    outcome = compared(tried(told), tried(told, always(draft)))
    assert counts(outcome) == (0, 0, 3)
    assert [(row.agent, row.changed, row.points) for row in outcome.on.rows] == [("Alice", 2, 4), ("Bob", 1, 2)]


def test_rule_that_a_draft_moves_to_the_shadow_is_lost_and_shown_apart() -> None:
    draft = rulebook("violations: {V-MISSED: {mode: shadow}}")
    told = pages(misses(100, 200))
    outcome = compared(tried(told), tried(told, always(draft)))
    assert counts(outcome) == (0, 2, 0)
    assert outcome.shadow.total.gained == 2


def test_without_an_agent_the_total_is_that_of_the_others() -> None:
    was = {"a": finding(), "b": finding(agent="Bob"), "c": finding(Verdict.EXCUSED, agent="Bob")}
    would = {"a": finding(points=5), "c": finding(agent="Bob"), "d": finding(agent="Carol", points=3)}
    part, others = compared(was, would).on, {key: one for key, one in (was | would).items() if one.agent != "Alice"}
    alone = compared({k: was[k] for k in others if k in was}, {k: would[k] for k in others if k in would}).on
    found = part.without("Alice")
    assert (found.rows, counts(compared(was, would))) == (alone.rows, (1, 1, 2))
    assert (found.total.in_force, found.total.draft) == (alone.total.in_force, alone.total.draft)
    assert (found.total.gained, found.total.lost, found.total.changed) == (1, 1, 1)
    assert part.without("Dave").total.draft == part.total.draft


def test_other_verdict_points_or_severity_is_a_change() -> None:
    was = {key: finding() for key in "abcd"}
    minor = TrialFinding("Alice", "V-MISSED", Mode.ON, Verdict.PROPOSED, Severity.SEVERE, 2, micros(5))
    would = {"a": finding(), "b": finding(Verdict.EXCUSED), "c": finding(points=3), "d": minor}
    assert counts(compared(was, would)) == (0, 0, 3)


def test_points_are_summed_by_verdict() -> None:
    total = compared({"a": finding(), "b": finding(), "c": finding(Verdict.UNDETERMINED)}, {}).on.total
    assert (total.in_force.proposed, total.in_force.proposed_points) == (2, 4)
    assert (total.in_force.undetermined, total.in_force.undetermined_points) == (1, 2)
    assert total.points == -4


def test_first_records_of_each_kind_are_examples() -> None:
    would = {f"{n}": finding() for n in range(9)} | {"same": finding()}
    row = compared({"same": finding(), "x": finding()}, would).on.total
    assert [(one.id, one.change) for one in row.examples] == [
        ("0", "gained"),
        ("1", "gained"),
        ("2", "gained"),
        ("x", "lost"),
    ]
    assert row.size == 10


def test_most_different_come_first() -> None:
    would = {"a": finding(agent="Bob"), "b": finding(agent="Bob"), "c": finding(agent="Alice")}
    assert [row.agent for row in compared({}, would).on.rows] == ["Bob", "Alice"]


@pytest.mark.parametrize(("at", "skipped"), [(100, []), (300, ["V-SKIPPED"])])
def test_what_was_recorded_of_calls_is_heard_at_its_time(at: float, skipped: list[str]) -> None:
    book = rulebook("figures: {disposition_within_seconds: 120}", 'violations: {V-SKIPPED: {mode: "on"}}')
    story = Story(on=roster(), book=book)
    story.talked(0, 60)
    story.state(1000, "Carol", AgentState.AVAILABLE)
    said = Disposition(at=micros(at), uniqueid="c1", agent="Alice")
    trial = Trial(book, roster(), SPAN, [said])
    for page in pages(story):
        trial.see(page)
    assert [found.rule for found in trial.finish().values()] == skipped
