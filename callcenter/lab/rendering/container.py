"""A switch in a container: its configuration in a folder of files, its secrets in another, one a file."""

from __future__ import annotations

import re
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from callcenter.errors import LabError
from callcenter.files.phones import read_phones, rotated, write_phones
from callcenter.lab.render import PAGES_FILE, dialplans_dir, render
from callcenter.lab.rendering.values import Placed, container_values
from callcenter.ownfiles import open_private, private_folder

if TYPE_CHECKING:
    from collections.abc import Iterable

    from callcenter.lab.settings import LabSettings

_OF_THE_SERVICE = ("events", "control", "dialplan")
_ENDING = ".secret"
_PHONE = re.compile(r"\d+", re.ASCII)
_SAFE = re.compile(r"[!-:<-~]+")
"""What a line of Asterisk's configuration takes as it is: a semicolon would begin a comment."""


def write_configuration(settings: LabSettings, placed: Placed, etc: Path, kept: Path) -> None:
    """Write every file of the switch's configuration to `etc`; a secret that `kept` does not hold yet is made there.

    All of it is for its owner alone: the switch, the service and the phones run as one user, each in its container.

    Raises:
        LabError: A folder cannot be written, a secret cannot be used, or there is no port between the two of RTP.
        BadSetting: The file of the phones in pages cannot be read or written.
    """
    if settings.rtp_start >= settings.rtp_end:
        raise LabError(f"RTP needs ports from {settings.rtp_start} up; give a last one above it.")
    agents = settings.agents(dialplans_dir())
    try:
        private_folder(kept)
        own = {name: _secret(kept / f"{name}{_ENDING}") for name in _OF_THE_SERVICE}
        pages = _page_phones(placed.pages, [agent.number for agent in agents if agent.page])
        apart = {agent.number for agent in agents if agent.page and placed.pages}
        phones = {a.number: _secret(kept / f"{a.number}{_ENDING}") for a in agents if a.number not in apart}
        private_folder(etc)
        for name, text in render(container_values(settings, placed, own), agents, phones | pages).items():
            if name != PAGES_FILE or not placed.pages:
                with open_private(etc / name, "w", encoding="utf-8") as file:
                    file.write(text)
    except OSError as error:
        raise _unusable(kept, error) from error


def _page_phones(file: str, numbers: list[str]) -> dict[str, str]:
    """Return the secrets of the phones in pages where they have a file of their own: what is missing there is made.

    `callcenter phones rotate` writes the same file.
    """
    if not file:
        return {}
    before = read_phones(Path(file))
    missing = [number for number in numbers if number not in before]
    after = rotated(before, missing) if missing else before
    if missing or not Path(file).exists():
        write_phones(Path(file), after)
    return after


def phone_secrets(kept: Path) -> dict[str, str]:
    """Read the phones' secrets of such a folder, by number.

    Raises:
        LabError: There are none, or one cannot be read.
    """
    try:
        found = {path.stem: _secret(path) for path in _phones(kept.iterdir())}
    except OSError as error:
        raise _unusable(kept, error) from error
    if not found:
        raise LabError(f"{kept} holds no phone's secret; make them with: callcenter lab render.")
    return found


def _phones(paths: Iterable[Path]) -> list[Path]:
    return sorted(path for path in paths if path.suffix == _ENDING and _PHONE.fullmatch(path.stem))


def _secret(path: Path) -> str:
    """Read the first line of a file; where there is no file it is made."""
    try:
        text = path.read_text(encoding="utf-8").partition("\n")[0].strip()
    except FileNotFoundError:
        text = secrets.token_urlsafe(24)
        with open_private(path, "x", encoding="utf-8") as file:
            file.write(text + "\n")
    except UnicodeDecodeError:
        text = ""
    if not _SAFE.fullmatch(text):
        raise LabError(
            f"{path} must hold a secret of ASCII without blanks and semicolons in its first line; "
            "remove it and another is made."
        )
    return text


def _unusable(folder: Path, error: OSError) -> LabError:
    return LabError(f"{error.filename or folder} cannot be used: {error.strerror or error}.")
