"""Some people's times of some days, said anew: a change of a roster's form that leaves all other rows alone (pure)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from callcenter.domain.frame import Micros
from callcenter.errors import BadInput
from callcenter.staff.dates import datetime_of, day_start, read_moment
from callcenter.staff.roster_form import TIMES, Form

_MOST_DAYS = 366
Row = dict[str, Any]


class RosterDays(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What holds of some people from one day to another, both included, by when a time begins.

    Attributes:
        agents: Whose times these are: whatever else they had on these days is taken out.
    """

    first: date
    last: date
    agents: tuple[str, ...]
    shifts: tuple[Row, ...] = ()
    leave: tuple[Row, ...] = ()
    breaks: tuple[Row, ...] = ()

    def rows(self, name: str) -> tuple[Row, ...]:
        """Return the rows of one list."""
        found: tuple[Row, ...] = getattr(self, name)
        return found

    def meets(self, other: RosterDays) -> bool:
        """Tell whether another one says something of the same people's same days."""
        return bool({*self.agents} & {*other.agents}) and self.first <= other.last and other.first <= self.last


def days_of(content: Any, zone: ZoneInfo) -> RosterDays:
    """Read what somebody proposes.

    Raises:
        BadInput: It is not what is expected, or names a time of other days or people than it says.
    """
    try:
        days = msgspec.convert(content, RosterDays)
    except msgspec.ValidationError as error:
        raise BadInput(f"these are no days of a roster: {error}") from error
    if not 0 <= (days.last - days.first).days < _MOST_DAYS:
        raise BadInput(f"{days.first} to {days.last} must be 1 to {_MOST_DAYS} days")
    for name in TIMES:
        for row in days.rows(name):
            if row.get("agent") not in days.agents or not _begins(row, days, zone):
                raise BadInput(f"{row.get('agent')}: {row.get('from')} is not of the days and people that are changed")
    return days


def with_days(form: Form, days: RosterDays, zone: ZoneInfo) -> Form:
    """Return a roster's form in which some people's days are as they are said."""
    changed: Form = dict(form)
    agents = frozenset(days.agents)
    for name in TIMES:
        rows = form.get(name, ())
        stays = [row for row in rows if row.get("agent") not in agents or not _begins(row, days, zone)]
        changed[name] = [*stays, *days.rows(name)]
    return changed


class RosterSaid(NamedTuple):
    """What was approved of a roster: a whole one, or some people's days."""

    whole: bool
    content: dict[str, Any]


def roster_said(filed: Callable[[], Form | None], approved: Iterable[RosterSaid], zone: ZoneInfo) -> Form:
    """Return a roster's form as the file and all that was approved since say it, in order.

    A whole one takes the place of the file, which is not read then.

    Raises:
        BadInput: Days were approved that are none, or of a roster that is not there.
    """
    said = [*approved]
    wholes = [n for n, one in enumerate(said) if one.whole]
    form = said[wholes[-1]].content if wholes else filed()
    for one in said[wholes[-1] + 1 if wholes else 0 :]:
        if not isinstance(form, dict):
            raise BadInput("there is no roster whose days could be changed: propose a whole one")
        form = with_days(form, days_of(one.content, zone), zone)
    return form or {}


class RosterDifference(NamedTuple):
    """Somebody's times of one list on one day, as they were and as they shall be; `agents`: who has a seat at all."""

    day: str
    agent: str
    sheet: str
    old: str | None
    new: str | None


def differing(form: Form, said: RosterSaid, zone: ZoneInfo) -> list[RosterDifference]:
    """List what a change says otherwise than a roster's form: by day, person and list."""
    after = said.content if said.whole else with_days(form, days_of(said.content, zone), zone)
    old, new = _told(form, zone), _told(after, zone)
    return [
        RosterDifference(*key, old.get(key), new.get(key))
        for key in sorted(old.keys() | new.keys())
        if old.get(key) != new.get(key)
    ]


def _told(form: Form, zone: ZoneInfo) -> dict[tuple[str, str, str], str]:
    """Write each person's times of a day and list as one text, and each seat as another."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for name in TIMES:
        for row in form.get(name, ()):
            at = begin(row, zone)
            day = "" if at is None else datetime_of(at, zone).date().isoformat()
            note = f" ({row['note']})" if row.get("note") else ""
            found.setdefault((day, str(row.get("agent")), name), []).append(
                f"{row.get('from')} – {row.get('to')}{note}"
            )
    for seat in form.get("agents", ()):
        told = [str(seat.get("interface")), str(seat.get("team") or ""), *map(str, seat.get("queues") or ())]
        found.setdefault(("", str(seat.get("agent")), "agents"), []).append(" ".join(filter(None, told)))
    return {key: "; ".join(sorted(told)) for key, told in found.items()}


def spanned(form: Form, zone: ZoneInfo) -> RosterDays | None:
    """Return all times of a form as the days and people that they are of; None: it has none that can be read."""
    begun = [
        datetime_of(at, zone).date()
        for name in TIMES
        for row in form.get(name, ())
        if (at := begin(row, zone)) is not None
    ]
    if not begun:
        return None
    agents = tuple(dict.fromkeys(row["agent"] for name in TIMES for row in form.get(name, ())))
    rows = {name: tuple(form.get(name, ())) for name in TIMES}
    return RosterDays(first=min(begun), last=max(begun), agents=agents, **rows)


def begin(row: Row, zone: ZoneInfo) -> Micros | None:
    """Return when a row's time begins; None where nobody can read that."""
    return _moment(row, "from", zone)


def end(row: Row, zone: ZoneInfo) -> Micros | None:
    """Return when a row's time ends; None where nobody can read that."""
    return _moment(row, "to", zone)


def within(rows: Iterable[Row], first: date, last: date, zone: ZoneInfo) -> Iterator[Row]:
    """Give the rows that lie in some days, however little."""
    start, over = day_start(first, zone), day_start(last, zone, days=1)
    for row in rows:
        began, ended = begin(row, zone), end(row, zone)
        if began is None or ended is None or (began < over and ended > start):
            yield row


def _begins(row: Row, days: RosterDays, zone: ZoneInfo) -> bool:
    at = begin(row, zone)
    return at is not None and days.first <= datetime_of(at, zone).date() <= days.last


def _moment(row: Row, name: str, zone: ZoneInfo) -> Micros | None:
    try:
        return read_moment(row[name], zone)
    except (KeyError, TypeError, ValueError):
        return None
