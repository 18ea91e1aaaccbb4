"""What a phone is told to do by itself: steps counted from the ring or from the answer."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from callcenter.softphone.settings import NUMBER


class ScriptAct(StrEnum):
    """What a step can do; each is what the phone's method of that name does."""

    ANSWER = "answer"
    DECLINE = "decline"
    BUSY = "busy"
    HOLD = "hold"
    UNHOLD = "unhold"
    TRANSFER = "transfer"
    HANGUP = "hangup"
    VANISH = "vanish"


class ScriptStep(BaseModel):
    """One act.

    Attributes:
        act: What to do.
        after: Seconds after the first ring, or after the answer.
        since: Which of the two.
        to: For a transfer, the number.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    act: ScriptAct
    after: float = Field(ge=0, le=86_400)
    since: Literal["ring", "answer"]
    to: str = Field(default="", pattern=f"{NUMBER}|^$")

    @model_validator(mode="after")
    def _transfer_has_a_number(self) -> Self:
        if (self.act is ScriptAct.TRANSFER) != bool(self.to):
            raise ValueError("a transfer, and nothing else, needs `to`")
        return self


class PhoneScript(BaseModel):
    """The steps of one call; those left when it ends are dropped."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    steps: tuple[ScriptStep, ...] = ()

    def ringing(self, act: ScriptAct, after: float) -> PhoneScript:
        """Add an act, so many seconds after the first ring."""
        return PhoneScript(steps=(*self.steps, ScriptStep(act=act, after=after, since="ring")))

    def talking(self, act: ScriptAct, after: float, to: str = "") -> PhoneScript:
        """Add an act, so many seconds after the answer."""
        return PhoneScript(steps=(*self.steps, ScriptStep(act=act, after=after, since="answer", to=to)))


IGNORE = PhoneScript()
"""Let it ring."""
