"""Requests and what answers them: sent until answered, acknowledged, logged in where that is asked for."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from callcenter.errors import PhoneError
from callcenter.sip.digest import credentials
from callcenter.sip.transaction import FINAL, REFUSED, Repetition, SentMessages, refusal_heard

if TYPE_CHECKING:
    from collections.abc import Callable

    from callcenter.sip.dialog import SipDialog
    from callcenter.sip.message import SipMessage
    from callcenter.softphone.endpoint import SipEndpoint

KEPT_ANSWERS = 100


class Transactions:
    """Who waits for which answer; on the phone's loop only."""

    def __init__(self, endpoint: SipEndpoint) -> None:
        self._endpoint = endpoint
        self._waiting: dict[tuple[str, str, int, str], asyncio.Queue[SipMessage | None]] = {}
        self._acks = SentMessages()

    def heard(self, answer: SipMessage) -> None:
        """Hands an answer to whoever asked; one that nobody asked for is dropped."""
        if inbox := self._waiting.get(answer.transaction):
            with contextlib.suppress(asyncio.QueueFull):  # a hundred answers to one question: enough
                inbox.put_nowait(answer)
        elif answer.code >= FINAL and (ack := self._acks.again(answer)):
            self._endpoint.send(ack)

    def unheard(self) -> None:
        """Tells everybody who waits that nobody listens at the switch's port."""
        for inbox in self._waiting.values():
            with contextlib.suppress(asyncio.QueueFull):
                inbox.put_nowait(None)

    async def ask(
        self,
        dialog: SipDialog,
        request: SipMessage,
        *,
        heard: Callable[[SipMessage], None] | None = None,
        sending: Callable[[SipMessage], None] | None = None,
    ) -> SipMessage:
        """Sends until it is answered and returns the final answer, logging in once where that is asked for.

        Args:
            dialog: Where the request belongs; counts it again when it is sent again with a password.
            request: What to ask.
            heard: Called with each provisional answer of a call, which then may ring as long as it likes.
            sending: Called with what is sent, before it is sent.

        Raises PhoneError when nothing answers within the account's patience.
        """
        answer = await self._exchange(request, heard, sending)
        settings = self._endpoint.settings
        given = credentials(answer, request, settings.extension, settings.secret.get_secret_value())
        if given is None:
            return answer
        return await self._exchange(dialog.again(request, given), heard, sending)

    async def _exchange(
        self,
        request: SipMessage,
        heard: Callable[[SipMessage], None] | None,
        sending: Callable[[SipMessage], None] | None,
    ) -> SipMessage:
        inbox: asyncio.Queue[SipMessage | None] = asyncio.Queue(KEPT_ANSWERS)
        self._waiting[request.transaction] = inbox
        if sending:
            sending(request)
        try:
            async with asyncio.timeout(self._endpoint.settings.patience) as limit:
                answer = await self._final(request, inbox, limit, heard)
        except TimeoutError as error:
            raise PhoneError(f"no answer to {request.method} from {self._endpoint.place}") from error
        finally:
            del self._waiting[request.transaction]
        if request.method == "INVITE" and answer.code >= REFUSED:
            self.acknowledge(request, refusal_heard(request, answer))
        return answer

    async def _final(
        self,
        request: SipMessage,
        inbox: asyncio.Queue[SipMessage | None],
        limit: asyncio.Timeout,
        heard: Callable[[SipMessage], None] | None,
    ) -> SipMessage:
        repetition, data = Repetition(request), request.encode()
        self._endpoint.send(data)
        while True:
            try:
                answer = await asyncio.wait_for(inbox.get(), repetition.pause())
            except TimeoutError:
                self._endpoint.send(data)
                continue
            if answer is None:
                raise PhoneError(f"nobody answers SIP at {self._endpoint.place}")
            if repetition.heard(answer):
                return answer
            if heard:
                limit.reschedule(None)
                heard(answer)

    def acknowledge(self, invite: SipMessage, ack: SipMessage) -> None:
        """Sends the ACK of an INVITE, and again whenever its answer comes again."""
        self._endpoint.send(self._acks.keep(invite, ack))
