"""The `[aftercare]` table of the settings file: figures of what follows complaints, which no regulation names."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from callcenter.cases.aftercare.care import CareLimits
from callcenter.domain.frame import SECOND, Micros

_MINUTE: Micros = 60 * SECOND
_DAY: Micros = 86_400 * SECOND


class AftercareSettings(BaseModel):
    """Figures of complaints and what follows them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    accept_minutes: int = Field(
        default=60, ge=1, le=100_000, description="A complaint is recorded within so many minutes of its receipt."
    )
    repeat_days: int = Field(
        default=30, ge=1, le=3_650, description="A customer's next complaint within so many days is a repeat."
    )

    follow_up_percent: int = Field(
        default=10, ge=1, le=100, description="So many percent of the cases closed in a month are followed up."
    )

    review_day: int = Field(
        default=10, ge=1, le=28, description="The cases closed in a month are reviewed by this day of the next."
    )

    care_plan_days: int = Field(
        default=31, ge=1, le=365, description="A key account's care plan is in time within so many days of its year."
    )
    contact_days: int = Field(
        default=30, ge=1, le=3_650, description="A key account is heard at least once within so many days."
    )
    silent_days: int = Field(
        default=90, ge=1, le=3_650, description="Silence of more days than this is a sign that a customer goes."
    )
    churn_complaints: int = Field(
        default=2, ge=1, le=1_000, description="So many complaints within `silent_days` are another."
    )

    @property
    def care_limits(self) -> CareLimits:
        """When customers are cared for too little."""
        return CareLimits(
            silent_days=self.silent_days, complaints=self.churn_complaints, contact_days=self.contact_days
        )

    @property
    def accept_within(self) -> Micros:
        """How long recording may take."""
        return self.accept_minutes * _MINUTE

    @property
    def repeat_within(self) -> Micros:
        """How soon a customer's next complaint is a repeat."""
        return self.repeat_days * _DAY
