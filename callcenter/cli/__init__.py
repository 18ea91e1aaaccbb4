"""The `callcenter` command: one module a subcommand, imported only when it is called."""

from __future__ import annotations

import gc
import importlib
import importlib.util
import os
import signal
import sys
from typing import TYPE_CHECKING

from callcenter import __version__, locale
from callcenter.errors import BadInput, CallcenterError

if TYPE_CHECKING:
    from typer import Typer

    from callcenter.locale import Language

COMMANDS = {
    "init": "Set up a service: settings, secrets, manager.conf snippet, database.",
    "serve": "Connect to Asterisk and run the service.",
    "customers": "Keep customers' cards, bring lists in and out, say a number's key.",
    "board": "Show queues and agents live in this terminal.",
    "cases": "List, show, open and move complaints; tell their story again from a file.",
    "contacts": "Let chat and mail systems report contacts.",
    "lost": "List lost calls, claim one, close those that nobody needs to call back.",
    "calls": "List the calls that the database holds.",
    "report": "Show a day's or a month's figures.",
    "surveys": "Show what callers said after their calls.",
    "replay": "Turn recorded AMI bytes and queue_log into calls, states, violations and totals.",
    "record": "Write a manager login to a tape that replay reads.",
    "doctor": "Check every setting that the evidence depends on.",
    "journal": "Verify the journal, tell what is in it, or cut what is old.",
    "db": "Create, migrate or move the database.",
    "backup": "Copy journal and database, verified, while the service runs.",
    "restore": "Put a backup's journal and database back.",
    "rules": "Check, list and try rulebooks; how often people agree with each rule.",
    "roster": "Check a roster, write one to fill in, or turn it into another form.",
    "violations": "List, explain and verify records by the journal; file what a person saw.",
    "score": "Show the month's scores, or write them to a file.",
    "phones": "Give the phones in agents' pages new secrets, or list them.",
    "user": "Add, list and disable the people who may sign in.",
    "bus": "Show what the service tells over MQTT, as it is told.",
    "outbox": "List who takes what leaves the service and what waits; let go on what stands still.",
    "audit": "Verify the audit log, or sign its head.",
    "lab": "Build and run a real Asterisk with callers and phones.",
    "phone": "Be an agent's phone in this terminal.",
    "demo": "Play a two-minute story on a real Asterisk and show the calls.",
    "manual": "Print a page of the manual, or list its topics.",
    "version": "Print the version.",
}
"""Name and one-line help of each subcommand; `callcenter/cli/<room>/<name>.py` holds its `app`, a typer.Typer."""
ROOMS = ("service", "office", "lab")


def main() -> None:
    """Run the command; whatever is wrong is one sentence on stderr and an exit code of its own."""
    name, *arguments = _without_language(sys.argv[1:]) or ["--help"]
    if name == "serve":
        # loading it takes a second or two: a stop that is asked for meanwhile waits until the service can hear it
        signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGTERM, signal.SIGINT))
    gc.disable()  # what is loaded stays: to look through it for garbage takes a quarter of the time
    try:
        code = _main(name, arguments)
    except KeyboardInterrupt:
        code = 130
    finally:
        gc.enable()
    sys.exit(code)


def _main(name: str, arguments: list[str]) -> int:
    from callcenter.cli.speech import spoken  # noqa: PLC0415 - it takes a while, in which a Ctrl-C could not be answered
    from callcenter.cli.tongue import wanted  # noqa: PLC0415 - the same

    otherwise: Language = "zh-CN" if name == "demo" else "en"  # the demo's department is a Chinese one
    lang: Language = spoken("", otherwise)
    try:
        lang = spoken(wanted(sys.argv[1:]), otherwise)
        if name in {"--help", "-h"}:
            print(_usage(lang))
            return 0
        if name == "--version":
            print(__version__)
            return 0
        if name not in COMMANDS:
            raise BadInput(f"there is no command {name!r}; `callcenter --help` lists them.")
        return _run(name, arguments, lang)
    except CallcenterError as error:
        return _told(str(error), error.exit_code, lang)


def module_of(command: str) -> str:
    """Return the name of the module that holds a subcommand's `app`."""
    names = (f"callcenter.cli.{room}.{command}" for room in ROOMS)
    return next(name for name in names if importlib.util.find_spec(name) is not None)


def _without_language(words: list[str]) -> list[str]:
    """Leave out a `--lang` that stands before the command."""
    if words[:1] == ["--lang"]:
        return words[2:]
    return words[1:] if words and words[0].startswith("--lang=") else words


def _run(name: str, arguments: list[str], lang: Language) -> int:
    import typer  # noqa: PLC0415 - as above

    from callcenter.cli.tongue import command_of  # noqa: PLC0415 - as above

    app: Typer = importlib.import_module(module_of(name)).app
    gc.enable()
    try:
        code = command_of(app, lang)(arguments, prog_name=f"callcenter {name}", standalone_mode=False)
    except typer.TyperException as error:
        said = str(getattr(error, "format_message", error.__str__)())
        return _told(said, getattr(error, "exit_code", 2), lang)
    except typer.Abort:
        return 130
    except BrokenPipeError:
        # whoever read our output has gone; nothing is left to say, not even at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    return code if isinstance(code, int) else 0


def _usage(lang: Language) -> str:
    width = max(map(len, COMMANDS))
    commands = "\n".join(f"  {name:<{width}}  {locale.text(text, lang)}" for name, text in COMMANDS.items())
    return (
        f"{locale.text('Usage: callcenter COMMAND [OPTIONS]', lang)}\n\n"
        f"{locale.text('Call-centre telephony and queue service on Asterisk.', lang)}\n\n"
        f"{locale.text('Commands (each knows --help, and --lang zh-CN or en):', lang)}\n{commands}"
    )


def _told(sentence: str, code: int, lang: Language) -> int:
    print(f"callcenter: {locale.sentence(sentence, lang)}", file=sys.stderr)
    return code
