"""How long what is kept: as settings have it, and as two people agreed since (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from callcenter.errors import BadInput
from callcenter.staff.site.difference import SiteDifference

_NONE: Mapping[str, int] = MappingProxyType({})


class DaysBound(NamedTuple):
    """How many days a setting may say; where `least` is 0, that is for good."""

    least: int
    most: int


OUTBOX_DAYS = DaysBound(1, 3_650)
LOST_DAYS = DaysBound(0, 36_500)
JOURNAL_DAYS = DaysBound(0, 36_500)
AGREED: Mapping[str, DaysBound] = MappingProxyType(
    {"store.outbox_days": OUTBOX_DAYS, "customers.keep_lost_days": LOST_DAYS}
)
"""What two people may agree on, by setting. The journal is not among it: what is cut of it is evidence that is gone,
and it saves its states by the days with which it was opened."""


class RetentionSaid(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For how many days what is kept, by setting; 0: for good."""

    days: dict[str, int]


class SiteRetention:
    """The times of keeping of a site.

    Args:
        filed: Settings → days.

    Attributes:
        filed: The same.
        days: What holds.
    """

    def __init__(self, filed: Mapping[str, int] = _NONE) -> None:
        self.filed = filed
        self.days = filed

    def lay_over(self, said: Iterable[RetentionSaid]) -> bool:
        """Let hold what was agreed on, in its order; tells whether that is anything else than held before."""
        before, days = self.days, dict(self.filed)
        for one in said:
            days |= {name: n for name, n in one.days.items() if name in self.filed}
        self.days = days
        return before != days

    def differing(self, said: RetentionSaid) -> list[SiteDifference]:
        """Return what is said otherwise than holds."""
        return [
            SiteDifference(name, "days", self.days.get(name), n)
            for name, n in said.days.items()
            if self.days.get(name) != n
        ]


def retention_said(said: RetentionSaid) -> RetentionSaid:
    """Return what somebody proposes as it is kept.

    Raises:
        BadInput: It could not be used.
    """
    if not said.days:
        raise BadInput("name at least one time of keeping")
    for name, days in said.days.items():
        bound = AGREED.get(name)
        if bound is None:
            raise BadInput(f"{name!r} is not agreed on here; that can be: {', '.join(AGREED)}")
        if not bound.least <= days <= bound.most:
            raise BadInput(f"{name} must be {bound.least} to {bound.most} days")
    return said
