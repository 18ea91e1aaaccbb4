"""Who is who: from an interface, a queue's name for it and a moment to the agent whose it is.

A roster's seat says first; then the name that a queue gave the member; then the interface stands for whoever has it. A
phone may pass from one agent to another: by a seat's hours, or when the one was taken out of a queue and the other put
in. What the one has begun there stays theirs; the phone's places in queues go with it.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from callcenter.domain import facts as fx
from callcenter.domain.agents.directory import Directory
from callcenter.domain.agents.seats import Seats, is_device, number_of, plain, same_number
from callcenter.domain.channels.registry import interface_of, is_half
from callcenter.domain.frame import Micros
from callcenter.domain.settings import FloorSettings
from callcenter.domain.state import Agent, Channel, State
from callcenter.domain.vocabulary import ChannelRole, Party


class Identity:
    """The agents, by whatever they are called.

    Args:
        state: Where they are kept.
        settings: The roster's seats, and names.
        out: Where facts go.
        refresh: Judges anew what an agent does.
    """

    def __init__(
        self,
        state: State,
        settings: FloorSettings,
        out: list[fx.Fact],
        refresh: Callable[[Agent, Micros | None], None],
    ) -> None:
        self._state = state
        self._out = out
        self._refresh = refresh
        self._seats = Seats(state, Directory(settings.seats, settings.names))
        self._met: dict[tuple[str, str, str], Agent] = {}

    def of_device(self, interface: str, at: Micros | None = None) -> Agent | None:
        """Find the agent of an interface, None when it is nobody's that is known."""
        key = self._state.who.get(interface)
        if key is not None:
            return self._state.people[key]
        if not (self._seats or self._state.numbers):
            return None
        if self._seats.at(interface, at) is not None:
            return self.meet(interface, interface, "", at)
        return self._by_number(interface, at)

    def meet(self, interface: str, device: str, member: str, at: Micros | None) -> Agent:
        """Return the agent of a member, by roster name, else member name, else interface; made known if new."""
        said = interface, device, member
        met = self._met.get(said)
        if met is not None:
            return met
        device = self._seats.phone(interface, device)
        person = self._person(interface, device, member, at)
        if not is_device(interface):
            self._state.numbers.setdefault(number_of(interface), interface)
        if device != interface:
            self._state.behind[interface] = device
            if person.interface == interface:
                person.interface = device
        seated = self._seat(interface, device, at) is not None
        for one in dict.fromkeys((device, interface)):
            self._hold(person, one, at)
            if seated:
                self._state.seated[one] = person.name
        if not self._seats.knows(device) and not self._seats.knows(interface):
            self._met[said] = person
        return person

    def _person(self, interface: str, device: str, member: str, at: Micros | None) -> Agent:
        """Find, or make, the agent whom the directory or a queue names."""
        people, mine = self._state.people, {device, interface}
        known = self._state.who.get(device) or self._state.who.get(interface)
        holder = None if known is None else people[known]
        name = self._seat(interface, device, at) or self._holder(holder, plain(member, interface), interface, device)
        if holder is not None and holder.name in mine and name is not None and name not in people:
            self._rename(holder.name, name)
        name = name or device
        if name not in people:
            people[name] = Agent(name, device, since=at)
        return people[name]

    def _seat(self, interface: str, device: str, at: Micros | None) -> str | None:
        return self._seats.at(device, at) or self._seats.at(interface, at)

    def named(self, person: Agent, interface: str, device: str, member: str, at: Micros | None) -> str:
        """Say how records call an agent whom a queue tries: by the seat, else as this queue does."""
        return self._seat(interface, device, at) or plain(member, interface) or person.name

    def reseat(self, at: Micros) -> None:
        """Seats change hands: whose each phone is, is asked anew at this moment."""
        for interface in [i for i in self._state.who if self._seats.knows(i)]:
            now, before = self._seats.at(interface, at), self._state.seated.get(interface)
            if now == before:
                continue
            if now is not None:
                self.meet(interface, interface, "", at)
            else:
                self._state.seated.pop(interface, None)
                self._vacate(interface, at)

    def begin(self, at: Micros | None) -> Micros:
        """Ask whose each phone is as of a moment; returns from when seats are to be asked anew: that one itself."""
        self.passed(at)
        return 0 if at is None else at

    def passed(self, at: Micros | None) -> None:
        """Borders up to a moment have been passed: a word from before them that comes late turns no seat back."""
        self._seats.since = None if at is None else self._seats.last_border(at)

    def next_border(self, after: Micros) -> Micros | None:
        """Return when a seat changes hands next."""
        return self._seats.next_border(after)

    def dismiss(self, at: Micros | None) -> None:
        """Know nobody any more; no channel may be left, nor a visit that somebody serves."""
        state = self._state
        for person in state.people.values():
            for queue in person.queues:
                self.moved(person, queue, at, member=False)
        for known in (state.people, state.who, state.seated, state.numbers, state.behind, self._met):
            known.clear()

    def _by_number(self, device: str, at: Micros | None) -> Agent | None:
        """Find the agent whose Local member dials the number that a phone has: where nothing else says whose it is."""
        member = self._state.numbers.get(device.rpartition("/")[2])
        person = self._state.people.get(self._state.who.get(member or "", ""))
        if member is None or person is None or is_device(self._state.behind.get(member, member)):
            return None
        return person if self.learn_phone(person, member, device, at) else None

    def device_of(self, interface: str) -> str:
        """Name the device behind a member's interface (its state interface), the interface itself if unknown."""
        return self._state.behind.get(interface, interface)

    def learn_hint(self, hint: str, device: str) -> None:
        """The switch says which device a hint stands for."""
        self._met.clear()
        self._state.hints[hint] = device

    def learn_phone(self, person: Agent, member: str, device: str, at: Micros | None) -> bool:
        """A Local member's phone was dialled; it is the agent's own where its number is the member's.

        Returns:
            Whether this device is a phone of the agent's.
        """
        if self._state.who.get(device) == person.name:
            return True
        if device in self._state.who or self._seats.knows(device) or not same_number(member, device):
            return False
        if person.interface in {member, self._state.behind.get(member)} and not is_device(person.interface):
            person.interface = device
        self._state.behind[member] = device
        self._hold(person, device, at)
        return True

    def take(self, person: Agent, channel: Channel, role: ChannelRole) -> None:
        """Put an agent on a channel."""
        former = self._state.people.get(channel.person or "")
        channel.person, channel.role = person.name, role
        if former is not None and former is not person:
            former.channels.pop(channel.uid, None)
            self._refresh(former, self._state.now)
        person.channels[channel.uid] = role

    def recognise(self, channel: Channel, at: Micros | None) -> None:
        """A channel whose beginning was not seen is its agent's, if its phone is; why it is there is not known."""
        if channel.person is not None or not channel.name or is_half(channel.name):
            return
        person = self.of_device(interface_of(channel.name), at)
        if person is not None:
            channel.party = Party.NOBODY
            self.take(person, channel, ChannelRole.CALLED)
            self._refresh(person, at)

    def _holder(self, holder: Agent | None, member: str | None, interface: str, device: str) -> str | None:
        """Say whose a member is by its queue's name for it: one phone may have several names, and one agent."""
        if holder is None or holder.name in {device, interface}:
            return member or (None if holder is None else holder.name)
        if member is None or member == holder.name or self._serves(holder, {interface, device}):
            return holder.name
        return member

    @staticmethod
    def _serves(person: Agent, interfaces: set[str]) -> bool:
        """Tell whether an agent is a member of some queue by one of these interfaces and under this name."""
        members = (m for ms in person.queues.values() for i, m in ms.items() if i in interfaces)
        return any(m.name in {"", person.name} for m in members)

    def pass_on(self, person: Agent, interface: str, at: Micros | None) -> None:
        """A phone that is still a member elsewhere, under other names only, is somebody else's now."""
        self._met.clear()
        left = {m.name: i for ms in person.queues.values() for i, m in ms.items() if i == interface}
        if interface not in self._state.seated and left and not left.keys() & {"", person.name, interface}:
            device = self.device_of(interface)
            heir = self._state.people.get(next(iter(left)))
            if heir is None:
                heir = self._state.people[next(iter(left))] = Agent(next(iter(left)), device, since=at)
            for one in dict.fromkeys((device, interface)):
                self._hold(heir, one, at)

    def _hold(self, person: Agent, interface: str, at: Micros | None) -> None:
        """An interface is this agent's from now on, with what its queues say of it."""
        before = self._state.who.get(interface)
        if before == person.name:
            return
        self._met.clear()
        former = None if before is None else self._state.people.get(before)
        self._state.who[interface] = person.name
        person.interfaces.append(interface)
        if former is not None:
            self._hand_over(former, person, interface, at)
        self._adopt(person, interface, at)
        if former is not None:
            self._refresh(person, at)

    def _vacate(self, interface: str, at: Micros | None) -> None:
        """Nobody has this seat any more: the queues' own name for the phone counts again."""
        self._met.clear()
        former = self._state.people[self._state.who.pop(interface)]
        names = [m.name for ms in former.queues.values() for i, m in ms.items() if i == interface]
        if names and plain(names[0], interface) not in {None, former.name}:
            self._state.who[interface] = former.name
            self._hold(self._named(names[0], interface, at), interface, at)
            return
        self._hand_over(former, None, interface, at)

    def _named(self, name: str, interface: str, at: Micros | None) -> Agent:
        return self._state.people.setdefault(name, Agent(name, interface, since=at))

    def _hand_over(self, former: Agent, heir: Agent | None, interface: str, at: Micros | None) -> None:
        """Take an interface, and its places in queues, from one agent; what they talk on stays theirs to its end."""
        former.interfaces.remove(interface)
        for queue in [q for q, members in former.queues.items() if interface in members]:
            member = former.queues[queue].pop(interface)
            if not former.queues[queue]:
                del former.queues[queue]
            self.moved(former, queue, at, member=False)
            if heir is not None:
                heir.queues.setdefault(queue, {})[interface] = member
                heir.known, heir.signed_out = True, False
                heir.pause_reason = member.reason or heir.pause_reason
                self.moved(heir, queue, at, member=True)
        if not former.interfaces:
            former.signed_out, former.reachable, former.wrap_until = True, None, None
        else:
            former.interface = former.interfaces[0] if former.interface == interface else former.interface
            left = [self._state.devices[one] for one in former.interfaces if one in self._state.devices]
            former.reachable = any(left) if left else None
        self._refresh(former, at)

    def moved(self, person: Agent, queue: str, at: Micros | None, *, member: bool) -> None:
        """Report that an agent serves a queue from now on, or no longer."""
        self._out.append(
            fx.MembershipChanged(
                at=at,
                agent=person.name,
                interface=person.interface,
                queue=queue,
                member=member,
            )
        )

    def _rename(self, old: str, new: str) -> None:
        person = self._state.people.pop(old)
        person.name = new
        self._state.people[new] = person
        for interface in person.interfaces:
            self._state.who[interface] = new
        for channel in self._state.channels.values():
            if channel.person == old:
                channel.person = new
        for visit in self._state.visits.values():
            if visit.part is not None and visit.part.person == old:
                visit.part.person = new
        for talk in self._state.talks.values():
            if talk.person == old:
                talk.person = new
        self._state.timers[:] = [
            msgspec.structs.replace(t, key=new) if (t.kind, t.key) == ("wrap", old) else t for t in self._state.timers
        ]

    def _adopt(self, person: Agent, interface: str, at: Micros | None) -> None:
        """Give a newly known agent the phone's reachability and the channels that are the agent's already."""
        known = self._state.devices.get(interface)
        if known is not None:
            person.reachable = bool(person.reachable) or known
            if known:
                self._out.append(fx.PhoneFound(at=at, agent=person.name, interface=interface, frames=()))
        prefix = interface + "-"
        for channel in self._state.channels.values():
            if channel.person is None and channel.name.startswith(prefix) and not is_half(channel.name):
                self.take(person, channel, ChannelRole.OWN if channel.calling else ChannelRole.CALLED)
