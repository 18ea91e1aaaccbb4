"""What those who are judged do not know yet, and so are shown nothing of, whatever their role."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, exists, or_

from callcenter.rules.records.violation import Verdict
from callcenter.store.customers.guarded_tables import AccessReviewRow
from callcenter.store.tables import AuditRow, ViolationRow


def untold(agent: str) -> ColumnElement[bool]:
    """Say of a record, as `Standing.told` does, that it is about an agent who was not told of it."""
    proposed = and_(ViolationRow.verdict == Verdict.PROPOSED, ViolationRow.notified_at.is_(None))
    return and_(ViolationRow.agent == agent, proposed)


def gives_away(agent: str) -> ColumnElement[bool]:
    """Say of an audit entry that it is about such a record, or about how the agent's own reads were judged."""
    record = exists().where(ViolationRow.id == AuditRow.subject, untold(agent))
    return or_(record, exists().where(AccessReviewRow.id == AuditRow.subject, AccessReviewRow.agent == agent))
