"""Which customers of closed cases are called back: drawn by a seed that was fixed before anybody knew the cases (pure).

The seed's hash is published while the month still runs, the seed itself with the draw. So whoever has both and the
list of cases draws the same ones, and nobody chose them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from enum import StrEnum

import msgspec


class CaseFollowUpState(StrEnum):
    """What became of a call back."""

    OPEN = "open"
    MADE = "made"
    UNREACHABLE = "unreachable"


class CaseFollowUp(msgspec.Struct, frozen=True):
    """A case that was drawn; `satisfaction` with the handling is 1 to 3, None unless the customer said it."""

    state: CaseFollowUpState
    satisfaction: int | None = None


def commitment_of(seed: str) -> str:
    """Return what is published of a seed while it is secret: the hex of its SHA-256."""
    return hashlib.sha256(seed.encode()).hexdigest()


def drawn(seed: str, numbers: Iterable[str], percent: int) -> list[str]:
    """Draw a share of cases, rounded up: those with the smallest SHA-256 of "seed number", in that order."""
    ranked = sorted(set(numbers), key=lambda number: hashlib.sha256(f"{seed} {number}".encode()).hexdigest())
    return ranked[: -(-len(ranked) * percent // 100)]
