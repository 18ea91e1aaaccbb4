"""What people record of what they saw, from wherever the form comes: who may, of whom, and one record of one act."""

from __future__ import annotations

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.domain.frame import Micros
from callcenter.errors import BadInput
from callcenter.rules.dossier import Form, from_form
from callcenter.rules.duty import Roster
from callcenter.rules.edition import Mode, Rulebook
from callcenter.rules.roles import Person, Right, may
from callcenter.rules.standing import SERVICE, State
from callcenter.store.conflicts import Conflict, NotAllowed
from callcenter.store.office import Desk
from callcenter.store.office_tables import ViolationRow
from callcenter.store.violations import Record, chosen, get, put


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody says they saw; `key` tells two forms of the same moment apart."""

    rule: str
    agent: str
    at: Micros
    words: str
    key: str


async def file_form(
    desk: Desk, seen: Seen, person: Person, rulebook: Rulebook, roster: Roster | None, now: Micros
) -> Record:
    """File what a person saw; the same form again is the same record.

    Raises:
        NotAllowed: It is not for this person to record it of this agent.
        BadInput: The roster has no such agent, or the form cannot be.
        Conflict: The service has raised the same act.
    """
    team = None if roster is None else roster.team_of(seen.agent, seen.at)
    if not may(person, Right.PROPOSE, seen.agent, team) or person.agent == seen.agent:
        raise NotAllowed(f"the role {person.role} may not propose here")
    if roster is not None and all(seat.agent != seen.agent for seat in roster.seats):
        raise BadInput(f"the roster has no agent {seen.agent!r}")
    form = Form(
        rule=seen.rule, agent=seen.agent, team=team, at=seen.at, words=seen.words.strip(),
        by=person.account, key=seen.key,
    )  # fmt: skip
    dossier, standing = from_form(form, rulebook, now)
    raised = await _same_act(desk.connection, seen)
    if raised is not None:
        raise Conflict(f"one act, one record: the service has raised this one as {raised}")
    await put(desk, dossier, standing, now)
    return await get(desk.connection, dossier.id)


async def _same_act(connection: AsyncConnection, seen: Seen) -> str | None:
    """Find what the service raised of the same rule, agent and moment; nobody hears of what is in shadow."""
    rows = select(ViolationRow).where(
        ViolationRow.agent == seen.agent, ViolationRow.rule == seen.rule,
        ViolationRow.mode == Mode.ON, ViolationRow.state != State.WITHDRAWN,
    )  # fmt: skip
    for record in await chosen(connection, rows):
        said = record.dossier
        start, end = (said.at if moment is None else moment for moment in (said.start, said.end))
        ours = record.standing.proposed_by == SERVICE
        if ours and start is not None and end is not None and start <= seen.at <= end:
            return said.id
    return None
