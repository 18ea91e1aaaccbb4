"""One line of a complaint's story: who did what when, and how its fields are read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from callcenter.cases.complaints.vocabulary import MoveWhy
from callcenter.domain.frame import Micros
from callcenter.staff.dates import micros_of

_YEARS = range(1971, 9000)
_V = TypeVar("_V")


class Refused(Exception):
    """A line cannot be done, and changed nothing; `fields` are those that it lacks, or that cannot be as they are."""

    def __init__(self, why: MoveWhy, *fields: str) -> None:
        super().__init__(why.value)
        self.why = why
        self.fields = fields


class CaseLine(msgspec.Struct, frozen=True):
    """What somebody did; `told` holds the line's own fields, whatever their types."""

    at: Micros
    told: Mapping[str, Any]

    def get(self, field: str) -> Any:
        """Return a field, None where it is empty: false and 0 are not."""
        value = self.told.get(field)
        if isinstance(value, str):
            return value if value.strip() else None
        return None if value is None or value in ([], {}) else value

    def has(self, field: str) -> bool:
        """Tell whether a field is given."""
        return self.get(field) is not None

    def need(self, *fields: str) -> None:
        """Refuse the line where one of them is empty."""
        missing = [field for field in fields if not self.has(field)]
        if missing:
            raise Refused(MoveWhy.INCOMPLETE, *missing)

    def text(self, field: str) -> str | None:
        """Return a field that names something, None where it is not given.

        Raises:
            Refused: It is no text.
        """
        value = self.get(field)
        if value is not None and not isinstance(value, str):
            raise Refused(MoveWhy.NOT_POSSIBLE, field)
        return value

    def flag(self, field: str) -> bool:
        """Return a field that is true or false.

        Raises:
            Refused: It is neither.
        """
        value = self.get(field)
        if not isinstance(value, bool):
            raise Refused(MoveWhy.NOT_POSSIBLE, field)
        return value

    def moment(self, field: str) -> Micros:
        """Return a time of a field.

        Raises:
            Refused: It is none, or has no zone.
        """
        found = moment_of(self.get(field))
        if found is None:
            raise Refused(MoveWhy.NOT_POSSIBLE, field)
        return found

    def one_of(self, field: str, values: type[_V]) -> _V:
        """Return a field as one of a vocabulary's words.

        Raises:
            Refused: It is none of them.
        """
        try:
            return values(self.get(field))  # type: ignore[call-arg]  # an enumeration's look-up
        except ValueError:
            raise Refused(MoveWhy.NOT_POSSIBLE, field) from None


def moment_of(told: object) -> Micros | None:
    """Return a time that is written with its zone, None where it is not one."""
    if not isinstance(told, str):
        return None
    try:
        moment = datetime.fromisoformat(told)
    except ValueError:
        return None
    return micros_of(moment) if moment.tzinfo is not None and moment.year in _YEARS else None
