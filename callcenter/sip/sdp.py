"""Session descriptions: one audio stream of G.711 and telephone events, over IPv4."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from callcenter.sip.message import NotSip


class AudioCodec(StrEnum):
    """What one RTP payload can be, by its name in a description."""

    PCMU = "PCMU"
    PCMA = "PCMA"
    EVENT = "telephone-event"


CODECS = {0: AudioCodec.PCMU, 8: AudioCodec.PCMA, 101: AudioCodec.EVENT}
"""What we speak, by the payload numbers that we offer."""

MOST_STREAMS = 16
"""Media lines read of one description; each beyond the first is refused."""

_FIXED = {"0": "PCMU", "8": "PCMA"}
_KNOWN = {str(codec): codec for codec in AudioCodec}
_MIRRORED = {"sendonly": "recvonly", "recvonly": "sendonly", "inactive": "inactive", "sendrecv": "sendrecv"}
_MEDIA = re.compile(r"m=(\w+) (\d{1,5})(?:/\d+)? (\S+) ([0-9]{1,3}(?: [0-9]{1,3})*)", re.ASCII)
_NAMED = re.compile(r"a=rtpmap:(\d{1,3}) ([\w-]+)/8000\S*", re.ASCII)
_HIGHEST_PORT, _HIGHEST_PAYLOAD = 65535, 127


class AudioOffer(NamedTuple):
    """What the other side sends and where it listens.

    Attributes:
        address: IPv4 address, never a name: nothing is looked up because a peer says so.
        port: RTP port.
        codecs: What both sides speak, in the peer's order.
        direction: sendrecv, sendonly, recvonly or inactive, as the peer sees it.
        refused: Further media lines, each to be refused by port 0.
    """

    address: str
    port: int
    codecs: dict[int, AudioCodec]
    direction: str
    refused: tuple[str, ...]

    @property
    def mirrored(self) -> str:
        """The direction as we see it."""
        return _MIRRORED[self.direction]


def read(text: str) -> AudioOffer:
    """Returns what a description offers; raises NotSip where there is no audio that we speak."""
    lines = [line.rstrip() for line in text.split("\n")]
    media = [found for line in lines if (found := _MEDIA.fullmatch(line))]
    address = next((line.removeprefix("c=IN IP4 ") for line in lines if line.startswith("c=IN IP4 ")), "")
    if not media or len(media) > MOST_STREAMS or media[0][1] != "audio" or media[0][3] != "RTP/AVP":
        raise NotSip("no audio over RTP/AVP is offered")
    codecs = _common(lines, media[0][4].split())
    if not {AudioCodec.PCMU, AudioCodec.PCMA} & set(codecs.values()):
        raise NotSip("neither ulaw nor alaw is offered")
    return AudioOffer(
        address=_checked(address),
        port=min(int(media[0][2]), _HIGHEST_PORT),
        codecs=codecs,
        direction=next((line[2:] for line in lines if line[:2] == "a=" and line[2:] in _MIRRORED), "sendrecv"),
        refused=tuple(f"m={found[1]} 0 {found[3]} {found[4]}" for found in media[1:]),
    )


def _checked(address: str) -> str:
    try:
        return str(ipaddress.IPv4Address(address))
    except ValueError as error:
        raise NotSip("the address for audio is none") from error


def _common(lines: list[str], formats: list[str]) -> dict[int, AudioCodec]:
    named = {found[1]: found[2] for line in lines if (found := _NAMED.fullmatch(line))}
    names = {int(number): named.get(number, _FIXED.get(number, "")) for number in formats}
    return {number: _KNOWN[name] for number, name in names.items() if name in _KNOWN and number <= _HIGHEST_PAYLOAD}


@dataclass
class SipMedia:
    """Our side of a call's audio; each description has a higher version than the one before.

    Attributes:
        address: Where we listen.
        port: The same.
        codecs: What we speak; once the other side has said, what both speak, by its numbers.
        refused: Media lines of the other side that we refuse.
    """

    address: str
    port: int
    codecs: dict[int, AudioCodec] = field(default_factory=CODECS.copy)
    refused: tuple[str, ...] = ()
    _version: int = 0

    def agree(self, offer: AudioOffer) -> None:
        """Speaks from now on what the other side speaks, too."""
        self.codecs, self.refused = offer.codecs, offer.refused

    def describe(self, direction: str = "sendrecv") -> str:
        """Returns the next description."""
        self._version += 1
        lines = [
            "v=0",
            f"o=- {self.port} {self._version} IN IP4 {self.address}",
            "s=-",
            f"c=IN IP4 {self.address}",
            "t=0 0",
            f"m=audio {self.port} RTP/AVP {' '.join(map(str, self.codecs))}",
            *(f"a=rtpmap:{number} {codec}/8000" for number, codec in self.codecs.items()),
            *(f"a=fmtp:{number} 0-15" for number, codec in self.codecs.items() if codec is AudioCodec.EVENT),
            "a=ptime:20",
            f"a={direction}",
            *self.refused,
            "",
        ]
        return "\r\n".join(lines)
