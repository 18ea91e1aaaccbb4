"""A switch of queues and members alone, as a desk sees it: what it is asked it does, and its floor tells of it."""

from __future__ import annotations

from collections.abc import Sequence

from callcenter.domain import company as co
from callcenter.domain import events as ev
from callcenter.domain.floor import Floor
from callcenter.domain.frame import SECOND, Micros
from callcenter.domain.settings import FloorSettings
from callcenter.errors import StoreError, SwitchError


class DeskSwitch:
    """Members of queues, and calls that begin and end by a test's word."""

    def __init__(self, began: Micros) -> None:
        self.floor = Floor(FloorSettings())
        self.in_sync = True
        self.fault: SwitchError | None = None
        self.journal_fault: StoreError | None = None
        self.told: list[ev.PageTold] = []
        self.queues = {"consumers", "products", "direct-0"}
        self._names: dict[str, str] = {}
        self._at = began

    async def pause(self, interface: str, *, paused: bool = True, queue: str | None = None, reason: str = "") -> None:
        self._may()
        for name, members in self.floor.state.people[self._names[interface]].queues.items():
            if interface in members and queue in {name, None}:
                self._member(name, interface, paused=paused, reason=reason)

    async def add_member(self, interface: str, queue: str, *, name: str) -> None:
        self._may()
        if queue not in self.queues:
            raise SwitchError("Asterisk refused QueueAdd: Unable to add interface to queue: No such queue")
        self._names[interface] = name
        self._member(queue, interface, paused=True, reason="")

    async def remove_member(self, interface: str, queue: str) -> None:
        self._may()
        self._happen(ev.MemberGone(self._next(), 0, queue, interface))

    async def hear_pages(self, told: Sequence[ev.PageTold]) -> None:
        if self.journal_fault is not None:
            raise self.journal_fault
        for one in told:
            self.told.append(one)
            self._happen(one)

    def reach(self, interface: str, *, reachable: bool) -> None:
        self._happen(ev.PhoneSeen(self._next(), 0, interface, reachable))

    def call(self, interface: str, uid: str = "c1") -> None:
        """A caller and the phone's agent talk."""
        self._happen(
            ev.ChannelStarted(
                self._next(), 0, uid, f"PJSIP/trunk-{uid}", uid, "400", calling=True, number="13800000001"
            )
        )
        self._happen(ev.CallerJoined(self._next(), 0, uid, "", uid, "consumers", 1, "13800000001", "400"))
        self._happen(ev.ChannelStarted(self._next(), 0, "a1", f"{interface}-a1", uid, "s", calling=False, number=None))
        name = self._names[interface]
        self._happen(
            ev.MemberCalled(self._next(), 0, uid, "", uid, "consumers", interface, name, "a1", f"{interface}-a1")
        )
        self._happen(ev.ChannelRang(self._next(), 0, "a1", ""))
        self._happen(ev.ChannelUp(self._next(), 0, "a1", "", ""))

    def talk(self, interface: str, uid: str = "c1") -> None:
        """The same, and both are seen to hear each other."""
        self.call(interface, uid)
        for one, name in ((uid, f"PJSIP/trunk-{uid}"), ("a1", f"{interface}-a1")):
            self._happen(co.BridgeEntered(self._next(), 0, one, name, uid, "b1", None))

    def hang_up(self) -> None:
        """The phone's channel is gone."""
        self._happen(ev.ChannelEnded(self._next(), 0, "a1", "", 16, None))

    def _member(self, queue: str, interface: str, *, paused: bool, reason: str) -> None:
        name = self._names[interface]
        self._happen(ev.MemberSeen(self._next(), 0, queue, interface, name, interface, 1, paused, reason))

    def _happen(self, event: ev.Event) -> None:
        self.floor.apply(event)

    def _next(self) -> Micros:
        self._at += SECOND
        return self._at

    def _may(self) -> None:
        if self.fault is not None:
            raise self.fault
