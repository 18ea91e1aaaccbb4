"""Filed records for people at a terminal: what each says, where it stands, and who did what with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from callcenter.domain.frame import Micros
from callcenter.locale import Language
from callcenter.reports.records.explain import clock
from callcenter.reports.records.explain_words import label, word
from callcenter.rules.records.dossier import Dossier
from callcenter.rules.records.standing import SERVICE, Standing
from callcenter.rules.records.steps import HistoryEntry
from callcenter.rules.records.violation import Verdict
from callcenter.staff.dates import datetime_of
from callcenter.store.decisions.violations import FiledRecord
from callcenter.untrusted import replaced


def standing_of(standing: Standing, language: Language) -> str:
    """Say in a word how far people are with a record; one that they do not decide on, by its verdict."""
    if standing.verdict is not Verdict.PROPOSED:
        return word(f"verdict.{standing.verdict}", language)
    return word(f"state.{standing.state}", language)


def listed(records: Sequence[FiledRecord], zone: ZoneInfo, language: Language) -> Iterator[str]:
    """Yield two lines for each record: where it stands, and what it says."""
    for record in records:
        dossier = record.dossier
        where = f"{_when(dossier.at, zone)}  {dossier.rule:<14}  {standing_of(record.standing, language)}"
        yield f"{dossier.id[:12]}  {where}  {replaced(dossier.agent)}"
        yield f"              {replaced(why(dossier, language))}"


def told_filed(
    record: FiledRecord, entries: Sequence[HistoryEntry], zone: ZoneInfo, language: Language
) -> Iterator[str]:
    """Yield a record as it was filed: a form's, one counted from others, or one that no journal gives any more."""
    dossier = record.dossier
    standing = standing_of(record.standing, language)
    yield f"{dossier.rule}  {replaced(dossier.agent)}  {standing}  ({replaced(dossier.rulebook)})"
    yield f"  {replaced(why(dossier, language))}"
    yield f"  {label('id', language)} {dossier.id}"
    yield f"  {label('time', language)} {_span(dossier, zone, language)}"
    yield from history_of(record, entries, zone, language)


def history_of(
    record: FiledRecord, entries: Sequence[HistoryEntry], zone: ZoneInfo, language: Language
) -> Iterator[str]:
    """Yield who proposed a record, every step that was taken, and what counts of it now."""
    standing = record.standing
    proposed = _who(standing.proposed_by, language)
    yield f"  {label('filed', language)} {_when(record.created_at, zone)}  {word('step.propose', language)}  {proposed}"
    for entry in entries:
        step = (_when(entry.at, zone), word(f"step.{entry.action}", language), _who(entry.by, language))
        points = [] if entry.points is None else [word("points", language, points=entry.points)]
        yield f"  {label('step', language)} {'  '.join([*step, *points])}".rstrip()
        if entry.note:
            yield f"              {replaced(entry.note)}"
    yield f"  {label('counts', language)} {word('points', language, points=standing.counted)}"


def why(dossier: Dossier, language: Language) -> str:
    """Say what happened."""
    return dossier.why.said(language)


def _span(dossier: Dossier, zone: ZoneInfo, language: Language) -> str:
    """Say when it was; of a form, which names one moment, that."""
    if dossier.end is None:
        return _when(dossier.at, zone)
    return f"{clock(dossier.start, zone)} {word('to', language)} {clock(dossier.end, zone)}"


def _who(account: str, language: Language) -> str:
    return word("service", language) if account == SERVICE else replaced(account)


def _when(at: Micros | None, zone: ZoneInfo) -> str:
    return "?" if at is None else datetime_of(at, zone).strftime("%Y-%m-%d %H:%M:%S")
