"""Which terms a month's score has: of the approved ones those that begin last, not after the month.

Where two begin with the same month, the one that was approved later corrects the other.
"""

from __future__ import annotations

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.errors import BadInput
from callcenter.rules.scores.score_lines import ScoreTerms
from callcenter.rules.scores.score_terms import SUBJECT, read_terms
from callcenter.staff.months import Month, month_name
from callcenter.store.conflicts import NoTerms
from callcenter.store.decisions.changes import ChangeKind, ChangeState
from callcenter.store.tables import ChangeRow


class TermsInForce(msgspec.Struct, frozen=True, kw_only=True):
    """A month's terms, the change that set them, and the month from which that holds."""

    change: str
    first: Month
    terms: ScoreTerms


async def terms_in_force(connection: AsyncConnection, month: Month) -> TermsInForce:
    """Read the terms of a month.

    Raises:
        NoTerms: None have been approved that hold for it.
        BadInput: Approved ones cannot be read.
    """
    approved = (
        select(ChangeRow.id, ChangeRow.content)
        .where(ChangeRow.kind == ChangeKind.AMOUNT, ChangeRow.subject == SUBJECT)
        .where(ChangeRow.state == ChangeState.APPROVED)
        .order_by(ChangeRow.decided_at, ChangeRow.id)
    )
    found = [_read(row.id, row.content) for row in await connection.execute(approved)]
    begun = [one for one in found if one.first <= month]
    if not begun:
        raise NoTerms(
            f"no base has been set for {month_name(month)}, so no scores are counted yet: one person proposes it under "
            f"Rules and changes (kind amount, subject {SUBJECT}), another approves it"
        )
    last = max(one.first for one in begun)
    return next(one for one in reversed(begun) if one.first == last)


def _read(number: str, content: str) -> TermsInForce:
    try:
        read = read_terms(msgspec.json.decode(content))
    except BadInput as error:
        raise BadInput(f"the change {number} cannot be used: {error}") from error
    return TermsInForce(change=number, first=read.first, terms=read.terms)
