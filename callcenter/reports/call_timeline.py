"""One call as lanes: the caller, each queue, each phone; what lasted from when to when, rings counted (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum

import msgspec

from callcenter.domain import facts as fx
from callcenter.domain.frame import Micros
from callcenter.domain.visits.survey import Survey
from callcenter.domain.vocabulary import EndedBy, How, OfferOutcome, SurveyResult, VisitOutcome
from callcenter.rules.regulations.edition import FiguresAt
from callcenter.store.record.call_story import CallStay, CallStory, StoredHold


class LaneKind(StrEnum):
    """Whose lane it is."""

    CALLER = "caller"
    QUEUE = "queue"
    PHONE = "phone"


class PartKind(StrEnum):
    """What lasted."""

    WAITING = "waiting"
    REFUSED = "refused"
    OFFERED = "offered"
    RINGING = "ringing"
    TALKING = "talking"
    HELD = "held"
    CONSULTING = "consulting"
    SURVEY = "survey"


class CallPart(msgspec.Struct, frozen=True, kw_only=True):
    """Something that lasted; an end that is None was not seen, or it lasts still (`lasts`).

    Attributes:
        name: With whom, or where: the agent of a talk in the caller's lane, the queue of a ring.
        offered_at: When the phone was tried.
        rings: How many were begun, one each `cadence`; None: nobody saw.
    """

    kind: PartKind
    start: Micros | None
    end: Micros | None
    lasts: bool = False
    name: str | None = None
    outcome: VisitOutcome | OfferOutcome | SurveyResult | None = None
    how: How | None = None
    ended_by: EndedBy | None = None
    transferred: str | None = None
    offered_at: Micros | None = None
    rings: int | None = None
    cadence: Micros | None = None
    in_gap: bool = False


class CurrentRing(msgspec.Struct, frozen=True, kw_only=True):
    """A ring of a call that goes on: of the offer that was answered, or of a phone that rings now (no `ended_at`)."""

    agent: str
    interface: str
    queue: str | None
    offered_at: Micros | None
    rang_at: Micros
    ended_at: Micros | None
    answered: bool


class CallLane(msgspec.Struct, frozen=True, kw_only=True):
    """What one of those concerned did, in order; `name` is None for the caller."""

    kind: LaneKind
    name: str | None
    interface: str | None
    parts: tuple[CallPart, ...]


def lanes_of(
    story: CallStory, figures: FiguresAt, ringing: Iterable[CurrentRing] = (), now: Micros | None = None
) -> list[CallLane]:
    """Lay a call out: the caller first, then queues, then phones, each as it came in.

    `ringing` is what of it the record does not have yet; what still rings is counted until `now`.
    """
    talks = [*story.talks, *_untold(story)]
    waits = [part for stay in story.stays for part in _wait(stay, stay.queue)]
    heard = [_talk(talk, talk.agent, story) for talk in talks]
    caller = [*waits, *heard, *map(_survey, story.surveys)]
    queues: dict[str | None, list[CallPart]] = {}
    for stay in story.stays:
        queues.setdefault(stay.queue, []).extend(_wait(stay, None))
    phones: dict[tuple[str, str | None], list[CallPart]] = {}
    for stay in story.stays:
        for offer in stay.offers:
            phones.setdefault((offer.agent, offer.interface), []).append(_offer(offer, stay.queue, figures))
    for ring in ringing:
        phones.setdefault((ring.agent, ring.interface), []).append(_ring(ring, figures, now))
    for talk in talks:
        lane = phones.setdefault(_phone(talk, phones), [])
        lane += [_talk(talk, talk.queue, story), *_holds(talk, story)]
    for own in story.consultations:
        part = CallPart(kind=PartKind.CONSULTING, start=own.start, end=own.end, lasts=own.end is None and story.lasts)
        phones.setdefault((own.agent, own.interface), []).append(part)
    return [
        CallLane(kind=LaneKind.CALLER, name=None, interface=None, parts=_ordered(caller)),
        *(CallLane(kind=LaneKind.QUEUE, name=name, interface=None, parts=_ordered(p)) for name, p in queues.items()),
        *(
            CallLane(kind=LaneKind.PHONE, name=agent, interface=interface or None, parts=_ordered(parts))
            for (agent, interface), parts in phones.items()
        ),
    ]


def _ordered(parts: Iterable[CallPart]) -> tuple[CallPart, ...]:
    return tuple(sorted(parts, key=lambda part: next((at for at in (part.start, part.end) if at is not None), 0)))


def _wait(stay: CallStay, name: str | None) -> Iterator[CallPart]:
    """Show a stay's wait; who was refused at the door had none."""
    refused = stay.refused_at is not None and stay.joined_at is None
    yield CallPart(
        kind=PartKind.REFUSED if refused else PartKind.WAITING,
        start=stay.refused_at if refused else stay.joined_at,
        end=stay.refused_at if refused else stay.left_at,
        lasts=stay.outcome is None and stay.left_at is None,
        name=name,
        outcome=stay.outcome,
        ended_by=None if stay.outcome is VisitOutcome.ANSWERED else stay.ended_by,
        in_gap=stay.in_gap,
    )


def _offer(offer: fx.Offer, queue: str | None, figures: FiguresAt) -> CallPart:
    rang, ringing = offer.rang_at is not None, offer.ringing
    held = figures(offer.ended_at)
    return CallPart(
        kind=PartKind.RINGING if rang else PartKind.OFFERED,
        start=offer.rang_at if rang else offer.offered_at,
        end=offer.ended_at,
        name=queue,
        outcome=offer.outcome,
        offered_at=offer.offered_at,
        rings=None if ringing is None else held.rings_begun(ringing),
        cadence=held.cadence if rang else None,
        in_gap=offer.in_gap,
    )


def _ring(ring: CurrentRing, figures: FiguresAt, now: Micros | None) -> CallPart:
    until = now if ring.ended_at is None else ring.ended_at
    held = figures(until)
    return CallPart(
        kind=PartKind.RINGING,
        start=ring.rang_at,
        end=ring.ended_at,
        lasts=ring.ended_at is None,
        name=ring.queue,
        outcome=OfferOutcome.ANSWERED if ring.answered else None,
        offered_at=ring.offered_at,
        rings=None if until is None else held.rings_begun(max(0, until - ring.rang_at)),
        cadence=held.cadence,
    )


def _talk(talk: fx.Talk, name: str | None, story: CallStory) -> CallPart:
    sent = (stay.transferred for stay in story.stays if stay.agent == talk.agent and stay.queue == talk.queue)
    return CallPart(
        kind=PartKind.TALKING,
        start=talk.start,
        end=talk.end,
        lasts=talk.ended_by is None,
        name=name,
        how=talk.how,
        ended_by=talk.ended_by,
        transferred=next((one for one in sent if one is not None), None),
        in_gap=talk.in_gap,
    )


def _untold(story: CallStory) -> Iterator[fx.Talk]:
    """Make talks of what queues said, where no talk was written down: of calls from before there were any."""
    for stay in story.stays:
        if stay.outcome is VisitOutcome.ANSWERED and stay.agent is not None and not story.talks:
            yield fx.Talk(
                call=story.uniqueid,
                uniqueid=story.uniqueid,
                agent=stay.agent,
                interface=next((one.interface for one in stay.offers if one.agent == stay.agent), ""),
                how=How.QUEUE,
                queue=stay.queue,
                start=stay.answered_at,
                end=stay.ended_at,
                ended_by=stay.ended_by or EndedBy.UNKNOWN,
                in_gap=stay.in_gap,
                frames=(),
            )


def _phone(talk: fx.Talk, phones: Iterable[tuple[str, str | None]]) -> tuple[str, str | None]:
    """Find the lane of a talk; where its phone is not known, the agent's only one."""
    mine = [phone for phone in phones if phone[0] == talk.agent]
    return mine[0] if not talk.interface and len(mine) == 1 else (talk.agent, talk.interface)


def _holds(talk: fx.Talk, story: CallStory) -> Iterator[CallPart]:
    """Show when a talk's agent had the customer on hold: until they were taken back, or the talk ended."""
    began: StoredHold | None = None
    for one in story.holds:
        if one.agent != talk.agent or not _lies_in(one.at, talk):
            continue
        if one.held:
            began = one
        elif began is not None:
            yield CallPart(kind=PartKind.HELD, start=began.at, end=one.at)
            began = None
    if began is not None:
        yield CallPart(kind=PartKind.HELD, start=began.at, end=talk.end, lasts=talk.ended_by is None)


def _lies_in(at: Micros | None, talk: fx.Talk) -> bool:
    return at is None or ((talk.start is None or talk.start <= at) and (talk.end is None or at <= talk.end))


def _survey(survey: Survey) -> CallPart:
    return CallPart(
        kind=PartKind.SURVEY, start=survey.asked_at, end=survey.ended_at, outcome=survey.result, in_gap=survey.in_gap
    )
