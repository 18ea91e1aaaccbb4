"""Where steps are taken: nothing is held against an agent on evidence that the journal does not bear out."""

from __future__ import annotations

from typing import Annotated

import structlog
from fastapi import Depends, Request

from callcenter.rules.records.refusals import StepRefused, Why
from callcenter.rules.records.reproduction import Finding
from callcenter.rules.records.standing import SERVICE
from callcenter.rules.records.steps import STEPS, Action, Step
from callcenter.store.accumulating import reckon
from callcenter.store.acts import decided_twin
from callcenter.store.answers import Answer
from callcenter.store.office import Desk
from callcenter.store.violations import Record, act, get
from callcenter.store.withdrawals import withdraw
from callcenter.web.api.once import etag
from callcenter.web.problems import language_of, problem
from callcenter.web.service import TheService

_AGAINST = frozenset({Action.CONFIRM, Action.REDUCE})

log = structlog.get_logger()


class Bench:
    """Takes the step of one request."""

    def __init__(self, request: Request, service: TheService) -> None:
        self._request = request
        self._service = service

    async def take(self, desk: Desk, record: Record, seen: int, step: Step) -> Record | Answer:
        """Take a step, or withdraw the record instead and answer with a problem, which stays said under its key.

        Raises:
            Outdated: Somebody acted on it meanwhile.
            StepRefused: The workflow does not allow it, or another record of the same act is decided on.
        """
        if step.action in _AGAINST and step.action in STEPS[record.standing.state]:
            faults = await self._faults(record)
            if faults and await withdraw(desk, record.dossier, faults, self._service.clock()):
                await self._reckon(desk, await get(desk.connection, record.dossier.id), step)
                return self._broken(record, faults)
            if (twin := await decided_twin(desk.connection, record)) is not None:
                raise StepRefused(Why.SAME_ACT, record=twin)
        taken = await act(desk, record.dossier.id, seen, step, self._service.terms)
        await self._reckon(desk, taken, step)
        return taken

    async def _reckon(self, desk: Desk, record: Record, step: Step) -> None:
        await reckon(desk, record, self._service.rulebook, self._service.terms, step.at)

    async def _faults(self, record: Record) -> tuple[Finding, ...]:
        """Hold a record of the service against its journal, where one is at hand."""
        if self._service.ports.evidence is None or record.standing.proposed_by != SERVICE:
            return ()
        return await self._service.ports.evidence(record.dossier)

    def _broken(self, record: Record, faults: tuple[Finding, ...]) -> Answer:
        reason = "; ".join(fault.told("en") for fault in faults)
        log.error("violation_withdrawn", violation=record.dossier.id, rule=record.dossier.rule, reason=reason)
        language = language_of(self._request.headers.get("accept-language"))
        detail = "; ".join(fault.told(language) for fault in faults)
        told = problem(self._request, "evidence-broken", detail)
        return Answer(status=told.status_code, etag=etag(record.version + 1), body=bytes(told.body).decode())


TheBench = Annotated[Bench, Depends()]
"""The bench, for a route that takes a step."""
