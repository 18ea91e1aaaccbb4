"""A person looks at reads that were out of the ordinary: they were ordinary, or a record says that data was misused.

Nobody is shown what is made of their own reads, nor decides on it, and nothing is filed but by a person.
"""

from __future__ import annotations

from typing import Any

from callcenter.cases.customers import MOST_NOTE, text_of
from callcenter.domain.frame import Micros
from callcenter.errors import BadInput
from callcenter.rules.regulations.edition import Rulebook
from callcenter.staff.duty import Roster
from callcenter.staff.roles import Principal
from callcenter.store.audit import Audited
from callcenter.store.conflicts import Conflict, NotAllowed
from callcenter.store.customers.looks import AccessReview, ReviewState, close_review, review_named
from callcenter.store.unit_of_work import UnitOfWork
from callcenter.usecases.file_report import SeenReport, file_report

LEAK = "V-LEAK"


def is_own(review: AccessReview, person: Principal) -> bool:
    """Tell whether a review is of what a person read."""
    return person.account == review.actor or (person.agent is not None and person.agent == review.agent)


async def call_ordinary(unit: UnitOfWork, number: str, reason: str, person: Principal, now: Micros) -> AccessReview:
    """Say that reads were ordinary, and why.

    Raises:
        Missing: There is no such review.
        NotAllowed: The reads were one's own.
        Conflict: Somebody has decided already.
        BadInput: The reason is empty, too long, or has characters that cannot be seen.
    """
    await _open_to(unit, number, person)
    return await _close(unit, number, person, now, state=ReviewState.ORDINARY, reason=_words(reason))


async def file_leak(
    unit: UnitOfWork,
    number: str,
    words: str,
    person: Principal,
    rules: tuple[Rulebook, Roster | None],
    now: Micros,
) -> AccessReview:
    """File that an agent disclosed or misused customers' data; errors as `call_ordinary` and `file_report`.

    Raises:
        BadInput: Whoever read is no agent, of whom alone there are records.
    """
    review, told = await _open_to(unit, number, person), _words(words)
    if review.agent is None:
        raise BadInput("whoever read is no agent: there are records of agents alone")
    seen = SeenReport(rule=LEAK, agent=review.agent, at=review.until, words=told, key=review.id)
    filed = await file_report(unit, seen, person, *rules, now)
    return await _close(unit, number, person, now, state=ReviewState.FILED, reason=told, record=filed.dossier.id)


async def _open_to(unit: UnitOfWork, number: str, person: Principal) -> AccessReview:
    review = await review_named(unit.connection, number)
    if is_own(review, person):
        raise NotAllowed(person.role)
    if review.state is not ReviewState.OPEN:
        raise Conflict("somebody has decided on these reads already")
    return review


async def _close(unit: UnitOfWork, number: str, person: Principal, now: Micros, **decided: Any) -> AccessReview:
    await close_review(unit, number, decided_by=person.account, decided_at=now, **decided)
    told = {name: value for name, value in decided.items() if name in {"state", "record"}}
    await unit.note(
        Audited(at=now, actor=person.account, action="decide", kind="access_review", subject=number, detail=told)
    )
    return await review_named(unit.connection, number)


def _words(told: str) -> str:
    words = text_of("reason", told, MOST_NOTE)
    if words is None:
        raise BadInput("a decision needs its reason")
    return words
