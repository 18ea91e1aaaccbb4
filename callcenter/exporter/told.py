"""Figures that others look up and tell: from the database, the roster, the rulebook, certificates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

import msgspec

from callcenter.cases.aftercare.figures import ComplaintsNow
from callcenter.cases.complaints.vocabulary import OPEN_STATES
from callcenter.domain.frame import SECOND, Micros
from callcenter.exporter.names import Names, inert
from callcenter.exporter.values import Values
from callcenter.rules.records.violation import Verdict, Violation
from callcenter.rules.regulations.edition import Mode, Severity


class Staffing(msgspec.Struct, frozen=True):
    """What roster and rulebook say of a moment.

    Attributes:
        teams: Agent → team.
        rostered: Queue → agents on duty for it.
        rulebook_since: When the edition in force began; None where none is.
        rules: Rule that is on → the severities that its records may have.
    """

    teams: Mapping[str, str] = {}
    rostered: Mapping[str, int] = {}
    rulebook_since: Micros | None = None
    rules: Mapping[str, frozenset[Severity | None]] = {}


class ToldGauges:
    """Figures that are told.

    Args:
        queues: The labels of queues.
        values: Where the figures stand.
    """

    def __init__(self, queues: Names, values: Values) -> None:
        self._queues = queues
        self._values = values
        self._counted: dict[tuple[str, str], int] = {}
        self._owing: set[str] = set()
        self._rostered: set[str] = set()
        self._certificates: set[str] = set()

    def begin_queue(self, queue: str) -> None:
        """Show a queue's counts at zero, where nothing was told of it yet."""
        self._values.add("repeat_calls_total", (queue,), 0)
        if queue not in self._owing:
            self._owing.add(queue)
            self._values.set("lost_calls_open", (queue,), 0)

    def judged(self, violations: Sequence[Violation]) -> None:
        """Count records; those of rules that run in the shadow are for administrators alone."""
        for violation in violations:
            if violation.mode is Mode.ON:
                self._record(violation.rule, violation.severity, violation.verdict, 1)

    def _record(self, rule: str, severity: Severity | None, verdict: Verdict, count: int) -> None:
        self._values.add(
            "violations_total", (rule, "none" if severity is None else severity.value, verdict.value), count
        )

    def withdrawn(self, counts: Mapping[str, int]) -> None:
        """Show how many records the database says did not reproduce."""
        for rule, count in counts.items():
            self._values.set("violations_withdrawn_total", (rule,), count)

    def lost_calls(self, found: Mapping[str, tuple[int, Micros | None]]) -> None:
        """Show how many callers are to be called back by queue, and since when."""
        labels: dict[str, tuple[int, Micros | None]] = {}
        for queue, (count, oldest) in found.items():
            before, since = labels.get(label := self._queues.label(queue), (0, None))
            known = [at for at in (since, oldest) if at is not None]
            labels[label] = before + count, min(known, default=None)
        for label in self._owing - labels.keys():
            labels[label] = 0, None
        for label, (count, oldest) in labels.items():
            self._owing.add(label)
            self._values.set("lost_calls_open", (label,), count)
            self._values.set_or_drop("oldest_lost_call_start_timestamp_seconds", (label,), seconds_of(oldest))

    def complaints(self, found: ComplaintsNow) -> None:
        """Show how complaints stand; what is counted never falls, also where one is reopened."""
        for short, count in (
            ("complaints_overdue", found.overdue),
            ("notices_open", found.notices_open),
            ("notices_overdue", found.notices_overdue),
        ):
            self._values.set(short, (), count)
        shown = (
            ("complaints_open", {state: found.open.get(state, 0) for state in sorted(OPEN_STATES)}),
            ("complaints_due_soon", found.due_soon),
        )
        for short, counts in shown:
            for label, count in counts.items():
                self._values.set(short, (label,), count)
        for percent, count in found.warnings.items():
            self._raise("complaint_warnings_total", percent, count)
        for kept in (True, False):
            self._raise("complaints_closed_total", str(kept).lower(), found.closed.get(kept, 0))

    def _raise(self, short: str, label: str, count: int) -> None:
        self._counted[short, label] = count = max(count, self._counted.get((short, label), 0))
        self._values.set(short, (label,), count)

    def repeats(self, found: Mapping[str, int]) -> None:
        """Count answered visits, by queue, whose customers have called again."""
        for queue, count in found.items():
            self._values.add("repeat_calls_total", (self._queues.label(queue),), count)

    def page_measured(self, loss: float) -> None:
        """Count a call in an agent's page by the share of its sound that did not arrive."""
        self._values.observe("page_loss_ratio", (), loss)

    def provisional(self, reached: bool) -> None:
        """Show whether deadlines or the roster reach into days that the calendar does not know."""
        self._values.set("calendar_provisional", (), reached)

    def staffing(self, found: Staffing) -> None:
        """Show for how many agents the roster has duty, since when the edition holds, its rules at zero at first."""
        for rule, severities in found.rules.items():
            for severity, verdict in product(sorted(severities, key=str), Verdict):
                self._record(rule, severity, verdict, 0)
        since = seconds_of(found.rulebook_since)
        self._values.set_or_drop("rulebook_since_timestamp_seconds", (), since)
        counts = dict.fromkeys(self._rostered, 0)
        for queue, count in found.rostered.items():
            label = self._queues.label(queue)
            counts[label] = counts.get(label, 0) + count
        self._rostered |= counts.keys()
        for label, count in counts.items():
            self._values.set("agents_rostered", (label,), count)

    def certificates(self, expiries: Mapping[str, float | None]) -> None:
        """Show when certificates run out, by name, in seconds since 1970; None: it cannot be read."""
        for name in self._certificates:
            for metric in ("certificate_expiry_timestamp_seconds", "certificate_unreadable"):
                self._values.drop(metric, (inert(name),))
        self._certificates = set(expiries)
        for name, expiry in expiries.items():
            self._values.set("certificate_unreadable", (inert(name),), int(expiry is None))
            if expiry is not None:
                self._values.set("certificate_expiry_timestamp_seconds", (inert(name),), expiry)


def seconds_of(at: Micros | None) -> float | None:
    """Return a moment in seconds, None where it is unknown."""
    return None if at is None else at / SECOND
