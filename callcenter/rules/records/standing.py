"""Where a record stands between people: its state, who acted, until when whose time runs, what is recommended."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from callcenter.domain.frame import Micros
from callcenter.rules.records.violation import Verdict
from callcenter.rules.regulations.edition import Mode, Severity
from callcenter.staff.rights import Role

SERVICE = "service"
"""Stands as the account of whatever the service does by itself."""


class RecordState(StrEnum):
    """How far people are with a record."""

    PROPOSED = "proposed"
    NOTIFIED = "notified"
    EXPLAINED = "explained"
    APPEALED = "appealed"
    CONFIRMED = "confirmed"
    REDUCED = "reduced"
    OVERTURNED = "overturned"
    WITHDRAWN = "withdrawn"


class Advice(StrEnum):
    """A consequence that the service never draws: it recommends it, and people check it item by item."""

    PAY = "pay"
    DISMISSAL = "dismissal"


CHECKLISTS: dict[Advice, dict[str, Role]] = {
    Advice.PAY: {"lawful_deduction": Role.HR, "amount_right": Role.MANAGER},
    Advice.DISMISSAL: {
        "evidence_reproduced": Role.QA,
        "agent_heard": Role.SUPERVISOR,
        "lawful_and_union_told": Role.HR,
        "dismissal_fits": Role.MANAGER,
    },
}
"""What must be checked before a recommendation may be acted on, and by whom; each by another person."""

GRAVITY = {severity: n for n, severity in enumerate(Severity)}
"""How grave a severity is, beside the others."""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Where a record stands.

    Attributes:
        points: The least that the rulebook gives; None where it gives none.
        most: The most that whoever confirms may choose.
        proposed_by: An account, or the service.
        explain_until: Nobody decides against the agent before, unless the agent has spoken.
        decided_by: Who took the first decision, `appeal_decided_by` who decided the appeal.
        decided_points: What the last decision says; `decided_severity` and the state go with it.
        decide_until: When an appeal should be decided; later ones stay open and are overdue.
        checked: Item of a checklist → who checked it.
        reviews: Of a rule in shadow: account → whether it agrees, by its last word.
    """

    agent: str
    verdict: Verdict
    mode: Mode
    severity: Severity | None
    points: int | None
    proposed_by: str
    most: int | None = None
    fine_yuan: int | None = None
    state: RecordState = RecordState.PROPOSED
    notified_at: Micros | None = None
    explain_until: Micros | None = None
    explained_at: Micros | None = None
    appealed_at: Micros | None = None
    appeal_until: Micros | None = None
    decide_until: Micros | None = None
    decided_by: str | None = None
    decided_at: Micros | None = None
    decided_points: int | None = None
    decided_severity: Severity | None = None
    appeal_decided_by: str | None = None
    checked: dict[str, str] = {}
    reviews: dict[str, bool] = {}

    @property
    def told(self) -> bool:
        """Tell whether its agent may know of it: was notified, or it is nothing that anybody acts on."""
        return self.notified_at is not None or self.verdict is not Verdict.PROPOSED

    @property
    def stands(self) -> bool:
        """Tell whether a named person has decided that the record holds, and no appeal is open."""
        decided = self.state in {RecordState.CONFIRMED, RecordState.REDUCED}
        return decided and self.verdict is Verdict.PROPOSED and self.mode is Mode.ON

    @property
    def agreed(self) -> bool | None:
        """Whether everybody who reviewed it agrees with what a rule in shadow raised; None where nobody did."""
        return all(self.reviews.values()) if self.reviews else None

    @property
    def counted(self) -> int:
        """Points that count: none before a confirmation, none while an appeal is open."""
        return (self.decided_points or 0) if self.stands else 0

    @property
    def advice(self) -> tuple[Advice, ...]:
        """What a standing record recommends."""
        if not self.stands:
            return ()
        found = []
        if self.fine_yuan:
            found.append(Advice.PAY)
        if self.decided_severity is Severity.DISMISSAL:
            found.append(Advice.DISMISSAL)
        return tuple(found)

    def checked_fully(self, advice: Advice) -> bool:
        """Tell whether every check of a recommendation was made by somebody."""
        return advice in self.advice and CHECKLISTS[advice].keys() <= self.checked.keys()
