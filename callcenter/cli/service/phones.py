"""`callcenter phones`: the phones in agents' pages, each by a secret of its own in Asterisk's file of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from callcenter import locale
from callcenter.cli.options import SettingsPath
from callcenter.cli.speech import LangOption, spoken
from callcenter.config import load_settings
from callcenter.errors import BadInput, BadSetting
from callcenter.files.phones import read_phones, readers, rotated, write_phones

app = typer.Typer(add_completion=False, no_args_is_help=True, help="The phones in agents' pages.")

Endpoints = Annotated[
    list[str] | None, typer.Argument(metavar="[ENDPOINT]...", help="Endpoints, like 1001; none: all that there are.")
]
_WORDS = locale.Words(
    "phones in pages",
    {
        "rotated": "{count} of {all} phones in {path} have a new secret.",
        "reload": (
            "Let Asterisk read it: asterisk -rx 'module reload res_pjsip.so'. A page that is open registers with the "
            "old secret until then, and asks for the new one after."
        ),
        "include": (
            "Once: pjsip.conf must have the templates page, page-auth and page-aor (callcenter manual desk), and below "
            "them: #include {path}"
        ),
        "readers": (
            "Only the user {owner} and the group {group} may read it: Asterisk and the service must be among them."
        ),
    },
)


@app.command("list")
def list_phones(settings: SettingsPath = None) -> None:
    """List the endpoints of the phones in pages; no secret is shown."""
    for name in sorted(read_phones(_place(settings))):
        print(name)


@app.command("rotate")
def rotate(endpoints: Endpoints = None, settings: SettingsPath = None, lang: LangOption = "") -> None:
    """Give phones new secrets, those that are named or all, and say what Asterisk must read again."""
    path, language = _place(settings), spoken(lang)
    before = read_phones(path)
    after = rotated(before, endpoints or [])
    if not after:
        raise BadInput("no phone is in a page yet: name its endpoint, like `callcenter phones rotate 1001`")
    write_phones(path, after)
    count = sum(before.get(name) != secret for name, secret in after.items())
    print(_WORDS.say("rotated", language, count=count, all=len(after), path=path))
    if not before:
        owner, group = readers(path)
        print(_WORDS.say("readers", language, owner=owner, group=group))
        print(_WORDS.say("include", language, path=path))
    print(_WORDS.say("reload", language))


def _place(settings: Path | None) -> Path:
    path = load_settings(settings).desk.phones
    if path is None:
        raise BadSetting("say where Asterisk's file of the phones in pages is: [desk] phones and websocket")
    return path
