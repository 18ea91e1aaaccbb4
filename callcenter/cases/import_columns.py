"""Which column of a list is which field of a card, by recognised headings or as somebody says (pure)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from callcenter.cases.customers import FIELDS, CustomerNumber, number_of
from callcenter.errors import BadInput
from callcenter.locale import Language, spellings
from callcenter.numbers import Numbering

IGNORED = "-"
"""Stands for a column that is left out."""
_BETWEEN = re.compile(r"[;；](?!\s*ext=)|[、|/\n]")
_LABELLED = re.compile(r"(?P<label>[^\d=+][^=]{0,31}?)\s*=(?P<raw>.+)", re.DOTALL)


def heading_of(field: str, language: Language) -> str:
    """Name a column as somebody would write it."""
    return field if language == "en" else spellings("customer_columns")[field][0]


def field_named(heading: str) -> str | None:
    """Find the field that somebody's heading means, None where it means none."""
    told, others = heading.strip().casefold(), spellings("customer_columns")
    return next((field for field in FIELDS if told == field or told in others[field]), None)


def columns_of(headings: Sequence[str], said: Mapping[str, str]) -> tuple[str | None, ...]:
    """Return each column's field, None for a column that is left out.

    Args:
        headings: As the file has them.
        said: Heading → field, where somebody says so; `-` leaves a column out.

    Raises:
        BadInput: The file has no such heading, there is no such field, or none of the columns has the names.
    """
    for heading, field in said.items():
        if heading not in headings:
            raise BadInput(f"the file has no column {heading!r}: its columns are {', '.join(headings)}")
        if field != IGNORED and field not in FIELDS:
            raise BadInput(f"there is no field {field!r}: take one of {', '.join(FIELDS)}, or - to leave it out")
    named = [said.get(heading) or field_named(heading) for heading in headings]
    columns = tuple(None if field == IGNORED else field for field in named)
    if "name" not in columns:
        raise BadInput("no column has the customers' names: head one `name`, or say which with --map HEADING=name")
    for field in FIELDS:
        if field != "numbers" and columns.count(field) > 1:
            raise BadInput(f"two columns are {field}: leave one out with --map HEADING=-")
    return columns


def fields_of(
    cells: Sequence[str], headings: Sequence[str], columns: Sequence[str | None], numbering: Numbering
) -> dict[str, Any]:
    """Return what a row tells of a customer; an empty cell tells nothing.

    Raises:
        BadInput: A number is nobody's, or what should be yes or no is neither.
    """
    told: dict[str, Any] = {}
    numbers: list[CustomerNumber] = []
    for cell, heading, field in zip(cells, headings, columns, strict=False):
        match field:
            case None:
                pass
            case _ if not cell.strip():
                pass
            case "numbers":
                numbers += numbers_in(cell, _label_of(heading), numbering)
            case "key_account":
                told[field] = _is_yes(cell, heading)
            case _:
                told[field] = cell
    return told | ({"numbers": numbers} if numbers else {})


def numbers_in(cell: str, usual: str | None, numbering: Numbering) -> list[CustomerNumber]:
    """Read several numbers, each with a label of its own (`label=number`) or the usual one.

    Raises:
        BadInput: One is nobody's.
    """
    found = []
    for part in map(str.strip, _BETWEEN.split(cell)):
        labelled = _LABELLED.fullmatch(part)
        label, raw = (labelled["label"], labelled["raw"]) if labelled else (usual, part)
        if raw:
            found.append(number_of(raw, label, numbering))
    return found


def written_numbers(numbers: Iterable[CustomerNumber]) -> str:
    """Write numbers into one cell, as they are read again."""
    return "; ".join(number.raw if number.label is None else f"{number.label}={number.raw}" for number in numbers)


def _label_of(heading: str) -> str | None:
    """Return a column's heading, where that says more than that it is a number."""
    told = heading.strip()
    return None if told.casefold() in {"numbers", *spellings("customer_columns")["numbers"]} else told


def _is_yes(cell: str, heading: str) -> bool:
    told = cell.strip().casefold()
    for word, yes in (("yes", True), ("no", False)):
        if told == word or told in spellings("answers")[word]:
            return yes
    raise BadInput(f"{heading}: {cell!r} is neither yes nor no")
