"""What the API works with, built once and handed to every request."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request

from callcenter.domain.frame import Micros
from callcenter.rules.dossier import Dossier
from callcenter.rules.duty import Roster
from callcenter.rules.edition import Rulebook
from callcenter.rules.reproduction import Finding
from callcenter.rules.steps import Terms
from callcenter.store import Office
from callcenter.store.people import Accounts
from callcenter.store.sessions import Sessions
from callcenter.web.limits import SignInRate
from callcenter.web.settings import WebSettings

Clock = Callable[[], Micros]
Evidence = Callable[[Dossier], Awaitable[tuple[Finding, ...]]]


def wall_clock() -> Micros:
    """Tell the time."""
    return time.time_ns() // 1000


@dataclass(frozen=True)
class Service:
    """The parts; `clock` alone tells the time, `evidence` what of a record the journal does not bear out, if asked."""

    settings: WebSettings
    office: Office
    rulebook: Rulebook
    roster: Roster | None
    terms: Terms
    accounts: Accounts
    sessions: Sessions
    rate: SignInRate
    clock: Clock
    evidence: Evidence | None = None


def build(
    settings: WebSettings,
    office: Office,
    rulebook: Rulebook,
    roster: Roster | None = None,
    *,
    accounts: Accounts | None = None,
    clock: Clock = wall_clock,
    evidence: Evidence | None = None,
) -> Service:
    """Put the parts together."""
    accounts = accounts or Accounts()
    return Service(
        settings=settings,
        office=office,
        rulebook=rulebook,
        roster=roster,
        terms=settings.terms(rulebook.zone),
        accounts=accounts,
        sessions=Sessions(office, accounts, settings.lifetimes),
        rate=SignInRate(settings.sign_ins_per_minute),
        clock=clock,
        evidence=evidence,
    )


def _service(request: Request) -> Service:
    return cast("Service", request.app.state.service)


TheService = Annotated[Service, Depends(_service)]
"""The service, for a route that asks for it."""
