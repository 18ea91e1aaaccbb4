"""A stage under a roster: what an act owes the record is written down here, from what phones and callers did."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Any, NamedTuple

from callcenter.errors import LabError
from callcenter.lab.logins import Operator
from callcenter.lab.sipphone import SipCall, SipPhone
from callcenter.lab.stage import Story, StoryStage
from callcenter.lab.switch import Lab
from callcenter.lab.truth import TOLERANCE_SECONDS
from tests.live.acts.law import MARGIN_SECONDS, Limits, severity

_LOOK_SECONDS = 0.1
_NOTICED_SECONDS = 15.0


class Day(NamedTuple):
    """When the shift of the day is, by `time.time()`, and the limits that hold."""

    limits: Limits
    begins: float
    ends: float


@dataclass(frozen=True)
class Owed:
    """A record that is owed; times by the clocks of phones and callers, None where none of them can know."""

    rule: str
    agent: str
    verdict: str
    why: str
    start: float | None
    end: float | None
    measured: float | None
    kept_out: int | None
    names: int

    def differences(self, filed: dict[str, Any], within: float) -> list[str]:
        """Tell what a filed record says otherwise, one sentence each."""
        true = {
            "verdict": self.verdict,
            "mode": "on",
            "severity": severity(self.rule, self.kept_out),
            "impact": self.kept_out,
            "names": self.names,
        }
        said = [f"{key} is {filed[key]}, true is {value}" for key, value in true.items() if filed[key] != value]
        if self.why not in filed["why"]:
            said.append(f"why is {filed['why']!r}, true is {self.why!r}")
        said += [
            f"{key} is {filed[key]:.3f}, true is {value:.3f}, give or take {within:.3f}"
            for key, value in {"start": self.start, "end": self.end, "measured": self.measured}.items()
            if value is not None and abs(filed[key] - value) > within
        ]
        return [f"{self.rule} of {self.agent}: {sentence}" for sentence in said]


class Scene(StoryStage):
    """A stage with a day's limits, where what is owed is written down."""

    def __init__(self, story: Story, lab: Lab, operator: Operator, day: Day) -> None:
        super().__init__(story, lab, operator)
        self.day = day
        self.owed: list[Owed] = []
        self.over = False

    @property
    def within(self) -> float:
        """Say how far a phone's clock may be from the switch's."""
        return TOLERANCE_SECONDS + 2 * self.lag_seconds

    def beyond(self, limit: str) -> float:
        """Give a time that is plainly longer than is allowed."""
        return self.limit(limit) + MARGIN_SECONDS

    def short_of(self, limit: str) -> float:
        """Give a time that is plainly allowed."""
        return self.limit(limit) - MARGIN_SECONDS

    def limit(self, name: str) -> float:
        """Give a limit itself, in seconds."""
        return float(getattr(self.day.limits, name))

    async def until(self, moment: float) -> None:
        """Wait for a moment of the day.

        Raises:
            LabError: It is over: the day began too late for its roster.
        """
        left = moment - time.time()
        if left < 0:
            raise LabError(f"{self.queue} is {-left:.1f} s late for its shift.")
        await asyncio.sleep(left)

    async def customer(self) -> SipCall:
        """Let a customer wait in the queue."""
        call = await self.call()
        await call.answered.wait()
        return call

    async def rung(self) -> tuple[SipCall, SipCall]:
        """Let a customer call and the first agent's phone begin to ring."""
        phone = await self.phone()
        call = await self.call()
        ring = await phone.next_call()
        ring.ring()
        return call, ring

    async def enter(self, phone: SipPhone, queue: str = "", **more: str) -> float:
        """Sign an agent in to a queue (the story's own), as by a button on the desk; gives when."""
        await self.act(
            "QueueAdd", Queue=queue or self.queue, Interface=f"PJSIP/{phone.user}", MemberName=phone.name, **more
        )
        return time.time()

    async def leave(self, phone: SipPhone) -> float:
        """Sign an agent out of the story's queue; gives when."""
        await self.act("QueueRemove", Queue=self.queue, Interface=f"PJSIP/{phone.user}")
        return time.time()

    async def pause_untold(self, phone: SipPhone) -> float:
        """Pause an agent without a reason; gives when."""
        await self.act("QueuePause", Queue=self.queue, Interface=f"PJSIP/{phone.user}", Paused="true")
        return time.time()

    async def back(self, phone: SipPhone) -> float:
        """End a pause; gives when."""
        await self.pause(phone, None)
        return time.time()

    async def until_noticed(self, phone: SipPhone) -> None:
        """Wait until the switch knows that a phone is gone."""
        async with asyncio.timeout(_NOTICED_SECONDS):
            while await self.device_state(phone) != "UNAVAILABLE":  # noqa: ASYNC110 - another process
                await asyncio.sleep(_LOOK_SECONDS)

    def owe(
        self,
        rule: str,
        phone: SipPhone,
        why: str,
        start: float | None,
        end: float | None,
        *,
        verdict: str = "proposed",
        measured: float | None = None,
        kept_out: int | None = None,
        names: int = 0,
    ) -> None:
        """Write down that this act must be on record.

        Args:
            rule: Which rule.
            phone: Whose act.
            why: What the record's sentence must say.
            start: When it began.
            end: When it was over.
            verdict: What becomes of it.
            measured: From the beginning to the end, unless given.
            kept_out: Customers who could not get in meanwhile; None where nobody asks.
            names: How many lesser violations it takes in.
        """
        if measured is None and start is not None and end is not None:
            measured = end - start
        self.owed.append(Owed(rule, phone.name, verdict, why, start, end, measured, kept_out, names))

    def owe_ring(self, rule: str, ring: SipCall, why: str, *, verdict: str = "proposed") -> None:
        """Write down that a ring must be on record: from the first sound of the bell to its end."""
        end = ring.over_at if ring.answered_at is None else ring.answered_at
        self.owe(rule, ring.phone, why, ring.rang_at, end, verdict=verdict)
