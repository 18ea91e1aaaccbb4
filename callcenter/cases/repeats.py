"""Who had to call again, and for the same matter: repeat-customer, repeat-matter, first-contact resolution (pure).

A matter is a complaint, or the one that it follows, else the class that was recorded of the call. Many calls have none
that is known: where somebody called again and nobody knows what for, the first call is neither resolved nor repeated,
and is counted apart.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable

import msgspec

from callcenter.cases.linking import LinkSettings
from callcenter.domain.frame import SECOND, Micros

_DAY: Micros = 86_400 * SECOND


class SeenContact(msgspec.Struct, frozen=True, kw_only=True):
    """A stay in a queue.

    Attributes:
        asked: Its figure is asked for; the others only tell that somebody called again.
        who: The customer, else the number's key; None: nobody can say who called.
        matters: What it was about, as far as that is known.
    """

    call: str
    joined_at: Micros | None
    queue: str | None = None
    ended_at: Micros | None = None
    answered: bool = False
    asked: bool = True
    who: str | None = None
    matters: frozenset[str] = frozenset()


class RepeatFigures(msgspec.Struct):
    """Answered visits, counted.

    Attributes:
        repeated: The same customer called again in time; `alone`: nobody did, and the time is over.
        same: The same customer called again for the same matter; `resolved`: not, and the time is over.
        unidentified: Nobody can say who called, or when it ended: in no denominator.
        pending: The time is not over.
        unknown: Somebody called again, and nobody knows whether for the same.
    """

    repeated: int = 0
    alone: int = 0
    same: int = 0
    resolved: int = 0
    unidentified: int = 0
    pending: int = 0
    unknown: int = 0

    @property
    def answered(self) -> int:
        """Every answered visit, each in one of these."""
        return self.same + self.resolved + self.unidentified + self.pending + self.unknown

    def add(self, other: RepeatFigures) -> None:
        """Count what another has counted, too."""
        for name in self.__struct_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


def repeat_figures(
    contacts: Iterable[SeenContact], now: Micros, repeat_days: int = LinkSettings().repeat_days
) -> RepeatFigures:
    """Count which answered visits the same customer followed by another call within so many days of their end."""
    total = RepeatFigures()
    for one in repeats_by_queue(contacts, now, repeat_days).values():
        total.add(one)
    return total


def repeats_by_queue(
    contacts: Iterable[SeenContact], now: Micros, repeat_days: int = LinkSettings().repeat_days
) -> dict[str | None, RepeatFigures]:
    """Count the same by the queue of the answered visit."""
    contacts, found = list(contacts), dict[str | None, RepeatFigures]()
    by_who = _by_who(contacts)
    for one in contacts:
        if not (one.asked and one.answered):
            continue
        figures = found.setdefault(one.queue, RepeatFigures())
        if one.who is None or one.ended_at is None:
            figures.unidentified += 1
        else:
            until = one.ended_at + repeat_days * _DAY
            _count(figures, one, _again(one, one.ended_at, until, by_who[one.who]), over=until < now)
    return found


def newly_repeated(
    contacts: Iterable[SeenContact], since: Micros, until: Micros, repeat_days: int = LinkSettings().repeat_days
) -> dict[str, int]:
    """Count, by queue, the answered visits whose customer first called again in a time; `until` is exclusive."""
    contacts, found = list(contacts), Counter[str]()
    joined = defaultdict[str, list[tuple[Micros, str]]](list)
    for one in contacts:
        if one.who is not None and one.joined_at is not None:
            joined[one.who].append((one.joined_at, one.call))
    for theirs in joined.values():
        theirs.sort()
    for one in contacts:
        if one.answered and one.who is not None and one.ended_at is not None:
            first = _next_call(joined[one.who], one.ended_at, one.call)
            if first is not None and since <= first < until and first <= one.ended_at + repeat_days * _DAY:
                found[one.queue or ""] += 1
    return dict(found)


def _next_call(theirs: list[tuple[Micros, str]], since: Micros, call: str) -> Micros | None:
    """Return when somebody next joined in another call; not by a look at each, there may be thousands."""
    later = range(bisect_left(theirs, (since, "")), len(theirs))
    return next((theirs[n][0] for n in later if theirs[n][1] != call), None)


def _by_who(contacts: Iterable[SeenContact]) -> dict[str, list[SeenContact]]:
    by_who = defaultdict[str, list[SeenContact]](list)
    for one in contacts:
        if one.who is not None and one.joined_at is not None:
            by_who[one.who].append(one)
    return by_who


def _again(one: SeenContact, since: Micros, until: Micros, theirs: list[SeenContact]) -> list[SeenContact]:
    """List the other calls of a customer that joined in a time; another stay of the same call is none."""
    return [
        other
        for other in theirs
        if other.joined_at is not None and since <= other.joined_at <= until and other.call != one.call
    ]


def _count(figures: RepeatFigures, one: SeenContact, again: list[SeenContact], *, over: bool) -> None:
    figures.repeated += bool(again)
    figures.alone += over and not again
    if any(one.matters & other.matters for other in again):
        figures.same += 1
    elif not over:
        figures.pending += 1
    elif not again or (one.matters and all(other.matters for other in again)):
        figures.resolved += 1
    else:
        figures.unknown += 1
