"""`callcenter replay`: recorded AMI bytes and queue_log become calls, states, violations and totals."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from callcenter.ami.logged_visits import visits
from callcenter.ami.queue_log import QueueLog, read_queue_log
from callcenter.ami.tape import read_chunks
from callcenter.domain.frame import SECOND
from callcenter.domain.rings import CADENCE
from callcenter.domain.state import FloorSettings
from callcenter.errors import BadInput
from callcenter.reports.document import Document
from callcenter.reports.judging import Judging
from callcenter.reports.reconcile import Reconcile
from callcenter.reports.replay import Replay
from callcenter.reports.text import text

app = typer.Typer(add_completion=False)


class Format(StrEnum):
    """How the document is written."""

    JSON = "json"
    TEXT = "text"


@app.command()
def replay(
    ami: Annotated[list[Path] | None, typer.Option(help="Raw bytes of one manager login; several in order.")] = None,
    queue_log: Annotated[list[Path] | None, typer.Option(help="Asterisk's queue_log.")] = None,
    timezone: Annotated[str, typer.Option(help="Where times without a zone belong.")] = "Asia/Shanghai",
    format: Annotated[Format, typer.Option(help="One JSON object, or a table for people.")] = Format.JSON,  # noqa: A002 - the option's name is fixed
) -> None:
    """Turn recorded AMI bytes and queue_log into calls, states, violations and totals."""
    if not ami and not queue_log:
        raise BadInput("there is nothing to replay: give --ami FILE, --queue-log FILE, or both.")
    zone = _zone(timezone)
    for path in (*(ami or ()), *(queue_log or ())):
        next(read_chunks(path), b"")  # an unreadable file is told before anything is written
    log = QueueLog()
    logged = visits(line for path in queue_log or () for line in read_queue_log(path, log))
    run = Replay(ami or (), FloorSettings())
    document = Document(run, Reconcile(logged), Judging(), threshold=20 * SECOND, cadence=CADENCE)
    if format is Format.JSON:
        sys.stdout.writelines(document.json())
    else:
        sys.stdout.writelines(f"{line}\n" for line in text(document, zone, CADENCE))


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadInput(f"--timezone {name!r} is not a time zone such as Asia/Shanghai.") from error
