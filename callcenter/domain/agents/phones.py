"""Phones: which of them the switch can reach, by what it says of contacts, endpoints and devices.

Story of a phone: there → called away → gone, or there again in time. Most are gone at once. The word that one is not
there waits for ten seconds where more is to be expected: the switch has yet to ask a contact that has just registered
(another browser takes the phone over, or it comes back at another address); or the phone is in a page, which signs off
and on when it is loaded anew, and whose WebSocket comes again where it broke. A ring meanwhile knows of it at once.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Callable

from callcenter.domain import events as ev
from callcenter.domain import facts as fx
from callcenter.domain.agents.identity import Identity
from callcenter.domain.frame import SECOND, Micros
from callcenter.domain.state import Agent, State, Timer
from callcenter.domain.vocabulary import AgentState

_GRACE: Micros = 10 * SECOND
"""For so long more is expected; the switch asks a new contact within a second, and pages are loaded in a few."""
_IN_PAGE = re.compile(r";transport=wss?(;|$)", re.IGNORECASE)
_NOT_SEEN_UP = frozenset({AgentState.UNKNOWN, AgentState.OFFLINE})
"""States that do not tell that a phone has been there: one that is first seen unreachable then was not lost."""


class Phones:
    """Every phone; `changed` is told of an agent who can be reached, or not, unlike before."""

    def __init__(
        self,
        state: State,
        identity: Identity,
        out: list[fx.Fact],
        changed: Callable[[Agent, Micros | None], None],
    ) -> None:
        self._state = state
        self._identity = identity
        self._out = out
        self._changed = changed

    def there(self, device: str, at: Micros | None, pos: int) -> None:
        """Take the switch's word that a phone is there."""
        self._state.away.pop(device, None)
        self.reach(device, reachable=True, at=at, pos=pos)

    def away(self, device: str, at: Micros | None, pos: int) -> None:
        """Take the switch's word that a phone is not there; it may have to wait."""
        _, since = self._state.asked.get(device, ("", None))
        if at is None or self._state.devices.get(device) is False:
            self._gone(device, at, pos)
        elif device in self._state.away:
            return
        elif since is not None and at - since <= _GRACE:
            self._wait(device, since + _GRACE, at, pos)
        elif self._in_page(device):
            self._wait(device, at + _GRACE, at, pos)
        else:
            self._gone(device, at, pos)

    def _gone(self, device: str, at: Micros | None, pos: int) -> None:
        self._state.away.pop(device, None)
        self.reach(device, reachable=False, at=at, pos=pos)

    def seen_contact(self, event: ev.ContactSeen) -> None:
        """Take one registration; the phone is lost with the last one known, never by one that was not known."""
        state, device = self._state, event.device
        contacts = state.contacts.setdefault(device, {})
        known, in_page = event.uri in contacts, self._in_page(device)
        if event.reachable is None and not known and event.at is not None:
            state.asked[device] = (event.uri, event.at)
            state.away.pop(device, None)
        elif event.reachable is not None and state.asked.get(device, ("",))[0] == event.uri:
            del state.asked[device]
        if event.removed:
            contacts.pop(event.uri, None)
        elif event.reachable is not None or not known:
            contacts[event.uri] = event.reachable is not False
        if event.reachable:
            self.there(device, event.at, event.pos)
        elif any(contacts.values()):
            self.reach(device, reachable=True, at=event.at, pos=event.pos)
        elif known and (event.removed or event.reachable is False):
            if in_page and event.at is not None:
                self._wait(device, event.at + _GRACE, event.at, event.pos)
            else:
                self._gone(device, event.at, event.pos)
        if event.removed and not any(contacts.values()):
            self._signed_off(device, event.at, event.pos)

    def _signed_off(self, device: str, at: Micros | None, pos: int) -> None:
        if device in self._state.away:
            until, since, _ = self._state.away[device]
            self._state.away[device] = (until, since, pos)
            return
        person = self._identity.of_device(device, at)
        if person is not None:
            self._out.append(fx.PhoneUnregistered(at=at, agent=person.name, interface=device, frames=(pos,)))

    def _in_page(self, device: str) -> bool:
        """Tell whether a phone that has registered did so over a WebSocket."""
        return any(map(_IN_PAGE.search, self._state.contacts.get(device, ())))

    def _wait(self, device: str, until: Micros, at: Micros, pos: int) -> None:
        """Wait with the word that a phone is not there."""
        if device in self._state.away:
            return
        self._state.away[device] = (until, pos, None)
        heapq.heappush(self._state.timers, Timer(until, self._state.serial, "away", device))
        person = self._identity.of_device(device, at)
        if person is not None:
            self._contact_lost(person, device)

    def fire(self, timer: Timer) -> None:
        """Nothing more was said within the time of waiting: the phone is gone."""
        until, pos, signed_off = self._state.away.get(timer.key, (None, 0, None))
        if until == timer.at:
            self._gone(timer.key, timer.at, pos)
            if signed_off is not None:
                self._signed_off(timer.key, timer.at, signed_off)

    def is_away(self, person: Agent) -> bool:
        """Tell whether an agent cannot be reached, as the switch says, whether that waits or not."""
        return person.reachable is False or person.interface in self._state.away

    def reach(self, device: str, *, reachable: bool, at: Micros | None, pos: int) -> None:
        """Note that a phone was lost or found; kept for devices that are nobody's yet, too."""
        person = self._identity.of_device(device, at)
        was = self._state.devices.get(device)
        self._state.devices[device] = reachable
        if person is None or device not in person.interfaces:
            return
        self._set_reachable(person, device, was, pos, at)

    def _set_reachable(self, person: Agent, device: str, was: bool | None, pos: int, at: Micros | None) -> None:
        states = [self._state.devices[i] for i in person.interfaces if i in self._state.devices]
        before, person.reachable = person.reachable, any(states)
        now = self._state.devices[device]
        if not now and was is not False:
            self._contact_lost(person, device)
            if was or (before is None and person.state not in _NOT_SEEN_UP):
                self._out.append(fx.PhoneLost(at=at, agent=person.name, interface=device, frames=(pos,)))
        elif now and not was:
            self._out.append(fx.PhoneFound(at=at, agent=person.name, interface=device, frames=(pos,)))
        if person.reachable != before:
            self._changed(person, at)

    def _contact_lost(self, person: Agent, device: str) -> None:
        for uid in person.channels:
            channel = self._state.channels[uid]
            if channel.served is None or channel.offer is None:
                continue
            visit = self._state.visits.get(channel.served)
            if visit is not None and (person.interface == device or channel.name.startswith(device + "-")):
                visit.offers[channel.offer].signs.contact_lost = True

    def forget(self) -> None:
        """Nothing was seen for a time."""
        for known in (self._state.devices, self._state.contacts, self._state.asked, self._state.away):
            known.clear()
