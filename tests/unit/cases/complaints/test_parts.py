"""The machine's parts where a story does not reach: the picture of its table, shifts, figures that cannot be."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from callcenter.cases.complaints.case import Case, CaseClock, HeldSpan
from callcenter.cases.complaints.deadlines import came_last, come_to
from callcenter.cases.complaints.lines import CaseLine, Refused
from callcenter.cases.complaints.moves import MOVES, diagram
from callcenter.cases.complaints.settings import CaseDesk, CaseSettings, Duty, Person, amount_of
from callcenter.cases.complaints.vocabulary import CaseRole, CaseState, CaseVerdict, Move
from callcenter.errors import BadInput
from tests.unit.cases.complaints.told import answers, done, opened, road, settings, told

UTC = ZoneInfo("UTC")


def test_picture_shows_every_move() -> None:
    drawn, stays = diagram()

    assert set(MOVES) == set(Move) - {Move.OPEN}
    assert "    assigned --> carried_out: carry_out" in drawn
    for move, row in MOVES.items():
        assert f": {move}\n" in drawn if row.to is not None else f"`{move}`" in stays


@pytest.mark.parametrize(
    ("duty", "verdict"),
    [
        (lambda _agent, start, end: end - start, CaseVerdict.PROPOSED),
        (lambda _agent, _start, _end: None, CaseVerdict.UNDETERMINED),
        (lambda _agent, _start, _end: 0, CaseVerdict.UNDETERMINED),
        (lambda _agent, start, end: max(0, min(end, 100) - max(start, 60)), CaseVerdict.UNDETERMINED),
        (lambda _agent, start, end: max(0, min(end, 60) - max(start, 0)), CaseVerdict.PROPOSED),
    ],
)
def test_breach_counts_what_the_owner_was_on_duty(duty: Duty, verdict: CaseVerdict) -> None:
    desk = CaseDesk(CaseSettings(people=(Person("ann", CaseRole.AGENT, agent="1001"),)), UTC, duty)
    clock = CaseClock(start=0, due=100, held=[HeldSpan("ann", 0, 60)])
    case = Case(name="c", opened_at=0, owner="ann", state=CaseState.ASSIGNED, clocks=[clock], since=60)

    (record,) = come_to(case, 100, desk)

    assert (record.agent, record.verdict) == ("1001", verdict)


def test_what_came_by_itself_last_is_a_warning_or_a_breach() -> None:
    desk = CaseDesk(CaseSettings(warn=(50,)), UTC)
    case = Case(
        name="c", opened_at=0, owner="ann", state=CaseState.RECEIVED, clocks=[CaseClock(start=0, due=100)], since=0
    )
    came = [came_last(case)]
    for instant in (50, 100):
        come_to(case, instant, desk)
        came.append(came_last(case))

    assert came == [0, 50, 100]


@pytest.mark.parametrize("told", [True, None, [], {}, -1, 10**15, float("inf"), "", "-1", "1e3", "٣", "1" * 16])
def test_what_is_no_decimal_from_0_is_no_amount(told: object) -> None:
    assert amount_of(told) is None


@pytest.mark.parametrize(
    ("people", "said"),
    [
        ((Person("ann", CaseRole.AGENT), Person("ann", CaseRole.MANAGER)), "stands twice"),
        ((Person("ann", CaseRole.AGENT, away=True, deputy="zoe"),), "'zoe'"),
    ],
)
def test_people_that_cannot_be_are_refused(people: tuple[Person, ...], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        CaseDesk(CaseSettings(people=people), UTC)


def test_agent_with_a_level_approves_what_they_own_alone() -> None:
    levels = [{"role": "agent", "up_to": "100"}]
    before = [settings(approval=levels), *road("analyse", "assign", "propose", by={"propose": "log"})]

    found = told(*before, done("approve", 5, "ben"), done("approve", 5, "ann"))

    assert answers(found)[-2:] == ["not_allowed", "approved"]


def test_agent_and_department_are_not_both_responsible() -> None:
    both = {"agent": "1002", "department": "logistics"}

    found = told(opened(), done("analyse", 1, upheld=True, responsible=both))

    assert answers(found)[-1] == "not_possible"


def test_what_is_missing_or_cannot_be_is_named() -> None:
    line = CaseLine(0, {"cause": "late", "nature": "bad mood", "upheld": "yes"})

    with pytest.raises(Refused) as missing:
        line.need("cause", "contact", "reason")
    with pytest.raises(Refused) as wrong:
        line.flag("upheld")

    assert (missing.value.fields, wrong.value.fields) == (("contact", "reason"), ("upheld",))
