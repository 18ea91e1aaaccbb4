"""A switch in words: tests say what happened, in seconds, and read the facts."""

from __future__ import annotations

from typing import TypeVar

from callcenter.domain import company as co
from callcenter.domain import events as ev
from callcenter.domain import facts as fx
from callcenter.domain.floor import Floor
from callcenter.domain.frame import SECOND, Micros
from callcenter.domain.settings import FloorSettings
from callcenter.domain.vocabulary import AgentState

EPOCH: Micros = 1_800_000_000 * SECOND
F = TypeVar("F", bound=fx.Fact)


def micros(seconds: float) -> Micros:
    return EPOCH + round(seconds * SECOND)


class Switch:
    """Every method is something that a switch tells; times are seconds from the test's beginning."""

    def __init__(self, **settings: object) -> None:
        self.floor = Floor(FloorSettings(**settings))  # type: ignore[arg-type]
        self.facts: list[fx.Fact] = []
        self.pos = 0

    def tell(self, kind: type, at: float | None, **fields: object) -> None:
        self.pos += 1
        event = kind(at=None if at is None else micros(at), pos=self.pos, **fields)
        self.facts += self.floor.apply(event)

    def found(self, kind: type[F]) -> list[F]:
        return [fact for fact in self.facts if isinstance(fact, kind)]

    def visits(self) -> list[fx.Visit]:
        return [fact.visit for fact in self.found(fx.VisitEnded)]

    def visit(self) -> fx.Visit:
        (visit,) = self.visits()
        return visit

    def offers(self) -> list[fx.Offer]:
        return [fact.offer for fact in self.found(fx.OfferEnded)]

    def offer(self) -> fx.Offer:
        (offer,) = self.offers()
        return offer

    def states(self, agent: str) -> list[AgentState]:
        return [fact.state for fact in self.found(fx.AgentStateChanged) if fact.agent == agent]

    def talks_told(self) -> list[fx.Talk]:
        return [fact.talk for fact in self.found(fx.TalkEnded)]

    def own(self) -> list[fx.OwnCall]:
        return [fact.own for fact in self.found(fx.OwnCallEnded)]

    def state(self, agent: str) -> AgentState:
        """Tell what an agent does now."""
        return self.floor.state.people[agent].state

    def over(self) -> Switch:
        self.facts += self.floor.finish()
        return self

    # channels

    def starts(
        self, at: float, uid: str, name: str, *, linked: str = "", dialled: str = "s", calling: bool = False
    ) -> None:
        self.tell(
            ev.ChannelStarted,
            at,
            uid=uid,
            name=name,
            linked=linked or uid,
            dialled=dialled,
            calling=calling,
            number=None,
        )

    def rings(self, at: float, uid: str) -> None:
        self.tell(ev.ChannelRang, at, uid=uid, name="")

    def picks_up(self, at: float, uid: str) -> None:
        self.tell(ev.ChannelUp, at, uid=uid, name="", linked="")

    def hangs_up(self, at: float, uid: str, *, cause: int | None = None, tech: int | None = None) -> None:
        self.tell(ev.HangupAsked, at, uid=uid, name="", cause=cause, tech=tech)

    def ends(self, at: float | None, uid: str, *, cause: int = 16, tech: int | None = None) -> None:
        self.tell(ev.ChannelEnded, at, uid=uid, name="", cause=cause, tech=tech)

    def tears_down(self, at: float, uid: str, flag: int) -> None:
        self.tell(ev.TeardownAsked, at, uid=uid, name="", flag=flag)

    def dials(self, at: float, dest: str, *, uid: str | None = None, string: str = "", dest_name: str = "") -> None:
        """A channel (None: the switch itself) dials another."""
        source = self.floor.state.channels.get(uid or "")
        self.tell(
            ev.DialBegan,
            at,
            uid=uid,
            name=None if source is None else source.name,
            linked=uid,
            dest=dest,
            dest_name=dest_name,
            dial_string=string,
        )

    # bridges

    def enters(
        self,
        at: float | None,
        uid: str,
        bridge: str = "b1",
        *,
        name: str = "",
        linked: str = "",
        swapped: str | None = None,
    ) -> None:
        self.tell(co.BridgeEntered, at, uid=uid, name=name, linked=linked, bridge=bridge, swapped=swapped)

    def meet(self, at: float, *uids: str, bridge: str = "b1") -> None:
        """They are in one bridge."""
        for uid in uids:
            self.enters(at, uid, bridge)

    def exits(self, at: float, uid: str, bridge: str = "b1") -> None:
        self.tell(co.BridgeLeft, at, uid=uid, bridge=bridge)

    def part(self, at: float, *uids: str, bridge: str = "b1") -> None:
        """They leave a bridge, and their channels end."""
        for uid in uids:
            self.exits(at, uid, bridge)
        for uid in uids:
            self.ends(at, uid)

    def merges(self, at: float, gone: str, into: str) -> None:
        self.tell(co.BridgesMerged, at, into=into, gone=gone)

    def pairs(self, at: float, one: str, two: str, device: str = "Local/1001@agents-1") -> None:
        """Two halves of a Local channel begin."""
        for uid, name, calling in ((one, f"{device};1", False), (two, f"{device};2", True)):
            if uid not in self.floor.state.channels:
                self.starts(at, uid, name, linked="c1", calling=calling)
        self.tell(co.LocalPaired, at, one=one, one_name=f"{device};1", two=two, two_name=f"{device};2")

    def optimizes(self, at: float, one: str, two: str) -> None:
        self.tell(co.LocalOptimizing, at, one=one, two=two)

    # moving people

    def picked_up(self, at: float, uid: str, target: str) -> None:
        self.tell(co.PickedUp, at, uid=uid, name="", target=target)

    def parks(self, at: float, uid: str) -> None:
        self.tell(co.Parked, at, uid=uid, name="")

    def fetches(self, at: float, uid: str) -> None:
        self.tell(co.ParkEnded, at, uid=uid, name="")

    def blind(self, at: float, by: str, moved: str | None = "c1", target: str = "1002") -> None:
        self.tell(ev.BlindTransferred, at, by=by, moved=moved, target=target)

    def attended(self, at: float, by: str, second: str, moved: str | None = "c1", place: str = "bridge") -> None:
        self.tell(ev.AttendedTransferred, at, by=by, second=second, moved=moved, place=place)

    def spies(self, at: float, uid: str, target: str | None) -> None:
        if target is None:
            self.tell(co.SpyEnded, at, uid=uid)
        else:
            self.tell(co.SpyBegan, at, uid=uid, target=target)

    # queues

    def joins(self, at: float, uid: str = "c1", queue: str = "support") -> None:
        if uid not in self.floor.state.channels:
            self.starts(at, uid, f"PJSIP/trunk-{uid}", dialled="400", calling=True)
        self.joins_again(at, uid, queue)

    def joins_again(self, at: float, uid: str = "c1", queue: str = "support") -> None:
        """The word of the queue alone."""
        self.tell(
            ev.CallerJoined,
            at,
            uid=uid,
            name="",
            linked=uid,
            queue=queue,
            position=1,
            caller="13800000001",
            dialled="400",
        )

    def leaves(self, at: float, uid: str = "c1", queue: str = "support") -> None:
        self.tell(ev.CallerLeft, at, uid=uid, name="", linked=uid, queue=queue)

    def calls(
        self,
        at: float,
        dest: str = "a1",
        agent: str = "Alice",
        phone: str = "PJSIP/1001",
        *,
        uid: str = "c1",
        queue: str = "support",
    ) -> None:
        name = f"{phone}-{dest}"
        if dest not in self.floor.state.channels:
            self.starts(at, dest, name, linked=uid)
        self.tell(
            ev.MemberCalled,
            at,
            uid=uid,
            name="",
            linked=uid,
            queue=queue,
            interface=phone,
            member=agent,
            dest=dest,
            dest_name=name,
        )

    def connects(
        self,
        at: float,
        dest: str = "a1",
        agent: str = "Alice",
        phone: str = "PJSIP/1001",
        *,
        uid: str = "c1",
        queue: str = "support",
    ) -> None:
        self.tell(
            ev.MemberConnected,
            at,
            uid=uid,
            name="",
            linked=uid,
            queue=queue,
            interface=phone,
            member=agent,
            dest=dest,
            dest_name="",
        )

    def completes(
        self,
        at: float,
        agent: str = "Alice",
        phone: str = "PJSIP/1001",
        *,
        uid: str | None = "c1",
        dest: str | None = "a1",
        queue: str = "support",
    ) -> None:
        self.tell(ev.MemberCompleted, at, uid=uid, linked=uid, queue=queue, interface=phone, member=agent, dest=dest)

    def says(self, at: float, result: str, uid: str = "c1") -> None:
        self.tell(ev.QueueResult, at, uid=uid, name="", linked=uid, caller="13800000001", dialled="400", result=result)

    def ticks(self, at: float) -> None:
        self.tell(ev.Tick, at)

    # agents

    def takes(self, at: float, uid: str = "o1", dialled: str = "s", *, phone: str = "PJSIP/1002") -> None:
        """An agent takes the own line: Bob, if nothing else is said."""
        self.starts(at, uid, f"{phone}-{uid}", dialled=dialled, calling=True)
        self.picks_up(at, uid)

    def member(
        self,
        at: float,
        agent: str = "Alice",
        phone: str = "PJSIP/1001",
        *,
        queue: str = "support",
        status: int = 1,
        paused: bool = False,
        reason: str = "",
        device: str = "",
    ) -> None:
        self.tell(
            ev.MemberSeen,
            at,
            queue=queue,
            interface=phone,
            member=agent,
            device=device or phone,
            status=status,
            paused=paused,
            reason=reason,
        )

    def leaves_queue(self, at: float, queue: str = "support", phone: str = "PJSIP/1001") -> None:
        """A member is taken out of a queue."""
        self.tell(ev.MemberGone, at, queue=queue, interface=phone)

    def team(self, *others: str) -> None:
        """Alice and Bob (1002) serve the queue, and these from 1003 on."""
        for number, name in enumerate(("Alice", "Bob", *others), 1001):
            self.member(0, name, f"PJSIP/{number}")

    def phone(self, at: float, *, reachable: bool, device: str = "PJSIP/1001") -> None:
        self.tell(ev.PhoneSeen, at, device=device, reachable=reachable)

    # whole stories

    def answered(self, at: float, up: float, *, ring: float | None = None) -> None:
        """Alice is called at `at`, rings from then, picks up at `up`."""
        self.joins(at)
        self.calls(at)
        self.rings(at if ring is None else ring, "a1")
        self.picks_up(up, "a1")
        self.leaves(up)
        self.connects(up)

    def talking(self, at: float, up: float) -> None:
        """The same, and both are in a bridge."""
        self.answered(at, up)
        self.meet(up, "a1", "c1")

    def local(self, at: float, up: float, *, interface: str = "Local/1001@agents/n", member: str = "Alice") -> None:
        """Alice is reached over a Local channel, halves l1 and l2, and talks on a1."""
        self.joins(at)
        self.pairs(at, "l1", "l2")
        self.calls(at, "l1", member, interface)
        self.starts(at, "a1", "PJSIP/1001-a1", linked="c1")
        self.dials(at, "a1", uid="l2", string="1001")
        self.rings(at, "a1")
        self.picks_up(up, "a1")
        self.picks_up(up, "l1")
        self.meet(up, "a1", "l2", bridge="inner")
        self.leaves(up)
        self.connects(up, "l1", member, interface)
        self.meet(up, "l1", "c1", bridge="outer")

    def goodbye(self, at: float, by: str = "c1") -> None:
        """One of both hangs up, and everything of the call ends."""
        self.hangs_up(at, by)
        self.completes(at)
        self.ends(at, "a1")
        self.ends(at, "c1")
