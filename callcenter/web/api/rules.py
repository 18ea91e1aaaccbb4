"""The rules in force, as they are written, and how often people agree with what each raises."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field

from callcenter.rules.records.agreement import agreement
from callcenter.rules.regulations.edition import Mode
from callcenter.staff.rights import Right
from callcenter.staff.roles import Principal, may
from callcenter.store.decisions.agreement import raised
from callcenter.web.api.fields import Moment, RequestBody, ResponseBody, moment_in
from callcenter.web.api.review.offered import titles_of
from callcenter.web.auth import allowed
from callcenter.web.problems import RequestRefused, language_of
from callcenter.web.service import TheService

router = APIRouter(prefix="/rules", tags=["rules"])

Changing = Annotated[Principal, Depends(allowed(Right.PROPOSE_CHANGE, Right.APPROVE_CHANGE))]
Judging = Annotated[Principal, Depends(allowed(Right.SEE_AGREEMENT))]


class CountedSpan(RequestBody):
    """Which records count, by when they happened; `from` is inclusive, `to` is not."""

    since: Moment | None = Field(default=None, alias="from")
    until: Moment | None = Field(default=None, alias="to")


class RuleAgreement(ResponseBody):
    """One rule in one mode: what it raised, and how often people later agreed."""

    rule: str
    title: str = Field(description="As the newest rulebook that has the rule calls it; the code where none does.")
    mode: Mode
    records: int = Field(description="Proposed by the service and not withdrawn.")
    decided: int = Field(description="Of them: decided on or, in shadow, reviewed; none whose appeal is open.")
    agreeing: int = Field(description="Of the decided: confirmed or reduced; in shadow, disagreed with by nobody.")
    disagreeing: int
    rate: float | None = Field(description="`agreeing` of `decided`; null where nothing is decided.")
    appeals: int
    undetermined: int
    excused: int
    withdrawn: int


class Agreements(ResponseBody):
    """Every rule that raised something in the span; those in shadow for administrators alone."""

    items: list[RuleAgreement]


@router.get("")
async def read_rulebook(_: Changing, service: TheService) -> dict[str, Any]:
    """Give the rulebook in force as it is written: change it, and propose it as the content of a change."""
    if service.ports.written is None:
        raise RequestRefused("unavailable", "this service follows no switch")
    return await service.ports.written(None)


@router.get("/agreement")
async def read_agreement(
    span: Annotated[CountedSpan, Query()], person: Judging, service: TheService, request: Request
) -> Agreements:
    """Say of each rule how often people agree with it."""
    shadow = may(person, Right.SEE_SHADOW)
    async with service.decisions.reading() as connection:
        since, until = moment_in(span.since), moment_in(span.until)
        found = await raised(connection, since, until, shadow=shadow, reader=person.agent)
    titles = titles_of(service.rulebook.editions, language_of(request.headers.get("accept-language")))
    return Agreements(
        items=[
            RuleAgreement(title=titles.get(one.rule, one.rule), **msgspec.structs.asdict(one))
            for one in agreement(found)
        ]
    )
