"""The phases of a visit and of an offer, each a table of moves; the diagrams are drawn from them.

What is not in a table cannot happen: the word is then matched to what was told before, or counted as out of order.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Generic, TypeVar


class VisitPhase(StrEnum):
    """Where a visit is on its way."""

    WAITING = "waiting"
    LEFT = "left"
    TALKING = "talking"
    ENDED = "ended"
    TOLD = "told"


class VisitWord(StrEnum):
    """What moves a visit on."""

    LEFT_QUEUE = "left the queue"
    CONNECTED = "connected"
    PART_ENDED = "the agent's part ended"
    SETTLED = "settled"


class OfferPhase(StrEnum):
    """Where an offer is on its way."""

    OFFERED = "offered"
    RINGING = "ringing"
    PICKED_UP = "picked up"
    OVER = "over"
    TOLD = "told"


class OfferWord(StrEnum):
    """What moves an offer on."""

    RANG = "rang"
    UP = "up"
    GONE = "no longer tried"
    SETTLED = "settled"


P = TypeVar("P", bound=StrEnum)
W = TypeVar("W", bound=StrEnum)


class Phases(Generic[P, W]):
    """One table of moves: from which phase which word leads to which."""

    def __init__(self, first: P, moves: Mapping[tuple[P, W], P]) -> None:
        self.first = first
        self.moves = dict(moves)

    def after(self, phase: P, word: W) -> P | None:
        """Return the phase that a word leads to, None where it leads nowhere from here."""
        return self.moves.get((phase, word))

    def diagram(self) -> str:
        """Draw the table as a Mermaid state diagram."""
        lines = ["stateDiagram-v2", f"    [*] --> {_node(self.first)}"]
        lines += [f"    {_node(one)} --> {_node(two)}: {word}" for (one, word), two in self.moves.items()]
        ends = set(self.moves.values()) - {one for one, _ in self.moves}
        lines += [f"    {_node(end)} --> [*]" for end in sorted(ends)]
        return "\n".join(lines) + "\n"


def _node(phase: StrEnum) -> str:
    return phase.value.replace(" ", "_")


_V, _O = VisitPhase, OfferPhase

VISIT: Phases[VisitPhase, VisitWord] = Phases(
    _V.WAITING,
    {
        (_V.WAITING, VisitWord.LEFT_QUEUE): _V.LEFT,
        (_V.WAITING, VisitWord.CONNECTED): _V.TALKING,
        (_V.LEFT, VisitWord.CONNECTED): _V.TALKING,
        (_V.TALKING, VisitWord.LEFT_QUEUE): _V.TALKING,
        (_V.TALKING, VisitWord.PART_ENDED): _V.ENDED,
        (_V.ENDED, VisitWord.PART_ENDED): _V.ENDED,
        (_V.ENDED, VisitWord.LEFT_QUEUE): _V.ENDED,
        (_V.WAITING, VisitWord.SETTLED): _V.TOLD,
        (_V.LEFT, VisitWord.SETTLED): _V.TOLD,
        (_V.TALKING, VisitWord.SETTLED): _V.TOLD,
        (_V.ENDED, VisitWord.SETTLED): _V.TOLD,
    },
)
"""A visit waits until it leaves the queue; whether to an agent, the next word tells."""

OFFER: Phases[OfferPhase, OfferWord] = Phases(
    _O.OFFERED,
    {
        (_O.OFFERED, OfferWord.RANG): _O.RINGING,
        (_O.OFFERED, OfferWord.UP): _O.PICKED_UP,
        (_O.RINGING, OfferWord.UP): _O.PICKED_UP,
        (_O.OFFERED, OfferWord.GONE): _O.OVER,
        (_O.RINGING, OfferWord.GONE): _O.OVER,
        (_O.PICKED_UP, OfferWord.GONE): _O.OVER,
        (_O.OFFERED, OfferWord.SETTLED): _O.TOLD,
        (_O.RINGING, OfferWord.SETTLED): _O.TOLD,
        (_O.PICKED_UP, OfferWord.SETTLED): _O.TOLD,
        (_O.OVER, OfferWord.SETTLED): _O.TOLD,
    },
)
"""An offer rings or does not, is picked up or is no longer tried; one that ends with its visit is told as it stands."""


def diagrams() -> str:
    """Draw both tables, as the page beside this module shows them."""
    return (
        "# Phases\n\nDrawn from the tables in `phases.py` by `make generate`.\n\n"
        f"## A visit\n\n```mermaid\n{VISIT.diagram()}```\n\n## An offer\n\n```mermaid\n{OFFER.diagram()}```\n"
    )
