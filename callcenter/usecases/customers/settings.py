"""What is set of customers' calls: what repeats an earlier one, when a lost one is settled, how long it is kept."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from callcenter.staff.site.retention import LOST_DAYS


class CustomersSettings(BaseModel):
    """The `[customers]` table; the regulations name none of these figures, they are ours."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    repeat_days: int = Field(
        default=7, ge=1, le=365, description="A call within so many days after an answered one is a repeat."
    )
    tries: int = Field(default=3, ge=1, le=100, description="So many calls of agents in vain settle a lost call.")
    most_lost: int = Field(
        default=100_000, ge=1_000, le=1_000_000, description="Lost calls that are watched; the oldest go first."
    )
    keep_lost_days: int = Field(
        default=0,
        ge=LOST_DAYS.least,
        le=LOST_DAYS.most,
        description="Days that a settled lost call stays on the list; 0: for good; until others are approved in the "
        "page.",
    )
