"""One SIP message, read so that no bytes can raise anything but NotSip, and written so that no value adds a line."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from urllib.parse import unquote

from callcenter.untrusted import CONTROLS_BUT_TAB

Field = tuple[str, str]
"""A header's name, in lower case, and its value."""

MOST_BYTES = 16_384
"""Bytes read of one message; the longest that a switch sends over UDP has about 4,000."""

MOST_FIELDS = 128
"""Header lines read of one message; a real one has about twenty."""

_COMPACT = {
    "v": "via",
    "f": "from",
    "t": "to",
    "i": "call-id",
    "m": "contact",
    "c": "content-type",
    "l": "content-length",
    "o": "event",
    "r": "refer-to",
    "b": "referred-by",
    "k": "supported",
}
_SPELLED = {"call-id": "Call-ID", "cseq": "CSeq", "www-authenticate": "WWW-Authenticate"}
_NEEDED = ("via", "from", "to", "call-id", "cseq")
_CONTROL = re.compile(f"[{CONTROLS_BUT_TAB}]")
_FOLDED = re.compile(r"\r\n[ \t]+")
_NAME = re.compile(r"[\w.!%*+`'~-]+", re.ASCII)
_REQUEST = re.compile(r"([A-Z]{1,32}) (\S+) SIP/2\.0")
_RESPONSE = re.compile(r"SIP/2\.0 ([1-6][0-9]{2})(?: (.*))?")
_SEQUENCE = re.compile(r"([0-9]{1,10})[ \t]+([A-Z]{1,32})")
_TAG = re.compile(r";\s*tag=([^\s;,>]+)", re.IGNORECASE)
_BRANCH = re.compile(r";\s*branch=([^\s;,>]+)", re.IGNORECASE)
_ADDRESS = re.compile(r"<(sips?:[^<>\s]+)>|^(sips?:[^<>\s;]+)")
_USER = re.compile(r"sips?:(?:([^@<>]*)@)?", re.IGNORECASE)
_EXPIRES = re.compile(r";\s*expires=(\d{1,9})", re.IGNORECASE | re.ASCII)


class NotSip(ValueError):
    """Bytes, or text, that are not the SIP that they should be."""


@dataclass(frozen=True)
class SipMessage:
    """A request or a response.

    Attributes:
        heading: Its first line.
        fields: Its headers in order, without Content-Length, which is counted when it is written.
        body: What follows them.
    """

    heading: str
    fields: tuple[Field, ...]
    body: str = ""

    def encode(self) -> bytes:
        """Returns the datagram; raises NotSip where a value would end its line."""
        content = self.body.encode()
        spelled = [f"{_SPELLED.get(name, name.title())}: {value}" for name, value in self.fields]
        lines = [self.heading, *spelled, f"Content-Length: {len(content)}"]
        if any(_CONTROL.search(line) for line in lines):
            raise NotSip("a value that would end its line")
        return "\r\n".join([*lines, "", ""]).encode() + content

    def one(self, name: str) -> str:
        """Returns the first value of a header, "" where it is missing."""
        return next((value for key, value in self.fields if key == name), "")

    def all(self, *names: str) -> tuple[Field, ...]:
        """Returns every header of these names, in order."""
        return tuple(field for field in self.fields if field[0] in names)

    def values(self, name: str) -> tuple[str, ...]:
        """Returns every value of a header, in order."""
        return tuple(value for _, value in self.all(name))

    @property
    def code(self) -> int:
        """Status of a response, 0 of a request."""
        found = _RESPONSE.fullmatch(self.heading)
        return int(found[1]) if found else 0

    @property
    def reason(self) -> str:
        """Words after the status."""
        found = _RESPONSE.fullmatch(self.heading)
        return (found[2] or "") if found else ""

    @property
    def uri(self) -> str:
        """Where a request goes, "" of a response."""
        found = _REQUEST.fullmatch(self.heading)
        return found[2] if found else ""

    @property
    def cseq(self) -> int:
        """Number of the request within its dialog; of a response, of the one that it answers."""
        return _sequence(self.one("cseq"))[0]

    @property
    def method(self) -> str:
        """Method of a request; of a response, of the one that it answers."""
        return _sequence(self.one("cseq"))[1]

    @property
    def call_id(self) -> str:
        """What binds the messages of one call."""
        return self.one("call-id")

    @property
    def branch(self) -> str:
        """What binds a response, an ACK of a refusal and a CANCEL to their request."""
        found = _BRANCH.search(self.one("via"))
        return found[1] if found else ""

    @property
    def transaction(self) -> tuple[str, str, int, str]:
        """What a request and its responses have in common, and no other request has."""
        return self.branch, self.call_id, self.cseq, self.method

    @property
    def caller(self) -> tuple[str, str]:
        """Number and name in From, as the caller chose them: hostile."""
        name, bracket, address = self.one("from").rpartition("<")
        user = _USER.match(address if bracket else self.one("from"))
        return unquote(user[1] or "") if user else "", name.strip().strip('"')

    @property
    def target(self) -> str:
        """Address in Contact, where requests inside the call go; "" where there is none."""
        return address_in(self.one("contact"))

    @property
    def granted_seconds(self) -> int | None:
        """How long a registration was granted."""
        found = _EXPIRES.search(self.one("contact"))
        if found:
            return int(found[1])
        plain = self.one("expires")
        return int(plain) if re.fullmatch(r"[0-9]{1,9}", plain) else None

    def tag(self, name: str) -> str:
        """Returns the tag of `from` or `to`, "" where there is none."""
        return tag_in(self.one(name))


def parse(datagram: bytes) -> SipMessage:
    """Returns the message that a datagram is; raises NotSip where it is none."""
    if len(datagram) > MOST_BYTES:
        raise NotSip("too long for a SIP message")
    head, _, body = datagram.partition(b"\r\n\r\n")
    heading, *lines = _FOLDED.sub(" ", head.decode("utf-8", "replace")).split("\r\n")
    if len(lines) > MOST_FIELDS or any(_CONTROL.search(line) for line in (heading, *lines)):
        raise NotSip("control characters or too many lines in a SIP header")
    fields = tuple(field for field in map(_field, lines) if field[0] != "content-length")
    message = SipMessage(heading, fields, body.decode("utf-8", "replace"))
    _check(message)
    return message


def _field(line: str) -> Field:
    name, _, value = line.partition(":")
    key = name.strip(" \t").lower()
    if not _NAME.fullmatch(key):
        raise NotSip("a SIP header without a name")
    return _COMPACT.get(key, key), value.strip(" \t")


def _check(message: SipMessage) -> None:
    if missing := [name for name in _NEEDED if not message.one(name)]:
        raise NotSip(f"a SIP message without {missing[0]}")
    _, method = _sequence(message.one("cseq"))
    request = _REQUEST.fullmatch(message.heading)
    if not request and not message.code:
        raise NotSip("neither a SIP request nor a SIP response")
    if request and request[1] != method:
        raise NotSip("a SIP request whose CSeq names another method")


def _sequence(value: str) -> tuple[int, str]:
    found = _SEQUENCE.fullmatch(value)
    if not found:
        raise NotSip("a SIP message without a sequence number")
    return int(found[1]), found[2]


def tag_in(value: str) -> str:
    """Returns the tag of a From or To, looked for outside the name and the address; "" where there is none."""
    found = _TAG.search(value.rpartition(">")[2])
    return found[1] if found else ""


def address_in(value: str) -> str:
    """Returns the address in a From, To or Contact, "" where there is none."""
    found = _ADDRESS.search(value)
    return (found[1] or found[2]) if found else ""


def new_token() -> str:
    """Returns a tag, Call-ID or nonce that nobody else has, nor this phone after a restart."""
    return secrets.token_hex(8)
