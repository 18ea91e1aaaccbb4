"""A roster's sheets become its form: what each says, in the order in which they lean on one another (pure)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from callcenter.errors import BadInput
from callcenter.staff.pattern_rows import calendar_of, shifts_from
from callcenter.staff.roster_columns import LAYOUT, Sheet, title
from callcenter.staff.roster_rows import RowChecker, RowFault, TimeSheet
from callcenter.staff.roster_table import Table

TIMES: tuple[TimeSheet, ...] = ("shifts", "leave", "breaks")
"""Sheets that are lists of times."""

Form = dict[str, Any]
"""A roster as its JSON says it."""


class Import(msgspec.Struct):
    """What a file gave: a roster's form, and what is wrong with it (then the form may not be used)."""

    form: Form
    faults: list[RowFault]
    warnings: list[str] = []

    def sound(self) -> Form:
        """Return the form; raises BadInput with the first faults where there are any."""
        if not self.faults:
            return self.form
        more = f"; and {len(self.faults) - 1} more" if len(self.faults) > 1 else ""
        raise BadInput(f"the roster cannot be used: {self.faults[0]}{more}")


def imported(name: str, tables: Iterable[Table], timezone: str) -> Import:
    """Check a roster's sheets and put them together.

    Args:
        name: What people call the whole.
        tables: Each sheet once, in any order.
        timezone: Where times without an offset belong when the roster itself does not say.

    Raises:
        BadInput: It has no agents.
    """
    checker = RowChecker(timezone)
    found: dict[Sheet, Table] = {}
    for table in tables:
        if table.sheet is None:
            known = ", ".join(f"{sheet} ({title(sheet, 'zh-CN')})" for sheet in LAYOUT)
            checker.fault(table, 0, "", f"is no sheet of a roster; known are {known}")
        elif table.sheet in found:
            checker.fault(table, 0, "", f"{found[table.sheet].name} holds {table.sheet} already")
        else:
            found[table.sheet] = table
    if not checker.faults and "agents" not in found:
        raise BadInput(f"the roster {name} has no sheet or file agents ({title('agents', 'zh-CN')})")
    return Import(_form(found, checker), checker.faults, checker.warnings)


def _form(found: dict[Sheet, Table], checker: RowChecker) -> Form:
    """Check the sheets in the order in which they lean on one another."""
    if "site" in found:
        checker.site(found["site"])
    form: Form = {"timezone": checker.timezone}
    if "agents" in found:
        form["agents"] = checker.agents(found["agents"])
    for sheet in TIMES:
        if sheet in found:
            form[sheet] = checker.times(found[sheet], sheet)
    overrides = calendar_of(checker, found["calendar"]) if "calendar" in found else {}
    if "patterns" in found:
        form["shifts"] = [*form.get("shifts", ()), *shifts_from(checker, found["patterns"], overrides)]
    if "extensions" in found:
        form["legit_extensions"] = checker.extensions(found["extensions"])
    return form
