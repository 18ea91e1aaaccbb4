"""Whose visit a line tells of that names a call which never joined that queue.

An agent who consults a queue joins it on a channel of the agent's own. Completing the transfer puts the customer's
channel in its place: from then on the log names the customer's call in a queue that it never entered. The line's own
figures say when that visit joined, or was answered; it is moved where exactly one visit fits.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from callcenter.domain.frame import SECOND, Micros

if TYPE_CHECKING:
    from callcenter.queuelog.lines import QueueLogLine
    from callcenter.queuelog.logged_visit import LoggedVisit

_WITHIN: Micros = SECOND
"""The switch reads its clock anew for the line and for its figures."""


def moved(line: QueueLogLine, there: Iterable[LoggedVisit]) -> LoggedVisit | None:
    """Find the one visit, of those that are open, that a line of another call must be about."""
    fitting = [
        (abs(off), visit)
        for visit in there
        if visit.queue == line.queue
        and not (visit.doubtful or visit.is_of(line.call_id))
        and (off := _off(line, visit)) is not None
        and abs(off) <= _WITHIN
    ]
    exact = [found for found in fitting if found[0] == 0] or fitting
    return exact[0][1] if len(exact) == 1 else None


def _off(line: QueueLogLine, visit: LoggedVisit) -> Micros | None:
    """Tell how far a line's figures are from a visit's times; None where they are of another kind."""
    wait, talk = line.figures.wait, line.figures.talk
    if talk is not None:
        if visit.answered_at is None or visit.agent != line.agent:
            return None
        return line.at - talk * SECOND - visit.answered_at
    if wait is None or visit.joined_at is None or visit.over:
        return None
    return line.at - wait * SECOND - visit.joined_at
