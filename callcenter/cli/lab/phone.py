"""`callcenter phone`: an agent's phone in this terminal, by keys or by lines."""

from __future__ import annotations

import os
import select
import signal
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn, TextIO

import typer
from pydantic import SecretStr, ValidationError

from callcenter import locale
from callcenter.cli.speech import LangOption, spoken
from callcenter.errors import BadSetting, PhoneError, UnreadableFile
from callcenter.locale import Language, Words
from callcenter.softphone import DiaryEntry, Did, Phone, PhoneSettings, PhoneState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


app = typer.Typer(add_completion=False)


_LOOK_SECONDS = 0.2
_MOST_READ = 4096

_HELP = Words(
    "phone",
    {
        "keys": "a answer · r reject · h hang up · o hold/resume · d NUMBER dial · t NUMBER transfer · q quit",
    },
)
_LINES = Words(
    "phone",
    {
        Did.REGISTERED: "registered",
        Did.REGISTRATION_LOST: "registration lost: {detail}",
        Did.UNREGISTERED: "unregistered",
        Did.VANISHED: "gone",
        Did.RANG: "ring {ring} · from {party}",
        Did.ANSWERED: "answered {party}",
        Did.DECLINED: "rejected {party}",
        Did.SAID_BUSY: "said busy to {party}",
        Did.CALLER_LEFT: "missed: {party} is not calling any more",
        Did.ANSWERED_ELSEWHERE: "answered elsewhere: {party}",
        Did.DIALLED: "dialling {party}",
        Did.PEER_RANG: "ringing at {party}",
        Did.PEER_ANSWERED: "{party} has answered",
        Did.PEER_REFUSED: "not connected to {party}: {detail}",
        Did.GAVE_UP: "gave up on {party}",
        Did.HELD: "{party} is on hold",
        Did.RESUMED: "talking to {party} again",
        Did.TRANSFERRED: "{party} transferred to {detail}",
        Did.HUNG_UP: "hung up on {party}",
        Did.PEER_HUNG_UP: "{party} has hung up",
        Did.STEP_FAILED: "could not {detail}",
    },
)
"""What is printed for each entry."""


def told(entry: DiaryEntry, lang: Language) -> str:
    """Say what happened, in one line; the caller's number and name are inert already."""
    party = " ".join(filter(None, (entry.number or "?", entry.name)))
    return _LINES.say(entry.did, lang, ring=entry.ring, party=party, detail=entry.detail)


@app.command()
def phone(
    *,
    extension: Annotated[str, typer.Option(help="Account to register as.")],
    server: Annotated[str, typer.Option(help="Address of Asterisk.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Its SIP port (UDP).")] = 5060,
    secret: Annotated[
        str, typer.Option(envvar="CALLCENTER_PHONE_SECRET", help="Password; better by the environment or a file.")
    ] = "",
    secret_file: Annotated[Path | None, typer.Option(help="File that holds the password.")] = None,
    local_ip: Annotated[str, typer.Option(help="Address to bind; by default the one that reaches the server.")] = "",
    local_port: Annotated[int, typer.Option(help="SIP port to bind; 0: any.")] = 0,
    lang: LangOption = "",
) -> None:
    """Be an agent's phone: register, show the rings as they count, answer, reject, hang up."""
    speech = spoken(lang)
    settings = _settings(
        extension=extension,
        server=server,
        port=port,
        secret=SecretStr(_secret(secret, secret_file)),
        local_ip=local_ip,
        local_port=local_port,
    )
    signal.signal(signal.SIGTERM, _interrupt)
    print(_HELP.say("keys", speech), flush=True)
    try:
        with Phone(settings, listener=lambda entry: print(told(entry, speech), flush=True)) as made:
            for command in _commands(sys.stdin):
                if not obeyed(made, command, speech):
                    break
    except KeyboardInterrupt:
        pass  # Ctrl-C and SIGTERM are ways to quit; the phone has unregistered


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def _secret(given: str, file: Path | None) -> str:
    if file is not None:
        try:
            given = file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise UnreadableFile(f"the secret cannot be read from {file}: {error}") from error
    if not given:
        raise BadSetting("no secret: set CALLCENTER_PHONE_SECRET or give --secret-file")
    return given


def _settings(**options: object) -> PhoneSettings:
    try:
        return PhoneSettings.model_validate(options)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = "-".join(str(part) for part in first["loc"]).replace("_", "-")
        raise BadSetting(f"--{name}: {first['msg']}") from error


def obeyed(made: Phone, command: str, lang: Language) -> bool:
    """Do what a key or a line says and print what went wrong; False when it says to quit."""
    word, _, number = command.strip().partition(" ")
    buttons: dict[str, Callable[[], None]] = {
        "a": made.answer,
        "r": made.decline,
        "h": made.hangup,
        "o": made.unhold if made.state is PhoneState.HOLDING else made.hold,
        "d": lambda: made.dial(number.strip()),
        "t": lambda: made.transfer(number.strip()),
        "": lambda: None,
    }
    if word == "q":
        return False
    try:
        buttons.get(word, lambda: print(_HELP.say("keys", lang), flush=True))()
    except PhoneError as error:
        print(locale.sentence(str(error), lang), flush=True)
    return True


def _commands(source: TextIO) -> Iterator[str]:
    """Yield single keys from a terminal, lines from anything else; the end of either is a wish to quit."""
    if not source.isatty():
        yield from _lines(source.fileno())
        return
    with _by_key(source) as again:
        while key := _read(source.fileno(), 1).decode("ascii", "ignore"):
            yield f"{key} {again(key)}" if key in {"d", "t"} else key


def _lines(source: int) -> Iterator[str]:
    rest = b""
    while part := _read(source, _MOST_READ):
        *whole, rest = (rest + part).split(b"\n")
        yield from (line.decode("utf-8", "replace") for line in whole)
    if rest:
        yield rest.decode("utf-8", "replace")


def _read(source: int, most: int) -> bytes:
    """Read what comes; a signal just before a read without end would be seen with the next key alone."""
    while not select.select([source], [], [], _LOOK_SECONDS)[0]:
        pass
    return os.read(source, most)


@contextmanager
def _by_key(terminal: TextIO) -> Iterator[Callable[[str], str]]:
    """Switch a terminal to single keys, and back; yields how to ask for a number meanwhile."""
    import termios  # noqa: PLC0415 - not on every system, and only for a terminal
    import tty  # noqa: PLC0415 - the same

    before = termios.tcgetattr(terminal)

    def ask(key: str) -> str:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)
        try:
            return input(f"{key}: ")
        except EOFError:
            return ""
        finally:
            tty.setcbreak(terminal, termios.TCSANOW)

    # a key pressed a moment before must not be flushed away: the call it was meant for rings already
    tty.setcbreak(terminal, termios.TCSANOW)
    try:
        yield ask
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)
