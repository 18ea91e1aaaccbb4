"""A lead acts on an agent's desk: asked for in the audit log first, told to the agent once it is done."""

from __future__ import annotations

from typing import Any

from callcenter.domain.frame import Micros
from callcenter.staff.roles import Principal
from callcenter.store.audit import Audited
from callcenter.store.decisions.agent_notices import AgentNotice, keep_notice
from callcenter.store.unit_of_work import UnitOfWork


async def note_act(
    unit: UnitOfWork, person: Principal, agent: str, action: str, at: Micros, detail: dict[str, Any]
) -> None:
    """Note what is asked of the switch, before it is: nothing is done to anybody that nobody can be asked about."""
    await unit.note(Audited(at=at, actor=person.account, action=action, kind="agent", subject=agent, detail=detail))


async def tell_agent(unit: UnitOfWork, notice: AgentNotice) -> None:
    """Tell an agent what was done, or a message; of a message the audit log has that there was one, and its length."""
    await keep_notice(unit, notice)
    told = {"notice": notice.id, "letters": len(notice.words)}
    await unit.note(
        Audited(at=notice.at, actor=notice.told_by, action="tell", kind="agent", subject=notice.agent, detail=told)
    )
