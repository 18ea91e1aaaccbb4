"""Requests and what answers them: sent until answered, acknowledged, logged in where that is asked for."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from callcenter.errors import PhoneError

if TYPE_CHECKING:
    from collections.abc import Callable

    from callcenter.softphone.dialog import Dialog, Request
    from callcenter.softphone.message import Message
    from callcenter.softphone.sip import Client

T1, T2 = 0.5, 4.0
"""Seconds to the first, and between later retransmissions (RFC 3261, 17.1.1.1)."""

GIVE_UP = 32.0
"""Seconds after which an unanswered request is given up (64 × T1)."""

FINAL, REFUSED = 200, 300
KEPT_ACKS = 64
KEPT_ANSWERS = 100

Sent = tuple["Request", str]
"""A request as it was sent last, and its branch."""


class Transactions:
    """Who waits for which answer; on the phone's loop only."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._waiting: dict[tuple[str, str], asyncio.Queue[Message | None]] = {}
        self._acks: dict[str, bytes] = {}

    def heard(self, answer: Message) -> bool:
        """Hand an answer to whoever asked; False where nobody did."""
        if inbox := self._waiting.get((answer.branch, answer.method)):
            with contextlib.suppress(asyncio.QueueFull):  # a hundred answers to one question: enough
                inbox.put_nowait(answer)
            return True
        if answer.method == "INVITE" and answer.code >= FINAL and answer.branch in self._acks:
            self._client.send(self._acks[answer.branch])
            return True
        return False

    def refused(self) -> None:
        """Tell everybody who waits that nobody listens at the switch's port."""
        for inbox in self._waiting.values():
            with contextlib.suppress(asyncio.QueueFull):
                inbox.put_nowait(None)

    async def ask(
        self,
        dialog: Dialog,
        request: Request,
        *,
        heard: Callable[[Message], None] | None = None,
        sending: Callable[[Sent], None] | None = None,
        branch: str = "",
    ) -> Message:
        """Send until it is answered and return the final answer, logging in once where that is asked for.

        Args:
            dialog: Where the request belongs; counts it again when it is sent again with a password.
            request: What to ask.
            heard: Called with each provisional answer of a call, which then may ring as long as it likes.
            sending: Called with what is sent and its branch, before it is sent.
            branch: For CANCEL, the branch of its INVITE.

        Raises PhoneError when nothing answers within the account's patience.
        """
        first = (request, branch or self._client.gen_branch())
        answer = await self._exchange(first, heard, sending)
        if answer.code not in {401, 407} or not {"realm", "nonce"} <= set(answer.authentication):
            return answer
        again = request.again(dialog, self._client.authorization(answer))
        return await self._exchange((again, self._client.gen_branch()), heard, sending)

    async def _exchange(
        self,
        sent: Sent,
        heard: Callable[[Message], None] | None,
        sending: Callable[[Sent], None] | None,
    ) -> Message:
        request, branch = sent
        inbox: asyncio.Queue[Message | None] = asyncio.Queue(KEPT_ANSWERS)
        self._waiting[branch, request.method] = inbox
        if sending:
            sending(sent)
        try:
            async with asyncio.timeout(self._client.settings.patience) as limit:
                answer = await self._final(request.encode(self._client.via(branch)), inbox, limit, heard)
        except TimeoutError as error:
            raise PhoneError(f"no answer to {request.method} from {self._client.place}") from error
        finally:
            del self._waiting[branch, request.method]
        if request.method == "INVITE" and answer.code >= REFUSED:
            self.acknowledge(branch, request.refusal_heard(answer.one("to")).encode(self._client.via(branch)))
        return answer

    async def _final(
        self,
        data: bytes,
        inbox: asyncio.Queue[Message | None],
        limit: asyncio.Timeout,
        heard: Callable[[Message], None] | None,
    ) -> Message:
        pause: float | None = T1
        self._client.send(data)
        while True:
            try:
                answer = await asyncio.wait_for(inbox.get(), pause)
            except TimeoutError:
                self._client.send(data)
                pause = min((pause or T1) * 2, T2)
                continue
            if answer is None:
                raise PhoneError(f"nobody answers SIP at {self._client.place}")
            if answer.code >= FINAL:
                return answer
            if heard:
                pause = None
                limit.reschedule(None)
                heard(answer)

    def acknowledge(self, branch: str, ack: bytes) -> None:
        """Send the ACK of an INVITE, and again whenever its answer comes again."""
        self._client.send(ack)
        self._acks[branch] = ack
        while len(self._acks) > KEPT_ACKS:
            del self._acks[next(iter(self._acks))]
