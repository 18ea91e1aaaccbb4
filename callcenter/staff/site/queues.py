"""What queues are called, and at which numbers agents reach them: as settings have it, and as agreed since (pure)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

import msgspec

from callcenter.errors import BadInput
from callcenter.staff.site.difference import SiteDifference
from callcenter.untrusted import hidden_in

_NUMBER = re.compile(r"[0-9*#]{1,20}", re.ASCII)
_MOST_QUEUES, _MOST_CODE, _MOST_NAME = 200, 80, 40
_NONE: Mapping[str, str] = MappingProxyType({})
_SAID = ("zh", "en", "number")


class QueueSaid(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A queue; where a name is empty, it is called as the switch calls it, without a number nobody dials it."""

    queue: str
    zh: str = ""
    en: str = ""
    number: str = ""


class QueuesSaid(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All queues of which anything is said."""

    queues: tuple[QueueSaid, ...]


class SiteQueues:
    """What a site says of its queues.

    Args:
        filed: Queues → numbers, as settings have them.

    Attributes:
        said: What holds, by queue.
    """

    def __init__(self, filed: Mapping[str, str] = _NONE) -> None:
        self._filed = {queue: QueueSaid(queue=queue, number=number) for queue, number in filed.items()}
        self.said: Mapping[str, QueueSaid] = self._filed

    @property
    def numbers(self) -> dict[str, str]:
        """Those that agents can dial."""
        return {queue: one.number for queue, one in self.said.items() if one.number}

    def lay_over(self, said: Iterable[QueuesSaid]) -> bool:
        """Let hold what was agreed on last; tells whether that is anything else than held before."""
        before, held = self.said, dict(self._filed)
        for one in said:
            held = self._filed | {queue.queue: queue for queue in one.queues}
        self.said = held
        return before != held

    def differing(self, said: QueuesSaid) -> list[SiteDifference]:
        """Return what is said otherwise than holds."""
        new = self._filed | {one.queue: one for one in said.queues}
        return [
            SiteDifference(queue, name, before, after)
            for queue in sorted({*self.said, *new})
            for name in _SAID
            if (before := _told(self.said.get(queue), name)) != (after := _told(new.get(queue), name))
        ]

    def require_free(self, said: QueuesSaid) -> None:
        """Refuse a number by which settings have a queue that is left out, which keeps it.

        Raises:
            BadInput: There is one.
        """
        named = {one.queue for one in said.queues}
        taken = {one.number: queue for queue, one in self._filed.items() if one.number and queue not in named}
        for one in said.queues:
            if one.number in taken:
                raise BadInput(
                    f"by {one.number} the settings reach queue {taken[one.number]!r}: "
                    f"give {one.queue!r} another number, or name both queues"
                )


def _told(said: QueueSaid | None, name: str) -> str | None:
    return getattr(said, name, None) or None


def is_queue_number(number: str) -> bool:
    """Tell whether a queue could be dialled so."""
    return _NUMBER.fullmatch(number) is not None


def queues_said(said: QueuesSaid) -> QueuesSaid:
    """Return what somebody proposes as it is kept.

    Raises:
        BadInput: It could not be used.
    """
    bare = tuple(
        QueueSaid(**{name: getattr(one, name).strip() for name in one.__struct_fields__}) for one in said.queues
    )
    if not 0 < len(bare) <= _MOST_QUEUES:
        raise BadInput(f"there may be 1 to {_MOST_QUEUES} queues")
    for one in bare:
        _require_sound(one)
    if len({one.queue for one in bare}) < len(bare):
        raise BadInput("two entries are of one queue")
    numbers = [one.number for one in bare if one.number]
    if len({*numbers}) < len(numbers):
        raise BadInput("two queues have one number")
    return QueuesSaid(queues=bare)


def _require_sound(one: QueueSaid) -> None:
    if not 0 < len(one.queue) <= _MOST_CODE:
        raise BadInput(f"a queue of the switch has a name of 1 to {_MOST_CODE} characters")
    if one.number and not is_queue_number(one.number):
        raise BadInput("a queue's number is up to 20 digits, * and #")
    for name in (one.queue, one.zh, one.en):
        if len(name) > _MOST_NAME and name != one.queue:
            raise BadInput(f"a queue's name has at most {_MOST_NAME} characters")
        if (hidden := hidden_in(name)) is not None:
            raise BadInput(f"the name of {one.queue!r} has a character that cannot be seen: U+{ord(hidden):04X}")
