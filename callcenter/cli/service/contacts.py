"""`callcenter contacts`: the chat and mail systems that report contacts, each by a token of its own."""

from __future__ import annotations

import re
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from callcenter import locale
from callcenter.cli.database import at_desk, reading
from callcenter.cli.office.customer_cards import console_touch
from callcenter.cli.options import SettingsPath
from callcenter.cli.speech import LangOption, spoken
from callcenter.cli.tables import show
from callcenter.config import load_settings
from callcenter.domain.frame import Micros
from callcenter.errors import BadInput
from callcenter.staff.dates import datetime_of
from callcenter.store.enquiries.systems import contact_systems
from callcenter.usecases.enquiries.keep_systems import make_system, withdraw_system

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Chat and mail systems that report contacts.")

Name = Annotated[str, typer.Argument(metavar="NAME", help="Small letters, digits, dots and dashes.")]
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}", re.ASCII)
_WORDS = locale.Words(
    "contact_system",
    {
        "name": "name",
        "made": "made",
        "used": "last used",
        "withdrawn": "withdrawn",
        "none": "no system reports contacts",
    },
)


@app.command("systems")
def list_systems(settings: SettingsPath = None, lang: LangOption = "") -> None:
    """List the systems that report contacts, and when each did last."""
    chosen, language = load_settings(settings), spoken(lang)
    zone = ZoneInfo(chosen.site.timezone)
    found = reading(chosen.store, contact_systems)
    if not found:
        print(_WORDS.say("none", language))
        return
    heading = [_WORDS.say(name, language) for name in ("name", "made", "used", "withdrawn")]
    moments = ([one.made_at, one.last_used_at, one.withdrawn_at] for one in found)
    show([heading, *([one.name, *(_time(at, zone) for at in told)] for one, told in zip(found, moments, strict=True))])


@app.command("add")
def add_system(name: Name, settings: SettingsPath = None) -> None:
    """Make a system that reports contacts, and print its token, which is told this once."""
    if not _NAME.fullmatch(name):
        raise BadInput("a system's name has 1 to 40 small letters, digits, dots, dashes or underscores")
    print(at_desk(load_settings(settings).store, lambda unit: make_system(unit, name, console_touch())))


@app.command("withdraw")
def end_system(name: Name, settings: SettingsPath = None) -> None:
    """Withdraw a system: its token is worth nothing any more, what it reported stays."""
    at_desk(load_settings(settings).store, lambda unit: withdraw_system(unit, name, console_touch()))


def _time(at: Micros | None, zone: ZoneInfo) -> str:
    return "" if at is None else f"{datetime_of(at, zone):%Y-%m-%d %H:%M:%S}"
