"""Two logins that answer from tables, for tests of the doctor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import msgspec

from callcenter.ami.link import SwitchAnswer
from callcenter.domain.frame import Frame
from callcenter.domain.snapshot import MemberState, QueueState, Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from callcenter.ami.link import Link
    from callcenter.ami.protocol import Batch
    from callcenter.doctor.inspect import Check

OPENING = {"Timestamp": "1795418218.000001", "SequenceNumber": "7"}
CONTROL = {
    "UserEvent": "Send. (Priv: user,all)",
    "QueuePause": "Pause. (Priv: agent,all)",
    "CoreSettings": "Show. (Priv: system,reporting,all)",
    "CoreShowChannels": "List. (Priv: system,reporting,all)",
    "Getvar": "Get. (Priv: call,reporting,all)",
    "DeviceStateList": "List. (Priv: call,reporting,all)",
    "Message": "no action",
}
BARE = {"Ping": "Keepalive command.  (Priv: <none>)", "ActionID": "x"}
SNAPSHOT = Snapshot(
    after=None,
    before=None,
    version="22.10.1+dfsg",
    system_name="pbx",
    started="",
    queues=(),
    members=(),
    waiting=(),
    channels=(),
    devices=(),
    contacts=(),
)


class FakeLink:
    """A login that answers from a table; a heartbeat sent on it comes back to whoever listens to `heard_by`."""

    def __init__(self, username: str, **answers: dict[str, str]) -> None:
        self.username = username
        self.answers = answers
        self.items: tuple[dict[str, str], ...] = ()
        self.heard_by: FakeLink | None = None
        self.opening = OPENING
        self.sink: Callable[[Batch], None] | None = None

    def deliver(self, sink: Callable[[Batch], None]) -> None:
        self.sink = sink

    async def ask(self, action: str, fields: Mapping[str, str] | None = None) -> SwitchAnswer:
        fields = dict(fields or {})
        if action == "UserEvent" and self.heard_by is not None:
            assert self.heard_by.sink is not None
            self.heard_by.sink([(Frame("UserEvent", {**self.opening, **fields}, None, None, 0), b"")])
        key = fields["Variable"] if action == "Getvar" else action
        key = f"{key} {fields['Exten']}@{fields['Context']}" if action == "ExtensionState" else key
        return SwitchAnswer(self.answers.get(key, {}), self.items if action == "QueueStatus" else ())

    demand = ask

    @property
    def link(self) -> Link:
        return cast("Link", self)


def logins(**control: dict[str, str]) -> tuple[FakeLink, FakeLink]:
    events = FakeLink("events", ListCommands=BARE)
    asking = FakeLink("control", **{"ListCommands": CONTROL, **control})
    asking.heard_by = events
    return events, asking


def verdicts(checks: list[Check]) -> dict[str, str]:
    return {check.name: check.verdict for check in checks}


def found(checks: list[Check]) -> dict[str, str]:
    return {check.name: check.found for check in checks}


def member(watched: str, interface: str = "Local/1001@agents/n") -> MemberState:
    return MemberState(
        queue="q",
        name="n",
        interface=interface,
        state_interface=watched,
        status=1,
        paused=False,
        reason="",
    )


def frames(*names: str, privilege: str = "call,all", **headers: str) -> Batch:
    return [(Frame(name, {"Privilege": privilege, **headers}, None, None, 0), b"") for name in names]


def snapshot_of(*queues: str, watched: tuple[str, ...] = (), **changes: Any) -> Snapshot:
    return msgspec.structs.replace(
        SNAPSHOT,
        queues=tuple(QueueState(name, "ringall", 0) for name in queues),
        members=tuple(member(device) for device in watched),
        **changes,
    )
