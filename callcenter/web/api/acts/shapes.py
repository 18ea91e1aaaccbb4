"""Acts on agents' desks as they come in and go out, and what agents are told."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import Field, StringConstraints, model_validator

from callcenter.domain.vocabulary import AgentState
from callcenter.locale import english
from callcenter.store.decisions.agent_notices import AgentNotice, NoticeKind
from callcenter.untrusted import CONTROLS_BUT_LAYOUT
from callcenter.web.api.desk import DeskState, QueuedShown, ReasonShown
from callcenter.web.api.fields import Name, RequestBody, ResponseBody, moment_out
from callcenter.web.desk.listening import ListenMode

NoticeId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
Queues = Annotated[list[Name], Field(max_length=50)]
MOST_MESSAGE = 500
"""Characters of a message: read in a glance, between two calls."""


class StateAsked(RequestBody):
    """What an agent shall be; a pause names its reason. `why` is told to the agent and kept in the audit log."""

    state: DeskState
    reason: Name | None = None
    why: Name


class QueuesAsked(RequestBody):
    """Which queues an agent shall serve from now on, and which no longer; until they sign in again."""

    join: Queues = Field(default=[])
    leave: Queues = Field(default=[])
    why: Name

    @model_validator(mode="after")
    def _moves(self) -> Self:
        if not {*self.join} ^ {*self.leave} or {*self.join} & {*self.leave}:
            raise ValueError(english("name queues to join or to leave, none of them in both"))
        return self


class MessageAsked(RequestBody):
    """What an agent shall read."""

    text: Annotated[
        str,
        StringConstraints(
            min_length=1, max_length=MOST_MESSAGE, pattern=f"^[^{CONTROLS_BUT_LAYOUT}]*$", strip_whitespace=True
        ),
    ]


class ListenAsked(RequestBody):
    """How somebody listens to the call that an agent has now, and why."""

    mode: ListenMode
    why: Name


class ActsShown(ResponseBody):
    """An agent as the switch says, and what may be asked: what one may not do to them is left out of `may`."""

    agent: str
    state: AgentState
    reason: str | None
    queued: QueuedShown | None
    queues: list[str]
    other_queues: list[str]
    reasons: list[ReasonShown]
    may: list[str]
    in_talk: bool
    told: bool = Field(description="Agents are told who listens to them.")


class ListenGiven(ResponseBody):
    """What one's own phone dials, once, until when."""

    dial: str
    until: datetime | None
    told: bool = Field(description="The agent is told that somebody listens, and who.")


class MessageSent(ResponseBody):
    """The message is kept until the agent has read it."""

    id: str


class ToldShown(ResponseBody):
    """What an agent is told: a lead's message, or what a lead did to their desk and why."""

    id: str
    at: datetime | None
    by: str
    what: NoticeKind
    words: str
    reason: str | None
    join: list[str]
    leave: list[str]


class ToldListed(ResponseBody):
    """What an agent has not read yet, the newest first."""

    items: list[ToldShown]


def notice_shown(one: AgentNotice, zone: ZoneInfo) -> ToldShown:
    """Show a notice to whom it is for."""
    return ToldShown(
        id=one.id,
        at=moment_out(one.at, zone),
        by=one.name,
        what=one.what,
        words=one.words,
        reason=one.detail.get("reason"),
        join=one.detail.get("join", []),
        leave=one.detail.get("leave", []),
    )
