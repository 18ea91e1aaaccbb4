"""The API over its whole stack, with people who are signed in and a clock that tests turn."""

from __future__ import annotations

import copy
import functools
import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx
import msgspec
from fastapi import FastAPI
from starlette.datastructures import State

from callcenter.domain.frame import Micros
from callcenter.errors import StoreError
from callcenter.files.rulebook import load_rulebook
from callcenter.numbers import PLAIN
from callcenter.rules.detection.inputs import Disposition
from callcenter.rules.records.dossier import Dossier
from callcenter.rules.records.reproduction import ReproductionFinding
from callcenter.staff.duty import Roster, Seat
from callcenter.staff.rights import Role
from callcenter.staff.site.own import OwnSite
from callcenter.store import DecisionStore
from callcenter.store.sign_in.accounts import Accounts
from callcenter.tracker import RulesInForce
from callcenter.tracker.agreed import SiteAgreed
from callcenter.usecases.customers.privacy import PrivacySettings
from callcenter.web.application import make_application
from callcenter.web.current_calls import CurrentCalls
from callcenter.web.desk.acts import FloorActs
from callcenter.web.desk.desk import Desk
from callcenter.web.desk.listening import Listeners
from callcenter.web.desk.settings import DeskSettings
from callcenter.web.live.feed import LiveFeed
from callcenter.web.service import Ports, Service, build
from callcenter.web.settings import WebSettings
from tests.integration.desk_switch import DeskSwitch
from tests.integration.office import PASSWORD, QUICK, hire, opened
from tests.unit.rules.detection.people import MONDAY

Json = Any
ROSTER = Roster(
    timezone="Asia/Shanghai",
    seats=tuple(
        Seat(agent=agent, interface=f"PJSIP/{n}", team=team)
        for n, (agent, team) in enumerate(
            {"Alice": "hotline", "Bob": "hotline", "Li": "hotline", "Zoe": "orders"}.items()
        )
    ),
    shifts={},
    duty={},
)
PEOPLE: dict[str, tuple[Role, str | None, str | None]] = {
    "alice": (Role.AGENT, "Alice", "hotline"),
    "bobby": (Role.AGENT, "Bob", "hotline"),
    "li-leads": (Role.GROUP_LEADER, "Li", "hotline"),
    "sun": (Role.SUPERVISOR, None, None),
    "shen": (Role.SUPERVISOR, None, None),
    "tian": (Role.TRAINING_SPECIALIST, None, None),
    "qian": (Role.QA, None, None),
    "ma": (Role.MANAGER, None, None),
    "hua": (Role.HR, None, None),
    "root": (Role.ADMIN, None, None),
}


BESIDE: dict[str, tuple[Role, str | None, str | None]] = {
    "zoe": (Role.AGENT, "Zoe", "orders"),
    "ou-leads": (Role.GROUP_LEADER, None, "orders"),
    "gus": (Role.GENERAL_MANAGER, None, None),
    "acc": (Role.ACCOUNTING, None, None),
}
"""Who has to do with complaints alone, or is of another team."""
HEARD = [("sun", "notify"), ("alice", "explain")]
CONFIRMED = [*HEARD, ("sun", "confirm")]
APPEALED = [*CONFIRMED, ("alice", "appeal")]
"""Who takes which steps with a record about Alice."""


@functools.cache
def _nobodys_application(settings: WebSettings) -> FastAPI:
    return make_application(cast("Service", SimpleNamespace(settings=settings)))


def application_of(service: Service) -> FastAPI:
    """Make the application of a service, of routes that are worked out once: that takes longer than most tests."""
    made = _nobodys_application(service.settings)
    app = copy.copy(made)
    app.state = State({**made.state._state, "service": service})
    return app


KEPT = {"journal.keep_days": 0, "store.outbox_days": 30, "customers.keep_lost_days": 0}
"""How long what is kept, by the settings."""


class Department:
    """A department whose people are at their browsers."""

    def __init__(
        self,
        decisions: DecisionStore,
        settings: WebSettings,
        live: LiveFeed | None = None,
        desk: DeskSettings | None = None,
        switch: DeskSwitch | None = None,
    ) -> None:
        self.decisions = decisions
        self.now: Micros = MONDAY
        self.set_back: Micros = 0
        self.in_force = RulesInForce(load_rulebook(), ROSTER)
        self.switch = switch or DeskSwitch(MONDAY)
        self.faults: tuple[ReproductionFinding, ...] = ()
        self.disposed: list[Disposition] = []
        self.journal_fault: StoreError | None = None
        self.calls = CurrentCalls(
            lambda: self.in_force.numbering or PLAIN, PrivacySettings().open_for, clock=lambda: self.now
        )
        desk = desk or DeskSettings()
        own = OwnSite(desk.reasons, KEPT, desk.numbers)
        own_desk = Desk(self.switch, self.switch, lambda: self.in_force, desk, own)
        self.service = build(
            settings,
            decisions,
            lambda: self.in_force,
            Ports(
                dispose=self.dispose,
                switch_time=lambda: self.now,
                evidence=self._look,
                live=live,
                calls=self.calls,
                desk=own_desk,
                acts=FloorActs(
                    own_desk,
                    self.switch,
                    self.switch,
                    lambda: self.in_force,
                    Listeners() if live is None else live.listeners,
                ),
            ),
            accounts=Accounts(QUICK),
            clock=lambda: self.now,
            steady=lambda: self.now + self.set_back,
        )
        self.app = application_of(self.service)
        self._browsers: dict[str, Browser] = {}

    def hires(self, agent: str) -> None:
        """Give an agent a seat."""
        seats = (*ROSTER.seats, Seat(agent=agent, interface="PJSIP/hired"))
        self.in_force = RulesInForce(load_rulebook(), msgspec.structs.replace(ROSTER, seats=seats))

    async def enact(self) -> None:
        """Let hold what two people agreed on of the site."""
        desk = self.service.ports.desk
        assert desk is not None
        await SiteAgreed(self.decisions, self.service.terms, desk.own).look()

    async def dispose(self, said: Disposition) -> None:
        """Stand in for the tracker."""
        if self.journal_fault is not None:
            raise self.journal_fault
        self.disposed.append(said)

    async def _look(self, _: Dossier) -> tuple[ReproductionFinding, ...]:
        """Say what tests want the journal not to bear out."""
        return self.faults

    def browser(self, address: str = "127.0.0.1", host: str = "http://127.0.0.1:8080") -> Browser:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False, client=(address, 1))
        return Browser(httpx.AsyncClient(transport=transport, base_url=host))

    async def signed_in(self, name: str) -> Browser:
        """Give somebody's browser; they sign in the first time."""
        if name not in self._browsers:
            role, agent, team = (PEOPLE | BESIDE)[name]
            await hire(self.decisions, name, role, agent, team)
            self._browsers[name] = self.browser(address=f"10.0.0.{len(self._browsers) + 1}")
            await self._browsers[name].sign_in(name)
        return self._browsers[name]

    async def close(self) -> None:
        for browser in self._browsers.values():
            await browser.http.aclose()


class Browser:
    """One person's browser: keeps the cookie, sends the CSRF token, names versions and keys."""

    _keys = itertools.count(1)

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http
        self.csrf = ""

    async def sign_in(self, name: str, password: str = PASSWORD) -> httpx.Response:
        answer = await self.http.post("/api/v1/session", json={"name": name, "password": password})
        self.csrf = answer.json().get("csrf", "")
        return answer

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.http.get(f"/api/v1{path}", headers=headers)

    async def send(self, method: str, path: str, body: Json = None, **headers: str) -> httpx.Response:
        """Change something; a header's underscores are dashes, and an empty one is left out."""
        told = {"X-CSRF-Token": self.csrf, "Idempotency-Key": f"test-key-{next(self._keys)}"}
        told |= {name.replace("_", "-"): value for name, value in headers.items()}
        sent = [(name.encode(), value.encode("latin-1")) for name, value in told.items() if value]
        sent.append((b"Content-Type", b"application/json"))
        return await self.http.request(method, f"/api/v1{path}", content=json.dumps(body), headers=sent)

    async def act(self, number: str, action: str, body: Json = None, **headers: str) -> httpx.Response:
        """Read a record and take a step with it."""
        if "If_Match" not in headers:
            read = await self.get(f"/violations/{number}")
            headers["If_Match"] = read.headers.get("etag", '"1"')
        return await self.send("POST", f"/violations/{number}/{action}", body or {"note": "because"}, **headers)


async def did(work: Department, number: str, *steps: tuple[str, str]) -> None:
    """Let people take steps with a record, one after the other."""
    for name, action in steps:
        answer = await (await work.signed_in(name)).act(number, action)
        assert answer.status_code == 200, answer.text


async def agreed(work: Department, **content: Json) -> str:
    """Let two people of a department set the score's terms; gives the change's id."""
    return await agree(await work.signed_in("ma"), await work.signed_in("hua"), **content)


async def agree(manager: Browser, other: Browser, **content: Json) -> str:
    """Let two people set the score's terms; gives the change's id."""
    told = {"kind": "amount", "subject": "score", "reason": "agreed"}
    said = {"from": "2026-01", "base": "100", **content}
    proposed = await manager.send("POST", "/changes", told | {"content": said})
    assert proposed.status_code == 201, proposed.text
    number = str(proposed.json()["id"])
    approved = await other.send("POST", f"/changes/{number}/approve", If_Match='"1"')
    assert approved.status_code == 200, approved.text
    return number


@asynccontextmanager
async def department(
    folder: Path,
    live: LiveFeed | None = None,
    desk: DeskSettings | None = None,
    switch: DeskSwitch | None = None,
    **settings: Any,
) -> AsyncIterator[Department]:
    async with opened(folder) as decisions:
        found = Department(decisions, WebSettings(**settings), live, desk, switch)
        try:
            yield found
        finally:
            await found.close()
