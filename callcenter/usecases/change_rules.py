"""Changes of rules and amounts: one person proposes, another approves, and only then somebody may apply them."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import insert, update

from callcenter.domain.frame import Micros
from callcenter.errors import BadInput
from callcenter.locale import english
from callcenter.rules.regulations.amending import amend
from callcenter.rules.regulations.edition import Rulebook
from callcenter.rules.regulations.rulebook import rulebook_of, whole
from callcenter.rules.scores.score_terms import SUBJECT, read_terms
from callcenter.staff.dates import datetime_of
from callcenter.store import UnitOfWork
from callcenter.store.audit import Audited
from callcenter.store.conflicts import Conflict, Outdated
from callcenter.store.decisions.changes import Change, ChangeKind, ChangeState, get
from callcenter.store.sign_in.vouching import require_two
from callcenter.store.tables import ChangeRow

_DECIDED = {
    ChangeState.APPROVED: english("the change is approved already"),
    ChangeState.REJECTED: english("the change is rejected already"),
}
_json = msgspec.json.Encoder(order="deterministic").encode


async def propose(unit: UnitOfWork, change: Change, rulebook: Rulebook) -> Change:
    """Keep a change that somebody proposes, written out in full; it has no effect yet.

    Raises:
        BadInput: It could not be used if it were approved.
    """
    if (change.kind, change.subject) == (ChangeKind.AMOUNT, SUBJECT):
        read_terms(change.content)
    change = msgspec.structs.replace(change, content=_sound(change, rulebook, change.proposed_at))
    values = msgspec.structs.asdict(change) | {"content": _json(change.content).decode()}
    await unit.execute(insert(ChangeRow).values(**values))
    detail = {"of": change.kind, "subject": change.subject, "content": change.content}
    await unit.note(_audited("propose", change, change.proposed_by, change.proposed_at, **detail))
    return change


async def decide(
    unit: UnitOfWork, number: str, version: int, state: ChangeState, by: str, at: Micros, rulebook: Rulebook
) -> Change:
    """Approve or reject a change.

    Raises:
        BadInput: It cannot take the place of the rulebook in force, or would change what has begun to hold.
        Missing: There is no such change.
        Outdated: Somebody was faster.
        Conflict: It is decided already, or by whoever proposed it, or would be approved by the same person twice.
    """
    change = await get(unit.connection, number)
    if state is ChangeState.APPROVED:
        _sound(change, rulebook, at)
    if version != change.version:
        raise Outdated("the change was changed meanwhile; read it again and decide anew", change.version)
    if change.state is not ChangeState.PROPOSED:
        raise Conflict(_DECIDED[change.state])
    if by == change.proposed_by:
        raise Conflict("who proposed a change does not decide on it")
    if state is ChangeState.APPROVED:
        await require_two(unit.connection, change.proposed_by, by, at)
    decided = msgspec.structs.replace(change, state=state, decided_by=by, decided_at=at, version=version + 1)
    await unit.execute(
        update(ChangeRow)
        .where(ChangeRow.id == number)
        .values(state=state, decided_by=by, decided_at=at, version=decided.version)
    )
    await unit.note(_audited("approve" if state is ChangeState.APPROVED else "reject", change, by, at))
    return decided


def _sound(change: Change, rulebook: Rulebook, at: Micros) -> dict[str, Any]:
    """Return the content of a change as it would be applied.

    Raises:
        BadInput: It could not be, or it would change what has begun to hold.
    """
    if change.kind is not ChangeKind.RULEBOOK:
        return change.content
    content = whole(change.content)
    today = datetime_of(at, rulebook.zone).date()
    problems = amend(rulebook, rulebook_of(content, rulebook.timezone), today)
    if problems:
        raise BadInput(f"the proposed rulebook cannot come into force: {'; '.join(problems)}")
    return content


def _audited(action: str, change: Change, actor: str, at: Micros, **detail: Any) -> Audited:
    return Audited(at=at, actor=actor, action=action, kind="change", subject=change.id, detail=detail)
