"""Calls as a table for a file, with callers' numbers as far as a role reads them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from itertools import groupby

from callcenter.domain.frame import SECOND, Micros
from callcenter.locale import Language, Words
from callcenter.reports.board.words import ENDS, VISITS
from callcenter.reports.figures.words import remark
from callcenter.reports.lost_calls import caller_shown, written
from callcenter.rules.regulations.edition import Rulebook
from callcenter.spreadsheet import Rows
from callcenter.staff.roles import Sight
from callcenter.store.record.call_list import ListedCall, RangFor

CALL_COLUMNS = (
    "began_at",
    "direction",
    "how",
    "queue",
    "caller",
    "agent",
    "outcome",
    "ended_by",
    "wait",
    "rings",
    "talk",
    "answered_at",
    "ended_at",
    "in_gap",
    "uniqueid",
)
CALLS = Words(
    "list of calls",
    {
        "began_at": "began at",
        "direction": "direction",
        "how": "how it came about",
        "queue": "queue",
        "caller": "caller",
        "agent": "agent",
        "outcome": "outcome",
        "ended_by": "who hung up",
        "wait": "wait (s)",
        "rings": "rings of the phone that rang longest",
        "talk": "talk (s)",
        "answered_at": "answered at",
        "ended_at": "ended at",
        "in_gap": "partly not seen",
        "uniqueid": "call id",
        "in": "incoming",
        "out": "outgoing",
        "how.queue": "queue",
        "how.transfer": "transfer",
        "how.pickup": "picked up",
        "how.park": "from a park",
        "how.direct": "direct",
        "how.call_back": "call-back",
        "how.outbound": "dialled",
    },
)


def rings_of(call: ListedCall, rulebook: Rulebook) -> int | None:
    """Count the rings of the phone that rang longest, by the cadence that held; None: none rang, or nobody saw."""
    return None if call.ringing is None else rulebook.figures(call.rang_until).rings_begun(call.ringing)


def rang_over(rings: int, rulebook: Rulebook) -> tuple[RangFor, ...]:
    """Say how long a phone that has begun more rings than so many has rung, by the cadences that held."""
    spans = groupby(rulebook.everything(), key=lambda held: held.figures.cadence)
    told = [(cadence, [*alike]) for cadence, alike in spans]
    return tuple(RangFor(rings * cadence, alike[0].start, alike[-1].end) for cadence, alike in told)


def calls_listed(found: Iterable[ListedCall], seen: Sight, rulebook: Rulebook, language: Language) -> Rows:
    """Make a table of calls, a row each."""
    words, zone = CALLS.table(language), rulebook.zone
    outcomes, ends = VISITS.table(language), ENDS.table(language)
    heads = [words[name] for name in CALL_COLUMNS]
    return [
        heads,
        *(
            [
                written(one.began_at, zone),
                words[one.direction],
                None if one.how is None else words[f"how.{one.how}"],
                one.queue,
                caller_shown(one.caller, seen),
                one.agent,
                remark("lasts", language) if one.outcome is None else outcomes[one.outcome],
                None if one.ended_by is None else ends[one.ended_by],
                _seconds(one.waited),
                rings_of(one, rulebook),
                _seconds(one.talked),
                written(one.answered_at, zone),
                written(one.ended_at, zone),
                remark("yes", language) if one.in_gap else None,
                one.uniqueid,
            ]
            for one in found
        ),
    ]


def _seconds(length: Micros | None) -> Decimal | None:
    return None if length is None else round(Decimal(max(0, length)) / SECOND, 1)
