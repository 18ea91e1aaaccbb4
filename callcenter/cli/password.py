"""A password as a command gets it: asked for at a terminal, else the first line of the input or of a file."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path

from callcenter.errors import BadInput, UnreadableFile


def typed(prompt: str) -> str:
    """Ask without an echo; where nobody is at a terminal, take the first line of the input."""
    return getpass.getpass(prompt) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")


def typed_twice(prompt: str) -> str:
    """Ask for a new one, at a terminal twice.

    Raises:
        BadInput: The two differ.
    """
    password = typed(prompt)
    if sys.stdin.isatty() and typed("Again: ") != password:
        raise BadInput("the two passwords differ")
    return password


def kept_or_typed(path: Path | None, prompt: str) -> str:
    """Take the first line of a file, or ask.

    Raises:
        UnreadableFile: The file cannot be read.
    """
    if path is None:
        return typed(prompt)
    try:
        return path.read_text("utf-8").partition("\n")[0].rstrip("\r")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFile(f"the password file {path} cannot be read: {error}") from error
