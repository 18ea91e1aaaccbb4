"""A survey, while it lasts and once it is over."""

from __future__ import annotations

from typing import Protocol

import msgspec

from callcenter.domain.frame import Micros
from callcenter.domain.vocabulary import EndedBy, How, Question, SurveyResult

CALLED_IN = frozenset({How.QUEUE, How.TRANSFER, How.PICKUP, How.PARK})
"""How those came to talk who are asked afterwards: they called a line."""


class Ended(Protocol):
    """A talk that is over."""

    @property
    def how(self) -> How:
        """How the two came to talk."""

    @property
    def ended_by(self) -> EndedBy | None:
        """Who ended it."""


def may_be_asked(talk: Ended) -> bool:
    """Tell whether the customer of a talk can be asked about it: the agent ended it, and they had called a line."""
    return talk.ended_by is EndedBy.AGENT and talk.how in CALLED_IN


class Survey(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a caller was asked after an agent had hung up, and said.

    Attributes:
        call: Id of the caller's call.
        uniqueid: The caller's channel; of a visit, the channel that joined.
        queue: The line that it asks about.
        agent: Who served last, to whom it is credited; None where that was not seen.
        asks: The questions that were to be asked.
        agreed: A key was pressed at the first prompt.
        answers: Question → 1 (very satisfied), 2 (satisfied) or 3 (not).
        hung_up: The caller left before its end; None where that was not seen.
    """

    call: str
    uniqueid: str
    queue: str | None
    agent: str | None
    interface: str | None
    asks: tuple[Question, ...]
    asked_at: Micros | None
    agreed: bool
    agreed_at: Micros | None
    ended_at: Micros | None
    answers: dict[Question, int]
    hung_up: bool | None
    in_gap: bool
    frames: tuple[int, ...]

    @property
    def result(self) -> SurveyResult:
        """What it came to."""
        if not self.agreed:
            return SurveyResult.NOT_AGREED
        if not self.answers:
            return SurveyResult.UNANSWERED
        return SurveyResult.ANSWERED if self.answers.keys() >= set(self.asks) else SurveyResult.PARTIAL


class OpenSurvey(msgspec.Struct):
    """A survey that is not over; `carrier` is the channel that is asked."""

    uniqueid: str
    carrier: str
    queue: str | None
    agent: str | None
    interface: str | None
    asks: list[Question]
    asked_at: Micros | None
    agreed: bool = False
    agreed_at: Micros | None = None
    answers: dict[Question, int] = {}
    in_gap: bool = False
    frames: list[int] = []

    def told(self, call: str, at: Micros | None, *, hung_up: bool | None) -> Survey:
        """Make its account."""
        return Survey(
            call=call,
            uniqueid=self.uniqueid,
            queue=self.queue,
            agent=self.agent,
            interface=self.interface,
            asks=tuple(self.asks),
            asked_at=self.asked_at,
            agreed=self.agreed,
            agreed_at=self.agreed_at,
            ended_at=at,
            answers=dict(sorted(self.answers.items())),
            hung_up=hung_up,
            in_gap=self.in_gap,
            frames=tuple(self.frames),
        )
