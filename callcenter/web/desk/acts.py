"""What a lead does with a colleague's desk: the same that the agent could, and by the same ways; said of the agent."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from callcenter.domain.state import Agent, OpenTalk
from callcenter.domain.vocabulary import CANNOT_RING, ChannelRole, How, is_direct
from callcenter.errors import SwitchUnreachable
from callcenter.staff.site.pauses import SiteReasons
from callcenter.store.conflicts import Conflict
from callcenter.tracker import RulesInForce
from callcenter.web.desk.desk import Desk, DeskNow, DeskTracker, MemberControl
from callcenter.web.desk.listening import Listeners, ListenIn

_PHONE = "PJSIP/"


class QueuesMoved(NamedTuple):
    """Which queues somebody serves from now on, and which no longer."""

    join: tuple[str, ...]
    leave: tuple[str, ...]


class FloorActs:
    """Acts on other people's desks.

    Args:
        desk: Everybody's desk.
        tracker: Follows the switch.
        control: Changes members.
        in_force: Gives the roster in force.
        listeners: Who listens to whom.
    """

    def __init__(
        self,
        desk: Desk,
        tracker: DeskTracker,
        control: MemberControl,
        in_force: Callable[[], RulesInForce],
        listeners: Listeners,
    ) -> None:
        self.listeners = listeners
        self._desk = desk
        self._tracker = tracker
        self._control = control
        self._in_force = in_force

    @property
    def reasons(self) -> SiteReasons:
        """Of pauses."""
        return self._desk.own.reasons

    def now(self, agent: str) -> DeskNow:
        """Say what an agent does.

        Raises:
            SwitchUnreachable: The switch is not followed.
        """
        return self._desk.now(agent)

    def queues(self) -> list[str]:
        """List the queues to which somebody can be moved, by name."""
        people = self._tracker.floor.state.people.values()
        served = {queue for person in people for queue, members in person.queues.items() if members}
        known = served | {*self._desk.settings.queues, *self._desk.own.queues.said}
        return sorted(queue for queue in known if not is_direct(queue))

    async def pause(self, agent: str, reason: str) -> DeskNow:
        """Pause an agent in all queues, for a reason of the site or after-call work.

        Raises:
            BadInput: There is no such reason.
            Conflict: The agent is not signed in, or their page cannot ring.
            SwitchError: The switch is not followed, or refused.
        """
        self._can_ring(agent)
        return await self._desk.pause(agent, reason)

    async def ready(self, agent: str) -> DeskNow:
        """Let an agent be called.

        Raises:
            Conflict: The agent is not signed in, the phone is not reached, or their page cannot ring.
            SwitchError: The switch is not followed, or refused.
        """
        if self._can_ring(agent).reachable is False:
            raise Conflict(f"the switch does not reach the phone of {agent}: let it register first")
        return await self._desk.ready(agent)

    async def sign_out(self, agent: str) -> DeskNow:
        """Take an agent's phones out of all queues; a call that goes on is not touched.

        Raises:
            Conflict: The agent is not signed in.
            SwitchError: The switch is not followed, or refused.
        """
        self._signed_in(agent)
        return await self._desk.sign_out(agent)

    async def move(self, agent: str, moved: QueuesMoved) -> DeskNow:
        """Let an agent serve some queues more and some no longer, until the agent signs in again.

        Raises:
            Conflict: The agent is not signed in, would serve no queue, or there is no such queue.
            SwitchError: The switch is not followed, or refused.
        """
        person = self._signed_in(agent)
        served = {queue for queue, members in person.queues.items() if members and not is_direct(queue)}
        unknown = sorted({*moved.join} - {*self.queues()})
        if unknown:
            raise Conflict(f"nobody serves a queue {unknown[0]!r}, nor do the settings name it")
        if not (served | {*moved.join}) - {*moved.leave}:
            raise Conflict(f"{agent} would serve no queue any more: sign them out instead")
        for queue in moved.join:
            await self._join(person, queue)
        for queue in moved.leave:
            for interface in sorted(person.queues.get(queue, {})):
                await self._control.remove_member(interface, queue)
        joined, left = {*moved.join}, {*moved.leave}
        return await self._desk.seen(
            agent, lambda found: joined - left <= found.queues.keys() and not left & found.queues.keys()
        )

    async def _join(self, person: Agent, queue: str) -> None:
        """Let a queue have an agent's phones, paused as they are elsewhere."""
        elsewhere = {phone: one for members in person.queues.values() for phone, one in members.items()}
        for interface, member in sorted(elsewhere.items(), key=lambda one: one[0]):
            if interface in person.queues.get(queue, {}):
                continue
            paused, reason = member.paused, member.reason
            await self._control.add_member(interface, queue, name=person.name)
            await self._control.pause(interface, paused=paused, queue=queue, reason=reason if paused else "")

    def talks(self, agent: str) -> bool:
        """Tell whether an agent has a talk that can be listened to."""
        try:
            return self.talk_of(agent).id >= 0
        except (Conflict, SwitchUnreachable):
            return False

    def talk_of(self, agent: str) -> OpenTalk:
        """Return the talk of an agent that can be listened to.

        Raises:
            Conflict: There is none, or the agent stays on the line between calls.
            SwitchUnreachable: The switch is not followed.
        """
        self._require_sync()
        state = self._tracker.floor.state
        talks = [one for one in state.talks.values() if one.person == agent and one.line in state.channels]
        if not talks:
            raise Conflict(f"{agent} talks with no customer now")
        talk = min(talks, key=lambda one: (one.apart, one.held, -one.id))
        if talk.how is How.QUEUE and state.channels[talk.line].role is ChannelRole.OWN:
            raise Conflict(f"{agent} stays on the line between calls: nobody can listen to one call alone")
        return talk

    def line_of(self, who: ListenIn) -> str | None:
        """Name the channel of the agent whose talk somebody may listen to; None: it is over, or nobody can know."""
        if not self._tracker.in_sync:
            return None
        state = self._tracker.floor.state
        talk = state.talks.get(who.talk)
        return None if talk is None or talk.line not in state.channels else talk.line

    def phones_of(self, agent: str | None) -> frozenset[str]:
        """Name the endpoints of somebody's phones: those that the switch tells of, and where the roster seats them."""
        if agent is None:
            return frozenset()
        rules, state = self._in_force(), self._tracker.floor.state
        roster = rules.roster
        seat = rules.directory.interface_of(agent) if roster is None else roster.interface_of(agent, state.now)
        person = state.people.get(agent)
        found = {seat, *(() if person is None else (person.interface, *person.interfaces))}
        return frozenset(one.removeprefix(_PHONE) for one in found if one is not None and one.startswith(_PHONE))

    def _can_ring(self, agent: str) -> Agent:
        """Return an agent who is signed in, and whom the service itself does not keep paused."""
        person = self._signed_in(agent)
        members = [member for members in person.queues.values() for member in members.values()]
        if any(member.paused and member.reason == CANNOT_RING for member in members):
            raise Conflict(f"the page of {agent} cannot ring now: only they can say that it does again")
        return person

    def _signed_in(self, agent: str) -> Agent:
        self._require_sync()
        person = self._tracker.floor.state.people.get(agent)
        if person is None or not person.queues:
            raise Conflict(f"{agent} is signed in at no queue: only they can sign in, at their own phone")
        return person

    def _require_sync(self) -> None:
        if not self._tracker.in_sync:
            raise SwitchUnreachable("the switch is not followed now: try again in a moment")
