from __future__ import annotations

import msgspec
from structlog.testing import capture_logs

from callcenter.ami.refused import Hints, LostFrame
from callcenter.tracker.refusals import Refusals

REFUSED = LostFrame("Hangup", "missing_header", None, 7, "frame", Hints(), b"")


def test_the_first_of_each_reason_is_logged_at_once_and_what_follows_together_after_a_minute() -> None:
    now = 100.0
    refusals = Refusals("pbx", clock=lambda: now)

    with capture_logs() as logged:
        for _ in range(50):
            refusals.note(REFUSED)
        refusals.note(msgspec.structs.replace(REFUSED, reason="no_opening"))
        now = 159.0
        refusals.tell()
        now = 160.0
        refusals.tell()
        now = 900.0
        refusals.tell()

    told = [(one["event"], one["log_level"], one["reason"], one["refused_count"]) for one in logged]
    assert told == [
        ("frame_refused", "warning", "missing_header", 1),
        ("frame_refused", "warning", "no_opening", 1),
        ("frame_refused", "warning", "missing_header", 49),
    ]
