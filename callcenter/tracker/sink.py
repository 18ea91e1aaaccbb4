"""What a live view must be: told of every fact at once, and never in the way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from callcenter.domain.facts import Fact
from callcenter.domain.floor import Floor
from callcenter.rules.records.violation import Violation


class Sink(Protocol):
    """A live view: gauges, boards, retained state. It follows `apply`, before anything is on a disk."""

    def happened(self, facts: Sequence[Fact], floor: Floor) -> None:
        """Take in what one event made true; `floor` is as it is after it, to be read here and not kept.

        Called on the event loop, in order, for every event that made something true, and without facts once at the
        start (with what a restart recovered) and at each heartbeat (when only time passed). Must neither block
        nor raise.
        """

    def judged(self, violations: Sequence[Violation]) -> None:
        """Take in records that have just been decided on, shadow ones among them. Must neither block nor raise."""
