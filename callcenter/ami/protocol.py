"""One manager connection: panoramisk's protocol with its reading replaced by our wire.

Every byte goes through `Wire`. Answers to actions that we sent go on to panoramisk, which matches them to
their futures; events go to our own sink and panoramisk never sees one. What panoramisk does on a lost
connection is replaced too: it would keep unanswered actions and send them again after a reconnect, and a
pause or a transfer sent twice is not the same as once. Here they fail with a sentence that says so.

What the switch sends before anybody takes it is held in bounded memory: events that nobody takes yet stop the
reading, events before the login was answered and an answer that does not end are no switch's, and end the connection.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import panoramisk
from panoramisk.ami_protocol import AMIProtocol

from callcenter.ami.wire import Wire
from callcenter.errors import SwitchUnreachable, SwitchUnsuitable

if TYPE_CHECKING:
    from collections.abc import Callable

    from callcenter.ami.refused import LostFrame
    from callcenter.domain.frame import Frame

BANNER = b"Asterisk Call Manager/"
BANNER_LIMIT = 128
REMEMBERED_ACTIONS = 1024
"""Answers to an action that timed out are ours still; they are believed and thrown away."""

EARLY_LIMIT = 8 * 1024 * 1024
"""Memory for events that came before anybody took them; a login's greeting is a few kB."""
ANSWER_LIMIT = 64 * 1024 * 1024
"""Memory for one answer: more than ten thousand channels or members, fifty thousand devices."""
_HEADER_COST = 256
"""Bytes that a header takes in memory beside its text."""
_AS_BYTES_AND_TEXT, _AS_BYTES_AND_WIDE_TEXT = 2, 5
"""Bytes in memory for one of a frame: kept as it came, and as text of one to four bytes a character."""

Batch = list[tuple["Frame", bytes]]
"""Frames in the order of the wire, each with the bytes it was read from."""


def memory_of(frame: Frame, raw: bytes) -> int:
    """Tell how much memory a frame takes, at most."""
    width = _AS_BYTES_AND_TEXT if raw.isascii() else _AS_BYTES_AND_WIDE_TEXT
    return width * len(raw) + _HEADER_COST * len(frame.headers)


class AmiProtocol(AMIProtocol):  # type: ignore[misc]  # panoramisk has no types
    """Frames bytes, hands answers to panoramisk's matching and events to `deliver`'s sink.

    Attributes:
        banner: Future of the version that the banner gives, such as `11.0.0`.
        lost: Future of the sentence that says why the connection ended.
        wire: Its counters tell what was quarantined.
    """

    responses: dict[str, Any]

    def __init__(self, tee: Callable[[bytes], None] | None = None, charset: str | None = None) -> None:
        loop = asyncio.get_running_loop()
        self.banner: asyncio.Future[str] = loop.create_future()
        self.lost: asyncio.Future[str] = loop.create_future()
        self.wire = Wire(own_actions=self._is_ours, charset=charset)
        self._tee = tee
        self._head = b""
        self._sink: Callable[[Batch], None] | None = None
        self._refused_sink: Callable[[LostFrame], None] | None = None
        self._early: list[Batch | LostFrame] = []
        self._early_memory = 0
        self._answered = False
        self._answer_memory: dict[str, int] = {}
        self._sent: deque[str] = deque(maxlen=REMEMBERED_ACTIONS)

    def deliver(self, sink: Callable[[Batch], None], refused: Callable[[LostFrame], None]) -> None:
        """Hand events to `sink` from now on, those that came with the login's answer first.

        What was refused though it was needed goes to `refused`, in its place between them.
        """
        self._sink, self._refused_sink = sink, refused
        if self._early_memory > EARLY_LIMIT:
            self.release()
        early, self._early, self._early_memory = self._early, [], 0
        for part in early:
            self._hand_on(part)

    def expect(self, action_id: str) -> None:
        """Believe answers that carry this ActionID."""
        self._sent.append(action_id)

    def forget(self, action_id: str) -> None:
        """Match no further answer to this action."""
        self.responses.pop(action_id, None)
        self._answer_memory.pop(action_id, None)

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
        for frame, raw in zip(self.wire.feed(data, time.monotonic()), self.wire.raw, strict=True):
            if frame.answer:
                self._match(frame, raw)
            elif frame.name:
                events.append((frame, raw))
        for part in _in_order(events, self.wire.refused_needed):
            self._hand_on(part)

    def _hand_on(self, part: Batch | LostFrame) -> None:
        if self._sink is None or self._refused_sink is None:
            self._keep(part)
        elif isinstance(part, list):
            self._sink(part)
        else:
            self._refused_sink(part)

    def _keep(self, part: Batch | LostFrame) -> None:
        """Keep what came before anybody takes it, and read no further once that is too much."""
        if self.closed:
            return
        self._early.append(part)
        self._early_memory += sum(memory_of(*one) for one in part) if isinstance(part, list) else len(part.raw)
        if self._early_memory <= EARLY_LIMIT:
            return
        if self._answered:
            self.hold()
        else:
            self._early = []
            self.end("it sent events without end before it answered the login; that is no Asterisk")

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

    def _match(self, frame: Frame, raw: bytes) -> None:
        action_id = frame.headers.get("ActionID", "")
        if action_id not in self.responses:
            return
        self._answered = True
        memory = self._answer_memory[action_id] = self._answer_memory.get(action_id, 0) + memory_of(frame, raw)
        if memory > ANSWER_LIMIT:
            self.end(f"it sent an answer without end (more than {ANSWER_LIMIT >> 20} MB)")
            return
        # panoramisk takes "Added interface to queue" for the beginning of a list; where one begins, EventList says so
        words = {} if "EventList" in frame.headers else {"Message": ""}
        message = panoramisk.Message({**frame.headers, **words})
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


def _in_order(events: Batch, refused: list[LostFrame]) -> list[Batch | LostFrame]:
    """Put what was refused between the frames where it came; frames that follow each other stay together."""
    if not refused:
        return [events] if events else []
    placed: list[tuple[int, tuple[Frame, bytes] | LostFrame]] = [(one[0].pos, one) for one in events]
    placed += [(one.pos, one) for one in refused]
    placed.sort(key=itemgetter(0))
    parts: list[Batch | LostFrame] = []
    for _, one in placed:
        if not isinstance(one, tuple):
            parts.append(one)
        elif parts and isinstance(parts[-1], list):
            parts[-1].append(one)
        else:
            parts.append([one])
    return parts
