"""An agent's own line or phone: engaged with no number that is work, or taken off while others stay up.

Story of a line: taken → given back, or the switch went down. Of a phone: lost while it was known to be up → found, or
not seen for a time. One that was never seen up is merely unknown. An agent with a second phone that is up can still
be reached, so only the last one lost counts.
"""

from __future__ import annotations

from callcenter.domain import facts as fx
from callcenter.domain.frame import SECOND, Micros
from callcenter.domain.vocabulary import AgentState
from callcenter.rules.detection.law import Law
from callcenter.rules.detection.memory import Act, Favour, Line, Loss, Memory, Person
from callcenter.rules.records.texts import Reason
from callcenter.rules.records.violation import Point, Verdict, points
from callcenter.staff.duty import less

_LOST = "phone lost"
_SIGNED_OFF_WITHIN: Micros = 2 * SECOND
"""A phone that is signed off is lost and unregistered within a millisecond; a dead one loses its registration later."""
_UNREACHED = frozenset({AgentState.OFFLINE, AgentState.UNKNOWN})
_IN_CALL = frozenset({AgentState.RINGING, AgentState.TALKING})


def _follow(line: Line, own: fx.OwnCall) -> None:
    """Take in what the floor knows of a line by now."""
    line.dialled, line.frames, line.work, line.unseen = own.dialled, own.frames, own.work, own.unseen


class Lines:
    """V-HOTLINE by engaging the line and by taking the phone off."""

    def __init__(self, memory: Memory, law: Law) -> None:
        self._memory = memory
        self._law = law

    def began(self, fact: fx.OwnCallBegan) -> None:
        """An agent took the own line."""
        self._take(fact.own)

    def ended(self, fact: fx.OwnCallEnded) -> None:
        """The own line is free again; one taken before anybody knew whose phone it is counts from its beginning."""
        own = fact.own
        if own.uniqueid not in self._memory.lines:
            self._take(own)
        line = self._memory.lines.pop(own.uniqueid, None)
        if line is not None:
            _follow(line, own)
            self._engaged(line, own.ended_at if own.ended_at is not None else self._memory.now)

    def still_taken(self, own: fx.OwnCall) -> None:
        """The input is over and this own call lasts, known to be hers from the beginning or not."""
        if own.uniqueid not in self._memory.lines:
            self._take(own)
        line = self._memory.lines.get(own.uniqueid)
        if line is not None:
            _follow(line, own)

    def _take(self, own: fx.OwnCall) -> None:
        """Remember a line that is taken; a consultation during a talk is work."""
        if own.in_talk or own.started_at is None:
            return
        paused = self._memory.person(own.agent).state_before(own.started_at) is AgentState.PAUSED
        self._memory.lines[own.uniqueid] = Line(
            own.agent, own.interface, own.uniqueid, own.dialled, own.started_at, paused, own.frames
        )

    def lost(self, fact: fx.PhoneLost) -> None:
        """A phone is no longer there."""
        was_up = self._memory.phones.get(fact.interface)
        self._memory.phones[fact.interface] = False
        self._memory.owners[fact.interface] = fact.agent
        if not was_up or fact.at is None:
            return
        up = {i: self._memory.owners[i] for i, there in self._memory.phones.items() if there}
        person = self._memory.person(fact.agent)
        loss = Loss(fact.at, fact.agent, fact.interface, person.state, up, fact.frames)
        self._memory.losses.append(loss)
        person.loss = loss

    def unregistered(self, fact: fx.PhoneUnregistered) -> None:
        """A phone was signed off: it did not merely fall silent."""
        if fact.at is None:
            return
        self._memory.unregistered[fact.interface] = fact.at
        person = self._memory.person(fact.agent)
        if person.off is not None and person.off.interface == fact.interface:
            person.off.frames = (*person.off.frames, *fact.frames)

    def found(self, fact: fx.PhoneFound) -> None:
        """A phone is there again."""
        self._memory.phones[fact.interface] = True
        self._memory.owners[fact.interface] = fact.agent
        person = self._memory.person(fact.agent)
        if person.off is None:
            person.loss = None
        else:
            person.off.frames = (*person.off.frames, *fact.frames)

    def changed(self, person: Person, fact: fx.AgentStateChanged) -> None:
        """An agent's state changed; what it tells of her phone is taken in, and a phone taken off is judged."""
        lost = fact.state is AgentState.OFFLINE and fact.reason == _LOST
        if lost and person.loss is not None and person.off is None:
            signed_out = person.loss.before is AgentState.OFFLINE
            person.off = None if signed_out else person.loss
        elif not lost and person.off is not None:
            loss, person.off, person.loss = person.off, None, None
            self._taken_off(loss, fact.at)
        self._memory.owners[fact.interface] = fact.agent
        if fact.state is AgentState.UNKNOWN:
            self._memory.phones.pop(fact.interface, None)
        elif fact.state not in _UNREACHED:
            self._memory.phones.setdefault(fact.interface, True)

    def restarted(self, at: Micros | None) -> None:
        """The switch went down: no line is taken any more."""
        for line in self._memory.lines.values():
            self._engaged(line, at)
        self._memory.lines.clear()

    def finish(self, at: Micros | None) -> None:
        """The input is over: what lasts has lasted until now."""
        self.restarted(at)
        for person in self._memory.people.values():
            if person.off is not None:
                self._taken_off(person.off, at)
                person.off = None

    def _engaged(self, line: Line, end: Micros | None) -> None:
        figures = self._law.figures(line.start)
        if figures is None or end is None:
            return
        work = tuple((since, end if until is None else until) for since, until in line.work)
        engaged = sum(until - since for since, until in less([(line.start, end)], work))
        if engaged < figures.engaged - self._memory.uncertainty(figures):
            return
        roster = self._law.roster
        allowed = None if roster is None else roster.may_dial(line.dialled)
        if allowed:
            return
        favours = [Favour(Verdict.UNDETERMINED, Reason("number_unknown"))] if allowed is None else []
        if self._law.seat_changed(line.interface, line.start, end):
            favours.append(Favour(Verdict.UNDETERMINED, Reason("seat_changed")))
        if line.unseen:
            favours.append(Favour(Verdict.UNDETERMINED, Reason("bridges_unseen")))
        if line.paused:
            favours.append(Favour(Verdict.UNDETERMINED, Reason("paused")))
        self._memory.acts.append(Act(
            rule="V-HOTLINE", kind="engaged", person=line.person, interface=line.interface,
            agent=self._law.agent(line.person, line.interface, line.start), at=line.start, start=line.start, end=end,
            subject=f"engaged {line.uniqueid}", frames=line.frames, limit=figures.engaged,
            params={"dialled": line.dialled}, favours=tuple(favours), impact=True, breaks=work,
            timeline=(
                Point(line.start, "line_taken", line.dialled),
                *(Point(since, "with_customer") for since, _ in work),
                *(Point(until, "alone_again") for _, until in work if until < end),
                Point(end, "until_then"),
            ),
        ))  # fmt: skip

    def _taken_off(self, loss: Loss, end: Micros | None) -> None:
        figures = self._law.figures(loss.at)
        if figures is None or end is None or end - loss.at < figures.off - self._memory.uncertainty(figures):
            return
        favours = []
        signed_off = self._memory.unregistered.get(loss.interface)
        if signed_off is None or abs(signed_off - loss.at) > _SIGNED_OFF_WITHIN:
            favours.append(Favour(Verdict.UNDETERMINED, Reason("fell_silent")))
        if loss.before in _IN_CALL:
            favours.append(Favour(Verdict.UNDETERMINED, Reason("lost_in_call")))
        if loss.before is AgentState.PAUSED:
            favours.append(Favour(Verdict.UNDETERMINED, Reason("paused")))
        self._memory.acts.append(Act(
            rule="V-HOTLINE", kind="taken_off", person=loss.person, interface=loss.interface,
            agent=self._law.agent(loss.person, loss.interface, loss.at), at=loss.at, start=loss.at, end=end,
            subject=f"taken_off {loss.interface}", frames=loss.frames, limit=figures.off,
            favours=tuple(favours), lost=(loss.at, loss.interface), impact=True,
            timeline=points(phone_lost=loss.at, phone_signed_off=None if favours else signed_off, until_then=end),
        ))  # fmt: skip
