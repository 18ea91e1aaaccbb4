"""A span's figures and its calls as rows: for a terminal few columns, for a file all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import msgspec

from callcenter.domain import facts as fx
from callcenter.domain.frame import SECOND, Micros
from callcenter.domain.vocabulary import VisitOutcome
from callcenter.locale import Language
from callcenter.reports.board.words import BOARD, ENDS, OFFERS, TRANSFERS, VISITS
from callcenter.reports.figures.per_queue import FiguresByQueue, SpanFigures
from callcenter.reports.figures.words import brief, column, formula, remark
from callcenter.reports.replay.text import masked
from callcenter.spreadsheet import Cell, Rows
from callcenter.staff.dates import datetime_of
from callcenter.store.decisions.call_qualities import MeasuredCall
from callcenter.store.record.visit_queries import OpenStay, StoredSpan
from callcenter.untrusted import replaced

_COUNTS = ("offered", "answered", "abandoned", "short", "others", "lasting", "refused")
_RATES = ("answered_rate", "lost_rate")
_SECONDS = ("speed", "longest", "most")
_CALL_FIGURES = ("calls", "wait_call", "wait_call_within")
_LEVELS = tuple(SpanFigures().service_levels)
_FIGURES = ("queue", *_COUNTS, *_RATES, "abandon_rate", *_SECONDS, "threshold", *_CALL_FIGURES)
FIGURE_COLUMNS = (*_FIGURES, *_LEVELS)
"""The columns of `all_figures`, as they are asked for."""
_BRIEF_COUNTS = ("offered", "answered", "abandoned")
_CALLS = (
    "time",
    "call",
    "queue",
    "caller",
    "did",
    "outcome",
    "wait",
    "agent",
    "rings",
    "talk",
    "hold",
    "ended_by",
    "transferred",
    "in_gap",
    "filled",
    "loss",
    "jitter",
    "round_trip",
)
_BRIEF_CALLS = ("time", "queue", "caller", "outcome", "wait", "rings", "talk", "ended_by")
_NARROW_CALLS = ("time", "queue", "caller", "outcome", "wait", "agent", "talk", "ended_by")
LEVEL = "sl-offered"
"""The service level that is meant where one stands alone."""


MeasuredCalls = Mapping[tuple[str, str], Sequence[MeasuredCall]]
"""What pages measured, by call and agent."""


class SheetStyle(msgspec.Struct, frozen=True, kw_only=True):
    """How rows are written: language, zone, callers' numbers whole or masked, times with their day or without."""

    language: Language
    zone: ZoneInfo
    numbers: bool = False
    days: bool = True


def brief_figures(day: FiguresByQueue, how: SheetStyle) -> Rows:
    """Make a row for each queue and one for all, as a terminal has room for."""
    heading = [brief(name, how.language) for name in ("queue", *_BRIEF_COUNTS, *_RATES, "speed", "longest")]
    rows = [
        [
            name,
            *(getattr(f, key) for key in _BRIEF_COUNTS),
            *(_percent(getattr(f, key)) for key in _RATES),
            _one(f.speed_of_answer),
            _one(f.longest),
            _level(f),
        ]
        for name, f in _named(day, how)
    ]
    return [[*heading, LEVEL], *rows]


def all_figures(day: FiguresByQueue, how: SheetStyle) -> Rows:
    """Make a row for each queue and one for all, with every figure and every service level by its name."""
    rows = [
        [
            name,
            *(getattr(f, key) for key in _COUNTS),
            *(_exact(getattr(f, key), 4) for key in (*_RATES, "abandon_rate")),
            *(_exact(value, 3) for value in (f.speed_of_answer, f.longest, f.most)),
            _thresholds(f),
            f.calls,
            _exact(f.wait_call, 3),
            _exact(f.wait_call_within, 4),
            *(_exact(value, 4) for value in f.service_levels.values()),
        ]
        for name, f in _named(day, how)
    ]
    return [[*(formula(name, how.language) for name in _FIGURES), *_LEVELS], *rows]


def brief_calls(
    visits: Sequence[fx.Visit], lasting: Sequence[OpenStay], how: SheetStyle, *, narrow: bool = False
) -> Rows:
    """Make a row for each visit, as a terminal has room for; the day of what began on one day is left out."""
    known = [at for at in (*map(began, visits), *(one.joined_at for one in lasting)) if at is not None]
    days = {datetime_of(at, how.zone).date() for at in known}
    short = msgspec.structs.replace(how, days=len(days) > 1)
    return _calls(visits, lasting, short, _NARROW_CALLS if narrow else _BRIEF_CALLS)


def all_calls(
    visits: Sequence[fx.Visit], lasting: Sequence[OpenStay], measured: MeasuredCalls, how: SheetStyle
) -> Rows:
    """Make a row for each visit with everything that is known of it, and what the answering agent's page measured."""
    return _calls(visits, lasting, how, _CALLS, measured)


def remarks(gaps: Iterable[StoredSpan], lost: Iterable[StoredSpan], how: SheetStyle) -> list[str]:
    """Say what was not seen, and whose phones were lost."""
    said = [("gap", span) for span in gaps] + [("lost", span) for span in lost]
    return [
        remark(
            kind,
            how.language,
            what=replaced(span.what),
            start=_clock(span.start, how) or remark("unknown", how.language),
            end=_clock(span.end, how) or remark("now", how.language),
        )
        for kind, span in said
    ]


def _calls(
    visits: Sequence[fx.Visit],
    lasting: Sequence[OpenStay],
    how: SheetStyle,
    columns: Sequence[str],
    measured: MeasuredCalls | None = None,
) -> Rows:
    heard = measured or {}
    rows = [(began(v), _ended_row(v, how) | _quality(heard.get((v.uniqueid, v.agent or ""), ()))) for v in visits]
    rows += [(one.joined_at, _open_row(one, how)) for one in lasting]
    rows.sort(key=lambda row: (row[0] is None, row[0] or 0))
    heading: list[Cell] = [column(name, how.language) for name in columns]
    return [heading, *([row.get(name) for name in columns] for _, row in rows)]


def _ended_row(visit: fx.Visit, how: SheetStyle) -> dict[str, Cell]:
    yes = remark("yes", how.language)
    answered = visit.outcome is VisitOutcome.ANSWERED
    moved, moves = visit.transferred, TRANSFERS.table(how.language)
    return {
        "time": _clock(began(visit), how),
        "call": visit.call,
        "queue": _queue(visit.queue, how),
        "caller": _number(visit.caller, how),
        "did": None if visit.did is None else replaced(visit.did),
        "outcome": VISITS.say(visit.outcome, how.language),
        "wait": _seconds(visit.wait),
        "agent": None if visit.agent is None else replaced(visit.agent),
        "rings": "; ".join(_offer(offer, how) for offer in visit.offers),
        "talk": _seconds(visit.talk) if answered else None,
        "hold": _seconds(visit.hold),
        "ended_by": None if visit.ended_by is None else ENDS.say(visit.ended_by, how.language),
        "transferred": None if moved is None else moves.get(moved, moved),
        "in_gap": yes if visit.in_gap else None,
        "filled": ", ".join(visit.filled) or None,
    }


def _open_row(one: OpenStay, how: SheetStyle) -> dict[str, Cell]:
    return {
        "time": _clock(one.joined_at, how),
        "call": one.uniqueid,
        "queue": _queue(one.queue, how),
        "caller": _number(one.caller, how),
        "outcome": remark("lasts", how.language),
    }


def _quality(measured: Sequence[MeasuredCall]) -> dict[str, Cell]:
    """Write the last that a page measured: what came before was cut short."""
    if not measured:
        return {}
    last = measured[-1]
    return {
        "loss": _percent(Fraction(last.loss)),
        "jitter": _millis(last.jitter_ms),
        "round_trip": _millis(last.round_trip_ms),
    }


def _millis(value: float | None) -> Decimal | None:
    return None if value is None else _exact(Fraction(value), 1)


def _offer(offer: fx.Offer, how: SheetStyle) -> str:
    rang = BOARD.say("no_ring", how.language) if offer.ringing is None else f"{offer.ringing / SECOND:.1f}"
    return f"{replaced(offer.agent)} {rang}: {OFFERS.say(offer.outcome, how.language)}"


def began(visit: fx.Visit) -> Micros | None:
    """Return when a visit began, or the first that is known of it."""
    known = (visit.joined_at, visit.refused_at, visit.left_at, visit.answered_at, visit.ended_at)
    return next((at for at in known if at is not None), None)


def _named(day: FiguresByQueue, how: SheetStyle) -> list[tuple[str, SpanFigures]]:
    queues = sorted(day.queues.items(), key=lambda item: (item[0] is None, item[0] or ""))
    rows = [(_queue(name, how), figures) for name, figures in queues]
    return [*rows, (remark("all", how.language), day.all)]


def _queue(name: str | None, how: SheetStyle) -> str:
    return remark("nowhere", how.language) if name is None else replaced(name)


def _number(number: str | None, how: SheetStyle) -> str | None:
    if not number:
        return None
    return replaced(number) if how.numbers else masked(number)


def _clock(at: Micros | None, how: SheetStyle) -> str | None:
    return None if at is None else datetime_of(at, how.zone).strftime("%Y-%m-%d %H:%M:%S" if how.days else "%H:%M:%S")


def _seconds(value: Micros | None) -> Decimal | None:
    return None if value is None else _exact(Fraction(value, SECOND), 1)


def _exact(value: Fraction | None, digits: int) -> Decimal | None:
    """Round half up, as people do."""
    if value is None:
        return None
    scale = 10**digits
    return Decimal(int(value * scale + Fraction(1, 2))).scaleb(-digits)


def _percent(value: Fraction | None) -> str:
    return "-" if value is None else f"{_exact(value * 100, 1)}%"


def _one(value: Fraction | None) -> str:
    return "-" if value is None else str(_exact(value, 1))


def _level(figures: SpanFigures) -> str:
    level = figures.service_levels[LEVEL]
    return "-" if level is None else f"{_percent(level)}/{_thresholds(figures)}s"


def _thresholds(figures: SpanFigures) -> str:
    return ", ".join(f"{threshold / SECOND:g}" for threshold in sorted(figures.thresholds))
