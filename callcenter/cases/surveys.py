"""What surveys came to: asked, agreed, answered and hung up told apart, beside how satisfied people are (pure).

Who hangs up first is never asked, so that what is said is what those say whom an agent let go.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec

from callcenter.domain.visits.survey import Survey
from callcenter.domain.vocabulary import EndedBy, Question

SATISFIED = frozenset({1, 2})
"""Very satisfied, and satisfied."""


class SurveyFigures(msgspec.Struct):
    """Figures of a span; what a survey came to is counted under its result's own name.

    Attributes:
        eligible: Talks that the agent ended; `caller_first`: that the caller ended, who is never asked.
        asked: Surveys that were begun.
        agreed: A key was pressed at the first prompt.
        answered: Every question was answered; `partial`: some, `unanswered`: none after agreeing.
        not_agreed: No key was pressed; whoever hung up at the first prompt is among them.
        hung_up: The caller left before the end, whatever was answered by then.
        answers: Question → answer → how often.
    """

    eligible: int = 0
    caller_first: int = 0
    asked: int = 0
    agreed: int = 0
    answered: int = 0
    partial: int = 0
    unanswered: int = 0
    not_agreed: int = 0
    hung_up: int = 0
    answers: dict[Question, Counter[int]] = {}

    def talk(self, ended_by: EndedBy | None) -> None:
        """Count a talk that is over."""
        self.eligible += ended_by is EndedBy.AGENT
        self.caller_first += ended_by is EndedBy.CALLER

    def survey(self, survey: Survey) -> None:
        """Count a survey."""
        self.asked += 1
        self.agreed += survey.agreed
        self.hung_up += survey.hung_up is True
        came_to = survey.result.value
        setattr(self, came_to, getattr(self, came_to) + 1)
        for question, answer in survey.answers.items():
            self.answers.setdefault(question, Counter())[answer] += 1

    def satisfaction(self, question: Question) -> float | None:
        """Return the share of 1 and 2 among the answers to a question; None without any."""
        given = self.answers.get(question, Counter())
        return sum(given[answer] for answer in SATISFIED) / given.total() if given else None

    @property
    def answer_rate(self) -> float | None:
        """Those who answered everything of those who were asked; None where nobody was."""
        return self.answered / self.asked if self.asked else None


def united(figures: Iterable[SurveyFigures]) -> SurveyFigures:
    """Add figures up."""
    whole = SurveyFigures()
    for one in figures:
        for name in SurveyFigures.__struct_fields__:
            if name != "answers":
                setattr(whole, name, getattr(whole, name) + getattr(one, name))
        for question, given in one.answers.items():
            whole.answers.setdefault(question, Counter()).update(given)
    return whole
