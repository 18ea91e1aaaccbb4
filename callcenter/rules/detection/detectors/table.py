"""The table of detectors: a rule that the service raises by itself is found by one of these."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from callcenter.rules.detection.detectors.absence import AbsenceDetector, AbsenceMemory
from callcenter.rules.detection.detectors.attendance import AttendanceMemory
from callcenter.rules.detection.detectors.detector import Memoryless, QuietDetector
from callcenter.rules.detection.detectors.dispositions import DispositionDetector, DispositionMemory
from callcenter.rules.detection.detectors.hangup import HangupDetector
from callcenter.rules.detection.detectors.hotline import HotlineDetector, HotlineMemory
from callcenter.rules.detection.detectors.late_answer import LateAnswerDetector
from callcenter.rules.detection.detectors.shifts import ShiftDetector


class DetectorRow(NamedTuple):
    """A detector, what it remembers, and under which name that is saved."""

    name: str
    detector: type[QuietDetector[Any]]
    memory: type[msgspec.Struct]


DETECTORS = (
    DetectorRow("late_answer", LateAnswerDetector, Memoryless),
    DetectorRow("hotline", HotlineDetector, HotlineMemory),
    DetectorRow("hangup", HangupDetector, Memoryless),
    DetectorRow("absence", AbsenceDetector, AbsenceMemory),
    DetectorRow("shifts", ShiftDetector, AttendanceMemory),
    DetectorRow("dispositions", DispositionDetector, DispositionMemory),
)
"""Each sees every fact, in this order."""
