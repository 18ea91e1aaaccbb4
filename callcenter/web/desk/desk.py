"""The desk of an agent: what the switch says of the agent now, and what the agent asks of it.

What is asked goes to the switch at once, also during a call: it holds a pause until the call is over, so that no other
call can slip between. What it made of it is read from the floor; nothing is remembered here.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

import structlog

from callcenter.cases.routing import number_of_phone
from callcenter.domain.agents.shown import OUT, shown
from callcenter.domain.events import PageTold
from callcenter.domain.floor import Floor
from callcenter.domain.frame import Micros
from callcenter.domain.state import Agent, Membership
from callcenter.domain.vocabulary import AFTER_CALL_WORK, CANNOT_RING, DIRECT, AgentState, PageWord, is_direct
from callcenter.errors import SwitchError, SwitchUnreachable
from callcenter.staff.pauses import SiteReasons
from callcenter.store.conflicts import Conflict
from callcenter.tracker import RulesInForce
from callcenter.web.desk.colleagues import Colleague, QueueToDial, colleagues_of, queues_to_dial
from callcenter.web.desk.phones import PagePhones
from callcenter.web.desk.settings import DeskSettings
from callcenter.web.limits import SignInRate

SIGNED_IN = "sign-in"
"""Reason of the pause in which an agent signs in."""
_IN_CALL = frozenset({AgentState.TALKING, AgentState.RINGING, AgentState.OUTBOUND, AgentState.BLOCKED})
_LIFTED_BY = {
    PageWord.COULD_NOT_RING: {PageWord.RANG},
    PageWord.SOUND_LOCKED: {PageWord.SOUND_UNLOCKED, PageWord.RANG},
    PageWord.MICROPHONE_LOST: {PageWord.MICROPHONE_BACK},
    PageWord.UNREGISTERED: {PageWord.REGISTERED},
}
"""What keeps a page from ringing, and what says that it is over."""
_LOST = "lost"
"""Detail of a registration that nobody gave up."""
_WAITED_SECONDS = 120.0
"""So long somebody waits at a page that cannot ring; after that nobody is taken to sit there until they say so."""
_PASSING = frozenset({"network", "page left"})
"""Details of rings that ended with the way or the page: what of it lasts is said by a word of its own."""
_SEEN_SECONDS = 1.0
"""How long the switch's word for what it was asked may be on its way."""
_LOOK_SECONDS = 0.02
_NO_QUEUE = "No such queue"
_WITNESSED_PER_MINUTE = 120
"""Batches of facts that one account's pages may tell."""
_CHANGED_PER_MINUTE = 60
_MOST_HEARD = 400
"""Facts of one agent's pages by which one that is said again is known; a page keeps no more than half as many."""

log = structlog.get_logger()


class DeskTracker(Protocol):
    """Follows the switch."""

    @property
    def floor(self) -> Floor:
        """The floor as it is now."""

    @property
    def in_sync(self) -> bool:
        """Whether it is known."""

    async def hear_pages(self, told: Sequence[PageTold]) -> None:
        """Journal what an agent's page says; durable when it returns."""


class MemberControl(Protocol):
    """Changes members of queues at the switch."""

    async def pause(self, interface: str, *, paused: bool = True, queue: str | None = None, reason: str = "") -> None:
        """Pause a member, or let it be called again."""

    async def add_member(self, interface: str, queue: str, *, name: str) -> None:
        """Let a queue have a member, paused."""

    async def remove_member(self, interface: str, queue: str) -> None:
        """Take a member out of a queue."""


class WhatQueued(NamedTuple):
    """What holds once the call is over."""

    state: AgentState
    reason: str | None


class DeskNow(NamedTuple):
    """An agent, as the switch says; `queued` is what comes after the call, None where nothing else does."""

    agent: str
    interface: str | None
    state: AgentState
    reason: str | None
    since: Micros | None
    queued: WhatQueued | None
    queues: tuple[str, ...]

    @property
    def in_call(self) -> bool:
        """Whether a call goes on, so that changes wait."""
        return self.state in _IN_CALL


class PageFactSaid(NamedTuple):
    """A fact, and when it came true by the page's own clock: that is not believed, but tells which is said again."""

    at: datetime | None
    told: PageTold


class Desk:
    """Everybody's desk.

    Args:
        tracker: Follows the switch.
        control: Changes members.
        in_force: Gives the roster in force.
        settings: The site's.
        reasons: Of pauses; None: as the settings have them.

    Attributes:
        phones: The phones in pages, and which session has which.
        rate: Of batches of facts, by account.
        changes: Of what an account asks of the switch and of its phone.
    """

    def __init__(
        self,
        tracker: DeskTracker,
        control: MemberControl,
        in_force: Callable[[], RulesInForce],
        settings: DeskSettings,
        reasons: SiteReasons | None = None,
    ) -> None:
        self._tracker = tracker
        self._control = control
        self._in_force = in_force
        self.settings = settings
        self.reasons = SiteReasons(settings.reasons) if reasons is None else reasons
        self.phones = PagePhones(settings)
        self.rate = SignInRate(_WITNESSED_PER_MINUTE)
        self.changes = SignInRate(_CHANGED_PER_MINUTE)
        self._heard: dict[str, deque[tuple[datetime, PageWord, str | None]]] = {}
        self._stopped_at: dict[str, float] = {}

    def now(self, agent: str) -> DeskNow:
        """Say what an agent does.

        Raises:
            SwitchUnreachable: The switch is not followed.
        """
        person, seat = self._person(agent), self._seat(agent)
        if person is None:  # neither a queue nor a phone has told of them yet
            return DeskNow(agent, seat, OUT.state, OUT.reason, OUT.since, None, ())
        now, queues = shown(person), tuple(sorted(queue for queue in person.queues if not is_direct(queue)))
        reason = AFTER_CALL_WORK if now.state is AgentState.WRAP_UP and _after_call(person) else now.reason
        return DeskNow(agent, person.interface or seat, now.state, reason, now.since, _queued(person), queues)

    def reached(self, agent: str) -> tuple[list[Colleague], list[QueueToDial]]:
        """Say to whom an agent can hand a call on.

        Raises:
            SwitchUnreachable: The switch is not followed.
        """
        self._person(agent)
        return colleagues_of(agent, self._tracker.floor), queues_to_dial(self.settings.numbers, self._tracker.floor)

    async def sign_in(self, agent: str) -> DeskNow:
        """Let an agent's queues have the phone, paused until the agent is ready; again it pauses once more.

        Raises:
            Conflict: The roster gives the agent no phone, or nobody names a queue.
            SwitchError: The switch is not followed, or refused.
        """
        self._person(agent)
        interface, queues = self._seat(agent), self._queues(agent)
        if interface is None:
            raise Conflict("the roster gives you no phone now: ask your group leader")
        if not queues:
            raise Conflict("neither the roster nor desk.queues names a queue of yours: ask your group leader")
        for queue in queues:
            await self._control.add_member(interface, queue, name=agent)
        await self._add_direct(interface, agent)
        await self._control.pause(interface, reason=SIGNED_IN)
        return await self.seen(agent, lambda person: set(queues) <= person.queues.keys() and _all_paused(person))

    async def sign_out(self, agent: str) -> DeskNow:
        """Take an agent's phones out of all queues; a call that goes on is not touched.

        Raises:
            SwitchError: The switch is not followed, or refused.
        """
        person = self._person(agent)
        if person is None or not person.queues:
            return self.now(agent)
        for queue, members in {**person.queues}.items():
            for interface in [*members]:
                await self._control.remove_member(interface, queue)
        return await self.seen(agent, lambda found: not found.queues)

    async def pause(self, agent: str, reason: str) -> DeskNow:
        """Pause an agent in all queues, for a reason of the site or after-call work.

        Raises:
            BadInput: There is no such reason.
            Conflict: The agent is not signed in.
            SwitchError: The switch is not followed, or refused.
        """
        self.reasons.require(reason)
        return await self._pause(agent, reason)

    async def ready(self, agent: str) -> DeskNow:
        """Let an agent be called.

        Raises:
            Conflict: The agent is not signed in, or the phone is not reached.
            SwitchError: The switch is not followed, or refused.
        """
        person = self._signed_in(agent)
        if person.reachable is False:
            raise Conflict("the switch does not reach your phone: let it register first")
        for interface in _interfaces(person):
            await self._control.pause(interface, paused=False)
        return await self.seen(agent, lambda found: not any(member.paused for member in _members(found)))

    async def note_saved(self, agent: str) -> None:
        """End an agent's after-call work: the note is written. What the switch refuses is logged, the note is kept."""
        try:
            person = self._person(agent)
            if person is None or person.state in _IN_CALL:
                return
            if _after_call(person):
                await self.ready(agent)
        except (SwitchError, Conflict) as error:
            log.warning("after_call_work_not_ended", error=str(error))

    def is_reached(self, agent: str) -> bool:
        """Tell whether the switch says that it reaches a phone of an agent's."""
        person = self._tracker.floor.state.people.get(agent)
        return person is not None and person.reachable is True

    async def has_page(self, agent: str) -> bool:
        """Tell whether a phone of an agent's is in a page, so that there is a page that can bear witness of it."""
        person, seat = self._tracker.floor.state.people.get(agent), self._seat(agent)
        return await self.phones.in_page({*(() if person is None else person.interfaces), *((seat,) if seat else ())})

    async def witness(self, agent: str, said: Sequence[PageFactSaid]) -> None:
        """Journal what an agent's page says; one that cannot ring has the agent paused by the service.

        That pause ends once the page can ring again. A page that hears no answer, as one that is left, says it again:
        what was heard before is passed over.

        Raises:
            StoreError: The journal takes nothing.
        """
        told = await self._hear(agent, said)
        why = _stopped(told)
        try:
            if why is not None:
                await self._stop(agent)
            elif any(one.what is PageWord.CAN_RING for one in told):
                await self._go_on(agent)
        except (SwitchError, Conflict) as error:
            log.warning("system_pause_not_changed", stopped_by=why, error=str(error))

    async def _stop(self, agent: str) -> None:
        """Pause whoever is ready: their page cannot ring."""
        person = self._person(agent)
        if person is not None and person.queues and not any(member.paused for member in _members(person)):
            self._stopped_at[agent] = _steady()
            await self._pause(agent, CANNOT_RING)

    async def _go_on(self, agent: str) -> None:
        """Let an agent be called again whom the service alone has paused; not one who may have left meanwhile."""
        person = self._person(agent)
        if person is None or not person.queues or not _all_paused(person, CANNOT_RING):
            return
        waited = _steady() - self._stopped_at.get(agent, -math.inf)
        if waited > _WAITED_SECONDS and person.state not in _IN_CALL:
            return
        await self.seen(agent, lambda found: found.reachable is not False)
        if _all_paused(person, CANNOT_RING):
            await self.ready(agent)

    async def _hear(self, agent: str, said: Sequence[PageFactSaid]) -> list[PageTold]:
        heard = self._heard.setdefault(agent, deque(maxlen=_MOST_HEARD))
        told = [one.told for one in said if (one.at, one.told.what, one.told.uid) not in heard]
        before = tuple(heard)
        heard.extend((one.at, one.told.what, one.told.uid) for one in said if one.at is not None)
        try:
            if told:
                await self._tracker.hear_pages(told)
        except BaseException:
            self._heard[agent] = deque(before, maxlen=_MOST_HEARD)
            raise
        return told

    async def _add_direct(self, interface: str, agent: str) -> None:
        """Let the queue of this phone alone have it, where the dialplan has such a queue."""
        if (number := number_of_phone(interface)) is None:
            return
        try:
            await self._control.add_member(interface, DIRECT + number, name=agent)
        except SwitchError as error:
            if not str(error).endswith(_NO_QUEUE):
                raise

    async def _pause(self, agent: str, reason: str) -> DeskNow:
        for interface in _interfaces(self._signed_in(agent)):
            await self._control.pause(interface, reason=reason)
        return await self.seen(agent, lambda person: _all_paused(person, reason))

    def _person(self, agent: str) -> Agent | None:
        if not self._tracker.in_sync:
            raise SwitchUnreachable("the switch is not followed now: try again in a moment")
        return self._tracker.floor.state.people.get(agent)

    def _signed_in(self, agent: str) -> Agent:
        person = self._person(agent)
        if person is None or not person.queues:
            raise Conflict("you are in no queue: sign in first")
        return person

    def _seat(self, agent: str) -> str | None:
        """Name the phone at which an agent sits now."""
        rules, now = self._in_force(), self._tracker.floor.state.now
        return rules.directory.interface_of(agent) if rules.roster is None else rules.roster.interface_of(agent, now)

    def _queues(self, agent: str) -> list[str]:
        roster = self._in_force().roster
        named = frozenset[str]() if roster is None else roster.queues_of(agent, self._tracker.floor.state.now)
        return sorted(named or self.settings.queues)

    async def seen(self, agent: str, told: Callable[[Agent], bool]) -> DeskNow:
        """Wait a while for the switch's own word; without it, what it said last is shown."""
        for _ in range(round(_SEEN_SECONDS / _LOOK_SECONDS)):
            person = self._person(agent)
            if person is not None and told(person):
                break
            await asyncio.sleep(_LOOK_SECONDS)
        return self.now(agent)


def _steady() -> float:
    return asyncio.get_running_loop().time()


def _stopped(told: Sequence[PageTold]) -> PageWord | None:
    """Say what keeps a page from ringing after all that it said; None: nothing of that does."""
    stops: dict[PageWord, None] = {}
    for one in told:
        if one.what is PageWord.CAN_RING:
            stops.clear()
        given_up = one.what is PageWord.UNREGISTERED and one.detail != _LOST
        passing = one.what is PageWord.COULD_NOT_RING and one.detail in _PASSING
        if one.what in _LIFTED_BY and not given_up and not passing:
            stops[one.what] = None
        for stop, lifts in _LIFTED_BY.items():
            if one.what in lifts:
                stops.pop(stop, None)
    return next(iter(stops), None)


def _members(person: Agent) -> list[Membership]:
    return [member for members in person.queues.values() for member in members.values()]


def _after_call(person: Agent) -> bool:
    return any(member.reason == AFTER_CALL_WORK for member in _members(person))


def _interfaces(person: Agent) -> list[str]:
    return sorted({interface for members in person.queues.values() for interface in members})


def _all_paused(person: Agent, reason: str | None = None) -> bool:
    return all(member.paused and reason in {member.reason, None} for member in _members(person))


def _queued(person: Agent) -> WhatQueued | None:
    """Say what holds once an agent's call is over, where that is not to be called again."""
    if person.state not in _IN_CALL:
        return None
    if person.signed_out:
        return WhatQueued(OUT.state, OUT.reason)
    if not any(member.paused for member in _members(person)):
        return None
    by_us = person.pause_reason == CANNOT_RING
    return WhatQueued(AgentState.SYSTEM_PAUSED if by_us else AgentState.PAUSED, person.pause_reason or None)
