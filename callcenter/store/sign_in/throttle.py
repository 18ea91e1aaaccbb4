"""How often one name, or one device, may try: a few at once, then after ever longer waits; in memory, by any clock.

Names that nobody has are counted like all others, each by itself, so that nobody can tell them apart. What is
remembered is bounded: whoever makes it forget a name has paid for each other name with a try.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

import msgspec

from callcenter.domain.frame import SECOND, Micros

FREE_ATTEMPTS = 5
FORGOTTEN: Micros = 3600 * SECOND
_FIRST_BLOCK: Micros = 30 * SECOND
_LONGEST_DOUBLING = 5  # 30 s, 1, 2, 4, 8, 16 min: guessing is hopeless, and nobody is kept out for long
_KEPT = 50_000


class _Tries(msgspec.Struct):
    failures: int = 0
    last_at: Micros = 0
    blocked_until: Micros = 0


class Throttle:
    """Tries by what they are counted for; `clock` never goes back."""

    def __init__(self, clock: Callable[[], Micros]) -> None:
        self._clock = clock
        self._tries: OrderedDict[str, _Tries] = OrderedDict()

    def wait(self, key: str) -> Micros:
        """Count a try before it is made, so that many at once do not pass as one; returns how long to wait, else 0."""
        now = self._clock()
        tries = self._tries.setdefault(key, _Tries())
        self._tries.move_to_end(key)
        if tries.blocked_until > now:
            return tries.blocked_until - now
        if tries.last_at < now - FORGOTTEN:
            tries.failures = 0
        tries.failures += 1
        tries.last_at = now
        tries.blocked_until = now + block_after(tries.failures)
        if len(self._tries) > _KEPT:
            self._tries.popitem(last=False)
        return 0

    def forget(self, key: str) -> None:
        """Forget the tries of whoever knew the password."""
        self._tries.pop(key, None)


def block_after(failures: int) -> Micros:
    """Tell how long nobody may try after so many failures."""
    over = failures - FREE_ATTEMPTS
    return 0 if over < 0 else _FIRST_BLOCK << min(over, _LONGEST_DOUBLING)


def steady_clock() -> Callable[[], Micros]:
    """Make a clock that starts at the present and is never set."""
    begun, mark = time.time_ns(), time.monotonic_ns()
    return lambda: (begun + time.monotonic_ns() - mark) // 1000
