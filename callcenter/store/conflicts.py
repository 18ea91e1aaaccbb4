"""What speaks against a change when it arrives: the thing is not there, has moved on, or was asked for before."""

from __future__ import annotations

from callcenter.errors import BadInput
from callcenter.staff.rights import Role


class Missing(BadInput):
    """There is no such thing."""


class Outdated(BadInput):
    """Somebody else changed it since it was read."""

    def __init__(self, sentence: str, version: int) -> None:
        self.version = version
        super().__init__(sentence)


class NotAllowed(BadInput):
    """It is not for this person to do, here."""

    def __init__(self, role: Role) -> None:
        super().__init__(f"{role.called} may not do this here")


class Conflict(BadInput):
    """It is well said, but not as things stand."""


class NoTerms(BadInput):
    """Nobody has set yet what a month's score begins with."""


class KeyReused(BadInput):
    """An idempotency key came again with another request."""
