"""SIP text going out: requests inside and outside a call, and answers that echo what was asked."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from callcenter.softphone.message import Message

AGENT = "callcenter-phone"
ALLOW = "INVITE, ACK, BYE, CANCEL, OPTIONS, NOTIFY"
REASONS = {
    180: "Ringing",
    200: "OK",
    405: "Method Not Allowed",
    481: "Call/Transaction Does Not Exist",
    486: "Busy Here",
    487: "Request Terminated",
    488: "Not Acceptable Here",
    491: "Request Pending",
    503: "Service Unavailable",
    603: "Decline",
}
_TAG = re.compile(r";\s*tag=([^\s;,>]+)[^>]*$", re.IGNORECASE)
_ECHOED = ("via", "record-route", "from", "call-id", "cseq")

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Request:
    """A request without its Via, which each sending gets anew."""

    method: str
    uri: str
    cseq: int
    headers: Headers
    body: str = ""

    def encode(self, via: str) -> bytes:
        """Write it for the wire."""
        fields = (("Via", via), ("Max-Forwards", "70"), ("CSeq", f"{self.cseq} {self.method}"), *self.headers)
        return _encode(f"{self.method} {self.uri} SIP/2.0", fields, self.body)

    def again(self, dialog: Dialog, authorization: tuple[str, str]) -> Request:
        """Make the same with the next number and the answer to a challenge."""
        return replace(self, cseq=dialog.count(), headers=(*self.headers, authorization))

    def refusal_heard(self, to: str) -> Request:
        """Make the ACK of a refused INVITE, which names the refuser's tag."""
        kept = tuple((name, value) for name, value in self.headers if name in {"From", "Call-ID", "Route"})
        return Request("ACK", self.uri, self.cseq, (*kept, ("To", to)))


@dataclass
class Dialog:
    """Two parties, a Call-ID, and the count of our requests.

    Attributes:
        call_id: Shared by every message.
        local: Our address with its tag.
        remote: Their address, with its tag once it is known.
        target: Where our requests go: their Contact.
        contact: Our Contact.
        route: Proxies to pass, from Record-Route.
        cseq: Number of our last request.
    """

    call_id: str
    local: str
    remote: str
    target: str
    contact: str
    route: tuple[str, ...] = ()
    cseq: int = field(default_factory=lambda: secrets.randbelow(10_000))

    def count(self) -> int:
        """Number of our next request."""
        self.cseq += 1
        return self.cseq

    def request(self, method: str, extra: Headers = (), body: str = "") -> Request:
        """Make our next request."""
        return self._numbered(method, self.count(), extra, body)

    def beside(self, invite: Request, method: str) -> Request:
        """Make the ACK or CANCEL of an INVITE, which bears its number."""
        return self._numbered(method, invite.cseq)

    def replaces(self) -> str:
        """Name this dialog as its other party knows it, for an attended transfer (RFC 3891)."""
        there, here = _TAG.search(self.remote), _TAG.search(self.local)
        assert there, "only an answered call can be replaced"
        assert here
        return f"{self.call_id};to-tag={there[1]};from-tag={here[1]}"

    def _numbered(self, method: str, cseq: int, extra: Headers = (), body: str = "") -> Request:
        headers = (
            ("From", self.local),
            ("To", self.remote),
            ("Call-ID", self.call_id),
            ("Contact", self.contact),
            *(("Route", hop) for hop in self.route),
            ("Allow", ALLOW),
            *extra,
        )
        return Request(method, self.target, cseq, headers, body)

    def accepted(self, answer: Message) -> None:
        """Learn the peer's tag, target and route from its 2xx."""
        self.remote = answer.one("to")
        self.target = answer.target or self.target
        self.route = tuple(reversed(answer.fields.get("record-route", [])))


def respond(asked: Message, code: int, to_tag: str, extra: Headers = (), body: str = "") -> bytes:
    """Write an answer; the tag is added where the request's To has none yet."""
    echoed = [(name.title(), value) for name in _ECHOED for value in asked.fields.get(name, [])]
    to = asked.one("to") if asked.tag("to") else f"{asked.one('to')};tag={to_tag}"
    fields = (*echoed, ("To", to), ("Allow", ALLOW), *extra)
    return _encode(f"SIP/2.0 {code} {REASONS[code]}", fields, body)


def _encode(heading: str, fields: Headers, body: str) -> bytes:
    content = body.encode()
    kind: Headers = (("Content-Type", "application/sdp"),) if body else ()
    closing: Headers = (("User-Agent", AGENT), *kind, ("Content-Length", str(len(content))))
    lines = [heading, *(f"{name}: {value}" for name, value in (*fields, *closing))]
    return "\r\n".join([*lines, "", ""]).encode() + content
