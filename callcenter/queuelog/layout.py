"""How queue_log is laid out: Asterisk's own file, or the table of a realtime database as a client exported it.

The file has `time|callid|queue|agent|event|data...`. An export has the table's columns, separated by tabs, commas or
semicolons, most often named in its first line; the data stands in `data1` to `data5`, or all of it in `data`; the time
is text (`2022-05-02 22:49:47.123456`, in the switch's zone), in old tables the epoch.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from datetime import datetime, tzinfo

import msgspec

from callcenter.domain.frame import SECOND, Micros

_EPOCH = re.compile(r"(\d{9,11})(?:\.\d{1,9})?", re.ASCII)
_DATED = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:[.,]\d{1,9})? ?(Z|[+-]\d\d(?::?\d\d)?)?", re.ASCII)
_EVENT = re.compile(r"[A-Za-z][A-Za-z0-9_]{1,39}", re.ASCII)
_LEADING = 5
_DELIMITERS = "\t,;"
_NOTHING = frozenset({"NULL", "\\N"})

_NAMES: tuple[frozenset[str], ...] = (
    frozenset({"time", "calldate", "created", "timestamp", "datetime"}),
    frozenset({"callid", "call_id", "uniqueid"}),
    frozenset({"queuename", "queue_name", "queue"}),
    frozenset({"agent"}),
    frozenset({"event"}),
)
_DATA = tuple(f"data{n}" for n in range(1, 10))


class Row(msgspec.Struct, frozen=True, gc=False):
    """The fields of one line, as text."""

    time: str
    call_id: str
    queue: str
    agent: str
    event: str
    data: tuple[str, ...]


class Export(msgspec.Struct, frozen=True):
    """Which column of an export holds what; `named`: its first line is the columns' names and no row."""

    delimiter: str
    leading: tuple[int, ...]
    data: tuple[int, ...]
    whole: int | None
    named: bool

    def row(self, text: str) -> Row | None:
        """Read a line; None where it has not the columns of a row."""
        cells = _cells(text, self.delimiter)
        if len(cells) <= max(self.leading):
            return None
        time, call_id, queue, agent, event = (cells[n] for n in self.leading)
        if not _EVENT.fullmatch(event):
            return None
        data = [cells[n] for n in self.data if n < len(cells)]
        if not any(data) and self.whole is not None and self.whole < len(cells):
            data = [cells[self.whole]]
        # a table has every column whether the event fills it or not; the last one holds all that was left
        fields = "|".join(data).rstrip("|").split("|")
        return Row(time, call_id, queue, agent, event, tuple(fields))


def piped(cells: Sequence[str]) -> Row | None:
    """Read the fields of a line of Asterisk's own file; None where it is none."""
    if len(cells) < _LEADING or not is_time(cells[0]) or not _EVENT.fullmatch(cells[4]):
        return None
    time, call_id, queue, agent, event, *data = cells
    return Row(time, call_id, queue, agent, event, tuple(data) or ("",))


def export_of(first: str) -> Export | None:
    """Recognise an export by its first line: the names of its columns, or a row of the usual ones."""
    for delimiter in _DELIMITERS:
        cells = _cells(first, delimiter)
        if len(cells) >= _LEADING:
            found = _by_names(cells, delimiter) or _by_places(cells, delimiter)
            if found is not None:
                return found
    return None


def is_time(text: str) -> bool:
    """Tell whether a field is a time, one that there is or not."""
    return bool(_EPOCH.fullmatch(text) or _DATED.fullmatch(text))


def names_no_zone(text: str) -> bool:
    """Tell whether a time is a date and time of which the zone is not said."""
    dated = _DATED.fullmatch(text)
    return dated is not None and dated[3] is None


def moment(text: str, zone: tzinfo, *, later: bool = False) -> Micros | None:
    """Turn a time into the whole second it lies in; None where there is no such time.

    Args:
        text: The epoch or a date and time, with any fraction of a second.
        zone: Where a time that names no zone belongs.
        later: Of the two moments that a clock shows twice when it is set back, the second.
    """
    epoch = _EPOCH.fullmatch(text)
    if epoch:
        return int(epoch[1]) * SECOND
    dated = _DATED.fullmatch(text)
    if not dated:
        return None
    try:
        at = datetime.fromisoformat(f"{dated[1]}T{dated[2]}{dated[3] or ''}")
    except ValueError:
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=zone, fold=int(later))
    return round(at.timestamp()) * SECOND


def _by_names(cells: Sequence[str], delimiter: str) -> Export | None:
    names = [cell.strip().lower() for cell in cells]
    places = [next((n for n, name in enumerate(names) if name in wanted), None) for wanted in _NAMES]
    leading = tuple(n for n in places if n is not None)
    if len(leading) < _LEADING:
        return None
    data = tuple(names.index(name) for name in _DATA if name in names)
    return Export(delimiter, leading, data, names.index("data") if "data" in names else None, named=True)


def _by_places(cells: Sequence[str], delimiter: str) -> Export | None:
    """Recognise a row without names: the time, four fields of which the last is an event, the data."""
    first = next((n for n, cell in enumerate(cells) if _DATED.fullmatch(cell)), None)
    if first is None or len(cells) < first + _LEADING or not _EVENT.fullmatch(cells[first + 4]):
        return None
    after = first + _LEADING
    left = len(cells) - after
    whole = after if left == 1 or left > _LEADING else None  # `data` stands before data1 to data5, or alone
    data = tuple(range(after if whole is None else after + 1, len(cells)))
    return Export(delimiter, tuple(range(first, after)), data, whole, named=False)


def _cells(text: str, delimiter: str) -> list[str]:
    text = text.removeprefix("\ufeff")
    try:
        cells = next(csv.reader([text], delimiter=delimiter), [])
    except csv.Error:
        return []
    return ["" if cell in _NOTHING else cell for cell in cells]
