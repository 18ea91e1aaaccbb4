"""When somebody must do the next thing with a record (pure)."""

from __future__ import annotations

from typing import assert_never

from callcenter.domain.frame import Micros
from callcenter.rules.records.standing import RecordState, Standing
from callcenter.rules.records.violation import Verdict
from callcenter.rules.regulations.edition import Mode


def due_at(standing: Standing, filed_at: Micros) -> Micros | None:
    """Say from when, or until when, a record waits for the department; None where it waits for nobody.

    One that nobody was told of waits since it was filed; one that the agent may explain is decided when that time is
    over, or from when the agent has spoken; an appeal has its own deadline; what recommends a consequence waits for its
    checks once it stands for good.
    """
    if standing.verdict is not Verdict.PROPOSED or (standing.mode is not Mode.ON and standing.reviews):
        return None
    match standing.state:
        case RecordState.PROPOSED:
            return filed_at
        case RecordState.NOTIFIED:
            return standing.explain_until
        case RecordState.EXPLAINED:
            return standing.explained_at or standing.explain_until
        case RecordState.APPEALED:
            return standing.decide_until
        case RecordState.CONFIRMED | RecordState.REDUCED:
            return _checks_due(standing)
        case RecordState.OVERTURNED | RecordState.WITHDRAWN:
            return None
        case _:
            assert_never(standing.state)


def _checks_due(standing: Standing) -> Micros | None:
    if all(standing.checked_fully(advice) for advice in standing.advice):
        return None
    return standing.appeal_until if standing.appealed_at is None else standing.decided_at
