"""Asterisk's file of the phones in pages: one endpoint, auth and aor each, with a secret that nobody else has.

The file is the only place of the secrets: Asterisk reads it, and so does the service, which gives each to the one
session whose phone it is. It includes nothing: what all these phones share stands in the templates of pjsip.conf.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import tempfile
from collections.abc import Mapping
from pathlib import Path

from callcenter.errors import BadInput, BadSetting

_NAME = re.compile(r"[A-Za-z0-9_-]{1,40}", re.ASCII)
_AUTH = re.compile(
    r"^\[(?P<name>[A-Za-z0-9_-]{1,40})\]\(page-auth\)\n"
    r"username = (?P=name)\n"
    r"password = (?P<secret>[A-Za-z0-9_-]{16,100})\n",
    re.ASCII | re.MULTILINE,
)
_MODE = 0o640
_MOST_BYTES = 4 * 1024 * 1024


def read_phones(path: Path) -> dict[str, str]:
    """Read the secret of each phone, by its endpoint; none where there is no file.

    Raises:
        BadSetting: It cannot be read, or is too large to be ours.
    """
    try:
        with path.open("rb") as file:
            text = file.read(_MOST_BYTES + 1)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise BadSetting(f"the file of phones {path} cannot be read: {error.strerror or error}") from error
    if len(text) > _MOST_BYTES:
        raise BadSetting(f"the file of phones {path} is too large to be ours: name another in desk.phones")
    return {found["name"]: found["secret"] for found in _AUTH.finditer(text.decode("utf-8", "replace"))}


def rotated(phones: Mapping[str, str], names: list[str]) -> dict[str, str]:
    """Return the phones with new secrets for those that are named, which may be new; where none is, for all.

    Raises:
        BadInput: A name is no endpoint's.
    """
    for name in names:
        if not _NAME.fullmatch(name):
            raise BadInput(f"{name!r} is no endpoint: give up to 40 letters, digits, dashes or underscores")
    return {**phones, **{name: secrets.token_urlsafe(24) for name in names or phones}}


def phones_text(phones: Mapping[str, str]) -> str:
    """Write the file's text."""
    told = "; Written by `callcenter phones rotate`: do not edit. The templates stand in pjsip.conf.\n\n"
    return told + "".join(_phone(name, secret) for name, secret in sorted(phones.items()))


def write_phones(path: Path, phones: Mapping[str, str]) -> None:
    """Put a whole file in the place of the one before; its group may read it, nobody else but the owner.

    Raises:
        BadSetting: It cannot be written.
    """
    told = phones_text(phones)
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}")
        beside = Path(name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(told)
                file.flush()
                os.fchmod(file.fileno(), _MODE)
                _as_before(path, file.fileno())
                os.fsync(file.fileno())
            beside.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                beside.unlink()
            raise
    except OSError as error:
        raise BadSetting(f"the file of phones {path} cannot be written: {error.strerror or error}") from error


def _as_before(path: Path, handle: int) -> None:
    """Keep owner and group; a file that is new has those of pjsip.conf or the folder, for Asterisk is to read it."""
    with contextlib.suppress(OSError):
        before = next(place for place in (path, path.parent / "pjsip.conf", path.parent) if place.exists()).stat()
        os.fchown(handle, before.st_uid, before.st_gid)


def readers(path: Path) -> tuple[str, str]:
    """Return the owner and the group that may read the file of phones."""
    told = path.stat()
    try:
        return path.owner(), path.group()
    except KeyError:  # nobody of that number here, as in a container
        return str(told.st_uid), str(told.st_gid)


def _phone(name: str, secret: str) -> str:
    return (
        f"[{name}](page)\ncallerid = <{name}>\nauth = {name}\naors = {name}\n\n"
        f"[{name}](page-auth)\nusername = {name}\npassword = {secret}\n\n"
        f"[{name}](page-aor)\n\n"
    )
