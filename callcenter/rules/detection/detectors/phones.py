"""An agent's phone taken off: signed off at the switch while others stay up.

Story of a phone: lost while it was known to be up → found, or not seen for a time. One that was never seen up is merely
unknown. An agent with a second phone that is up can still be reached, so only the last one lost counts.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from callcenter.domain import facts as fx
from callcenter.domain.frame import SECOND, Micros
from callcenter.domain.vocabulary import PAUSES, PHONE_LOST, AgentState
from callcenter.rules.detection.acts import DetectedAct, Favour
from callcenter.rules.detection.agents import PhoneLoss
from callcenter.rules.detection.context import RuleContext
from callcenter.rules.detection.detectors.detector import RuleInput
from callcenter.rules.records.texts import Reason
from callcenter.rules.records.violation import Verdict, points

_SIGNED_OFF_WITHIN: Micros = 2 * SECOND
"""A phone that is signed off is lost and unregistered within a millisecond; a dead one loses its registration later."""
_UNREACHED = frozenset({AgentState.OFFLINE, AgentState.UNKNOWN})
_IN_CALL = frozenset({AgentState.RINGING, AgentState.TALKING})
_PHONES_UNSEEN = frozenset({"link", "restart"})
"""Causes of gaps after which the switch is asked anew which phones are there."""


class AgentLoss(msgspec.Struct):
    """The last phone that an agent lost, and the one because of which the agent is offline, with all frames of it."""

    last: PhoneLoss | None = None
    off: PhoneLoss | None = None


class LossMemory(msgspec.Struct):
    """Which phones are there.

    Attributes:
        up: Interface → whether its phone is there; `owners` → whose it is.
        unregistered: Interface → when its phone was last signed off at the switch.
        agents: By the floor's name.
    """

    up: dict[str, bool] = {}
    owners: dict[str, str] = {}
    unregistered: dict[str, Micros] = {}
    agents: dict[str, AgentLoss] = {}


class PhonesTakenOff:
    """V-HOTLINE by taking the phone off."""

    reads = (fx.AgentStateChanged, fx.PhoneLost, fx.PhoneUnregistered, fx.PhoneFound, fx.GapSeen)

    def __init__(self, context: RuleContext, memory: LossMemory) -> None:
        self._context = context
        self._memory = memory

    def see(self, said: RuleInput) -> None:
        """Note what becomes of phones, and report one that was taken off when it is known for how long."""
        match said:
            case fx.AgentStateChanged():
                self._changed(said)
            case fx.PhoneLost():
                self._lost(said)
            case fx.PhoneUnregistered():
                self._unregistered(said)
            case fx.PhoneFound():
                self._found(said)
            case fx.GapSeen():
                self._unseen(said)
            case _:
                pass

    def finish(self, at: Micros | None) -> None:
        """The input is over: what lasts has lasted until now."""
        for agent in self._memory.agents.values():
            if agent.off is not None:
                self._taken_off(agent.off, at)
                agent.off = None

    def begun(self) -> Iterator[Micros]:
        """Yield when each phone was lost that may still be one taken off."""
        for agent in self._memory.agents.values():
            yield from (loss.at for loss in (agent.off, agent.last) if loss is not None)

    def _agent(self, known_as: str) -> AgentLoss:
        found = self._memory.agents.get(known_as)
        if found is None:
            found = self._memory.agents[known_as] = AgentLoss()
        return found

    def _lost(self, fact: fx.PhoneLost) -> None:
        """A phone is no longer there."""
        memory = self._memory
        was_up = memory.up.get(fact.interface)
        memory.up[fact.interface] = False
        memory.owners[fact.interface] = fact.agent
        if was_up is None or fact.at is None:
            self._agent(fact.agent).last = None  # nobody knows since when none of the agent's phones is there
            return
        if not was_up:
            return
        up = {i: memory.owners[i] for i, there in memory.up.items() if there}
        before = self._context.agent(fact.agent).state
        loss = PhoneLoss(fact.at, fact.agent, fact.interface, before, up, fact.frames)
        self._context.memory.losses.append(loss)
        self._agent(fact.agent).last = loss

    def _unregistered(self, fact: fx.PhoneUnregistered) -> None:
        """A phone was signed off: it did not merely fall silent."""
        if fact.at is None:
            return
        self._memory.unregistered[fact.interface] = fact.at
        off = self._agent(fact.agent).off
        if off is not None and off.interface == fact.interface:
            off.frames = (*off.frames, *fact.frames)

    def _found(self, fact: fx.PhoneFound) -> None:
        """A phone is there again."""
        self._memory.up[fact.interface] = True
        self._memory.owners[fact.interface] = fact.agent
        agent = self._agent(fact.agent)
        if agent.off is None:
            agent.last = None
        else:
            agent.off.frames = (*agent.off.frames, *fact.frames)

    def _changed(self, fact: fx.AgentStateChanged) -> None:
        """An agent's state changed; what it tells of the phone is taken in, and a phone taken off is reported."""
        agent, lost = self._agent(fact.agent), fact.state is AgentState.OFFLINE and fact.reason == PHONE_LOST
        if lost and agent.last is not None and agent.off is None and _because_of(agent.last, fact.at):
            signed_out = agent.last.before is AgentState.OFFLINE
            agent.off = None if signed_out else msgspec.structs.replace(agent.last)
        elif not lost and agent.off is not None:
            loss, agent.off, agent.last = agent.off, None, None
            self._taken_off(loss, fact.at)
        up, owners = self._memory.up, self._memory.owners
        owners[fact.interface] = fact.agent
        if fact.state not in _UNREACHED and fact.interface not in up and not any(owners[p] == fact.agent for p in up):
            up[fact.interface] = True  # of none of the agent's phones was told, and the agent is there

    def _unseen(self, fact: fx.GapSeen) -> None:
        """Phones came and went unseen: which are there is told anew, and none that was lost before is lost since."""
        if fact.cause in _PHONES_UNSEEN:
            self._memory.up.clear()
            for agent in self._memory.agents.values():
                agent.last = None

    def _taken_off(self, loss: PhoneLoss, end: Micros | None) -> None:
        context, figures = self._context, self._context.figures(loss.at)
        if figures is None or end is None or end - loss.at < figures.off - context.uncertainty(figures):
            return
        favours = []
        signed_off = self._memory.unregistered.get(loss.interface)
        if signed_off is None or abs(signed_off - loss.at) > _SIGNED_OFF_WITHIN:
            favours.append(Favour(Verdict.UNDETERMINED, Reason("fell_silent")))
        if loss.before in _IN_CALL:
            favours.append(Favour(Verdict.UNDETERMINED, Reason("lost_in_call")))
        if loss.before in PAUSES:
            favours.append(Favour(Verdict.UNDETERMINED, Reason("paused")))
        context.report(
            DetectedAct(
                rule="V-HOTLINE",
                kind="taken_off",
                known_as=loss.agent,
                interface=loss.interface,
                agent=context.agent_at(loss.agent, loss.interface, loss.at),
                at=loss.at,
                start=loss.at,
                end=end,
                subject=f"taken_off {loss.interface}",
                frames=loss.frames,
                limit=figures.off,
                favours=tuple(favours),
                lost=(loss.at, loss.interface),
                impact=True,
                timeline=points(phone_lost=loss.at, phone_signed_off=None if favours else signed_off, until_then=end),
            )
        )


def _because_of(loss: PhoneLoss, offline: Micros | None) -> bool:
    """Tell whether an agent is offline because of a loss: at once, or as soon as frames that come late are in order.

    Whoever lost a phone before, and gave the one that was left to somebody else, is offline since then.
    """
    return offline is None or offline - loss.at <= SECOND
