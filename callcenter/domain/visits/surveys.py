"""Surveys: the dialplan asks a caller whose agent has hung up; each answer is one digit, credited to who served last.

Story: asked → agreed by a key → answers → done; or the caller hangs up anywhere. A question counts once, and only one
that was to be asked.
"""

from __future__ import annotations

from callcenter.domain import events as ev
from callcenter.domain.events import Handlers
from callcenter.domain.parts import Parts
from callcenter.domain.state import Channel
from callcenter.domain.visits.served import last_talk
from callcenter.domain.visits.survey import OpenSurvey
from callcenter.domain.vocabulary import Question

ANSWERS = (1, 2, 3)
"""Very satisfied, satisfied, not satisfied."""


class Surveys:
    """The surveys' side of the floor."""

    def __init__(self, parts: Parts) -> None:
        self._state = parts.state
        self._lines = parts.lines
        self._book = parts.book
        self._parties = parts.parties

    def handlers(self) -> Handlers:
        """Say which method is told of which event."""
        return {ev.SurveyHeard: self.heard}

    def heard(self, event: ev.SurveyHeard) -> None:
        """The dialplan tells how far a survey is."""
        channel = self._lines.get(event.uid)
        survey = None if channel is None else self._book.surveyed(channel)
        if channel is None or (survey is None) is not (event.step == "asked"):
            self._parties.odd("SurveyHeard", event.at, event.pos)
            return
        if survey is None:
            survey = self._begin(channel, event)
        survey.frames.append(event.pos)
        match event.step:
            case "agreed":
                survey.agreed_at = event.at
                survey.agreed = True
            case "answered" if event.answer in ANSWERS and event.question in survey.asks:
                survey.answers.setdefault(Question(event.question), event.answer)
            case "done":
                self._book.survey_over(survey, event.at, hung_up=False)
            case _:
                pass

    def _begin(self, channel: Channel, event: ev.SurveyHeard) -> OpenSurvey:
        talk = last_talk(self._state, channel.uid)
        survey = OpenSurvey(
            uniqueid=channel.uid if talk is None else talk.uniqueid,
            carrier=channel.uid,
            queue=event.queue,
            agent=None if talk is None else talk.agent,
            interface=None if talk is None else talk.interface,
            asks=[question for question in Question if str(question.value) in event.asks],
            asked_at=event.at,
        )
        self._book.of(channel).surveys.append(survey)
        return survey
