"""The rulebook that a day is judged by: every telephony and roster rule on, with short figures or the packaged ones."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, Self

import yaml

from callcenter.domain.frame import SECOND
from callcenter.files.rulebook import load_rulebook

MARGIN_SECONDS = 1.7
"""How far an act keeps from a limit; the uncertainty of the short figures is a half second of it."""

SHORT = {
    "uncertainty_seconds": 0.5,
    "gap_nearness_seconds": 2,
    "rings": 1,
    "cadence_seconds": 4,
    "refused_over_seconds": 4.5,
    "refused_apart_seconds": 6.5,
    "engaged_seconds": 4,
    "off_seconds": 4,
    "together_seconds": 2,
    "hangup_within_seconds": 3,
    "away_seconds": 5,
    "late_seconds": 2,
    "relief_within_seconds": 8,
}
"""Everything within seconds, so that a day fits into a minute."""

PACKAGED = {"hangup_within_seconds": 5, "relief_within_seconds": 120}
"""The figures as they ship; the regulations name none for hanging up and for a relief, so a department must."""

_ON = {
    "V-HANGUP": {"mode": "on", "severity": "moderate", "points": 10},
    "V-AWAY": {"mode": "on"},
    "V-LATE": {"mode": "on"},
    "V-EARLY": {"mode": "on"},
    "V-ABSENT": {"mode": "on"},
    "V-RELIEF": {"mode": "on", "points": 5},
}


class Limits(NamedTuple):
    """What acts are measured against, in seconds.

    Attributes:
        near: How long after an act something may still come that speaks for the agent.
        settles: The same for a declined call, which may be one of a run.
    """

    ring: float
    engaged: float
    refused_over: float
    off: float
    hangup: float
    away: float
    late: float
    near: float
    settles: float

    @classmethod
    def of(cls, rulebook: Path) -> Self:
        """Read them as the service does."""
        figures = load_rulebook(rulebook).editions[-1].figures
        assert isinstance(figures.hangup_within, int)
        near = max(figures.gap_nearness, figures.together + figures.uncertainty)
        micros = (
            figures.ring,
            figures.engaged,
            figures.refused_over,
            figures.off,
            figures.hangup_within,
            figures.away,
            figures.late,
            near,
            figures.refused_apart + near,
        )
        return cls(*(span / SECOND for span in micros))


def write_rulebook(path: Path, figures: Mapping[str, object]) -> None:
    """Write a department's own rulebook, what differs from the packaged one, into a new directory."""
    path.parent.mkdir()
    edition = {"version": "live", "from": "1970-01-01", "figures": dict(figures), "violations": _ON}
    path.write_text(yaml.safe_dump({"format": 1, "based_on": "packaged", "editions": [edition]}), encoding="utf-8")


def severity(rule: str, kept_out: int | None) -> str:
    """Say how grave an act is: a blocked line that kept nobody out is a warning."""
    if rule == "V-HOTLINE":
        return "dismissal" if kept_out else "warning"
    return {"V-HANGUP": "moderate", "V-ABSENT": "severe"}.get(rule, "minor")
