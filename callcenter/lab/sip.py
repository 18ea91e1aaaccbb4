"""SIP on the wire, as much as a phone of the lab speaks: messages, digest answers, SDP."""

from __future__ import annotations

import hashlib
import itertools
import re
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_SHORT = {
    "v": "via", "f": "from", "t": "to", "i": "call-id", "m": "contact", "l": "content-length",
    "c": "content-type", "r": "refer-to", "b": "referred-by",
}  # fmt: skip
_TAG = re.compile(r";tag=([^;>\s]+)")
_URI = re.compile(r"<([^>]+)>|(sips?:[^;>\s]+)")
_FIELD = re.compile(r'(\w+)="?([^",]+)"?')


@dataclass(frozen=True)
class Message:
    """A request or a response; header names in lower case, in order, repeated ones kept."""

    start: str
    headers: tuple[tuple[str, str], ...]
    body: str = ""

    def get(self, name: str) -> str:
        """Give the first header of this name, or an empty text."""
        return next((value for key, value in self.headers if key == name), "")

    def all(self, name: str) -> list[str]:
        """Give every header of this name."""
        return [value for key, value in self.headers if key == name]

    @property
    def status(self) -> int:
        """The status of a response, 0 for a request."""
        return int(self.start.split(" ")[1]) if self.start.startswith("SIP/2.0 ") else 0

    @property
    def method(self) -> str:
        """The method of a request; of a response, the one it answers."""
        return self.get("cseq").split(" ")[-1] if self.status else self.start.split(" ")[0]

    @property
    def cseq(self) -> int:
        """The number of the transaction within its dialog."""
        return int(self.get("cseq").split(" ")[0] or 0)

    def encode(self) -> bytes:
        """Write it as one datagram."""
        lines = [self.start, *(f"{key}: {value}" for key, value in self.headers)]
        lines += [f"content-length: {len(self.body.encode())}", "", self.body]
        return "\r\n".join(lines).encode()


def parse(datagram: bytes) -> Message | None:
    """Read a datagram; None for what is no SIP message (a keep-alive, say)."""
    head, _, body = datagram.decode(errors="replace").partition("\r\n\r\n")
    start, *lines = head.split("\r\n")
    if "SIP/2.0" not in start:
        return None
    headers = []
    for line in lines:
        key, _, value = line.partition(":")
        name = key.strip().lower()
        if name != "content-length":
            headers.append((_SHORT.get(name, name), value.strip()))
    return Message(start, tuple(headers), body)


def tag_of(value: str) -> str:
    """Give the tag of a From or To header."""
    match = _TAG.search(value)
    return match[1] if match else ""


def uri_of(value: str) -> str:
    """Give the address inside a Contact, From or To header."""
    match = _URI.search(value)
    return (match[1] or match[2]) if match else ""


def token() -> str:
    """Make a tag, branch or Call-ID that nobody else has."""
    return secrets.token_hex(8)


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def digest_answer(challenge: str, method: str, uri: str, user: str, secret: str) -> str:
    """Answer a digest challenge (RFC 2617, MD5, qop=auth where it is asked for)."""
    asked = dict(_FIELD.findall(challenge))
    realm, nonce = asked.get("realm", ""), asked.get("nonce", "")
    first, second = _md5(f"{user}:{realm}:{secret}"), _md5(f"{method}:{uri}")
    parts = {"username": user, "realm": realm, "nonce": nonce, "uri": uri}
    if "qop" in asked:
        cnonce = token()
        parts["response"] = _md5(f"{first}:{nonce}:00000001:{cnonce}:auth:{second}")
        tail = f', algorithm=MD5, qop=auth, nc=00000001, cnonce="{cnonce}"'
    else:
        parts["response"] = _md5(f"{first}:{nonce}:{second}")
        tail = ", algorithm=MD5"
    if "opaque" in asked:
        parts["opaque"] = asked["opaque"]
    return "Digest " + ", ".join(f'{key}="{value}"' for key, value in parts.items()) + tail


@dataclass
class Media:
    """The session description that a phone offers: G.711 and telephone events on one port."""

    host: str
    port: int
    version: int = field(default=1)

    def describe(self, direction: str = "sendrecv") -> str:
        """Write SDP; each description has a higher version than the one before."""
        self.version += 1
        lines = [
            "v=0",
            f"o=lab 1 {self.version} IN IP4 {self.host}",
            "s=lab",
            f"c=IN IP4 {self.host}",
            "t=0 0",
            f"m=audio {self.port} RTP/AVP 0 8 101",
            "a=rtpmap:0 PCMU/8000",
            "a=rtpmap:8 PCMA/8000",
            "a=rtpmap:101 telephone-event/8000",
            "a=fmtp:101 0-16",
            "a=ptime:20",
            f"a={direction}",
            "",
        ]
        return "\r\n".join(lines)


def media_address(sdp: str) -> tuple[str, int] | None:
    """Read where the other side wants its media."""
    host = re.search(r"^c=IN IP4 (\S+)", sdp, re.MULTILINE)
    port = re.search(r"^m=audio (\d+)", sdp, re.MULTILINE)
    return (host[1], int(port[1])) if host and port else None


def telephone_event(digit: str) -> list[bytes]:
    """Make the RTP packets of one key press (RFC 4733): begin, go on, end three times."""
    code = "0123456789*#".index(digit)
    source, at = secrets.token_bytes(4), secrets.randbelow(2**31).to_bytes(4, "big")
    packets = []
    for number, (end, duration) in enumerate([(0, 160), (0, 480), (0, 800), (1, 960), (1, 960), (1, 960)]):
        marker = 0x80 if number == 0 else 0
        head = bytes([0x80, marker | 101]) + (1000 + number).to_bytes(2, "big") + at + source
        packets.append(head + bytes([code, (end << 7) | 10]) + duration.to_bytes(2, "big"))
    return packets


def voice() -> Iterator[bytes]:
    """Make RTP packets of G.711 for as long as they are asked for, 20 ms each: silence, spoken."""
    source, at = secrets.token_bytes(4), secrets.randbelow(2**31)
    for number in itertools.count():
        head = bytes([0x80, 0]) + (number % 2**16).to_bytes(2, "big") + (at + number * 160).to_bytes(4, "big")
        yield head + source + b"\xff" * 160
