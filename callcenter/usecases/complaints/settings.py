"""The `[complaints]` table of the settings file: figures that the regulations leave to the department."""

from __future__ import annotations

from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field

from callcenter.cases.complaints.settings import ApprovalLevel, CaseSettings
from callcenter.cases.complaints.vocabulary import CaseRole
from callcenter.domain.frame import SECOND, Micros

_DAY: Micros = 86_400 * SECOND


class ComplaintsSettings(BaseModel):
    """Figures of complaints; how long they have stands in the rulebook (P-COMP, P-REPORT)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    warn_percent: tuple[int, ...] = Field(
        default=(50, 80, 100), description="Warnings before a complaint is due, in percent of its time."
    )
    reopen_days: int = Field(default=7, ge=0, le=3_650, description="How long an archived complaint can be reopened.")
    group_leader_yuan: Decimal = Field(
        default=Decimal(200), ge=0, le=10**9, description="Remedies up to so many yuan are approved by a group leader."
    )
    supervisor_yuan: Decimal = Field(
        default=Decimal(1_000), ge=0, le=10**9, description="Up to so many by a supervisor; more by the manager."
    )
    attempts: int = Field(
        default=3, ge=1, le=100, description="Attempts, on as many days, before a customer counts as unreachable."
    )
    chases: int = Field(default=3, ge=1, le=100, description="So many chases raise a complaint by one level.")
    accounting: bool = Field(default=False, description="Whether accounting checks remedies before the summing up.")

    notice_hours: float = Field(
        default=24, gt=0, le=8_760, description="A department's notice that is not answered for longer raises an alert."
    )
    link_days: float = Field(default=14, gt=0, le=365, description="How long a department's link to a notice opens it.")

    @property
    def link_lasts(self) -> Micros:
        """For how long a link opens a notice."""
        return round(self.link_days * _DAY)

    @property
    def answer_within(self) -> Micros:
        """How long a department may take for a notice."""
        return round(self.notice_hours * 3_600 * SECOND)

    def figures(self, timezone: str, hours: float, report_hours: float) -> CaseSettings:
        """Return what the machine goes by, but for the people."""
        return CaseSettings(
            timezone=timezone,
            hours=hours,
            report_hours=report_hours,
            warn=tuple(self.warn_percent),
            reopen_days=self.reopen_days,
            approval=(
                ApprovalLevel(CaseRole.GROUP_LEADER, format(self.group_leader_yuan, "f")),
                ApprovalLevel(CaseRole.SUPERVISOR, format(self.supervisor_yuan, "f")),
                ApprovalLevel(CaseRole.MANAGER),
            ),
            attempts=self.attempts,
            chases=self.chases,
            accounting=self.accounting,
        )
