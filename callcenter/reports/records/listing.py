"""Records as a table for a file: what each says and how it stands, as far as whoever takes it may read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from callcenter.locale import Language, Words
from callcenter.reports.records.explain_words import word
from callcenter.rules.records.standing import RecordState
from callcenter.rules.records.violation import Verdict
from callcenter.rules.regulations.edition import Severity
from callcenter.spreadsheet import Rows

RECORD_COLUMNS = (
    "at",
    "agent",
    "team",
    "queue",
    "rule",
    "title",
    "state",
    "verdict",
    "severity",
    "points",
    "counted",
    "why",
    "due",
    "id",
)
RECORDS = Words(
    "list of records",
    {
        "records": "records",
        "at": "time",
        "agent": "agent",
        "team": "team",
        "queue": "queue",
        "rule": "rule",
        "title": "title",
        "state": "state",
        "verdict": "verdict",
        "severity": "severity",
        "points": "points",
        "counted": "points that count",
        "why": "what happened",
        "due": "due",
        "id": "id",
        "warning": "warning",
        "minor": "minor",
        "moderate": "moderate",
        "severe": "severe",
        "dismissal": "dismissal",
    },
)


class ListedRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A record in a list, its texts in the reader's language already."""

    id: str
    rule: str
    title: str
    agent: str
    team: str | None
    at: datetime | None
    verdict: Verdict
    state: RecordState
    severity: Severity | None
    points: int | None
    counted: int
    why: str
    queue: str | None
    due: datetime | None


LISTED = {*ListedRecord.__struct_fields__}


def records_listed(records: Iterable[ListedRecord], language: Language) -> Rows:
    """Make a table of records, a row each."""
    words = RECORDS.table(language)
    heads = [words[name] for name in RECORD_COLUMNS]
    return [
        heads,
        *(
            [
                _moment(one.at),
                one.agent,
                one.team,
                one.queue,
                one.rule,
                one.title,
                word(f"state.{one.state}", language),
                word(f"verdict.{one.verdict}", language),
                None if one.severity is None else words[one.severity],
                one.points,
                one.counted,
                one.why,
                _moment(one.due),
                one.id,
            ]
            for one in records
        ),
    ]


def _moment(at: datetime | None) -> str | None:
    return None if at is None else f"{at:%Y-%m-%d %H:%M:%S}"
