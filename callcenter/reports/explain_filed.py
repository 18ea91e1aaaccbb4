"""A record that the journal no longer reaches back to, as it was filed, with the frames that it keeps."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from callcenter.ami.wire import reread_frame
from callcenter.journal import JournalInfo
from callcenter.reports.explain import clock, said_by
from callcenter.reports.explain_words import word
from callcenter.reports.text import inert
from callcenter.rules.texts import Language
from callcenter.store.violations import Record


def filed_as(record: Record, begins: JournalInfo, zone: ZoneInfo, language: Language) -> Iterator[str]:
    """Yield the record and why it cannot be derived again, a line each."""
    filed, say = record.dossier, partial(word, language=language)
    yield f"{filed.rule}  {inert(filed.agent)}  {say(f'verdict.{record.standing.verdict}')}  ({inert(filed.rulebook)})"
    yield f"  {inert(filed.why.zh if language == 'zh' else filed.why.en)}"
    yield f"  {say('id')} {filed.id}"
    yield f"  {say('time')} {clock(filed.start, zone)} {say('to')} {clock(filed.end, zone)}"
    for point in filed.timeline:
        yield f"  {clock(point.at, zone)[11:]}  {inert(point.what.zh if language == 'zh' else point.what.en)}"
    yield f"  {say('evidence')} {say('columns')}"
    for copy in filed.evidence:
        yield f"    {_line(copy, zone, language)}"
    yield f"  {reach('cut', begins, zone, language)}"


def reach(key: str, begins: JournalInfo, zone: ZoneInfo, language: Language) -> str:
    """Say how far a journal reaches back."""
    return word(key, language, first=begins.first, since=clock(begins.first_at, zone)[:19])


def _line(copy: dict[str, Any], zone: ZoneInfo, language: Language) -> str:
    frame = reread_frame(str(copy.get("frame", "")).encode())
    said = "" if frame is None else said_by(frame)
    shown = inert(said) or word("own_event", language)
    at = copy.get("recorded_at")
    recorded = clock(at if isinstance(at, int) else None, zone)
    return f"{copy.get('position', '?'):>8}  {recorded}  {str(copy.get('hash', '?'))[:16]}  {shown}"
