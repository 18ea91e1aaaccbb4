"""`callcenter audit`: is the audit log what was written, and its head, signed, for a safe place."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter import locale
from callcenter.cli.database import at_desk
from callcenter.cli.options import SettingsPath
from callcenter.cli.speech import LangOption, spoken
from callcenter.clock import wall_clock
from callcenter.config import Settings, load_settings
from callcenter.errors import BadSetting
from callcenter.locale import english
from callcenter.store.audit import SignedHead, append_head, read_heads, read_key, require_recent, sign, verify

app = typer.Typer(add_completion=False, no_args_is_help=True, help="The audit log: verify it, sign its head.")

_VERIFIED = english("{entries} entries are what was written; {heads} signed heads agree")
T = TypeVar("T")
Key = Annotated[Path | None, typer.Option("--key", help="File with the key; web.audit_key_file, where it is not said.")]
Heads = Annotated[Path | None, typer.Option("--heads", help="File of signed heads; web.audit_heads, likewise.")]


@app.command("verify")
def verify_log(settings: SettingsPath = None, key: Key = None, heads: Heads = None, lang: LangOption = "") -> None:
    """Check every entry's hash and, with a key, every head that was signed; exit 4 at the first that is wrong.

    With a key, a log without a head of the last two hours is wrong, too: its tail may have been cut off.
    """
    chosen = load_settings(settings)
    path = heads or chosen.web.audit_heads
    signing = key or chosen.web.audit_key_file
    if heads is not None and signing is None:
        raise BadSetting("signed heads are checked with a key: give --key, or set web.audit_key_file")
    signed: list[SignedHead] = []
    if signing is not None and (heads is not None or path.exists()):
        signed = read_heads(path, read_key(signing))
    count = _with_log(chosen, lambda connection: verify(connection, signed))
    if signing is not None:
        require_recent(signed, wall_clock())
    said = locale.text(_VERIFIED, spoken(lang), entries=count, heads=len(signed))
    print(said)


@app.command("sign")
def sign_head(settings: SettingsPath = None, key: Key = None, heads: Heads = None, lang: LangOption = "") -> None:
    """Add the present head, signed, to the file of heads; keep a copy of that file elsewhere."""
    chosen = load_settings(settings)
    signing = key or chosen.web.audit_key_file
    if signing is None:
        raise BadSetting("there is no key to sign with: give --key, or set web.audit_key_file")
    secret = read_key(signing)
    head = _with_log(chosen, lambda connection: sign(connection, secret, wall_clock()))
    append_head(heads or chosen.web.audit_heads, head)
    print(locale.text("signed the head at entry {entry}: {hash}", spoken(lang), entry=head.seq, hash=head.hash))


def _with_log(settings: Settings, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
    """Hold the log still while something is done with it."""
    return at_desk(settings.store, lambda unit: work(unit.connection))
