"""`callcenter violations`: derive records again from the journal, and explain each from the frames it stands on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console

from callcenter.cli.serve import SettingsPath
from callcenter.config import Settings, load_settings
from callcenter.reports.explain import Derived, derive, exhibits, explain, told
from callcenter.rules.edition import Mode
from callcenter.rules.texts import Language

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Records, derived again from the journal alone.")

Lang = Annotated[str, typer.Option("--lang", help="zh-CN or en.")]
Record = Annotated[str, typer.Argument(metavar="ID", help="The record's id, or the beginning of it.")]
_DEFAULT_LANG = "en"


@app.command("list")
def list_records(settings: SettingsPath = None, lang: Lang = _DEFAULT_LANG) -> None:
    """List every record that the journal gives by the rulebook and roster of the settings."""
    chosen = load_settings(settings)
    with Console(stderr=True).status("reading the journal") as status:
        found = list(derive(chosen.journal.path, chosen.court(), lambda p: status.update(f"entry {p:,}")))
    for violation in sorted((v for v in found if v.mode is Mode.ON), key=lambda v: v.order):
        print(f"{violation.id[:12]}  {violation.verdict.value:<12}  {violation.rule:<14}  {violation.agent}")
        print(f"              {violation.why(_language(lang))}")


@app.command("explain")
def explain_record(record: Record, settings: SettingsPath = None, lang: Lang = _DEFAULT_LANG) -> None:
    """Derive one record again and show the frames that it stands on; exit 2 if it does not reproduce."""
    chosen = load_settings(settings)
    derived = explain(chosen.journal.path, chosen.court(), record)
    print("\n".join(told(derived, ZoneInfo(chosen.site.timezone), _language(lang))))


def explain_all(settings: Settings, lang: str) -> list[str]:
    """Explain every record of a journal, for the end of a demonstration."""
    journal: Path = settings.journal.path
    lines: list[str] = []
    for violation in derive(journal, settings.court()):
        if violation.mode is Mode.ON:
            derived = Derived(violation, exhibits(journal, violation))
            lines += [*told(derived, ZoneInfo(settings.site.timezone), _language(lang)), ""]
    return lines


def _language(lang: str) -> Language:
    return "zh" if lang.lower().startswith("zh") else "en"
