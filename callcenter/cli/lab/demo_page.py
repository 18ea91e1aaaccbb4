"""The people of the demo: an account for each agent, a lead and others, the agents signed in at their queues.

Some agents' pages are read as well: on the live stream, they say who calls when a phone rings.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import httpx
import msgspec

from callcenter.cli.casework.lists import office_of
from callcenter.cli.lab.demo_past import BEFORE, LEAD, MANAGER, QUALITY, DemoPast
from callcenter.cli.lab.demo_review import DemoReview, answered
from callcenter.clock import wall_clock
from callcenter.config import load_settings
from callcenter.lab.demo.people import PEOPLE
from callcenter.lab.demo.service import DemoService
from callcenter.lab.settings import AgentSpec
from callcenter.locale import Language
from callcenter.staff.rights import Role
from callcenter.store import DecisionStore
from callcenter.store.sign_in.accounts import Accounts, NewAccount
from callcenter.usecases.keep_accounts import add_account

LEAD_PHONE = AgentSpec(number="1009", name="Lead", page=True)
"""The lead's own phone, in the page: whoever listens to an agent does so there."""
_POPPING = "consumers"
"""The line of the known customer."""
_BY = "console:demo"
_PATIENCE = httpx.Timeout(30.0, read=None)

Popped = Callable[[str, str, str], None]
"""Takes the agent, the customer's name and the customer's own agent."""


class DemoPages:
    """A page for each agent.

    Args:
        service: What they are signed in to.
        agents: Whose they are, by account.
        popped: Told when a page says that a known customer calls.
        lang: In which language they write.

    Attributes:
        password: Everybody's, made for this demo.
    """

    def __init__(self, service: DemoService, agents: Mapping[str, AgentSpec], popped: Popped, lang: Language) -> None:
        self._service = service
        self._lang = lang
        self._agents = agents
        self._popped = popped
        self._left: asyncio.Queue[str] = asyncio.Queue()
        self._people: dict[str, httpx.AsyncClient] = {}
        self.password = secrets.token_hex(8)

    @property
    def names(self) -> list[str]:
        """The agents' accounts."""
        return list(self._agents)

    async def prepare(self) -> None:
        """Make everybody's account, and what they did in the days before."""
        settings = load_settings(self._service.settings)
        decisions = await DecisionStore.open(settings.store)
        try:
            hashed, now = await Accounts().hashed("", self.password), wall_clock()
            office = await office_of(settings, decisions)
            named = PEOPLE.table(self._lang)
            people = [
                NewAccount(name=name, full_name=agent.name, role=Role.AGENT, agent=agent.name)
                for name, agent in self._agents.items()
            ]
            people.append(NewAccount(name=LEAD, full_name=named[LEAD], role=Role.SUPERVISOR, agent=named[LEAD]))
            others = {MANAGER: Role.MANAGER, QUALITY: Role.QA}
            people += [NewAccount(name=name, full_name=named[name], role=role) for name, role in others.items()]
            async with decisions.writing() as unit:
                for new in people:
                    await add_account(unit, new, hashed, _BY, now - BEFORE, None)
                await DemoPast(unit, office, now, self._lang).tell()
        finally:
            await decisions.close()

    async def sign_in(self) -> None:
        """Let all agents be called.

        Raises:
            LabError: The service lets one not in.
        """
        for name in (*self._agents, LEAD):
            person = httpx.AsyncClient(base_url=f"{self._service.page}api/v1/", timeout=_PATIENCE, trust_env=False)
            self._people[name] = person
            answer = await _said(person, "session", {"name": name, "password": self.password})
            person.headers["X-CSRF-Token"] = answer.json()["csrf"]
            if name != LEAD:
                await self._make_ready(name)

    def moved(self, agent: str, in_page: bool) -> None:
        """Let an agent be called again whose phone has come back from somebody's page."""
        if not in_page:
            self._left.put_nowait(next(name for name, one in self._agents.items() if one.name == agent))

    async def _make_ready(self, name: str) -> None:
        """Let an agent be called at the demo's own phone, which a page of somebody else may take over."""
        await _said(self._people[name], "desk/phone", {"take_over": True})
        await _said(self._people[name], "desk/sign-in", {})
        await _said(self._people[name], "desk/state", {"state": "ready"})

    async def _take_up(self) -> None:
        while True:
            await self._make_ready(await self._left.get())

    async def aclose(self) -> None:
        """Leave all pages."""
        for person in self._people.values():
            await person.aclose()

    async def watch(self) -> None:
        """Read some pages, take up the work of those whose page somebody has left, review; until the service ends."""
        agents = {agent.name: self._people[name] for name, agent in self._agents.items()}
        async with asyncio.TaskGroup() as group:
            group.create_task(DemoReview(self._people[LEAD], agents, self._lang).take(), name="demo-review")
            group.create_task(self._take_up(), name="demo-left-pages")
            for name, agent in self._agents.items():
                if _POPPING in agent.queues:
                    group.create_task(self._read(name, agent.name), name=f"demo-page-{name}")

    async def _read(self, name: str, agent: str) -> None:
        told: set[str] = set()
        async for said in self._pops(name):
            call = str(said["call"])
            if call not in told and said["customer"] is not None and said["customer"]["id"] is not None:
                told.add(call)
                self._popped(agent, said["cards"][0]["name"], said["cards"][0]["owner"])

    async def _pops(self, name: str) -> AsyncIterator[dict[str, Any]]:
        """Yield what pops up."""
        event = ""
        async with self._people[name].stream("GET", "live", params={"topics": "pops"}) as answer:
            async for line in answer.aiter_lines():
                if line.startswith("event: "):
                    event = line.removeprefix("event: ")
                elif line.startswith("data: ") and event == "pops":
                    yield msgspec.json.decode(line.removeprefix("data: "))


async def _said(person: httpx.AsyncClient, path: str, what: dict[str, object]) -> httpx.Response:
    return await answered(person.post(path, json=what))
