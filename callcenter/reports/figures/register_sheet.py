"""A register of callers as rows, numbers whole or masked, with what is other since it was signed."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from callcenter.cases.aftercare.registers import RegisterRow, SignedRow, changes_since
from callcenter.domain.frame import Micros
from callcenter.locale import Language, Words
from callcenter.rules.records.masks import masked_caller, worded
from callcenter.spreadsheet import Cell, Rows
from callcenter.staff.dates import datetime_of
from callcenter.staff.roles import Sight

WORDS = Words(
    "register of callers",
    {
        "register": "register",
        "answered_at": "time",
        "ended_at": "until",
        "queue": "queue",
        "caller": "caller",
        "notes": "notes",
        "callback_to": "to be called back",
        "callback_by": "call back by",
        "since_signed": "since it was signed",
        "uniqueid": "call",
        "same": "same",
        "changed": "changed",
        "added": "added",
        "gone": "no longer there",
        "none": "{agent} talked with nobody on {day}",
        "unsigned": "not signed yet",
        "signed": "signed by {who} at {at}, {hash}",
        "seen": "seen by {who} at {at}",
    },
)
_COLUMNS = (
    "answered_at",
    "ended_at",
    "queue",
    "caller",
    "notes",
    "callback_to",
    "callback_by",
    "since_signed",
    "uniqueid",
)


def shown_caller(number: str | None, seen: Sight) -> str | None:
    """Show a caller's number as far as it may be read."""
    return {Sight.FULL: number, Sight.MASKED: masked_caller(number)}.get(seen)


def register_listed(
    rows: Sequence[RegisterRow], signed: Sequence[SignedRow] | None, seen: Sight, zone: ZoneInfo, language: Language
) -> Rows:
    """Make a row for each call, and one for each that is no longer there; `signed` None: it was not signed."""
    changes = None if signed is None else changes_since(signed, rows)
    listed: list[list[Cell]] = [
        [
            moment_written(row.answered_at, zone),
            moment_written(row.ended_at, zone),
            row.queue,
            shown_caller(row.caller, seen),
            "; ".join(worded(note.words, seen) for note in row.notes),
            "; ".join(worded(note.callback_to, seen) for note in row.notes if note.callback_to is not None),
            "; ".join(
                moment_written(note.callback_by, zone) or "" for note in row.notes if note.callback_by is not None
            ),
            None if changes is None else WORDS.say(changes.rows[row.uniqueid].value, language),
            row.uniqueid,
        ]
        for row in rows
    ]
    if changes is not None:
        gone = WORDS.say("gone", language)
        listed += [[None, None, None, None, None, None, None, gone, uniqueid] for uniqueid in changes.gone]
    return [[WORDS.say(name, language) for name in _COLUMNS], *listed]


def moment_written(at: Micros | None, zone: ZoneInfo) -> str | None:
    """Write a time of the site."""
    return None if at is None else f"{datetime_of(at, zone):%Y-%m-%d %H:%M:%S}"
