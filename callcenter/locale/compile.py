"""Bring the catalogue up to date with the code, and compile it: `python -m callcenter.locale.compile`; needs Babel.

A text that is new is written without a translation, or with that of one like it, marked fuzzy; one that is gone goes.
Both are for people to put right: tests refuse a catalogue that has either.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from callcenter.locale import extract

PO = Path(__file__).with_name("zh_CN") / "LC_MESSAGES" / "callcenter.po"
MO = PO.with_suffix(".mo")
_METHODS = (("**.py", f"{extract.__name__}:python"), (f"locale/{extract.ELSEWHERE}", f"{extract.__name__}:toml"))
_WIDTH = 120


def used() -> Catalog:
    """Return every text that the code has, without translations."""
    found = Catalog()
    for file, line, english, _, context in extract_from_dir(extract.PACKAGE, _METHODS):
        found.add(english, locations=[(f"callcenter/{file}", line)], context=context)
    return found


def translated() -> Catalog:
    """Return the catalogue as it stands in its file."""
    with PO.open("rb") as file:
        return read_po(file, locale="zh_CN")


def updated() -> Catalog:
    """Return the catalogue with the texts that the code has now."""
    catalog = translated()
    catalog.update(used(), update_creation_date=False)
    catalog.obsolete.clear()
    return catalog


def written(catalog: Catalog) -> bytes:
    """Write a catalogue as its file has it."""
    file = BytesIO()
    write_po(file, catalog, width=_WIDTH, include_lineno=False)
    return file.getvalue()


def compiled(catalog: Catalog) -> bytes:
    """Write a catalogue as the program reads it."""
    file = BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


if __name__ == "__main__":
    now = updated()
    PO.write_bytes(written(now))
    MO.write_bytes(compiled(now))
