"""One SIP message, read so that no bytes can raise anything but SIPParseError.

pyVoIP 1.6.8 knows four methods and seventy statuses, expects exactly one space after a colon and exactly one
blank line, and cuts a value at its second colon; a caller's name with `;tag=` in it moves the dialog's tag.
"""

from __future__ import annotations

import contextlib
import re
from urllib.parse import unquote

from callcenter.softphone.voip import SIP

_COMPACT = {
    "v": "via",
    "f": "from",
    "t": "to",
    "i": "call-id",
    "m": "contact",
    "c": "content-type",
    "l": "content-length",
    "o": "event",
}
_NEEDED = ("via", "from", "to", "call-id", "cseq")
_INSIDE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_TAG = re.compile(r";\s*tag=([^\s;,>]+)", re.IGNORECASE)
_BRANCH = re.compile(r";\s*branch=([^\s;,>]+)", re.IGNORECASE)
_USER = re.compile(r"sips?:(?:([^@<>]*)@)?", re.IGNORECASE)
_EXPIRES = re.compile(r";\s*expires=(\d{1,9})", re.IGNORECASE)

MOST_FIELDS = 128
"""Header lines read of one message; a real one has about twenty."""


class Message(SIP.SIPMessage):
    """A request or a response.

    Attributes:
        method: Method of a request; of a response, the one in its CSeq.
        code: Status of a response, 0 for a request.
        reason: Words after the status.
        fields: Header values by lower-case name, in order, without line breaks or control characters.
        text: The body.
    """

    method: str
    code: int
    reason: str
    fields: dict[str, list[str]]
    text: str

    def parse(self, data: bytes) -> None:
        """Fill the message from a datagram; raises SIPParseError where it is none."""
        head, _, body = data.partition(b"\r\n\r\n")
        unfolded = re.sub(r"\r\n[ \t]+", " ", head.decode("utf-8", "replace"))
        heading, *lines = unfolded.split("\r\n")
        if len(lines) > MOST_FIELDS or any(_INSIDE.search(line) for line in (heading, *lines)):
            raise SIP.SIPParseError("control characters or too many lines in a SIP header")
        self.fields = {}
        for line in lines:
            name, _, value = line.partition(":")
            key = name.strip().lower()
            self.fields.setdefault(_COMPACT.get(key, key), []).append(value.strip())
        if missing := [name for name in _NEEDED if not self.one(name)]:
            raise SIP.SIPParseError(f"a SIP message without {missing[0]}")
        self.text = body.decode("utf-8", "replace")
        self._read_sequence()
        self._read_heading(heading)
        self._fill_in_the_shapes_that_pyvoip_reads()

    def _read_sequence(self) -> None:
        number, _, method = self.one("cseq").partition(" ")
        if not re.fullmatch(r"[0-9]{1,10}", number):
            raise SIP.SIPParseError("a SIP message without a sequence number")
        self.cseq, self.method = int(number), method.strip()

    def _read_heading(self, heading: str) -> None:
        self.heading = heading.encode()
        self.code, self.reason = 0, ""
        if answer := re.fullmatch(r"SIP/2\.0 ([1-6][0-9]{2})(?: (.*))?", heading):
            self.type = SIP.SIPMessageType.RESPONSE
            self.code, self.reason = int(answer[1]), answer[2] or ""
            with contextlib.suppress(ValueError):  # a status that pyVoIP's list lacks
                self.status = SIP.SIPStatus(self.code)
        elif request := re.fullmatch(r"([A-Z]{1,32}) \S+ SIP/2\.0", heading):
            self.type = SIP.SIPMessageType.MESSAGE
            if request[1] != self.method:
                raise SIP.SIPParseError("a SIP request whose CSeq names another method")
        else:
            raise SIP.SIPParseError("neither a SIP request nor a SIP response")

    def _fill_in_the_shapes_that_pyvoip_reads(self) -> None:
        self.headers["Call-ID"] = self.one("call-id")
        self.headers["CSeq"] = {"check": str(self.cseq), "method": self.method}
        for name in ("www-authenticate", "proxy-authenticate"):
            if self.one(name):
                self.parse_header("WWW-Authenticate", self.one(name))

    def one(self, name: str) -> str:
        """First value of a header, "" where it is missing."""
        return self.fields.get(name, [""])[0]

    @property
    def call_id(self) -> str:
        """What binds the messages of one call."""
        return self.one("call-id")

    @property
    def branch(self) -> str:
        """What binds a response to its request."""
        found = _BRANCH.search(self.one("via"))
        return found[1] if found else ""

    def tag(self, name: str) -> str:
        """Tag of `from` or `to`, looked for outside the name and the address; "" where there is none."""
        found = _TAG.search(self.one(name).rpartition(">")[2])
        return found[1] if found else ""

    @property
    def caller(self) -> tuple[str, str]:
        """Number and name in From, as the caller chose them: hostile."""
        name, bracket, address = self.one("from").rpartition("<")
        user = _USER.match(address if bracket else self.one("from"))
        return unquote(user[1] or "") if user else "", name.strip().strip('"')

    @property
    def target(self) -> str:
        """Address in Contact, where requests inside the call go; "" where there is none."""
        found = re.search(r"<(sips?:[^<>\s]+)>|^(sips?:[^<>\s;]+)", self.one("contact"))
        return (found[1] or found[2]) if found else ""

    @property
    def granted_seconds(self) -> int | None:
        """How long a registration was granted."""
        found = _EXPIRES.search(self.one("contact"))
        if found:
            return int(found[1])
        plain = self.one("expires")
        return int(plain) if re.fullmatch(r"[0-9]{1,9}", plain) else None
