"""Who calls, told to agents whose phones ring.

    a phone rings ──known and logged in time──▶ told with the card
                  ──not yet──▶ told without ──known and logged, and it rings still──▶ told again, with the card

What a call's first ring brought to light serves all phones that ring for it within some seconds. The log of looks has
each account with an open page before the card is told; what cannot be logged is told without. Nobody waits here but
for the database: neither the tracker, nor the stream, nor the call.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import msgspec
import structlog

from callcenter.cases.owners import NumberTable, match_of
from callcenter.domain import facts as fx
from callcenter.domain.floor import Floor
from callcenter.domain.frame import SECOND, Micros
from callcenter.errors import StoreError
from callcenter.exporter.names import inert
from callcenter.exporter.present import open_visit_of
from callcenter.numbers import Numbering, read_number
from callcenter.rules.records.masks import masked_caller
from callcenter.usecases.customers.log_pops import PopShown
from callcenter.usecases.customers.tell_caller import CallAsked, KnownCaller

_CARD_SECONDS = 0.2
"""A pop goes out without the card rather than later."""
_LOOK_UP_SECONDS = 10.0
"""What is not known by the third ring is given up."""
_SAME_SECONDS = 10.0
"""So long what was looked up serves other phones that ring for the call."""
_MOST_LOOK_UPS = 200
"""Further ones are not begun: the database is away."""

log = structlog.get_logger()


class CallerBook(Protocol):
    """Finds out who calls, and keeps who was shown it."""

    async def who_calls(self, asked: CallAsked) -> KnownCaller:
        """Return what is known of whoever calls.

        Raises:
            StoreError: The database cannot be used.
        """

    async def log_pops(self, pops: Sequence[PopShown]) -> None:
        """Log which cards pages are about to show; errors as `who_calls`."""

    async def let_leave(self, agent: str, told: Mapping[str, Any]) -> None:
        """Let a pop leave the service, where somebody takes pops; errors as `who_calls`."""


class Ring(NamedTuple):
    """A phone rings for a visit."""

    agent: str
    uniqueid: str
    said: dict[str, Any]
    caller: str | None
    asked: CallAsked


Tell = Callable[[Ring, dict[str, Any], Collection[str]], None]
"""Tells the agent of a ring; the log of looks has these accounts."""
Watching = Callable[[str], Collection[str]]
"""Names the accounts whose pages show an agent's pops, and cards in them."""


class NobodyKnown:
    """Stands for a list of no customers."""

    async def who_calls(self, asked: CallAsked) -> KnownCaller:
        """Find no customer."""
        return KnownCaller(customer=match_of(asked.number, NumberTable()))

    async def log_pops(self, pops: Sequence[PopShown]) -> None:
        """Keep nothing: no card is shown."""

    async def let_leave(self, agent: str, told: Mapping[str, Any]) -> None:
        """Tell nobody."""


class _Ready(NamedTuple):
    """What is known of whoever calls, and the accounts whose looks at it are logged."""

    known: KnownCaller | None
    logged: Collection[str]


_NOT_READY = _Ready(None, ())


class Pops:
    """Phones that ring, and what is known of whoever calls.

    Args:
        book: Finds out who calls.
        tell: Tells the agent.
        watching: Names who would see it.
        clock: Our clock.
    """

    def __init__(self, book: CallerBook, tell: Tell, watching: Watching, clock: Callable[[], Micros]) -> None:
        self._book = book
        self._tell = tell
        self._watching = watching
        self._clock = clock
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
        async with asyncio.TaskGroup() as group:
            self._group = group
            try:
                for ring in [*self._ringing.values()]:
                    self._begin(ring)
                await asyncio.Event().wait()
            finally:
                self._group = None  # at once: a group that ends takes nothing more, and calls still ring

    async def log(self, pops: Sequence[PopShown]) -> bool:
        """Log what pages are about to show; False: it could not be logged, and must not be shown."""
        try:
            async with asyncio.timeout(_LOOK_UP_SECONDS):
                await self._book.log_pops(pops)
        except (TimeoutError, StoreError) as error:
            log.warning("pop_not_logged", pops=len(pops), error=str(error) or "too slow")
            return False
        return True

    def _begin(self, ring: Ring) -> None:
        if self._group is not None:
            ready = self._group.create_task(self._ready(ring, self._look_up(ring, self._group)), name="live-card")
            self._group.create_task(self._pop(ring, ready), name="live-pop")

    def _look_up(self, ring: Ring, group: asyncio.TaskGroup) -> asyncio.Task[KnownCaller | None]:
        """Look a call up, or take what another phone that rings for it brought to light."""
        now = asyncio.get_running_loop().time()
        while self._known and next(iter(self._known.values()))[0] < now - _SAME_SECONDS:
            del self._known[next(iter(self._known))]
        if ring.uniqueid not in self._known:
            self._known[ring.uniqueid] = now, group.create_task(self._ask(ring.asked), name="live-caller")
        return self._known[ring.uniqueid][1]

    async def _pop(self, ring: Ring, getting: asyncio.Task[_Ready]) -> None:
        await asyncio.wait([getting], timeout=_CARD_SECONDS)
        if not getting.done():
            self._say(ring, _NOT_READY)
            if (ready := await getting).known is not None:
                self._say(ring, ready)
        else:
            self._say(ring, getting.result())
        try:
            await self._book.let_leave(ring.agent, leaving_of(ring, getting.result().known))
        except StoreError as error:
            log.warning("pop_not_put", error=str(error))

    async def _ready(self, ring: Ring, looking: asyncio.Task[KnownCaller | None]) -> _Ready:
        """Wait until it is known who calls, and the log has who is about to be shown it."""
        known = await looking
        accounts = self._watching(ring.agent)
        if known is None or not known.cards or not accounts:
            return _Ready(known, ())
        ids = tuple(card.id for card in known.cards)
        shown = [PopShown(self._clock(), account, ring.uniqueid, ids) for account in accounts]
        return _Ready(known, accounts) if await self.log(shown) else _NOT_READY

    async def _ask(self, asked: CallAsked) -> KnownCaller | None:
        """Find out who calls; None: it could not be found out."""
        if self._look_ups >= _MOST_LOOK_UPS:
            return None
        self._look_ups += 1
        try:
            async with asyncio.timeout(_LOOK_UP_SECONDS):
                return await self._book.who_calls(asked)
        except (TimeoutError, StoreError) as error:
            log.warning("caller_not_looked_up", error=str(error) or "too slow")
            return None
        except Exception:  # what one call has in the database keeps no other from being told
            log.exception("caller_not_looked_up")
            return None
        finally:
            self._look_ups -= 1

    def _say(self, ring: Ring, ready: _Ready) -> None:
        if self._ringing.get((ring.agent, ring.uniqueid)) is ring:
            self._tell(ring, ring.said | _known(ready.known), ready.logged)


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


def leaving_of(ring: Ring, known: KnownCaller | None) -> dict[str, Any]:
    """Say what may leave the service of a pop: of customers their ids and classes, of the number its ends."""
    cards, cases = ((), ()) if known is None else (known.cards, known.cases)
    return ring.said | {
        "caller": masked_caller(_inert(ring.caller)),
        "customers": [{"id": one.id, "class": one.customer_class, "key_account": one.key_account} for one in cards],
        "cases": [{"id": one.id, "number": one.number, "state": one.state, "due": one.due} for one in cases],
    }


def _known(known: KnownCaller | None) -> dict[str, Any]:
    if known is None:
        return {"customer": None, "cards": [], "contacts": [], "cases": []}
    told: dict[str, Any] = msgspec.to_builtins(known)
    told["contacts"] = [
        one
        | {
            "at": one["at"] / SECOND or None,
            "queue": _inert(one["queue"]),
            "agent": _inert(one["agent"]),
            "callback_by": _seconds(one["callback_by"]),
        }
        for one in told["contacts"]
    ]
    told["cases"] = [one | {"due": _seconds(one["due"]), "agent": _inert(one["agent"])} for one in told["cases"]]
    return told | {"repeat_of": _inert(known.repeat_of), "served_last": _inert(known.served_last)}


def _seconds(at: Micros | None) -> float | None:
    return None if at is None else at / SECOND


def _inert(name: str | None) -> str | None:
    return None if name is None else inert(name)
