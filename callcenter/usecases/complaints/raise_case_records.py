"""What a complaint holds against an agent goes the way of every violation: proposed here, decided by people.

Money and dismissal are recommended only. Where the rulebook has no such rule, or has it off, the case alone says so.
"""

from __future__ import annotations

import msgspec

from callcenter.cases.complaints.case import CaseRecord
from callcenter.cases.complaints.ladder import fine_of
from callcenter.cases.complaints.settings import Ladder
from callcenter.cases.complaints.vocabulary import CaseRule, CaseVerdict
from callcenter.domain.frame import Micros
from callcenter.locale import Words
from callcenter.rules.records.dossier import from_violation
from callcenter.rules.records.standing import Standing
from callcenter.rules.records.texts import Reason
from callcenter.rules.records.violation import Verdict, Violation, identity
from callcenter.rules.regulations.edition import Edition, Mode, Severity
from callcenter.staff.dates import datetime_of
from callcenter.store.complaints.cases import FiledCase, get_case
from callcenter.store.complaints.records import (
    FiledCaseRecord,
    point_record,
    raise_record,
    records_of,
    withdraw_case_record,
)
from callcenter.store.decisions.violations import Filing, find, put
from callcenter.store.decisions.withdrawals import OPEN
from callcenter.store.unit_of_work import UnitOfWork
from callcenter.usecases.complaints.office import CaseOffice
from callcenter.usecases.recount_month import recount_month
from callcenter.usecases.tell_record import take_back

_LADDER = Ladder()
_NOTES = Words(
    "note",
    {"case_changed": "The case says otherwise now: it was analysed anew, or a review changed the decision."},
)
_ACTS = {
    CaseRule.SLOW: "appeal_slow",
    CaseRule.CONFLICT: "quarrel",
    CaseRule.LADDER: "complaint_upheld",
}


async def file_case_records(
    unit: UnitOfWork, office: CaseOffice, filed: FiledCase, held: int, act: int | None, at: Micros
) -> None:
    """File what a case raised after the first so many records, and take back what it withdrew.

    Args:
        unit: The transaction.
        office: Rulebook and roster.
        filed: The case, after the move.
        held: How many records it had before.
        act: Which of them its analysis stood for before.
        at: When.
    """
    records = filed.case.records
    if act is not None and records[act].verdict is CaseVerdict.WITHDRAWN:
        before = (await records_of(unit.connection, filed.id))[act]
        moved = await withdraw_case_record(unit, filed.id, act)
        await _take_back(unit, office, before, at)
        for one in moved:
            await _move_down(unit, office, one, await _number_of(unit, filed, one), at)
    for n, record in enumerate(records[held:], held):
        year = datetime_of(record.at, office.rulebook.zone).year
        told = _filed(filed.id, n, record, identity(record.rule, record.agent, record.at, f"case {filed.id} {n}"))
        step = await raise_record(unit, filed.id, n, record, year, told.violation)
        await _file(unit, office, msgspec.structs.replace(told, step=step), filed.case.number, at)


async def _move_down(
    unit: UnitOfWork, office: CaseOffice, record: FiledCaseRecord, number: str | None, at: Micros
) -> None:
    """File a record with its new step; one that its agent was told of goes, and another is proposed in its place."""
    if await _file(unit, office, record, number, at) is not Filing.DIFFERS:
        return
    if not await _take_back(unit, office, record, at):
        return  # it was decided: only a person may change that
    subject = f"case {record.case} {record.n} step {record.step}"
    anew = msgspec.structs.replace(record, violation=identity(record.rule, record.agent, record.at, subject))
    await point_record(unit, anew)
    await _file(unit, office, anew, number, at)


async def _number_of(unit: UnitOfWork, filed: FiledCase, record: FiledCaseRecord) -> str | None:
    if record.case == filed.id:
        return filed.case.number
    return (await get_case(unit.connection, record.case)).case.number


def _filed(case: str, n: int, record: CaseRecord, violation: str) -> FiledCaseRecord:
    return FiledCaseRecord(
        case=case,
        n=n,
        rule=record.rule,
        agent=record.agent,
        at=record.at,
        verdict=record.verdict,
        step=None,
        violation=violation,
    )


async def _file(
    unit: UnitOfWork, office: CaseOffice, record: FiledCaseRecord, number: str | None, at: Micros
) -> Filing | None:
    edition = office.rulebook.at(record.at)
    rule = None if edition is None else edition.violations.get(record.rule)
    if edition is None or rule is None or rule.mode is Mode.OFF or record.verdict is CaseVerdict.WITHDRAWN:
        return None
    team = None if office.roster is None else office.roster.team_of(record.agent, record.at)
    violation = _violation(record, edition, number or record.case)
    dossier, standing = from_violation(violation, office.rulebook, team=team, evidence=[])
    return await put(unit, dossier, _on_the_ladder(standing, record), at)


def _violation(record: FiledCaseRecord, edition: Edition, number: str) -> Violation:
    rule = edition.violations[record.rule]
    step = "" if record.step is None else str(record.step)
    return Violation(
        id=record.violation or "",
        rule=record.rule,
        agent=record.agent,
        at=record.at,
        start=record.at,
        end=None,
        verdict=Verdict(record.verdict),
        mode=rule.mode,
        severity=rule.severity,
        points=rule.least_points,
        rulebook=edition.version,
        measured=None,
        limit=None,
        unit=None,
        impact=None,
        act=Reason(_ACTS[record.rule], {"number": number, "step": step}),
        reason=None if record.verdict is CaseVerdict.PROPOSED else Reason(f"case_{record.verdict}"),
        ruled_out=(),
        subject=f"case {record.case}",
        names=(),
        frames=(),
    )


def _on_the_ladder(standing: Standing, record: FiledCaseRecord) -> Standing:
    if record.step is None:
        return standing
    fine = fine_of(record.step, _LADDER)
    severity = Severity.DISMISSAL if fine is None else standing.severity
    return msgspec.structs.replace(standing, fine_yuan=None if fine is None else int(fine), severity=severity)


async def _take_back(unit: UnitOfWork, office: CaseOffice, record: FiledCaseRecord, at: Micros) -> bool:
    """Withdraw the record that people have, unless it is settled, and count its month anew; returns whether it went."""
    found = None if record.violation is None else await find(unit.connection, record.violation)
    if found is None or found.standing.state not in OPEN:
        return False
    note = "\n".join(_NOTES.say("case_changed", language) for language in ("zh-CN", "en"))
    await recount_month(unit, await take_back(unit, found.dossier.id, note, at), office.rulebook, at)
    return True
