"""`callcenter violations`: derive records again from the journal, explain them, withdraw what does not reproduce."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, NamedTuple
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter import logs
from callcenter.cli.filing import file_violation
from callcenter.cli.office import Since, Until, moment, reading, with_office
from callcenter.cli.serve import SettingsPath
from callcenter.cli.speech import DEFAULT_LANG, LangOption, language_of_texts
from callcenter.config import Settings, load_settings
from callcenter.domain.frame import Micros
from callcenter.errors import JournalDamaged, MigrationMissing, StoreError
from callcenter.reports.explain import Derived, cut_before, derive, exhibits, explained, told
from callcenter.reports.explain_filed import filed_as, reach
from callcenter.reports.explain_words import word
from callcenter.reports.reproduce import Anew, Result, Source, derive_all, hold_against, withdraw_faulty
from callcenter.reports.text import inert
from callcenter.rules.edition import Mode
from callcenter.rules.reproduction import Doubt
from callcenter.rules.texts import Language
from callcenter.store.violations import Record as Filed
from callcenter.store.withdrawals import anchors, followed, raised

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Records: derived again from the journal, or filed by hand."
)

app.command("file")(file_violation)

Record = Annotated[str, typer.Argument(metavar="ID", help="The record's id, or the beginning of it.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what does not reproduce, and withdraw nothing.")]


class _Files(NamedTuple):
    """What the database holds for the question: records, others by which a journal is known, how far it followed."""

    records: list[Filed]
    anchors: list[Filed]
    followed: int


@app.command("list")
def list_records(settings: SettingsPath = None, lang: LangOption = DEFAULT_LANG) -> None:
    """List every record that the journal gives."""
    chosen = load_settings(settings)
    anew = _anew(chosen)
    if anew.damage is not None:
        raise JournalDamaged(anew.damage)
    language = language_of_texts(lang)
    for violation in sorted((v for v, _ in anew.found.values() if v.mode is Mode.ON), key=lambda v: v.order):
        verdict = word(f"verdict.{violation.verdict}", language)
        print(f"{violation.id[:12]}  {verdict:<12}  {violation.rule:<14}  {inert(violation.agent)}")
        print(f"              {violation.why(language)}")
    if (begins := cut_before(chosen.journal.path)) is not None:
        typer.echo(reach("list_begins", begins, ZoneInfo(chosen.site.timezone), language), err=True)


@app.command("explain")
def explain_record(
    record: Record, settings: SettingsPath = None, lang: LangOption = DEFAULT_LANG, dry_run: DryRun = False
) -> None:
    """Derive one record again, show the frames that it stands on, and compare it with what was filed.

    Exit 2 if there is none; 4 if the one that was filed does not reproduce: it is withdrawn. One from before the
    journal's beginning is shown as it was filed, with the frames that it keeps.
    """
    chosen = load_settings(settings)
    files = _files(chosen, begins=record)  # before the journal, which then holds all that they stand on
    anew = _anew(chosen)
    results = _held(chosen, anew, files)
    if not any(result.faults for result in results):
        if anew.damage is not None:
            raise JournalDamaged(anew.damage)
        print("\n".join(_explained(chosen, anew, files, results, record, language_of_texts(lang))))
    _settle(chosen, results, language_of_texts(lang), dry_run=dry_run)


@app.command("verify")
def verify_records(
    since: Since = None,
    until: Until = None,
    dry_run: DryRun = False,
    settings: SettingsPath = None,
    lang: LangOption = DEFAULT_LANG,
) -> None:
    """Hold every record that the service filed against the journal; withdraw what does not reproduce, and exit 4.

    A record whose journal was cut, or whose rulebook or roster is not at hand, cannot be checked and stays.
    """
    chosen = load_settings(settings)
    zone = ZoneInfo(chosen.site.timezone)
    files = _files(chosen, moment(since, "--from", zone), moment(until, "--to", zone))
    anew = _anew(chosen)
    results = _held(chosen, anew, files)
    _settle(chosen, results, language_of_texts(lang), dry_run=dry_run)
    reproduced = sum(result.reproduces for result in results)
    others = len(results) - reproduced
    print(word("held", language_of_texts(lang), reproduced=reproduced, all=len(results), others=others))
    if anew.damage is not None:
        raise JournalDamaged(anew.damage)


def explain_all(settings: Settings, lang: str) -> list[str]:
    """Explain every record of a journal, for the end of a demonstration."""
    journal: Path = settings.journal.path
    lines: list[str] = []
    for violation in derive(journal, settings.court()):
        if violation.mode is Mode.ON:
            derived = Derived(violation, exhibits(journal, violation))
            lines += [*told(derived, ZoneInfo(settings.site.timezone), language_of_texts(lang)), ""]
    return lines


def _explained(
    chosen: Settings, anew: Anew, files: _Files, results: list[Result], record: str, language: Language
) -> Iterator[str]:
    """Explain one record by the journal or, where that no longer reaches back so far, by what was filed."""
    zone, begins = ZoneInfo(chosen.site.timezone), cut_before(chosen.journal.path)
    pruned = any(doubt.what is Doubt.PRUNED for result in results for doubt in result.doubts)
    if begins is not None and pruned and len(files.records) == 1:
        return filed_as(files.records[0], begins, zone, language)
    found = [violation for violation, _ in anew.found.values()]
    return told(explained(chosen.journal.path, found, record), zone, language)


def _source(chosen: Settings) -> Source:
    return Source(chosen.journal.path, chosen.ami.node, chosen.court())


def _anew(chosen: Settings) -> Anew:
    with Console(stderr=True).status("reading the journal") as status:
        return derive_all(_source(chosen), lambda p: status.update(f"entry {p:,}"))


def _files(chosen: Settings, since: Micros | None = None, until: Micros | None = None, begins: str = "") -> _Files:
    """Read what was filed; where there is no database, nothing was."""

    async def read(connection: AsyncConnection) -> _Files:
        return _Files(
            await raised(connection, since, until, begins),
            await anchors(connection),
            await followed(connection, chosen.ami.node),
        )

    try:
        return reading(chosen.store, read)
    except MigrationMissing as error:
        if not begins:
            raise
        typer.echo(f"not compared with what was filed: {error}", err=True)
        return _Files([], [], 0)


def _held(chosen: Settings, anew: Anew, files: _Files) -> list[Result]:
    if not files.records:
        return []
    return hold_against(_source(chosen), files.records, anew, followed=files.followed, anchors=files.anchors)


def _settle(chosen: Settings, results: list[Result], language: Language, *, dry_run: bool) -> None:
    """Say what became of each record, withdraw what does not reproduce, and leave with an error if anything did not."""
    for result in results:
        _show(result, language)
    faulty = sum(bool(result.faults) for result in results)
    if not faulty:
        return
    if dry_run:
        raise StoreError(f"{faulty} of {len(results)} records do not reproduce; nothing was withdrawn")
    logs.configure(chosen.log)
    count = with_office(chosen.store, lambda office: withdraw_faulty(office, results, time.time_ns() // 1000))
    raise StoreError(f"{faulty} of {len(results)} records do not reproduce; {count} were withdrawn")


def _show(result: Result, language: Language) -> None:
    became = "reproduced" if result.reproduces else "faulty" if result.faults else "doubtful"
    filed, said = result.filed, word(f"became.{became}", language)
    print(f"{filed.id[:12]}  {said:<18}  {filed.rule:<14}  {inert(filed.agent)}")
    for finding in result.faults or result.doubts:
        print(f"              {finding.told(language)}")
