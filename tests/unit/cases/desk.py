"""Calls in words: tests say who called when and what agents dialled, in seconds; and read the links."""

from __future__ import annotations

import msgspec

from callcenter.cases.linking import FollowUp, Linking, LinkMemory, LinkSettings, LostVisit
from callcenter.cases.owners import NumberTable
from callcenter.domain import facts as fx
from callcenter.domain.frame import SECOND, Micros
from callcenter.domain.vocabulary import EndedBy, How, VisitOutcome
from callcenter.numbers import Numbering

DAY = 86_400
PHONE = "13800138000"
KEY = "+8613800138000"
OTHER = "13900139000"


def micros(seconds: float | None) -> Micros | None:
    return None if seconds is None else round(seconds * SECOND)


def visit(
    call: str,
    joined: float | None,
    left: float | None,
    outcome: VisitOutcome = VisitOutcome.ABANDONED,
    *,
    caller: str | None = PHONE,
    ended: float | None = None,
    queue: str | None = "support",
    refused: float | None = None,
    offers: tuple[fx.Offer, ...] = (),
) -> fx.Visit:
    answered = outcome is VisitOutcome.ANSWERED
    return fx.Visit(
        call=call,
        uniqueid=f"u-{call}",
        queue=queue,
        n=1,
        caller=caller,
        did=None,
        joined_at=micros(joined),
        left_at=micros(left),
        position=1,
        outcome=outcome,
        agent="Alice" if answered else None,
        answered_at=micros(left) if answered else None,
        ended_at=micros(ended),
        hold=None,
        transferred=None,
        ended_by=EndedBy.CALLER,
        refused_at=micros(refused),
        offers=offers,
        in_gap=False,
        frames=(),
    )


class Desk:
    """Linking, told of one thing after the other."""

    def __init__(
        self,
        customers: dict[str, list[str]] | None = None,
        settings: LinkSettings | None = None,
        memory: LinkMemory | None = None,
    ) -> None:
        owners = NumberTable((customers or {}).items())
        self.linking = Linking(owners, Numbering(internal=("8001",)), settings, memory)
        self.changed: list[LostVisit] = []
        self._lines = 0

    def ends(self, told: fx.Visit) -> list[str]:
        return [lost.id for lost in self.linking.see(fx.VisitEnded(at=None, visit=told))]

    def lost(self, call: str, joined: float, left: float, caller: str | None = PHONE) -> fx.Visit:
        told = visit(call, joined, left, caller=caller)
        self.ends(told)
        return told

    def answered(self, call: str, joined: float, at: float, ended: float, caller: str = PHONE) -> fx.Visit:
        told = visit(call, joined, at, VisitOutcome.ANSWERED, caller=caller, ended=ended)
        self.ends(told)
        return told

    def dials(
        self,
        start: float | None,
        end: float | None,
        dialled: str = PHONE,
        *,
        reached: float | None = None,
        how: How = How.OUTBOUND,
        up: float | None = None,
        in_gap: bool = False,
        unseen: bool = False,
        calls_back: str | None = None,
    ) -> None:
        self._lines += 1
        uid = f"line-{self._lines}"
        own = fx.OwnCall(
            agent="Alice",
            interface="PJSIP/1001",
            uniqueid=uid,
            dialled=dialled,
            started_at=micros(start),
            up_at=micros(up),
            ended_at=micros(end),
            in_talk=False,
            in_gap=in_gap,
            frames=(),
            unseen=unseen,
        )
        self.linking.see(fx.OwnCallBegan(at=micros(start), own=own))
        if calls_back is not None:
            own = msgspec.structs.replace(own, calls_back=calls_back)
            self.linking.see(fx.CallBackDialled(at=micros(start), own=own))
        if reached is not None:
            talk = fx.Talk(
                call=uid,
                uniqueid="trunk",
                agent="Alice",
                interface="PJSIP/1001",
                how=how,
                queue=None,
                start=micros(reached),
                end=None,
                ended_by=None,
                in_gap=False,
                frames=(),
            )
            self.linking.see(fx.TalkBegan(at=micros(reached), talk=talk))
        found = self.linking.see(fx.OwnCallEnded(at=micros(end), own=own))
        self.changed += msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=list[LostVisit])

    def state(self, told: fx.Visit) -> tuple[str, str | None, float | None]:
        found = self.linking.followed_up(told)
        assert isinstance(found, FollowUp)
        return found.state, found.by, None if found.at is None else found.at / SECOND

    def repeat_of(self, call: str, joined: float | None, caller: str = PHONE) -> str | None:
        return self.linking.repeat_of(caller, call, micros(joined))
