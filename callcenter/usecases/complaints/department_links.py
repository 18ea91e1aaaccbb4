"""A department answers a notice by a link: one case, one department, for a while; who uses it is kept every time.

Its account in the audit log and in the case is the department's, with which nobody signs in.
"""

from __future__ import annotations

import secrets
from typing import NamedTuple

from callcenter.cases.complaints.moves import MOVES, may_by
from callcenter.cases.complaints.vocabulary import Move
from callcenter.domain.frame import Micros
from callcenter.staff.roles import Principal
from callcenter.store.audit import Audited
from callcenter.store.complaints.cases import CaseStep, FiledCase, get_case, steps_of
from callcenter.store.complaints.links import CaseLink, add_link, find_link, withdraw_link
from callcenter.store.complaints.people import department_account, department_named
from callcenter.store.conflicts import Conflict, Missing, NotAllowed
from callcenter.store.unit_of_work import UnitOfWork
from callcenter.usecases.complaints.office import CaseOffice
from callcenter.usecases.complaints.read_cases import reader_of

BY_LINK = (Move.RETURN_NOTICE, Move.PROPOSE, Move.CARRY_OUT, Move.MEASURE)
"""What a department does with a notice."""
_TOKEN_BYTES = 32


class LinkMade(NamedTuple):
    """A new link, and its token, which is told this once."""

    link: CaseLink
    token: str


class OpenNotice(NamedTuple):
    """What a link opens."""

    link: CaseLink
    filed: FiledCase
    steps: list[CaseStep]

    def last(self, field: str, *moves: Move) -> str | None:
        """Return what a field of the latest of some moves said."""
        for step in reversed(self.steps):
            if step.move in moves and isinstance(said := step.fields.get(field), str):
                return said
        return None


class LinkUnknown(Missing):
    """A token opens nothing, whether it never did or does no more: both are told alike."""

    def __init__(self) -> None:
        super().__init__("this link opens nothing, or no more: ask whoever sent it for a new one")


async def make_link(
    unit: UnitOfWork, office: CaseOffice, number: str, person: Principal, at: Micros, lasts: Micros
) -> LinkMade:
    """Make a link for the department that a case is assigned to.

    Raises:
        Missing: There is no such case, or the department was closed.
        NotAllowed: Somebody else owns and leads it.
        Conflict: It is assigned to nobody.
    """
    filed = await _led(unit, office, number, person, at)
    department = filed.case.department
    if department is None:
        raise Conflict("no department has this case: assign it first")
    await department_named(unit.connection, department)
    link = CaseLink(
        id=secrets.token_hex(16),
        case=filed.id,
        department=department,
        made_by=person.account,
        made_at=at,
        expires_at=at + lasts,
    )
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    await add_link(unit, link, token)
    await unit.note(_audited(link, "make", person.account, at))
    return LinkMade(link, token)


async def take_link_back(
    unit: UnitOfWork, office: CaseOffice, number: str, link: str, person: Principal, at: Micros
) -> CaseLink:
    """Let a link open nothing any more.

    Raises:
        Missing: There is no such case, or it has no such link.
        NotAllowed: Somebody else owns and leads it.
        Conflict: It was withdrawn before.
    """
    filed = await _led(unit, office, number, person, at)
    taken = await withdraw_link(unit, filed.id, link, person.account, at)
    await unit.note(_audited(taken, "withdraw", person.account, at))
    return taken


async def open_notice(unit: UnitOfWork, token: str, at: Micros, use: str) -> OpenNotice:
    """Read what a link opens, once the audit log has it; `use` says what for.

    Raises:
        LinkUnknown: It opens nothing: there is none, it has expired or was withdrawn, or the case went elsewhere.
    """
    link = await find_link(unit.connection, token, at)
    if link is None:
        raise LinkUnknown
    filed = await get_case(unit.connection, link.case)
    if filed.case.department != link.department:
        raise LinkUnknown
    try:
        await department_named(unit.connection, link.department)
    except Missing:
        raise LinkUnknown from None
    await unit.note(_audited(link, use, department_account(link.department), at))
    return OpenNotice(link, filed, await steps_of(unit.connection, filed.id))


async def _led(unit: UnitOfWork, office: CaseOffice, number: str, person: Principal, at: Micros) -> FiledCase:
    """Read a case that somebody owns or leads, as those do who assign it."""
    filed = await get_case(unit.connection, number, await reader_of(unit.connection, person))
    desk = await office.desk(unit.connection, at)
    who = desk.people.get(person.account)
    places = [] if who is None else list(desk.people.places(who))
    hands = MOVES[Move.ASSIGN].hands
    if not any(may_by(hand, filed.case, place, desk) for place in places for hand in hands):
        raise NotAllowed(person.role)
    return filed


def _audited(link: CaseLink, action: str, actor: str, at: Micros) -> Audited:
    detail = {"case": link.case, "department": link.department}
    return Audited(at=at, actor=actor, action=action, kind="case_link", subject=link.id, detail=detail)
