"""The pages of the demo's agents: signed in, on the live stream, saying who calls when a phone rings."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any

import msgspec

from callcenter.cases.customers import card_of, number_of
from callcenter.clock import wall_clock
from callcenter.config import load_settings
from callcenter.errors import LabError
from callcenter.lab.demo_script import CALLS
from callcenter.lab.demo_service import DemoService
from callcenter.lab.settings import LAB_DOMAIN
from callcenter.staff.roles import Role
from callcenter.store import DecisionStore
from callcenter.store.customers.writes import Touch
from callcenter.store.sign_in.accounts import Accounts, NewAccount
from callcenter.usecases.keep_accounts import add_account
from callcenter.usecases.save_customer import create_customer

_CUSTOMER = {"name": "Lin Mei", "owner": "Alice"}
"""Who calls first in the story."""
_BY = "console:demo"

Popped = Callable[[str, str, str], None]
"""Takes the agent, the customer's name and the customer's own agent."""


class DemoPages:
    """A page for each agent.

    Args:
        service: What they are signed in to.
        agents: Whose they are.
        popped: Told when a page says that a known customer calls.
    """

    def __init__(self, service: DemoService, agents: Iterable[str], popped: Popped) -> None:
        self._service = service
        self._accounts = {agent: f"demo-{agent.lower()}" for agent in agents}
        self._popped = popped
        self._password = secrets.token_hex(16)

    async def prepare(self) -> None:
        """Make the customer's card and the agents' accounts."""
        decisions = await DecisionStore.open(load_settings(self._service.settings).store)
        try:
            card = card_of({**_CUSTOMER, "numbers": (number_of(CALLS[0].number),)})
            made, now = Accounts(), wall_clock()
            hashes = {agent: await made.hashed(name, self._password) for agent, name in self._accounts.items()}
            async with decisions.writing() as unit:
                await create_customer(unit, secrets.token_hex(16), card, Touch(by=_BY, at=now))
                for agent, name in self._accounts.items():
                    new = NewAccount(name=name, full_name=agent, role=Role.AGENT, agent=agent)
                    await add_account(unit, new, hashes[agent], _BY, now, None)
        finally:
            await decisions.close()

    async def watch(self) -> None:
        """Read all pages until the service ends."""
        async with asyncio.TaskGroup() as group:
            for agent in self._accounts:
                group.create_task(self._read(agent), name=f"demo-page-{agent}")

    async def _read(self, agent: str) -> None:
        told: set[str] = set()
        async for said in self._pops(agent):
            call = str(said["call"])
            if call not in told and said["customer"] is not None and said["customer"]["id"] is not None:
                told.add(call)
                self._popped(agent, said["cards"][0]["name"], said["cards"][0]["owner"])

    async def _pops(self, agent: str) -> AsyncIterator[dict[str, Any]]:
        """Sign in, and yield what pops up."""
        body = json.dumps({"name": self._accounts[agent], "password": self._password})
        reader, writer = await self._asked("POST /api/v1/session", body)
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        writer.close()
        lines = [line.partition(": ") for line in head.split("\r\n")]
        cookies = [value.partition(";")[0] for name, _, value in lines if name.lower() == "set-cookie"]
        if not cookies:
            raise LabError(f"The page of {agent} could not sign in.")
        reader, writer = await self._asked("GET /api/v1/live?topics=pops", "", f"Cookie: {'; '.join(cookies)}\r\n")
        event = b""
        try:
            while line := await reader.readline():
                if line.startswith(b"event: "):
                    event = line[7:].strip()
                elif line.startswith(b"data: ") and event == b"pops":
                    yield msgspec.json.decode(line[6:])
        finally:
            writer.close()

    async def _asked(self, what: str, body: str, more: str = "") -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection(LAB_DOMAIN, self._service.api_port, limit=2**20)
        head = f"{what} HTTP/1.1\r\nHost: {LAB_DOMAIN}:{self._service.api_port}\r\nContent-Type: application/json\r\n"
        writer.write(f"{head}{more}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}".encode())
        await writer.drain()
        return reader, writer
