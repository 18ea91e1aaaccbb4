"""What customers were promised: each remedy of a proposal in force, with its quantity, and sums by kind (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from callcenter.cases.complaints.settings import amount_of
from callcenter.cases.complaints.vocabulary import Move, ReviewOutcome
from callcenter.domain.frame import Micros

REMEDY_MOVES = (
    Move.PROPOSE,
    Move.APPROVE,
    Move.REJECT,
    Move.DECLINE,
    Move.REVIEW,
    Move.REOPEN,
    Move.CHECK,
)
"""Moves whose lines say what is promised."""
_VOID = frozenset({Move.REJECT, Move.DECLINE, Move.REOPEN})


class RemedyLine(msgspec.Struct, frozen=True):
    """One line of a case, by whom."""

    at: Micros
    by: str
    move: Move
    fields: Mapping[str, Any]


class PromisedRemedy(msgspec.Struct, frozen=True, kw_only=True):
    """One remedy.

    Attributes:
        amount: In yuan, of the whole remedy; None is not known yet.
        quantity: As it was written; None where it has none.
        approved_at: When it was promised.
        checked: What accounting said of it; None: nothing yet. `remark` is its reason.
    """

    kind: str
    amount: Decimal | None
    quantity: str | None
    proposed_by: str
    approved_by: str
    approved_at: Micros
    checked: bool | None = None
    checked_by: str | None = None
    remark: str | None = None


class RemedySum(msgspec.Struct):
    """All remedies of one kind; `unknown` have no amount yet, `unchecked` no word of accounting's."""

    count: int = 0
    amount: Decimal = Decimal(0)
    unknown: int = 0
    unchecked: int = 0
    faulty: int = 0


def promised(lines: Sequence[RemedyLine]) -> list[PromisedRemedy]:
    """Return what a case's lines, in order, promise in the end: remedies that were approved and are in force."""
    proposal: RemedyLine | None = None
    found: list[PromisedRemedy] = []
    for line in lines:
        changed = line.move is Move.REVIEW and line.fields.get("outcome") == ReviewOutcome.CHANGED
        if line.move is Move.PROPOSE:
            proposal, found = line, []
        elif line.move in _VOID or changed:
            proposal, found = None, []
        elif line.move is Move.APPROVE and proposal is not None:
            found = [_remedy(told, proposal, line) for told in proposal.fields["remedies"]]
        elif line.move is Move.CHECK:
            found = [_checked(one, line) for one in found]
    return found


def _remedy(told: Mapping[str, Any], proposal: RemedyLine, approval: RemedyLine) -> PromisedRemedy:
    quantity = told.get("quantity")
    return PromisedRemedy(
        kind=str(told["kind"]),
        amount=amount_of(told["amount"]),
        quantity=None if quantity is None else str(quantity),
        proposed_by=proposal.by,
        approved_by=approval.by,
        approved_at=approval.at,
    )


def _checked(one: PromisedRemedy, line: RemedyLine) -> PromisedRemedy:
    remark = line.fields.get("reason")
    return msgspec.structs.replace(one, checked=line.fields["ok"], checked_by=line.by, remark=remark)


def sums(remedies: Iterable[PromisedRemedy]) -> dict[str, RemedySum]:
    """Add remedies up by kind."""
    found: dict[str, RemedySum] = {}
    for one in remedies:
        total = found.setdefault(one.kind, RemedySum())
        total.count += 1
        total.amount += one.amount or 0
        total.unknown += one.amount is None
        total.unchecked += one.checked is None
        total.faulty += one.checked is False
    return dict(sorted(found.items()))
