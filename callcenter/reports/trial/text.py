"""What a trial found, for people and for programs: a table, CSV, JSON."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

from callcenter.domain.frame import SECOND
from callcenter.errors import BadInput
from callcenter.locale import Language, Words
from callcenter.ownfiles import open_private
from callcenter.reports.replay.text import table
from callcenter.reports.trial.verdicts import Difference, Example, ModeDifference, Outcome, Tally, TrialFinding
from callcenter.rules.regulations.edition import Mode
from callcenter.untrusted import inert
from callcenter.untrusted import replaced as shown


class Sort(StrEnum):
    """By what the rows are ordered; what stands equal is ordered by the difference."""

    DIFFERENCE = "difference"
    POINTS = "points"
    AGENT = "agent"
    RULE = "rule"


class About(NamedTuple):
    """What was tried: the days (both inclusive), where they begin, the versions that held, the draft's."""

    first: date
    last: date
    timezone: str
    in_force: tuple[str, ...]
    draft: str


_WORDS = Words(
    "trial",
    {
        "agent": "agent",
        "rule": "rule",
        "in_force": "in force",
        "draft": "draft",
        "points": "points",
        "gained": "new",
        "lost": "gone",
        "changed": "changed",
        "more": "points +/-",
        "total": "total",
        "on": "rules that are on",
        "shadow": "rules in the shadow: for administrators alone",
        "about": "{first} to {last} ({timezone}): {in_force} in force, draft {draft}",
        "same": "the draft makes no difference",
        "hidden": "{count} rows without a difference are left out (see --all)",
        "no_roster": "no roster is set (rules.roster): every record is undetermined",
        "begins": "facts are archived from {moment} on: nothing before counts",
        "ends": "facts are archived until {moment}: what lasted then may differ",
        "reading": "reading {day}",
        "legend": "records proposed/undetermined/excused; points are the least of each rule, of proposed ones alone",
    },
)

_KEYS: dict[Sort, Callable[[Difference], Any]] = {
    Sort.DIFFERENCE: lambda row: -row.size,
    Sort.POINTS: lambda row: -abs(row.points),
    Sort.AGENT: lambda row: row.agent,
    Sort.RULE: lambda row: row.rule,
}
_VERDICTS = ("proposed", "undetermined", "excused")
_TALLY = (*_VERDICTS, *(f"{verdict}_points" for verdict in _VERDICTS))
_COLUMNS = (
    "mode",
    "agent",
    "rule",
    *(f"{side}_{name}" for side in ("in_force", "draft") for name in _TALLY),
    "gained",
    "lost",
    "changed",
    "proposed_points_difference",
)


def lines(outcome: Outcome, about: About, lang: Language, sort: Sort, *, everything: bool = False) -> Iterator[str]:
    """Yield a table of the rows that differ for each mode, or of all."""
    words = _WORDS.table(lang)
    yield words["about"].format(**about._asdict() | {"in_force": ", ".join(map(shown, about.in_force)) or "-"})
    yield words["legend"]
    for mode, part in _parts(outcome):
        if not part.rows:
            continue
        yield from ("", words[mode.value])
        rows = [row for row in ordered(part.rows, sort) if everything or row.size]
        if rows:
            yield from table([_head(words), *map(_cells, rows), _cells(part.total, words["total"])])
        else:
            yield words["same"]
        if len(rows) < len(part.rows):
            yield words["hidden"].format(count=len(part.rows) - len(rows))
    if not any(part.rows for _, part in _parts(outcome)):
        yield words["same"]


def remark(code: str, lang: Language, **gaps: object) -> str:
    """Say something of a trial beside its result."""
    return _WORDS.say(code, lang, **gaps)


def ordered(rows: Iterable[Difference], sort: Sort) -> list[Difference]:
    """Order rows."""
    return sorted(rows, key=_KEYS[sort])


def write_csv(path: Path, outcome: Outcome, sort: Sort) -> None:
    """Write every row, as a spreadsheet reads it; text that it would run is made inert.

    Raises:
        BadInput: The file cannot be written.
    """
    try:
        with open_private(path, "w", newline="", encoding="utf-8-sig") as file:
            writer = csv.writer(file)
            writer.writerow(_COLUMNS)
            for mode, part in _parts(outcome):
                writer.writerows(_record(mode, row) for row in ordered(part.rows, sort))
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror or error}") from error


def shape(outcome: Outcome, about: About, sort: Sort) -> dict[str, Any]:
    """Show everything as JSON does; times in seconds."""
    return {
        "from": about.first.isoformat(),
        "to": about.last.isoformat(),
        "timezone": about.timezone,
        "in_force": list(about.in_force),
        "draft": about.draft,
        **{
            mode.value: {"total": _shape(part.total), "rows": [_shape(row) for row in ordered(part.rows, sort)]}
            for mode, part in _parts(outcome)
        },
    }


def _parts(outcome: Outcome) -> Iterator[tuple[Mode, ModeDifference]]:
    yield Mode.ON, outcome.on
    yield Mode.SHADOW, outcome.shadow


def _head(words: Mapping[str, str]) -> tuple[str, ...]:
    points = words["points"]
    return (
        words["agent"],
        words["rule"],
        words["in_force"],
        points,
        words["draft"],
        points,
        words["gained"],
        words["lost"],
        words["changed"],
        words["more"],
    )


def _cells(row: Difference, named: str | None = None) -> tuple[str, ...]:
    return (
        shown(row.agent) if named is None else named,
        row.rule,
        _counts(row.in_force),
        str(row.in_force.proposed_points),
        _counts(row.draft),
        str(row.draft.proposed_points),
        str(row.gained),
        str(row.lost),
        str(row.changed),
        f"{row.points:+d}" if row.points else "0",
    )


def _counts(tally: Tally) -> str:
    return f"{tally.proposed}/{tally.undetermined}/{tally.excused}"


def _record(mode: Mode, row: Difference) -> list[str | int]:
    told = (getattr(tally, name) for tally in (row.in_force, row.draft) for name in _TALLY)
    return [
        mode.value,
        inert(shown(row.agent)),
        inert(row.rule),
        *told,
        row.gained,
        row.lost,
        row.changed,
        row.points,
    ]


def _shape(row: Difference) -> dict[str, Any]:
    return {
        "agent": row.agent or None,
        "rule": row.rule or None,
        "in_force": _tally(row.in_force),
        "draft": _tally(row.draft),
        "gained": row.gained,
        "lost": row.lost,
        "changed": row.changed,
        "proposed_points_difference": row.points,
        "examples": [_example(one) for one in row.examples],
    }


def _tally(tally: Tally) -> dict[str, dict[str, int]]:
    return {v: {"records": getattr(tally, v), "points": getattr(tally, f"{v}_points")} for v in _VERDICTS}


def _example(example: Example) -> dict[str, Any]:
    sides = {"in_force": example.in_force, "draft": example.draft}
    return {"id": example.id, "change": example.change, **{name: _finding(one) for name, one in sides.items()}}


def _finding(finding: TrialFinding | None) -> dict[str, Any] | None:
    if finding is None:
        return None
    at = None if finding.at is None else finding.at / SECOND
    return {"verdict": finding.verdict, "severity": finding.severity, "points": finding.points, "at": at}
