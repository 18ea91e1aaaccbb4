"""Lost calls as they come in and go out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field, StringConstraints

from callcenter.domain.vocabulary import FollowUpState
from callcenter.reports.lost_calls import caller_shown
from callcenter.rules.records.masks import worded
from callcenter.staff.roles import Field as Part
from callcenter.staff.roles import Principal, sight
from callcenter.store.decisions.lost_calls import LostCallClaim, LostCallEntry, LostCallOrder
from callcenter.usecases.close_lost_calls import MOST_CLOSED
from callcenter.web.api.fields import Name, RequestBody, ResponseBody, Words, moment_out

LostCallId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]


class LostCallsAsked(RequestBody):
    """Which lost calls; what is not said is not asked for."""

    state: FollowUpState | None = None
    queue: Name | None = None
    claimed_by: Name | None = Field(default=None, description="The account that calls back.")
    order: LostCallOrder = LostCallOrder.WAITING


class LostCallPageAsked(LostCallsAsked):
    """The same, a page at a time."""

    limit: int = Field(default=50, ge=1, le=200, description="Entries of a page.")
    cursor: str | None = Field(default=None, max_length=200, description="`next` of the page before.")


class LostCallsSought(LostCallPageAsked):
    """The same, of one number."""

    number: str = Field(max_length=80, description="In any spelling.")


class LostCallTaken(RequestBody):
    """Why a group leader or above takes a caller over whom somebody else calls back; else nothing."""

    reason: Words | None = None


class LostCallsClosed(RequestBody):
    """Which lost calls nobody needs to call back, and why not."""

    ids: list[LostCallId] = Field(min_length=1, max_length=MOST_CLOSED)
    reason: Words = Field(min_length=1)


class ClaimShown(ResponseBody):
    """Who calls back, until when the claim lasts."""

    claimed_by: str
    agent: str | None
    claimed_at: datetime | None
    until: datetime | None


class LostCallShown(ResponseBody):
    """All lost calls of one number that stand alike."""

    id: str = Field(description="Of the oldest of them.")
    state: FollowUpState
    caller: str | None
    queues: list[str]
    count: int = Field(description="How many calls from this number were lost.")
    since: datetime | None
    latest: datetime | None
    tries: int = Field(description="Calls of agents in vain.")
    by: str | None = Field(description="same_call, called_again, called_back, tried, by_hand; null while open.")
    closed_at: datetime | None
    closed_by: str | None
    reason: str | None
    claim: ClaimShown | None


class LostCallPage(ResponseBody):
    """Lost calls, in the order that was asked for."""

    items: list[LostCallShown]
    next: str | None


class LostCallsGone(ResponseBody):
    """The calls that were closed."""

    closed: list[str]


class CallBackGiven(ResponseBody):
    """What the agent's own phone dials, once, until when."""

    dial: str
    until: datetime | None
    claim: ClaimShown


def claim_shown(claim: LostCallClaim, zone: ZoneInfo) -> ClaimShown:
    """Show who calls back."""
    return ClaimShown(
        claimed_by=claim.claimed_by,
        agent=claim.agent,
        claimed_at=moment_out(claim.claimed_at, zone),
        until=moment_out(claim.until, zone),
    )


def lost_call_shown(entry: LostCallEntry, person: Principal, zone: ZoneInfo) -> LostCallShown:
    """Show an entry to a person."""
    seen = sight(person.role, Part.CALLER)
    return LostCallShown(
        id=entry.id,
        state=entry.state,
        caller=caller_shown(entry.caller, seen),
        queues=list(entry.queues),
        count=entry.count,
        since=moment_out(entry.since, zone),
        latest=moment_out(entry.latest, zone),
        tries=entry.tries,
        by=entry.by,
        closed_at=moment_out(entry.closed_at, zone),
        closed_by=entry.closed_by,
        reason=None if entry.reason is None else worded(entry.reason, seen),
        claim=None if entry.claim is None else claim_shown(entry.claim, zone),
    )
