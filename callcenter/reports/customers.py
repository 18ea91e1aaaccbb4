"""Customers as tables and as text: a list, a card, what an import comes to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from callcenter.cases.customers import FIELDS, CustomerCard
from callcenter.cases.import_columns import heading_of, written_numbers
from callcenter.cases.importing import Fate, RowFate
from callcenter.locale import Language, Words, sentence
from callcenter.reports.board.words import VISITS
from callcenter.spreadsheet import Cell, Rows
from callcenter.staff.dates import datetime_of
from callcenter.store.customers.contacts import Contact
from callcenter.store.customers.told import CustomerNote
from callcenter.usecases.customers.import_customers import ImportTally
from callcenter.usecases.customers.show_customers import ShownCustomer

_BRIEF = ("reference", "name", "numbers", "customer_class", "owner")

WORDS = Words(
    "customers",
    {
        "customers": "customers",
        "id": "id",
        "version": "version",
        "completeness": "completeness",
        "missing": "not filled in",
        "note": "note",
        "call": "call",
        "yes": "yes",
        "no": "no",
        "row": "row",
        "count": "rows",
        "fate": "what it comes to",
        "why": "why",
        "class": "class",
        "criteria": "criteria",
        "keep_days": "kept for days",
        "at": "when",
        "by": "by",
        "file": "file",
        "state": "state",
        "state_done": "done",
        "state_stopped": "stopped half way",
        "state_undone": "taken back",
        "new": "new",
        "changed": "changed",
        "same": "the same",
        "doubtful": "doubtful",
        "faulty": "faulty",
        "none": "no customer is like that.",
        "older": "{shown} are shown; there are more.",
        "previewed": "nothing is written yet: without --preview it is.",
        "resumed": "it went on where it had stopped.",
        "imported": "import {number}; `callcenter customers undo-import {number}` takes it back as a whole.",
        "merged": "went into it",
        "edited": "changed since, and left as they are: {fields}.",
        "undone": "{gone} went, {back} are as they were, {left} were edited since and stay.",
        "rows": "{done} of {all} rows",
        "journal_keeps": "the journal keeps the numbers of calls until they are {days} days old.",
        "journal_stays": "the journal keeps the numbers of calls: journal.keep_days is 0, so nothing is cut.",
        "how": "how",
        "count_shown": "customers at once",
        "what": "what",
        "agent": "agent",
        "since": "from",
        "until": "to",
        "decided": "decided by",
        "formula": "{share} %: the weights of the filled fields by those of all ({weights})",
    },
)
"""What is said of customers."""


def listed(customers: Iterable[ShownCustomer], language: Language) -> Rows:
    """Make a table of customers for a terminal."""
    words = WORDS.table(language)
    heads = [words["id"], *(heading_of(field, language) for field in _BRIEF), words["completeness"]]
    rows = [
        [
            one.filed.id,
            *(_cell(one.filed.card, field, language) for field in _BRIEF),
            f"{one.completeness.share:.0%}",
        ]
        for one in customers
    ]
    return [heads, *rows]


def whole_list(customers: Iterable[ShownCustomer], language: Language) -> Rows:
    """Make a table of all that stands on cards, as an import reads it again."""
    rows = [[_cell(one.filed.card, field, language) for field in FIELDS] for one in customers]
    return [[heading_of(field, language) for field in FIELDS], *rows]


def card_lines(
    shown: ShownCustomer,
    notes: Sequence[CustomerNote],
    contacts: Sequence[Contact],
    zone: ZoneInfo,
    language: Language,
) -> Rows:
    """Make a table of one card: a field a row, its latest calls and notes below."""
    words, told = WORDS.table(language), shown.completeness
    weights = ", ".join(f"{_named(field, language)} {weight}" for field, weight in told.weights.items())
    share = WORDS.say("formula", language, share=round(told.share * 100), weights=weights)
    rows: list[list[Cell]] = [[words["id"], shown.filed.id], [words["version"], shown.filed.version]]
    rows += [[heading_of(field, language), _cell(shown.filed.card, field, language)] for field in FIELDS]
    rows += [[words["completeness"], share]]
    rows += [[words["missing"], ", ".join(_named(field, language) for field in told.missing)]] if told.missing else []
    rows += [[words["call"], _contact(one, zone, language)] for one in contacts]
    return rows + [[words["note"], f"{one.by}: {one.words}"] for one in notes]


def tally_lines(tally: ImportTally, language: Language) -> Rows:
    """Make a table of how many rows came to what."""
    words = WORDS.table(language)
    rows: list[list[Cell]] = [[words[fate.value], tally.counts[fate]] for fate in Fate]
    return [[words["fate"], words["count"]], *rows]


def told_lines(told: Iterable[RowFate], language: Language) -> Rows:
    """Make a table of the rows that a person must look at."""
    words = WORDS.table(language)
    heads = [words["row"], words["fate"], words["why"]]
    rows: list[list[Cell]] = [[one.row, words[one.fate.value], sentence(one.why or "", language)] for one in told]
    return [heads, *rows]


def _contact(one: Contact, zone: ZoneInfo, language: Language) -> str:
    at = f"{datetime_of(one.at, zone):%Y-%m-%d %H:%M}" if one.at else "-"
    said = (at, one.queue or "-", VISITS.say(one.outcome, language), one.agent, one.words)
    return ", ".join(part for part in said if part is not None)


def _named(field: str, language: Language) -> str:
    return heading_of("queue" if field == "service" else field, language)


def _cell(card: CustomerCard, field: str, language: Language) -> Cell:
    match field:
        case "numbers":
            return written_numbers(card.numbers)
        case "key_account":
            return WORDS.say("yes" if card.key_account else "no", language)
        case _:
            told: str | None = getattr(card, field)
            return told
