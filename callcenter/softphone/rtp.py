"""Audio of one call: pyVoIP's RTP and G.711, driven by the phone's own loop and bounded in memory.

pyVoIP 1.6.8 keeps every packet of a call, allocates up to 4 GB when a timestamp jumps, encodes alaw as ulaw,
warns from its threads when a socket is closed, and leaves two threads behind a call that never stops.
"""

from __future__ import annotations

import asyncio
import contextlib
import struct
import warnings
from collections import deque
from typing import TYPE_CHECKING

from callcenter.errors import PhoneError
from callcenter.sip.sdp import AudioCodec

try:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # audioop, which Python 3.13 left out
        from pyVoIP import RTP
except ModuleNotFoundError as missing:
    if missing.name == "audioop":
        raise PhoneError("the phone needs audioop, which Python 3.13 left out: install audioop-lts") from missing
    raise PhoneError("the phone needs pyVoIP: install callcenter[phone]") from missing

if TYPE_CHECKING:
    import socket

    from callcenter.sip.sdp import AudioOffer

PAYLOADS = {
    AudioCodec.PCMU: RTP.PayloadType.PCMU,
    AudioCodec.PCMA: RTP.PayloadType.PCMA,
    AudioCodec.EVENT: RTP.PayloadType.EVENT,
}

FRAME_SECONDS = 0.02
FRAME_BYTES = 160
SILENCE = b"\x80"
KEPT_PACKETS = 50
"""One second of what was heard; who does not listen loses the older part."""

BIGGEST_PACKET = 2048
KEPT_KEYS = 256

BURST = 20
"""Packets read before the loop may do something else."""


class Reel(RTP.RTPPacketManager):
    """Audio in the order of arrival, the last second of it."""

    def __init__(self, packets: int | None = KEPT_PACKETS) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._packets: deque[bytes] = deque(maxlen=packets)
        self._begun = b""

    def write(self, offset: int, data: bytes) -> None:  # noqa: ARG002 - a timestamp that the sender chose
        """Add a packet."""
        with self.bufferLock:
            self._packets.append(data)

    def read(self, length: int = FRAME_BYTES) -> bytes:
        """Take that many bytes, silence where there are not enough."""
        with self.bufferLock:
            while self._packets and len(self._begun) < length:
                self._begun += self._packets.popleft()
            taken, self._begun = self._begun[:length], self._begun[length:]
        return taken.ljust(length, SILENCE)


class RtpStream(RTP.RTPClient):
    """One RTP stream each way over a socket that is already bound.

    Attributes:
        keys: What the other party pressed, the first 256.
        lost: Packets that were no audio.
    """

    def __init__(self, wire: socket.socket, peer: AudioOffer) -> None:
        host, port = wire.getsockname()
        codecs, both_ways = _payloads(peer), RTP.TransmitType.SENDRECV
        super().__init__(codecs, host, port, peer.address, peer.port, both_ways, dtmf=self._hear_key)
        wire.settimeout(0)
        self.sin = self.sout = wire
        self.pmin = Reel()
        self.pmout = Reel(packets=None)
        self.keys = ""
        self.lost = 0
        self._sending: asyncio.Task[None] | None = None

    def _hear_key(self, key: str) -> None:
        if len(self.keys) < KEPT_KEYS:
            self.keys += key

    def start(self) -> None:
        """Begin to send and to listen; call it on the phone's loop."""
        loop = asyncio.get_running_loop()
        loop.add_reader(self.sin.fileno(), self.recv)
        self._sending = loop.create_task(self._send_frames(), name=f"audio from {self.inPort}")

    def stop(self) -> None:
        """Stop both and release the port at once."""
        self.NSD = False
        if self._sending:
            self._sending.cancel()
            asyncio.get_running_loop().remove_reader(self.sin.fileno())
            self._sending = None
        self.sin.close()

    def adopt(self, peer: AudioOffer) -> None:
        """Send to another place, or in another codec, from the next frame on."""
        self.outIP, self.outPort = peer.address, peer.port
        self.assoc = _payloads(peer)
        self.preference = next(codec for codec in self.assoc.values() if codec is not RTP.PayloadType.EVENT)

    def recv(self) -> None:
        """Read what has arrived; what is no audio is counted."""
        for _ in range(BURST):
            try:
                packet = self.sin.recv(BIGGEST_PACKET)
            except OSError:  # nothing more, or the peer's port is closed
                return
            self.parse_packet(packet)

    def parse_packet(self, packet: bytes) -> None:
        """Hear one packet, whatever it is."""
        try:
            super().parse_packet(packet)
        except (RTP.RTPParseError, RTP.DynamicPayloadType, ValueError, TypeError, IndexError):
            self.lost += 1

    def encode_packet(self, payload: bytes) -> bytes:
        """Encode in the codec agreed on."""
        if self.preference is RTP.PayloadType.PCMA:
            return self.encode_pcma(payload)
        return self.encode_pcmu(payload)

    def trans(self) -> None:
        """Send the next frame."""
        payload = self.encode_packet(self.pmout.read(FRAME_BYTES))
        kind = next(number for number, codec in self.assoc.items() if codec is self.preference)
        header = struct.pack(">BBHII", 0x80, kind, self.outSequence, self.outTimestamp, self.outSSRC)
        self.outSequence = (self.outSequence + 1) & 0xFFFF
        self.outTimestamp = (self.outTimestamp + len(payload)) & 0xFFFFFFFF
        with contextlib.suppress(OSError):  # the peer's port may be closed for the moment
            self.sout.sendto(header + payload, (self.outIP, self.outPort))

    async def _send_frames(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            self.trans()
            due = max(due + FRAME_SECONDS, loop.time() - 1)
            await asyncio.sleep(due - loop.time())


def _payloads(peer: AudioOffer) -> dict[int, RTP.PayloadType]:
    return {number: PAYLOADS[codec] for number, codec in peer.codecs.items()}
