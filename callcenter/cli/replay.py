"""`callcenter replay`: recorded AMI bytes and queue_log become calls, states, violations and totals."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from callcenter.ami.kinds import check_logins, check_queue_logs
from callcenter.ami.log_history import read_history
from callcenter.domain.directory import Directory
from callcenter.domain.state import FloorSettings
from callcenter.errors import BadInput
from callcenter.reports.document import Document
from callcenter.reports.judging import Judging
from callcenter.reports.reconcile import Reconcile
from callcenter.reports.replay import Replay, first_moment
from callcenter.reports.text import text
from callcenter.rules.edition import Figures, Rulebook
from callcenter.rules.roster import load_roster
from callcenter.rules.rulebook import load_rulebook

app = typer.Typer(add_completion=False)


class Format(StrEnum):
    """How the document is written."""

    JSON = "json"
    TEXT = "text"


@app.command()
def replay(
    ami: Annotated[list[Path] | None, typer.Option(help="Raw bytes of one manager login; several in order.")] = None,
    queue_log: Annotated[list[Path] | None, typer.Option(help="Asterisk's queue_log.")] = None,
    roster: Annotated[Path | None, typer.Option(help="Agents, shifts and permitted extensions (JSON).")] = None,
    rulebook: Annotated[Path | None, typer.Option(help="A rulebook (YAML) instead of the packaged one.")] = None,
    timezone: Annotated[str, typer.Option(help="Where times without a zone belong.")] = "Asia/Shanghai",
    format: Annotated[Format, typer.Option(help="One JSON object, or a table for people.")] = Format.JSON,  # noqa: A002 - the option's name is fixed
) -> None:
    """Turn recorded AMI bytes and queue_log into calls, states, violations and totals."""
    if not ami and not queue_log:
        raise BadInput("there is nothing to replay: give --ami FILE, --queue-log FILE, or both.")
    zone = _zone(timezone)
    check_logins(ami or ())  # what cannot be read is told before anything is written
    check_queue_logs(queue_log or ())
    duty = None if roster is None else load_roster(roster, timezone)
    book = load_rulebook(rulebook)
    figures = _figures(book, ami or ())
    seats = {} if duty is None else duty.tenures()
    history = read_history(
        queue_log or (), zone, Directory(seats, {}), lambda queue: figures.wrap_up.get(queue or "", 0)
    )
    settings = FloorSettings(
        seats=seats,
        wrap_up=figures.wrap_up,
        permitted=None if duty is None else duty.legit_extensions,
        blocked_after=figures.engaged,
    )
    document = Document(
        Replay(ami or (), settings),
        Reconcile(history.visits, names=duty is not None, set_aside=history.set_aside),
        Judging(book, duty, ami or ()),
        threshold=figures.threshold,
        cadence=figures.cadence,
        alone=None if ami else history,
    )
    if format is Format.JSON:
        sys.stdout.writelines(document.json())
    else:
        sys.stdout.writelines(f"{line}\n" for line in text(document, zone, figures.cadence))


def _figures(book: Rulebook, tapes: Sequence[Path]) -> Figures:
    """Take the figures that held when the first tape began."""
    edition = book.at(first_moment(tapes[0]) if tapes else None)
    if edition is None:
        raise BadInput("no edition of the rulebook held when the tape began: see its `from` and `to` dates.")
    return edition.figures


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadInput(f"--timezone {name!r} is not a time zone such as Asia/Shanghai.") from error
