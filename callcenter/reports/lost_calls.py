"""Lost calls as a table, for a terminal or a file, with callers' numbers as far as a role reads them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from callcenter.domain.frame import Micros
from callcenter.domain.vocabulary import FollowUpBy
from callcenter.locale import Language, Words
from callcenter.rules.records.masks import masked_caller, worded
from callcenter.spreadsheet import Rows
from callcenter.staff.dates import datetime_of
from callcenter.staff.roles import Sight
from callcenter.store.decisions.lost_calls import LostCallEntry

LOST_COLUMNS = (
    "id",
    "state",
    "caller",
    "queues",
    "count",
    "since",
    "latest",
    "tries",
    "claim",
    "by",
    "closed_at",
    "reason",
)

WORDS = Words(
    "lost calls",
    {
        "lost_calls": "lost calls",
        "id": "id",
        "state": "state",
        "caller": "caller",
        "queues": "queues",
        "count": "times",
        "since": "since",
        "latest": "latest",
        "tries": "tried",
        "claim": "claimed by",
        "by": "closed by",
        "closed_at": "closed at",
        "reason": "reason",
        "open": "open",
        "closed": "closed",
        "unreachable": "unreachable",
        "same_call": "the same call",
        "called_again": "called again",
        "called_back": "called back",
        "tried": "tried in vain",
        "by_hand": "by hand",
        "none": "no lost call is like that.",
        "more": "{shown} are shown; there are more.",
        "claimed": "{who} calls back until {until}.",
        "closed_so_many": "{count} lost calls are closed.",
        "today": "Lost calls: {lost}; open {open}, called back {called_back}, tried in vain {tried}, "
        "answered later {later}, closed by hand {by_hand}, nobody's number {unreachable}.",
    },
)
"""What is said of lost calls."""


def caller_shown(caller: str | None, seen: Sight) -> str | None:
    """Show a caller's number as far as somebody reads it."""
    return {Sight.FULL: caller, Sight.MASKED: masked_caller(caller)}.get(seen)


def lost_calls_listed(entries: Iterable[LostCallEntry], seen: Sight, zone: ZoneInfo, language: Language) -> Rows:
    """Make a table of entries, a row each."""
    words = WORDS.table(language)
    heads = [words[name] for name in LOST_COLUMNS]
    return [
        heads,
        *(
            [
                one.id,
                words[one.state.value],
                caller_shown(one.caller, seen),
                ", ".join(one.queues),
                one.count,
                written(one.since, zone),
                written(one.latest, zone),
                one.tries,
                None if one.claim is None else one.claim.agent or one.claim.claimed_by,
                None if one.by is None else words[one.by],
                written(one.closed_at, zone),
                None if one.reason is None else worded(one.reason, seen),
            ]
            for one in entries
        ),
    ]


def lost_calls_told(counts: Counter[str], language: Language) -> str:
    """Say in a sentence what became of the calls that were lost in a time."""
    names = ("open", "called_back", "tried", "by_hand", "unreachable")
    later = counts[FollowUpBy.SAME_CALL] + counts[FollowUpBy.CALLED_AGAIN]
    return WORDS.say("today", language, lost=counts.total(), later=later, **{name: counts[name] for name in names})


def written(at: Micros | None, zone: ZoneInfo) -> str | None:
    """Write a moment as a table has it."""
    return None if at is None else f"{datetime_of(at, zone):%Y-%m-%d %H:%M:%S}"
