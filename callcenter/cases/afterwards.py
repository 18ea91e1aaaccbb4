"""What follows when an agent's leg has ended and the caller is still there (pure).

An agent who hung up is asked about; a leg that was lost brings the caller back to the front of the line. Whoever hung
up first, or was sent on, is asked nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

import msgspec

from callcenter.domain.vocabulary import EndedBy, Question

NORMAL_CLEARING = 16
"""Q.850: somebody hung up, whoever it was."""


class Following(StrEnum):
    """What the dialplan does next with the caller."""

    SURVEY = "survey"
    FRONT = "front"
    END = "end"


class Asked(msgspec.Struct, frozen=True):
    """What follows, and the questions of a survey.

    Attributes:
        questions: In their order; of a survey alone.
    """

    following: Following
    questions: tuple[Question, ...] = ()

    def line(self) -> str:
        """Write it as the dialplan reads it: `survey/123`, `front/`, `end/`."""
        return f"{self.following}/{''.join(str(question.value) for question in self.questions)}"


class SurveyPlan(msgspec.Struct, frozen=True):
    """Which questions callers are asked: by the line, else `usual`; none: nobody is asked."""

    usual: tuple[Question, ...] = ()
    lines: Mapping[str, Sequence[Question]] = {}

    def questions(self, line: str) -> tuple[Question, ...]:
        """Return the questions of a line, in the order of their numbers."""
        return tuple(sorted(set(self.lines.get(line, self.usual))))


def following(ended_by: EndedBy | None, cause: int, questions: tuple[Question, ...]) -> Asked:
    """Return what follows.

    Args:
        ended_by: Who ended the talk; None: nobody was seen to.
        cause: How the switch says that the leg was cleared (Q.850), 0 where it does not.
        questions: Those of the line.
    """
    match ended_by:
        case EndedBy.AGENT:
            return Asked(Following.SURVEY, questions) if questions else Asked(Following.END)
        case EndedBy.CALLER | EndedBy.TRANSFER:
            return Asked(Following.END)
        case _:
            return Asked(Following.END if cause == NORMAL_CLEARING else Following.FRONT)
