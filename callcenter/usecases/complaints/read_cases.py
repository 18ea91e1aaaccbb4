"""Which cases somebody reads: their own, their team's, all, or those of their office; and what they may do."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.cases.complaints.lines import CaseLine
from callcenter.cases.complaints.moves import MOVES, may_by, may_move
from callcenter.cases.complaints.settings import CaseDesk, People, Person
from callcenter.cases.complaints.vocabulary import CaseRole, CaseState, Move
from callcenter.domain.frame import Micros
from callcenter.staff.rights import Reach, Right, Role
from callcenter.staff.roles import Principal, reach
from callcenter.store.complaints.cases import CaseReader, FiledCase
from callcenter.store.complaints.news import CaseNews
from callcenter.store.complaints.people import people


async def reader_of(connection: AsyncConnection, who: Principal) -> CaseReader:
    """Say which cases somebody reads now, also in the place of those who are away."""
    return reader_among(await people(connection), who)


def reader_among(told: tuple[Person, ...], who: Principal) -> CaseReader:
    """Say which cases one of some people reads."""
    known = People(told)
    person = known.get(who.account)
    readers = [] if person is None else [_reader(place, told) for place in known.places(person)]
    everybodys = any(one.owners is None for one in readers)
    owners = frozenset(name for one in readers for name in one.owners or ())
    return CaseReader(
        owners=None if everybodys else owners,
        remedies=any(one.remedies for one in readers),
        review=any(one.review for one in readers),
        reported_to=frozenset(name for one in readers for name in one.reported_to),
    )


def may_act(filed: FiledCase, account: str, desk: CaseDesk, at: Micros) -> list[Move]:
    """Name the moves for which an account is whom they ask for, as the case stands; each may still be refused."""
    person = desk.people.get(account)
    places = [] if person is None else list(desk.people.places(person))
    line = CaseLine(at, {"urgent": True})
    return [
        move
        for move, row in MOVES.items()
        if may_move(filed.case, move, line, desk)
        and any(may_by(hand, filed.case, place, desk) for place in places for hand in row.hands)
    ]


def concerns(news: CaseNews, who: Principal) -> bool:
    """Tell whether somebody reads the case that something happened with."""
    how_far = reach(who.role, Right.SEE_CASES)
    own = who.account == news.owner or who.account in news.deputies
    return (
        how_far is Reach.ALL
        or (own and how_far >= Reach.OWN)
        or (how_far is Reach.TEAM and who.team is not None and who.team == news.team)
        or (news.remedies > 0 and reach(who.role, Right.SEE_REMEDIES) is Reach.ALL)
        or (news.state is CaseState.UNDER_REVIEW and reach(who.role, Right.SEE_CASE_REVIEWS) is Reach.ALL)
        or who.account in news.reported_to
    )


def _reader(place: Person, told: tuple[Person, ...]) -> CaseReader:
    if place.role is CaseRole.DEPARTMENT:
        return CaseReader()
    role = Role(place.role.value)
    how_far, mine = reach(role, Right.SEE_CASES), frozenset({place.account})
    team = {one.account for one in told if place.team is not None and one.team == place.team}
    owners = {Reach.NONE: frozenset[str](), Reach.OWN: mine, Reach.TEAM: mine | team, Reach.ALL: None}[how_far]
    reviews = reach(role, Right.SEE_CASE_REVIEWS) is Reach.ALL
    return CaseReader(
        owners=owners,
        remedies=reach(role, Right.SEE_REMEDIES) is Reach.ALL,
        review=reviews,
        reported_to=mine if reviews else frozenset(),
    )
