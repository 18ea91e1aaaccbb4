"""`callcenter replay`: recorded AMI bytes and queue_log become calls, states, violations and totals."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from callcenter import locale
from callcenter.cli.numbering import AreaCode, Internal, OutsideDigit, extensions_of
from callcenter.cli.speech import LangOption, spoken
from callcenter.domain.agents.directory import Directory
from callcenter.errors import BadInput
from callcenter.files.customers import load_customers
from callcenter.files.roster import load_roster
from callcenter.files.rulebook import load_rulebook
from callcenter.locale import Language
from callcenter.numbers import numbering_of
from callcenter.queuelog.clock import Off
from callcenter.queuelog.history import LogHistory, read_history
from callcenter.reports.replay.document import Document
from callcenter.reports.replay.judging import Judging
from callcenter.reports.replay.kinds import check_logins, check_queue_logs
from callcenter.reports.replay.linked import Linked
from callcenter.reports.replay.reconcile import Reconcile
from callcenter.reports.replay.recorded import Replay, first_moment
from callcenter.reports.replay.text import text
from callcenter.rules.regulations.edition import Rulebook
from callcenter.staff.duty import Roster
from callcenter.text import checked_charset
from callcenter.tracker import RulesInForce

app = typer.Typer(add_completion=False)

Customers = Annotated[
    Path | None, typer.Option(help="Customers and their numbers (CSV): each visit is linked with its customer.")
]

SiteZone = Annotated[
    str | None, typer.Option(help="The site's; by default as the roster or the rulebook says, else Asia/Shanghai.")
]
LogZone = Annotated[str | None, typer.Option(help="In which queue_log has times as text; by default the site's.")]


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
    customers: Customers = None,
    charset: Annotated[str | None, typer.Option(help="In which names stand there; else UTF-8, then GB18030.")] = None,
    timezone: SiteZone = None,
    log_timezone: LogZone = None,
    area_code: AreaCode = None,
    outside_digit: OutsideDigit = None,
    internal: Internal = "",
    format: Annotated[Format, typer.Option(help="One JSON object, or a table for people.")] = Format.JSON,  # noqa: A002 - the option's name is fixed
    lang: LangOption = "",
) -> None:
    """Turn recorded AMI bytes and queue_log into calls, states, violations and totals."""
    if not ami and not queue_log:
        raise BadInput("there is nothing to replay: give --ami FILE, --queue-log FILE, or both.")
    _require_zones({"--timezone": timezone, "--log-timezone": log_timezone})
    numbering, charset = numbering_of(area_code, outside_digit, extensions_of(internal)), _charset(charset)
    check_logins(ami or ())  # what cannot be read is told before anything is written
    check_queue_logs(queue_log or ())
    duty = None if roster is None else load_roster(roster, timezone)
    book = load_rulebook(rulebook, timezone if duty is None else duty.timezone)
    _require_edition(book, ami or ())
    zone = book.zone if log_timezone is None else ZoneInfo(log_timezone)
    history = _history(queue_log or (), book, duty, (zone, charset), spoken(lang))
    document = Document(
        Replay(ami or (), RulesInForce(book, duty), charset),
        _beside(history, names=duty is not None, logins=bool(ami)),
        Judging(book, duty, ami or (), numbering),
        alone=None if ami else history,
        linked=None if customers is None else Linked(load_customers(customers, numbering), numbering),
    )
    told = (f"{line}\n" for line in text(document, book.zone, spoken(lang)))
    sys.stdout.writelines(document.json() if format is Format.JSON else told)


def _history(
    paths: Sequence[Path],
    book: Rulebook,
    duty: Roster | None,
    reading: tuple[ZoneInfo, str | None],
    language: Language,
) -> LogHistory:
    """Read the logs by the figures and the roster that hold for the logins."""
    directory = Directory({} if duty is None else duty.tenures(), {})
    history = read_history(paths, reading, directory, lambda queue, at: book.figures(at).wrap_up.get(queue or "", 0))
    if history.off is not None:
        _warn(history.off, reading[0], language)
    return history


def _beside(history: LogHistory, *, names: bool, logins: bool) -> Reconcile:
    """Hold the log beside the logins, unless its times are off."""
    visits = () if logins and history.off else history.visits
    return Reconcile(visits, names=names, set_aside=history.set_aside, off=history.off)


def _warn(off: Off, zone: ZoneInfo, language: Language) -> None:
    """Say on stderr that a log's times as text contradict the ids of its calls; nothing is guessed."""
    warning = locale.english(
        f"queue_log's times as text, read in {zone.key}, are {off.seconds:+} s off by the ids of its calls: give "
        f"--log-timezone {off.zone}, until then they are held beside no login."
    )
    print(f"callcenter: {locale.sentence(warning, language)}", file=sys.stderr)


def _require_edition(book: Rulebook, tapes: Sequence[Path]) -> None:
    """Refuse a rulebook that did not hold yet, or no longer, when the first tape began: nobody could be judged."""
    if book.at(first_moment(tapes[0]) if tapes else None) is None:
        raise BadInput("no edition of the rulebook held when the tape began: see its `from` and `to` dates.")


def _charset(name: str | None) -> str | None:
    try:
        return None if name is None else checked_charset(name)
    except ValueError as error:
        raise BadInput(f"--charset {name!r}: {error}") from error


def _require_zones(given: Mapping[str, str | None]) -> None:
    for option, name in given.items():
        try:
            ZoneInfo("UTC" if name is None else name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise BadInput(f"{option} {name!r} is not a time zone such as Asia/Shanghai.") from error
