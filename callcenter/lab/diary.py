"""What phones and callers of the lab did, by their own clock."""

from __future__ import annotations

from dataclasses import dataclass, field

from callcenter.clock import wall_clock


@dataclass
class LabDiary:
    """What phones and callers did, in the order in which they did it, by `wall_clock() / 1_000_000`."""

    lines: list[dict[str, object]] = field(default_factory=list)

    def note(self, who: str, what: str, **more: object) -> float:
        """Writes a line and returns its time, epoch seconds."""
        at = wall_clock() / 1_000_000
        self.lines.append({"at": round(at, 6), "who": who, "what": what, **more})
        return at
