"""`callcenter init`: five questions, then settings, secrets, the manager.conf snippet and the database stand ready."""

from __future__ import annotations

import asyncio
import os
import pwd
import secrets
import shutil
import sys
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from callcenter import locale
from callcenter.cli.service import doctor
from callcenter.cli.service.init_files import Site, address_towards, main_file, unit_file
from callcenter.cli.speech import LangOption, spoken
from callcenter.config import load_settings
from callcenter.doctor.manager_conf import manager_conf
from callcenter.errors import BadInput, CallcenterError
from callcenter.staff.dates import zone_named
from callcenter.store import upgrade
from callcenter.store.customers.sealing import MasterKeys

app = typer.Typer(add_completion=False, help="Set up a service: settings, secrets, manager.conf snippet, database.")

_ASTERISK = Path("/etc/asterisk")
_QUEUE_LOG = Path("/var/log/asterisk/queue_log")
_USER = "callcenter"
_NONE = "-"
_SETTINGS, _SNIPPET = "callcenter.toml", "manager.conf"


class _Defaults(NamedTuple):
    """What is answered where nobody says otherwise: root sets up the machine, anybody else a directory."""

    directory: Path
    data: Path
    owner: str | None

    @classmethod
    def here(cls) -> _Defaults:
        if os.geteuid() != 0:
            return cls(Path(), Path("var"), None)
        return cls(Path("/etc/callcenter"), Path("/var/lib/callcenter"), _USER if _is_user(_USER) else None)


Switch = Annotated[str | None, typer.Option(metavar="HOST[:PORT]", help="Asterisk's manager interface.")]
Zone = Annotated[str | None, typer.Option(help="The site's time zone, such as Asia/Shanghai.")]
QueueLog = Annotated[
    str | None, typer.Option(help="Asterisk's queue_log, where it can be read here; - where it cannot.")
]
Data = Annotated[Path | None, typer.Option(help="Where journal and database are kept.")]
Api = Annotated[bool | None, typer.Option("--api/--no-api", help="Serve the page for agents and leads, and its API.")]
Directory = Annotated[Path | None, typer.Option("--dir", help="Where settings and secrets go.")]
Owner = Annotated[str | None, typer.Option(help="The user that the service runs as, to whom they belong.")]


@app.command()
def main(
    switch: Switch = None,
    timezone: Zone = None,
    queue_log: QueueLog = None,
    data: Data = None,
    api: Api = None,
    directory: Directory = None,
    owner: Owner = None,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing: what is not said is as proposed.")] = False,
    old_filters: Annotated[bool, typer.Option(help="Filters for Asterisk older than 22.1.")] = False,
    print_systemd: Annotated[bool, typer.Option(help="Print the unit for systemd, and do nothing else.")] = False,
    lang: LangOption = "",
) -> None:
    """Ask five questions, write settings, secrets and the manager.conf snippet, make the database, run doctor.

    Nothing that exists is overwritten: secrets that are there are kept, a settings file that is there stops it.
    """
    defaults, language = _Defaults.here(), spoken(lang)
    place = (directory or defaults.directory).absolute()
    if print_systemd:
        kept = (data or defaults.data).absolute()
        print(unit_file(place / _SETTINGS, _program(), owner or _USER, kept), end="")
        return
    if (place / _SETTINGS).exists():
        raise BadInput(f"{place / _SETTINGS} exists already: change it by hand, and check it with: callcenter doctor")
    if owner is not None and not _is_user(owner):
        raise BadInput(f"there is no user {owner!r} on this machine; make one with: useradd --system {owner}")
    ask = _Asking(language, yes=yes)
    site = _site(ask, switch, timezone, queue_log, data or Path(ask("data", str(defaults.data))), api)
    _set_up(place, site, owner or defaults.owner, language, advanced=not old_filters)
    _check(place, owner or defaults.owner, language, ask)


def _site(
    ask: _Asking, switch: str | None, timezone: str | None, queue_log: str | None, data: Path, api: bool | None
) -> Site:
    """Ask for what was not said."""
    host, port = _address(switch or ask("switch", "127.0.0.1:5038"))
    return Site(
        host=host,
        port=port,
        timezone=zone_named(timezone or ask("timezone", "Asia/Shanghai")).key,
        queue_log=_log(queue_log or ask("queue_log", str(_QUEUE_LOG) if _QUEUE_LOG.exists() else _NONE)),
        data=data.absolute(),
        api=ask.whether("api") if api is None else api,
    )


def _set_up(place: Path, site: Site, owner: str | None, language: locale.Language, *, advanced: bool) -> None:
    """Write the files and make the database."""
    written = _write(place, site, owner, advanced=advanced)
    print(locale.text("Written: {files}", language, files=", ".join(map(str, written))))
    settings = load_settings(place / _SETTINGS)
    print(f"{settings.store.url}: {asyncio.run(upgrade(settings.store))}")
    _own(site.data, owner)


class _Asking:
    """Asks at the terminal, or takes what is proposed."""

    def __init__(self, language: locale.Language, *, yes: bool) -> None:
        self._language = language
        self.yes = yes
        if not yes and not _at_a_terminal():
            raise BadInput("there is no terminal to ask at: answer by options, and give --yes")

    def __call__(self, name: str, proposed: str) -> str:
        question = _QUESTIONS.say(name, self._language)
        return proposed if self.yes else str(typer.prompt(question, default=proposed))

    def whether(self, name: str) -> bool:
        """Ask a question of yes or no; yes is proposed."""
        return self.yes or typer.confirm(_QUESTIONS.say(name, self._language), default=True)


_QUESTIONS = locale.Words(
    "question",
    {
        "data": "1/5 In which directory are journal and database kept?",
        "switch": "2/5 Where is Asterisk's manager interface (host:port)?",
        "timezone": "3/5 In which time zone is the site?",
        "queue_log": "4/5 Where can Asterisk's queue_log be read (- if it cannot be read here)?",
        "api": "5/5 Shall the page for agents and leads be served here, with its API?",
    },
)
_NEXT = locale.english(
    "Next, on the switch: append {snippet} to manager.conf (FreePBX, Issabel: manager_custom.conf), for example with\n"
    "  cat {snippet} >> {manager}\n"
    "  asterisk -rx 'manager reload'"
)


def _address(told: str) -> tuple[str, int]:
    """Read HOST, HOST:PORT or [ADDRESS]:PORT.

    Raises:
        BadInput: The port is none.
    """
    host, colon, port = told.strip().rpartition(":")
    if not colon or (":" in host and not host.startswith("[")):
        host, port = told.strip(), "5038"
    if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 1 << 16:
        raise BadInput(f"{told!r} is no address like 127.0.0.1:5038")
    return host.removeprefix("[").removesuffix("]"), int(port)


def _log(told: str) -> Path | None:
    path = None if told.strip() == _NONE else Path(told).absolute()
    if path is not None and not os.access(path, os.R_OK):
        raise BadInput(f"{path} cannot be read; say - where there is no queue_log to read")
    return path


def _write(place: Path, site: Site, owner: str | None, *, advanced: bool) -> list[Path]:
    """Write what a service needs; the settings come last, so that what is half done can be done again."""
    try:
        for folder, mode in ((place, 0o755), (site.data, 0o700)):
            folder.mkdir(mode=mode, parents=True, exist_ok=True)
        found = [_secret(place / f"{login}.secret") for login in ("events", "control", "dialplan")]
        keys = place / "master.keys"
        if not keys.exists():
            MasterKeys.new().write(keys)
        snippet = manager_conf("events", "control", f"{address_towards(site.host)}/255.255.255.255", advanced=advanced)
        for n, path in enumerate(found[:2], 1):
            snippet = snippet.replace(f"CHANGE-ME-{n}", path.read_text("utf-8").strip())
        snippet = snippet.replace("timestampevents = yes", "enabled = yes\ntimestampevents = yes", 1)
        _put(place / _SNIPPET, snippet, 0o600)
        _put(place / _SETTINGS, main_file(site, place), 0o600)
    except OSError as error:
        raise BadInput(f"{error.filename or place} cannot be written: {error.strerror or error}") from error
    for path in (place / _SETTINGS, *found, keys):
        _own(path, owner)
    return [place / _SETTINGS, *found, keys, place / _SNIPPET]


def _secret(path: Path) -> Path:
    """Make a secret, or keep the one that is there."""
    if not path.exists():
        _put(path, secrets.token_urlsafe(24) + "\n", 0o600)
    return path


def _put(path: Path, text: str, mode: int) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as file:
        file.write(text)


def _own(path: Path, owner: str | None) -> None:
    """Give a file, or a directory with all that is in it, to the user that the service runs as."""
    if owner is None:
        return
    try:
        for one in (path, *path.rglob("*")):
            shutil.chown(one, owner, pwd.getpwnam(owner).pw_gid)
    except (LookupError, KeyError, OSError) as error:
        raise BadInput(f"{path} cannot be given to the user {owner!r}: {error}") from error


def _check(place: Path, owner: str | None, language: locale.Language, ask: _Asking) -> None:
    """Say what is to be done on the switch, wait for it, look whether all is well; then how to go on, and as whom."""
    print(locale.text(_NEXT, language, snippet=place / _SNIPPET, manager=_ASTERISK / "manager.conf"))
    if not ask.yes:
        typer.prompt(locale.text("Press Enter once that is done", language), default="", show_default=False)
    settings = place / _SETTINGS
    try:
        conf = _ASTERISK if os.access(_ASTERISK / "manager.conf", os.R_OK) else None
        doctor.main(settings=settings, config_dir=conf, lang=language)
    except CallcenterError as error:
        print(f"callcenter doctor: {locale.sentence(str(error), language)}")
    except SystemExit:
        pass  # what failed has been said, each with its remedy
    run = f"runuser -u {owner} -- callcenter" if owner is not None else "callcenter"
    print(
        locale.text("Then: {run} doctor --settings {settings}, and {run} serve", language, run=run, settings=settings)
    )


def _at_a_terminal() -> bool:
    return sys.stdin.isatty()


def _is_user(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _program() -> Path:
    """Find the command that runs now."""
    return Path(shutil.which("callcenter") or sys.argv[0]).absolute()
