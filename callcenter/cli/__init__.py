"""The `callcenter` command: one module a subcommand, imported only when it is called."""

from __future__ import annotations

import importlib
import os
import sys
from typing import NoReturn

import click
import typer
import typer.main

from callcenter import __version__
from callcenter.errors import CallcenterError

COMMANDS = {
    "serve": "Connect to Asterisk and run the service.",
    "board": "Show queues and agents live in this terminal.",
    "replay": "Turn recorded AMI bytes and queue_log into calls, states, violations and totals.",
    "record": "Write a manager login to a tape that replay reads.",
    "doctor": "Check every setting that the evidence depends on.",
    "journal": "Verify the journal.",
    "db": "Create or migrate the database.",
    "rules": "Check, list and try rulebooks.",
    "violations": "Explain a violation from the journal.",
    "lab": "Build and run a real Asterisk with callers and phones.",
    "phone": "Be an agent's phone in this terminal.",
    "demo": "Play a two-minute story on a real Asterisk and show the calls.",
    "version": "Print the version.",
}
"""Name and one-line help of each subcommand; `callcenter/cli/<name>.py` holds its `app`, a typer.Typer."""


class _Lazy(click.Group):
    """A group that imports a subcommand's module when it is run, not to list it."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"callcenter.cli.{cmd_name}")
        app: typer.Typer = module.app
        command = typer.main.get_command(app)
        command.name = cmd_name
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=_Lazy)
@click.version_option(__version__, prog_name="callcenter")
def cli() -> None:
    """Call-centre telephony and queue service on Asterisk."""


def main() -> None:
    """Run the command; whatever is wrong is one sentence on stderr and an exit code of its own."""
    try:
        code = cli.main(prog_name="callcenter", standalone_mode=False)
    except CallcenterError as error:
        _stop(str(error), error.exit_code)
    except click.ClickException as error:
        _stop(error.format_message(), error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except BrokenPipeError:
        # whoever read our output has gone; nothing is left to say, not even at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    sys.exit(code if isinstance(code, int) else 0)


def _stop(sentence: str, code: int) -> NoReturn:
    print(f"callcenter: {sentence}", file=sys.stderr)
    sys.exit(code)
