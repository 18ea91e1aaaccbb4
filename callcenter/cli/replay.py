"""`callcenter replay`: recorded AMI bytes and queue_log become calls, states, violations and totals."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from callcenter.cli.numbering import AreaCode, Internal, OutsideDigit, extensions_of
from callcenter.domain.directory import Directory
from callcenter.errors import BadInput
from callcenter.numbers import numbering_of
from callcenter.queuelog.history import LogHistory, read_history
from callcenter.reports.document import Document
from callcenter.reports.judging import Judging
from callcenter.reports.kinds import check_logins, check_queue_logs
from callcenter.reports.reconcile import Reconcile
from callcenter.reports.replay import Replay, first_moment
from callcenter.reports.text import text
from callcenter.rules.regulations.edition import Rulebook
from callcenter.rules.regulations.rulebook import load_rulebook
from callcenter.staff.duty import Roster
from callcenter.staff.roster import load_roster
from callcenter.text import checked_charset
from callcenter.tracker import Court

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
    timezone: Annotated[
        str | None, typer.Option(help="The site's; by default as the roster or the rulebook says, else Asia/Shanghai.")
    ] = None,
    area_code: AreaCode = None,
    outside_digit: OutsideDigit = None,
    internal: Internal = "",
    format: Annotated[Format, typer.Option(help="One JSON object, or a table for people.")] = Format.JSON,  # noqa: A002 - the option's name is fixed
) -> None:
    """Turn recorded AMI bytes and queue_log into calls, states, violations and totals."""
    if not ami and not queue_log:
        raise BadInput("there is nothing to replay: give --ami FILE, --queue-log FILE, or both.")
    if timezone is not None:
        _require_zone(timezone)
    numbering, charset = numbering_of(area_code, outside_digit, extensions_of(internal)), _charset(charset)
    check_logins(ami or ())  # what cannot be read is told before anything is written
    check_queue_logs(queue_log or ())
    duty = None if roster is None else load_roster(roster, timezone)
    book = load_rulebook(rulebook, timezone if duty is None else duty.timezone)
    _require_edition(book, ami or ())
    history = _history(queue_log or (), book, duty, charset)
    document = Document(
        Replay(ami or (), Court(book, duty), charset),
        Reconcile(history.visits, names=duty is not None, set_aside=history.set_aside),
        Judging(book, duty, ami or (), numbering),
        alone=None if ami else history,
    )
    if format is Format.JSON:
        sys.stdout.writelines(document.json())
    else:
        sys.stdout.writelines(f"{line}\n" for line in text(document, book.zone))


def _history(paths: Sequence[Path], book: Rulebook, duty: Roster | None, charset: str | None) -> LogHistory:
    """Read the logs by the figures and the roster that hold for the logins."""
    directory = Directory({} if duty is None else duty.tenures(), {})
    return read_history(
        paths, (book.zone, charset), directory, lambda queue, at: book.figures(at).wrap_up.get(queue or "", 0)
    )


def _require_edition(book: Rulebook, tapes: Sequence[Path]) -> None:
    """Refuse a rulebook that did not hold yet, or no longer, when the first tape began: nobody could be judged."""
    if book.at(first_moment(tapes[0]) if tapes else None) is None:
        raise BadInput("no edition of the rulebook held when the tape began: see its `from` and `to` dates.")


def _charset(name: str | None) -> str | None:
    try:
        return None if name is None else checked_charset(name)
    except ValueError as error:
        raise BadInput(f"--charset {name!r}: {error}.") from error


def _require_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadInput(f"--timezone {name!r} is not a time zone such as Asia/Shanghai.") from error
