"""What leaves the service: how each receiver is, what is parked for it and why, and how it goes on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response, status
from pydantic import Field, StringConstraints

from callcenter.staff.rights import Right
from callcenter.staff.roles import Principal
from callcenter.store.outbox import OutboxKind
from callcenter.store.outbox_progress import backlogs, parked, sink_states
from callcenter.store.unit_of_work import UnitOfWork
from callcenter.usecases.unblock_outbox import enable, retry_parked, skip_parked
from callcenter.web.api.fields import Name, RequestBody, ResponseBody, moment_out
from callcenter.web.auth import allowed
from callcenter.web.problems import in_words_of
from callcenter.web.service import Service, TheService

router = APIRouter(prefix="/outbox", tags=["service"])

Keeping = Annotated[Principal, Depends(allowed(Right.KEEP_SERVICE))]
_MOST = 200


class SinkShown(ResponseBody):
    """A receiver; `disabled_at` null: it is sent to."""

    sink: str
    failures: int
    disabled_at: datetime | None
    why: str | None
    waiting: int
    oldest_at: datetime | None
    parked: int


class ParkedShown(ResponseBody):
    """A key of which nothing more leaves to a receiver until somebody decides: its entry `n` cannot."""

    sink: str
    kind: OutboxKind
    key: str
    n: int
    at: datetime | None
    why: str


class OutboxShown(ResponseBody):
    """Every receiver, and the keys that are parked, those for longest first (at most 200)."""

    sinks: list[SinkShown]
    parked: list[ParkedShown]


class ParkedNamed(RequestBody):
    """Which parked key, as it is kept: an agent's name may hold anything."""

    kind: OutboxKind
    key: Annotated[str, StringConstraints(min_length=1, max_length=400)]


class ParkedSkipped(ParkedNamed):
    """Which parked key, and why its receiver is never to have the entry."""

    reason: Name = Field(description="The audit log keeps it.")


@router.get("")
async def read_outbox(_: Keeping, request: Request, service: TheService) -> OutboxShown:
    """Say how each receiver is, what waits for it, and what is parked and why."""
    async with service.decisions.reading() as connection:
        states, waiting = await sink_states(connection), await backlogs(connection)
        held = await parked(connection, _MOST)
    zone = service.rulebook.zone
    return OutboxShown(
        sinks=[
            SinkShown(
                sink=sink,
                failures=state.failures,
                disabled_at=moment_out(state.disabled_at, zone),
                why=None if state.why is None else in_words_of(request, state.why),
                waiting=waiting[sink].waiting,
                oldest_at=moment_out(waiting[sink].oldest_at, zone),
                parked=waiting[sink].parked,
            )
            for sink, state in states.items()
        ],
        parked=[
            ParkedShown(
                sink=one.sink,
                kind=one.key.kind,
                key=one.key.key,
                n=one.n,
                at=moment_out(one.at, zone),
                why=in_words_of(request, one.why),
            )
            for one in held
        ],
    )


@router.post("/{sink}/retry", status_code=status.HTTP_204_NO_CONTENT)
async def retry_key(sink: Name, body: ParkedNamed, person: Keeping, service: TheService) -> Response:
    """Try a parked entry again, once its receiver can take it; again it is refused."""

    async def work(unit: UnitOfWork) -> None:
        await retry_parked(unit, sink, person.account, service.clock(), body.key, body.kind)

    return await _done(service, work)


@router.post("/{sink}/skip", status_code=status.HTTP_204_NO_CONTENT)
async def skip_key(sink: Name, body: ParkedSkipped, person: Keeping, service: TheService) -> Response:
    """Pass over a parked entry: its receiver never has it, and goes on with what is behind it; again it is refused."""

    async def work(unit: UnitOfWork) -> None:
        await skip_parked(unit, sink, body.key, body.reason, person.account, service.clock(), body.kind)

    return await _done(service, work)


@router.post("/{sink}/enable", status_code=status.HTTP_204_NO_CONTENT)
async def enable_receiver(sink: Name, person: Keeping, service: TheService) -> Response:
    """Send to a receiver again, at once: one that was disabled, or that waits before it is tried."""

    async def work(unit: UnitOfWork) -> None:
        await enable(unit, sink, person.account, service.clock())

    return await _done(service, work)


async def _done(service: Service, work: Callable[[UnitOfWork], Awaitable[None]]) -> Response:
    async with service.decisions.writing() as unit:
        await work(unit)
    return Response(status_code=status.HTTP_204_NO_CONTENT)
