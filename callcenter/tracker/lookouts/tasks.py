"""Every look-out of the service, by name."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from callcenter.clock import wall_clock
from callcenter.domain.frame import Micros
from callcenter.exporter import Exporter
from callcenter.store import DecisionStore
from callcenter.tracker.aftercare.watch import watch_complaints, watch_draws
from callcenter.tracker.agreed import SiteAgreed
from callcenter.tracker.calendar_watch import CalendarWatch
from callcenter.tracker.inputs import RulesInForce
from callcenter.tracker.lookouts.certificates import watch_certificates
from callcenter.tracker.lookouts.repeats import watch_repeats
from callcenter.tracker.lookouts.staffing import watch_staffing
from callcenter.tracker.lost_calls.watch import LostCallsTold, watch_lost_calls
from callcenter.tracker.pruning.database import KeepDays, prune_database
from callcenter.tracker.withdrawals import Withdrawals


class LookoutTerms(NamedTuple):
    """What the settings say of it.

    Attributes:
        agreed: What two people agreed on of the site.
        answer_within: How long a department may take for a notice.
        certificates: PEM files.
    """

    agreed: SiteAgreed
    follow_up_percent: int
    answer_within: Micros
    certificates: Sequence[Path]


def lookouts(
    decisions: DecisionStore,
    exporter: Exporter,
    in_force: Callable[[], RulesInForce],
    lost_calls: Sequence[LostCallsTold],
    certificates: Callable[[], Mapping[str, float]],
    terms: LookoutTerms,
) -> Iterator[tuple[str, Coroutine[Any, Any, None]]]:
    """Yield what is to run until it is cancelled.

    Args:
        decisions: The database.
        exporter: What is told.
        in_force: Gives roster and rulebook.
        lost_calls: Who else is told of lost calls.
        certificates: Gives those that others showed us, by name.
        terms: What the settings say.
    """

    def keep() -> KeepDays:
        days = terms.agreed.own.retention.days
        return KeepDays(outbox=days["store.outbox_days"], lost_calls=days["customers.keep_lost_days"])

    withdrawals = Withdrawals(decisions, lambda: in_force().rulebook)
    calendar = CalendarWatch(terms.agreed.terms, lambda: in_force().roster, wall_clock)
    yield "withdrawals", withdrawals.watch(exporter.withdrawn)
    yield "agreed", terms.agreed.keep()
    yield "calendar", calendar.watch(exporter.provisional)
    yield "lost-calls", watch_lost_calls(decisions, [exporter.lost_calls, *lost_calls])
    yield "database-pruning", prune_database(decisions, keep, wall_clock)
    yield "complaint-counts", watch_complaints(decisions, exporter.complaints, wall_clock, terms.answer_within)
    zone = in_force().rulebook.zone
    yield "follow-ups", watch_draws(decisions, terms.follow_up_percent, zone, wall_clock)
    yield "staffing", watch_staffing(in_force, exporter.staffing, wall_clock)
    yield "repeat-calls", watch_repeats(decisions, exporter.queues, exporter.repeats, wall_clock)
    yield "certificates", watch_certificates(terms.certificates, certificates, exporter.certificates)
