"""A roster as a workbook or as CSV files, in and out of its JSON form; any fault refuses the whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

from callcenter.errors import BadInput, UnreadableFile
from callcenter.files.roster_tables import read_tables
from callcenter.ownfiles import open_private, private_folder
from callcenter.spreadsheet import csv_file, workbook
from callcenter.staff.roster import roster_of
from callcenter.staff.roster_columns import LAYOUT, Sheet
from callcenter.staff.roster_form import TIMES, Form, Import, imported

_ZONE = "Asia/Shanghai"
_SEPARATOR = ";"
_EXPORTED: tuple[Sheet, ...] = ("agents", *TIMES, "extensions", "site")


def import_roster(path: Path, timezone: str = _ZONE) -> Import:
    """Read a roster from a workbook (.xlsx), a folder of CSV files, or JSON.

    Args:
        path: Where it is.
        timezone: Where times without an offset belong when the roster itself does not say.

    Raises:
        UnreadableFile: There is no such file, or it is not what it is called.
        BadInput: Faults that belong to no row: of a JSON file, or an interface that two agents have at once.
    """
    read = _json(path) if path.suffix.lower() == ".json" else imported(str(path), read_tables(path), timezone)
    if not read.faults:
        roster_of(read.form, timezone)
    return read


def export_roster(form: Form, path: Path) -> list[Path]:
    """Write a roster's form as a workbook (.xlsx), JSON, or a folder of CSV files; return what was written.

    Text that a spreadsheet would run is made inert. Nothing that exists is overwritten.

    Raises:
        BadInput: The form is not sound, something is in the way, or a queue's name cannot be told from two.
    """
    roster_of(form)
    told = form.get("legit_extensions") is not None  # nobody said which differs from none at all
    tables = {sheet: _written(form, sheet) for sheet in _EXPORTED if sheet != "extensions" or told}
    match path.suffix.lower():
        case ".json":
            files = {path: json.dumps(form, ensure_ascii=False, indent=1).encode() + b"\n"}
        case ".xlsx":
            files = {path: workbook(tables.items())}
        case "":
            files = {path / f"{sheet}.csv": csv_file(rows) for sheet, rows in tables.items()}
        case other:
            raise BadInput(f"{path}: {other} is no form of a roster; use .json, .xlsx or a folder's name (CSV)")
    return put_new(files)


def _json(path: Path) -> Import:
    try:
        form = msgspec.json.decode(path.read_bytes())
    except OSError as error:
        raise UnreadableFile(f"the roster {path} cannot be read: {error.strerror or error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UnreadableFile(f"the roster {path} is not JSON: {error}") from error
    return Import(form, [])


def _written(form: Form, sheet: Sheet) -> list[list[str]]:
    columns = LAYOUT[sheet]
    rows: list[dict[str, Any]]
    match sheet:
        case "site":
            rows = [{"timezone": form.get("timezone", _ZONE)}]
        case "extensions":
            rows = [{"extension": one} for one in form["legit_extensions"]]
        case _:
            rows = form.get(sheet, [])
    return [list(columns), *([_cell(row.get(column)) for column in columns] for row in rows)]


def _cell(value: object) -> str:
    if not isinstance(value, list):
        return "" if value is None else str(value)
    if odd := next((one for one in value if any(mark in one for mark in ";；,，、")), None):
        raise BadInput(f"the queue {odd!r} has a separator in its name, and could not be read back")
    return _SEPARATOR.join(value)


def put_new(files: dict[Path, bytes]) -> list[Path]:
    """Write files, none of which may exist; all or none."""
    if there := next((path for path in files if path.exists()), None):
        raise BadInput(f"{there} exists already: give another name")
    written: list[Path] = []
    try:
        for path, held in files.items():
            private_folder(path.parent)
            with open_private(path, "xb") as file:
                written.append(path)
                file.write(held)
    except OSError as error:
        for path in written:
            path.unlink(missing_ok=True)
        raise BadInput(f"the roster cannot be written: {error}") from error
    return written
