"""Who is in which team and on duty now, and since when the rulebook's edition holds: time changes them, too."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from callcenter.domain.frame import Micros
from callcenter.exporter.told import Staffing
from callcenter.rules.regulations.edition import Edition, Mode, Severity
from callcenter.tracker.inputs import RulesInForce

EVERY_SECONDS = 15.0


async def watch_staffing(
    in_force: Callable[[], RulesInForce],
    tell: Callable[[Staffing], None],
    clock: Callable[[], Micros],
    every: float = EVERY_SECONDS,
) -> None:
    """Tell a live view, until cancelled, what roster and rulebook say of the present."""
    while True:
        tell(staffing_at(in_force(), clock()))
        await asyncio.sleep(every)


def staffing_at(rules: RulesInForce, at: Micros) -> Staffing:
    """Return what roster and rulebook say of a moment."""
    edition, roster = rules.rulebook.at(at), rules.roster
    return Staffing(
        teams={} if roster is None else roster.teams_at(at),
        rostered={} if roster is None else roster.on_duty_by_queue(at),
        rulebook_since=None if edition is None else rules.rulebook.holds(edition)[0],
        rules={} if edition is None else severities_of(edition),
    )


def severities_of(edition: Edition) -> dict[str, frozenset[Severity | None]]:
    """Return, of each rule that is on, the severities that a record may have when it is raised."""
    on = {code: rule for code, rule in edition.violations.items() if rule.mode is Mode.ON}
    return {code: frozenset({rule.severity, rule.lesser or rule.severity}) for code, rule in on.items()}
