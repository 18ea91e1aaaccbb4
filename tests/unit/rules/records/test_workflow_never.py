"""What no order of steps, people and moments brings about."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from callcenter.rules.records.refusals import StepRefused
from callcenter.rules.records.standing import CHECKLISTS, SERVICE, RecordState, Standing
from callcenter.rules.records.steps import DECISIONS, REVIEWS, Action, HistoryEntry, ProcessStep
from callcenter.rules.records.violation import Verdict
from callcenter.rules.records.workflow import take
from callcenter.rules.regulations.edition import Mode, Severity
from callcenter.staff.rights import Role
from tests.unit.rules.detection.people import DAY, MONDAY, TERMS, record

ACCOUNTS = st.sampled_from(["alice", "li", "sun", "ma", SERVICE])
AGENTS = {"alice": "Alice", "li": "Li"}

steps = st.builds(
    lambda by, **other: ProcessStep(by=by, agent=AGENTS.get(by), **other),
    by=ACCOUNTS,
    action=st.sampled_from(Action),
    at=st.integers(0, 40).map(lambda day: MONDAY + day * DAY),
    role=st.sampled_from(Role),
    note=st.sampled_from(["", "because"]),
    points=st.none() | st.integers(-1, 6),
    severity=st.none() | st.sampled_from(Severity),
    item=st.none() | st.sampled_from([item for items in CHECKLISTS.values() for item in items]),
)
records = st.builds(
    record,
    agent=st.sampled_from(["Alice", "Li"]),
    proposed_by=ACCOUNTS,
    verdict=st.sampled_from(Verdict),
    mode=st.sampled_from([Mode.ON, Mode.SHADOW]),
    severity=st.sampled_from(Severity),
    fine_yuan=st.none() | st.just(20),
)


def play(standing: Standing, several: list[ProcessStep]) -> list[tuple[Standing, Standing, HistoryEntry]]:
    """Take every step that can be taken, in the order of its moment."""
    taken = []
    for one in sorted(several, key=lambda step: step.at):
        try:
            after, entry = take(standing, one, TERMS)
        except StepRefused:
            continue
        taken.append((standing, after, entry))
        standing = after
    return taken


histories = st.builds(lambda first, several: (first, play(first, several)), records, st.lists(steps, max_size=25))
History = tuple[Standing, list[tuple[Standing, Standing, HistoryEntry]]]


@given(histories)
def test_nobody_decides_on_what_they_proposed(history: History) -> None:
    first, taken = history
    assert all(entry.by != first.proposed_by for _, _, entry in taken if entry.action in DECISIONS)


@given(histories)
def test_nobody_decides_the_appeal_against_their_own_decision(history: History) -> None:
    deciders = [entry.by for _, _, entry in history[1] if entry.action in DECISIONS]
    assert len(deciders) == len(set(deciders)) <= 2


@given(histories)
def test_nothing_counts_without_a_named_person_who_decided_and_is_not_the_agent(history: History) -> None:
    first, taken = history
    for n, (_, after, _) in enumerate(taken):
        deciders = [e.by for _, _, e in taken[: n + 1] if e.action in {Action.CONFIRM, Action.REDUCE}]
        wrong = {SERVICE, *(account for account, agent in AGENTS.items() if agent == first.agent)}
        assert after.counted == 0 or (deciders and not wrong.intersection(deciders))
        assert after.stands or (after.counted, after.advice) == (0, ())


@given(histories)
def test_only_proposed_records_of_rules_that_are_on_ever_count(history: History) -> None:
    first, taken = history
    countable = first.verdict is Verdict.PROPOSED and first.mode is Mode.ON
    moved = [after for _, after, entry in taken if entry.action not in REVIEWS]
    assert countable or all(after.counted == 0 for _, after, _ in taken)
    assert countable or all(after.state is RecordState.WITHDRAWN for after in moved)


@given(histories)
def test_reviews_move_nothing_and_are_of_shadow_records_alone(history: History) -> None:
    first, taken = history
    reviews = [(before, after) for before, after, entry in taken if entry.action in REVIEWS]
    assert all(before.state is after.state for before, after in reviews)
    assert not reviews or (first.mode, first.verdict) == (Mode.SHADOW, Verdict.PROPOSED)


@given(histories)
def test_nobody_is_decided_against_unheard_before_their_time_is_over(history: History) -> None:
    for before, _, entry in history[1]:
        against = entry.action in {Action.CONFIRM, Action.REDUCE}
        waited = before.explain_until is not None and entry.at >= before.explain_until
        assert not against or before.state is not RecordState.NOTIFIED or waited


@given(histories)
def test_appeal_makes_nothing_worse(history: History) -> None:
    for before, after, entry in history[1]:
        decided_before = before.decided_by is not None
        if entry.action in DECISIONS and decided_before:
            assert (after.decided_points or 0) <= (before.decided_points or 0)


@given(histories)
def test_only_the_agent_explains_and_appeals(history: History) -> None:
    spoken = {Action.EXPLAIN, Action.APPEAL}
    assert all(AGENTS.get(e.by) == history[0].agent for _, _, e in history[1] if e.action in spoken)


@given(histories)
def test_every_change_of_state_has_its_entry(history: History) -> None:
    first, taken = history
    states = [first.state, *(after.state for _, after, _ in taken)]
    assert [(e.before, e.after) for _, _, e in taken] == list(pairwise(states))
