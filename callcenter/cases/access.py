"""Reads of customers' cards that are out of the ordinary: many, without a call, or off shift (pure).

They prove nothing: a person looks at them, and alone may say that data was misused.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

import msgspec

from callcenter.domain.frame import SECOND, Micros

WITHIN: Micros = 3_600 * SECOND
"""Reads are counted over an hour."""


class LookKind(StrEnum):
    """On what occasion cards were shown."""

    CALL = "call"
    """The agent's phone rang for the customer, or the two talked, or had just done so."""
    CARD = "card"
    """Somebody opened a card without such a call."""
    SEARCH = "search"
    LIST = "list"
    EXPORT = "export"
    REVEAL = "reveal"
    """Somebody masked gave a reason to see a card in full."""
    NUMBER = "number"
    """Somebody masked gave a reason to read one number in full: it opens no card."""


_ONE_BY_ONE = frozenset({LookKind.CARD, LookKind.REVEAL, LookKind.SEARCH, LookKind.NUMBER})


class AccessSuspicion(StrEnum):
    """What is out of the ordinary."""

    MANY = "many"
    NO_CALL = "no_call"
    ODD_HOURS = "odd_hours"


class CardUse(msgspec.Struct, frozen=True):
    """So many customers were shown at once."""

    at: Micros
    how: LookKind
    customers: int


class AccessFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What is ordinary; the regulations name no figure, these are ours.

    Attributes:
        customers: Customers that one may be shown in an hour without a call.
        cards: Cards that an agent may open or look up in an hour without a call.
    """

    customers: int = 200
    cards: int = 20


def suspicions(
    uses: Iterable[CardUse], now: Micros, figures: AccessFigures, *, agent: bool, on_shift: bool | None
) -> tuple[AccessSuspicion, ...]:
    """Say what is out of the ordinary in somebody's reads of the hour before a moment; nothing of what a call needed.

    Args:
        uses: Reads, among them the latest.
        now: The moment of the latest.
        figures: What is ordinary.
        agent: It is an agent, whose work is calls.
        on_shift: Whether the agent's shift lasts now; None: nobody knows.
    """
    others = [use for use in uses if now - WITHIN < use.at <= now and use.how is not LookKind.CALL]
    opened = sum(use.how in _ONE_BY_ONE for use in others)
    found = {
        AccessSuspicion.MANY: sum(use.customers for use in others) > figures.customers,
        AccessSuspicion.NO_CALL: agent and opened > figures.cards,
        AccessSuspicion.ODD_HOURS: agent and on_shift is False and any(use.at == now for use in others),
    }
    return tuple(what for what, so in found.items() if so)
