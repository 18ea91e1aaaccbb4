"""What every detector is asked, and when; the judge knows nothing else of it."""

from __future__ import annotations

from typing import ClassVar, Generic, Protocol, TypeVar

import msgspec

from callcenter.domain.facts import Fact
from callcenter.domain.frame import Micros
from callcenter.rules.detection.context import RuleContext
from callcenter.rules.detection.inputs import Disposition

RuleInput = Fact | Disposition
"""What rules read: what became true, and what people entered."""


class FactReader(Protocol):
    """Is shown some of what rules read."""

    @property
    def reads(self) -> tuple[type[RuleInput], ...]:
        """The kinds of fact that it is shown, and no others."""

    def see(self, said: RuleInput) -> None:
        """Take in one fact, in the order in which the floor tells them; the context has seen it."""


class Detector(FactReader, Protocol):
    """Finds what some rules are about, and reports it to the context as acts."""

    @property
    def codes(self) -> frozenset[str]:
        """The rules whose acts it reports; no other detector does."""

    def settle(self, now: Micros) -> None:
        """Report what is plain by a moment though nothing happened."""

    def due(self) -> Micros | None:
        """Return when `settle` may next report something with no new facts; None: at no time."""

    def finish(self, at: Micros | None) -> None:
        """Report what is left: the input is over, at a moment if any was told."""

    def needs_since(self) -> Micros | None:
        """Return the earliest moment that something undecided reaches back to; None: to none."""

    def forget(self) -> None:
        """Let go of what nothing can ask for any more."""


class Memoryless(msgspec.Struct):
    """What a detector remembers that judges each fact by itself."""


M = TypeVar("M", bound=msgspec.Struct)
"""What a detector remembers."""


class QuietDetector(Generic[M]):
    """A detector that reports nothing: each of the table says what it does otherwise.

    Args:
        context: What is shared; another one when another rulebook or roster comes into force.
        memory: All that this detector remembers; it is saved, and outlives the detector.
    """

    codes: ClassVar[frozenset[str]] = frozenset()
    reads: ClassVar[tuple[type[RuleInput], ...]] = ()

    def __init__(self, context: RuleContext, memory: M) -> None:
        self._context = context
        self._memory = memory

    def see(self, said: RuleInput) -> None:
        """Take in one fact."""

    def settle(self, now: Micros) -> None:
        """Report what is plain by a moment."""

    def due(self) -> Micros | None:
        """Return when `settle` may next report something."""
        return None

    def finish(self, at: Micros | None) -> None:
        """Report what is left."""

    def needs_since(self) -> Micros | None:
        """Return the earliest moment that something undecided reaches back to."""
        return None

    def forget(self) -> None:
        """Let go of what nothing can ask for any more."""
