"""What people wrote of a case or a customer, with numbers in it as far as a role reads them."""

from __future__ import annotations

from callcenter.rules.records.masks import worded
from callcenter.staff.roles import Field as Part
from callcenter.staff.roles import Principal, sight


def written(text: str | None, person: Principal) -> str | None:
    """Show what somebody wrote."""
    return None if text is None else worded(text, sight(person.role, Part.CALLER))
