"""A second reading of rings and outcomes, by hindsight: the whole list of events lies there, nothing is kept.

It shares no line with the floor. It is slow, knows only honest streams, and is meant to be read in one sitting,
with `naive_lines.py` (whose channel is whose) and `naive_talks.py` (who hears whom) beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from callcenter.domain import company as co
from callcenter.domain import events as ev
from tests.properties.naive_lines import (
    agent_on,
    callers,
    carriers,
    faces,
    phone_of,
    sent_into,
    sides,
    takers,
    talkers,
)

SECOND = 1_000_000
RESULTS = {"TIMEOUT": "timed_out", "LEAVEEMPTY": "queue_empty", "WITHDRAW": "withdrawn", "CONTINUE": "key_pressed"}
DOOR = {"FULL", "JOINEMPTY"}
CUTTING = {"timed_out", "queue_empty", "withdrawn", "redirected"}


class NaiveOffer(msgspec.Struct, frozen=True):
    """One phone tried: when it rang, when that ended, how many bursts began, what came of it."""

    interface: str
    rang_at: int | None
    ended_at: int | None
    rings: int | None
    outcome: str


class NaiveVisit(msgspec.Struct, frozen=True):
    """One stay in one queue."""

    uid: str
    queue: str | None
    joined_at: int | None
    left_at: int | None
    outcome: str
    agent: str | None
    answered_at: int | None
    ended_at: int | None
    ended_by: str | None
    transferred: str | None
    offers: tuple[NaiveOffer, ...]


class _Stay(msgspec.Struct, frozen=True):
    """What its offers need to know of a visit: the events from its join on, the caller's channels, how it ended."""

    mine: list[ev.Event]
    who: list[str]
    outcome: str
    left_at: int | None
    connect: ev.MemberConnected | None


def read(events: Sequence[ev.Event]) -> list[NaiveVisit]:
    """Read every visit of an honest stream, in the order they began."""
    return [
        _visit(events, place) if isinstance(event, ev.CallerJoined) else _refusal(events, place)
        for place, event in enumerate(events)
        if isinstance(event, ev.CallerJoined) or _is_refusal(events, place)
    ]


def _is_refusal(events: Sequence[ev.Event], place: int) -> bool:
    """Tell QUEUESTATUS of a refusal, or our dialplan's word of one where QUEUESTATUS is not shown."""
    event = events[place]
    if isinstance(event, ev.QueueResult):
        return event.result in DOOR
    before = [e for e in events[:place] if isinstance(e, ev.QueueResult | ev.CallerJoined | ev.DoorRefused)]
    told = [e for e in before if isinstance(event, ev.DoorRefused) and e.uid == event.uid]
    said = bool(told) and isinstance(told[-1], ev.QueueResult) and told[-1].result in DOOR
    return isinstance(event, ev.DoorRefused) and not said


def _refusal(events: Sequence[ev.Event], place: int) -> NaiveVisit:
    event = events[place]
    assert isinstance(event, ev.QueueResult | ev.DoorRefused)
    queues = [e.queue for e in events[place:] if isinstance(e, ev.DoorRefused) and e.uid == event.uid]
    queue = queues[0] if queues else None
    return NaiveVisit(event.uid, queue, None, None, "refused", None, None, None, None, None, ())


def _visit(events: Sequence[ev.Event], place: int) -> NaiveVisit:
    join = events[place]
    assert isinstance(join, ev.CallerJoined)
    mine, who = list(_until_next_stay(events, place)), carriers(events, join.uid)
    left = [e.at for e in mine if isinstance(e, ev.CallerLeft) and e.uid in who and e.queue == join.queue]
    connects = [e for e in mine if isinstance(e, ev.MemberConnected) and e.uid in who and e.queue == join.queue]
    left_at = left[0] if left else None
    outcome = "answered" if connects else _outcome(events, mine, join.uid, left_at)
    stay = _Stay(mine, who, outcome, left_at, connects[0] if connects else None)
    offers = tuple(_offer(events, stay, dest, member) for dest, member in _tried(mine, who, join.queue).items())
    if not connects:
        by = {"abandoned": "caller", "switch_down": "switch"}.get(outcome)
        return NaiveVisit(join.uid, join.queue, join.at, left_at, outcome, None, None, None, by, None, offers)
    ended_at, ended_by, transferred = _part(events, mine, who, connects[0])
    return NaiveVisit(
        join.uid,
        join.queue,
        join.at,
        left_at,
        outcome,
        _agent(events, connects[0]),
        connects[0].at,
        ended_at,
        ended_by,
        transferred,
        offers,
    )


def _agent(events: Sequence[ev.Event], connect: ev.MemberConnected) -> str | None:
    """Name who talks: whoever took the call, else the member."""
    took = [e.uid for e in events if isinstance(e, co.PickedUp) and e.uid == connect.dest]
    took += takers(events, connect.dest)
    return agent_on(events, took[0]) if took else connect.member or phone_of(events, connect.interface)


def _until_next_stay(events: Sequence[ev.Event], place: int) -> Iterator[ev.Event]:
    """Yield what follows a join until the same caller joins again, or the switch was seen to have been down."""
    join = events[place]
    assert isinstance(join, ev.CallerJoined)
    who = carriers(events, join.uid)
    for event in events[place + 1 :]:
        if isinstance(event, ev.CallerJoined) and event.uid in who:
            return
        yield event
        if isinstance(event, ev.LinkRestored) and event.restarted:
            return


def _outcome(events: Sequence[ev.Event], mine: list[ev.Event], uid: str, left_at: int | None) -> str:
    """Take the first word that tells why the caller left; none, and the channel lives on: redirected."""
    restarted, who, hands = _restarted(mine), carriers(events, uid), callers(events, uid)
    for event in mine:
        match event:
            case ev.HangupAsked() if event.uid in hands and (left_at is None or (event.at or 0) <= left_at):
                return "abandoned"
            case ev.TeardownAsked() if event.uid in who and event.flag == 4 and restarted:
                return "switch_down"
            case ev.KeyPressed() if event.uid in who:
                return "key_pressed"
            case ev.QueueResult() if event.uid in who and event.result in RESULTS:
                return RESULTS[event.result]
            case _ if left_at is not None and (event.at or 0) > left_at + SECOND:
                break
            case _:
                pass
    if left_at is None:
        return "switch_down" if restarted else "unknown"
    last = [uid, *sent_into(events, uid)][-1]
    gone = [e.at or 0 for e in mine if isinstance(e, ev.LinkLost) or (isinstance(e, ev.ChannelEnded) and e.uid == last)]
    return "redirected" if not gone or gone[0] > left_at + SECOND else "unknown"


def _torn_by(mine: list[ev.Event], at: int) -> bool:
    return any(isinstance(e, ev.TeardownAsked) and e.flag == 4 and (e.at or 0) <= at for e in mine)


def _restarted(mine: list[ev.Event]) -> bool:
    return any(isinstance(e, ev.SwitchStopping) or (isinstance(e, ev.LinkRestored) and e.restarted) for e in mine)


def _tried(mine: list[ev.Event], who: list[str], queue: str) -> dict[str, str]:
    """Find the channels that the queue dialled for this caller, and for whom each was."""
    tried: dict[str, str] = {}
    for event in mine:
        if isinstance(event, ev.CallerLeft) and event.uid in who:
            break
        if isinstance(event, ev.DialBegan) and event.uid in who:
            tried.setdefault(event.dest, event.dial_string)
        if isinstance(event, ev.MemberCalled) and event.uid in who and event.queue == queue:
            tried[event.dest] = event.interface
    return tried


def _offer(events: Sequence[ev.Event], stay: _Stay, dest: str, member: str) -> NaiveOffer:
    both, device = sides(events, dest), phone_of(events, member)
    rangs = [e.at for e in events if isinstance(e, ev.ChannelRang) and e.uid in both and e.at is not None]
    taken = [e.at for e in stay.mine if isinstance(e, co.PickedUp) and e.target in both and e.at is not None]
    ups = [e.at for e in stay.mine if isinstance(e, ev.ChannelUp) and e.uid in both and e.at is not None]
    gone = [e for e in stay.mine if isinstance(e, ev.ChannelEnded) and e.uid == dest]
    rang_at = min(rangs, default=None)
    ended_at = min(taken + ups, default=gone[0].at if gone else None)
    if rang_at is not None and ended_at is not None and rang_at > ended_at:
        rang_at = None
    rings = None if rang_at is None or ended_at is None else (ended_at - rang_at) // (5 * SECOND) + 1
    outcome = "answered_elsewhere" if taken else _offer_outcome(stay, both, device, rang_at, ended_at, up=bool(ups))
    return NaiveOffer(device, rang_at, ended_at, rings, outcome)


def _offer_outcome(
    stay: _Stay, both: list[str], device: str, rang_at: int | None, ended_at: int | None, *, up: bool
) -> str:
    mine, visit, left_at, connect = stay.mine, stay.outcome, stay.left_at, stay.connect
    near = left_at is not None and ended_at is not None and abs(left_at - ended_at) <= SECOND // 2
    if connect is not None and connect.dest in both:
        return "answered"
    if connect is not None and (ended_at is None or (left_at or 0) <= ended_at + SECOND // 10):
        return "answered_elsewhere"
    over = [e.at for e in mine if isinstance(e, ev.ChannelEnded) and e.uid == both[0]]
    # a ring that ended as its visit left was cut by whatever ended the visit, however long the teardown took
    torn = over and (near or _torn_by(mine, (over[0] or 0) + SECOND // 2))
    if _restarted(mine) and (not over or (visit == "switch_down" and torn)):
        return "switch_down"
    if (visit == "abandoned" and (ended_at is None or _hung_up_by(mine, stay.who, ended_at))) or (
        visit == "key_pressed" and near
    ):
        return "caller_left"
    if visit in CUTTING and near:
        return "cut_short"
    told = _phones_doing(mine, both, device, rang_at, ended_at, up=up)
    # a ring has timed out where the visit is seen to go on
    return "unknown" if told == "timed_out" and visit == "unknown" and near else told


def _hung_up_by(mine: list[ev.Event], who: list[str], ended_at: int) -> bool:
    """Tell whether the caller, who abandoned, had hung up when the ring ended."""
    return any(isinstance(e, ev.HangupAsked) and e.uid in who and (e.at or ended_at) <= ended_at for e in mine)


def _phones_doing(
    mine: list[ev.Event], both: list[str], device: str, rang_at: int | None, ended_at: int | None, *, up: bool
) -> str:
    status = [e.tech for e in mine if isinstance(e, ev.HangupAsked) and e.uid in both and e.tech is not None]
    if status and status[0] == 486 and rang_at is None:
        return "busy"
    if status and status[0] in {486, 603, 480} and rang_at is not None:
        return "declined"
    if up or ended_at is None:
        return "unknown"
    if rang_at is None:
        return "unreachable"
    lost = [e.at or 0 for e in mine if isinstance(e, ev.PhoneSeen) and not e.reachable and e.device == device]
    return "unknown" if any(rang_at <= at <= ended_at for at in lost) else "timed_out"


def _part(
    events: Sequence[ev.Event], mine: list[ev.Event], who: list[str], connect: ev.MemberConnected
) -> tuple[int | None, str, str | None]:
    """Find who ended the agent's part of an answered visit, and when; a transfer within a second outdoes a hang-up."""
    phones, hands = talkers(events, connect.dest), callers(events, who[0])
    standing = [face for one in who for face in faces(events, one)]
    after = mine[mine.index(connect) :]
    ends = [end for event in after if (end := _end(event, hands, phones, standing)) is not None]
    sent_away = [end for end in ends if end[2] is not None and (end[0] or 0) <= (ends[0][0] or 0) + SECOND]
    return (sent_away or ends or [(None, "unknown", None)])[0]


def _end(
    event: ev.Event, hands: list[str], phones: list[str], standing: list[str]
) -> tuple[int | None, str, str | None] | None:
    match event:
        case ev.BlindTransferred() if event.by in phones:
            return event.at, "transfer", "blind"
        case co.Parked() if event.uid in standing:
            return event.at, "transfer", "blind"
        case ev.AttendedTransferred() if event.place != "threeway" and {event.by, event.second} & {*phones}:
            return event.at, "transfer", "attended"
        case ev.HangupAsked() if event.uid in hands:
            return event.at, "caller", None
        case ev.HangupAsked() if event.uid in phones:
            return event.at, "agent", None
        case ev.TeardownAsked() if event.uid in {*hands, *phones} and event.flag == 4:
            return event.at, "switch", None
        case ev.LinkRestored() if event.restarted:
            return None, "switch", None
        case _:
            return None
