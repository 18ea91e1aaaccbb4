"""Sound that can be told apart: tones as a microphone's file, as voice of a caller, and what is heard of them."""

from __future__ import annotations

import asyncio
import bisect
import itertools
import math
import wave
from array import array
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from callcenter.lab.sipphone import SipCall
from callcenter.sip.sdp import AudioCodec

RATE = 8000
PACKET = 160
AGENT_HERTZ, CALLER_HERTZ, COLLEAGUE_HERTZ, MUSIC_HERTZ = 1250, 700, 1900, 430
"""Whole waves in each window that is looked at, and none a multiple of another."""

TONES = {"agent": AGENT_HERTZ, "caller": CALLER_HERTZ, "colleague": COLLEAGUE_HERTZ, "music": MUSIC_HERTZ}
CLEAR = 0.6
"""From this part of what sounds on it is that tone: of two that sound together none has it."""

SOUNDS, SILENT = 0.2, 0.05
"""From this part of what is heard on a tone is in it, up to that it is not: two that sound together have half each."""

_WAV_RATE = 48_000
_ON, _OFF = 0.4, 0.1
"""A tone that never stops is taken for noise by a browser, and taken away."""

_LOUD = 8000
_WINDOW = 800
_MOST = 2 * RATE
_ULAW, _ALAW, _EVENT = 0, 8, 101
_KEYS = "0123456789*#ABCD"
ULAW = {_ULAW: AudioCodec.PCMU, _EVENT: AudioCodec.EVENT}
ALAW = {_ALAW: AudioCodec.PCMA, _EVENT: AudioCodec.EVENT}
"""What a phone beside the pages speaks, one of both: a switch that hears what it does not send plays no music there."""

_HEADER = 12
_NOTHING = 30.0
"""Root of the mean square below which nothing is heard: what codecs make of silence."""


def write_tone(path: Path, hertz: int) -> Path:
    """Write what a browser takes for its microphone; it is played over and over."""
    on, off = int(_ON * _WAV_RATE), int(_OFF * _WAV_RATE)
    once = [round(_LOUD * math.sin(2 * math.pi * hertz * n / _WAV_RATE)) for n in range(on)] + [0] * off
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(_WAV_RATE)
        file.writeframes(array("h", once * 4).tobytes())
    return path


def write_music(path: Path, hertz: int) -> None:
    """Write what the switch plays to whoever waits, once in each codec: a tone, over and over."""
    for kind, name in ((_ULAW, "ulaw"), (_ALAW, "alaw")):
        path.with_suffix(f".{name}").write_bytes(_voice(hertz, kind) * 10)


def _turns(hertz: int, sample: int) -> float:
    return 2 * math.pi * hertz * sample / RATE


def share(samples: Sequence[float], hertz: int) -> float:
    """Return which part of what sounds is a tone of this frequency, 0 to 1 (Goertzel)."""
    turn = 2 * math.cos(2 * math.pi * hertz / RATE)
    last = before = 0.0
    for sample in samples:
        last, before = sample + turn * last - before, last
    all_of_it = sum(sample * sample for sample in samples)
    if not all_of_it:
        return 0.0
    power = last * last + before * before - turn * last * before
    return 2 * power / (len(samples) * all_of_it)


def loudness(samples: Sequence[float]) -> float:
    """Return the root of the mean square, 0 to 32767."""
    return math.sqrt(sum(sample * sample for sample in samples) / max(1, len(samples)))


def heard_in(samples: Sequence[int], hertz: int) -> float:
    """Return the part of a tone in the loudest tenth of a second; 0 where nothing was to be heard."""
    windows = [samples[n : n + _WINDOW] for n in range(0, len(samples) - _WINDOW + 1, _WINDOW)]
    found = max(windows, key=loudness, default=())
    return share(found, hertz) if loudness(found) > _NOTHING else 0.0


def told_of(samples: Sequence[int]) -> str:
    """Say what is in samples."""
    known = {name: round(heard_in(samples, hertz), 2) for name, hertz in TONES.items()}
    return f"loudness {loudness(samples):.0f}, of that {known}"


def tone_packets(hertz: int, kind: int) -> Iterator[bytes]:
    """Make RTP packets of G.711 of a kind for as long as they are asked for, 20 ms each: a tone."""
    source, at = hertz.to_bytes(4, "big"), 0
    voice = _voice(hertz, kind)
    for number in itertools.count():
        head = bytes([0x80, kind]) + (number % 2**16).to_bytes(2, "big") + (at + number * PACKET).to_bytes(4, "big")
        begins = number * PACKET % RATE
        yield head + source + voice[begins : begins + PACKET]


def _voice(hertz: int, kind: int) -> bytes:
    """Make a second of a tone, in G.711 of a kind."""
    return bytes(_encoded(_LOUD * math.sin(_turns(hertz, n)), kind) for n in range(RATE))


class Ear:
    """What reaches a caller or a desk phone, the last two seconds of it; `tone` is what it says itself.

    Attributes:
        pressed: The keys that the other side has pressed.
    """

    def __init__(self, call: SipCall, tone: int) -> None:
        self._call = call
        self.pressed = ""
        self._pressed_at = b""
        self._samples: deque[int] = deque(maxlen=_MOST)
        self._socket = call.phone.media_socket
        self._socket.settimeout(0)
        asyncio.get_running_loop().add_reader(self._socket, self._hear)
        call.phone.spawn(self._speak(tone))

    def close(self) -> None:
        """Hear no more."""
        if self._socket.fileno() >= 0:
            asyncio.get_running_loop().remove_reader(self._socket)

    def forget(self) -> None:
        """Forget what was heard so far."""
        self._samples.clear()

    def heard(self, hertz: int) -> float:
        """Return the part of a tone in the loudest tenth of a second; 0 where nothing was to be heard."""
        return heard_in(list(self._samples), hertz)

    async def until(self, hertz: int, seconds: float) -> None:
        """Wait until a tone is heard from now on, and nothing else beside it.

        Raises:
            AssertionError: Something else is, or nothing.
        """
        self.forget()
        ends = asyncio.get_running_loop().time() + seconds
        while self.heard(hertz) < CLEAR:
            assert asyncio.get_running_loop().time() < ends, f"{hertz} Hz was not heard: {self.told()}"
            await asyncio.sleep(0.1)

    async def until_pressed(self, keys: str, seconds: float = 20.0) -> None:
        """Wait until the other side has pressed these keys, and no others.

        Raises:
            AssertionError: It pressed others, or none.
        """
        ends = asyncio.get_running_loop().time() + seconds
        while self.pressed != keys:
            assert asyncio.get_running_loop().time() < ends, f"{keys} was not heard: {self.pressed!r}"
            await asyncio.sleep(0.1)

    async def until_no(self, hertz: int, seconds: float = 20.0) -> None:
        """Wait until a tone is not heard any more.

        Raises:
            AssertionError: It is.
        """
        ends = asyncio.get_running_loop().time() + seconds
        while self.heard(hertz) > 1 - CLEAR:
            assert asyncio.get_running_loop().time() < ends, f"{hertz} Hz goes on: {self.told()}"
            await asyncio.sleep(1)
            self.forget()
            await asyncio.sleep(0.5)

    def told(self) -> str:
        """Say what is heard."""
        return told_of(list(self._samples))

    @property
    def loud(self) -> float:
        """How loud the last two seconds were."""
        return loudness(list(self._samples))

    def _hear(self) -> None:
        try:
            packet = self._socket.recv(2048)
        except OSError:
            return
        if len(packet) > _HEADER and packet[1] & 0x7F == _EVENT and packet[4:8] != self._pressed_at:
            self._pressed_at = packet[4:8]  # of one press all packets have one time
            self.pressed += _KEYS[packet[_HEADER]]
        if len(packet) > _HEADER and (kind := packet[1] & 0x7F) in _DECODED:
            table = _DECODED[kind]
            self._samples.extend(table[byte] for byte in packet[_HEADER + 4 * (packet[0] & 0x0F) :])

    async def _speak(self, tone: int) -> None:
        clock, began = asyncio.get_running_loop().time, asyncio.get_running_loop().time()
        kind = next(iter(self._call.phone.media.codecs))
        for number, packet in enumerate(tone_packets(tone, kind), 1):
            if self._call.over.is_set():
                return
            if self._call.media_to is not None:
                self._socket.sendto(packet, self._call.media_to)
            await asyncio.sleep(max(0.0, began + number * PACKET / RATE - clock()))


async def hears(ear: Ear, tones: Mapping[int, bool]) -> None:
    """Wait until somebody hears some tones, and others not, for two seconds.

    Raises:
        AssertionError: Something else is heard.
    """
    ends = asyncio.get_running_loop().time() + 30
    while True:
        ear.forget()
        await asyncio.sleep(2)
        heard = {hertz: ear.heard(hertz) for hertz in tones}
        if all(heard[hertz] > SOUNDS if there else heard[hertz] < SILENT for hertz, there in tones.items()):
            return
        assert asyncio.get_running_loop().time() < ends, f"{tones} expected: {ear.told()}"


def _from_ulaw(byte: int) -> int:
    byte = ~byte & 0xFF
    sample = (((byte & 0x0F) << 3) + 132 << (byte >> 4 & 7)) - 132
    return -sample if byte & 0x80 else sample


def _from_alaw(byte: int) -> int:
    byte ^= 0x55
    exponent, sample = byte >> 4 & 7, (byte & 0x0F) << 4
    sample = sample + 8 if exponent == 0 else sample + 264 << exponent - 1
    return sample if byte & 0x80 else -sample


_DECODED = {
    _ULAW: tuple(_from_ulaw(byte) for byte in range(256)),
    _ALAW: tuple(_from_alaw(byte) for byte in range(256)),
}
_BY_VALUE = {kind: sorted((value, byte) for byte, value in enumerate(table)) for kind, table in _DECODED.items()}


def _encoded(sample: float, kind: int) -> int:
    values = _BY_VALUE[kind]
    return values[max(0, bisect.bisect(values, (round(sample), 256)) - 1)][1]
