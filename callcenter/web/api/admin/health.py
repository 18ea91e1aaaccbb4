"""How the service is: its own figures, and the doctor's checks of switch and settings."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request, status
from pydantic import Field

from callcenter import __version__
from callcenter.doctor.inspect import Check, Verdict
from callcenter.staff.rights import Right
from callcenter.staff.roles import Principal
from callcenter.web.api.fields import ResponseBody, moment_out
from callcenter.web.auth import allowed
from callcenter.web.problems import RequestRefused, in_words_of
from callcenter.web.service import Service, TheService

router = APIRouter(tags=["service"])

Keeping = Annotated[Principal, Depends(allowed(Right.KEEP_SERVICE))]


class HealthShown(ResponseBody):
    """How well the service sees and keeps what happens; null: it is not known."""

    version: str
    node: str
    started_at: datetime | None
    ami_up: bool = Field(description="The events login is open and the floor was put right by a snapshot.")
    ready: bool
    last_seen_at: datetime | None
    lag_seconds: float | None
    clock_skew_seconds: float | None
    evidence_grade: bool | None
    gap_seconds: float
    gap_open_at: datetime | None
    journal_pending: int
    store_pending: int
    store_lag_seconds: float
    out_of_order: int
    rules_refused: bool = Field(description="Rulebook or roster have changed and cannot be used.")
    queue_log_differences: int | None
    queue_log_filled: int | None
    refused_moments: int
    unseen_joins: int | None


class CheckShown(ResponseBody):
    """One check: what was found, and what to change where."""

    name: str
    verdict: Verdict
    found: str
    remedy: str


class DoctorShown(ResponseBody):
    """The checks that are being run, or were run last; `begun_at` null: none were yet."""

    running: bool
    begun_at: datetime | None
    ended_at: datetime | None
    fault: str | None
    checks: list[CheckShown]


@router.get("/health")
async def read_health(_: Keeping, service: TheService) -> HealthShown:
    """Say how well the service sees and keeps what happens."""
    if service.ports.health is None:
        raise RequestRefused("unavailable", "this service follows no switch")
    told, zone = service.ports.health(), service.rulebook.zone
    moments = ("started_at", "last_seen_at", "gap_open_at")
    same = {name: getattr(told, name) for name in HealthShown.model_fields if name not in {"version", *moments}}
    return HealthShown(version=__version__, **same, **{name: moment_out(getattr(told, name), zone) for name in moments})


@router.get("/doctor")
async def read_doctor(_: Keeping, request: Request, service: TheService) -> DoctorShown:
    """Say what the doctor's checks have found so far."""
    return _shown(request, service)


@router.post("/doctor", status_code=status.HTTP_202_ACCEPTED)
async def run_doctor(_: Keeping, request: Request, service: TheService) -> DoctorShown:
    """Run the doctor's checks; they read, and change nothing. What they find is read as they find it."""
    if service.ports.examine is None:
        raise RequestRefused("unavailable", "this service follows no switch")
    service.doctor.start(service.ports.examine, service.clock)
    return _shown(request, service)


@router.delete("/doctor")
async def stop_doctor(_: Keeping, request: Request, service: TheService) -> DoctorShown:
    """End the checks that are being run; what was found stays."""
    service.doctor.stop()
    return _shown(request, service)


def _shown(request: Request, service: Service) -> DoctorShown:
    run, zone = service.doctor, service.rulebook.zone
    return DoctorShown(
        running=run.running,
        begun_at=moment_out(run.begun_at, zone),
        ended_at=moment_out(run.ended_at, zone),
        fault=in_words_of(request, run.fault) or None,
        checks=[check_shown(one, request) for one in [*run.checks]],
    )


def check_shown(one: Check, request: Request) -> CheckShown:
    """Say one check in the reader's language."""
    return CheckShown(
        name=in_words_of(request, one.name),
        verdict=one.verdict,
        found=in_words_of(request, one.found),
        remedy=in_words_of(request, one.remedy),
    )
