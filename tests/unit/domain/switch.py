"""A switch in words: tests say what happened, in seconds, and read the facts."""

from __future__ import annotations

from typing import TypeVar

from callcenter.domain import events as ev
from callcenter.domain import facts as fx
from callcenter.domain.floor import Floor
from callcenter.domain.frame import SECOND, Micros
from callcenter.domain.state import FloorSettings
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

    # queues

    def joins(self, at: float, uid: str = "c1", queue: str = "support") -> None:
        if uid not in self.floor.state.channels:
            self.starts(at, uid, f"PJSIP/trunk-{uid}", dialled="400", calling=True)
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

    def goodbye(self, at: float, by: str = "c1") -> None:
        """One of both hangs up, and everything of the call ends."""
        self.hangs_up(at, by)
        self.completes(at)
        self.ends(at, "a1")
        self.ends(at, "c1")
