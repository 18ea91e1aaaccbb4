"""Session descriptions: one audio stream of G.711 and telephone events, over IPv4."""

from __future__ import annotations

import ipaddress
import re
from typing import NamedTuple

from callcenter.softphone.voip import RTP, SIPParseError

CODECS: dict[int, RTP.PayloadType] = {
    0: RTP.PayloadType.PCMU,
    8: RTP.PayloadType.PCMA,
    101: RTP.PayloadType.EVENT,
}
_SPOKEN = {RTP.PayloadType.PCMU, RTP.PayloadType.PCMA}
_MIRRORED = {"sendonly": "recvonly", "recvonly": "sendonly", "inactive": "inactive", "sendrecv": "sendrecv"}


class Offered(NamedTuple):
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
    codecs: dict[int, RTP.PayloadType]
    direction: str
    refused: tuple[str, ...]


def read(text: str) -> Offered:
    """Read a description; raises SIPParseError where there is no audio that we speak."""
    media = re.findall(r"^m=(\w+) (\d{1,5})(?:/\d+)? (\S+) ([0-9 ]+?)\s*$", text, re.MULTILINE)
    address = re.search(r"^c=IN IP4 ([0-9.]{7,15})\s*$", text, re.MULTILINE)
    if not media or not address or media[0][0] != "audio" or media[0][2] != "RTP/AVP":
        raise SIPParseError("no audio over RTP/AVP is offered")
    codecs = _common(text, media[0][3].split())
    if not _SPOKEN & set(codecs.values()):
        raise SIPParseError("neither ulaw nor alaw is offered")
    direction = re.search(r"^a=(sendrecv|sendonly|recvonly|inactive)\s*$", text, re.MULTILINE)
    return Offered(
        address=_checked(address[1]),
        port=min(int(media[0][1]), 65535),
        codecs=codecs,
        direction=direction[1] if direction else "sendrecv",
        refused=tuple(f"m={kind} 0 {protocol} {formats}" for kind, _, protocol, formats in media[1:]),
    )


def _checked(address: str) -> str:
    try:
        return str(ipaddress.IPv4Address(address))
    except ValueError as error:
        raise SIPParseError("the address for audio is none") from error


def _common(text: str, formats: list[str]) -> dict[int, RTP.PayloadType]:
    named = dict(re.findall(r"^a=rtpmap:(\d{1,3}) ([\w-]+)/8000", text, re.MULTILINE))
    fixed = {"0": "PCMU", "8": "PCMA"}
    known = {str(codec): codec for codec in CODECS.values()}
    names = {int(f): named.get(f, fixed.get(f, "")) for f in formats if int(f) < 128}  # noqa: PLR2004 - 7 bits
    return {number: known[name] for number, name in names.items() if name in known}


def mirrored(direction: str) -> str:
    """What we do when the peer does this."""
    return _MIRRORED[direction]


def write(
    address: str,
    port: int,
    codecs: dict[int, RTP.PayloadType],
    direction: str,
    version: int,
    refused: tuple[str, ...] = (),
) -> str:
    """Write a description; `version` must rise with each one of the same call."""
    lines = [
        "v=0",
        f"o=- {port} {version} IN IP4 {address}",
        "s=-",
        f"c=IN IP4 {address}",
        "t=0 0",
        f"m=audio {port} RTP/AVP {' '.join(map(str, codecs))}",
        *(f"a=rtpmap:{number} {codec}/8000" for number, codec in codecs.items()),
        *(f"a=fmtp:{number} 0-15" for number, codec in codecs.items() if codec is RTP.PayloadType.EVENT),
        "a=ptime:20",
        f"a={direction}",
        *refused,
        "",
    ]
    return "\r\n".join(lines)
