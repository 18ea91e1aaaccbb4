"""What is sent again, when, and until what is heard (RFC 3261, 17): decisions; who waits and sends is the user.

A request of ours is *asked* again and again; a *provisional* answer stops that for an INVITE, a *final* one always. The
ACK of an INVITE and the answers that we give are kept, and sent again when what they answer comes again.
"""

from __future__ import annotations

from collections.abc import Iterator

from callcenter.sip.message import SipMessage

T1, T2 = 0.5, 4.0
"""Seconds to the first, and at most between later repetitions (17.1.1.1)."""

GIVE_UP = 32.0
"""Seconds after which what was not answered is given up (64 × T1)."""

RINGING, FINAL, REFUSED = 180, 200, 300
"""The statuses from which on it rings, it is over, it is a refusal."""

KEPT = 128
"""Messages kept to be sent again; each is needed for half a minute."""

_OF_THE_INVITE = ("via", "from", "call-id", "max-forwards", "route")


def pauses() -> Iterator[float]:
    """Yields the seconds before each repetition, as long as it may still help."""
    pause, left = T1, GIVE_UP
    while left > 0:
        yield pause
        left -= pause
        pause = min(pause * 2, T2)


class Repetition:
    """When a request of ours is sent again.

    Attributes:
        wanted: Whether it still is.
    """

    def __init__(self, request: SipMessage) -> None:
        self.wanted = True
        self._invites = request.method == "INVITE"
        self._pauses = pauses()

    def pause(self) -> float | None:
        """Returns the seconds until it is to be sent again, None where it is not."""
        return next(self._pauses, None) if self.wanted else None

    def heard(self, answer: SipMessage) -> bool:
        """Tells whether an answer is the final one; a call that goes on is not asked for again."""
        final = answer.code >= FINAL
        self.wanted = not (final or self._invites)
        return final


class SentMessages:
    """What was sent last about a transaction, the latest of them."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str, int, str], bytes] = {}

    def keep(self, about: SipMessage, sent: SipMessage) -> bytes:
        """Keeps what answers a message, and returns its bytes."""
        self._kept.pop(about.transaction, None)
        self._kept[about.transaction] = data = sent.encode()
        while len(self._kept) > KEPT:
            del self._kept[next(iter(self._kept))]
        return data

    def again(self, heard: SipMessage) -> bytes | None:
        """Returns what is to be sent again when a message comes again, None where it comes for the first time."""
        return self._kept.get(heard.transaction)


def refusal_heard(invite: SipMessage, answer: SipMessage) -> SipMessage:
    """Returns the ACK of a refusal, which belongs to the INVITE's own transaction and names the refuser's tag."""
    return _beside(invite, "ACK", answer.one("to"))


def cancellation(invite: SipMessage) -> SipMessage:
    """Returns the CANCEL of an INVITE of ours; before any answer there is nothing that it could meet (9.1)."""
    return _beside(invite, "CANCEL", invite.one("to"))


def _beside(invite: SipMessage, method: str, to: str) -> SipMessage:
    fields = (*invite.all(*_OF_THE_INVITE), ("to", to), ("cseq", f"{invite.cseq} {method}"))
    return SipMessage(f"{method} {invite.uri} SIP/2.0", fields)
