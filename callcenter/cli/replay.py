"""`callcenter replay`: recorded AMI bytes and queue_log become calls, states, violations and totals."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from callcenter.ami.logged_visits import visits
from callcenter.ami.queue_log import QueueLog, read_queue_log
from callcenter.ami.tape import read_chunks
from callcenter.ami.text import checked_charset
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
    charset: Annotated[str | None, typer.Option(help="In which names stand there; else UTF-8, then GB18030.")] = None,
    timezone: Annotated[str, typer.Option(help="Where times without a zone belong.")] = "Asia/Shanghai",
    format: Annotated[Format, typer.Option(help="One JSON object, or a table for people.")] = Format.JSON,  # noqa: A002 - the option's name is fixed
) -> None:
    """Turn recorded AMI bytes and queue_log into calls, states, violations and totals."""
    if not ami and not queue_log:
        raise BadInput("there is nothing to replay: give --ami FILE, --queue-log FILE, or both.")
    zone, charset = _zone(timezone), _charset(charset)
    for path in (*(ami or ()), *(queue_log or ())):
        next(read_chunks(path), b"")  # an unreadable file is told before anything is written
    log = QueueLog(charset=charset)
    logged = visits(line for path in queue_log or () for line in read_queue_log(path, log))
    duty = None if roster is None else load_roster(roster, timezone)
    book = load_rulebook(rulebook)
    figures = _figures(book, ami or ())
    settings = FloorSettings(
        names={} if duty is None else duty.names(),
        wrap_up=figures.wrap_up,
        permitted=None if duty is None else duty.legit_extensions,
        blocked_after=figures.engaged,
    )
    document = Document(
        Replay(ami or (), settings, charset),
        Reconcile(logged, names=duty is not None, set_aside={str(fault): n for fault, n in log.set_aside.items()}),
        Judging(book, duty, ami or ()),
        threshold=figures.threshold,
        cadence=figures.cadence,
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


def _charset(name: str | None) -> str | None:
    try:
        return None if name is None else checked_charset(name)
    except ValueError as error:
        raise BadInput(f"--charset {name!r}: {error}.") from error


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadInput(f"--timezone {name!r} is not a time zone such as Asia/Shanghai.") from error
