"""One cell of a workbook or of a CSV file as text; formulas are told, never computed."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any


def is_filled(cell: Any) -> bool:
    """Tell whether anything stands in a cell: the text of a CSV file, or a workbook's cell."""
    return bool(cell) if isinstance(cell, str) else cell.value is not None


def cell_text(cell: Any, longest: int) -> str:
    """Return what a cell holds as text; dates become ISO times.

    Raises:
        ValueError: It is a formula, too long, or neither text nor a date with its time.
    """
    return _as_text(cell if isinstance(cell, str) else _value(cell), longest)


def _value(cell: Any) -> Any:
    if cell.value is not None and cell.data_type in {"f", "e"}:
        raise ValueError("a formula or an error stands here: put its value")
    return cell.value


def _as_text(value: Any, longest: int) -> str:
    match value:
        case None:
            return ""
        case str():
            if len(value) > longest:
                raise ValueError(f"the text is longer than {longest} characters")
            return value.strip()
        case bool():
            raise ValueError(f"{value} is no text")
        case datetime():
            # Excel counts in days: its fractions miss whole seconds by some microseconds
            return (value + timedelta(microseconds=500_000)).replace(microsecond=0).isoformat(" ")
        case date():
            return value.isoformat()
        case int():
            return str(value)
        case float() if value.is_integer():
            return str(int(value))
        case _:
            raise ValueError(f"{value} is neither text nor a date with its time")
