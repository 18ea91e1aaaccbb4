"""What the service has on record: calls, rings, talks, states and violations, once what happened is filed."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import closing
from typing import Any, NamedTuple

from callcenter.domain.vocabulary import PHONE_LOST
from tests.integration.service import PATIENCE, Service


class Ring(NamedTuple):
    """An offer: who was tried, whether the phone rang, and what came of it."""

    agent: str
    rang: bool
    outcome: str


class Talk(NamedTuple):
    """A talk of an agent with somebody outside."""

    agent: str
    how: str
    ended_by: str | None


class Proposed(NamedTuple):
    """A violation as it is filed."""

    rule: str
    agent: str
    verdict: str
    why: str


class Record:
    """Asks the database of a service; numbers are whole, as callers sent them."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def _ask(self, question: str, *values: object) -> list[Any]:
        with closing(sqlite3.connect(self._service.home / "record.sqlite", timeout=30)) as base:
            return base.execute(question, values).fetchall()

    def visits(self, number: str) -> list[tuple[str, str, str | None, str | None, str | None]]:
        """List the visits of a caller: uniqueid, queue, agent, outcome, by whom they ended."""
        return self._ask(
            "select uniqueid, queue, agent, outcome, ended_by from visits where caller = ? order by joined_at, n",
            number,
        )

    def rings(self, number: str) -> list[Ring]:
        """List the offers of a caller's call, in order."""
        rows = self._ask(
            "select o.agent, o.rang_at is not null, o.outcome from offers o join visits v on o.visit_id = v.id "
            "where v.caller = ? order by o.offered_at, o.rang_at",
            number,
        )
        return [Ring(agent, bool(rang), outcome) for agent, rang, outcome in rows]

    def talks(self, number: str) -> list[Talk]:
        """List the talks of a caller, in order."""
        rows = self._ask(
            "select t.agent, t.how, t.ended_by from talks t where t.uniqueid in "
            "(select uniqueid from visits where caller = ?) order by t.started_at",
            number,
        )
        return [Talk(*row) for row in rows]

    def proposed(self, agent: str | None = None) -> list[Proposed]:
        """List the violations that are filed, of everybody or of one agent."""
        rows = self._ask(
            "select rule, agent, dossier, standing from violations where ? is null or agent = ? order by sort_at, id",
            agent,
            agent,
        )
        return [
            Proposed(rule, who, json.loads(standing)["verdict"], json.loads(dossier)["why"]["en"])
            for rule, who, dossier, standing in rows
        ]

    def phone_lost(self, agent: str) -> int:
        """Say how often an agent was offline because the phone was lost."""
        ((times,),) = self._ask("select count(*) from agent_states where agent = ? and reason = ?", agent, PHONE_LOST)
        return int(times)

    async def lost(self, number: str) -> tuple[str, str | None]:
        """Say how the entry of somebody who was lost stands, and what closed it, once it is closed."""
        ends = asyncio.get_running_loop().time() + PATIENCE
        while True:
            rows = self._ask("select state, by from lost_calls where caller = ?", number)
            if rows and (rows[0][0] == "closed" or asyncio.get_running_loop().time() > ends):
                return rows[0][0], rows[0][1]
            assert asyncio.get_running_loop().time() < ends, f"{number} is in no list of lost calls"
            await asyncio.sleep(0.2)

    async def ended(self, number: str, visits: int = 1) -> None:
        """Wait until as many visits of a caller have ended on record.

        Raises:
            AssertionError: They do not.
        """
        ends = asyncio.get_running_loop().time() + PATIENCE
        while len([one for one in self.visits(number) if one[3] is not None and one[4] is not None]) < visits:
            assert asyncio.get_running_loop().time() < ends, f"on record are {self.visits(number)}"
            await asyncio.sleep(0.2)

    def joined(self, number: str) -> float:
        """Say when a caller joined a queue first, by the switch's clock, in seconds since 1970."""
        ((at,),) = self._ask("select min(joined_at) from visits where caller = ?", number)
        return float(at) / 1_000_000

    async def proposes(self, rule: str, agent: str) -> None:
        """Wait until a rule holds something against an agent."""
        ends = asyncio.get_running_loop().time() + PATIENCE
        while not [one for one in self.proposed(agent) if (one.rule, one.verdict) == (rule, "proposed")]:
            assert asyncio.get_running_loop().time() < ends, f"held against {agent}: {self.proposed(agent)}"
            await asyncio.sleep(0.2)

    def told(self, number: str) -> str:
        """Say what is on record of a caller."""
        return f"visits {self.visits(number)}, rings {self.rings(number)}, talks {self.talks(number)}"
