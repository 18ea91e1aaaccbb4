"""Needed frames that were not believed: counted, and logged, once a minute for each reason."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable

import structlog

from callcenter.ami.refused import LostFrame

log = structlog.get_logger()

_TELL_EVERY = 60.0


class Refusals:
    """Tells of the first at once, of what follows together.

    Args:
        node: The switch.
        clock: Seconds that only go on.
    """

    def __init__(self, node: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._node = node
        self._clock = clock
        self._told: dict[str, float] = {}
        self._untold: Counter[str] = Counter()

    def note(self, refused: LostFrame) -> None:
        """Take in one."""
        self._untold[refused.reason] += 1
        self.tell(refused.name)

    def tell(self, event: str | None = None) -> None:
        """Log what has waited for long enough; `event` is the name of the last one."""
        now = self._clock()
        for reason in [one for one in self._untold if now >= self._told.get(one, -_TELL_EVERY) + _TELL_EVERY]:
            self._told[reason] = now
            log.warning(
                "frame_refused",
                node=self._node,
                reason=reason,
                event_name=event,
                refused_count=self._untold.pop(reason),
                advice="clean callers' numbers in the dialplan; callcenter doctor says how",
            )
