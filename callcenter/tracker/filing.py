"""A record of a rule becomes a dossier for people: with the frames it stands on, copied out of the journal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from callcenter.ami.decode import caller_of
from callcenter.clock import wall_clock
from callcenter.journal import Journal, Stored
from callcenter.numbers import PLAIN
from callcenter.rules.records.dossier import from_violation
from callcenter.rules.records.violation import Violation
from callcenter.tracker.entries import reread, words_of
from callcenter.tracker.inputs import RulesInForce
from callcenter.usecases.file_records import Filed


async def filed(journal: Journal, in_force: RulesInForce, violations: Iterable[Violation]) -> list[Filed]:
    """Open a dossier for each record; its frames must be durable.

    Raises:
        JournalDamaged: A frame is not as it was written.
    """
    found = []
    for violation in violations:
        positions = sorted(set(violation.frames))
        frames = [await journal.read_one(position) for position in positions]
        team = None if in_force.roster is None else in_force.roster.team_of(violation.agent, violation.at)
        dossier, standing = from_violation(
            violation, in_force.rulebook, team=team, evidence=[*map(exhibit, frames)], caller=_caller(frames)
        )
        found.append(Filed(dossier, standing, in_force.rulebook, wall_clock(), in_force.numbering or PLAIN))
    return found


def _caller(stored: Iterable[Stored]) -> str | None:
    """Name the customer whom the frames tell of, the first where they tell of several."""
    frames = (reread(one).frame for one in stored)
    return next((caller for frame in frames if frame is not None and (caller := caller_of(frame))), None)


def exhibit(stored: Stored) -> dict[str, Any]:
    """Copy a frame out of the journal, as a record keeps it."""
    return {
        "position": stored.position,
        "recorded_at": stored.recorded_at,
        "hash": stored.hash.hex(),
        "frame": words_of(stored),
    }
