"""Complaints are told line by line, and counted; each figure by its definition, and of what it is a share."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from callcenter.cases.aftercare.figures import (
    CaseContext,
    CaseOutcome,
    ComplaintFigures,
    ComplaintTerms,
    NamedFigures,
    TakenLine,
    outcome_of,
)
from callcenter.cases.aftercare.follow_ups import CaseFollowUp, CaseFollowUpState
from callcenter.cases.complaints.book import CaseBook
from callcenter.cases.complaints.lines import CaseLine
from callcenter.cases.complaints.replay import desk_of
from callcenter.cases.complaints.vocabulary import Move
from callcenter.domain.frame import SECOND, Micros
from callcenter.staff.dates import datetime_of

HOUR: Micros = 3_600 * SECOND
NOON: Micros = 1_790_000_000 * SECOND
PEOPLE = [
    {"account": "alice", "role": "agent", "agent": "Alice", "team": "hotline"},
    {"account": "grace", "role": "group_leader", "team": "hotline"},
    {"account": "sue", "role": "supervisor"},
    {"account": "mia", "role": "manager"},
    {"account": "gus", "role": "general_manager"},
    {"account": "depot", "role": "department", "department": "warehouse"},
]
UPHELD = {"cause": "wrong size", "nature": "delivery", "upheld": True, "responsible": {"department": "warehouse"}}
NOT_UPHELD = {"cause": "as ordered", "nature": "product", "upheld": False}


class Told:
    """One case, line by line; times are hours after noon."""

    def __init__(self, **opened: Any) -> None:
        self.book = CaseBook(desk_of({"people": PEOPLE}))
        self.lines: list[TakenLine] = []
        recorded = {"content": "too small", "wanted": "a larger one"}
        self.tell(0, "alice", Move.OPEN, **{"channel": "phone", **recorded, **opened})

    def tell(self, at: float, by: str, do: Move, **fields: Any) -> None:
        moment = NOON + int(at * HOUR)
        self.book.pass_time(moment)
        done = self.book.take(CaseLine(moment, {"by": by, "do": do.value, "case": "c", **fields}))
        assert done.why is None, (do, done.why)
        assert done.state is not None
        self.lines.append(TakenLine(moment, do, done.state, fields))

    def assigned(self, at: float = 1) -> None:
        self.tell(at, "alice", Move.ANALYSE, **UPHELD)
        self.tell(at, "alice", Move.ASSIGN, department="warehouse", notice="send a larger one")

    def solved(self, at: float = 2) -> None:
        self.tell(at + 2, "depot", Move.PROPOSE, solution="sent", remedies=[])
        self.tell(at + 2, "grace", Move.APPROVE)
        self.tell(at + 3, "alice", Move.AGREE, contact="called")
        self.tell(at + 4, "alice", Move.CARRY_OUT, what="sent")

    def archived(self, at: float) -> None:
        self.tell(at, "alice", Move.SUMMARISE, lesson="look twice", improvement="labels")
        self.tell(at, "mia", Move.ARCHIVE)

    def outcome(self, now: float = 24, **around: Any) -> CaseOutcome:
        terms = ComplaintTerms(
            now=NOON + int(now * HOUR), accept_within=HOUR, report_within=72 * HOUR, repeat_within=720 * HOUR
        )
        case = msgspec.json.decode(msgspec.json.encode(self.book.cases["c"]), type=type(self.book.cases["c"]))
        return outcome_of(case, self.lines, terms, CaseContext(**around))


def counted(outcomes: list[CaseOutcome]) -> ComplaintFigures:
    figures = NamedFigures()
    for one in outcomes:
        figures.count("2026-09", one)
    assert figures.names == {"2026-09": figures.all}
    return figures.all


def closed(satisfaction: int = 2) -> Told:
    told = Told()
    told.assigned()
    told.solved()
    told.tell(7, "alice", Move.FEEDBACK, contact="called", satisfaction=satisfaction)
    return told


def test_case_that_went_the_whole_way_is_in_every_numerator() -> None:
    told = closed()
    told.tell(8, "alice", Move.REPORT, text="labels were mixed up", to="gus")
    told.archived(9)

    figures = counted([told.outcome(repeat=False)])

    assert figures.rates == {
        "accepted_in_time": 1,
        "closed_in_time": 1,
        "complaint_kept": 1,
        "report_kept": 1,
        "resolved": 1,
        "satisfied": 1,
        "answer_rate": 1,
        "repeats": 0,
        "followed_up": None,
    }
    assert (figures.natures, figures.upheld, figures.unasked) == ({"delivery": 1}, 1, 0)


def test_turns_are_means_of_what_is_closed() -> None:
    figures = counted([closed().outcome(), Told().outcome()])

    assert [figures.mean_hours(turn) for turn in ("ours", "department", "customer")] == [3, 3, 1]
    warehouse = figures.departments["warehouse"]
    assert (warehouse.cases, warehouse.closed, warehouse.mean_hours) == (1, 1, 3)


def test_share_of_nothing_is_not_nought() -> None:
    assert set(ComplaintFigures().rates.values()) == {None}
    assert ComplaintFigures().mean_hours("ours") is None


@pytest.mark.parametrize(("now", "counts"), [(1, (0, 0, 1)), (1.01, (0, 1, 0))])
def test_case_that_is_not_recorded_is_late_once_the_limit_has_passed(now: float, counts: tuple[int, ...]) -> None:
    accepted = counted([Told(content=None, wanted=None).outcome(now)]).accepted

    assert (accepted.kept, accepted.broken, accepted.open) == counts


def test_case_that_is_recorded_late_was_not_accepted_in_time() -> None:
    told = Told(content=None, wanted=None)
    told.tell(1.5, "alice", Move.RECORD, content="too small", wanted="a larger one")

    assert told.outcome().accepted is False


@pytest.mark.parametrize(("now", "kept"), [(48, None), (48.01, False)])
def test_case_that_is_overdue_is_broken_before_the_clock_is_told(now: float, kept: bool | None) -> None:
    assert Told().outcome(now).kept is kept


def test_extension_that_was_told_counts_as_kept_and_stands_apart() -> None:
    told = Told()
    until = datetime_of(NOON + 90 * HOUR, ZoneInfo("UTC")).isoformat()
    at = datetime_of(NOON + HOUR, ZoneInfo("UTC")).isoformat()
    told.tell(2, "alice", Move.EXTEND, until=until, reason="no stock", approved_by="sue", contact="rang", told_at=at)
    told.assigned(3)
    told.solved(60)
    told.tell(70, "alice", Move.FEEDBACK, contact="called", satisfaction=1)

    figures = counted([told.outcome(80), closed().outcome()])

    assert (figures.closed, figures.in_time, figures.extended) == (2, 2, 1)


def test_case_that_is_reopened_tied_to_or_changed_is_not_resolved() -> None:
    reopened = closed()
    reopened.archived(8)
    reopened.tell(9, "alice", Move.REOPEN, reason="broke again")
    reopened.solved(9)
    reopened.tell(14, "alice", Move.FEEDBACK, contact="called", satisfaction=3)
    changed = closed()
    changed.tell(8, "alice", Move.OBJECT, whose="customer", reason="not true")
    changed.tell(9, "mia", Move.REVIEW, outcome="changed", reason="it was ours")
    changed.tell(10, "alice", Move.ANALYSE, **NOT_UPHELD)
    changed.tell(11, "alice", Move.TELL_NOT_UPHELD, contact="called")

    figures = counted([reopened.outcome(), changed.outcome(), closed().outcome(followed=True), closed().outcome()])

    assert (figures.closed, figures.resolved, figures.rates["resolved"]) == (4, 1, 0.25)
    assert figures.answers == {3: 1, 2: 3}


def test_review_that_keeps_the_decision_leaves_the_case_resolved() -> None:
    told = closed()
    told.archived(8)
    told.tell(9, "alice", Move.OBJECT, whose="customer", reason="not true")
    during = told.outcome()
    told.tell(10, "gus", Move.REVIEW, outcome="kept", reason="it stands")

    assert (during.end, told.outcome().end, told.outcome().again) == ("summarised", "summarised", False)


def test_withdrawn_case_is_closed_and_neither_resolved_nor_asked() -> None:
    told = Told()
    told.tell(1, "alice", Move.WITHDRAW, contact="called", reason="solved itself")

    figures = counted([told.outcome()])

    assert (figures.closed, figures.withdrawn, figures.unasked, figures.unjudged) == (1, 1, 1, 1)
    assert (figures.rates["resolved"], figures.rates["satisfied"]) == (None, None)


def test_customer_who_is_not_reached_is_in_the_answer_rate_alone() -> None:
    told = Told()
    told.assigned()
    told.solved()
    for day in (0, 24, 48):
        told.tell(7 + day, "alice", Move.ATTEMPT, contact="no answer")
    told.tell(56, "alice", Move.FEEDBACK, unreachable=True)

    figures = counted([told.outcome(60), closed(3).outcome()])

    assert (figures.unreachable, figures.rates["satisfied"], figures.rates["answer_rate"]) == (1, 0, 0.5)
    assert figures.rates["closed_in_time"] == 0.5


def test_notice_that_comes_back_counts_for_the_department() -> None:
    told = Told()
    told.assigned()
    told.tell(2, "depot", Move.RETURN_NOTICE, reason="not ours")

    warehouse = counted([told.outcome()]).departments["warehouse"]

    assert (warehouse.returned, warehouse.closed, warehouse.mean_hours) == (1, 0, None)


def test_repeats_are_a_share_of_those_whose_customer_is_known() -> None:
    figures = counted([closed().outcome(repeat=repeat) for repeat in (True, False, None)])

    assert (figures.known, figures.repeats, figures.rates["repeats"]) == (2, 1, 0.5)


@pytest.mark.parametrize(("now", "kept"), [(73, None), (73.01, False)])
def test_investigation_that_is_not_reported_breaks_its_promise_after_three_days(now: float, kept: bool | None) -> None:
    told = Told()
    told.tell(1, "alice", Move.ANALYSE, **NOT_UPHELD)

    outcome = told.outcome(now)

    assert (outcome.analysed, outcome.reported) == (True, kept)


def test_follow_ups_are_a_share_of_what_was_drawn() -> None:
    called = [
        CaseFollowUp(CaseFollowUpState.MADE, 1),
        CaseFollowUp(CaseFollowUpState.MADE, 3),
        CaseFollowUp(CaseFollowUpState.UNREACHABLE),
        CaseFollowUp(CaseFollowUpState.OPEN),
        None,
    ]

    figures = counted([closed().outcome(follow_up=one) for one in called])

    assert (figures.follow_ups.planned, figures.follow_ups.open) == (4, 1)
    assert (figures.rates["followed_up"], figures.follow_ups.satisfied) == (0.5, 0.5)
