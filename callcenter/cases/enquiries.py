"""Enquiries: contacts of any channel, their steps, their moments, and the promises that these kept (pure).

A moment that nobody told is a gap, never a zero. Reports come in any order and more than once: of each moment the
earliest that was told stands, so that the order in which they arrive changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

import msgspec

from callcenter.cases.complaints.vocabulary import CaseChannel
from callcenter.domain.frame import Micros
from callcenter.errors import BadInput
from callcenter.locale import english

MOST_TURNS = 500
"""Of one contact; a chat that goes on is another contact."""


class ContactOutcome(StrEnum):
    """What a contact came to."""

    SOLVED = "solved"
    FOLLOW_UP = "follow_up"
    HANDED_ON = "handed_on"
    UNSOLVED = "unsolved"
    COMPLAINT = "complaint"


class EnquiryState(StrEnum):
    """Where an enquiry stands."""

    OPEN = "open"
    CLOSED = "closed"
    COMPLAINT = "complaint"


class EnquiryStep(StrEnum):
    """What somebody does with an enquiry; `receive` and `report` are told by the service itself."""

    RECEIVE = "receive"
    REPORT = "report"
    CLASSIFY = "classify"
    HAND_OVER = "hand_over"
    SOLVE = "solve"
    PLAN = "plan"
    FOLLOW_UP = "follow_up"
    FEEDBACK = "feedback"
    MOMENTS = "moments"
    CLOSE = "close"
    COMPLAIN = "complain"


_S, _OPEN = EnquiryStep, frozenset({EnquiryState.OPEN})
_NOT_A_COMPLAINT = _OPEN | {EnquiryState.CLOSED}
STEPS: dict[EnquiryStep, frozenset[EnquiryState]] = {
    _S.CLASSIFY: _NOT_A_COMPLAINT,
    _S.HAND_OVER: _OPEN,
    _S.SOLVE: _OPEN,
    _S.PLAN: _NOT_A_COMPLAINT,
    _S.FOLLOW_UP: _NOT_A_COMPLAINT,
    _S.FEEDBACK: _NOT_A_COMPLAINT,
    _S.MOMENTS: _NOT_A_COMPLAINT,
    _S.CLOSE: _OPEN,
    _S.COMPLAIN: _NOT_A_COMPLAINT,
}
"""From which states people take each step; what has become a complaint goes on as its case."""
_NEEDED: dict[EnquiryStep, tuple[str, ...]] = {
    _S.CLASSIFY: ("case_class",),
    _S.HAND_OVER: ("owner",),
    _S.SOLVE: ("words",),
    _S.PLAN: ("words", "follow_up_at"),
    _S.FOLLOW_UP: ("words",),
    _S.FEEDBACK: ("satisfaction",),
    _S.MOMENTS: ("moments",),
    _S.CLOSE: ("outcome",),
    _S.COMPLAIN: ("words", "wanted"),
}


_OWN = ("arrived", "greeted", "first_answer", "closed")


class ContactTurn(msgspec.Struct, frozen=True, kw_only=True):
    """Something that the customer said, by the system's own name of it, and when it was answered."""

    id: str
    asked: Micros | None = None
    answered: Micros | None = None


class ContactMoments(msgspec.Struct, frozen=True, kw_only=True):
    """When a contact arrived, was greeted, first answered and closed; None: nobody told."""

    arrived: Micros | None = None
    greeted: Micros | None = None
    first_answer: Micros | None = None
    closed: Micros | None = None
    turns: tuple[ContactTurn, ...] = ()

    @property
    def all(self) -> tuple[Micros, ...]:
        """Every moment that was told."""
        own = (getattr(self, name) for name in _OWN)
        told = (moment for turn in self.turns for moment in (turn.asked, turn.answered))
        return tuple(moment for moment in (*own, *told) if moment is not None)


class PromiseVerdict(StrEnum):
    """What became of a promise; `unknown` where a moment is missing, or two contradict each other."""

    KEPT = "kept"
    BROKEN = "broken"
    OPEN = "open"
    UNKNOWN = "unknown"


class ContactPromise(msgspec.Struct, frozen=True, kw_only=True):
    """One promise to one customer; `turn` names what was to be answered, None: the contact itself."""

    code: str
    verdict: PromiseVerdict
    due: Micros | None
    turn: str | None = None


def require_step(step: EnquiryStep, state: EnquiryState, told: Mapping[str, object]) -> None:
    """Pass if people can take a step, and its fields are there.

    Raises:
        BadInput: They cannot, or one is missing.
    """
    if step not in STEPS:
        raise BadInput(english(f"{step}: this step is the service's own"))
    if state not in STEPS[step]:
        raise BadInput(english(f"{step}: the enquiry is {state}, where this cannot be done"))
    for field in _NEEDED[step]:
        value = told.get(field)
        if value is None or (isinstance(value, str) and not value.strip()):
            raise BadInput(english(f"{step}: {field} is missing"))


def merged_moments(one: ContactMoments, other: ContactMoments) -> ContactMoments:
    """Put together what was told at two times, whichever came first.

    Raises:
        BadInput: There are more turns than a contact may have.
    """
    turns: dict[str, ContactTurn] = {}
    for turn in (*one.turns, *other.turns):
        known = turns.get(turn.id, turn)
        asked, answered = _earlier(known.asked, turn.asked), _earlier(known.answered, turn.answered)
        turns[turn.id] = ContactTurn(id=turn.id, asked=asked, answered=answered)
    if len(turns) > MOST_TURNS:
        raise BadInput(f"a contact has at most {MOST_TURNS} turns: report what follows as another contact")
    return ContactMoments(
        arrived=_earlier(one.arrived, other.arrived),
        greeted=_earlier(one.greeted, other.greeted),
        first_answer=_earlier(one.first_answer, other.first_answer),
        closed=_earlier(one.closed, other.closed),
        turns=tuple(turns[name] for name in sorted(turns)),
    )


def filled_moments(told: ContactMoments, by_hand: ContactMoments) -> ContactMoments:
    """Put what somebody tells to what a system has told of a contact: it fills gaps, and changes nothing.

    Raises:
        BadInput: It would change a moment, or names a turn that the system did not.
    """
    merged = merged_moments(told, by_hand)
    pairs = [(getattr(told, name), getattr(merged, name)) for name in _OWN]
    for one, known in zip(merged.turns, told.turns, strict=False):
        pairs += [(known.id, one.id), (known.asked, one.asked), (known.answered, one.answered)]
    changed = any(before is not None and before != after for before, after in pairs)
    if changed or len(merged.turns) > len(told.turns):
        raise BadInput("the system that reported this contact told this moment: it stands")
    return merged


def contact_promises(
    channel: CaseChannel, moments: ContactMoments, limits: Mapping[str, Micros], now: Micros
) -> tuple[ContactPromise, ...]:
    """Judge what was promised to a customer: in a chat the greeting and every answer, of an e-mail the first.

    Args:
        channel: How the customer came.
        moments: What was told.
        limits: How long each promise gives, by its code, inclusive; one that is not here was not promised.
        now: Up to when everything that happened can have been told.
    """
    arrived, closed = moments.arrived, moments.closed
    asked: list[tuple[str, Micros | None, Micros | None, str | None]] = []
    if channel is CaseChannel.CHAT:
        asked.append(("P-GREET", arrived, moments.greeted, None))
        asked.append(("P-CHAT", arrived, moments.first_answer, None))
        asked += [("P-WAIT", turn.asked, turn.answered, turn.id) for turn in moments.turns]
    elif channel is CaseChannel.EMAIL:
        asked.append(("P-MAIL", arrived, moments.first_answer, None))
    return tuple(
        ContactPromise(
            code=code,
            verdict=_verdict(start, end, closed, limits[code], now),
            due=None if start is None else start + limits[code],
            turn=turn,
        )
        for code, start, end, turn in asked
        if code in limits
    )


def counted_promises(judged: Iterable[ContactPromise]) -> dict[str, dict[PromiseVerdict, int]]:
    """Count promises by their code, every verdict beside the others."""
    found: dict[str, dict[PromiseVerdict, int]] = {}
    for one in judged:
        counts = found.setdefault(one.code, dict.fromkeys(PromiseVerdict, 0))
        counts[one.verdict] += 1
    return found


def _verdict(
    start: Micros | None, end: Micros | None, closed: Micros | None, limit: Micros, now: Micros
) -> PromiseVerdict:
    if start is None:
        return PromiseVerdict.UNKNOWN
    if end is not None:
        if end < start:
            return PromiseVerdict.UNKNOWN
        return PromiseVerdict.KEPT if end - start <= limit else PromiseVerdict.BROKEN
    if closed is not None:
        return PromiseVerdict.UNKNOWN
    return PromiseVerdict.OPEN if now - start <= limit else PromiseVerdict.BROKEN


def _earlier(one: Micros | None, other: Micros | None) -> Micros | None:
    told = [moment for moment in (one, other) if moment is not None]
    return min(told, default=None)
