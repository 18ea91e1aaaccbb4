"""`callcenter user`: accounts, from the machine itself; how the first administrator comes to be."""

from __future__ import annotations

import asyncio
import getpass
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from callcenter.cli.database import at_desk
from callcenter.cli.options import SettingsPath
from callcenter.cli.password import typed_twice
from callcenter.cli.speech import LangOption, spoken
from callcenter.clock import wall_clock
from callcenter.config import Settings, load_settings
from callcenter.locale import Language, Words
from callcenter.staff.rights import Role
from callcenter.store import UnitOfWork
from callcenter.store.sign_in.accounts import Account, Accounts, NewAccount, list_accounts
from callcenter.store.sign_in.vouching import CONSOLE
from callcenter.usecases.keep_accounts import (
    Agents,
    add_account,
    change_account,
    confirm_role,
    remove_authenticator,
    require_agent,
    unlock,
)

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Accounts of the people who may sign in.")

_SAID = Words(
    "accounts",
    {
        "added": "{name} may sign in as {role}",
        "password": "{name} has a new password",
        "is_disabled": "{name} is disabled",
        "disabled": "disabled",
        "enabled": "{name} may sign in again",
        "unlocked": "{name} may try again",
        "confirmed": "{name} is {role}",
        "removed": "{name} signs in without an authenticator",
        "no_roster": (
            "warning: the settings name no roster ([rules] roster), so nobody can tell whether {agent} is an agent"
        ),
    },
)
T = TypeVar("T")
Name = Annotated[str, typer.Argument(help="The account's name.")]


@app.command("add")
def add_user(
    name: Name,
    role: Annotated[Role, typer.Option(help="What the person is in the department.")],
    full_name: Annotated[str, typer.Option(help="The person's name; the account's, where it is not said.")] = "",
    agent: Annotated[str | None, typer.Option(help="Which agent the person is on the floor.")] = None,
    team: Annotated[str | None, typer.Option(help="The person's team.")] = None,
    joined: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The person's first day; unsaid: long enough ago."),
    ] = None,
    settings: SettingsPath = None,
    lang: LangOption = "",
) -> None:
    """Add an account; its password is asked for, or is the first line of the input.

    An agent's name is the roster's: a name that it does not have would never meet a record or a score.
    """
    language = spoken(lang)
    agents = None if agent is None else _agents(load_settings(settings), agent, language)
    new = NewAccount(
        name=name,
        full_name=full_name or name,
        role=role,
        agent=agent,
        team=team,
        joined=None if joined is None else joined.date(),
    )
    hashed = _new_password(settings, name, language)
    added = _at_desk(settings, lambda unit: add_account(unit, new, hashed, _actor(), wall_clock(), agents))
    print(_SAID.say("added", language, name=added.name, role=added.role))


@app.command("passwd")
def change_password(name: Name, settings: SettingsPath = None, lang: LangOption = "") -> None:
    """Give an account another password; it is signed out everywhere."""
    _change(settings, name, {"password": _new_password(settings, name, spoken(lang))})
    print(_SAID.say("password", spoken(lang), name=name))


@app.command("disable")
def disable_user(name: Name, settings: SettingsPath = None, lang: LangOption = "") -> None:
    """Let nobody sign in under a name any more; what they did stays theirs."""
    _change(settings, name, {"disabled_at": wall_clock()})
    print(_SAID.say("is_disabled", spoken(lang), name=name))


@app.command("enable")
def enable_user(name: Name, settings: SettingsPath = None, lang: LangOption = "") -> None:
    """Let somebody sign in again."""
    _change(settings, name, {"disabled_at": None})
    print(_SAID.say("enabled", spoken(lang), name=name))


@app.command("unlock")
def unlock_user(name: Name, settings: SettingsPath = None, lang: LangOption = "") -> None:
    """Forget the wrong passwords that somebody tried under a name; the password stays."""
    _at_desk(settings, lambda unit: unlock(unit, name, _actor(), wall_clock()))
    print(_SAID.say("unlocked", spoken(lang), name=name))


@app.command("remove-authenticator")
def remove_authenticator_of(name: Name, settings: SettingsPath = None, lang: LangOption = "") -> None:
    """Let somebody who has lost their authenticator sign in without it; they are signed out everywhere."""
    _at_desk(settings, lambda unit: remove_authenticator(unit, name, _actor(), wall_clock()))
    print(_SAID.say("removed", spoken(lang), name=name))


@app.command("confirm")
def confirm_user(name: Name, settings: SettingsPath = None, lang: LangOption = "") -> None:
    """Give an account the role that an administrator has asked for and nobody has confirmed."""
    confirmed = _at_desk(settings, lambda unit: confirm_role(unit, name, _actor(), wall_clock()))
    print(_SAID.say("confirmed", spoken(lang), name=name, role=confirmed.role))


@app.command("list")
def list_users(settings: SettingsPath = None, lang: LangOption = "") -> None:
    """List every account."""
    for account in _at_desk(settings, _every):
        state = "" if account.disabled_at is None else _SAID.say("disabled", spoken(lang))
        print(f"{account.name:<20}  {account.role:<20}  {account.agent or '-':<16}  {account.team or '-':<12}  {state}")


def _agents(settings: Settings, agent: str, language: Language) -> Agents:
    """Return the agents that there are; without a roster nobody can tell, which is said.

    Raises:
        BadInput: The roster has no such agent, or cannot be used.
    """
    roster = settings.rules.read_roster(settings.site.timezone)
    if roster is not None:
        require_agent(agent, roster.agents)
        return roster.agents
    print(_SAID.say("no_roster", language, agent=repr(agent)), file=sys.stderr)
    return None


async def _every(unit: UnitOfWork) -> list[Account]:
    found: list[Account] = []
    while more := await list_accounts(unit.connection, found[-1].name if found else ""):
        found += more
    return found


def _change(settings: Path | None, name: str, changes: dict[str, Any]) -> None:
    _at_desk(settings, lambda unit: change_account(unit, name, changes, None, _actor(), wall_clock(), None))


def _at_desk(path: Path | None, work: Callable[[UnitOfWork], Awaitable[T]]) -> T:
    """Do something in one transaction of the database that the settings name."""
    return at_desk(load_settings(path).store, work)


def _new_password(settings: Path | None, name: str, language: Language) -> str:
    """Ask for a password, and return its hash."""
    accounts = Accounts(breached=load_settings(settings).web.breached_passwords)
    return asyncio.run(accounts.hashed(name, typed_twice(name, language)))


def _actor() -> str:
    return f"{CONSOLE}{getpass.getuser()}"
