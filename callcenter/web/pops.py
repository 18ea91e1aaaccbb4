"""Who calls, told to agents whose phones ring.

    a phone rings ──known in time──▶ told with the card
                  ──not yet──▶ told without ──known, and it rings still──▶ told again, with the card

What a call's first ring brought to light serves all phones that ring for it within some seconds. Nobody waits here but
for the database: neither the tracker, nor the stream, nor the call.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

import msgspec
import structlog

from callcenter.cases.owners import NumberTable, match_of
from callcenter.domain import facts as fx
from callcenter.domain.floor import Floor
from callcenter.domain.frame import SECOND
from callcenter.errors import StoreError
from callcenter.exporter.names import inert
from callcenter.exporter.present import open_visit_of
from callcenter.numbers import Numbering, read_number
from callcenter.usecases.tell_caller import CallAsked, KnownCaller

_CARD_SECONDS = 0.2
"""A pop goes out without the card rather than later."""
_LOOK_UP_SECONDS = 10.0
"""What is not known by the third ring is given up."""
_SAME_SECONDS = 10.0
"""So long what was looked up serves other phones that ring for the call."""
_MOST_LOOK_UPS = 200
"""Further ones are not begun: the database is away."""

log = structlog.get_logger()

WhoCalls = Callable[[CallAsked], Awaitable[KnownCaller]]
"""Finds out who calls."""


class Ring(NamedTuple):
    """A phone rings for a visit."""

    agent: str
    uniqueid: str
    said: dict[str, Any]
    caller: str | None
    asked: CallAsked


Tell = Callable[[Ring, dict[str, Any]], None]
"""Tells the agent of a ring."""


async def nobody_known(asked: CallAsked) -> KnownCaller:
    """Find no customer: there is no list of them."""
    return KnownCaller(customer=match_of(asked.number, NumberTable()))


class Pops:
    """Phones that ring, and what is known of whoever calls.

    Args:
        who_calls: Finds out who calls.
        tell: Tells the agent.
    """

    def __init__(self, who_calls: WhoCalls, tell: Tell) -> None:
        self._who_calls = who_calls
        self._tell = tell
        self._ringing: dict[tuple[str, str], Ring] = {}
        self._known: dict[str, tuple[float, asyncio.Task[KnownCaller | None]]] = {}
        self._group: asyncio.TaskGroup | None = None
        self._look_ups = 0

    def ring(self, ring: Ring) -> None:
        """A phone rings."""
        self._ringing[ring.agent, ring.uniqueid] = ring
        self._begin(ring)

    def over(self, agent: str, uniqueid: str) -> None:
        """It rings no longer, and whoever answered has done."""
        self._ringing.pop((agent, uniqueid), None)

    def agents_of(self, uniqueid: str) -> set[str]:
        """Name the agents whose phones ring for a caller, or who have answered and talk."""
        return {agent for agent, call in self._ringing if call == inert(uniqueid)}

    def picked(self, uniqueid: str) -> None:
        """Somebody said whose call it is: look again, and tell again."""
        self._known.pop(inert(uniqueid), None)
        for ring in [*self._ringing.values()]:
            if ring.uniqueid == inert(uniqueid):
                self._begin(ring)

    async def run(self) -> None:
        """Pop calls until cancelled."""
        try:
            async with asyncio.TaskGroup() as self._group:
                for ring in [*self._ringing.values()]:
                    self._begin(ring)
                await asyncio.Event().wait()
        finally:
            self._group = None

    def _begin(self, ring: Ring) -> None:
        if self._group is not None:
            self._group.create_task(self._pop(ring, self._look_up(ring, self._group)), name="live-pop")

    def _look_up(self, ring: Ring, group: asyncio.TaskGroup) -> asyncio.Task[KnownCaller | None]:
        """Look a call up, or take what another phone that rings for it brought to light."""
        now = asyncio.get_running_loop().time()
        while self._known and next(iter(self._known.values()))[0] < now - _SAME_SECONDS:
            del self._known[next(iter(self._known))]
        if ring.uniqueid not in self._known:
            self._known[ring.uniqueid] = now, group.create_task(self._ask(ring.asked), name="live-caller")
        return self._known[ring.uniqueid][1]

    async def _pop(self, ring: Ring, looking: asyncio.Task[KnownCaller | None]) -> None:
        await asyncio.wait([looking], timeout=_CARD_SECONDS)
        if not looking.done():
            self._say(ring, None)
            if (known := await looking) is not None:
                self._say(ring, known)
        else:
            self._say(ring, looking.result())

    async def _ask(self, asked: CallAsked) -> KnownCaller | None:
        """Find out who calls; None: it could not be found out."""
        if self._look_ups >= _MOST_LOOK_UPS:
            return None
        self._look_ups += 1
        try:
            async with asyncio.timeout(_LOOK_UP_SECONDS):
                return await self._who_calls(asked)
        except (TimeoutError, StoreError) as error:
            log.warning("caller_not_looked_up", error=str(error) or "too slow")
            return None
        finally:
            self._look_ups -= 1

    def _say(self, ring: Ring, known: KnownCaller | None) -> None:
        if self._ringing.get((ring.agent, ring.uniqueid)) is ring:
            self._tell(ring, ring.said | _known(known))


def ring_of(fact: fx.PhoneRang, floor: Floor, numbering: Numbering) -> Ring:
    """Say that a phone rings, and what its call is to be looked up by."""
    visit = open_visit_of(floor, fact.uniqueid)
    joined = None if visit is None else visit.joined_at
    caller = None if visit is None else visit.caller
    call = fact.uniqueid if visit is None else visit.call
    number = read_number(caller or "", numbering)
    said = {
        "visit": {
            "uniqueid": inert(fact.uniqueid),
            "queue": inert(fact.queue),
            "visit": None if visit is None else visit.n,
        },
        "call": None if visit is None else inert(call),
        "queue": inert(fact.queue),
        "at": None if fact.at is None else fact.at / SECOND,
        "caller": None,
        "waited_seconds": None if joined is None or fact.at is None else max(0, fact.at - joined) / SECOND,
        "kind": number.kind,
    }
    asked = CallAsked(number=number, numbering=numbering, uniqueid=fact.uniqueid, call=call, joined_at=joined)
    return Ring(fact.agent, inert(fact.uniqueid), said, caller, asked)


def _known(known: KnownCaller | None) -> dict[str, Any]:
    if known is None:
        return {"customer": None, "cards": [], "contacts": []}
    told: dict[str, Any] = msgspec.to_builtins(known)
    told["contacts"] = [
        one | {"at": one["at"] / SECOND or None, "queue": _inert(one["queue"]), "agent": _inert(one["agent"])}
        for one in told["contacts"]
    ]
    return told | {"repeat_of": _inert(known.repeat_of), "served_last": _inert(known.served_last)}


def _inert(name: str | None) -> str | None:
    return None if name is None else inert(name)
