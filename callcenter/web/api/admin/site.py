"""The site as settings, rulebook and roster have it: its calendar, queues, pause reasons, and what is kept how long."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field

from callcenter.domain.frame import SECOND
from callcenter.staff.calendar import look_up
from callcenter.staff.rights import Right
from callcenter.staff.roles import Principal
from callcenter.staff.site.retention import AGREED
from callcenter.store.decisions.changes import OF_THE_SITE, ChangeKind, newest
from callcenter.web.api.admin.health import CheckShown, check_shown
from callcenter.web.api.desk import ReasonShown, reasons_shown
from callcenter.web.api.fields import ResponseBody, moment_out
from callcenter.web.auth import allowed
from callcenter.web.problems import language_of
from callcenter.web.service import Service, TheService

router = APIRouter(tags=["service"])

Seeing = Annotated[Principal, Depends(allowed(Right.KEEP_SERVICE, Right.PROPOSE_CHANGE, Right.APPROVE_CHANGE))]


class SiteQueue(ResponseBody):
    """A queue that settings, rulebook or roster name; `agents` null: there is no roster.

    `zh` and `en` are the names that the site gave it; empty: it is called as the switch calls it.
    """

    queue: str
    zh: str
    en: str
    number: str | None = Field(description="At which agents reach it (`desk.numbers`, or as two people agreed since).")
    agents: int | None = Field(description="Whom the roster has serve it now.")
    serving: list[str] | None = Field(description="Who they are.")
    service_threshold_seconds: float
    wrap_up_seconds: float
    checks: list[CheckShown] = Field(description="What the doctor said of it last.")


class SiteReason(ReasonShown):
    """A reason of pauses; `told`: by the rulebook in force such a pause is one that the supervisor was told of.

    `zh` and `en` are the names that the site gave it; empty: it has the service's own, or its code.
    """

    zh: str
    en: str
    told: bool


class KeptShown(ResponseBody):
    """For how many days something is kept, by which setting; 0: for good.

    `least` and `most` are what two people may agree on; null: the settings alone say it.
    """

    setting: str
    days: int
    filed: int = Field(description="As the settings have it.")
    least: int | None
    most: int | None


class SiteChanged(ResponseBody):
    """Who said something of the site otherwise last."""

    kind: ChangeKind
    id: str
    proposed_by: str
    decided_by: str | None
    decided_at: datetime | None


class SiteShown(ResponseBody):
    """What holds at the site now."""

    timezone: str
    queues: list[SiteQueue]
    reasons: list[SiteReason] = Field(description="Of pauses (`desk.reasons`, or as two people agreed since).")
    kept: list[KeptShown]
    changed: list[SiteChanged] = Field(description="What was approved last of each kind of what the site says.")
    explain_days: int
    appeal_days: int
    decide_days: int


class CalendarDayShown(ResponseBody):
    """A day: worked or not, off for a holiday, announced or (`official` false) provisional, said by the site itself."""

    day: date
    worked: bool
    festival: bool
    official: bool
    own: bool


class CalendarShown(ResponseBody):
    """A year's days; `provisional`: how many of them nobody has announced yet."""

    year: int
    provisional: int
    items: list[CalendarDayShown]


@router.get("/site")
async def read_site(_: Seeing, request: Request, service: TheService) -> SiteShown:
    """Say which queues, pause reasons and times of keeping hold at the site."""
    terms, reasons = service.terms, service.own.reasons
    language = language_of(request.headers.get("accept-language"))
    told = service.rulebook.figures(service.clock()).told_reasons
    own = {one.code: one for one in (*reasons.offered, *reasons.retired)}
    return SiteShown(
        timezone=service.rulebook.timezone,
        queues=_queues(request, service),
        reasons=[
            SiteReason(
                **one.model_dump(),
                zh=own[one.code].zh,
                en=own[one.code].en,
                told=not {"*", one.code}.isdisjoint(told),
            )
            for one in reasons_shown(reasons, language)
            if one.code in own
        ],
        kept=_kept(service),
        changed=await _changed(service),
        explain_days=terms.explain,
        appeal_days=terms.appeal,
        decide_days=terms.decide,
    )


@router.get("/calendar")
async def read_calendar(_: Seeing, service: TheService, year: Annotated[int, Query(ge=2000, le=2150)]) -> CalendarShown:
    """Say of each day of a year whether it is worked, and whether that is known."""
    days, own = service.terms.days, service.terms.days.own
    first = date(year, 1, 1)
    items = []
    for n in range((date(year + 1, 1, 1) - first).days):
        day = first + timedelta(days=n)
        told = look_up(day)
        items.append(
            CalendarDayShown(
                day=day,
                worked=days.worked(day),
                festival=told.festival,
                official=told.official or day in own,
                own=day in own,
            )
        )
    return CalendarShown(year=year, provisional=sum(not one.official for one in items), items=items)


def _kept(service: Service) -> list[KeptShown]:
    kept = service.own.retention
    return [
        KeptShown(
            setting=name,
            days=days,
            filed=kept.filed[name],
            least=bound.least if (bound := AGREED.get(name)) else None,
            most=bound.most if bound else None,
        )
        for name, days in kept.days.items()
    ]


async def _changed(service: Service) -> list[SiteChanged]:
    async with service.decisions.reading() as connection:
        found = [await newest(connection, kind) for kind in OF_THE_SITE]
    return [
        SiteChanged(
            kind=one.kind,
            id=one.id,
            proposed_by=one.proposed_by,
            decided_by=one.decided_by,
            decided_at=moment_out(one.decided_at, service.rulebook.zone),
        )
        for one in found
        if one is not None
    ]


def _queues(request: Request, service: Service) -> list[SiteQueue]:
    now, roster, desk, said = service.clock(), service.roster, service.ports.desk, service.own.queues.said
    figures = service.rulebook.figures(now)
    serving: dict[str, set[str]] = {}
    for seat in () if roster is None else roster.seats:
        for queue in seat.queues if seat.holds(now) else ():
            serving.setdefault(queue, set()).add(seat.agent)
    named = {*figures.queues, *said, *serving, *(() if desk is None else desk.settings.queues)}
    return [
        SiteQueue(
            queue=queue,
            zh=said[queue].zh if queue in said else "",
            en=said[queue].en if queue in said else "",
            number=service.own.queues.numbers.get(queue),
            agents=None if roster is None else len(serving.get(queue, ())),
            serving=None if roster is None else sorted(serving.get(queue, ())),
            service_threshold_seconds=figures.threshold(queue) / SECOND,
            wrap_up_seconds=figures.wrap_up.get(queue, 0) / SECOND,
            checks=[check_shown(one, request) for one in service.doctor.checks if one.queue == queue],
        )
        for queue in sorted(named)
    ]
