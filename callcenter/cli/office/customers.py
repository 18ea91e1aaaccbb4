"""`callcenter customers`: cards, lists of them in and out of files, and the key by which numbers are compared."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated

import msgspec
import typer

from callcenter import locale
from callcenter.cli.numbering import AreaCode, Internal, OutsideDigit, extensions_of
from callcenter.cli.office.customer_access import access
from callcenter.cli.office.customer_cards import cards
from callcenter.cli.office.customer_changes import changes
from callcenter.cli.office.customer_files import files
from callcenter.cli.speech import LangOption, spoken
from callcenter.errors import BadInput
from callcenter.locale import Language, Words
from callcenter.numbers import Number, NumberKind, numbering_of, read_number
from callcenter.reports.replay.text import table
from callcenter.untrusted import replaced

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Customers: their cards, lists, numbers.")


app.add_typer(cards)
app.add_typer(changes)
app.add_typer(files)
app.add_typer(access)


class Shown(StrEnum):
    """How the answer is written."""

    JSON = "json"
    TEXT = "text"


@app.callback()
def customers() -> None:
    """List, show and keep customers' cards, bring lists in and out, say by what key numbers are compared."""


@app.command("number", context_settings={"ignore_unknown_options": True})
def show_keys(
    raw: Annotated[list[str], typer.Argument(metavar="RAW...", help="Numbers as they were written or dialled.")],
    area_code: AreaCode = None,
    outside_digit: OutsideDigit = None,
    internal: Internal = "",
    format: Annotated[Shown, typer.Option(help="One JSON object, or a table for people.")] = Shown.JSON,  # noqa: A002 - the option's name is fixed
    lang: LangOption = "",
) -> None:
    """Say whose each number can be, and the key by which it is linked, called back and looked up."""
    for one in raw:
        if one.startswith("--") and one[2:3].isalpha():
            raise BadInput(f"there is no option {one}; --help lists them.")
    numbering = numbering_of(area_code, outside_digit, extensions_of(internal))
    numbers = [read_number(one, numbering) for one in raw]
    if format is Shown.JSON:
        # ASCII, for an argument may hold what is no character at all
        print(json.dumps({"numbers": [msgspec.to_builtins(number) for number in numbers]}))
    else:
        language = spoken(lang)
        rows = (_row(number, language) for number in numbers)
        print("\n".join(table([tuple(_HEADINGS.table(language).values()), *rows])))


def _row(number: Number, language: Language) -> tuple[str, ...]:
    kind, why = _KINDS.say(number.kind, language), locale.sentence(number.why, language)
    return replaced(number.raw), number.key or "-", kind, number.extension or "-", why


_HEADINGS = Words(
    "a number's key",
    {
        "number": "number",
        "key": "key",
        "kind": "kind",
        "extension": "extension",
        "why": "why",
    },
)
_KINDS = Words(
    "kind of a number",
    {
        NumberKind.MOBILE: "mobile",
        NumberKind.LANDLINE: "landline",
        NumberKind.SERVICE: "service",
        NumberKind.FOREIGN: "foreign",
        NumberKind.INTERNAL: "internal",
        NumberKind.LOCAL: "local",
        NumberKind.ANONYMOUS: "anonymous",
        NumberKind.UNUSABLE: "unusable",
    },
)
