"""Service promises as the department keeps them, queue by queue."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from callcenter.rules.regulations.promises import PromiseCount
from callcenter.staff.rights import Right
from callcenter.staff.roles import Principal
from callcenter.store.record.promises import kept_promises
from callcenter.web.api.fields import MomentSpan, ResponseBody
from callcenter.web.auth import allowed
from callcenter.web.service import TheService

router = APIRouter(prefix="/promises", tags=["promises"])

Seeing = Annotated[Principal, Depends(allowed(Right.SEE))]

_MOST_DAYS = 93


class PromiseShown(ResponseBody):
    """How often one promise was kept in one queue."""

    queue: str
    promise: str
    zh: str
    en: str
    kept: int
    broken: int
    unknown: int = Field(description="Fell due and was not seen whole.")
    rate: float | None = Field(description="`kept` of kept and broken; null where neither is known.")


class PromisesShown(ResponseBody):
    """Every queue that had visits; P-RING is `rings-call`, P-WAIT a wait within the queue's threshold."""

    items: list[PromiseShown]


@router.get("")
async def read_promises(span: Annotated[MomentSpan, Query()], _: Seeing, service: TheService) -> PromisesShown:
    """Say how often service promises were kept; at most 93 days."""
    since, until = span.of_days(_MOST_DAYS)
    async with service.decisions.reading() as connection:
        found = await kept_promises(connection, service.rulebook, since, until)
    titles = {code: one.title for edition in service.rulebook.editions for code, one in edition.promises.items()}
    return PromisesShown(
        items=[
            PromiseShown(
                queue=queue,
                promise=code,
                zh=titles[code].zh,
                en=titles[code].en,
                kept=one.kept,
                broken=one.broken,
                unknown=one.unknown,
                rate=_rate(one),
            )
            for queue, promises in found.items()
            for code, one in promises.items()
        ]
    )


def _rate(kept: PromiseCount) -> float | None:
    known = kept.kept + kept.broken
    return kept.kept / known if known else None
