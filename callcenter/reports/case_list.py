"""Cases as a table for a file: where each stands, its time, whose turn it was; nothing that people wrote."""

from __future__ import annotations

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from callcenter.domain.frame import SECOND, Micros
from callcenter.locale import Language, Words
from callcenter.reports.case_story import kept_told
from callcenter.reports.cases import kept_by
from callcenter.reports.lost_calls import written
from callcenter.spreadsheet import Rows
from callcenter.store.complaints.cases import FiledCase
from callcenter.usecases.complaints.case_words import CASE_CHANNELS, CASE_STATES, NATURES

CASE_COLUMNS = (
    "id",
    "number",
    "state",
    "owner",
    "channel",
    "queue",
    "opened_at",
    "due",
    "stopped_at",
    "kept",
    "nature",
    "upheld",
    "agent",
    "department",
    "class",
    "remedies",
    "level",
    "chases",
    "attempts",
    "reopened",
    "ours",
    "department_turn",
    "customer_turn",
)
_TURNS = ("ours", "department", "customer")
CASE_LIST = Words(
    "list of cases",
    {
        "cases": "cases",
        "id": "id",
        "number": "number",
        "state": "state",
        "owner": "owner",
        "channel": "channel",
        "queue": "queue",
        "opened_at": "opened",
        "due": "due",
        "stopped_at": "time stopped",
        "kept": "in time",
        "nature": "nature",
        "upheld": "upheld",
        "agent": "responsible agent",
        "department": "department",
        "class": "class",
        "remedies": "remedies",
        "level": "level",
        "chases": "chased",
        "attempts": "attempts",
        "reopened": "reopened",
        "ours": "ours s",
        "department_turn": "department s",
        "customer_turn": "customer s",
        "yes": "yes",
        "no": "no",
    },
)


def cases_written(found: Iterable[FiledCase], now: Micros, zone: ZoneInfo, language: Language) -> Rows:
    """Make a table of cases for a file, a row each."""
    words = CASE_LIST.table(language)
    return [[words[name] for name in CASE_COLUMNS], *(_row(one, now, zone, language) for one in found)]


def _row(filed: FiledCase, now: Micros, zone: ZoneInfo, language: Language) -> list[str | int | None]:
    case, about, told = filed.case, filed.about, filed.case.analysis
    return [
        filed.id,
        case.number,
        CASE_STATES.say(case.state, language),
        case.owner,
        CASE_CHANNELS.say(about.channel, language),
        about.queue,
        written(case.opened_at, zone),
        written(case.clock.due, zone),
        written(case.clock.stopped_at, zone),
        kept_told(kept_by(filed, now), language),
        None if told is None else NATURES.say(told.nature, language),
        None if told is None else CASE_LIST.say("yes" if told.upheld else "no", language),
        None if told is None else told.agent,
        case.department,
        about.case_class,
        0 if case.proposal is None else case.proposal.remedies,
        case.level,
        case.chases,
        case.attempts,
        case.reopened,
        *(case.turns.get(turn, 0) // SECOND for turn in _TURNS),
    ]
