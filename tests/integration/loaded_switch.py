"""A switch on loopback whose calls never stop: recorded stories, played side by side and over and over.

Each lane repeats one story with fresh unique ids, channel names, Timestamps and sequence numbers, whether somebody is
logged in or not. What it answers to a snapshot is what its own calls come to at that moment.
"""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import heapq
import re
import socket
import time
from pathlib import Path
from typing import NamedTuple, Self

TAPES = Path(__file__).parents[1] / "tapes"
STORIES = (
    "answered",
    "abandoned_ringing",
    "abandoned_waiting",
    "attended_transfer",
    "blind_transfer",
    "busy_486",
    "decline_603",
    "hold",
    "key_exit_waiting",
    "ring_no_answer",
    "ringall",
    "timed_out",
    "two_callers",
    "withdrawn",
)
SECRETS = {"events": "events-secret", "control": "control-secret"}

_OPENING = re.compile(rb"Event: (\w+)\r\nPrivilege: .+\r\nTimestamp: (\d+)\.(\d{6})\r\nSequenceNumber: (\d+)\r\n")
_UNIQUEID = re.compile(rb"lab-\d{10}\.(\d+)")
_CHANNEL = re.compile(rb"-([0-9a-f]{8})(?=[;\r])")
_PAUSE = 1_500_000


def reserved() -> socket.socket:
    """Take a free port without listening: connections are refused, and nobody else is given it meanwhile."""
    holder = socket.socket()
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a server of ours may listen on it beside
    holder.bind(("127.0.0.1", 0))
    return holder


class Line(NamedTuple):
    """One frame of a story: when after its beginning, and what, before and after its stamp."""

    after: int
    name: str
    head: bytes
    rest: bytes


def story(name: str) -> list[Line]:
    """Read the evidence-grade frames of a tape."""
    blocks = gzip.decompress((TAPES / name / "board.ami.gz").read_bytes()).split(b"\r\n\r\n")
    found = [(match, block) for block in blocks if (match := _OPENING.match(block))]
    began = _micros(found[0][0])
    return [Line(_micros(m) - began, m[1].decode(), b[: m.start(2)], b[m.end() :] + b"\r\n\r\n") for m, b in found]


def stories() -> list[list[Line]]:
    """Read every story that is told here."""
    return [story(name) for name in STORIES]


class LoadedSwitch:
    """The manager interface of such a switch; `speed` is how much faster than life it goes."""

    def __init__(self, lanes: list[list[Line]], speed: float = 1.0, *, graded: bool = True) -> None:
        self.port = 0
        self.logins: list[str] = []
        self.said = 0
        self._graded = graded
        self._lanes = lanes
        self._speed = speed
        self._began = time.monotonic()
        self._epoch = self._booted = time.time_ns() // 1000
        self._sequence = 100
        self._stamped = 0
        self._due: list[tuple[int, int, int, int]] = []
        self._channels: dict[str, dict[str, str]] = {}
        self._waiting: dict[str, dict[str, str]] = {}
        self._reader_of_events: asyncio.StreamWriter | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self._holder: socket.socket | None = None
        self._player: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._holder = reserved()
        self.port = self._holder.getsockname()[1]
        await self.listen()
        for lane in range(len(self._lanes)):
            self._begin(lane, 0, self._now() + lane * 300_000)
        self._player = asyncio.create_task(self._play())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._player is not None
        assert self._holder is not None
        self._player.cancel()
        await asyncio.gather(self._player, return_exceptions=True)
        await self.vanish()
        self._holder.close()

    @property
    def living(self) -> set[str]:
        """Unique ids of the channels that are there now."""
        return set(self._channels)

    @property
    def waiting(self) -> set[str]:
        """Unique ids of who waits in a queue now."""
        return set(self._waiting)

    async def listen(self) -> None:
        """Take logins, on the same port as before."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)

    async def vanish(self) -> None:
        """Cut every login and take no more; the calls go on."""
        assert self._server is not None
        self._server.close()
        self._reader_of_events = None
        for writer in list(self._writers):
            writer.transport.abort()
        await self._server.wait_closed()

    def restart(self) -> None:
        """Forget every call and count sequence numbers anew, as a killed Asterisk does."""
        self._sequence, self._booted = 0, self._now()
        self._channels.clear()
        self._waiting.clear()
        self._due.clear()
        for lane in range(len(self._lanes)):
            self._begin(lane, 500_000, self._now() + lane * 300_000)

    def _now(self) -> int:
        """Read the switch's clock."""
        return self._epoch + int((time.monotonic() - self._began) * self._speed * 1_000_000)

    def _begin(self, lane: int, turn: int, at: int) -> None:
        for number, line in enumerate(self._lanes[lane]):
            heapq.heappush(self._due, (at + line.after, lane, turn, number))

    async def _play(self) -> None:
        while True:
            now = self._now()
            while self._due and self._due[0][0] <= now:
                at, lane, turn, number = heapq.heappop(self._due)
                line = self._lanes[lane][number]
                self._happen(line, at, lane, turn)
                if number + 1 == len(self._lanes[lane]):
                    self._begin(lane, turn + 1, at + _PAUSE)
            await asyncio.sleep(0.005)

    def _happen(self, line: Line, at: int, lane: int, turn: int) -> None:
        epoch = b"lab-%d." % (1_700_000_000 + lane * 1_000_000 + turn)
        rest = _UNIQUEID.sub(lambda m: epoch + m[1], line.rest)
        rest = _CHANNEL.sub(lambda m: b"-%08x" % ((lane << 24 | turn << 8) + int(m[1], 16) & 0xFFFFFFFF), rest)
        self._remember(line.name, rest)
        self._emit(line.head, at, rest)

    def _emit(self, head: bytes, at: int, rest: bytes) -> None:
        self._sequence += 1
        self._stamped = at = max(at, self._stamped)  # as a switch stamps what it sends, however late its turn came
        if self._reader_of_events is None:
            return
        self.said += 1
        if self._graded:
            stamp = b"%d.%06d\r\nSequenceNumber: %d\r\n" % (at // 1_000_000, at % 1_000_000, self._sequence)
            self._reader_of_events.write(head + stamp + rest)
        else:
            self._reader_of_events.write(head.removesuffix(b"Timestamp: ") + rest.split(b"\r\n", 3)[3])

    def _remember(self, name: str, rest: bytes) -> None:
        headers = dict(line.split(": ", 1) for line in rest.decode().strip().split("\r\n") if ": " in line)
        uid = headers.get("Uniqueid", "")
        match name:
            case "Newchannel":
                self._channels[uid] = headers
            case "Hangup":
                self._channels.pop(uid, None)
            case "QueueCallerJoin":
                self._waiting[uid] = headers
            case "QueueCallerLeave":
                self._waiting.pop(uid, None)
            case _:
                pass

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        writer.write(b"Asterisk Call Manager/11.0.0\r\n")
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                text = (await reader.readuntil(b"\r\n\r\n")).decode()
                asked = dict(line.split(": ", 1) for line in text.strip().split("\r\n"))
                for answer in self._answer(asked, writer):
                    writer.write(_block({**answer, "ActionID": asked["ActionID"]}))
                if asked["Action"] == "Login" and writer is self._reader_of_events:
                    uptime = str((self._now() - self._booted) // 1_000_000)
                    booted = {"Event": "FullyBooted", "Privilege": "system,all", "Uptime": uptime}
                    writer.write(_block({**booted, "LastReload": uptime, "Status": "Fully Booted"}))
        self._writers.discard(writer)
        if writer is self._reader_of_events:
            self._reader_of_events = None
        writer.close()

    def _answer(self, asked: dict[str, str], writer: asyncio.StreamWriter) -> list[dict[str, str]]:
        done = {"Response": "Success"}
        match asked["Action"]:
            case "Login":
                return [self._log_in(asked, writer)]
            case "UserEvent":
                body = {name: value for name, value in asked.items() if name not in {"Action", "ActionID"}}
                head = b"Event: UserEvent\r\nPrivilege: user,all\r\nTimestamp: "
                self._emit(head, self._now(), b"File: manager.c\r\nLine: 1\r\nFunc: f\r\n" + _block(body))
                return [done]
            case "QueueStatus":
                return [done, *self._queues(asked), {"Event": "QueueStatusComplete", "EventList": "Complete"}]
            case "CoreShowChannels":
                shown = [{"Event": "CoreShowChannel", **headers} for headers in self._channels.values()]
                return [done, *shown, {"Event": "CoreShowChannelsComplete", "EventList": "Complete"}]
            case "DeviceStateList":
                return [{"Response": "Error", "Message": "Invalid/unknown command"}]
            case _:
                return [done]

    def _queues(self, asked: dict[str, str]) -> list[dict[str, str]]:
        queues = {h["Queue"] for h in self._waiting.values()}
        if "Queue" in asked:
            queues &= {asked["Queue"]}
        entries = [{"Event": "QueueEntry", "Wait": "1", **h} for h in self._waiting.values() if h["Queue"] in queues]
        params = [{"Event": "QueueParams", "Queue": q, "Strategy": "ringall", "Calls": "0"} for q in sorted(queues)]
        return params if "Member" in asked else params + entries

    def _log_in(self, asked: dict[str, str], writer: asyncio.StreamWriter) -> dict[str, str]:
        name = asked["Username"]
        self.logins.append(name)
        if SECRETS.get(name) != asked["Secret"]:
            return {"Response": "Error", "Message": "Authentication failed"}
        if name == "events":
            self._reader_of_events = writer
        return {"Response": "Success", "Message": "Authentication accepted"}


def _micros(opening: re.Match[bytes]) -> int:
    return int(opening[2]) * 1_000_000 + int(opening[3])


def _block(headers: dict[str, str]) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode() + b"\r\n"
