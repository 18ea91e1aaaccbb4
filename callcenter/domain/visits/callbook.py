"""Calls: the visits and talks that belong together, until nothing of them lives any more.

A call is one linkedid, by its first channel. It keeps the accounts of what was told of it, so that a word that comes
late, even minutes after a transfer, is matched to what it is about.
"""

from __future__ import annotations

from callcenter.domain import facts as fx
from callcenter.domain.channels.registry import REMEMBERED
from callcenter.domain.frame import Micros
from callcenter.domain.state import Channel, OpenCall, OpenVisit, State
from callcenter.domain.visits.survey import OpenSurvey


class CallBook:
    """The calls that are not told yet."""

    def __init__(self, state: State, out: list[fx.Fact]) -> None:
        self._state = state
        self._out = out

    def of(self, channel: Channel) -> OpenCall:
        """Return the call of a channel, opened where there is none."""
        channel.call = self._key(channel)
        call = self._state.calls.get(channel.call)
        if call is None:
            if channel.call in self._state.over:  # what a gap hid of it comes after its account
                channel.call = self._state.again[channel.linked] = f"{channel.linked}~{self._state.serial}"
            first = self._state.channels.get(channel.linked, channel)
            order = min(first.order, channel.order)
            call = self._state.calls[channel.call] = OpenCall(channel.call, channel.linked, order)
        return call

    def known(self, channel: Channel) -> OpenCall | None:
        """Return the call of a channel where there is one."""
        return self._state.calls.get(self._key(channel))

    def _key(self, channel: Channel) -> str:
        """Name the call of a channel: its own, else that of its linkedid, which a uniqueid used again has anew."""
        return channel.call or self._state.again.get(channel.linked, channel.linked)

    def move(self, visit: OpenVisit, channel: Channel) -> None:
        """A visit's caller is on a channel of another call: the visit is of that call.

        It stays with an earlier stay of the channel that joined, for one uniqueid is never in two calls.
        """
        call, former = self.of(channel), self._state.calls[visit.call]
        if call is former or any(told.uniqueid == visit.uid for told in former.told):
            return
        former.open.remove(visit.id)
        call.open.append(visit.id)
        key = f"{visit.uid} {visit.queue}"
        call.counts[key] = max(call.counts.get(key, 0), former.counts.get(key, 0))
        visit.call = call.id
        self.close(former)

    def told(self, visit: OpenVisit, account: fx.Visit) -> None:
        """A visit's account is told."""
        call = self._state.calls[visit.call]
        call.open.remove(visit.id)
        call.told.append(account)
        for uid in (visit.uid, visit.carrier):
            call.over[f"{uid} {visit.queue}"] = self._state.now or 0
        channel = self._state.channels.get(visit.uid)
        if channel is not None and call.id not in channel.calls:
            channel.calls.append(call.id)

    def surveyed(self, channel: Channel) -> OpenSurvey | None:
        """Return the survey that a caller is in."""
        call = self.known(channel)
        return None if call is None else next((s for s in call.surveys if s.carrier == channel.uid), None)

    def survey_over(self, survey: OpenSurvey, at: Micros | None, *, hung_up: bool | None) -> None:
        """A survey is over; `hung_up` None: nobody saw how."""
        call = next(call for call in self._state.calls.values() if survey in call.surveys)
        call.surveys.remove(survey)
        told = survey.told(call.id, at, hung_up=hung_up)
        call.surveyed.append(told)
        self._out.append(fx.SurveyEnded(at=at if at is not None else self._state.now, survey=told))

    def is_over(self, channel: Channel, queue: str | None) -> bool:
        """Tell whether a visit of this caller to this queue was told, and nothing since was hidden."""
        call = self.known(channel)
        over = None if call is None else call.over.get(f"{channel.uid} {queue}")
        restored = self._state.restored_at
        return over is not None and (restored is None or restored <= over)

    def close_of(self, channel: Channel) -> None:
        """Tell the calls that a channel was the last of: its own, and those that it was of before."""
        again = self._state.again
        for key in dict.fromkeys((self._key(channel), again.get(channel.linked, channel.linked), *channel.calls)):
            call = self._state.calls.get(key)
            if call is not None:
                self.close(call)
        if channel.linked not in self._state.linked:
            again.pop(channel.linked, None)

    def close(self, call: OpenCall, *, over: bool = False) -> None:
        """Tell a call when nothing of it is open and no channel of it lives, or when the input is over."""
        if not over and (call.open or call.talking or call.linked in self._state.linked or self._lives(call)):
            return
        for survey in call.surveys.copy():
            self.survey_over(survey, None, hung_up=None)
        del self._state.calls[call.id]
        if not call.told and not call.talks and not call.surveyed:
            return
        visits = tuple(sorted(call.told, key=_first_seen))
        talks = tuple(sorted(call.talks, key=_began))
        account = fx.Call(call=call.id, order=call.order, visits=visits, talks=talks, surveys=tuple(call.surveyed))
        self._out.append(fx.CallEnded(at=self._state.now, call=account))
        if self._state.now is not None:
            self._state.over[call.id] = self._state.now
            forget(self._state.over, self._state.now - REMEMBERED)

    def _lives(self, call: OpenCall) -> bool:
        return any(v.uniqueid in self._state.channels for v in call.told)


def forget(over: dict[str, Micros], before: Micros) -> None:
    """Drop what was over before a moment; the oldest stands first."""
    while over and next(iter(over.values())) < before:
        del over[next(iter(over))]


def _first_seen(visit: fx.Visit) -> int:
    return visit.frames[0] if visit.frames else 0


def _began(talk: fx.Talk) -> tuple[int, str]:
    return talk.frames[0] if talk.frames else 0, talk.agent
