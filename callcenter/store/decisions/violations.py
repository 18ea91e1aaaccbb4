"""Violations as people work on them: what a record says, where it stands, and every step that was taken."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Select, and_, false, func, insert, not_, or_, select, true, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.domain.frame import Micros
from callcenter.rules.records.dossier import Dossier
from callcenter.rules.records.due import due_at
from callcenter.rules.records.reproduction import differences
from callcenter.rules.records.standing import SERVICE, RecordState, Standing
from callcenter.rules.records.steps import HistoryEntry, ProcessStep, Terms
from callcenter.rules.records.violation import Verdict
from callcenter.rules.records.workflow import take
from callcenter.rules.regulations.edition import Mode, Title
from callcenter.rules.scores.accumulated import Confirmed, confirmed_of
from callcenter.staff.rights import Reach, Right
from callcenter.staff.roles import Principal, may_see, reach
from callcenter.store.audit import Audited
from callcenter.store.conflicts import Missing, Outdated
from callcenter.store.rarest import beside, rarest
from callcenter.store.readable import readable
from callcenter.store.record.agent_calls import calls_at
from callcenter.store.tables import StepRow, ViolationRow
from callcenter.store.unit_of_work import UnitOfWork
from callcenter.store.untold import untold

_json = msgspec.json.Encoder(order="deterministic").encode
_Told = dict[str, ColumnElement[bool]]


class Filing(StrEnum):
    """What became of a record that was put."""

    NEW = "new"
    SAME = "same"
    RENEWED = "renewed"
    DIFFERS = "differs"


class FiledRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One record, with the version that a step on it must name."""

    dossier: Dossier
    standing: Standing
    created_at: Micros
    version: int
    sort_at: Micros

    @property
    def due_at(self) -> Micros | None:
        """When somebody must do the next thing with it."""
        return due_at(self.standing, self.created_at)


class RecordOrder(StrEnum):
    """In which order records are read; by what is due: those alone with which something is to be done."""

    NEWEST = "newest"
    OLDEST = "oldest"
    DUE = "due"


class RecordQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which records are asked for; None: any."""

    agent: str | None = None
    team: str | None = None
    rule: str | None = None
    state: RecordState | None = None
    verdict: Verdict | None = None
    since: Micros | None = None
    until: Micros | None = None
    due_until: Micros | None = None
    order: RecordOrder = RecordOrder.NEWEST


class _Brief(msgspec.Struct, frozen=True):
    """As much of a dossier as a count needs."""

    id: str
    rule: str
    at: Micros | None
    title: Title


_brief = msgspec.json.Decoder(_Brief).decode


async def put(unit: UnitOfWork, dossier: Dossier, standing: Standing, at: Micros) -> Filing:
    """Keep a record; again with the same changes nothing.

    One that was derived anew and says something else replaces the old one only while nobody was told of it and nobody
    but the service stands behind it; later, the old one stays, and DIFFERS says that it does not reproduce.
    """
    row = (await unit.execute(select(ViolationRow).where(ViolationRow.id == dossier.id))).one_or_none()
    said = _json(dossier).decode()
    values: dict[str, Any] = {"dossier": said, "standing": _json(standing).decode(), **_searched(dossier, standing, at)}
    values["due_at"] = due_at(standing, at if row is None else row.created_at)
    if row is None:
        await unit.execute(insert(ViolationRow).values(id=dossier.id, created_at=at, version=1, **values))
        await unit.note(
            _audited("propose", dossier.id, standing.proposed_by, at, rule=dossier.rule, agent=dossier.agent)
        )
        return Filing.NEW
    before = _standing(row)
    if row.dossier == said and (before.verdict, before.mode) == (standing.verdict, standing.mode):
        return Filing.SAME
    if before.state is not RecordState.PROPOSED or before.proposed_by != SERVICE or standing.proposed_by != SERVICE:
        other = differences(_record(row).dossier, before, dossier, standing)
        return Filing.DIFFERS if other else Filing.SAME
    renewed = update(ViolationRow).where(ViolationRow.id == dossier.id)
    await unit.execute(renewed.values(version=row.version + 1, **values))
    await unit.note(_audited("renew", dossier.id, SERVICE, at, verdict=standing.verdict))
    return Filing.RENEWED


async def act(unit: UnitOfWork, number: str, version: int | None, step: ProcessStep, terms: Terms) -> FiledRecord:
    """Take a step; the record, its history and the audit log change together.

    Args:
        unit: The transaction.
        number: Which record.
        version: The version that whoever acts has read; None for the service.
        step: What is done.
        terms: Whose time is how long.

    Raises:
        Missing: There is no such record.
        Outdated: Somebody acted on it meanwhile.
        StepRefused: The workflow does not allow it.
    """
    record = await get(unit.connection, number)
    if version not in {None, record.version}:
        raise Outdated("the record was changed meanwhile; read it again and decide anew", record.version)
    standing, entry = take(record.standing, step, terms)
    await unit.execute(
        update(ViolationRow)
        .where(ViolationRow.id == number)
        .values(
            standing=_json(standing).decode(),
            state=standing.state,
            notified_at=standing.notified_at,
            due_at=due_at(standing, record.created_at),
            version=record.version + 1,
        )
    )
    n = await unit.connection.scalar(select(func.count()).where(StepRow.violation == number))
    await unit.execute(insert(StepRow).values(violation=number, n=(n or 0) + 1, entry=_json(entry).decode()))
    detail = msgspec.to_builtins(entry)
    for told_already in ("action", "by", "at"):
        del detail[told_already]
    await unit.note(_audited(entry.action, number, entry.by, entry.at, **detail))
    return msgspec.structs.replace(record, standing=standing, version=record.version + 1)


async def get(connection: AsyncConnection, number: str) -> FiledRecord:
    """Read a record.

    Raises:
        Missing: There is none.
    """
    found = await find(connection, number)
    if found is None:
        raise Missing("there is no such record")
    return found


async def find(connection: AsyncConnection, number: str) -> FiledRecord | None:
    """Read a record, None where there is none."""
    row = (await connection.execute(select(ViolationRow).where(ViolationRow.id == number))).one_or_none()
    return None if row is None else _record(row)


async def get_for(connection: AsyncConnection, number: str, person: Principal) -> FiledRecord:
    """Read a record that a person may see; one that they may not is as if it were not there."""
    record = await get(connection, number)
    said, standing = record.dossier, record.standing
    if not may_see(person, said.agent, said.team, shadow=standing.mode is not Mode.ON, told=standing.told):
        raise Missing("there is no such record")
    return record


async def chosen(connection: AsyncConnection, rows: Select[Any]) -> list[FiledRecord]:
    """Read the records that a selection of `ViolationRow` gives."""
    return [_record(row) for row in await connection.execute(rows)]


async def visible_among(connection: AsyncConnection, numbers: Collection[str], person: Principal) -> set[str]:
    """Tell which of some records a person may see."""
    rows = select(ViolationRow.id).where(ViolationRow.id.in_(sorted(numbers)), _visible(person))
    return set(await connection.scalars(rows))


async def history(connection: AsyncConnection, number: str) -> list[HistoryEntry]:
    """Read every step that was taken with a record, in order."""
    entries = select(StepRow.entry).where(StepRow.violation == number).order_by(StepRow.n)
    return [msgspec.json.decode(entry, type=HistoryEntry) for entry in await connection.scalars(entries)]


async def page(
    connection: AsyncConnection, person: Principal, wanted: RecordQuery, after: tuple[Micros, str] | None, limit: int
) -> list[FiledRecord]:
    """Read records that a person may see, in their order, from the one after a place in it."""
    due, newest = wanted.order is RecordOrder.DUE, wanted.order is RecordOrder.NEWEST
    at, number = ViolationRow.due_at if due else ViolationRow.sort_at, ViolationRow.id
    rows: list[Any] = []
    for mine, others in _reached(person):
        told = _told(wanted, mine)
        by = await rarest(connection, told, *([] if "due" in told else _since(wanted)))
        clauses = [clause if name in _served(by.name) else beside(clause) for name, clause in told.items()]
        # what few have is found by that, and then put in order; what is due always are
        place = at + 0 if by.few or (by.name == "due") is not due else at
        asked = select(ViolationRow).where(*clauses, *others, *_since(wanted), _shown(person))
        if after is not None:
            here = tuple_(place, number)
            asked = asked.where(here < tuple_(*after) if newest else here > tuple_(*after))
        order = (place.desc(), number.desc()) if newest else (place, number)
        rows += await connection.execute(asked.order_by(*order).limit(limit))
    rows.sort(key=lambda row: (row.due_at if due else row.sort_at, row.id), reverse=newest)
    return [*readable(rows[:limit], _record, "violations")]


def _served(by: str | None) -> set[str | None]:
    """Name what the index by which records are found may have: a team's has the rule, too, or what is due."""
    return {by} | {"team": {"rule"}, "reach": {"rule"}, "due": {"team", "reach"}}.get(by or "", set())


def _reached(person: Principal) -> list[tuple[_Told, list[ColumnElement[bool]]]]:
    """Say whose records a person reaches: all, or those of their team and their own, each looked up for itself.

    Gives by what they are looked up, and what is asked of them besides.
    """
    own = None if person.agent is None else ViolationRow.agent == person.agent
    mine: list[tuple[_Told, list[ColumnElement[bool]]]] = [] if own is None else [({"own": own}, [])]
    match reach(person.role, Right.SEE):
        case Reach.ALL:
            return [({}, [])]
        case Reach.TEAM if person.team is not None:
            team = {"reach": ViolationRow.team == person.team}
            return [(team, [] if own is None else [not_(beside(own))]), *mine]
        case Reach.TEAM | Reach.OWN:
            return mine
    return []


def _told(wanted: RecordQuery, mine: _Told) -> _Told:
    """Say what is asked for that has an index, what is mostly rarest first."""
    row, told = ViolationRow, dict(mine)
    due = row.due_at.is_not(None) if wanted.due_until is None else row.due_at < wanted.due_until
    if wanted.order is RecordOrder.DUE or wanted.due_until is not None:
        told = {"due": due} | told
    for name in ("agent", "team", "rule", "state", "verdict"):
        if (value := getattr(wanted, name)) is not None:
            told[name] = getattr(row, name) == value
    return told


def place_of(record: FiledRecord, order: RecordOrder) -> tuple[Micros, str]:
    """Say where a record stands in a list."""
    at = record.due_at if order is RecordOrder.DUE else record.sort_at
    return at or 0, record.dossier.id


async def found(connection: AsyncConnection, wanted: RecordQuery) -> list[FiledRecord]:
    """Read records for the service itself, the oldest first."""
    rows = select(ViolationRow).where(*_asked(wanted)).order_by(ViolationRow.sort_at, ViolationRow.id)
    return [_record(row) for row in await connection.execute(rows)]


async def beginning(connection: AsyncConnection, begins: str) -> list[FiledRecord]:
    """Read the records whose ids begin so."""
    rows = select(ViolationRow).where(ViolationRow.id.startswith(begins.lower(), autoescape=True))
    return await chosen(connection, rows.order_by(ViolationRow.id))


async def about_call(
    connection: AsyncConnection,
    person: Principal,
    call: str,
    agents: Collection[str],
    frames: Collection[int],
    when: tuple[Micros, Micros],
) -> list[FiledRecord]:
    """Read the records of a call's agents in its time that name it, or stand on its positions, as one may see."""
    asked = (ViolationRow.agent.in_(sorted(agents)), ViolationRow.sort_at.between(*when), _visible(person))
    rows = select(ViolationRow).where(*asked).order_by(ViolationRow.sort_at, ViolationRow.id)
    about = set(frames)
    return [
        record
        for record in await chosen(connection, rows)
        if record.dossier.call == call or not about.isdisjoint(_positions(record.dossier))
    ]


async def calls_of(connection: AsyncConnection, record: FiledRecord) -> list[str]:
    """Name the agent's calls that a record is about: the one that a form names, or those that its evidence tells."""
    said = record.dossier
    if said.call is not None:
        return [said.call]
    moments = [at for at in (said.start, said.at, said.end) if at is not None]
    if not moments:
        return []
    return await calls_at(connection, said.agent, _positions(said), min(moments), max(moments))


def _positions(said: Dossier) -> set[int]:
    return {one["position"] for one in said.evidence if "position" in one}


async def counted(connection: AsyncConnection, agent: str, since: Micros, until: Micros) -> list[FiledRecord]:
    """Read an agent's records of a span that stand: confirmed or reduced, with no appeal open."""
    decided = select(ViolationRow).where(*_decided(agent, since, until)).order_by(ViolationRow.sort_at, ViolationRow.id)
    return [record for row in await connection.execute(decided) if (record := _record(row)).standing.stands]


async def confirmed_in(connection: AsyncConnection, agent: str | None, since: Micros, until: Micros) -> list[Confirmed]:
    """Read what counts of a span, of one agent or of all, without the evidence it stands on."""
    decided = select(ViolationRow).where(*_decided(agent, since, until)).order_by(ViolationRow.sort_at, ViolationRow.id)
    told = [(_brief(row.dossier), _standing(row)) for row in await connection.execute(decided)]
    return [
        msgspec.structs.replace(one, title=said.title)
        for said, standing in told
        if (one := confirmed_of(said, standing)) is not None
    ]


def _decided(agent: str | None, since: Micros, until: Micros) -> list[ColumnElement[bool]]:
    asked = _asked(RecordQuery(agent=agent, verdict=Verdict.PROPOSED, since=since, until=until))
    return [*asked, ViolationRow.state.in_([RecordState.CONFIRMED, RecordState.REDUCED])]


def _asked(wanted: RecordQuery) -> list[ColumnElement[bool]]:
    return [*_told(wanted, {}).values(), *_since(wanted)]


def _since(wanted: RecordQuery) -> list[ColumnElement[bool]]:
    clauses = [] if wanted.since is None else [ViolationRow.sort_at >= wanted.since]
    return clauses if wanted.until is None else [*clauses, ViolationRow.sort_at < wanted.until]


def _visible(person: Principal) -> ColumnElement[bool]:
    """Say it as `may_see` does."""
    own = false() if person.agent is None else ViolationRow.agent == person.agent
    whose: ColumnElement[bool]
    match reach(person.role, Right.SEE):
        case Reach.ALL:
            whose = true()
        case Reach.TEAM:
            whose = own if person.team is None else or_(own, ViolationRow.team == person.team)
        case Reach.OWN:
            whose = own
        case Reach.NONE:
            whose = false()
    return and_(whose, _shown(person))


def _shown(person: Principal) -> ColumnElement[bool]:
    """Say of records whose those are that a person reaches which of them they are shown."""
    shown: ColumnElement[bool] = true()
    if reach(person.role, Right.SEE_SHADOW) is not Reach.ALL:
        shown = and_(shown, ViolationRow.mode == Mode.ON)
    if person.agent is not None:
        shown = and_(shown, not_(untold(person.agent)))
    return shown


def _searched(dossier: Dossier, standing: Standing, at: Micros) -> dict[str, Any]:
    return {
        "rule": dossier.rule,
        "agent": dossier.agent,
        "team": dossier.team,
        "sort_at": at if dossier.at is None else dossier.at,
        "verdict": standing.verdict,
        "notified_at": standing.notified_at,
        "mode": standing.mode,
        "state": standing.state,
    }


def _record(row: Any) -> FiledRecord:
    dossier = msgspec.json.decode(row.dossier, type=Dossier)
    return FiledRecord(
        dossier=dossier, standing=_standing(row), created_at=row.created_at, version=row.version, sort_at=row.sort_at
    )


def _standing(row: Any) -> Standing:
    return msgspec.json.decode(row.standing, type=Standing)


def _audited(action: str, number: str, actor: str, at: Micros, **detail: Any) -> Audited:
    return Audited(at=at, actor=actor, action=action, kind="violation", subject=number, detail=detail)
