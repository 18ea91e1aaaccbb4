"""A roster as a JSON file; what is no JSON is told how it becomes one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from callcenter.errors import BadInput, UnreadableFile
from callcenter.locale import english
from callcenter.staff.dates import require_one_zone
from callcenter.staff.duty import Roster
from callcenter.staff.roster import roster_of

_WORKBOOK = b"PK\x03\x04"
_SHEETS = frozenset({".xlsx", ".xlsm", ".xls", ".ods", ".csv"})
_CONVERT = english("what judges reads JSON: `callcenter roster convert {} roster.json` makes it, then name that file")


def load_roster(path: Path, timezone: str | None = None) -> Roster:
    """Read a roster.

    Args:
        path: A JSON file.
        timezone: The site's, to which times without an offset belong; None: whatever the file names.

    Raises:
        UnreadableFile: There is no such file, or it is not JSON, as a workbook is not.
        BadInput: Rows are wrong, each named with what is wrong with it; or it names another time zone than the site's.
    """
    return sound_roster(read_form(path), english(f"the roster {path}"), timezone)


def sound_roster(form: Any, named: str, timezone: str | None = None) -> Roster:
    """Make a roster of its form; raises BadInput as `load_roster`, in which it is named so."""
    try:
        roster = roster_of(form, timezone)
    except BadInput as error:
        raise BadInput(f"{named} cannot be used: {error}") from error
    require_one_zone(named, roster.timezone, timezone)
    return roster


def read_form(path: Path) -> Any:
    """Read what a roster's file says, whatever that is.

    Raises:
        UnreadableFile: There is no such file, or it is not JSON, as a workbook is not.
    """
    if path.is_dir():
        raise UnreadableFile(f"the roster {path} is a folder; {_CONVERT.format(path)}")
    try:
        held = path.read_bytes()
        if path.suffix.lower() in _SHEETS or held.startswith(_WORKBOOK):
            raise UnreadableFile(f"the roster {path} is a spreadsheet; {_CONVERT.format(path)}")
        return msgspec.json.decode(held)
    except OSError as error:
        raise UnreadableFile(f"the roster {path} cannot be read: {error.strerror or error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UnreadableFile(f"the roster {path} is not JSON: {error}") from error
