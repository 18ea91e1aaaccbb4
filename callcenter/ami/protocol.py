"""One manager connection: panoramisk's protocol with its reading replaced by our wire.

Every byte goes through `Wire`. Answers to actions that we sent go on to panoramisk, which matches them to
their futures; events go to our own sink and panoramisk never sees one. What panoramisk does on a lost
connection is replaced too: it would keep unanswered actions and send them again after a reconnect, and a
pause or a transfer sent twice is not the same as once. Here they fail with a sentence that says so.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any

import panoramisk
from panoramisk.ami_protocol import AMIProtocol

from callcenter.ami.wire import Wire
from callcenter.errors import SwitchUnreachable, SwitchUnsuitable

if TYPE_CHECKING:
    from collections.abc import Callable

    from callcenter.domain.frame import Frame

BANNER = b"Asterisk Call Manager/"
BANNER_LIMIT = 128
REMEMBERED_ACTIONS = 1024
"""Answers to an action that timed out are ours still; they are believed and thrown away."""

Batch = list[tuple["Frame", bytes]]
"""Frames in the order of the wire, each with the bytes it was read from."""


class AmiProtocol(AMIProtocol):  # type: ignore[misc]  # panoramisk has no types
    """Frames bytes, hands answers to panoramisk's matching and events to `deliver`'s sink.

    Attributes:
        banner: Future of the version that the banner gives, such as `11.0.0`.
        lost: Future of the sentence that says why the connection ended.
        wire: Its counters tell what was quarantined.
    """

    responses: dict[str, Any]

    def __init__(self, tee: Callable[[bytes], None] | None = None) -> None:
        loop = asyncio.get_running_loop()
        self.banner: asyncio.Future[str] = loop.create_future()
        self.lost: asyncio.Future[str] = loop.create_future()
        self.wire = Wire(own_actions=self._is_ours)
        self._tee = tee
        self._head = b""
        self._sink: Callable[[Batch], None] | None = None
        self._early: Batch = []
        self._sent: deque[str] = deque(maxlen=REMEMBERED_ACTIONS)

    def deliver(self, sink: Callable[[Batch], None]) -> None:
        """Hand events to `sink` from now on, those that came with the login's answer first."""
        self._sink = sink
        early, self._early = self._early, []
        if early:
            sink(early)

    def expect(self, action_id: str) -> None:
        """Believe answers that carry this ActionID."""
        self._sent.append(action_id)

    def forget(self, action_id: str) -> None:
        """Match no further answer to this action."""
        self.responses.pop(action_id, None)

    def hold(self) -> None:
        """Read no further until `release`; what the switch sends waits in the kernel, then in the switch."""
        if self.transport.is_reading() and not self.transport.is_closing():
            self.transport.pause_reading()

    def release(self) -> None:
        """Read again."""
        if not self.transport.is_reading() and not self.transport.is_closing():
            self.transport.resume_reading()

    def data_received(self, data: bytes) -> None:
        """Frame the bytes; never raises for what they say."""
        if self._tee is not None:
            self._tee(data)
        if not self.banner.done():
            self._read_banner(data)
        events: Batch = []
        for frame, raw in zip(self.wire.feed(data), self.wire.raw, strict=True):
            if frame.answer:
                self._match(frame)
            elif frame.name:
                events.append((frame, raw))
        if not events:
            return
        if self._sink is None:
            self._early += events
        else:
            self._sink(events)

    def connection_lost(self, exc: BaseException | None) -> None:
        """Say why, once, and fail whatever still waits."""
        self.end(f"the connection broke: {exc}" if exc else "the switch closed the connection")

    def close(self) -> None:
        """Close the connection for panoramisk, which calls this by name."""
        self.end("we closed the connection")

    def end(self, reason: str) -> None:
        """Close the connection and fail every unanswered action; nothing is kept to be sent again."""
        self.closed = True
        self.transport.abort()
        self.wire.close()
        if not self.lost.done():
            self.lost.set_result(reason)
        self._fail_banner(SwitchUnreachable(f"cut off before the manager's banner: {reason}"))
        pending, self.responses = self.responses, {}
        for action in pending.values():
            if not action.future.done():
                action.future.set_exception(
                    SwitchUnreachable(f"{action['action']} was not answered, and is not sent again: {reason}")
                )

    def _is_ours(self, action_id: str) -> bool:
        return action_id in self._sent

    def _match(self, frame: Frame) -> None:
        if frame.headers.get("ActionID") in self.responses:
            message = panoramisk.Message(frame.headers)
            message.frame = frame
            self.handle_message(message)

    def _read_banner(self, data: bytes) -> None:
        self._head += data[:BANNER_LIMIT]
        line, newline, _ = self._head.partition(b"\n")
        if newline and line.startswith(BANNER):
            self.banner.set_result(line[len(BANNER) :].strip().decode("ascii", "replace"))
        elif newline or len(self._head) >= BANNER_LIMIT:
            self._fail_banner(SwitchUnsuitable("what answers there is not Asterisk's manager interface"))

    def _fail_banner(self, error: Exception) -> None:
        if not self.banner.done():
            self.banner.set_exception(error)
            self.banner.exception()  # whoever awaits it gets it; nobody may be there any more
