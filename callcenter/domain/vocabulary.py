"""The closed lists of the call centre: outcomes, who ended it, how they came to talk, what agents do, who is there."""

from __future__ import annotations

from enum import IntEnum, StrEnum

DIRECT = "direct-"
"""How the queue of one agent's phone alone is named; the phone's number follows."""


def is_direct(queue: str | None) -> bool:
    """Tell whether a queue is that of one agent's phone alone, which a caller passes before the line."""
    return queue is not None and queue.startswith(DIRECT)


CALL_BACK = "*47"
"""The feature code by which an agent calls a lost caller back; a one-time code follows."""
LISTEN_IN = "*48"
"""The feature code by which a lead listens to a colleague's call; a one-time code follows."""
CODE_DIGITS = 6


def is_call_back(dialled: str) -> bool:
    """Tell whether what an agent dialled is the feature code for calling back, with a one-time code."""
    code = dialled.removeprefix(CALL_BACK)
    return code != dialled and len(code) == CODE_DIGITS and code.isascii() and code.isdigit()


class VisitOutcome(StrEnum):
    """How a caller's stay in one queue ended."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"
    TIMED_OUT = "timed_out"
    QUEUE_EMPTY = "queue_empty"
    KEY_PRESSED = "key_pressed"
    WITHDRAWN = "withdrawn"
    REDIRECTED = "redirected"
    REFUSED = "refused"
    SWITCH_DOWN = "switch_down"
    UNKNOWN = "unknown"


class OfferOutcome(StrEnum):
    """How one attempt to reach one agent for one visit ended; a closed list with *unknown* in it."""

    ANSWERED = "answered"
    TIMED_OUT = "timed_out"
    DECLINED = "declined"
    BUSY = "busy"
    UNREACHABLE = "unreachable"
    ANSWERED_ELSEWHERE = "answered_elsewhere"
    CALLER_LEFT = "caller_left"
    CUT_SHORT = "cut_short"
    SWITCH_DOWN = "switch_down"
    UNKNOWN = "unknown"


class EndedBy(StrEnum):
    """Who ended the agent's part of an answered visit, or the wait of an unanswered one."""

    CALLER = "caller"
    AGENT = "agent"
    TRANSFER = "transfer"
    SWITCH = "switch"
    CUT_SHORT = "cut_short"
    """The agent's page was left or lost in the call: nobody hung up."""
    UNKNOWN = "unknown"


LEG_LOST = 41
"""Q.850, temporary failure: with it a page that is left ends its call, in the BYE's Reason."""


class How(StrEnum):
    """How an agent and a customer came to talk."""

    QUEUE = "queue"
    """The queue connected them."""
    TRANSFER = "transfer"
    """Somebody sent the customer on to the agent."""
    PICKUP = "pickup"
    """The agent took the call that rang at another phone."""
    PARK = "park"
    """The customer was parked, and the agent fetched them or had them back."""
    DIRECT = "direct"
    """The customer dialled the agent's own number."""
    CALL_BACK = "call_back"
    """The switch called both."""
    OUTBOUND = "outbound"
    """The agent dialled the customer's number."""


class Question(IntEnum):
    """What a caller is asked after a call, by the number that the dialplan gives it."""

    SERVICE = 1
    PRODUCT = 2
    PLATFORM = 3
    """The use of the platform."""
    HANDLING = 4
    """The handling of the complaint."""


class SurveyResult(StrEnum):
    """What a survey came to; whether the caller hung up in it is told beside."""

    NOT_AGREED = "not_agreed"
    """No key was pressed at the first prompt."""
    UNANSWERED = "unanswered"
    """Agreed, and answered nothing."""
    PARTIAL = "partial"
    ANSWERED = "answered"


class FollowUpState(StrEnum):
    """Where a lost call stands."""

    OPEN = "open"
    CLOSED = "closed"
    UNREACHABLE = "unreachable"


class FollowUpBy(StrEnum):
    """What closed a lost call; of two at the same moment, the first of this list."""

    SAME_CALL = "same_call"
    CALLED_AGAIN = "called_again"
    CALLED_BACK = "called_back"
    TRIED = "tried"


class AgentState(StrEnum):
    """What an agent is doing; where several hold, the first of this list that does."""

    OFFLINE = "offline"
    TALKING = "talking"
    RINGING = "ringing"
    BLOCKED = "blocked"
    OUTBOUND = "outbound"
    SYSTEM_PAUSED = "system_paused"
    """Paused by the service: the page on which the phone is cannot ring."""
    PAUSED = "paused"
    WRAP_UP = "wrap_up"
    AVAILABLE = "available"
    UNKNOWN = "unknown"


PAUSES = frozenset({AgentState.PAUSED, AgentState.SYSTEM_PAUSED})
PHONE_LOST = "phone lost"
SIGNED_OUT = "signed out"
"""Reasons of who is offline."""

AFTER_CALL_WORK = "acw"
"""Reason of a pause that is wrap-up for as long as the rulebook allows."""
CANNOT_RING = "page_cannot_ring"
"""Reason of a pause that the service makes, of which no rule makes anything."""


class PageWord(StrEnum):
    """What an agent's page says of the phone in it."""

    COULD_NOT_RING = "could_not_ring"
    """It was offered a call, and neither was sound played nor a notification shown."""
    CUT_SHORT = "cut_short"
    """A call ended because the page was left, reloaded or lost, not because anybody hung up."""
    RANG = "rang"
    PAGE_HIDDEN = "page_hidden"
    PAGE_SHOWN = "page_shown"
    MICROPHONE_LOST = "microphone_lost"
    MICROPHONE_BACK = "microphone_back"
    SOUND_LOCKED = "sound_locked"
    SOUND_UNLOCKED = "sound_unlocked"
    REGISTERED = "registered"
    UNREGISTERED = "unregistered"
    LEFT_PAGE = "left_page"
    CAN_RING = "can_ring"
    """Nothing keeps it from ringing: it is registered, and sound came out when that was just tried."""


PAGE_FAILURES = frozenset({PageWord.COULD_NOT_RING, PageWord.CUT_SHORT})
"""What is counted for each agent, and shown to the lead when it comes often."""


class ChannelRole(StrEnum):
    """Why a channel of an agent exists."""

    OWN = "own"
    CALLED = "called"


class Party(StrEnum):
    """Who is on a channel, where that is not an agent."""

    NOBODY = "nobody"
    CALLER = "caller"
    """Somebody who called in, or whom the switch called into a queue."""
    CALLED = "called"
    """Somebody outside whom an agent had called."""
    UNSEEN = "unseen"
    """Whoever it is, nobody saw their channel begin: somebody who called in, for all that is known."""
