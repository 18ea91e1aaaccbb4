"""Calls as lists and files are asked for them, and as a list shows them."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from callcenter.domain.frame import SECOND
from callcenter.domain.vocabulary import EndedBy, How, VisitOutcome
from callcenter.reports.call_list import rings_of
from callcenter.reports.lost_calls import caller_shown
from callcenter.rules.regulations.edition import Rulebook
from callcenter.staff.roles import Sight
from callcenter.store.decisions.call_qualities import CallDirection
from callcenter.store.record.call_list import CallOrder, ListedCall
from callcenter.web.api.fields import Cursor, Limit, Moment, Name, RequestBody, ResponseBody, moment_out


class CallsAsked(RequestBody):
    """Which calls, by when they began: `from` is inclusive, `to` is not; what is not said is not asked for."""

    since: Moment | None = Field(default=None, alias="from")
    until: Moment | None = Field(default=None, alias="to")
    queue: Name | None = None
    agent: Name | None = Field(default=None, description="Who answered, or talked.")
    missed: bool = Field(default=False, description="Those that rang in vain at the agent's phone, or at anybody's.")
    outcome: VisitOutcome | None = None
    direction: CallDirection | None = None
    customer: str | None = Field(default=None, pattern="^[0-9a-f]{32}$", description="Its id, or an alias.")
    rings_over: int | None = Field(default=None, ge=0, le=1000, description="One phone rang more often than this.")
    wait_over: int | None = Field(default=None, ge=0, le=86_400, description="Seconds in the queue.")
    in_gap: bool = Field(default=False, description="Those of which a part was not seen.")
    order: CallOrder = CallOrder.NEWEST


class CallPageAsked(CallsAsked):
    """The same, a page at a time."""

    limit: Limit = 50
    cursor: Cursor = None


class CallsSought(CallPageAsked):
    """The same, of one number."""

    number: str = Field(max_length=80, description="In any spelling.")


class ListedCallShown(ResponseBody):
    """A stay in a queue, or a talk that no queue made; `uniqueid` names the call that it is of."""

    id: str
    uniqueid: str
    began_at: datetime | None
    direction: CallDirection
    how: How | None = Field(description="How a talk came about; null: a stay in a queue.")
    queue: str | None
    caller: str | None
    agent: str | None = Field(description="Who answered, or talked.")
    outcome: VisitOutcome | None = Field(description="Null: it lasts.")
    ended_by: EndedBy | None
    wait_seconds: float | None
    rings: int | None = Field(description="Of the phone that rang longest.")
    answered_at: datetime | None
    ended_at: datetime | None
    talk_seconds: float | None
    in_gap: bool
    filled: list[str] = Field(description="Which of this nobody saw: queue_log told it, at whole seconds.")


class ListedCallPage(ResponseBody):
    """Calls in the order that was asked for."""

    items: list[ListedCallShown]
    next: str | None


def listed_call_shown(one: ListedCall, seen: Sight, rulebook: Rulebook) -> ListedCallShown:
    """Show a call in a list."""
    zone = rulebook.zone
    return ListedCallShown(
        id=one.id,
        uniqueid=one.uniqueid,
        began_at=moment_out(one.began_at, zone),
        direction=one.direction,
        how=one.how,
        queue=one.queue,
        caller=caller_shown(one.caller, seen),
        agent=one.agent,
        outcome=one.outcome,
        ended_by=one.ended_by,
        wait_seconds=None if one.waited is None else max(0, one.waited) / SECOND,
        rings=rings_of(one, rulebook),
        answered_at=moment_out(one.answered_at, zone),
        ended_at=moment_out(one.ended_at, zone),
        talk_seconds=None if one.talked is None else one.talked / SECOND,
        in_gap=one.in_gap,
        filled=list(one.filled),
    )
