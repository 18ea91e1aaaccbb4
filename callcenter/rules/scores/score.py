"""The month's score of one agent, line by line, each traceable to the record it comes from (pure).

    base − what the daily assessment took (of its 80) − confirmed violations + bonuses ± the assessor's 5 → 0 to 110

What is decided here, because the regulations leave it open:

* The base holds the 80 points of the daily assessment; a month's assessment is the mean of its days, to a tenth,
  rounded for the agent. A month without one takes nothing off, is provisional, and recommends nothing.
* A violation belongs to the month in which it happened, in the site's zone. Only confirmed and reduced ones that no
  open appeal holds up are given here (`confirmed_of`), so a score can rise after an overturn, and never falls unheard.
* The bonus for the month's best counts nothing once a violation of that month is confirmed, however late.
* New staff: no calendar month that began before the first two months were over moves pay.
* The base, the range of pay and the warning line have no figure in the regulations: without them there is no score, no
  money, no warning. Who may give marks, bonuses and adjustments is a matter of roles. Whatever is found about money or
  the contract is a recommendation, and people act on it or do not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import ROUND_CEILING, Decimal
from typing import TypeVar
from zoneinfo import ZoneInfo

import msgspec

from callcenter.errors import BadInput
from callcenter.rules.scores.accumulated import Confirmed
from callcenter.rules.scores.score_lines import (
    Adjustment,
    Bonus,
    BonusKind,
    DailyMark,
    LineKind,
    MonthScoreLine,
    Notice,
    ScoreTerms,
)
from callcenter.staff.months import Month, month_of

_TENTH = Decimal("0.1")
_TRIAL_MONTHS = 2
_QUARTER = 3
_NOTHING = Decimal(0)
R = TypeVar("R", Confirmed, Bonus, Adjustment)


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """Whose score it is; `joined` None: long enough ago."""

    agent: str
    group_leader: bool = False
    joined: date | None = None


class MonthScore(msgspec.Struct, frozen=True, kw_only=True):
    """A month's score.

    Attributes:
        points: What the lines add up to.
        provisional: Nobody has given a daily assessment yet.
        trial: A first month of new staff, which does not move pay.
        recommended_yuan: More or less pay that may be recommended; None where money is off or the month moves none.
        notices: Lines that the score is under; they recommend, and end nothing.
    """

    agent: str
    month: Month
    points: Decimal
    lines: tuple[MonthScoreLine, ...]
    provisional: bool
    trial: bool
    recommended_yuan: Decimal | None
    notices: tuple[Notice, ...]


class QuarterScore(msgspec.Struct, frozen=True, kw_only=True):
    """A quarter's score: the mean of its months; complete when it has all three and none is provisional."""

    agent: str
    year: int
    quarter: int
    points: Decimal
    months: tuple[MonthScore, ...]
    complete: bool


class MonthRecords(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of people's months; of other agents and months, too: only what belongs is taken."""

    confirmed: Sequence[Confirmed] = ()
    marks: Sequence[DailyMark] = ()
    bonuses: Sequence[Bonus] = ()
    adjustments: Sequence[Adjustment] = ()


def month_score(subject: Subject, month: Month, records: MonthRecords, terms: ScoreTerms, zone: ZoneInfo) -> MonthScore:
    """Add up an agent's month.

    Raises:
        BadInput: A mark, a bonus or an adjustment is not one that may be given (it is named by its id), or a figure of
            the terms is missing or makes no sense.
    """
    terms.check()
    confirmed = _own(subject, month, records.confirmed, zone)
    marks = _marks(subject, month, records.marks)
    lines = [
        MonthScoreLine(LineKind.BASE, None, terms.base, None),
        *_assessed(marks, terms),
        *(
            MonthScoreLine(LineKind.VIOLATION, one.id, Decimal(-one.points), one.at, one.rule, one.title)
            for one in confirmed
        ),
        *(_bonus(one, confirmed, terms) for one in _own(subject, month, records.bonuses, zone)),
        *_adjusted(subject, _own(subject, month, records.adjustments, zone), terms),
    ]
    total = sum((line.points for line in lines), _NOTHING)
    points = min(max(total, _NOTHING), terms.most)
    if points != total:
        lines.append(MonthScoreLine(LineKind.LIMIT, None, points - total, None))
    trial = _on_trial(subject.joined, month)
    return MonthScore(
        agent=subject.agent,
        month=month,
        points=points,
        lines=tuple(lines),
        provisional=not marks,
        trial=trial,
        recommended_yuan=None if trial or not marks else _yuan(points, terms),
        notices=_notices(points, terms) if marks else (),
    )


def quarter_score(months: Sequence[MonthScore]) -> QuarterScore:
    """Take the mean of the months of one agent's quarter.

    Raises:
        BadInput: There are none, or they are not different months of one agent and one quarter.
    """
    quarters = {(one.agent, one.month[0], (one.month[1] - 1) // _QUARTER + 1) for one in months}
    if len(quarters) != 1 or len({one.month for one in months}) != len(months):
        raise BadInput("a quarter's score needs different months of one agent and one quarter")
    ((agent, year, quarter),) = quarters
    mean = sum((one.points for one in months), _NOTHING) / len(months)
    return QuarterScore(
        agent=agent,
        year=year,
        quarter=quarter,
        points=mean.quantize(_TENTH, ROUND_CEILING),
        months=tuple(sorted(months, key=lambda one: one.month)),
        complete=len(months) == _QUARTER and not any(one.provisional for one in months),
    )


def _own(subject: Subject, month: Month, records: Iterable[R], zone: ZoneInfo) -> list[R]:
    """Take an agent's records of a month, in order, each once."""
    found = {one.id: one for one in records if one.agent == subject.agent and month_of(one.at, zone) == month}
    return sorted(found.values(), key=lambda one: (one.at, one.id))


def _marks(subject: Subject, month: Month, marks: Iterable[DailyMark]) -> list[DailyMark]:
    own = (one for one in marks if one.agent == subject.agent and (one.day.year, one.day.month) == month)
    return sorted({one.id: one for one in own}.values(), key=lambda one: (one.day, one.id))


def _assessed(marks: list[DailyMark], terms: ScoreTerms) -> list[MonthScoreLine]:
    """Say what each day's assessment took: its share of the mean, the rounding with the last."""
    days = {one.day: one for one in marks}
    if len(days) != len(marks):
        raise BadInput("a day is assessed once: withdraw the earlier mark before another is given")
    for one in marks:
        if not one.points.is_finite() or not 0 <= one.points <= terms.assessment:
            raise BadInput(f"the mark {one.id} must be from 0 to {terms.assessment}, not {one.points}")
    if not marks:
        return []
    lost = [terms.assessment - one.points for one in days.values()]
    taken = -(sum(lost, _NOTHING) / len(lost))
    lines = [
        MonthScoreLine(
            LineKind.DAY, one.id, (-gone / len(lost)).quantize(_TENTH, ROUND_CEILING), None, one.day.isoformat()
        )
        for one, gone in zip(days.values(), lost, strict=True)
    ]
    rest = taken.quantize(_TENTH, ROUND_CEILING) - sum((line.points for line in lines), _NOTHING)
    return [*lines, MonthScoreLine(LineKind.ROUNDING, None, rest, None)] if rest else lines


def _bonus(bonus: Bonus, confirmed: list[Confirmed], terms: ScoreTerms) -> MonthScoreLine:
    points = terms.best if bonus.kind is BonusKind.BEST else terms.proposal
    if points is None:
        raise BadInput(f"the bonus {bonus.id} has no figure: configure what the best of a month is worth")
    if bonus.kind is BonusKind.BEST and confirmed:
        return MonthScoreLine(
            LineKind.BONUS, bonus.id, _NOTHING, bonus.at, f"{bonus.kind.value}, but for {confirmed[0].id}"
        )
    return MonthScoreLine(LineKind.BONUS, bonus.id, points, bonus.at, bonus.kind.value)


def _adjusted(subject: Subject, adjustments: list[Adjustment], terms: ScoreTerms) -> list[MonthScoreLine]:
    for one in adjustments:
        if not subject.group_leader:
            raise BadInput(f"the adjustment {one.id} is for group leaders, which {subject.agent} is not")
        if not one.reason.strip():
            raise BadInput(f"the adjustment {one.id} needs a written reason")
        if not one.points.is_finite() or abs(one.points) > terms.adjustment:
            raise BadInput(f"the adjustment {one.id} is {one.points}, more than {terms.adjustment} points")
    if abs(sum((one.points for one in adjustments), _NOTHING)) > terms.adjustment:
        raise BadInput(f"{subject.agent}'s adjustments come to more than {terms.adjustment} points in the month")
    return [MonthScoreLine(LineKind.ADJUSTMENT, one.id, one.points, one.at, one.reason.strip()) for one in adjustments]


def _on_trial(joined: date | None, month: Month) -> bool:
    if joined is None:
        return False
    passed = (month[0] - joined.year) * 12 + month[1] - joined.month
    return passed < _TRIAL_MONTHS + (joined.day > 1)


def _yuan(points: Decimal, terms: ScoreTerms) -> Decimal | None:
    if not terms.money or terms.least_yuan is None or terms.most_yuan is None:
        return None
    return min(max((points - terms.around) * terms.yuan_a_point, terms.least_yuan), terms.most_yuan)


def _notices(points: Decimal, terms: ScoreTerms) -> tuple[Notice, ...]:
    lines = {Notice.CONTRACT: terms.contract_line, Notice.WARNING: terms.warning_line}
    return tuple(notice for notice, line in lines.items() if line is not None and points < line)
