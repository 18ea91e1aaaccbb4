"""When a record waits for the department, state by state, and from when on its agent may know of it."""

from __future__ import annotations

from typing import Any

import pytest

from callcenter.rules.records.due import due_at
from callcenter.rules.records.standing import CHECKLISTS, Advice, RecordState
from callcenter.rules.records.violation import Verdict
from callcenter.rules.regulations.edition import Mode, Severity
from tests.unit.rules.detection.people import DAY, MONDAY, record

FILED, HEARD, APPEALABLE, DECIDED, LATE = (MONDAY + n * DAY for n in range(5))
TIMES: dict[str, Any] = {
    "explain_until": HEARD,
    "appeal_until": APPEALABLE,
    "decided_at": DECIDED,
    "decide_until": LATE,
}
SPOKEN = MONDAY + DAY // 2
GRAVE: dict[str, Any] = {"decided_severity": Severity.DISMISSAL}


@pytest.mark.parametrize(
    ("told", "due"),
    [
        ({"state": RecordState.PROPOSED}, FILED),
        ({"state": RecordState.NOTIFIED}, HEARD),
        ({"state": RecordState.EXPLAINED}, HEARD),
        ({"state": RecordState.EXPLAINED, "explained_at": SPOKEN}, SPOKEN),
        ({"state": RecordState.APPEALED}, LATE),
        ({"state": RecordState.CONFIRMED}, None),
        ({"state": RecordState.CONFIRMED, **GRAVE}, APPEALABLE),
        ({"state": RecordState.REDUCED, "fine_yuan": 20, "appealed_at": HEARD}, DECIDED),
        ({"state": RecordState.CONFIRMED, **GRAVE, "checked": dict.fromkeys(CHECKLISTS[Advice.DISMISSAL], "ma")}, None),
        ({"state": RecordState.OVERTURNED}, None),
        ({"state": RecordState.WITHDRAWN}, None),
        ({"verdict": Verdict.UNDETERMINED}, None),
        ({"mode": Mode.SHADOW}, FILED),
        ({"mode": Mode.SHADOW, "reviews": {"root": True}}, None),
    ],
)
def test_a_record_waits_for_what_its_state_says(told: dict[str, Any], due: int | None) -> None:
    assert due_at(record(**TIMES | told), FILED) == due


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({}, False),
        ({"state": RecordState.OVERTURNED}, False),
        ({"state": RecordState.NOTIFIED, "notified_at": HEARD}, True),
        ({"verdict": Verdict.UNDETERMINED}, True),
        ({"verdict": Verdict.EXCUSED}, True),
    ],
)
def test_an_agent_may_know_of_what_they_were_told_and_of_what_nobody_acts_on(said: dict[str, Any], told: bool) -> None:
    assert record(**said).told is told
