"""`callcenter violations file`: the quick form at the console, signed with the password of whoever fills it in."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from callcenter import locale
from callcenter.cli.database import moment, with_decisions
from callcenter.cli.options import SettingsPath
from callcenter.cli.password import kept_or_typed, proven
from callcenter.cli.speech import LangOption, spoken
from callcenter.clock import wall_clock
from callcenter.config import load_settings
from callcenter.store import DecisionStore
from callcenter.store.decisions.violations import FiledRecord
from callcenter.store.sign_in.accounts import Accounts
from callcenter.store.sign_in.sessions import Sessions
from callcenter.tracker import RulesFiles
from callcenter.usecases.file_report import SeenReport, file_report


def file_violation(
    account: Annotated[str, typer.Option("--as", help="The account of whoever saw it; its password is asked for.")],
    rule: Annotated[str, typer.Option(help="The rule's code, such as V-DESK.")],
    agent: Annotated[str, typer.Option(help="Whom it is about.")],
    note: Annotated[str, typer.Option(help="What happened, for the agent to read.")],
    at: Annotated[str | None, typer.Option(help="When, as an ISO time; now, where it is not said.")] = None,
    password_file: Annotated[Path | None, typer.Option(help="File whose first line is the password.")] = None,
    lang: LangOption = "",
    settings: SettingsPath = None,
) -> None:
    """Record what a person saw, and print the record's id; it is as good as an automatic one and goes the same way.

    The password is asked for, or is the first line of the input. Who may record what of whom is as over the API.
    """
    chosen, language = load_settings(settings), spoken(lang)
    when = moment(at, "--at", ZoneInfo(chosen.site.timezone))
    password = kept_or_typed(password_file, account, language)
    now = wall_clock()
    seen = SeenReport(rule=rule, agent=agent, words=note, at=now if when is None else when, key=secrets.token_hex(16))

    async def filed(decisions: DecisionStore) -> FiledRecord:
        in_force = await RulesFiles(decisions, chosen.in_force).in_force()
        sessions = Sessions(decisions, Accounts(), chosen.web.lifetimes)
        person = (await proven(sessions, account, password, language)).person
        async with decisions.writing() as unit:
            return await file_report(unit, seen, person, in_force.rulebook, in_force.roster, now)

    record = with_decisions(chosen.store, filed)
    title = record.dossier.title.said(language)
    typer.echo(locale.text("proposed: {rule} {title}", language, rule=rule, title=title), err=True)
    print(record.dossier.id)
