"""What a month's score is made of: the terms, what people give, and the lines that come out."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum

import msgspec

from callcenter.domain.frame import Micros
from callcenter.errors import BadInput
from callcenter.rules.regulations.edition import Title


class LineKind(StrEnum):
    """Where a line's points come from."""

    BASE = "base"
    DAY = "daily_assessment"
    ROUNDING = "rounding"
    VIOLATION = "violation"
    BONUS = "bonus"
    ADJUSTMENT = "adjustment"
    LIMIT = "limit"


class BonusKind(StrEnum):
    """What earns points: the month's most work at best quality without a violation, or a proposal that worked."""

    BEST = "best"
    PROPOSAL = "proposal"


class Notice(StrEnum):
    """What a low score recommends to look at."""

    WARNING = "warning"
    CONTRACT = "contract"


class MonthScoreLine(msgspec.Struct, frozen=True):
    """One line of a score; `record` is the id of what it comes from, None for what the terms say themselves.

    `title` is what a violation's rule is called.
    """

    kind: LineKind
    record: str | None
    points: Decimal
    at: Micros | None
    note: str = ""
    title: Title | None = None


class DailyMark(msgspec.Struct, frozen=True, kw_only=True):
    """A day's assessment by the training specialist (for the specialist: by the supervisor), of 80 points."""

    id: str
    agent: str
    day: date
    points: Decimal
    by: str


class Bonus(msgspec.Struct, frozen=True, kw_only=True):
    """A bonus that a named person has confirmed; `by` is that person."""

    id: str
    agent: str
    kind: BonusKind
    at: Micros
    by: str


class Adjustment(msgspec.Struct, frozen=True, kw_only=True):
    """Points that the assessor gives a group leader (or takes, below 0), with a written reason."""

    id: str
    agent: str
    points: Decimal
    reason: str
    at: Micros
    by: str


class ScoreTerms(msgspec.Struct, frozen=True, kw_only=True):
    """Every figure of a score.

    Attributes:
        base: What a month begins with; the regulations name none.
        most: The cap.
        assessment: So many of the points are the daily assessment.
        adjustment: The most that the assessor may add to or take from a group leader in a month.
        proposal: For a proposal that worked in trial; `best` for the month's best has no figure in the regulations.
        contract_line: Under it the company may end the contract; `warning_line` has no figure in the regulations.
        money: Whether pay is recommended at all; `yuan_a_point` above or below `around`, from `least_yuan` (below 0)
            to `most_yuan`, which the regulations leave open.
    """

    base: Decimal
    most: Decimal = Decimal(110)
    assessment: Decimal = Decimal(80)
    adjustment: Decimal = Decimal(5)
    proposal: Decimal = Decimal(5)
    best: Decimal | None = None
    contract_line: Decimal = Decimal(60)
    warning_line: Decimal | None = None
    money: bool = False
    yuan_a_point: Decimal = Decimal(10)
    around: Decimal = Decimal(80)
    least_yuan: Decimal | None = None
    most_yuan: Decimal | None = None

    def check(self) -> None:
        """Raise BadInput where a figure is missing or makes no sense."""
        if not self.assessment <= self.base <= self.most:
            raise BadInput(f"the base must be from {self.assessment} (the daily assessment) to {self.most} (the cap)")
        if not self.money:
            return
        if self.least_yuan is None or self.most_yuan is None:
            raise BadInput("the range of pay has no figure: fill least_yuan and most_yuan before money can be on")
        if not self.least_yuan <= 0 <= self.most_yuan or self.yuan_a_point < 0:
            raise BadInput("the range of pay must hold 0, and a point may not cost whoever earns it")
