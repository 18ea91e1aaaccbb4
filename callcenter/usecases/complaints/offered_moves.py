"""The moves that a case can make as it stands: for whom each is, why not for whoever asks, and what it asks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from callcenter.cases.complaints.checks import too_late, who_acts
from callcenter.cases.complaints.forms import FieldAsked, FormDesk, form_of
from callcenter.cases.complaints.lines import CaseLine, Refused
from callcenter.cases.complaints.moves import MOVES, Hand, may_move
from callcenter.cases.complaints.settings import CaseDesk, Person
from callcenter.cases.complaints.vocabulary import CaseRole, CaseState, Move, MoveWhy
from callcenter.domain.frame import Micros
from callcenter.store.complaints.cases import FiledCase

_MOST_NAMED = 12
_EVERYBODYS = frozenset({Hand.ANY, Hand.SERVICE})


class OfferedMove(NamedTuple):
    """A move that the state allows.

    Attributes:
        to: Where the case comes; None: it stays where it is, or a review decides.
        why: Why whoever asks may not make it; None: they may.
        roles: Of those who may; empty where everybody of `hands` may.
        accounts: The first of them, the reader apart.
        form: What it asks, of whoever may.
    """

    move: Move
    to: CaseState | None
    hands: tuple[Hand, ...]
    why: MoveWhy | None
    roles: list[CaseRole]
    accounts: list[str]
    form: list[FieldAsked]


def offered_moves(
    filed: FiledCase, account: str, desk: CaseDesk, at: Micros, agents: tuple[str, ...]
) -> list[OfferedMove]:
    """List the moves of a case as it stands; each may still be refused for what is said with it."""
    return list(_offered(filed, account, desk, at, agents))


def _offered(
    filed: FiledCase, account: str, desk: CaseDesk, at: Micros, agents: tuple[str, ...]
) -> Iterator[OfferedMove]:
    case, person = filed.case, desk.people.get(account)
    for move, row in MOVES.items():
        if not may_move(case, move, CaseLine(at, {"urgent": True}), desk) or too_late(case, move, at, desk):
            continue
        why = _why_not(filed, move, account, desk, at)
        others = [] if _EVERYBODYS & set(row.hands) else _who_may(filed, move, account, desk, at)
        form = [] if why is not None or person is None else form_of(case, move, FormDesk(desk, person, agents))
        stays = move is Move.REVIEW or (case.state in row.urgent and move is not Move.CARRY_OUT)
        yield OfferedMove(
            move=move,
            to=None if stays else row.to,
            hands=row.hands,
            why=why,
            roles=sorted({one.role for one in others}),
            accounts=sorted(one.account for one in others)[:_MOST_NAMED],
            form=form,
        )


def _who_may(filed: FiledCase, move: Move, account: str, desk: CaseDesk, at: Micros) -> list[Person]:
    return [
        one
        for one in desk.people.all
        if one.account != account and _why_not(filed, move, one.account, desk, at) is None
    ]


def _why_not(filed: FiledCase, move: Move, account: str, desk: CaseDesk, at: Micros) -> MoveWhy | None:
    try:
        who_acts(filed.case, move, CaseLine(at, {"by": account}), desk)
    except Refused as refused:
        return refused.why
    return None
