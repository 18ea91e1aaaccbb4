"""A second reading of rings and outcomes, by hindsight: the whole list of events lies there, nothing is kept.

It shares no line with the floor. It is slow, knows only honest streams, and is meant to be read in one sitting.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from callcenter.domain import events as ev

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
    interface: str | None
    answered_at: int | None
    ended_at: int | None
    ended_by: str | None
    transferred: str | None
    offers: tuple[NaiveOffer, ...]


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
    mine = list(_until_next_stay(events, place))
    left = [e.at for e in mine if isinstance(e, ev.CallerLeft) and e.uid == join.uid and e.queue == join.queue]
    connects = [e for e in mine if isinstance(e, ev.MemberConnected) and e.uid == join.uid and e.queue == join.queue]
    left_at = left[0] if left else None
    outcome = "answered" if connects else _outcome(mine, join.uid, left_at)
    tried = _tried(mine, join)
    offers = tuple(
        _offer(events, mine, dest, interface, outcome, left_at, connects[0] if connects else None)
        for dest, interface in tried.items()
    )
    if not connects:
        by = {"abandoned": "caller", "switch_down": "switch"}.get(outcome)
        return NaiveVisit(
            join.uid, join.queue, join.at, left_at, outcome, None, None, None, by, None, offers
        )  # fmt: skip
    ended_at, ended_by, transferred = _part(mine, connects[0])
    return NaiveVisit(
        join.uid, join.queue, join.at, left_at, outcome, _device(events, connects[0].interface),
        connects[0].at, ended_at, ended_by, transferred, offers,
    )  # fmt: skip


def _until_next_stay(events: Sequence[ev.Event], place: int) -> Iterator[ev.Event]:
    """Yield what follows a join until the same channel joins again, or the switch was seen to have been down."""
    join = events[place]
    assert isinstance(join, ev.CallerJoined)
    for event in events[place + 1 :]:
        if isinstance(event, ev.CallerJoined) and event.uid == join.uid:
            return
        yield event
        if isinstance(event, ev.LinkRestored) and event.restarted:
            return


def _outcome(mine: list[ev.Event], uid: str, left_at: int | None) -> str:
    """Take the first word that tells why the caller left; none, and the channel lives on: redirected."""
    restarted = _restarted(mine)
    for event in mine:
        match event:
            case ev.HangupAsked() if event.uid == uid and (left_at is None or (event.at or 0) <= left_at):
                return "abandoned"
            case ev.TeardownAsked() if event.uid == uid and event.flag == 4 and restarted:
                return "switch_down"
            case ev.KeyPressed() if event.uid == uid:
                return "key_pressed"
            case ev.QueueResult() if event.uid == uid and event.result in RESULTS:
                return RESULTS[event.result]
            case _ if left_at is not None and (event.at or 0) > left_at + SECOND:
                break
            case _:
                pass
    if left_at is None:
        return "switch_down" if restarted else "unknown"
    gone = [e.at or 0 for e in mine if isinstance(e, ev.LinkLost) or (isinstance(e, ev.ChannelEnded) and e.uid == uid)]
    return "redirected" if not gone or gone[0] > left_at + SECOND else "unknown"


def _torn_by(mine: list[ev.Event], at: int) -> bool:
    return any(isinstance(e, ev.TeardownAsked) and e.flag == 4 and (e.at or 0) <= at for e in mine)


def _restarted(mine: list[ev.Event]) -> bool:
    return any(isinstance(e, ev.SwitchStopping) or (isinstance(e, ev.LinkRestored) and e.restarted) for e in mine)


def _tried(mine: list[ev.Event], join: ev.CallerJoined) -> dict[str, str]:
    """Find the channels that the queue dialled for this caller, and for whom each was."""
    tried: dict[str, str] = {}
    for event in mine:
        if isinstance(event, ev.CallerLeft) and event.uid == join.uid:
            break
        if isinstance(event, ev.DialBegan) and event.uid == join.uid:
            tried.setdefault(event.dest, event.dial_string)
        if isinstance(event, ev.MemberCalled) and event.uid == join.uid and event.queue == join.queue:
            tried[event.dest] = event.interface
    return tried


def _offer(
    events: Sequence[ev.Event],
    mine: list[ev.Event],
    dest: str,
    interface: str,
    visit: str,
    left_at: int | None,
    connect: ev.MemberConnected | None,
) -> NaiveOffer:
    sides = _sides(events, dest)
    rangs = [e.at for e in events if isinstance(e, ev.ChannelRang) and e.uid in sides and e.at is not None]
    ups = [e.at for e in mine if isinstance(e, ev.ChannelUp) and e.uid in sides and e.at is not None]
    gone = [e for e in mine if isinstance(e, ev.ChannelEnded) and e.uid == dest]
    rang_at = min(rangs, default=None)
    ended_at = min(ups, default=gone[0].at if gone else None)
    if rang_at is not None and ended_at is not None and rang_at > ended_at:
        rang_at = None
    rings = None if rang_at is None or ended_at is None else (ended_at - rang_at) // (5 * SECOND) + 1
    device = _device(events, interface)
    outcome = _offer_outcome(mine, sides, device, (rang_at, ended_at, bool(ups)), visit, left_at, connect)
    return NaiveOffer(device, rang_at, ended_at, rings, outcome)


def _sides(events: Sequence[ev.Event], dest: str) -> list[str]:
    """Add to the channel that the queue dialled the phone that a Local channel's other half dialled."""
    names = {e.dest_name for e in events if isinstance(e, ev.MemberCalled | ev.DialBegan) and e.dest == dest}
    others = {name[:-1] + "2" for name in names if name.endswith(";1")}
    return [dest, *(e.dest for e in events if isinstance(e, ev.DialBegan) and e.name in others)]


def _offer_outcome(
    mine: list[ev.Event],
    sides: list[str],
    device: str,
    ring: tuple[int | None, int | None, bool],
    visit: str,
    left_at: int | None,
    connect: ev.MemberConnected | None,
) -> str:
    rang_at, ended_at, up = ring
    near = left_at is not None and ended_at is not None and abs(left_at - ended_at) <= SECOND // 2
    if connect is not None and connect.dest in sides:
        return "answered"
    if connect is not None and (ended_at is None or (left_at or 0) <= ended_at + SECOND // 10):
        return "answered_elsewhere"
    over = [e.at for e in mine if isinstance(e, ev.ChannelEnded) and e.uid == sides[0]]
    # a ring that ended as its visit left was cut by whatever ended the visit, however long the teardown took
    torn = over and (near or _torn_by(mine, (over[0] or 0) + SECOND // 2))
    if _restarted(mine) and (not over or (visit == "switch_down" and torn)):
        return "switch_down"
    if (visit == "abandoned" and (ended_at is None or _hung_up_by(mine, ended_at, left_at))) or (
        visit == "key_pressed" and near
    ):
        return "caller_left"
    if visit in CUTTING and near:
        return "cut_short"
    told = _phones_doing(mine, sides, device, rang_at, ended_at, up=up)
    # a ring has timed out where the visit is seen to go on
    return "unknown" if told == "timed_out" and visit == "unknown" and near else told


def _hung_up_by(mine: list[ev.Event], ended_at: int, left_at: int | None) -> bool:
    """Tell whether the caller, who abandoned, had hung up when the ring ended."""
    asked = [e for e in mine if isinstance(e, ev.HangupAsked) and e.at is not None and e.at <= ended_at]
    leaving = [e.uid for e in mine if isinstance(e, ev.CallerLeft) and e.at == left_at]
    return any(e.uid in leaving for e in asked)


def _phones_doing(
    mine: list[ev.Event], sides: list[str], device: str, rang_at: int | None, ended_at: int | None, *, up: bool
) -> str:
    status = [e.tech for e in mine if isinstance(e, ev.HangupAsked) and e.uid in sides and e.tech is not None]
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


def _part(mine: list[ev.Event], connect: ev.MemberConnected) -> tuple[int | None, str, str | None]:
    """Find who ended the agent's part of an answered visit, and when; a transfer within a second outdoes a hang-up."""
    phones = _sides(mine, connect.dest)
    ends = [end for event in mine[mine.index(connect) :] if (end := _end(event, connect.uid, phones)) is not None]
    sent_away = [end for end in ends if end[2] is not None and (end[0] or 0) <= (ends[0][0] or 0) + SECOND]
    return (sent_away or ends or [(None, "unknown", None)])[0]


def _end(event: ev.Event, caller: str, phones: list[str]) -> tuple[int | None, str, str | None] | None:
    match event:
        case ev.BlindTransferred() if event.by in phones:
            return event.at, "transfer", "blind"
        case ev.AttendedTransferred() if event.by in phones or event.second in phones:
            return event.at, "transfer", "attended"
        case ev.HangupAsked() if event.uid == caller:
            return event.at, "caller", None
        case ev.HangupAsked() if event.uid in phones:
            return event.at, "agent", None
        case ev.TeardownAsked() if event.uid in {caller, *phones} and event.flag == 4:
            return event.at, "switch", None
        case ev.LinkRestored() if event.restarted:
            return None, "switch", None
        case _:
            return None


def _device(events: Sequence[ev.Event], interface: str) -> str:
    """Name the phone behind a Local member, as the queue names it anywhere."""
    behind = {e.interface: e.device for e in events if isinstance(e, ev.MemberSeen)}
    return behind.get(interface, interface)
