"""What is set of confidentiality: how long a card stays open, which reads are ordinary, where the master key is."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from callcenter.cases.access import AccessFigures
from callcenter.credentials import SecretFile
from callcenter.domain.frame import SECOND, Micros
from callcenter.store.customers.sealing import MasterKeys

_MINUTE: Micros = 60 * SECOND


class PrivacySettings(BaseModel):
    """The `[privacy]` table; the regulations name none of these figures, they are ours."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    open_minutes: float = Field(
        default=10, ge=0, le=1440, description="A card stays open so long after its call, or after a reason was given."
    )
    customers_an_hour: int = Field(
        default=200, ge=1, description="Customers one may be shown in an hour without a call; more are looked into."
    )
    cards_an_hour: int = Field(
        default=20,
        ge=1,
        description="Cards an agent may open or look up in an hour without a call.",
    )
    shift_margin_minutes: float = Field(
        default=30, ge=0, le=1440, description="So long before and after a shift reads are still of the shift."
    )
    key_file: SecretFile | None = Field(
        default=None, description="File with the master keys of numbers in evidence; without one they stand in plain."
    )

    def master_keys(self) -> MasterKeys | None:
        """Read the master keys, None where there are none; a file's each time, for they may have been changed.

        Raises:
            BadSetting: They cannot be read.
        """
        return None if self.key_file is None else MasterKeys.read(self.key_file)

    @property
    def figures(self) -> AccessFigures:
        """Which reads are ordinary."""
        return AccessFigures(customers=self.customers_an_hour, cards=self.cards_an_hour)

    @property
    def open_for(self) -> Micros:
        """How long a card stays open."""
        return round(self.open_minutes * _MINUTE)

    @property
    def margin(self) -> Micros:
        """How far a shift reaches beyond its ends."""
        return round(self.shift_margin_minutes * _MINUTE)
