"""How far a corrective measure may go: open, done or dropped, its effect checked by somebody else (pure)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import msgspec

from callcenter.errors import BadInput


class MeasureState(StrEnum):
    """How far a measure is."""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


class MeasureProgress(msgspec.Struct, frozen=True, kw_only=True):
    """Where a measure stands.

    Attributes:
        due: None until somebody gave it a day.
        reason: Why it was dropped, taken up again, or put off.
        effect: What it changed, of one that is done; `checked_by` says so, not who said that it is done.
        changed_by: Who changed it last, None before anybody did.
    """

    state: MeasureState = MeasureState.OPEN
    due: date | None = None
    responsible: str | None = None
    reason: str | None = None
    effect: str | None = None
    checked_by: str | None = None
    changed_by: str | None = None

    def overdue(self, today: date) -> bool:
        """Tell whether it is open after its day."""
        return self.state is MeasureState.OPEN and self.due is not None and self.due < today


def progressed(before: MeasureProgress, told: MeasureProgress, by: str) -> MeasureProgress:
    """Return a measure as somebody says that it is now.

    Raises:
        BadInput: A reason is missing, or the effect cannot be said yet, or not by them.
    """
    put_off = before.due is not None and told.due != before.due and (told.due is None or told.due > before.due)
    taken_up = before.state is not MeasureState.OPEN and told.state is not before.state
    if (put_off or taken_up or told.state is MeasureState.DROPPED) and told.reason is None:
        raise BadInput("say why a measure is dropped, taken up again or put off")
    if told.state is MeasureState.OPEN and (told.due is None or told.responsible is None):
        raise BadInput("an open measure needs a day and somebody who is responsible")
    checked_by = None
    if told.effect is not None:
        if told.state is not MeasureState.DONE or before.state is not MeasureState.DONE:
            raise BadInput("the effect of a measure is said after it was done")
        checked_by = before.checked_by if told.effect == before.effect else by
        if before.checked_by is None and before.changed_by == by:
            raise BadInput("whoever said that a measure is done does not check its effect: let somebody else")
    return msgspec.structs.replace(told, checked_by=checked_by, changed_by=by)
