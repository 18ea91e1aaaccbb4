"""Scores, and what moves them, as each role sees them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import overload
from zoneinfo import ZoneInfo

from pydantic import Field

from callcenter.locale import Language
from callcenter.reports.figures.score_words import line_title, plain
from callcenter.rules.records.masks import worded
from callcenter.rules.scores.score_lines import LineKind, MonthScoreLine, Notice
from callcenter.staff.months import month_name
from callcenter.staff.roles import Field as Delicate
from callcenter.staff.roles import Principal, Sight, sight
from callcenter.store.decisions.score_entries import ScoreEntry, ScoreEntryKind
from callcenter.store.decisions.scores import AgentScore, ScoredQuarter
from callcenter.web.api.fields import ResponseBody, moment_out

_COLLECTIONS = {
    LineKind.BASE: "changes",
    LineKind.LIMIT: "changes",
    LineKind.VIOLATION: "violations",
    LineKind.DAY: "assessments",
    LineKind.BONUS: "bonuses",
    LineKind.ADJUSTMENT: "adjustments",
}


class ScoreLine(ResponseBody):
    """One line of a score, with the record that it comes from."""

    kind: LineKind
    title: str
    points: Decimal
    record: str | None = Field(description="Id of the record in its collection; null for a rounding.")
    collection: str | None
    at: datetime | None
    note: str


class ScoreTermsShown(ResponseBody):
    """The approved change that says the figures, and the first month that it holds for."""

    change: str
    since: str


class ScoreSummary(ResponseBody):
    """A month's score in a list; what is hidden is null."""

    agent: str
    team: str | None
    month: str
    points: Decimal
    provisional: bool = Field(description="Nobody has given a daily assessment yet.")
    trial: bool = Field(description="A first month of new staff, which moves no pay.")
    notices: list[Notice] = Field(description="Lines that the score is under; they recommend, and end nothing.")
    recommended_yuan: Decimal | None = Field(description="Null where money is off, hidden, or the month moves none.")
    terms: ScoreTermsShown


class ScoreDetail(ScoreSummary):
    """A month's score, line by line; the points are what the lines add up to."""

    lines: list[ScoreLine]


class Scores(ResponseBody):
    """Scores of a month; `next` is the cursor of the page after, null at the end."""

    items: list[ScoreSummary]
    next: str | None


class QuarterDetail(ResponseBody):
    """A quarter's score: the mean of its months; complete when it has all three and none is provisional."""

    agent: str
    year: int
    quarter: int
    points: Decimal
    complete: bool
    months: list[ScoreDetail]


class QuarterSummary(ResponseBody):
    """A quarter's score in a list, with the points of those of its months that count."""

    agent: str
    team: str | None
    points: Decimal
    complete: bool
    months: dict[str, Decimal]


class Quarters(ResponseBody):
    """Everybody's quarter, by name."""

    items: list[QuarterSummary]


class GivenShown(ResponseBody):
    """A mark, a bonus or an adjustment; who gave it is null where names are not shown."""

    id: str
    kind: ScoreEntryKind
    agent: str
    day: date
    points: Decimal | None = Field(description="Null for a bonus, whose worth is in the terms.")
    note: str
    given_by: str | None
    given_at: datetime | None
    withdrawn_by: str | None
    withdrawn_at: datetime | None
    withdrawn_why: str | None


class GivenPage(ResponseBody):
    """What was given, the newest day first; `next` is the cursor of the page after, null at the end."""

    items: list[GivenShown]
    next: str | None


class ScoreReader:
    """Whoever reads, in which language, where."""

    def __init__(self, person: Principal, language: Language, zone: ZoneInfo) -> None:
        self.person = person
        self.language = language
        self.zone = zone

    @property
    def sees_money(self) -> bool:
        """Whether recommended pay is theirs to read."""
        return sight(self.person.role, Delicate.MONEY) is Sight.FULL

    @property
    def numbers(self) -> Sight:
        """How much of a number that somebody wrote is theirs to read."""
        return sight(self.person.role, Delicate.CALLER)

    def summary(self, scored: AgentScore) -> ScoreSummary:
        """Show a score in a list."""
        score, yuan = scored.score, scored.score.recommended_yuan
        return ScoreSummary(
            agent=score.agent,
            team=scored.member.team,
            month=month_name(score.month),
            points=plain(score.points),
            provisional=score.provisional,
            trial=score.trial,
            notices=list(score.notices),
            recommended_yuan=None if yuan is None or not self.sees_money else plain(yuan),
            terms=ScoreTermsShown(change=scored.terms.change, since=month_name(scored.terms.first)),
        )

    def detail(self, scored: AgentScore) -> ScoreDetail:
        """Show a score line by line."""
        lines = [self._line(line, scored.record_of(line)) for line in scored.score.lines]
        return ScoreDetail(**dict(self.summary(scored)), lines=lines)

    def quarter(self, scored: ScoredQuarter) -> QuarterDetail:
        """Show a quarter with its months."""
        score = scored.score
        return QuarterDetail(
            agent=score.agent,
            year=score.year,
            quarter=score.quarter,
            points=plain(score.points),
            complete=score.complete,
            months=[self.detail(month) for month in scored.months],
        )

    def quarter_summary(self, scored: ScoredQuarter) -> QuarterSummary:
        """Show a quarter in a list."""
        return QuarterSummary(
            agent=scored.member.agent,
            team=scored.member.team,
            points=plain(scored.score.points),
            complete=scored.score.complete,
            months={month_name(one.score.month): plain(one.score.points) for one in scored.months},
        )

    def given(self, given: ScoreEntry) -> GivenShown:
        """Show what somebody gave."""
        return GivenShown(
            id=given.id,
            kind=given.kind,
            agent=given.agent,
            day=given.day,
            points=given.points,
            note=self._worded(given.note, given.given_by),
            given_by=self._named(given.given_by),
            given_at=moment_out(given.given_at, self.zone),
            withdrawn_by=self._named(given.withdrawn_by),
            withdrawn_at=moment_out(given.withdrawn_at, self.zone),
            withdrawn_why=self._worded(given.withdrawn_why, given.withdrawn_by),
        )

    def _line(self, line: MonthScoreLine, record: str | None) -> ScoreLine:
        return ScoreLine(
            kind=line.kind,
            title=line_title(line, self.language),
            points=plain(line.points),
            record=record,
            collection=_COLLECTIONS.get(line.kind),
            at=moment_out(line.at, self.zone),
            note=self._worded(line.note),
        )

    @overload
    def _worded(self, text: str, by: str | None = None) -> str: ...
    @overload
    def _worded(self, text: str | None, by: str | None = None) -> str | None: ...
    def _worded(self, text: str | None, by: str | None = None) -> str | None:
        """Show what somebody wrote; one's own words as they are."""
        own = by == self.person.account
        return text if own or text is None else worded(text, self.numbers)

    def _named(self, account: str | None) -> str | None:
        known = account == self.person.account or sight(self.person.role, Delicate.NAMES) is Sight.FULL
        return account if known else None
