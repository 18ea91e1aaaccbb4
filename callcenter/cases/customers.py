"""A customer's card: what it holds, within which bounds, and how complete it is (pure).

A field that nobody has filled in is None, never an empty text. A name may be of any script; what hides itself or turns
round what follows it is refused, so that a card reads the same wherever it is shown.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from callcenter.errors import BadInput
from callcenter.numbers import PLAIN, Numbering, NumberKind, read_number
from callcenter.untrusted import hidden_in

MOST_NUMBERS = 20
MOST_NOTE = 2_000
LENGTHS = {
    "name": 120,
    "reference": 64,
    "address": 300,
    "credit": 300,
    "dealings": 2_000,
    "situation": 2_000,
    "customer_class": 32,
    "queue": 80,
    "group": 80,
    "owner": 80,
}
"""Characters that each text may have."""
_LABEL, _RAW, _LONGEST_FOLDED = 32, 40, 200
_LAID_OUT = frozenset({"address", "credit", "dealings", "situation", "note"})
"""Texts that may have line breaks and tabs."""
_NOBODYS = frozenset({NumberKind.ANONYMOUS, NumberKind.UNUSABLE})

WEIGHTS = {
    "name": 20,
    "numbers": 25,
    "address": 10,
    "credit": 10,
    "dealings": 10,
    "situation": 10,
    "customer_class": 10,
    "owner": 5,
    "service": 10,
}
"""What each field counts in a card's completeness; `service`, a key account's own queue or group, counts for key
accounts alone."""


class CustomerNumber(msgspec.Struct, frozen=True, kw_only=True):
    """One of a customer's telephone numbers.

    Attributes:
        raw: As it was written.
        key: What is compared; None: a number that is never linked.
        kind: Whose it can be.
        extension: Digits behind it, as they were written.
        label: What the customer uses it for, in people's words.
    """

    raw: str
    key: str | None
    kind: NumberKind
    extension: str | None = None
    label: str | None = None

    @property
    def named(self) -> tuple[str, str | None]:
        """What tells it from the customer's other numbers."""
        return self.key or self.raw, self.extension


class CustomerCard(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a customer; None: nobody has filled it in.

    Attributes:
        reference: The company's own number of the customer.
        customer_class: By the company's criteria, one of its own list.
        key_account: Served by a queue or a group of its own, `queue` and `group`.
        owner: The agent whose customer it is.
    """

    name: str
    reference: str | None = None
    address: str | None = None
    numbers: tuple[CustomerNumber, ...] = ()
    credit: str | None = None
    dealings: str | None = None
    situation: str | None = None
    customer_class: str | None = None
    key_account: bool = False
    queue: str | None = None
    group: str | None = None
    owner: str | None = None


FIELDS = CustomerCard.__struct_fields__


class ToldNumber(msgspec.Struct, frozen=True, kw_only=True):
    """A number as somebody tells it: written anew, or one that the card has, by its place from 0.

    A place stands for a number that whoever changes the card may not read whole; `label` is its new one, if it is told.
    """

    raw: str | None = None
    place: int | None = None
    label: str | msgspec.UnsetType | None = msgspec.UNSET


class Completeness(msgspec.Struct, frozen=True, kw_only=True):
    """How much of a card is filled in.

    Attributes:
        share: From 0 to 1: the weights of the filled fields by the weights of all that count.
        weights: Of all that count for this card.
        missing: Those of them that nobody has filled in.
    """

    share: float
    weights: dict[str, int]
    missing: tuple[str, ...]


def card_of(told: Mapping[str, Any]) -> CustomerCard:
    """Make a card of its fields; those that are not told are not filled in.

    Raises:
        BadInput: A field is not within its bounds, or the name is missing.
    """
    return changed_card(CustomerCard(name=""), {"name": None, **told})


def changed_card(card: CustomerCard, told: Mapping[str, Any]) -> CustomerCard:
    """Return a card with some fields told anew; those that are not told stay, unchecked.

    Raises:
        BadInput: A field is not within its bounds, or the name is missing.
    """
    values = {field: _checked(field, value) for field, value in told.items()}
    if values.get("name", card.name) is None:
        raise BadInput("a customer needs a name: give the person's or the company's")
    return msgspec.structs.replace(card, **values)


def number_of(raw: str, label: str | None = None, numbering: Numbering = PLAIN) -> CustomerNumber:
    """Read one of a customer's numbers.

    Raises:
        BadInput: No number has these digits.
    """
    written = text_of("number", raw, _RAW)
    read = read_number(written or "", numbering)
    if read.kind in _NOBODYS:
        raise BadInput(f"{read.raw!r} is nobody's telephone number: {read.why}")
    return CustomerNumber(
        raw=read.raw, key=read.key, kind=read.kind, extension=read.extension, label=text_of("label", label, _LABEL)
    )


def numbers_told(
    card: CustomerCard, told: Iterable[ToldNumber], numbering: Numbering = PLAIN
) -> tuple[CustomerNumber, ...]:
    """Read a card's numbers as somebody tells them.

    Raises:
        BadInput: One is nobody's number, or the card has none at a place, or there are too many, each counted: whether
            one is the card's already would else come to light.
    """
    told = [*told]
    if len(told) > MOST_NUMBERS:
        raise _too_many()
    return united(_told_number(card, one, numbering) for one in told)


def united(numbers: Iterable[CustomerNumber]) -> tuple[CustomerNumber, ...]:
    """Return each number once, where it stands first.

    Raises:
        BadInput: There are more than a card holds.
    """
    once: dict[tuple[str, str | None], CustomerNumber] = {}
    for number in numbers:
        once.setdefault(number.named, number)
    if len(once) > MOST_NUMBERS:
        raise _too_many()
    return tuple(once.values())


def text_of(field: str, told: object, most: int) -> str | None:
    """Return a text without space around it, None where nothing is left.

    Raises:
        BadInput: It is no text, too long, or has characters that hide themselves or act.
    """
    if told is None:
        return None
    if not isinstance(told, str):
        raise BadInput(f"{field} must be text")
    if len(told) > most:
        raise BadInput(f"{field} is longer than {most} characters: shorten it")
    text = told.replace("\r\n", "\n").strip()
    hidden = hidden_in(text, layout=field in _LAID_OUT)
    if hidden is not None:
        raise BadInput(f"{field} has the character U+{ord(hidden):04X}, which cannot be seen: take it out")
    return text or None


def folded(name: str) -> str:
    """Return a name as it is compared: wide and narrow, large and small letters are one."""
    return unicodedata.normalize("NFKC", name).casefold()[:_LONGEST_FOLDED]


def differing(before: CustomerCard, after: CustomerCard) -> tuple[str, ...]:
    """Name the fields in which two cards differ."""
    return tuple(field for field in FIELDS if getattr(before, field) != getattr(after, field))


def completeness(card: CustomerCard) -> Completeness:
    """Tell how much of a card is filled in."""
    counting = {field: weight for field, weight in WEIGHTS.items() if field != "service" or card.key_account}
    missing = tuple(field for field in counting if not _is_filled(card, field))
    whole = sum(counting.values())
    share = (whole - sum(counting[field] for field in missing)) / whole
    return Completeness(share=share, weights=counting, missing=missing)


def _too_many() -> BadInput:
    return BadInput(f"a customer has at most {MOST_NUMBERS} numbers: leave out those that are no longer used")


def _told_number(card: CustomerCard, told: ToldNumber, numbering: Numbering) -> CustomerNumber:
    if told.raw is not None:
        return number_of(told.raw, None if told.label is msgspec.UNSET else told.label, numbering)
    if told.place is None or not 0 <= told.place < len(card.numbers):
        raise BadInput(f"the card has no number at place {told.place}: places count from 0")
    number = card.numbers[told.place]
    if told.label is msgspec.UNSET:
        return number
    return msgspec.structs.replace(number, label=text_of("label", told.label, _LABEL))


def _is_filled(card: CustomerCard, field: str) -> bool:
    match field:
        case "numbers":
            return any(number.key is not None for number in card.numbers)
        case "service":
            return card.queue is not None or card.group is not None
        case _:
            return getattr(card, field) is not None


def _checked(field: str, value: Any) -> Any:
    match field:
        case "numbers":
            return united(value)
        case "key_account":
            return bool(value)
        case _ if field in LENGTHS:
            return text_of(field, value, LENGTHS[field])
        case _:
            raise BadInput(f"a customer's card has no field {field!r}")
