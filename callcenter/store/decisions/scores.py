"""The month's scores, added up from what stands: decided violations, marks, bonuses, adjustments, approved terms.

Whose scores: the agents that accounts name, and whoever has something that counts in the month. Who leads a group and
who is new comes from the accounts; whoever was given an adjustment led a group when it was given.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.domain.frame import Micros
from callcenter.errors import BadInput
from callcenter.rules.regulations.edition import Rulebook
from callcenter.rules.scores.accumulated import Confirmed
from callcenter.rules.scores.effect import counting_with
from callcenter.rules.scores.score import MonthScore, QuarterScore, Subject, month_score, quarter_score
from callcenter.rules.scores.score_lines import LineKind, MonthScoreLine
from callcenter.staff.months import Month, month_days, month_name, month_of, month_span, quarter_months
from callcenter.staff.rights import Role
from callcenter.store.conflicts import Missing
from callcenter.store.decisions.score_entries import ScoreEntry, ScoreEntryKind, months_from, of_month, records_of
from callcenter.store.decisions.score_terms import TermsInForce, terms_in_force
from callcenter.store.decisions.violations import confirmed_in
from callcenter.store.sign_in.accounts import Account, account_of_row
from callcenter.store.tables import AccountRow


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """An agent as the score knows them; without an account nothing but their name."""

    agent: str
    account: Account | None = None

    @property
    def team(self) -> str | None:
        """Their team."""
        return None if self.account is None else self.account.team

    def there(self, month: Month, zone: ZoneInfo) -> bool:
        """Tell whether they were with the department in a month."""
        if self.account is None:
            return True
        joined, left = self.account.joined, self.account.disabled_at
        come = joined is None or joined <= month_days(month)[1]
        return come and (left is None or left > month_span(month, zone)[0])


class AgentScore(msgspec.Struct, frozen=True, kw_only=True):
    """A month's score, whose it is, and by which terms."""

    member: Member
    score: MonthScore
    terms: TermsInForce

    def record_of(self, line: MonthScoreLine) -> str | None:
        """Name the record that a line comes from; what the terms say comes from the change that set them."""
        return self.terms.change if line.kind in {LineKind.BASE, LineKind.LIMIT} else line.record


class ScoredQuarter(msgspec.Struct, frozen=True, kw_only=True):
    """A quarter's score, whose it is, and its months."""

    member: Member
    score: QuarterScore
    months: list[AgentScore]


class ScoreEffect(msgspec.Struct, frozen=True, kw_only=True):
    """What a record does to its month's points: as they are, without it, with it, and with what it adds up to."""

    month: Month
    now: Decimal
    without: Decimal
    confirmed: Decimal
    accumulated: Decimal | None


async def member_of(connection: AsyncConnection, agent: str) -> Member:
    """Find an agent by name."""
    row = (await connection.execute(select(AccountRow).where(AccountRow.agent == agent))).one_or_none()
    return Member(agent=agent, account=None if row is None else account_of_row(row))


async def score_of(
    connection: AsyncConnection, member: Member, month: Month, zone: ZoneInfo, now: Micros
) -> AgentScore:
    """Add up one agent's month.

    Raises:
        Missing: The agent was not there.
        NoTerms: Nobody has set what it begins with.
        BadInput: The month has not begun, or something that was given does not go with the terms.
    """
    _refuse_future(month, zone, now)
    counting = (await _counting(connection, month, zone, member.agent)).get(member.agent, _Counting())
    if not (member.there(month, zone) or counting.anything):
        raise Missing(f"{member.agent} was not there in {month_name(month)}")
    return _scored(member, month, await terms_in_force(connection, month), zone, counting)


async def effect_of(
    connection: AsyncConnection, member: Member, one: Confirmed, rulebook: Rulebook, now: Micros
) -> ScoreEffect:
    """Add up the month of a record as it is, without the record and with it; errors as `score_of`."""
    zone = rulebook.zone
    month = month_of(one.at, zone)
    _refuse_future(month, zone, now)
    held = (await _counting(connection, month, zone, member.agent)).get(member.agent, _Counting())
    terms = await terms_in_force(connection, month)

    def points(confirmed: list[Confirmed]) -> Decimal:
        counting = msgspec.structs.replace(held, confirmed=confirmed)
        return _scored(member, month, terms, zone, counting).score.points

    would = counting_with(one, held.confirmed, rulebook.at(month_span(month, zone)[0]), zone)
    return ScoreEffect(
        month=month,
        now=points(held.confirmed),
        without=points(would.without),
        confirmed=points(would.confirmed),
        accumulated=None if would.accumulated is None else points(would.accumulated),
    )


async def scores_of_all(
    connection: AsyncConnection, month: Month, zone: ZoneInfo, now: Micros, may_see: Callable[[Member], bool]
) -> list[AgentScore]:
    """Add up a month of everybody whom one may see, by name; errors as `score_of`."""
    _refuse_future(month, zone, now)
    terms = await terms_in_force(connection, month)
    counting = await _counting(connection, month, zone, None)
    rows = await connection.execute(select(AccountRow).where(AccountRow.agent.is_not(None)))
    known = {row.agent: Member(agent=row.agent, account=account_of_row(row)) for row in rows}
    members = [known.get(agent) or Member(agent=agent) for agent in sorted(known.keys() | counting.keys())]
    seen = [one for one in members if (one.agent in counting or one.there(month, zone)) and may_see(one)]
    return [_scored(member, month, terms, zone, counting.get(member.agent, _Counting())) for member in seen]


async def quarter_of(
    connection: AsyncConnection, member: Member, quarter: tuple[int, int], zone: ZoneInfo, now: Micros
) -> ScoredQuarter:
    """Add up those of a quarter's months that have begun and in which the agent was there; errors as `score_of`."""
    begun = [month for month in quarter_months(*quarter) if month_span(month, zone)[0] <= now]
    there = [month for month in begun if member.there(month, zone)]
    if not there:
        raise Missing(f"{member.agent} has no month yet in quarter {quarter[1]} of {quarter[0]}")
    months = [await score_of(connection, member, month, zone, now) for month in there]
    return ScoredQuarter(member=member, score=quarter_score([one.score for one in months]), months=months)


async def quarters_of_all(
    connection: AsyncConnection,
    quarter: tuple[int, int],
    zone: ZoneInfo,
    now: Micros,
    may_see: Callable[[Member], bool],
) -> list[ScoredQuarter]:
    """Add up a quarter of everybody whom one may see, by name; errors as `score_of`."""
    months: defaultdict[str, list[AgentScore]] = defaultdict(list)
    for n, month in enumerate(quarter_months(*quarter)):
        if n == 0 or month_span(month, zone)[0] <= now:
            for one in await scores_of_all(connection, month, zone, now, may_see):
                months[one.member.agent].append(one)
    return [
        ScoredQuarter(member=ones[-1].member, score=quarter_score([one.score for one in ones]), months=ones)
        for _, ones in sorted(months.items())
    ]


async def misfits(connection: AsyncConnection, change: str, since: Month, zone: ZoneInfo) -> dict[str, str]:
    """Find what was given, from a month on, that does not go with the terms of a change: whose and when, and why."""
    found = {}
    for month in await months_from(connection, since):
        terms = await terms_in_force(connection, month)
        if terms.change != change:
            continue
        for agent, counting in sorted((await _counting(connection, month, zone, None)).items()):
            try:
                _scored(Member(agent=agent), month, terms, zone, counting)
            except BadInput as error:
                found[f"{agent} {month_name(month)}"] = str(error)
    return found


class _Counting(msgspec.Struct):
    """What counts of one agent in a month."""

    confirmed: list[Confirmed] = []
    given: list[ScoreEntry] = []

    @property
    def anything(self) -> bool:
        return bool(self.confirmed or self.given)

    @property
    def adjusted(self) -> bool:
        return any(one.kind is ScoreEntryKind.ADJUSTMENT for one in self.given)


async def _counting(
    connection: AsyncConnection, month: Month, zone: ZoneInfo, agent: str | None
) -> dict[str, _Counting]:
    """Read what counts, agent by agent."""
    found: defaultdict[str, _Counting] = defaultdict(_Counting)
    for confirmed in await confirmed_in(connection, agent, *month_span(month, zone)):
        found[confirmed.agent].confirmed.append(confirmed)
    for given in await of_month(connection, month, agent):
        found[given.agent].given.append(given)
    return found


def _refuse_future(month: Month, zone: ZoneInfo, now: Micros) -> None:
    if month_span(month, zone)[0] > now:
        raise BadInput(f"{month_name(month)} has not begun")


def _scored(member: Member, month: Month, terms: TermsInForce, zone: ZoneInfo, counting: _Counting) -> AgentScore:
    account = member.account
    subject = Subject(
        agent=member.agent,
        group_leader=counting.adjusted or (account is not None and account.role is Role.GROUP_LEADER),
        joined=None if account is None else account.joined,
    )
    records = msgspec.structs.replace(records_of(counting.given, zone), confirmed=counting.confirmed)
    return AgentScore(member=member, score=month_score(subject, month, records, terms.terms, zone), terms=terms)
