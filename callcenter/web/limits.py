"""How often an address may try to sign in, a bucket of attempts that fills again; how many do costly things at once."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import Request

from callcenter.domain.frame import SECOND, Micros
from callcenter.listening import network_of
from callcenter.web.problems import RequestRefused

_MINUTE: Micros = 60 * SECOND
_ADDRESSES = 10_000


class SignInRate:
    """Attempts by address; the address that tried longest ago is forgotten first."""

    def __init__(self, per_minute: int) -> None:
        self._every = _MINUTE // per_minute
        self._used_until: OrderedDict[str, Micros] = OrderedDict()

    def wait(self, address: str, at: Micros) -> Micros:
        """Count an attempt; returns how long to wait where it comes too soon (it is not counted then), else 0.

        The addresses that one customer of IPv6 has are one.
        """
        address = network_of(address)
        used = max(self._used_until.get(address, at - _MINUTE), at - _MINUTE) + self._every
        if used > at:
            return used - at
        self._used_until[address] = used
        self._used_until.move_to_end(address)
        if len(self._used_until) > _ADDRESSES:
            self._used_until.popitem(last=False)
        return 0

    def require(self, address: str, at: Micros) -> None:
        """Count an attempt.

        Raises:
            RequestRefused: It comes too soon after the others.
        """
        if wait := self.wait(address, at):
            seconds = -(-wait // SECOND)
            raise RequestRefused("too-many", f"too many attempts; try again in {seconds} s", Retry_After=str(seconds))


class Turns:
    """So many of something costly are under way at a time, and of one account fewer.

    Args:
        most: Altogether.
        each: Of one account.
        refusal: What the next one is told.
    """

    def __init__(self, most: int, each: int, refusal: str) -> None:
        self._most = most
        self._each = each
        self._refusal = refusal
        self._taken: Counter[str] = Counter()

    @contextmanager
    def of(self, account: str) -> Iterator[None]:
        """Take a turn for an account, until it is done or broken off.

        Raises:
            RequestRefused: There is none left.
        """
        if self._taken[account] >= self._each or not self._has_room():
            raise RequestRefused("too-many", self._refusal, Retry_After="10")
        self._taken[account] += 1
        try:
            yield
        finally:
            self._taken[account] -= 1
            self._taken += Counter()  # accounts that do nothing are not remembered

    def _has_room(self) -> bool:
        return self._taken.total() < self._most


def address_of(request: Request) -> str:
    """Return from where somebody asks; nothing where nobody knows."""
    return "" if request.client is None else request.client.host
