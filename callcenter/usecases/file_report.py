"""What people record of what they saw, from wherever the form comes: who may, of whom, and one record of one act."""

from __future__ import annotations

import msgspec

from callcenter.domain.frame import Micros
from callcenter.errors import BadInput
from callcenter.rules.records.dossier import RecordForm, from_form
from callcenter.rules.records.standing import SERVICE
from callcenter.rules.regulations.edition import Rulebook
from callcenter.staff.duty import Roster
from callcenter.staff.rights import Right
from callcenter.staff.roles import Principal, may
from callcenter.store.conflicts import Conflict, NotAllowed
from callcenter.store.decisions.duplicates import touching
from callcenter.store.decisions.violations import FiledRecord, get, put
from callcenter.store.record.agent_calls import took_part
from callcenter.store.unit_of_work import UnitOfWork


class SeenReport(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody says they saw, and in which call; `key` tells two forms of the same moment apart."""

    rule: str
    agent: str
    at: Micros
    words: str
    key: str
    call: str | None = None


async def file_report(
    unit: UnitOfWork, seen: SeenReport, person: Principal, rulebook: Rulebook, roster: Roster | None, now: Micros
) -> FiledRecord:
    """File what a person saw; the same form again is the same record.

    Raises:
        NotAllowed: It is not for this person to record it of this agent.
        BadInput: The roster has no such agent, or the form cannot be.
        Conflict: The service has raised the same act.
    """
    team = None if roster is None else roster.team_of(seen.agent, seen.at)
    if not may(person, Right.PROPOSE, seen.agent, team) or person.agent == seen.agent:
        raise NotAllowed(person.role)
    if roster is not None and seen.agent not in roster.agents:
        raise BadInput(f"the roster has no agent {seen.agent!r}")
    if seen.call is not None and not await took_part(unit.connection, seen.agent, seen.call):
        raise BadInput("the agent had nothing to do with such a call")
    form = RecordForm(
        rule=seen.rule,
        agent=seen.agent,
        team=team,
        at=seen.at,
        words=seen.words.strip(),
        by=person.account,
        key=seen.key,
        call=seen.call,
    )
    dossier, standing = from_form(form, rulebook, now)
    for other in await touching(unit.connection, seen.rule, seen.agent, seen.at, seen.at):
        if other.standing.proposed_by == SERVICE:
            raise Conflict(f"one act, one record: the service has raised this one as {other.dossier.id}")
    await put(unit, dossier, standing, now)
    return await get(unit.connection, dossier.id)
