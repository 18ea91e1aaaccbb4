"""`callcenter violations file`: the quick form at the console, signed with the password of whoever fills it in."""

from __future__ import annotations

import secrets
import time
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from callcenter import locale
from callcenter.cli.database import moment, with_office
from callcenter.cli.password import kept_or_typed
from callcenter.cli.service.serve import SettingsPath
from callcenter.cli.speech import LangOption, spoken
from callcenter.config import load_settings
from callcenter.store import Office
from callcenter.store.decisions.violations import Record
from callcenter.store.sign_in.accounts import Accounts
from callcenter.store.sign_in.sessions import Sessions
from callcenter.tracker import Rules
from callcenter.usecases.file_report import Seen, file_report


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
    password = kept_or_typed(password_file, f"Password for {account}: ")
    now = time.time_ns() // 1000
    seen = Seen(rule=rule, agent=agent, words=note, at=now if when is None else when, key=secrets.token_hex(16))

    async def filed(office: Office) -> Record:
        court = await Rules(office, chosen.court).court()
        sessions = Sessions(office, Accounts(), chosen.web.lifetimes)
        person = (await sessions.prove_at_console(account, password, now)).person
        async with office.writing() as desk:
            return await file_report(desk, seen, person, court.rulebook, court.roster, now)

    record = with_office(chosen.store, filed)
    title = record.dossier.title.said(language)
    typer.echo(locale.text("proposed: {rule} {title}", language, rule=rule, title=title), err=True)
    print(record.dossier.id)
