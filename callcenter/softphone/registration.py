"""Being registered: once at the start, then renewed, and tried again when it is lost."""

from __future__ import annotations

import asyncio
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from callcenter.errors import PhoneError
from callcenter.sip.dialog import SipDialog
from callcenter.softphone.diary import Did

if TYPE_CHECKING:
    from callcenter.softphone.endpoint import SipEndpoint
    from callcenter.softphone.transactions import Transactions

SOONEST = 5.0
"""Seconds between two tries at least."""

OK = 200
REFUSALS = {401, 403, 404, 407}


class RegistrationTold(Protocol):
    """Who writes down what becomes of a registration."""

    def __call__(self, did: Did, *, detail: str = "") -> None:
        """Writes it down, now."""


class Registration:
    """The account at the switch; on the phone's loop only."""

    def __init__(self, endpoint: SipEndpoint, transactions: Transactions, note: RegistrationTold) -> None:
        self._endpoint, self._transactions, self._note = endpoint, transactions, note
        self._name, self._server = endpoint.settings.extension, endpoint.settings.server

    @cached_property
    def _account(self) -> SipDialog:
        own = f"<sip:{self._name}@{self._server}>"
        return SipDialog.begun(self._endpoint.agent, own, f"sip:{self._server}", own)

    async def begin(self) -> None:
        """Registers and keeps it so; raises PhoneError in one sentence."""
        granted = await self._enrol(self._endpoint.settings.expires)
        self._note(Did.REGISTERED)
        self._endpoint.spawn(self._renew(granted), f"registration of {self._name}")

    async def end(self) -> None:
        """Unregisters; raises PhoneError where the switch does not answer."""
        await self._enrol(0)
        self._note(Did.UNREGISTERED)

    async def _enrol(self, seconds: int) -> float:
        request = self._account.request("REGISTER", (("expires", str(seconds)),))
        answer = await self._transactions.ask(self._account, request)
        place = self._endpoint.place
        if answer.code in REFUSALS:
            raise PhoneError(f"{place} refuses extension {self._name}: wrong extension or secret")
        if answer.code != OK:
            raise PhoneError(f"{place} does not register {self._name}: SIP {answer.code}")
        return seconds if answer.granted_seconds is None else answer.granted_seconds

    async def _renew(self, granted: float) -> None:
        registered = True
        while True:
            await asyncio.sleep(max(granted / 2, SOONEST) if registered else SOONEST)
            was, registered = registered, False
            try:
                granted = await self._enrol(self._endpoint.settings.expires)
                registered = True
            except PhoneError as error:
                if was:
                    self._note(Did.REGISTRATION_LOST, detail=str(error))
            if registered and not was:
                self._note(Did.REGISTERED)
