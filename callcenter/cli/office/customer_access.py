"""`callcenter customers looks`, `hold`, `release`, `reviews`, `review`: who looked, and what a person makes of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from callcenter.cli.database import at_desk, reading
from callcenter.cli.office.customer_cards import Customer, at_console, console_touch, console_viewer, meant
from callcenter.cli.options import SettingsPath
from callcenter.cli.speech import LangOption, spoken
from callcenter.cli.tables import show
from callcenter.clock import wall_clock
from callcenter.config import load_settings
from callcenter.domain.frame import Micros
from callcenter.errors import BadInput
from callcenter.reports.customers import WORDS
from callcenter.spreadsheet import Cell
from callcenter.staff.dates import datetime_of
from callcenter.store import UnitOfWork
from callcenter.store.customers.looks import AccessReview, CardLook, ReviewState, reviews
from callcenter.usecases.customers.forget_caller import expired_customers, forget_caller, rotate_master
from callcenter.usecases.customers.review_access import call_ordinary, file_leak
from callcenter.usecases.customers.save_customer import delete_customer, hold_customer, release_customer
from callcenter.usecases.customers.show_customers import who_looked

access = typer.Typer(add_completion=False)

Reason = Annotated[str, typer.Option(help="Why.")]
Last = Annotated[int, typer.Option(min=1, max=10_000, help="At most so many, the newest.")]


@access.command("looks")
def list_looks(customer: Customer, last: Last = 50, settings: SettingsPath = None, lang: LangOption = "") -> None:
    """List who was shown a customer, when and how; by the id, also of one who was deleted. That you asked is logged."""
    chosen, words = load_settings(settings), WORDS.table(spoken(lang))
    zone = ZoneInfo(chosen.site.timezone)

    async def read(unit: UnitOfWork) -> list[CardLook]:
        number = await meant(unit.connection, customer, chosen)
        return await who_looked(unit, number, console_viewer(chosen), None, last)

    rows: list[Sequence[Cell]] = [
        [_at(one.at, zone), one.actor, one.how, one.customers, one.call or "", one.reason or ""]
        for one in at_desk(chosen.store, read)
    ]
    show([[words[name] for name in ("at", "by", "how", "count_shown", "call", "why")], *rows])


@access.command("hold")
def hold(customer: Customer, reason: Reason, settings: SettingsPath = None) -> None:
    """Keep a customer from being deleted, and say why."""
    chosen = load_settings(settings)

    async def work(unit: UnitOfWork) -> str:
        return await hold_customer(unit, await meant(unit.connection, customer, chosen), reason, console_touch())

    print(at_desk(chosen.store, work))


@access.command("release")
def release(customer: Customer, settings: SettingsPath = None) -> None:
    """Let a customer go who was held."""
    chosen = load_settings(settings)

    async def work(unit: UnitOfWork) -> str:
        return await release_customer(unit, await meant(unit.connection, customer, chosen), console_touch())

    print(at_desk(chosen.store, work))


@access.command("reviews")
def list_reviews(
    state: Annotated[ReviewState | None, typer.Option(help="Only those that stand so.")] = None,
    last: Last = 50,
    settings: SettingsPath = None,
    lang: LangOption = "",
) -> None:
    """List reads of customers that were out of the ordinary; they prove nothing."""
    chosen = load_settings(settings)
    found = reading(chosen.store, lambda connection: reviews(connection, state, None, last))
    words, zone = WORDS.table(spoken(lang)), ZoneInfo(chosen.site.timezone)
    heads = [words[name] for name in ("id", "by", "agent", "what", "since", "until", "state", "decided", "why")]
    show([heads, *(_row(one, zone) for one in found)])


@access.command("review")
def decide(
    number: Annotated[str, typer.Argument(metavar="REVIEW", help="Which review, by its id.")],
    reason: Reason,
    leak: Annotated[
        bool, typer.Option("--file", help="File V-LEAK of the agent; else the reads were ordinary.")
    ] = False,
    settings: SettingsPath = None,
) -> None:
    """Say that reads out of the ordinary were ordinary after all, or file a record of them and print its id."""
    chosen, person = load_settings(settings), at_console()
    rulebook = chosen.rules.read_rulebook(chosen.site.timezone)
    rules = rulebook, chosen.rules.read_roster(chosen.site.timezone)

    async def work(unit: UnitOfWork) -> AccessReview:
        if leak:
            return await file_leak(unit, number, reason, person, rules, wall_clock())
        return await call_ordinary(unit, number, reason, person, wall_clock())

    print(at_desk(chosen.store, work).record or ReviewState.ORDINARY)


@access.command("forget")
def forget(
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="The number of a caller without a card.")],
    settings: SettingsPath = None,
) -> None:
    """Take the number of a caller who has no card out of calls and evidence; prints out of how many calls."""
    chosen = load_settings(settings)
    numbering = chosen.site.numbering
    print(at_desk(chosen.store, lambda unit: forget_caller(unit, number, numbering, console_touch())))


@access.command("expired")
def expired(
    delete: Annotated[bool, typer.Option("--delete", help="Delete them; held ones stay.")] = False,
    settings: SettingsPath = None,
) -> None:
    """List customers of whom nothing was heard for as long as their class is kept: neither a call nor a change."""
    chosen, touch = load_settings(settings), console_touch()
    numbering = chosen.site.numbering

    async def work(unit: UnitOfWork) -> list[str]:
        found = await expired_customers(unit, numbering, touch.at)
        for number in found if delete else ():
            await delete_customer(unit, number, None, touch, numbering)
        return found

    for number in at_desk(chosen.store, work):
        print(number)


@access.command("rotate-key")
def rotate_key(settings: SettingsPath = None) -> None:
    """Make a new master key, wrap each number's key by it, and destroy the old ones; stopped half way, do it again."""
    chosen = load_settings(settings)
    path, masters = chosen.privacy.key_file, chosen.privacy.master_keys()
    if path is None or masters is None:
        raise BadInput("there are no master keys: name their file as privacy.key_file")
    masters = masters.next()

    async def work(unit: UnitOfWork) -> int:
        return await rotate_master(unit, masters, console_touch())

    try:
        masters.write(path)
        count = at_desk(chosen.store, work)
        masters.newest().write(path)
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror or error}") from error
    print(count)


def _row(one: AccessReview, zone: ZoneInfo) -> list[str]:
    span = [_at(one.since, zone), _at(one.until, zone)]
    return [one.id, one.actor, one.agent or "", one.what, *span, one.state, one.decided_by or "", one.reason or ""]


def _at(at: Micros, zone: ZoneInfo) -> str:
    return datetime_of(at, zone).isoformat(" ", "seconds")
