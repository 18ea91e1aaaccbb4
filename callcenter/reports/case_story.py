"""The outcome of a complaint's story, for a person at a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from callcenter.cases.complaints.replay import ToldStory
from callcenter.locale import Language, Words
from callcenter.reports.replay.text import table
from callcenter.untrusted import replaced
from callcenter.usecases.complaints.case_words import CASE_RULES, CASE_STATES, CASE_VERDICTS, WHYS

_KEPT = Words("promise of a case", {"kept": "kept", "broken": "broken", "open": "open"})
_CASES = Words(
    "cases",
    {
        "case": "case",
        "number": "number",
        "state": "state",
        "owner": "owner",
        "due": "due",
        "kept": "in time",
        "ours": "ours s",
        "department": "department s",
        "customer": "customer s",
    },
)
_RECORDS = Words(
    "records of cases",
    {
        "case": "case",
        "agent": "agent",
        "rule": "for",
        "verdict": "verdict",
        "at": "at",
        "step": "ladder step",
        "amount": "yuan",
    },
)
_REFUSED = Words("refused lines", {"n": "line", "case": "case", "why": "refused because"})
_TOTALS = Words(
    "promises of cases",
    {"promise": "promise", "kept": "kept", "broken": "broken", "open": "open"},
)


def story_told(story: ToldStory, language: Language) -> Iterator[str]:
    """Yield the lines of the tables: refused lines, cases, records, promises."""
    refused = [
        (str(one.n), replaced(one.case or "-"), WHYS.say(one.why, language))
        for one in story.results
        if one.why is not None
    ]
    yield from _table(_REFUSED, refused, language)
    yield from _table(_CASES, list(_cases(story, language)), language)
    yield from _table(_RECORDS, list(_records(story, language)), language)
    totals = [
        (name, str(promise.kept), str(promise.broken), str(promise.open)) for name, promise in story.promises.items()
    ]
    yield from _table(_TOTALS, totals, language)


def kept_told(kept: bool | None, language: Language) -> str:
    """Say whether a promise was kept, or is open."""
    return _KEPT.say("open" if kept is None else "kept" if kept else "broken", language)


def _cases(story: ToldStory, language: Language) -> Iterator[tuple[str, ...]]:
    for one in story.cases:
        yield (
            replaced(one.case),
            one.number or "-",
            CASE_STATES.say(one.state, language),
            replaced(one.owner),
            one.due,
            kept_told(one.kept, language),
            *(str(one.turns[turn]) for turn in ("ours", "department", "customer")),
        )


def _records(story: ToldStory, language: Language) -> Iterator[tuple[str, ...]]:
    for one in story.violations:
        yield (
            replaced(one.case),
            replaced(one.agent),
            CASE_RULES.say(one.rule, language),
            CASE_VERDICTS.say(one.verdict, language),
            one.at,
            "-" if one.step is None else str(one.step),
            one.amount or "-",
        )


def _table(headings: Words[str], rows: Sequence[tuple[str, ...]], language: Language) -> Iterator[str]:
    if rows:
        yield from table([tuple(headings.table(language).values()), *rows])
        yield ""
