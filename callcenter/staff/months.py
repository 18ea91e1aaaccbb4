"""Calendar months of the site's zone: their names, the moments they hold, and the quarters they make (pure)."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from zoneinfo import ZoneInfo

from callcenter.domain.frame import Micros
from callcenter.errors import BadInput
from callcenter.staff.dates import datetime_of, day_start

Month = tuple[int, int]
"""Year and month."""

MONTH = r"^2[0-9]{3}-(0[1-9]|1[0-2])$"
"""How a month is written: 2026-11."""


def read_month(text: object) -> Month:
    """Read a month as it is written.

    Raises:
        BadInput: It is none.
    """
    if not isinstance(text, str) or not re.fullmatch(MONTH, text):
        raise BadInput(f"{text!r} is not a month like 2026-11")
    return int(text[:4]), int(text[5:])


def month_name(month: Month) -> str:
    """Write a month: 2026-11."""
    return f"{month[0]:04}-{month[1]:02}"


def month_of(at: Micros, zone: ZoneInfo) -> Month:
    """Return the calendar month in which a moment lies."""
    day = datetime_of(at, zone)
    return day.year, day.month


def month_span(month: Month, zone: ZoneInfo) -> tuple[Micros, Micros]:
    """Return a month's first moment, and the next month's."""
    first, last = month_days(month)
    return day_start(first, zone), day_start(last, zone, days=1)


def month_days(month: Month) -> tuple[date, date]:
    """Return a month's first day and its last."""
    return date(*month, 1), date(*month, monthrange(*month)[1])


def quarter_months(year: int, quarter: int) -> tuple[Month, Month, Month]:
    """Return the months of a quarter (1 to 4)."""
    first = (quarter - 1) * 3 + 1
    return (year, first), (year, first + 1), (year, first + 2)
