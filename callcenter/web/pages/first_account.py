"""Who may make the first account: whoever reads the code that the service shows where it was started.

A service whose database has no account makes a code when it starts. It is good for one account, until the service
stops or too many wrong ones were tried; where there is an account, there is no code.
"""

from __future__ import annotations

import hmac
import secrets

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.store import DecisionStore
from callcenter.store.tables import AccountRow

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""None that is taken for another."""
_LENGTH = 12
_MOST_WRONG = 20


class FirstAccount:
    """The code, as long as it is good for anything.

    Attributes:
        code: None where there is none, or no more.
    """

    def __init__(self) -> None:
        self.code: str | None = None
        self._wrong = 0

    async def offer(self, decisions: DecisionStore) -> str | None:
        """Make the code where there is no account yet; returns it, None where there is one.

        Raises:
            StoreError: The database cannot be read.
        """
        async with decisions.reading() as connection:
            if not await somebody(connection):
                self.code = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
        return self.code

    async def open(self, decisions: DecisionStore) -> bool:
        """Tell whether the code is good for anything: not once somebody has an account, however it was made.

        Raises:
            StoreError: The database cannot be read.
        """
        if self.code is not None:
            async with decisions.reading() as connection:
                if await somebody(connection):
                    self.code = None
        return self.code is not None

    def fits(self, typed: str) -> bool:
        """Tell whether somebody typed the code; after too many wrong ones there is none any more."""
        code = (self.code or "").encode()
        given = typed.strip().upper().replace("-", "").encode("utf-8", "replace")
        if code and hmac.compare_digest(code, given):
            return True
        self._wrong += 1
        if self._wrong >= _MOST_WRONG:
            self.code = None
        return False


async def somebody(connection: AsyncConnection) -> bool:
    """Tell whether there is an account."""
    return bool(await connection.scalar(select(exists(select(AccountRow.name)))))
