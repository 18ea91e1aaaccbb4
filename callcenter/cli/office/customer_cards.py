"""`callcenter customers list`, `show`, `add`, `delete`, `class`, `classes`: cards, for whoever has the database."""

from __future__ import annotations

import getpass
import secrets
import sys
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.cases.access import LookKind
from callcenter.cases.customers import card_of
from callcenter.cases.import_columns import numbers_in
from callcenter.cli.database import at_desk, reading
from callcenter.cli.options import SettingsPath
from callcenter.cli.speech import LangOption, spoken
from callcenter.cli.tables import show
from callcenter.clock import wall_clock
from callcenter.config import Settings, load_settings
from callcenter.numbers import read_number
from callcenter.reports.customers import WORDS, card_lines, listed
from callcenter.staff.rights import Role
from callcenter.staff.roles import Principal
from callcenter.store import UnitOfWork
from callcenter.store.conflicts import Conflict
from callcenter.store.customers.cards import get, of_key
from callcenter.store.customers.contacts import Contact, contacts_of
from callcenter.store.customers.search import CustomerOrder, CustomerQuery, classes, page
from callcenter.store.customers.told import CustomerNote, notes_of
from callcenter.store.customers.writes import Touch
from callcenter.store.sign_in.vouching import CONSOLE
from callcenter.usecases.customers.save_customer import create_customer, delete_customer, set_class
from callcenter.usecases.customers.show_customers import ShownCustomer, Viewer, shown_card, shown_cards

cards = typer.Typer(add_completion=False)

Customer = Annotated[str, typer.Argument(metavar="CUSTOMER", help="The customer's id, or one of the numbers.")]
_NOTES, _CONTACTS = 20, 20


@cards.command("list")
def list_customers(
    name: Annotated[str | None, typer.Option(help="Only those with this in the name.")] = None,
    number: Annotated[str | None, typer.Option(help="Only those with this number, or with this end of one.")] = None,
    customer_class: Annotated[str | None, typer.Option("--class", help="Only those of this class.")] = None,
    owner: Annotated[str | None, typer.Option(help="Only this agent's.")] = None,
    key_accounts: Annotated[bool, typer.Option("--key-accounts", help="Only key accounts.")] = False,
    changed: Annotated[bool, typer.Option("--changed", help="Those changed last first, not by name.")] = False,
    last: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 50,
    settings: SettingsPath = None,
    lang: LangOption = "",
) -> None:
    """List customers by name."""
    chosen, language = load_settings(settings), spoken(lang)
    key = None if number is None else read_number(number, chosen.site.numbering).key
    wanted = CustomerQuery(
        name=name,
        key=key,
        ending=number if key is None else None,
        customer_class=customer_class,
        owner=owner,
        key_account=True if key_accounts else None,
    )
    order = CustomerOrder.CHANGED if changed else CustomerOrder.NAME

    narrowed = any(told is not None for told in (name, number, customer_class, owner)) or key_accounts
    how = LookKind.SEARCH if narrowed else LookKind.LIST

    async def read(unit: UnitOfWork) -> tuple[list[ShownCustomer], bool]:
        found = await page(unit.connection, wanted, order, None, last + 1)
        return await shown_cards(unit, found[:last], console_viewer(chosen), how), len(found) > last

    found, more = at_desk(chosen.store, read)
    if not found:
        print(WORDS.say("none", language))
        return
    show(listed(found, language))
    if more:
        print(WORDS.say("older", language, shown=last))


@cards.command("show")
def show_customer(customer: Customer, settings: SettingsPath = None, lang: LangOption = "") -> None:
    """Show a customer's card, how complete it is, the latest calls and notes."""
    chosen = load_settings(settings)

    async def read(unit: UnitOfWork) -> tuple[ShownCustomer, list[CustomerNote], list[Contact]]:
        filed = await get(unit.connection, await meant(unit.connection, customer, chosen))
        notes = await notes_of(unit.connection, filed.id, None, _NOTES)
        contacts = await contacts_of(unit.connection, filed.id, None, _CONTACTS)
        return await shown_card(unit, filed, console_viewer(chosen)), notes, contacts

    show(card_lines(*at_desk(chosen.store, read), ZoneInfo(chosen.site.timezone), spoken(lang)))


@cards.command("add")
def add_customer(
    name: Annotated[str, typer.Option(help="The person's or the company's name.")],
    number: Annotated[list[str] | None, typer.Option(help="A number, or label=number; again for each more.")] = None,
    reference: Annotated[str | None, typer.Option(help="The company's own number of the customer.")] = None,
    address: Annotated[str | None, typer.Option(help="The address.")] = None,
    customer_class: Annotated[str | None, typer.Option("--class", help="One of the company's classes.")] = None,
    key_account: Annotated[bool, typer.Option("--key-account", help="It is a key account.")] = False,
    queue: Annotated[str | None, typer.Option(help="A key account's own queue.")] = None,
    group: Annotated[str | None, typer.Option(help="A key account's own group of agents.")] = None,
    owner: Annotated[str | None, typer.Option(help="The agent whose customer it is.")] = None,
    settings: SettingsPath = None,
) -> None:
    """Add a customer, and print the id."""
    chosen = load_settings(settings)
    numbers = [one for told in number or () for one in numbers_in(told, None, chosen.site.numbering)]
    told = {"name": name, "reference": reference, "address": address, "customer_class": customer_class}
    service = {"key_account": key_account, "queue": queue, "group": group}
    card = card_of({**told, **service, "owner": owner, "numbers": numbers})
    made = at_desk(chosen.store, lambda unit: create_customer(unit, secrets.token_hex(16), card, console_touch()))
    print(made.id)


@cards.command("delete")
def remove_customer(customer: Customer, settings: SettingsPath = None, lang: LangOption = "") -> None:
    """Delete a customer with its aliases, notes and history, its numbers in calls too; refused while it is held."""
    chosen = load_settings(settings)

    async def work(unit: UnitOfWork) -> list[str]:
        number = await meant(unit.connection, customer, chosen)
        return await delete_customer(unit, number, None, console_touch(), chosen.site.numbering)

    print("\n".join(at_desk(chosen.store, work)))
    days = chosen.journal.keep_days
    stays = WORDS.say("journal_keeps", spoken(lang), days=days) if days else WORDS.say("journal_stays", spoken(lang))
    print(stays, file=sys.stderr)


@cards.command("classes")
def list_classes(settings: SettingsPath = None, lang: LangOption = "") -> None:
    """List the company's classes of customers, with their criteria."""
    words = WORDS.table(spoken(lang))
    found = reading(load_settings(settings).store, classes)
    heads = [words[name] for name in ("class", "criteria", "keep_days")]
    show([heads, *([one.name, one.criteria, one.keep_days] for one in found)])


@cards.command("class")
def put_class(
    name: Annotated[str, typer.Argument(metavar="CLASS", help="The class.")],
    criteria: Annotated[str, typer.Option(help="By which criteria a customer is of it.")],
    keep_days: Annotated[
        int | None, typer.Option(min=1, max=36_500, help="For so long one is kept of whom nothing is heard.")
    ] = None,
    settings: SettingsPath = None,
) -> None:
    """Set a class of customers, new or with other criteria."""
    chosen = load_settings(settings)
    at_desk(chosen.store, lambda unit: set_class(unit, name, criteria, console_touch(), keep_days))


def at_console() -> Principal:
    """Say who is at the console: whoever has the database reads all that is in it."""
    return Principal(account=console_touch().by, role=Role.MANAGER)


def console_viewer(settings: Settings) -> Viewer:
    """Say who is shown something of customers at the console."""
    return Viewer(person=at_console(), at=wall_clock(), privacy=settings.privacy)


def console_touch() -> Touch:
    """Say that the console does something, now."""
    return Touch(by=f"{CONSOLE}{getpass.getuser()}", at=wall_clock())


async def meant(connection: AsyncConnection, customer: str, settings: Settings) -> str:
    """Name the customer whose id or number it is."""
    key = read_number(customer, settings.site.numbering).key
    found = () if key is None else await of_key(connection, key)
    if len(found) > 1:
        raise Conflict(f"several customers have this number, give an id: {', '.join(found)}")
    return found[0] if found else customer
