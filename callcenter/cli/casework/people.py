"""`callcenter cases department`, `deputy`: who works on complaints beside the owner."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from callcenter.cli.database import at_desk, reading
from callcenter.cli.office.customer_cards import at_console, console_touch
from callcenter.cli.options import SettingsPath
from callcenter.cli.speech import LangOption, spoken
from callcenter.cli.tables import show
from callcenter.clock import wall_clock
from callcenter.config import load_settings
from callcenter.errors import BadInput
from callcenter.locale import Words
from callcenter.store.complaints.people import Department, Deputy, departments, deputies
from callcenter.untrusted import MOST_NAME, hidden_in
from callcenter.usecases.complaints.keep_people import add_department as keep_department
from callcenter.usecases.complaints.keep_people import close_department, set_deputy

people = typer.Typer(add_completion=False)
department = typer.Typer(add_completion=False, no_args_is_help=True)
people.add_typer(department, name="department", help="Other departments, which answer notices by a link.")

_WORDS = Words(
    "people of cases",
    {
        "name": "name",
        "full_name": "full name",
        "contact": "contact",
        "account": "account",
        "deputy": "deputy",
        "away": "away",
        "yes": "yes",
        "no": "no",
        "no_department": "there is no department yet.",
        "no_deputy": "nobody is away, and nobody stands in for anybody.",
    },
)
_NAME = re.compile(r"[^\W_][\w.-]{0,39}")
DepartmentName = Annotated[str, typer.Argument(metavar="DEPARTMENT", help="The department's short name.")]


@department.command("list")
def list_departments(settings: SettingsPath = None, lang: LangOption = "") -> None:
    """List the departments that get notices."""
    found, words = reading(load_settings(settings).store, departments), _WORDS.table(spoken(lang))
    if found:
        heads = [words[name] for name in ("name", "full_name", "contact")]
        show([heads, *([one.name, one.full_name, one.contact] for one in found)])
    else:
        print(words["no_department"])


@department.command("add")
def add_department(
    name: DepartmentName,
    full_name: Annotated[str | None, typer.Option(help="What people call it; the short name, if unsaid.")] = None,
    contact: Annotated[str | None, typer.Option(help="Where its links go, such as an e-mail address.")] = None,
    settings: SettingsPath = None,
) -> None:
    """Add a department, which can be assigned complaints from then on."""
    chosen, touch = load_settings(settings), console_touch()
    if not _NAME.fullmatch(name):
        raise BadInput(f"{name!r} is no name for a department: use letters, digits, dot, dash, at most 40")
    told = Department(name=name, full_name=full_name or name, contact=contact)
    for text in (told.full_name, told.contact or name):
        if not 0 < len(text.strip()) <= MOST_NAME or hidden_in(text) is not None:
            raise BadInput(f"a department's full name and contact are one line each, of 1 to {MOST_NAME} characters")
    at_desk(chosen.store, lambda unit: keep_department(unit, told, touch.by, touch.at))


@department.command("close")
def shut_department(name: DepartmentName, settings: SettingsPath = None) -> None:
    """Let a department get no more notices; its complaints stay."""
    chosen, touch = load_settings(settings), console_touch()
    at_desk(chosen.store, lambda unit: close_department(unit, name, touch.by, touch.at))


@people.command("deputy")
def tell_deputy(
    account: Annotated[str, typer.Argument(metavar="[ACCOUNT]", help="Who is away, or is back; unsaid: list.")] = "",
    deputy: Annotated[str | None, typer.Option("--deputy", help="The account that stands in meanwhile.")] = None,
    away: Annotated[bool | None, typer.Option("--away/--back", help="Whether the account is away.")] = None,
    settings: SettingsPath = None,
    lang: LangOption = "",
) -> None:
    """Say who stands in for an account while it is away, or list who does for whom.

    Who is away is given no complaint; the deputy acts in their place, and is named. A manager says so over the API.
    """
    chosen, words = load_settings(settings), _WORDS.table(spoken(lang))
    if account:
        if away is None:
            raise BadInput(f"say whether {account} is away: --away, or --back")
        told = Deputy(account=account, deputy=deputy, away=away)
        at_desk(chosen.store, lambda unit: set_deputy(unit, told, at_console(), wall_clock()))
        return
    if deputy is not None or away is not None:
        raise BadInput("say whose deputy it is: name the account first")
    found = reading(chosen.store, deputies)
    heads = [words[name] for name in ("account", "deputy", "away")]
    if found:
        show([heads, *([one.account, one.deputy, words["yes" if one.away else "no"]] for one in found)])
    else:
        print(words["no_deputy"])
