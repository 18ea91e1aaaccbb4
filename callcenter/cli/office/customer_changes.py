"""`callcenter customers change`, `note`, `merge`, `merges`, `undo-merge`, `split`: cards change at the console."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from callcenter.cases.customers import FIELDS
from callcenter.cases.import_columns import field_named, fields_of
from callcenter.cases.merging import MergeSide
from callcenter.cli.database import at_desk, reading
from callcenter.cli.office.customer_cards import Customer, console_touch, meant
from callcenter.cli.options import SettingsPath
from callcenter.cli.speech import LangOption, spoken
from callcenter.cli.tables import show
from callcenter.config import Settings, load_settings
from callcenter.errors import BadInput
from callcenter.numbers import read_number
from callcenter.reports.customers import WORDS
from callcenter.staff.dates import datetime_of
from callcenter.store import UnitOfWork
from callcenter.store.customers.cards import FiledCustomer, get
from callcenter.store.customers.told import merges_of
from callcenter.usecases.customers.merge_customers import (
    MergeUndone,
    Seen,
    merge_customers,
    split_customer,
    undo_merge,
)
from callcenter.usecases.customers.save_customer import CardOutdated, change_customer, note_customer

changes = typer.Typer(add_completion=False)

Fields = Annotated[
    list[str],
    typer.Argument(metavar="FIELD=VALUE...", help="Fields told anew, named as in lists; FIELD= empties one."),
]
Version = Annotated[
    int | None, typer.Option("--version", min=1, help="The version that you have read; refused where it is older.")
]


@changes.command("change")
def change(customer: Customer, fields: Fields, version: Version = None, settings: SettingsPath = None) -> None:
    """Change fields of a customer's card, and print its version now; `numbers=` tells all numbers anew, by `;`."""
    chosen = load_settings(settings)
    told = _told(fields, chosen)

    async def work(unit: UnitOfWork) -> FiledCustomer:
        number = await meant(unit.connection, customer, chosen)
        return await change_customer(unit, number, version, lambda _: told, console_touch())

    try:
        print(at_desk(chosen.store, work).version)
    except CardOutdated as error:
        raise _outdated(error) from error


@changes.command("note")
def note(
    customer: Customer,
    words: Annotated[str, typer.Argument(metavar="TEXT", help="What is to be known of the customer.")],
    settings: SettingsPath = None,
) -> None:
    """Write a note of a customer."""
    chosen = load_settings(settings)

    async def work(unit: UnitOfWork) -> str:
        number = await meant(unit.connection, customer, chosen)
        return await note_customer(unit, number, secrets.token_hex(16), words, console_touch())

    print(at_desk(chosen.store, work))


@changes.command("merge")
def merge(
    kept: Customer,
    other: Annotated[str, typer.Argument(metavar="OTHER", help="Who goes into it: an id, or one of the numbers.")],
    take: Annotated[
        list[str] | None, typer.Option(metavar="FIELD", help="Take this field of OTHER's; again for each more.")
    ] = None,
    settings: SettingsPath = None,
) -> None:
    """Let a customer go into another, whose empty fields it fills; prints the merge, by which it can be undone."""
    chosen, number = load_settings(settings), secrets.token_hex(16)
    sides = {_field(named): MergeSide.OTHER for named in take or ()}

    async def work(unit: UnitOfWork) -> FiledCustomer:
        two = [Seen(await meant(unit.connection, one, chosen), None) for one in (kept, other)]
        return await merge_customers(unit, two[0], two[1], sides, number, console_touch())

    at_desk(chosen.store, work)
    print(number)


@changes.command("merges")
def list_merges(customer: Customer, settings: SettingsPath = None, lang: LangOption = "") -> None:
    """List who went into a customer, the newest first; undone merges, too."""
    chosen, words = load_settings(settings), WORDS.table(spoken(lang))
    zone = ZoneInfo(chosen.site.timezone)

    async def read(connection: Any) -> list[Sequence[str]]:
        filed = await get(connection, await meant(connection, customer, chosen))
        return [
            [
                one.id,
                one.merged,
                datetime_of(one.at, zone).isoformat(" ", "seconds"),
                one.by,
                words["state_done" if one.undone_at is None else "state_undone"],
            ]
            for one in await merges_of(connection, filed.id)
        ]

    show([[words[name] for name in ("id", "merged", "at", "by", "state")], *reading(chosen.store, read)])


@changes.command("undo-merge")
def take_apart(
    number: Annotated[str, typer.Argument(metavar="MERGE", help="Which merge, by its id.")],
    settings: SettingsPath = None,
    lang: LangOption = "",
) -> None:
    """Undo a merge, the newest of a customer first, and print the other's id; fields changed since stay."""
    chosen, language = load_settings(settings), spoken(lang)

    async def work(unit: UnitOfWork) -> MergeUndone:
        return await undo_merge(unit, number, console_touch())

    undone = at_desk(chosen.store, work)
    print(undone.other.id)
    if undone.edited:
        print(WORDS.say("edited", language, fields=", ".join(undone.edited)))


@changes.command("split")
def split(
    customer: Customer,
    number: Annotated[list[str], typer.Option(help="A number that goes, in any spelling; again for each more.")],
    name: Annotated[str, typer.Option(help="The new card's name.")],
    fields: Annotated[
        list[str] | None, typer.Argument(metavar="[FIELD=VALUE...]", help="What else the new card has.")
    ] = None,
    settings: SettingsPath = None,
) -> None:
    """Let some numbers of a customer go to a new card, and print the new customer's id."""
    chosen = load_settings(settings)
    told = _told(fields or (), chosen) | {"name": name}
    if "numbers" in told:
        raise BadInput("the numbers of the new card are those that --number names")

    async def work(unit: UnitOfWork) -> FiledCustomer:
        filed = await get(unit.connection, await meant(unit.connection, customer, chosen))
        places = _places(filed, number, chosen)
        seen = Seen(filed.id, None)
        return await split_customer(unit, seen, places, told, secrets.token_hex(16), console_touch())

    print(at_desk(chosen.store, work).id)


def _told(fields: Iterable[str], settings: Settings) -> dict[str, Any]:
    """Read fields as they are told.

    Raises:
        BadInput: One is no field of a card, or its value cannot be read.
    """
    told: dict[str, Any] = {}
    for one in fields:
        named, between, value = one.partition("=")
        if not between:
            raise BadInput(f"{one!r}: write FIELD=VALUE, or FIELD= to empty it")
        field = _field(named)
        if value.strip() and field == "owner":
            _require_agent(value.strip(), settings)
        emptied = {field: () if field == "numbers" else None}
        told |= fields_of([value], [field], [field], settings.site.numbering) or emptied
    return told


def _field(named: str) -> str:
    field = field_named(named)
    if field is None:
        raise BadInput(f"there is no field {named!r}: take one of {', '.join(FIELDS)}")
    return field


def _require_agent(name: str, settings: Settings) -> None:
    roster = settings.rules.read_roster(settings.site.timezone)
    if roster is not None and name not in roster.agents:
        raise BadInput(f"there is no agent {name!r}")


def _places(filed: FiledCustomer, numbers: Iterable[str], settings: Settings) -> list[int]:
    """Find where numbers stand in a card.

    Raises:
        BadInput: It does not have one.
    """
    places = []
    for one in numbers:
        same = {one, read_number(one, settings.site.numbering).key} - {None}
        found = [n for n, has in enumerate(filed.card.numbers) if same & {has.raw, has.key}]
        if not found:
            raise BadInput(f"the customer does not have the number {one!r}")
        places += found
    return places


def _outdated(error: CardOutdated) -> BadInput:
    fields = ", ".join(one.field for one in error.changes)
    return BadInput(f"the card is at version {error.version} by now, others changed: {fields}; look, and change it")
