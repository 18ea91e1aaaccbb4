"""Changes of rules and amounts: one person proposes, another approves, and only then somebody may apply them."""

from __future__ import annotations

import hashlib
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import insert, update

from callcenter.domain.frame import Micros
from callcenter.errors import BadInput
from callcenter.locale import english
from callcenter.rules.regulations.amending import amend
from callcenter.rules.regulations.edition import Rulebook
from callcenter.rules.regulations.rulebook import rulebook_of, whole
from callcenter.rules.scores.score_terms import SUBJECT, read_terms
from callcenter.staff.dates import datetime_of
from callcenter.staff.rights import Right
from callcenter.staff.roles import Principal, may
from callcenter.staff.site.own import OwnSite, site_said
from callcenter.store import UnitOfWork
from callcenter.store.audit import Audited
from callcenter.store.conflicts import Conflict, NotAllowed, Outdated
from callcenter.store.decisions.changes import (
    OF_THE_ROSTER,
    OF_THE_SITE,
    Change,
    ChangeKind,
    ChangeState,
    get,
    newest,
)
from callcenter.store.decisions.scores import misfits
from callcenter.store.sign_in.vouching import require_two
from callcenter.store.tables import ChangeRow
from callcenter.usecases.change_calendar import require_unsaid, sound_days
from callcenter.usecases.change_roster import RosterFiled, require_sound_roster, require_unmet
from callcenter.usecases.change_site import require_last

_VERBS = {ChangeState.APPROVED: "approve", ChangeState.REJECTED: "reject"}
_NAMED = 10
"""Agents' months that do not go with new terms are named up to so many."""
_DECIDED = {
    ChangeState.APPROVED: english("the change is approved already"),
    ChangeState.REJECTED: english("the change is rejected already"),
}
_json = msgspec.json.Encoder(order="deterministic").encode


class Grounds(NamedTuple):
    """On what a change is made: the rulebook in force, where no other has been approved, the roster's file, the site.

    Where `filed` is None, as at the console, the roster is not changed.
    """

    rulebook: Rulebook
    filed: RosterFiled | None = None
    own: OwnSite | None = None


async def propose(unit: UnitOfWork, change: Change, person: Principal, grounds: Grounds) -> Change:
    """Keep a change that somebody proposes, written out in full; it has no effect yet.

    Args:
        unit: The transaction.
        change: What is proposed.
        person: Who proposes it.
        grounds: On what.

    Raises:
        NotAllowed: It is not for this person.
        BadInput: It could not be used if it were approved.
    """
    if not may_propose(person, change.kind):
        raise NotAllowed(person.role)
    if (change.kind, change.subject) == (ChangeKind.AMOUNT, SUBJECT):
        read_terms(change.content)
    change = msgspec.structs.replace(change, content=await _written_out(unit, change, grounds))
    values = msgspec.structs.asdict(change) | {"content": _json(change.content).decode()}
    await unit.execute(insert(ChangeRow).values(**values))
    detail = {"of": change.kind, "subject": change.subject, **_kept(change)}
    await unit.note(_audited("propose", change, change.proposed_by, change.proposed_at, **detail))
    return change


def may_propose(person: Principal, kind: ChangeKind) -> bool:
    """Tell whether somebody may propose a change of a kind: whoever keeps the service, what is of the site alone."""
    return may(person, Right.PROPOSE_CHANGE) or (kind in OF_THE_SITE and may(person, Right.KEEP_SERVICE))


async def _written_out(unit: UnitOfWork, change: Change, grounds: Grounds) -> dict[str, Any]:
    """Return the content of a change as it is kept.

    Raises:
        BadInput: It could not be used if it were approved.
    """
    if change.kind is ChangeKind.RULEBOOK:
        before = await _newest(unit, grounds.rulebook)
        return _sound(change, before.rulebook, change.proposed_at)
    if change.kind is ChangeKind.CALENDAR:
        return sound_days(change, change.proposed_at, grounds.rulebook.zone)
    if change.kind in OF_THE_SITE:
        content = site_said(change.kind, change.content)
        if grounds.own is not None:
            grounds.own.require_free(change.kind, content)
        return content
    if change.kind in OF_THE_ROSTER:
        return await require_sound_roster(unit, change, _filed(grounds))
    return change.content


def _filed(grounds: Grounds) -> RosterFiled:
    if grounds.filed is None:
        raise BadInput("the roster is changed where the service runs: over its page or its API")
    return grounds.filed


def _kept(change: Change) -> dict[str, Any]:
    """Return what the audit log keeps of a change's content; of a whole roster its hash, for it may be large."""
    if change.kind is not ChangeKind.ROSTER:
        return {"content": change.content}
    return {"sha256": hashlib.sha256(_json(change.content)).hexdigest()}


async def decide(
    unit: UnitOfWork, number: str, version: int, state: ChangeState, person: Principal, at: Micros, grounds: Grounds
) -> Change:
    """Approve or reject a change.

    Args:
        unit: The transaction.
        number: Which change.
        version: The version of it that whoever decides has read.
        state: What is decided.
        person: Who decides.
        at: When.
        grounds: On what.

    Raises:
        NotAllowed: It is not for this person.
        BadInput: It cannot take the place of the rulebook in force, or would change what has begun to hold.
        Missing: There is no such change.
        Outdated: Somebody was faster.
        Conflict: It is decided already, or by whoever proposed it or the same person twice; or it does not know of
            the rulebook approved last, or does not go with marks given already.
    """
    if not may(person, Right.APPROVE_CHANGE):
        raise NotAllowed(person.role)
    change, by = await get(unit.connection, number), person.account
    _require_open(change, version, by)
    if state is ChangeState.APPROVED:
        await _require_sound(unit, change, grounds, at)
        await require_two(unit.connection, change.proposed_by, by, at)
    decided = msgspec.structs.replace(change, state=state, decided_by=by, decided_at=at, version=version + 1)
    await unit.execute(
        update(ChangeRow)
        .where(ChangeRow.id == number)
        .values(state=state, decided_by=by, decided_at=at, version=decided.version)
    )
    if state is ChangeState.APPROVED:
        await _require_fit(unit, change, grounds.rulebook)
    await unit.note(_audited(_VERBS[state], change, by, at))
    return decided


def _require_open(change: Change, version: int, by: str) -> None:
    if version != change.version:
        raise Outdated("the change was changed meanwhile; read it again and decide anew", change.version)
    if change.state is not ChangeState.PROPOSED:
        raise Conflict(_DECIDED[change.state])
    if by == change.proposed_by:
        raise Conflict("who proposed a change does not decide on it")


async def _require_fit(unit: UnitOfWork, change: Change, rulebook: Rulebook) -> None:
    """Pass if all that was given goes with the score's terms that are being approved, or no month could be added up.

    Raises:
        Conflict: Something does not, which is named.
    """
    if (change.kind, change.subject) != (ChangeKind.AMOUNT, SUBJECT):
        return
    found = await misfits(unit.connection, change.id, read_terms(change.content).first, rulebook.zone)
    if found:
        named = [*found][:_NAMED] + ["…"] * (len(found) > _NAMED)
        raise Conflict(
            f"what was given does not go with these terms, of {', '.join(named)} ({next(iter(found.values()))}): "
            "withdraw it, or propose other terms"
        )


class _Newest(NamedTuple):
    """The rulebook that holds or is about to, and the change that brought it, if one did."""

    rulebook: Rulebook
    change: Change | None


async def _newest(unit: UnitOfWork, rulebook: Rulebook) -> _Newest:
    """Read the rulebook approved last, which comes into force a moment later; one that cannot be used never does."""
    change = await newest(unit.connection, ChangeKind.RULEBOOK)
    if change is None:
        return _Newest(rulebook, None)
    try:
        return _Newest(rulebook_of(change.content, rulebook.timezone), change)
    except BadInput:
        return _Newest(rulebook, change)


def _sound(change: Change, before: Rulebook, at: Micros) -> dict[str, Any]:
    """Return the content of a rulebook as it would be applied.

    Raises:
        BadInput: It could not be, or it would change what has begun to hold.
    """
    content = whole(change.content)
    today = datetime_of(at, before.zone).date()
    problems = amend(before, rulebook_of(content, before.timezone), today)
    if problems:
        raise BadInput(f"the proposed rulebook cannot come into force: {'; '.join(problems)}")
    return content


async def _require_sound(unit: UnitOfWork, change: Change, grounds: Grounds, at: Micros) -> None:
    """Refuse what cannot be applied, or was written before another was approved, which it would take back.

    Raises:
        BadInput: It cannot be.
        Conflict: It does not know of the other.
    """
    if change.kind in OF_THE_ROSTER:
        await require_sound_roster(unit, change, _filed(grounds))
        await require_unmet(unit, change, _filed(grounds))
    if change.kind is ChangeKind.CALENDAR:
        sound_days(change, at, grounds.rulebook.zone)
        await require_unsaid(unit, change)
    if change.kind in OF_THE_SITE:
        await require_last(unit, change)
    if change.kind is not ChangeKind.RULEBOOK:
        return
    before = await _newest(unit, grounds.rulebook)
    _sound(change, before.rulebook, at)
    last = before.change
    if last is not None and last.decided_at is not None and last.decided_at >= change.proposed_at:
        raise Conflict(
            f"the rulebook {last.id} was approved after this one was proposed: read the rules in force, "
            "and propose the change anew on top of them"
        )


def _audited(action: str, change: Change, actor: str, at: Micros, **detail: Any) -> Audited:
    return Audited(at=at, actor=actor, action=action, kind="change", subject=change.id, detail=detail)
