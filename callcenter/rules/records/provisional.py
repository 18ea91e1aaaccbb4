"""Does anything that counts now reach into days that are only known provisionally (pure)."""

from __future__ import annotations

from datetime import date

from callcenter.domain.frame import Micros
from callcenter.rules.records.steps import Terms
from callcenter.staff.duty import Roster


def reached(terms: Terms, roster: Roster | None, at: Micros) -> date | None:
    """Return the first provisional day that a deadline given now, or the roster, reaches into; None: neither does.

    No deadline that is running ends after the longest that can be given now.
    """
    ends = [terms.days.after(at, max(terms.explain, terms.appeal, terms.decide)) - 1]
    if roster is not None:
        ends += [end - 1 for shifts in roster.shifts.values() for _, end in shifts]
    return terms.days.first_unknown(at, max(ends))
