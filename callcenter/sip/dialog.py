"""Who says something to whom: a phone's own headers, and the addresses, tags and numbers of a dialog (RFC 3261, 12)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from urllib.parse import quote

from callcenter.sip.message import Field, SipMessage, address_in, new_token, tag_in

REASONS = {
    180: "Ringing",
    200: "OK",
    405: "Method Not Allowed",
    480: "Temporarily Unavailable",
    481: "Call/Transaction Does Not Exist",
    486: "Busy Here",
    487: "Request Terminated",
    488: "Not Acceptable Here",
    491: "Request Pending",
    603: "Decline",
}


@dataclass(frozen=True)
class UserAgent:
    """A phone, as each of its messages names it.

    Attributes:
        host: IPv4 address that it sends from.
        port: Port that it sends from.
        contact: Where others find it.
        says: Further headers of each message: what it allows, what it is.
    """

    host: str
    port: int
    contact: str
    says: tuple[Field, ...] = ()

    def via(self) -> Field:
        """Returns the Via of a new transaction."""
        return "via", f"SIP/2.0/UDP {self.host}:{self.port};rport;branch=z9hG4bK{new_token()}"

    def response(
        self, asked: SipMessage, code: int, tag: str = "", extra: tuple[Field, ...] = (), body: str = ""
    ) -> SipMessage:
        """Returns an answer, which echoes what was asked; the tag, or a new one, is added where To has none yet."""
        to = asked.one("to") if asked.tag("to") else f"{asked.one('to')};tag={tag or new_token()}"
        echoed = asked.all("via", "record-route", "from", "call-id", "cseq")
        own = (("to", to), ("contact", self.contact), *self.says, *extra)
        return SipMessage(f"SIP/2.0 {code} {REASONS[code]}", (*echoed, *own, *_kind(body)), body)


@dataclass
class SipDialog:
    """Two parties, a Call-ID, and the count of our requests.

    Attributes:
        agent: Our phone.
        call_id: Shared by every message.
        local: Our address with its tag.
        remote: Their address, with its tag once it is known.
        target: Where our requests go: their Contact.
        route: Proxies to pass, from Record-Route.
        cseq: Number of our last request.
    """

    agent: UserAgent
    call_id: str
    local: str
    remote: str
    target: str
    route: tuple[str, ...] = ()
    cseq: int = field(default_factory=lambda: secrets.randbelow(10_000))

    @classmethod
    def begun(cls, agent: UserAgent, own: str, target: str, remote: str = "") -> SipDialog:
        """Returns a dialog that our first request will begin: from our address to theirs, or to an account."""
        return cls(agent, f"{new_token()}@{agent.host}", f"{own};tag={new_token()}", remote or f"<{target}>", target)

    @classmethod
    def invited(cls, agent: UserAgent, invite: SipMessage) -> SipDialog:
        """Returns the dialog that somebody else's INVITE begins."""
        local = f"{invite.one('to')};tag={new_token()}"
        return cls(agent, invite.call_id, local, invite.one("from"), invite.target, invite.values("record-route"))

    @property
    def tag(self) -> str:
        """Our tag."""
        return tag_in(self.local)

    def request(self, method: str, extra: tuple[Field, ...] = (), body: str = "") -> SipMessage:
        """Returns our next request."""
        self.cseq += 1
        return self._numbered(method, self.cseq, extra, body)

    def again(self, request: SipMessage, credentials: Field) -> SipMessage:
        """Returns the same request as our next one, with the answer to a challenge."""
        self.cseq += 1
        kept = tuple(one for one in request.fields if one[0] not in {"via", "cseq"})
        opening = (self.agent.via(), ("cseq", f"{self.cseq} {request.method}"))
        return replace(request, fields=(*opening, *kept, credentials))

    def acknowledge(self, invite: SipMessage) -> SipMessage:
        """Returns the ACK of an answer to our INVITE, which bears its number."""
        return self._numbered("ACK", invite.cseq)

    def accepted(self, answer: SipMessage) -> None:
        """Learns the peer's tag, target and route from its 2xx."""
        self.remote = answer.one("to")
        self.target = answer.target or self.target
        self.route = answer.values("record-route")[::-1]

    def replaced_by(self) -> str:
        """Returns where an attended transfer sends the party that takes our place (RFC 3891)."""
        tags = f"to-tag={tag_in(self.remote)};from-tag={self.tag}"
        return f"{address_in(self.remote)}?Replaces={quote(f'{self.call_id};{tags}', safe='')}"

    def _numbered(self, method: str, cseq: int, extra: tuple[Field, ...] = (), body: str = "") -> SipMessage:
        fields = (
            self.agent.via(),
            ("max-forwards", "70"),
            ("cseq", f"{cseq} {method}"),
            ("from", self.local),
            ("to", self.remote),
            ("call-id", self.call_id),
            ("contact", self.agent.contact),
            *(("route", hop) for hop in self.route),
            *self.agent.says,
            *extra,
            *_kind(body),
        )
        return SipMessage(f"{method} {self.target} SIP/2.0", fields, body)


def _kind(body: str) -> tuple[Field, ...]:
    return (("content-type", "application/sdp"),) if body else ()
