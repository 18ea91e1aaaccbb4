"""`callcenter surveys`: what callers said after their calls, by queue, agent or day."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from callcenter import locale
from callcenter.cases.surveys import SurveyFigures, united
from callcenter.cli.database import with_decisions
from callcenter.cli.office.report import span_of, span_said
from callcenter.cli.options import SettingsPath
from callcenter.cli.speech import LangOption, spoken
from callcenter.cli.tables import CsvFile, WorkbookFile, show, write_new
from callcenter.config import load_settings
from callcenter.domain.vocabulary import Question
from callcenter.locale import Language
from callcenter.spreadsheet import Cell, Rows, csv_file, workbook
from callcenter.store import DecisionStore
from callcenter.store.record.surveys import SurveyFilter, SurveyGrouping, survey_figures
from callcenter.untrusted import replaced

app = typer.Typer(add_completion=False, help="What callers said after their calls.")

_COUNTS = ("eligible", "caller_first", "asked", "agreed", "answered", "partial", "unanswered", "not_agreed", "hung_up")
_WORDS = locale.Words(
    "survey",
    {
        "day": "day",
        "queue": "queue",
        "agent": "agent",
        "all": "all",
        "eligible": "agent ended",
        "caller_first": "caller ended",
        "asked": "asked",
        "agreed": "agreed",
        "answered": "answered all",
        "partial": "partial",
        "unanswered": "agreed, no answer",
        "not_agreed": "not agreed",
        "hung_up": "hung up",
        "answer_rate": "answer rate",
        "SERVICE": "satisfied: service",
        "PRODUCT": "satisfied: product",
        "PLATFORM": "satisfied: platform",
        "HANDLING": "satisfied: handling",
        "none": "no survey is recorded for {span}",
        "never": "satisfied = 1 and 2 of the answers; answer rate = answered/asked; who hangs up first is never asked",
    },
)


@app.command()
def main(
    span: Annotated[str, typer.Argument(help="today, yesterday, a day such as 2026-11-28, or a month.")] = "today",
    by: Annotated[SurveyGrouping, typer.Option(help="A row for each of these.")] = SurveyGrouping.QUEUE,
    csv: CsvFile = None,
    xlsx: WorkbookFile = None,
    settings: SettingsPath = None,
    lang: LangOption = "",
) -> None:
    """Show eligible, asked, agreed, answered, partial and hung-up surveys, and the share of the satisfied.

    Nothing that exists is overwritten.
    """
    chosen, language = load_settings(settings), spoken(lang)
    zone = ZoneInfo(chosen.site.timezone)
    since, until = span_of(span, zone)

    async def read(decisions: DecisionStore) -> dict[str, SurveyFigures]:
        async with decisions.reading() as connection:
            return await survey_figures(connection, SurveyFilter(since=since, until=until), by, zone)

    found = with_decisions(chosen.store, read)
    rows = _rows(found, by, language)
    if csv is not None:
        write_new(csv, csv_file(rows), language)
    if xlsx is not None:
        write_new(xlsx, workbook([(by.value, rows)]), language)
    if csv is xlsx is None:
        if found:
            show(rows)
        else:
            print(_WORDS.say("none", language, span=span_said(span, language)))
        print(_WORDS.say("never", language))


def _rows(found: dict[str, SurveyFigures], by: SurveyGrouping, language: Language) -> Rows:
    heading: list[Cell] = [
        _WORDS.say(name, language) for name in (by.value, *_COUNTS, "answer_rate", *(q.name for q in Question))
    ]
    told = [(replaced(name), one) for name, one in found.items()]
    told.append((_WORDS.say("all", language), united(found.values())))
    return [
        heading,
        *(
            [
                name,
                *(getattr(one, count) for count in _COUNTS),
                _share(one.answer_rate),
                *(_share(one.satisfaction(question)) for question in Question),
            ]
            for name, one in told
        ),
    ]


def _share(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(value).quantize(Decimal("0.0001"))
