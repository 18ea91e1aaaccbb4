"""A password as a command gets it: asked for at a terminal, else the first line of the input or of a file."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path

from callcenter import locale
from callcenter.clock import wall_clock
from callcenter.errors import BadInput, UnreadableFile
from callcenter.locale import Language
from callcenter.store.sign_in.accounts import Account
from callcenter.store.sign_in.sessions import CodeAsked, Sessions


def typed(prompt: str) -> str:
    """Ask without an echo; where nobody is at a terminal, take the first line of the input."""
    return getpass.getpass(prompt) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")


def typed_twice(account: str, language: Language) -> str:
    """Ask for an account's new one, at a terminal twice.

    Raises:
        BadInput: The two differ.
    """
    password = typed(_asked(account, language))
    if sys.stdin.isatty() and typed(locale.text("Again: ", language)) != password:
        raise BadInput("the two passwords differ")
    return password


def kept_or_typed(path: Path | None, account: str, language: Language) -> str:
    """Take the first line of a file, or ask for an account's.

    Raises:
        UnreadableFile: The file cannot be read.
    """
    if path is None:
        return typed(_asked(account, language))
    try:
        return path.read_text("utf-8").partition("\n")[0].rstrip("\r")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFile(f"the password file {path} cannot be read: {error}") from error


async def proven(sessions: Sessions, account: str, password: str, language: Language) -> Account:
    """Let somebody prove who they are, by the authenticator's code, too, where the account has one; it is asked for.

    Raises:
        SignInRefused: The password is wrong.
        SignInBlocked: Too many attempts.
        CodeAsked: The code is wrong.
    """
    try:
        return await sessions.prove_at_console(account, password, wall_clock())
    except CodeAsked:
        code = typed(locale.text("Code of the authenticator of {account}: ", language, account=account))
        return await sessions.prove_at_console(account, password, wall_clock(), code)


def _asked(account: str, language: Language) -> str:
    return locale.text("Password for {account}: ", language, account=account)
