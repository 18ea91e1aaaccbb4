"""Days that a switch could honestly have had: lanes of calls side by side, each call told as Asterisk tells it."""

from __future__ import annotations

import msgspec
from hypothesis import strategies as st

from callcenter.domain import events as ev

SECOND = 1_000_000
MORNING = 1_800_000_000 * SECOND
QUEUE = "support"
RESTART_TAKES = 5 * SECOND


class Agent(msgspec.Struct, frozen=True):
    """A member of the queue: a phone, dialled as it is or behind a Local channel."""

    name: str
    phone: str
    local: bool

    @property
    def interface(self) -> str:
        return f"Local/{self.phone[6:]}@agents/n" if self.local else self.phone


class Try(msgspec.Struct, frozen=True):
    """One phone tried: `how` it ends after ringing for so long; ringing may be told before the queue's own word."""

    how: str
    ring: int
    early: bool
    second: bool


class Plan(msgspec.Struct, frozen=True):
    """One thing that happens in a lane, after a pause."""

    pause: int
    tries: tuple[Try, ...]
    ending: str
    length: int
    ring: int
    loser: bool
    hold: bool


TRIES = ("timeout", "decline", "busy", "dead")
ANSWERED = ("by_caller", "by_agent", "blind", "attended", "blind_back")
UNANSWERED = (
    "abandoned",
    "abandoned_ringing",
    "timed_out",
    "timed_out_ringing",
    "queue_empty",
    "withdrawn",
    "key",
    "key_ringing",
    "redirected",
    "redirected_ringing",
)
OTHER = ("full", "join_empty", "outbound", "pause")

millis = st.integers(1, 22_000).map(lambda ms: ms * 1000)
tries = st.builds(Try, how=st.sampled_from(TRIES), ring=millis, early=st.booleans(), second=st.booleans())
plans = st.builds(
    Plan,
    pause=millis,
    tries=st.lists(tries, max_size=3).map(tuple),
    ending=st.sampled_from(ANSWERED + UNANSWERED + OTHER),
    length=millis,
    ring=millis,
    loser=st.booleans(),
    hold=st.booleans(),
)
lanes = st.lists(st.lists(plans, min_size=1, max_size=4), min_size=1, max_size=3)


class Lane:
    """Two agents and the callers whom they serve, one after the other."""

    def __init__(self, number: int, at: int, prefix: str) -> None:
        self.events: list[ev.Event] = []
        self._at = at
        self._prefix = f"{prefix}{number}"
        self._serial = 0
        self._first = Agent(f"Agent {number}A", f"PJSIP/1{number}01", local=False)
        self._second = Agent(f"Agent {number}B", f"PJSIP/1{number}02", local=True)
        for agent in (self._first, self._second):
            self._member(agent, paused=False)

    def play(self, plan: Plan) -> None:
        self._at += plan.pause
        match plan.ending:
            case "outbound":
                self._outbound(plan)
            case "pause":
                self._member(self._first, paused=True)
                self._at += plan.length
                self._member(self._first, paused=False)
            case "full" | "join_empty":
                self._turned_away(plan.ending)
            case _:
                caller = self._channel("PJSIP/trunk", calling=True)
                self._stay(caller, plan)

    def _tell(self, kind: type, **fields: object) -> None:
        self._at += 1000
        self.events.append(kind(at=self._at, pos=0, **fields))

    def _channel(self, device: str, *, linked: str = "", calling: bool = False) -> str:
        self._serial += 1
        uid = f"{self._prefix}.{self._serial}"
        self._tell(
            ev.ChannelStarted,
            uid=uid,
            name=f"{device}-{uid}",
            linked=linked or uid,
            dialled="400" if calling else "s",
            calling=calling,
            number=None,
        )
        return uid

    def _member(self, agent: Agent, *, paused: bool) -> None:
        self._tell(
            ev.MemberSeen,
            queue=QUEUE,
            interface=agent.interface,
            member=agent.name,
            device=agent.phone,
            status=1,
            paused=paused,
            reason="tea" if paused else "",
        )

    def _outbound(self, plan: Plan) -> None:
        uid = self._channel(self._first.phone, calling=True)
        self._at += plan.length
        self._tell(ev.HangupAsked, uid=uid, name="", cause=16, tech=None)
        self._end(uid)

    def _turned_away(self, why: str) -> None:
        caller = self._channel("PJSIP/trunk", calling=True)
        result = {"full": "FULL", "join_empty": "JOINEMPTY"}[why]
        self._tell(ev.QueueResult, uid=caller, name="", linked=caller, caller=None, dialled="400", result=result)
        self._tell(ev.DoorRefused, uid=caller, queue=QUEUE, reason=why)
        self._end(caller)

    # one stay in the queue

    def _stay(self, caller: str, plan: Plan) -> None:
        self._tell(
            ev.CallerJoined, uid=caller, name="", linked=caller, queue=QUEUE, position=1, caller="138", dialled="400"
        )
        for one in plan.tries:
            self._in_vain(caller, one)
            self._at += SECOND
        if plan.ending in ANSWERED:
            self._answered(caller, plan)
        else:
            self._unanswered(caller, plan)

    def _called(self, caller: str, agent: Agent, *, early: bool = False) -> tuple[str, str]:
        """Dial an agent; returns the channel that the queue dialled and that of the phone."""
        device = agent.interface.removesuffix("/n") if agent.local else agent.phone
        dest = self._channel(device, linked=caller)
        name = f"{device}-{dest}"
        if agent.local:
            self._rename_halves(dest, device)
            name = f"{device}-{dest};1"
        if early and not agent.local:
            self._tell(ev.ChannelRang, uid=dest, name="")
        self._tell(
            ev.MemberCalled,
            uid=caller,
            name="",
            linked=caller,
            queue=QUEUE,
            interface=agent.interface,
            member=agent.name,
            dest=dest,
            dest_name=name,
        )
        self._dial(caller, "", dest, name, agent.interface)
        if not agent.local:
            return dest, dest
        phone = self._channel(agent.phone, linked=caller)
        self._dial(f"{dest}x", f"{device}-{dest};2", phone, f"{agent.phone}-{phone}", agent.phone)
        return dest, phone

    def _rename_halves(self, dest: str, device: str) -> None:
        """Call the channel just begun one half of a Local one, and begin the other."""
        begun = self.events.pop()
        self.events.append(msgspec.structs.replace(begun, name=f"{device}-{dest};1"))
        self._tell(
            ev.ChannelStarted,
            uid=f"{dest}x",
            name=f"{device}-{dest};2",
            linked=dest,
            dialled="s",
            calling=False,
            number=None,
        )

    def _dial(self, uid: str, name: str, dest: str, dest_name: str, string: str) -> None:
        self._tell(ev.DialBegan, uid=uid, name=name, linked=uid, dest=dest, dest_name=dest_name, dial_string=string)

    def _rings(self, dest: str, phone: str) -> None:
        self._tell(ev.ChannelRang, uid=phone, name="")
        if dest != phone:
            self._tell(ev.ChannelRang, uid=dest, name="")

    def _gone(self, dest: str, phone: str, *, cause: int = 0, tech: int | None = None) -> None:
        """End a phone that was not picked up."""
        if dest != phone:
            self._end(phone, cause=cause, tech=tech)
            self._end(f"{dest}x", cause=cause)
        self._end(dest, cause=cause, tech=None if dest != phone else tech)

    def _end(self, uid: str, *, cause: int = 16, tech: int | None = None) -> None:
        self._tell(ev.ChannelEnded, uid=uid, name="", cause=cause, tech=tech)

    def _in_vain(self, caller: str, one: Try) -> None:
        agent = self._second if one.second else self._first
        rings = one.how in {"timeout", "decline"}
        dest, phone = self._called(caller, agent, early=one.early and rings)
        tech = {"decline": 603, "busy": 486}.get(one.how)
        if rings:
            self._rings(dest, phone)
        if one.how != "busy":
            self._at += one.ring
        if tech is not None:
            self._tell(ev.HangupAsked, uid=phone, name="", cause=21, tech=tech)
        self._tell(ev.MemberRingEnded, uid=caller, queue=QUEUE, interface=agent.interface, dest=dest)
        self._gone(dest, phone, cause=21 if tech else 0, tech=tech)

    # answered

    def _answered(self, caller: str, plan: Plan) -> None:
        dest, phone = self._called(caller, self._first)
        self._rings(dest, phone)
        other = self._called(caller, self._second) if plan.loser else None
        if other is not None:
            self._rings(*other)
        self._at += plan.ring
        self._tell(ev.ChannelUp, uid=dest, name="", linked=caller)
        self._leave(caller)
        self._tell(
            ev.MemberConnected,
            uid=caller,
            name="",
            linked=caller,
            queue=QUEUE,
            interface=self._first.interface,
            member=self._first.name,
            dest=dest,
            dest_name="",
        )
        if other is not None:
            self._gone(*other, cause=26)
        if plan.hold:
            self._tell(ev.HoldSet, uid=dest, on=True)
            self._at += plan.length // 2
            self._tell(ev.HoldSet, uid=dest, on=False)
        self._at += plan.length
        self._part(caller, dest, plan)

    def _part(self, caller: str, dest: str, plan: Plan) -> None:
        match plan.ending:
            case "by_caller" | "by_agent":
                self._tell(
                    ev.HangupAsked, uid=caller if plan.ending == "by_caller" else dest, name="", cause=16, tech=None
                )
                self._complete(caller, dest)
                self._end(dest)
                self._end(caller)
            case "attended":
                second = self._channel(self._first.phone, calling=True)
                self._at += plan.ring
                self._tell(ev.AttendedTransferred, by=dest, second=second)
                self._complete(caller, dest)
                self._end(dest)
                self._end(second)
                self._goodbye(caller, plan)
            case _:
                self._tell(ev.BlindTransferred, by=dest, moved=caller, target="1249")
                self._complete(caller, dest)
                self._end(dest)
                if plan.ending == "blind_back":
                    self._stay(caller, msgspec.structs.replace(plan, ending="by_caller", tries=()))
                else:
                    self._goodbye(caller, plan)

    def _complete(self, caller: str, dest: str) -> None:
        self._tell(
            ev.MemberCompleted,
            uid=caller,
            linked=caller,
            queue=QUEUE,
            interface=self._first.interface,
            member=self._first.name,
            dest=dest,
        )

    # not answered

    def _unanswered(self, caller: str, plan: Plan) -> None:
        ending, ringing = plan.ending.removesuffix("_ringing"), plan.ending.endswith("_ringing")
        phone = self._called(caller, self._first) if ringing else None
        if phone is not None:
            self._rings(*phone)
        self._at += plan.length
        if ending == "abandoned":
            self._tell(ev.HangupAsked, uid=caller, name="", cause=16, tech=None)
        if phone is not None:
            self._gone(*phone)
        if ending != "key":
            self._tell(ev.CallerDropped, uid=caller, name="", linked=caller, queue=QUEUE)
        self._leave(caller)
        if ending == "abandoned":
            self._end(caller)
            return
        result = {"timed_out": "TIMEOUT", "queue_empty": "LEAVEEMPTY", "withdrawn": "WITHDRAW"}.get(ending)
        if result is not None:
            self._tell(ev.QueueResult, uid=caller, name="", linked=caller, caller=None, dialled="400", result=result)
        if ending == "key":
            self._tell(ev.KeyPressed, uid=caller, queue=QUEUE)
        if ending == "redirected":
            self._at += 2 * SECOND
        self._goodbye(caller, plan)

    def _leave(self, caller: str) -> None:
        self._tell(ev.CallerLeft, uid=caller, name="", linked=caller, queue=QUEUE)

    def _goodbye(self, caller: str, plan: Plan) -> None:
        self._at += plan.pause
        self._tell(ev.HangupAsked, uid=caller, name="", cause=16, tech=None)
        self._end(caller)


def shift(lanes_of: list[list[Plan]], at: int, prefix: str) -> list[ev.Event]:
    """Play lanes side by side, in the order of time."""
    events: list[ev.Event] = []
    for number, of_lane in enumerate(lanes_of):
        lane = Lane(number, at, prefix)
        for plan in of_lane:
            lane.play(plan)
        events += lane.events
    return sorted(events, key=lambda event: event.at or 0)


def cut_off(events: list[ev.Event], share: float, *, killed: bool) -> list[ev.Event]:
    """Let the switch restart when this share of a shift is over; killed, it says nothing of it."""
    seen = events[: int(len(events) * share)]
    last = max((event.at or 0 for event in seen), default=MORNING)
    if not killed:
        seen = seen + _teardown(seen, last)
        last = seen[-1].at or last
    return [*seen, ev.LinkLost(last, 0), ev.LinkRestored(last + RESTART_TAKES, 0, restarted=True)]


def _teardown(seen: list[ev.Event], at: int) -> list[ev.Event]:
    """Tell what `core restart now` tells: every channel asked to go, callers out of the queue, all gone, the end."""
    live = {event.uid: None for event in seen if isinstance(event, ev.ChannelStarted)}
    waiting: dict[str, None] = {}
    for event in seen:
        match event:
            case ev.ChannelEnded():
                live.pop(event.uid, None)
            case ev.CallerJoined():
                waiting[event.uid] = None
            case ev.CallerLeft():
                waiting.pop(event.uid, None)
            case _:
                pass
    told: list[ev.Event] = [ev.TeardownAsked(at + 1000, 0, uid, "", 4) for uid in live]
    for uid in waiting:
        if uid in live:
            told.append(ev.CallerDropped(at + 2000, 0, uid, "", uid, QUEUE))
            told.append(ev.CallerLeft(at + 3000, 0, uid, "", uid, QUEUE))
    told += [ev.ChannelEnded(at + 4000, 0, uid, "", 0, None) for uid in live]
    return [*told, ev.SwitchStopping(at + 1_100_000, 0)]


@st.composite
def days(draw: st.DrawFn, *, restarts: bool = True) -> list[ev.Event]:
    """Draw a day: one shift, or two with a restart between."""
    events = shift(draw(lanes), MORNING, "a")
    if restarts and draw(st.booleans()):
        morning = cut_off(events, draw(st.floats(0, 1)), killed=draw(st.booleans()))
        events = morning + shift(draw(lanes), morning[-1].at or MORNING, "b")
    return numbered(events)


def numbered(events: list[ev.Event]) -> list[ev.Event]:
    """Give each event its place."""
    return [msgspec.structs.replace(event, pos=place) for place, event in enumerate(events)]
