"""The ladder that upheld complaints against one agent climb in a calendar year."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from callcenter.cases.complaints.case import CaseRecord
from callcenter.cases.complaints.settings import Ladder
from callcenter.staff.dates import datetime_of


class LadderSteps:
    """Which record is which step of whom: those that stand count, in the order in which they were raised."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._standing: dict[tuple[str, int], list[CaseRecord]] = {}

    def climb(self, record: CaseRecord) -> None:
        """Give a record that was raised its step."""
        standing = self._standing.setdefault(self._rung(record), [])
        standing.append(record)
        record.step = len(standing)

    def come_down(self, record: CaseRecord) -> None:
        """Take a record that was withdrawn off; it keeps its step, those after it move down."""
        standing = self._standing[self._rung(record)]
        place = next(place for place, one in enumerate(standing) if one is record)
        del standing[place]
        for later in standing[place:]:
            later.step = None if later.step is None else later.step - 1

    def _rung(self, record: CaseRecord) -> tuple[str, int]:
        return record.agent, datetime_of(record.at, self._zone).year


def fine_of(step: int | None, ladder: Ladder) -> str | None:
    """Return what a step costs in yuan; None past the fines: then people decide on a dismissal."""
    return ladder.fines[step - 1] if step is not None and step <= len(ladder.fines) else None
