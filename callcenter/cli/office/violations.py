"""`callcenter violations`: list and explain records, held against the journal; withdraw what does not reproduce."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, NamedTuple
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter import locale, logs
from callcenter.cli.database import Since, Until, reading, span, with_decisions
from callcenter.cli.office.filing import file_violation
from callcenter.cli.options import SettingsPath
from callcenter.cli.speech import LangOption, spoken
from callcenter.clock import wall_clock
from callcenter.config import Settings, load_settings
from callcenter.domain.frame import Micros
from callcenter.errors import BadInput, JournalDamaged, MigrationMissing, StoreError
from callcenter.locale import Language, english
from callcenter.reports.records.explain import Derived, cut_before, derive, exhibits, explained, told
from callcenter.reports.records.explain_filed import filed_as, reach
from callcenter.reports.records.explain_words import word
from callcenter.reports.records.filed import history_of, listed, standing_of, told_filed
from callcenter.reports.records.reproduce import Anew, RecordSource, Result, derive_all, hold_against
from callcenter.rules.records.reproduction import NOT_OF_FRAMES, Doubt
from callcenter.rules.records.standing import SERVICE, RecordState
from callcenter.rules.records.steps import HistoryEntry
from callcenter.rules.records.violation import Verdict, Violation
from callcenter.rules.regulations.edition import Mode
from callcenter.store import DecisionStore
from callcenter.store.decisions.violations import FiledRecord as Filed
from callcenter.store.decisions.violations import RecordQuery, beginning, found, history
from callcenter.store.decisions.withdrawals import anchors, followed, raised
from callcenter.tracker import RulesFiles
from callcenter.untrusted import replaced
from callcenter.usecases.withdraw_record import withdraw_records

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Records: listed, explained, held against the journal, or filed by hand.",
)

app.command("file")(file_violation)

Record = Annotated[str, typer.Argument(metavar="ID", help="The record's id, or the beginning of it.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what does not reproduce, and withdraw nothing.")]


class _Files(NamedTuple):
    """What the database holds for the question: records, others by which a journal is known, how far it followed."""

    records: list[Filed]
    anchors: list[Filed]
    followed: int


class _Known(NamedTuple):
    """A filed record, and the steps that were taken with it."""

    record: Filed
    entries: list[HistoryEntry]


@app.command("list")
def list_records(
    agent: Annotated[str | None, typer.Option(help="Only this agent's.")] = None,
    rule: Annotated[str | None, typer.Option(help="Only this rule's, such as V-MISSED.")] = None,
    state: Annotated[RecordState | None, typer.Option(help="Only proposed ones in this state.")] = None,
    verdict: Annotated[Verdict | None, typer.Option(help="Only with this verdict.")] = None,
    since: Since = None,
    until: Until = None,
    shadow: Annotated[bool, typer.Option("--shadow", help="Those of rules in shadow, too.")] = False,
    derived: Annotated[
        bool, typer.Option("--derived", help="What the journal alone gives, in place of these.")
    ] = False,
    settings: SettingsPath = None,
    lang: LangOption = "",
) -> None:
    """List the records of the database with where they stand, the oldest first."""
    chosen, language = load_settings(settings), spoken(lang)
    zone = ZoneInfo(chosen.site.timezone)
    start, end = span(since, until, zone)
    asked = RecordQuery(
        agent=agent,
        rule=rule,
        state=state,
        verdict=Verdict.PROPOSED if state and verdict is None else verdict,
        since=start,
        until=end,
    )
    if derived:
        _list_derived(chosen, asked, language, shadow=shadow)
        return
    records = reading(chosen.store, lambda connection: found(connection, asked))
    shown = list(listed([one for one in records if shadow or one.standing.mode is Mode.ON], zone, language))
    print("\n".join(shown or [word("listed_none", language)]))


def _list_derived(chosen: Settings, asked: RecordQuery, language: Language, *, shadow: bool) -> None:
    if asked.state is not None:
        raise BadInput("--state asks for what people have decided, which no journal holds: leave --derived out")
    anew = _anew(chosen)
    if anew.damage is not None:
        raise JournalDamaged(anew.damage)
    given = [v for v, _ in anew.found.values() if (shadow or v.mode is Mode.ON) and _fits(v, asked)]
    for violation in sorted(given, key=lambda v: v.order):
        verdict = word(f"verdict.{violation.verdict}", language)
        print(f"{violation.id[:12]}  {verdict:<12}  {violation.rule:<14}  {replaced(violation.agent)}")
        print(f"              {violation.why(language)}")
    if (begins := cut_before(chosen.journal.path)) is not None:
        typer.echo(reach("list_begins", begins, ZoneInfo(chosen.site.timezone), language), err=True)


def _fits(violation: Violation, asked: RecordQuery) -> bool:
    same = ("agent", "rule", "verdict")
    if any((value := getattr(asked, key)) is not None and getattr(violation, key) != value for key in same):
        return False
    at = violation.at or 0
    return (asked.since is None or at >= asked.since) and (asked.until is None or at < asked.until)


@app.command("explain")
def explain_record(
    record: Record, settings: SettingsPath = None, lang: LangOption = "", dry_run: DryRun = False
) -> None:
    """Show one record: where it stands, every step, and, derived again from the journal, the frames it stands on.

    Exit 2 if there is none; 4 if the one that was filed does not reproduce: it is withdrawn. One from before the
    journal's beginning is shown as it was filed, with the frames that it keeps.
    """
    chosen, language = load_settings(settings), spoken(lang)
    zone = ZoneInfo(chosen.site.timezone)
    files = _files(chosen, language, begins=record)  # before the journal, which then holds all that they stand on
    known = _known(chosen, record)
    if known is not None and not _from_journal(known.record):
        print("\n".join(told_filed(*known, zone, language)))
        return
    anew = _anew(chosen)
    results = _held(chosen, anew, files)
    if not any(result.faults for result in results):
        if anew.damage is not None:
            raise JournalDamaged(anew.damage)
        print("\n".join(_explained(chosen, anew, files, known, record, language)))
    _settle(chosen, results, language, dry_run=dry_run)


def _explained(
    chosen: Settings, anew: Anew, files: _Files, known: _Known | None, begins: str, language: Language
) -> list[str]:
    """Explain one record by the journal or, where that does not give it any more, by what was filed."""
    zone, journal = ZoneInfo(chosen.site.timezone), chosen.journal.path
    found = [violation for violation, _ in anew.found.values()]
    if known is None:
        return list(told(explained(journal, found, begins), zone, language))
    cut, filed = cut_before(journal), known.record
    if cut is not None and _out_of_reach(chosen, anew, files, filed):
        return [*filed_as(*known, zone, language), f"  {reach('cut', cut, zone, language)}"]
    if filed.dossier.id not in anew.found:
        return [*filed_as(*known, zone, language), f"  {word('not_derived', language)}"]
    derived = explained(journal, found, filed.dossier.id)
    standing = standing_of(filed.standing, language)
    return list(told(derived, zone, language, standing, history_of(*known, zone, language)))


def _out_of_reach(chosen: Settings, anew: Anew, files: _Files, filed: Filed) -> bool:
    """Whether a record, settled or not, may come out otherwise because what it stands on was cut from the journal."""
    results = _held(chosen, anew, files._replace(records=[filed]))
    return any(doubt.what is Doubt.PRUNED for result in results for doubt in result.doubts)


def _from_journal(record: Filed) -> bool:
    """Whether the journal gives it: the service raised it from what it saw, not from other records or a complaint."""
    return record.standing.proposed_by == SERVICE and record.dossier.rule not in NOT_OF_FRAMES


def _known(chosen: Settings, begins: str) -> _Known | None:
    """Find the one filed record whose id begins so, and its steps; None where none was filed."""

    async def read(connection: AsyncConnection) -> tuple[list[Filed], list[HistoryEntry]]:
        records = await beginning(connection, begins)
        return records, await history(connection, records[0].dossier.id) if len(records) == 1 else []

    try:
        records, entries = reading(chosen.store, read)
    except MigrationMissing:  # said already, by what looked there before
        return None
    if len(records) > 1:
        raise BadInput(f"{len(records)} records begin with {begins}: give more of the id.")
    return _Known(records[0], entries) if records else None


@app.command("verify")
def verify_records(
    since: Since = None,
    until: Until = None,
    dry_run: DryRun = False,
    settings: SettingsPath = None,
    lang: LangOption = "",
) -> None:
    """Hold every record that the service filed against the journal; withdraw what does not reproduce, and exit 4.

    A record whose journal was cut, or whose rulebook or roster is not at hand, cannot be checked and stays.
    """
    chosen, language = load_settings(settings), spoken(lang)
    zone = ZoneInfo(chosen.site.timezone)
    files = _files(chosen, language, *span(since, until, zone))
    anew = _anew(chosen)
    results = _held(chosen, anew, files)
    _settle(chosen, results, language, dry_run=dry_run)
    reproduced = sum(result.reproduces for result in results)
    others = len(results) - reproduced
    print(word("held", language, reproduced=reproduced, all=len(results), others=others))
    if anew.damage is not None:
        raise JournalDamaged(anew.damage)


def explain_all(settings: Settings, lang: str) -> list[list[str]]:
    """Explain every record of a journal, for the end of a demonstration."""
    journal: Path = settings.journal.path
    zone, language = ZoneInfo(settings.site.timezone), spoken(lang)
    records = [v for v in derive(journal, settings.in_force()) if v.mode is Mode.ON]
    return [[*told(Derived(v, exhibits(journal, v)), zone, language), ""] for v in records]


def _source(chosen: Settings) -> RecordSource:
    return RecordSource(chosen.journal.path, chosen.ami.node, chosen.in_force())


def _anew(chosen: Settings) -> Anew:
    with Console(stderr=True).status("reading the journal") as status:
        return derive_all(_source(chosen), lambda p: status.update(f"entry {p:,}"))


def _files(
    chosen: Settings, language: Language, since: Micros | None = None, until: Micros | None = None, begins: str = ""
) -> _Files:
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
        note = english(f"not compared with what was filed: {error}")
        typer.echo(locale.sentence(note, language), err=True)
        return _Files([], [], 0)


def _held(chosen: Settings, anew: Anew, files: _Files) -> list[Result]:
    if not files.records:
        return []
    return hold_against(_source(chosen), files.records, anew, followed=files.followed, anchors=files.anchors)


def _settle(chosen: Settings, results: list[Result], language: Language, *, dry_run: bool) -> None:
    """Say what became of each record, withdraw what does not reproduce, and leave with an error if anything did not."""
    for result in results:
        _show(result, language)
    faulty = [(result.filed, result.faults) for result in results if result.faults]
    if not faulty:
        return
    if dry_run:
        raise StoreError(f"{len(faulty)} of {len(results)} records do not reproduce; nothing was withdrawn")
    logs.configure(chosen.log)

    async def withdrawn(decisions: DecisionStore) -> int:
        in_force = await RulesFiles(decisions, chosen.in_force).in_force()
        return await withdraw_records(decisions, faulty, in_force.rulebook, wall_clock())

    count = with_decisions(chosen.store, withdrawn)
    raise StoreError(f"{len(faulty)} of {len(results)} records do not reproduce; {count} were withdrawn")


def _show(result: Result, language: Language) -> None:
    became = "reproduced" if result.reproduces else "faulty" if result.faults else "doubtful"
    filed, said = result.filed, word(f"became.{became}", language)
    print(f"{filed.id[:12]}  {said:<18}  {filed.rule:<14}  {replaced(filed.agent)}")
    for finding in result.faults or result.doubts:
        print(f"              {finding.told(language)}")
