"""What follows when an agent's leg has ended and the caller is still there (pure).

An agent who hung up is asked about; a leg that was lost brings the caller back to the front of the line. Whoever hung
up first, or was sent on, is asked nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

import msgspec

from callcenter.cases.routing import number_of_phone
from callcenter.domain.vocabulary import EndedBy, Question

NORMAL_CLEARING = 16
"""Q.850: somebody hung up, whoever it was."""
FELL_SILENT = 44
"""Q.850, requested channel not available: by it Asterisk takes a phone down of which `rtp_timeout` heard nothing."""


class Following(StrEnum):
    """What the dialplan does next with the caller."""

    SURVEY = "survey"
    FRONT = "front"
    END = "end"


class Asked(msgspec.Struct, frozen=True):
    """What follows, and the questions of a survey.

    Attributes:
        questions: In their order; of a survey alone.
        phone: Which one is tried first at the front of the line; empty: none before others.
    """

    following: Following
    questions: tuple[Question, ...] = ()
    phone: str = ""

    def line(self) -> str:
        """Write it as the dialplan reads it: `survey/123`, `front/`, `front/1001`, `end/`."""
        return f"{self.following}/{self.phone}{''.join(str(question.value) for question in self.questions)}"


class SurveyPlan(msgspec.Struct, frozen=True):
    """Which questions callers are asked: by the line, else `usual`; none: nobody is asked."""

    usual: tuple[Question, ...] = ()
    lines: Mapping[str, Sequence[Question]] = {}

    def questions(self, line: str) -> tuple[Question, ...]:
        """Return the questions of a line, in the order of their numbers."""
        return tuple(sorted(set(self.lines.get(line, self.usual))))


def following(ended_by: EndedBy | None, cause: int, questions: tuple[Question, ...], interface: str = "") -> Asked:
    """Return what follows.

    Args:
        ended_by: Who ended the talk; None: nobody was seen to.
        cause: How the switch says that the leg was cleared (Q.850), 0 where it does not.
        questions: Those of the line.
        interface: The agent's phone; in a page that was left it is back within seconds, and tried first.
    """
    match ended_by:
        case EndedBy.AGENT:
            return Asked(Following.SURVEY, questions) if questions else Asked(Following.END)
        case EndedBy.CALLER | EndedBy.TRANSFER:
            return Asked(Following.END)
        case EndedBy.CUT_SHORT:
            # a phone that fell silent is not there again within seconds
            phone = None if cause == FELL_SILENT else number_of_phone(interface)
            return Asked(Following.FRONT, phone=phone or "")
        case _:
            return Asked(Following.END if cause == NORMAL_CLEARING else Following.FRONT)
