"""Being registered: once at the start, then renewed, and tried again when it is lost."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from callcenter.errors import PhoneError
from callcenter.softphone.dialog import Dialog
from callcenter.softphone.diary import Did

if TYPE_CHECKING:
    from callcenter.softphone.sip import Client

SOONEST = 5.0
"""Seconds between two tries at least."""

OK = 200
REFUSALS = {401, 403, 404, 407}


class Registration:
    """The account at the switch; on the phone's loop only."""

    def __init__(self, client: Client) -> None:
        own = f"<sip:{client.username}@{client.server}>"
        tagged = f"{own};tag={client.gen_tag()}"
        self._client = client
        self._account = Dialog(client.gen_call_id(), tagged, own, f"sip:{client.server}", client.contact)

    async def begin(self) -> None:
        """Register and keep it so; raises PhoneError in one sentence."""
        granted = await self._enrol(self._client.settings.expires)
        self._client.line.note(Did.REGISTERED)
        self._client.spawn(self._renew(granted), f"registration of {self._client.username}")

    async def end(self) -> None:
        """Unregister; raises PhoneError where the switch does not answer."""
        await self._enrol(0)
        self._client.line.note(Did.UNREGISTERED)

    async def _enrol(self, seconds: int) -> float:
        request = self._account.request("REGISTER", (("Expires", str(seconds)),))
        answer = await self._client.transactions.ask(self._account, request)
        place, name = self._client.place, self._client.username
        if answer.code in REFUSALS:
            raise PhoneError(f"{place} refuses extension {name}: wrong extension or secret")
        if answer.code != OK:
            raise PhoneError(f"{place} does not register {name}: SIP {answer.code}")
        return seconds if answer.granted_seconds is None else answer.granted_seconds

    async def _renew(self, granted: float) -> None:
        registered = True
        while True:
            await asyncio.sleep(max(granted / 2, SOONEST) if registered else SOONEST)
            was, registered = registered, False
            try:
                granted = await self._enrol(self._client.settings.expires)
                registered = True
            except PhoneError as error:
                if was:
                    self._client.line.note(Did.REGISTRATION_LOST, detail=str(error))
            if registered and not was:
                self._client.line.note(Did.REGISTERED)
