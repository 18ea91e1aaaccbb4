"""A record that the journal does not give any more, as it was filed, with the frames that it keeps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from callcenter.ami.wire import reread_frame
from callcenter.journal import JournalInfo
from callcenter.locale import Language
from callcenter.reports.records.explain import clock, said_by
from callcenter.reports.records.explain_words import label, word
from callcenter.reports.records.filed import told_filed
from callcenter.rules.records.sealed import veil
from callcenter.rules.records.steps import HistoryEntry
from callcenter.store.decisions.violations import FiledRecord
from callcenter.untrusted import replaced


def filed_as(record: FiledRecord, entries: Sequence[HistoryEntry], zone: ZoneInfo, language: Language) -> Iterator[str]:
    """Yield the record with where it stands and what it stands on, a line each."""
    yield from told_filed(record, entries, zone, language)
    for point in record.dossier.timeline:
        yield f"  {clock(point.at, zone)[11:]}  {replaced(point.what.said(language))}"
    yield f"  {label('evidence', language)} {word('columns', language)}"
    for copy in veil(record.dossier).evidence:
        yield f"    {_line(copy, zone, language)}"


def reach(key: str, begins: JournalInfo, zone: ZoneInfo, language: Language) -> str:
    """Say how far a journal reaches back."""
    return word(key, language, first=begins.first, since=clock(begins.first_at, zone)[:19])


def _line(copy: dict[str, Any], zone: ZoneInfo, language: Language) -> str:
    frame = reread_frame(str(copy.get("frame", "")).encode())
    said = "" if frame is None else said_by(frame)
    shown = replaced(said) or word("own_event", language)
    at = copy.get("recorded_at")
    recorded = clock(at if isinstance(at, int) else None, zone)
    return f"{copy.get('position', '?'):>8}  {recorded}  {str(copy.get('hash', '?'))[:16]}  {shown}"
