"""The replay for a person at a terminal: a table of visits with their rings, then totals and doubts."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from callcenter.domain import facts as fx
from callcenter.domain.frame import SECOND, Micros
from callcenter.domain.vocabulary import OfferOutcome, VisitOutcome
from callcenter.locale import Language, Words
from callcenter.reports.replay.document import Document
from callcenter.reports.replay.shapes import Shape
from callcenter.rules.regulations.edition import FiguresAt
from callcenter.untrusted import replaced

_HEADINGS = Words(
    "replay",
    {
        "time": "time",
        "caller": "caller",
        "queue": "queue",
        "wait": "wait s",
        "outcome": "outcome",
        "agent": "agent",
        "rings": "rings",
        "talk": "talk s",
        "hung_up": "hung up",
        "customer": "customer",
        "follow_up": "follow-up",
    },
)
_LINKED = ("customer", "follow_up")
_KEPT = 4
_OTHER_VISITS = [one for one in VisitOutcome if one not in {VisitOutcome.ANSWERED, VisitOutcome.ABANDONED}]
_OTHER_OFFERS = [one for one in OfferOutcome if one not in {OfferOutcome.ANSWERED, OfferOutcome.TIMED_OUT}]


def text(document: Document, zone: ZoneInfo, language: Language) -> Iterator[str]:
    """Yield the lines of the table, then of the totals."""
    linked, headings = document.linked, _HEADINGS.table(language)
    head = tuple(told for name, told in headings.items() if linked is not None or name not in _LINKED)
    rows = [
        row if linked is None else row + linked.row(visit)
        for call in document.calls()
        for visit, row in zip(call.visits, visit_rows(call, zone, document.figures), strict=True)
    ]
    yield from table([head, *rows])
    yield from _rest(document.rest())


def visit_rows(call: fx.Call, zone: ZoneInfo, figures: FiguresAt) -> Iterator[tuple[str, ...]]:
    """Yield a row for each visit of a call; the caller's number is masked and made inert."""
    for visit in call.visits:
        at = visit.joined_at if visit.joined_at is not None else visit.refused_at
        ended_by = visit.ended_by.value if visit.ended_by is not None else "-"
        yield (
            "?" if at is None else datetime.fromtimestamp(at / SECOND, zone).strftime("%H:%M:%S"),
            masked(visit.caller),
            replaced(visit.queue or "?"),
            _span(visit.wait),
            visit.outcome.value,
            replaced(visit.agent or "-"),
            _rings(visit, figures),
            _span(visit.talk) if visit.outcome is VisitOutcome.ANSWERED else "-",
            f"{ended_by} ({visit.transferred})" if visit.transferred else ended_by,
        )


def masked(number: str | None) -> str:
    """Show a caller's number by its ends only."""
    if not number:
        return "?"
    shown = replaced(number)
    return shown if len(shown) <= 2 * _KEPT - 1 else f"{shown[:3]}****{shown[-_KEPT:]}"


def table(rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """Yield rows in columns that line up, wide characters counted as two."""
    lines = list(rows)
    widths = [max(map(width, column)) for column in zip(*lines, strict=True)]
    for row in lines:
        cells = (cell + " " * (wide - width(cell)) for cell, wide in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()


def width(value: str) -> int:
    """Count the columns that a text takes in a terminal."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in value)


def talked(agent: Shape) -> str:
    """Say how often and how long an agent talked with customers, by how it came about."""
    if agent["talks"] is None:
        return "talks ?"
    by_how = [f"{how} {lasted:.1f} s" for how, lasted in agent["talk_seconds"].items() if lasted]
    return f"talks {agent['talks']}" + (f" ({', '.join(by_how)})" if by_how else "")


def _rings(visit: fx.Visit, figures: FiguresAt) -> str:
    return ", ".join(f"{_rung(offer, figures)} {offer.outcome.value}" for offer in visit.offers) or "-"


def _rung(offer: fx.Offer, figures: FiguresAt) -> str:
    return "?" if offer.ringing is None else str(figures(offer.ended_at).rings_begun(offer.ringing))


def _span(value: Micros | None) -> str:
    return "?" if value is None else f"{value / SECOND:.1f}"


def _counted(counts: Shape, outcomes: Iterable[StrEnum]) -> list[str]:
    """Name each outcome that came about, with how often."""
    return [f"{outcome} {count}" for outcome in outcomes if (count := counts.get(outcome))]


def _rest(rest: Shape) -> Iterator[str]:
    yield ""
    totals = rest["totals"]
    for name, queue in totals["queues"].items():
        told = [f"offered {queue['offered']}", f"answered {queue['answered']} (in time {queue['within']})"]
        told += [f"abandoned {queue['abandoned']}", *_counted(queue, _OTHER_VISITS)]
        yield f"{replaced(name)}: {', '.join(told)}"
    if totals["no_queue"]:
        yield f"no queue: {', '.join(_counted(totals['no_queue'], VisitOutcome))}"
    for name, agent in totals["agents"].items():
        missed = "missed" if agent["declined"] is not None else "missed or declined"
        told = [f"offers answered {agent['answered']}", f"{missed} {agent['missed']}"]
        yield f"{replaced(name)}: {', '.join([*told, *_counted(agent['offers'], _OTHER_OFFERS), talked(agent)])}"
    for violation in rest["violations"]:
        agent, why = replaced(str(violation["agent"])), replaced(violation["why"])
        yield f"{violation['rule']} {agent} {violation['verdict']}: {why}"
    for gap in rest["gaps"]:
        yield f"gap ({gap['cause']}): {gap['from']} to {gap['to']}"
    for note in rest["notes"]:
        yield f"note: {note}"
    for difference in rest["differences"]:
        yield f"difference: {replaced(str(difference))}"
    if rest["quarantined"]["total"]:
        yield f"quarantined: {rest['quarantined']['kinds']}"
    if rest["set_aside"]["total"]:
        yield f"set aside in queue_log: {rest['set_aside']['kinds']}"
