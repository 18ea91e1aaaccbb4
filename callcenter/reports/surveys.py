"""What callers were asked and said, as a table."""

from __future__ import annotations

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from callcenter.domain.visits.survey import Survey
from callcenter.domain.vocabulary import Question
from callcenter.locale import Language, Words
from callcenter.reports.lost_calls import written
from callcenter.spreadsheet import Rows

_QUESTIONS = tuple(one.name.lower() for one in Question)
SURVEY_COLUMNS = ("asked_at", "queue", "agent", "result", *_QUESTIONS, "hung_up", "in_gap", "call")

SURVEY_LIST = Words(
    "survey list",
    {
        "surveys": "surveys",
        "asked_at": "asked at",
        "queue": "queue",
        "agent": "agent",
        "result": "result",
        "service": "service (1 best, 3 worst)",
        "product": "product (1 best, 3 worst)",
        "platform": "use of the platform (1 best, 3 worst)",
        "handling": "handling of the complaint (1 best, 3 worst)",
        "hung_up": "hung up meanwhile",
        "in_gap": "partly not seen",
        "call": "call",
        "not_agreed": "not agreed",
        "unanswered": "not answered",
        "partial": "answered in part",
        "answered": "answered whole",
        "yes": "yes",
        "no": "no",
    },
)


def surveys_written(found: Iterable[Survey], zone: ZoneInfo, language: Language) -> Rows:
    """Make a table of surveys, a row each; what nobody saw is empty."""
    words = SURVEY_LIST.table(language)
    said = {True: words["yes"], False: words["no"], None: None}
    return [
        [words[name] for name in SURVEY_COLUMNS],
        *(
            [
                written(one.asked_at, zone),
                one.queue,
                one.agent,
                words[one.result.value],
                *(one.answers.get(question) for question in Question),
                said[one.hung_up],
                said[one.in_gap],
                one.uniqueid,
            ]
            for one in found
        ),
    ]
