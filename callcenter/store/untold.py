"""Records of which those who are judged do not know yet, and so are shown nothing of, whatever their role."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_

from callcenter.rules.records.violation import Verdict
from callcenter.store.tables import ViolationRow


def untold(agent: str) -> ColumnElement[bool]:
    """Say of a record, as `Standing.told` does, that it is about an agent who was not told of it."""
    proposed = and_(ViolationRow.verdict == Verdict.PROPOSED, ViolationRow.notified_at.is_(None))
    return and_(ViolationRow.agent == agent, proposed)
