"""The `callcenter` command: one module a subcommand, imported only when it is called."""

from __future__ import annotations

import importlib
import sys

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
    """Run the command; an error of ours is one sentence on stderr and its own exit code."""
    try:
        cli()
    except CallcenterError as error:
        print(f"callcenter: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
