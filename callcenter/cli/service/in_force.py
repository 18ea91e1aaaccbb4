"""The figures in force, for `callcenter doctor`: what the switch is measured by, and one line that tells them."""

from __future__ import annotations

from callcenter.cli.database import with_decisions
from callcenter.clock import wall_clock
from callcenter.config import Settings
from callcenter.doctor.inspect import Check
from callcenter.domain.frame import SECOND, Micros
from callcenter.errors import StoreError
from callcenter.files.rulebook import load_rulebook
from callcenter.locale import english
from callcenter.rules.regulations.edition import Rulebook, RulebookFigures
from callcenter.tracker import RulesFiles

_NAME = "figures"


def figures_in_force(settings: Settings | None) -> tuple[RulebookFigures, Check]:
    """Find the figures in force now; None: no settings are at hand, so the packaged rulebook's.

    Raises:
        BadInput: The rulebook or the roster cannot be used.
    """
    now = wall_clock()
    if settings is None:
        book = load_rulebook()
        told = english(f"those of the packaged rulebook: {_told(book, now)}")
        return book.figures(now), Check(_NAME, "unknown", told, "give --settings, for the rulebook in force")
    try:
        book = with_decisions(
            settings.store, lambda decisions: RulesFiles(decisions, settings.in_force).in_force()
        ).rulebook
    except StoreError as error:
        book = settings.in_force().rulebook
        told = english(f"those of the file, where people have approved no other rulebook: {_told(book, now)}")
        return book.figures(now), Check(_NAME, "unknown", told, str(error))
    return book.figures(now), Check(_NAME, "ok", _told(book, now))


def _told(book: Rulebook, now: Micros) -> str:
    figures, edition = book.figures(now), book.at(now)
    wrap_up = ", ".join(f"{queue} {_seconds(lasts)}" for queue, lasts in figures.wrap_up.items() if lasts)
    waits = ", ".join(
        f"{queue} {_seconds(own.service_threshold)}"
        for queue, own in figures.queues.items()
        if own.service_threshold is not None
    )
    named = english("no edition holds today") if edition is None else english(f"edition {edition.version}")
    wait = f"{_seconds(figures.service_threshold)}{f' ({waits})' if waits else ''}"
    return english(
        f"{named}: {figures.rings} rings of {_seconds(figures.cadence)}; a wait of {wait}; "
        f"a line is blocked after {_seconds(figures.engaged)}; wrap-up {wrap_up or english('in no queue')}"
    )


def _seconds(span: Micros) -> str:
    return f"{span / SECOND:g} s"
